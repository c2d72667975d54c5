//! What chains were seen to hold.

use std::collections::BTreeMap;

use sqlx::{PgConnection, postgres::PgBindIterExt};
use symbolon_core::{
    ids::{IssuerId, RegistryId},
    log::EntryNumber,
    mirror::record::WalletRecord,
    wallet::WalletAddress,
};

use crate::{
    Result,
    codec::{bigint, issuer_key, record_bytes, registry_key},
    wallet,
};

/// A record that a block showed.
pub(crate) struct Sighting {
    pub(crate) wallet: WalletAddress,
    pub(crate) record: WalletRecord,
    pub(crate) block: u64,
}

/// Notes what blocks showed, in the order in which it was written there. What
/// an older block shows never displaces it.
pub(crate) async fn write(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    registry: RegistryId,
    seen: &[Sighting],
) -> Result<()> {
    // One row a wallet, in their order: a statement may not upsert a row
    // twice, and two of them must not deadlock.
    let newest: BTreeMap<_, _> = seen.iter().map(|seen| (seen.wallet, seen)).collect();
    if newest.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "INSERT INTO observed (issuer, wallet, registry_id, record, block_number) \
         SELECT $1, o.wallet, $2, o.record, o.block_number \
         FROM unnest($3::bytea[], $4::bytea[], $5::bigint[]) \
             AS o (wallet, record, block_number) \
         ON CONFLICT (issuer, wallet, registry_id) \
         DO UPDATE SET record = excluded.record, block_number = excluded.block_number, \
             met_entry = CASE WHEN observed.record = excluded.record THEN observed.met_entry END \
         WHERE observed.block_number <= excluded.block_number",
        issuer_key(issuer),
        registry_key(registry),
        newest
            .keys()
            .map(|wallet| wallet::bytes(*wallet))
            .bind_iter() as _,
        newest
            .values()
            .map(|seen| record_bytes(seen.record).to_vec())
            .bind_iter() as _,
        newest.values().map(|seen| bigint(seen.block)).bind_iter() as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A wallet whose record, given by an entry, was found to be met on a chain.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Met {
    pub(crate) wallet: WalletAddress,
    pub(crate) entry: EntryNumber,
    /// By what the chain holds.
    pub(crate) record: WalletRecord,
}

/// Notes who needs no comparison until either side changes.
pub(crate) async fn note_met(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    registry: RegistryId,
    met: &[Met],
) -> Result<()> {
    // In their order, like all that write here.
    let met: BTreeMap<_, _> = met.iter().map(|met| (met.wallet, met)).collect();
    if met.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "UPDATE observed SET met_entry = m.entry \
         FROM unnest($3::bytea[], $4::bytea[], $5::bigint[]) AS m (wallet, record, entry) \
         WHERE issuer = $1 AND registry_id = $2 AND observed.wallet = m.wallet \
             AND observed.record = m.record",
        issuer_key(issuer),
        registry_key(registry),
        met.keys().map(|wallet| wallet::bytes(*wallet)).bind_iter() as _,
        met.values()
            .map(|met| record_bytes(met.record).to_vec())
            .bind_iter() as _,
        met.values().map(|met| bigint(met.entry.0)).bind_iter() as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}
