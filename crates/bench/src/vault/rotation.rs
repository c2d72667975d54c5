//! The master key of 100,000 profiles is rotated while two servers open and change them.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Instant,
};

use anyhow::{Result, ensure};
use serde_json::json;
use sqlx::postgres::PgPoolOptions;
use symbolon_core::{ids::InvestorId, log::EntryNumber, profile::MasterKeyId};
use symbolon_server::{AppState, Clock, ServerConfig, Services, Vault, Wake, serve_state};
use symbolon_store::{InvestorFilter, Keyring};
use symbolon_vault::{MasterKey, MasterKeys, PersonKey};
use tokio::{
    net::TcpListener,
    task::{JoinHandle, JoinSet},
};
use tokio_util::sync::CancellationToken;

use super::{known, vault};
use crate::{
    customers::{customers, file},
    row::Row,
    stage::{Database, Register, now},
};

const PROFILES: usize = 100_000;
const CLIENTS: u64 = 8;
const PAGE: u32 = 1_000;
const OLD: u8 = 1;
const NEW: u8 = 2;

pub(super) async fn measure(database: &Database) -> Result<Vec<Row>> {
    let register = database.register("rotation", &[]).await?;
    let people = Arc::new(fill(&register).await?);
    let key = register.key().await?;
    let shutdown = CancellationToken::new();
    // As a rolling restart has them: one seals under the old key still.
    let (behind, serving) =
        serve(&register, vault(&register, OLD, &[NEW]).await?, &shutdown).await?;
    let rotating = vault(&register, NEW, &[OLD]).await?;
    let (ahead, serving_too) =
        serve(&register, vault(&register, NEW, &[OLD]).await?, &shutdown).await?;

    let (answered, failed) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let stop = Arc::new(AtomicBool::new(false));
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        let server = if client % 2 == 0 { behind } else { ahead };
        clients.spawn(ask(
            server,
            key.clone(),
            (client, Arc::clone(&people)),
            (Arc::clone(&answered), Arc::clone(&failed)),
            Arc::clone(&stop),
        ));
    }
    while answered.load(Ordering::Relaxed) < 200 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    answered.store(0, Ordering::Relaxed);
    let begun = Instant::now();
    let rotation = rotating.rotate(&register.issuer, |_| {}).await?;
    let taken = begun.elapsed().as_secs_f64();
    let meanwhile = answered.load(Ordering::Relaxed);
    stop.store(true, Ordering::Relaxed);
    while let Some(ended) = clients.join_next().await {
        ended?;
    }
    shutdown.cancel();
    serving.await??;
    serving_too.await??;
    register.store.close().await;
    ensure!(rotation.rewrapped == PROFILES as u64, "{rotation:?}");
    Ok(vec![
        Row::at_most(
            "rotating the master key of 100,000 profiles: requests that fail meanwhile",
            failed.load(Ordering::Relaxed) as f64,
            "requests",
            0.0,
        ),
        Row::at_most(
            "the same, keys left under the former",
            rotation.left as f64,
            "keys",
            0.0,
        ),
        Row::plain("the same", rotation.rewrapped as f64 / taken, "keys/s"),
        Row::plain(
            "requests answered meanwhile, by 8 clients of two servers",
            meanwhile as f64 / taken,
            "requests/s",
        ),
    ])
}

async fn serve(
    register: &Register,
    vault: Vault,
    shutdown: &CancellationToken,
) -> Result<(SocketAddr, JoinHandle<Result<()>>)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let services = Services {
        vault: Some(Arc::new(vault)),
        ..Services::default()
    };
    let (store, config) = (register.store.clone(), ServerConfig::default());
    let state = AppState::with(services, store, Clock::system(), config, shutdown.clone());
    Ok((address, tokio::spawn(serve_state(state, listener))))
}

