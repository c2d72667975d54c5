//! What was written to a registry by transactions that this register does not
//! expect.
//!
//! Others write there: a token's agent, or another mirror. What a lane has given up
//! may be mined after all, once a reorganisation has freed its nonce. And the
//! register may have forgotten: a database that was restored from a backup knows
//! nothing of what its own key has signed since. Such a transaction carries a head
//! of the log that this log never had (I9), and decisions may be lost with it.

use std::collections::BTreeSet;

use alloy_primitives::{Address, B256};
use symbolon_chain::{
    spans::Span,
    writes::{self, Write},
};
use symbolon_core::wallet::WalletAddress;

use super::reader::Reader;
use crate::jobs::lane::error::LaneError;

/// What others wrote.
#[derive(Debug, Default)]
pub(crate) struct Foreign {
    /// The wallets concerned.
    pub(crate) wallets: BTreeSet<WalletAddress>,
    /// Whether a mirror wrote, which may have cut authorities off or lifted that.
    pub(crate) by_mirror: bool,
    /// A head that a key of ours signed and our log does not have, and the block
    /// up to which there are such.
    pub(crate) lost: Option<(B256, u64)>,
}

/// Reads these blocks, both ends included.
pub(crate) async fn read(
    reader: &Reader,
    from: u64,
    to: u64,
    span: &mut Span,
) -> Result<Foreign, LaneError> {
    let (mut found, mut from) = (Foreign::default(), from);
    let mut forgotten = Vec::new();
    while from <= to {
        let read = writes::writes(&reader.endpoint, reader.registry, from, to, span).await?;
        let hashes: Vec<_> = read.found.iter().map(|write| write.transaction).collect();
        let (issuer, id) = (&reader.issuer, reader.id());
        let unexpected = reader.store.unexpected(issuer, id, &hashes).await?;
        let unexpected = |write: &Write| unexpected.contains(&write.transaction);
        for write in read.found.into_iter().filter(unexpected) {
            found.wallets.extend(&write.wallets);
            forgotten.extend(write.head.map(|head| (head, write)));
        }
        from = read.through + 1;
    }
    found.by_mirror = !forgotten.is_empty();
    found.lost = lost(reader, forgotten).await?;
    Ok(found)
}

/// Of what mirrors wrote: what one of our keys signed upon a log that is not ours.
async fn lost(
    reader: &Reader,
    written: Vec<(B256, Write)>,
) -> Result<Option<(B256, u64)>, LaneError> {
    if written.is_empty() {
        return Ok(None);
    }
    let (store, issuer) = (&reader.store, &reader.issuer);
    let mut signers = store.signers(issuer, reader.id()).await?;
    signers.extend(reader.signer);
    let (mut heads, mut last) = (Vec::new(), 0);
    for (head, write) in written {
        let sender = writes::sender(&reader.endpoint, write.transaction).await?;
        if signers.contains(&sender) {
            heads.push(head);
            last = write.block;
        }
    }
    let head = store.unknown_head(issuer, &heads).await?;
    Ok(head.map(|head| (head, last)))
}

/// Looks, before a lane writes anything, whether its register has forgotten what
/// this key signed: a look ahead of what is confirmed, since approvals would
/// follow. The logs are read only where the chain has more of the key's
/// transactions than the register remembers.
pub(crate) async fn recognise(reader: &Reader, signer: Address) -> Result<(), LaneError> {
    let (store, issuer, id) = (&reader.store, &reader.issuer, reader.id());
    let remembered = store.next_nonce(issuer, id, signer).await?;
    if reader.endpoint.mined_nonce(signer).await? <= remembered.0 {
        return Ok(());
    }
    let from = store.next_block_to_follow(issuer, id).await?;
    let newest = reader.endpoint.head().await?.number;
    let found = read(reader, from, newest, &mut Span::default()).await?;
    if let Some(lost) = found.lost {
        let mut transaction = store.begin(issuer).await?;
        raise(reader, &mut transaction, lost).await?;
        transaction.commit().await?;
    }
    Ok(())
}

/// Has approvals wait until a scan has told what was lost.
pub(crate) async fn raise(
    reader: &Reader,
    transaction: &mut symbolon_store::IssuerTransaction,
    (head, block): (B256, u64),
) -> Result<(), LaneError> {
    let (issuer, registry) = (&reader.issuer, reader.id());
    tracing::error!(%issuer, %registry, %head, "{LOST}");
    crate::metrics::alarmed("lost_log");
    let alarm = format!("{LOST} (its head there is {head})");
    let first = reader.deployed_block;
    let now = reader.clock.now();
    transaction
        .alarm(registry, &alarm, true, (first, block), now)
        .await?;
    Ok(())
}

/// What people are told.
const LOST: &str = "this registry carries decisions that the log does not have: the database was restored from a backup, or another register writes with the same key; approvals to every chain wait until this one was compared, and what it denies is barred on every chain until somebody has decided: `symbolon chain reconcile` lists it";
