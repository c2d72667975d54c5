//! What chains were seen to hold.

use std::collections::BTreeMap;

use sqlx::{PgConnection, postgres::PgBindIterExt};
use symbolon_core::{
    ids::{ChainId, IssuerId},
    mirror::record::WalletRecord,
    wallet::WalletAddress,
};

use crate::{
    Result,
    codec::{bigint, record_bytes},
    wallet,
};

/// Notes what a block showed, in the order in which it was written there. What
/// an older block shows never displaces it.
pub(crate) async fn write(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    chain: ChainId,
    seen: &[(WalletAddress, WalletRecord)],
    block: u64,
) -> Result<()> {
    // One row a wallet, in their order: a statement may not upsert a row
    // twice, and two of them must not deadlock.
    let newest: BTreeMap<_, _> = seen.iter().copied().collect();
    if newest.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "INSERT INTO observed (issuer, wallet, chain_id, record, block_number) \
         SELECT $1, o.wallet, $2, o.record, $5 \
         FROM unnest($3::bytea[], $4::bytea[]) AS o (wallet, record) \
         ON CONFLICT (issuer, wallet, chain_id) \
         DO UPDATE SET record = excluded.record, block_number = excluded.block_number \
         WHERE observed.block_number <= excluded.block_number",
        issuer.as_str(),
        bigint(chain.0),
        newest
            .keys()
            .map(|wallet| wallet::bytes(*wallet))
            .bind_iter() as _,
        newest
            .values()
            .map(|record| record_bytes(*record).to_vec())
            .bind_iter() as _,
        bigint(block),
    )
    .execute(connection)
    .await?;
    Ok(())
}