/// Opens and changes profiles in turn.
async fn ask(
    server: SocketAddr,
    key: String,
    (client, people): (u64, Arc<Vec<InvestorId>>),
    (answered, failed): (Arc<AtomicU64>, Arc<AtomicU64>),
    stop: Arc<AtomicBool>,
) {
    let http = reqwest::Client::new();
    let mut turn = 0;
    while !stop.load(Ordering::Relaxed) {
        turn += 1;
        let place = (client * 7_919 + turn * 104_729) % people.len() as u64;
        let Some(id) = usize::try_from(place).ok().and_then(|n| people.get(n)) else {
            continue;
        };
        let base = format!("http://{server}/v1/investors/{id}/profile");
        let request = match turn % 2 {
            0 => http.post(base).json(&json!({"phone": "+4930123456"})),
            _ => http
                .post(base + "/open")
                .json(&json!({"purpose": "measured"})),
        };
        match request.bearer_auth(&key).send().await {
            Ok(answer) if answer.status().is_success() => {
                answered.fetch_add(1, Ordering::Relaxed);
            }
            _ => {
                failed.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

/// Imports them, and puts a profile of each into both databases, many at a time: what
/// is measured comes afterwards.
async fn fill(register: &Register) -> Result<Vec<InvestorId>> {
    let rows = file(&customers("rotation", PROFILES)?)?;
    register.import(rows, &Wake::new()).await?;
    drop(Keyring::open_beside(&register.url, 1).await?);
    let keys = match register.url.split_once('?') {
        Some((url, rest)) => format!("{url}_keys?{rest}"),
        None => format!("{}_keys", register.url),
    };
    let (pool, keys) = (
        PgPoolOptions::new().connect(&register.url).await?,
        PgPoolOptions::new().connect(&keys).await?,
    );
    let issuer: i64 = sqlx::query_scalar("SELECT issuer FROM issuer")
        .fetch_one(&pool)
        .await?;
    let masters = MasterKeys::new(MasterKey::new([OLD; 32]), Vec::new());
    let MasterKeyId(master) = masters.current().clone();
    let (mut people, mut after): (Vec<InvestorId>, Option<EntryNumber>) = (Vec::new(), None);
    loop {
        let filter = InvestorFilter::default();
        let page = register
            .store
            .investors(&register.issuer, &filter, after, PAGE);
        let page = page.await?;
        let (mut ids, mut wrapped) = (Vec::new(), Vec::new());
        let (mut owners, mut fields, mut sealed) = (Vec::new(), Vec::new(), Vec::new());
        for record in &page.investors {
            let id = record.investor.id;
            let key = PersonKey::fresh();
            for (field, value) in known(people.len() as u64)?.known.values() {
                owners.push(id.0.to_vec());
                fields.push(field.as_str().to_owned());
                sealed.push(key.seal(&register.issuer, id, field, value).0);
            }
            wrapped.push(masters.wrap(&register.issuer, id, &key).bytes);
            ids.push(id.0.to_vec());
            people.push(id);
        }
        sqlx::query(
            "INSERT INTO person_key SELECT $1, r.investor, $2, r.wrapped \
             FROM unnest($3::bytea[], $4::bytea[]) AS r (investor, wrapped)",
        )
        .bind(issuer)
        .bind(&master)
        .bind(&ids)
        .bind(&wrapped)
        .execute(&keys)
        .await?;
        sqlx::query(
            "INSERT INTO profile_value SELECT $1, r.investor, r.field, r.sealed, $2 \
             FROM unnest($3::bytea[], $4::text[], $5::bytea[]) AS r (investor, field, sealed)",
        )
        .bind(issuer)
        .bind(i64::try_from(now().0)?)
        .bind(&owners)
        .bind(&fields)
        .bind(&sealed)
        .execute(&pool)
        .await?;
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    sqlx::query("VACUUM (ANALYZE)").execute(&keys).await?;
    register.vacuum().await?;
    pool.close().await;
    keys.close().await;
    ensure!(people.len() == PROFILES, "all of them");
    Ok(people)
}
