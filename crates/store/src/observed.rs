//! What chains were seen to hold.

use std::collections::BTreeMap;

use sqlx::{PgConnection, postgres::PgBindIterExt};
use symbolon_core::{
    ids::{IssuerId, RegistryId},
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
         DO UPDATE SET record = excluded.record, block_number = excluded.block_number \
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
