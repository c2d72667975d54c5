//! Planning and signing 100,000 wallets for a node that takes everything at
//! once, against bare encoding and signing of the same transactions.

use std::time::Instant;

use alloy::primitives::{Address, B256, U256, keccak256};
use anyhow::{Result, bail, ensure};
use secrecy::SecretString;
use symbolon_chain::{
    lane::{Form, sign},
    signer::LaneSigner,
};
use symbolon_core::{
    ids::ChainId,
    log::EntryNumber,
    mirror::{
        fees::{Market, Wei},
        lane::{
            Broadcast, Effect, Envelope, Input, Lane, Nonce, Observation, Outcome, Part, Pulled,
            Receipt, Signed,
        },
        plan::{Owed, PendingRecord},
        record::WalletRecord,
    },
    time::UnixMillis,
    wallet::{Version, WalletAddress},
};
use symbolon_server::jobs::lane::default_policy;

use crate::{pairs, row::Row};

const WALLETS: usize = 100_000;
const ROUNDS: usize = 10;
const CHAIN: ChainId = ChainId(31_337);

pub(crate) fn measure() -> Result<Vec<Row>> {
    let key = SecretString::from(format!("0x{}", "11".repeat(32)));
    let signer = LaneSigner::from_hex(&key)?;
    let pending = pending()?;
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        let envelopes = planned(&signer, &pending)?;
        let ours = WALLETS as f64 / begun.elapsed().as_secs_f64();
        let begun = Instant::now();
        for envelope in &envelopes {
            sign(&signer, CHAIN, Address::ZERO, Form::DynamicFee, envelope)?;
        }
        let floor = WALLETS as f64 / begun.elapsed().as_secs_f64();
        rounds.push((ours, floor));
    }
    let pairs = pairs::of(&rounds);
    let name = "planning and signing 100,000 wallets";
    Ok(vec![Row::share(
        name,
        pairs.ours,
        "wallets/s",
        pairs.floor,
        pairs.ratio,
        0.5,
    )])
}

/// Drives a lane through all of them; what it had signed comes back.
fn planned(signer: &LaneSigner, pending: &[PendingRecord]) -> Result<Vec<Envelope>> {
    let mut lane = Lane::new(
        default_policy(1, Wei(1_000_000_000_000)),
        Vec::new(),
        EntryNumber(0),
    );
    let mut waiting = pending;
    let mut envelopes = Vec::new();
    let mut mined = 0;
    let mut clock = 1;
    while !(lane.is_idle() && waiting.is_empty()) {
        let now = UnixMillis(clock);
        let Some(effect) = lane.poll(now) else {
            clock += 1_000;
            continue;
        };
        let input = match effect {
            Effect::Pull { part, limit } => {
                let in_turn = matches!(part, Part::After(_));
                let take = if in_turn { limit.min(waiting.len()) } else { 0 };
                let (records, rest) = waiting.split_at(take);
                waiting = rest;
                let pulled = Pulled {
                    records: records.to_vec(),
                    through: records
                        .last()
                        .map_or(EntryNumber(0), |last| last.owed.entry),
                    more: in_turn && !rest.is_empty(),
                    ..Pulled::default()
                };
                Input::Pulled { part, pulled }
            }
            Effect::Discharge(_) => Input::Discharged,
            Effect::Store(envelope) => {
                let bytes = sign(signer, CHAIN, Address::ZERO, Form::DynamicFee, &envelope)?;
                envelopes.push(envelope.clone());
                Input::Stored(Signed {
                    envelope,
                    hash: bytes.hash,
                    raw: bytes.raw,
                    stored_at: now,
                })
            }
            Effect::Broadcast { nonce, attempt, .. } => {
                mined = mined.max(nonce.0 + 1);
                Input::Broadcast {
                    nonce,
                    attempt,
                    outcome: Broadcast::Accepted,
                }
            }
            Effect::Observe(open) => Input::Observed(observation(mined, &open)),
            Effect::Settle(ended) => {
                let mined = |(_, outcome): &(_, Outcome)| matches!(outcome, Outcome::Mined(_));
                ensure!(ended.iter().all(mined), "the null node mines everything");
                Input::Settled(ended.into_iter().map(|(nonce, _)| nonce).collect())
            }
            Effect::Estimate { .. } | Effect::Quarantine { .. } | Effect::Inspect { .. } => {
                bail!("the null node refuses and loses nothing")
            }
            Effect::TellAgain(_) => bail!("only a former signer's lane asks for it"),
        };
        lane.handle(input, now);
    }
    ensure!(
        envelopes
            .iter()
            .map(|each| each.batch.wallets())
            .sum::<usize>()
            == WALLETS,
        "all signed"
    );
    Ok(envelopes)
}

fn observation(mined: u64, open: &[(Nonce, Vec<B256>)]) -> Observation {
    let receipts = open
        .iter()
        .filter(|(nonce, _)| nonce.0 < mined)
        .map(|(nonce, _)| {
            let receipt = Receipt {
                attempt: Default::default(),
                block_number: 1,
                succeeded: true,
                gas_used: Default::default(),
                fee: Default::default(),
                records: Vec::new(),
                authorities: Vec::new(),
            };
            (*nonce, receipt)
        });
    Observation {
        block_number: 1,
        final_block: 1,
        market: Market {
            base_fee: Wei(1_000_000_000),
            tip: Wei(1_000_000_000),
        },
        mined_nonce: Nonce(mined),
        receipts: receipts.collect(),
        barred: false,
    }
}

fn pending() -> Result<Vec<PendingRecord>> {
    (0..WALLETS as u64)
        .map(|n| {
            let hash = keccak256(n.to_be_bytes());
            Ok(PendingRecord {
                owed: Owed {
                    entry: EntryNumber(n + 1),
                    wallet: WalletAddress::new(Address::from_word(hash))?,
                },
                desired: WalletRecord(U256::ZERO)
                    .with_version(Version(1))
                    .with_identity(Address::from_word(keccak256(hash)))
                    .with_country_code(276)
                    .with_approval(true),
                observed: WalletRecord::EMPTY,
            })
        })
        .collect()
}
