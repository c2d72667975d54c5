//! How fast rows reach the register, beside COPY of the same rows into one
//! fixed table, and how long a chunk's transaction holds the issuer's lock.
//!
//! ```text
//! DATABASE_URL=… cargo run --release -p symbolon-store --example import_speed -- 100000
//! ```
//!
//! It makes issuers and a table of its own in that database, and leaves the
//! issuers there.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement for people"
)]

use std::time::{Duration, Instant};

use alloy_primitives::{Address, keccak256};
use sqlx::{Connection, PgConnection};
use symbolon_core::{
    actor::Actor,
    command::{Command, Verdict},
    country::Country,
    ids::{ChainId, InvestorId, IssuerId},
    investor::{Accreditation, Attestation, InvestorKind, Level, Source},
    time::UnixSeconds,
    wallet::{ChainScope, WalletAddress},
};
use symbolon_store::{NewChain, Request, Store, Subject};

const CHUNK: usize = 1000;
const RUNS: usize = 5;
const NOW: UnixSeconds = UnixSeconds(1_790_000_000);

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let rows = std::env::args()
        .nth(1)
        .map_or(100_000, |rows| rows.parse().unwrap());
    let url = std::env::var("DATABASE_URL").unwrap();
    let store = Store::connect(&url, 4).await.unwrap();
    store.migrate().await.unwrap();
    let seed = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_nanos();
    let mut ratios = Vec::new();
    for run in 0..RUNS {
        let wallets: Vec<_> = (0..rows).map(|row| wallet(seed, run, row)).collect();
        let copied = copy(&url, &wallets).await;
        let issuer: IssuerId = format!("speed-{seed}-{run}").parse().unwrap();
        prepare(&store, &issuer).await;
        let mut chunks = import(&store, &issuer, &wallets, 1_830_297_600).await;
        let imported: Duration = chunks.iter().sum();
        chunks.sort();
        let ratio = copied.as_secs_f64() / imported.as_secs_f64();
        println!(
            "COPY {:>7.0} rows/s   import {:>6.0} rows/s   ratio {ratio:.3}   \
             chunk of {CHUNK}: median {:.1} ms, p99 {:.1} ms, longest {:.1} ms",
            rows as f64 / copied.as_secs_f64(),
            rows as f64 / imported.as_secs_f64(),
            milliseconds(chunks[chunks.len() / 2]),
            milliseconds(chunks[chunks.len() * 99 / 100]),
            milliseconds(chunks[chunks.len() - 1]),
        );
        let renewed: Duration = import(&store, &issuer, &wallets, 1_861_920_000)
            .await
            .iter()
            .sum();
        println!(
            "  renewed at {:.0} rows/s",
            rows as f64 / renewed.as_secs_f64()
        );
        ratios.push(ratio);
    }
    ratios.sort_by(f64::total_cmp);
    println!("median ratio {:.3}", ratios[RUNS / 2]);
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

fn wallet(seed: u128, run: usize, row: usize) -> WalletAddress {
    let hash = keccak256(format!("{seed} {run} {row}"));
    WalletAddress::new(Address::from_slice(&hash[12..])).unwrap()
}

async fn copy(url: &str, wallets: &[WalletAddress]) -> Duration {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql(
        "DROP TABLE IF EXISTS import_floor; CREATE TABLE import_floor (address text PRIMARY KEY, \
         country text NOT NULL, type text NOT NULL, expiry text NOT NULL)",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    let mut text = String::new();
    for wallet in wallets {
        text.push_str(&format!("{wallet}\tDE\tretail\t2027-12-31\n"));
    }
    let begun = Instant::now();
    let mut copy = connection
        .copy_in_raw("COPY import_floor FROM STDIN")
        .await
        .unwrap();
    for part in text.as_bytes().chunks(1 << 16) {
        copy.send(part).await.unwrap();
    }
    copy.finish().await.unwrap();
    let took = begun.elapsed();
    sqlx::raw_sql("DROP TABLE import_floor")
        .execute(&mut connection)
        .await
        .unwrap();
    took
}

async fn prepare(store: &Store, issuer: &IssuerId) {
    store.create_issuer(issuer, "Speed", NOW).await.unwrap();
    let mut transaction = store.begin(issuer).await.unwrap();
    for id in [31337, 31338] {
        let chain = NewChain {
            id: ChainId(id).into(),
            name: format!("chain {id}"),
            registry: Address::ZERO,
            identity_factory: Address::ZERO,
            filter: Default::default(),
            deployed_block: 0,
            confirmations: 1,
            settings: serde_json::json!({}),
        };
        transaction.add_chain(&chain).await.unwrap();
    }
    transaction.commit().await.unwrap();
}

async fn import(
    store: &Store,
    issuer: &IssuerId,
    wallets: &[WalletAddress],
    expiry: u64,
) -> Vec<Duration> {
    let actor = Actor::command_line("maria");
    let mut chunks = Vec::new();
    for chunk in wallets.chunks(CHUNK) {
        let begun = Instant::now();
        let requests = chunk.iter().map(|wallet| row(*wallet, expiry)).collect();
        let mut transaction = store.begin(issuer).await.unwrap();
        let answers = transaction.decide(requests, &actor, NOW).await.unwrap();
        transaction.commit().await.unwrap();
        assert!(answers.iter().all(Result::is_ok));
        chunks.push(begun.elapsed());
    }
    chunks
}

fn row(wallet: WalletAddress, expiry: u64) -> Request {
    Request {
        subject: Subject::Row {
            new: InvestorId(keccak256(wallet.address())),
            wallet,
            external_id: None,
        },
        command: Command::Admit {
            kind: InvestorKind::NaturalPerson,
            external_id: None,
            wallet,
            chains: ChainScope::All,
            verdict: Verdict {
                level: Level::Basic,
                country: Country::US,
                accreditation: Accreditation::None,
                accreditation_ends: None,
                us_person: false,
                person: Default::default(),
                expiry: Some(UnixSeconds(expiry)),
                source: Source::Operator {
                    operator: "Maria Keller".to_owned(),
                    attestation: Attestation {
                        text: "I have checked the documents of these customers.".to_owned(),
                        version: "2026-03".to_owned(),
                    },
                },
            },
        },
    }
}
