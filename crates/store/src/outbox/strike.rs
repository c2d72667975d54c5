//! Rows that go, with the transaction that carries what they ask for.
//!
//! A denial that was told out of turn leaves a note of who carries it, since
//! people ask when it arrived ([`crate::DenialReceipt`]).

use std::collections::HashSet;

use alloy_primitives::{Address, hex};
use sqlx::PgConnection;
use symbolon_core::{
    ids::{IssuerId, RegistryId},
    log::EntryNumber,
    mirror::{lane::Nonce, plan::Owed},
};

use crate::{
    Result,
    codec::{self, bigint, entry_number, issuer_key, registry_key},
};

/// The transaction that carries what is struck.
#[derive(Clone, Copy)]
pub(crate) struct Carrier {
    pub(crate) signer: Address,
    pub(crate) nonce: Nonce,
}

/// What was deleted of the outbox.
#[derive(Debug, Default)]
pub(crate) struct Struck {
    pub(super) rows: usize,
    pub(super) oldest_denial: Option<EntryNumber>,
}

/// Deletes rows that a transaction carries, or that need no telling.
pub(super) async fn strike(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    registry: RegistryId,
    rows: &[Owed],
    carrier: Option<Carrier>,
) -> Result<Struck> {
    let Some(keys) = Keys::of(rows) else {
        return Ok(Struck::default());
    };
    let struck = sqlx::query!(
        "WITH struck AS ( \
             DELETE FROM outbox WHERE issuer = $1 AND registry_id = $2 \
             AND entry_number BETWEEN $3 AND $4 \
             AND entry_number::text || ':' || encode(wallet, 'hex') = ANY($5) \
             RETURNING entry_number, wallet, denial), \
         told AS ( \
             INSERT INTO denial_told (issuer, wallet, registry_id, entry_number, signer, nonce) \
             SELECT $1, wallet, $2, entry_number, $6, $7 FROM struck WHERE denial \
             ON CONFLICT (issuer, wallet, entry_number, registry_id) DO UPDATE \
             SET signer = coalesce(excluded.signer, denial_told.signer), \
                 nonce = coalesce(excluded.nonce, denial_told.nonce)) \
         SELECT entry_number, denial FROM struck",
        issuer_key(issuer),
        registry_key(registry),
        keys.first,
        keys.last,
        &keys.texts,
        carrier.map(|carrier| carrier.signer.to_vec()),
        carrier.map(|carrier| bigint(carrier.nonce.0)),
    )
    .fetch_all(connection)
    .await?;
    let denials = struck.iter().filter(|row| row.denial);
    let oldest = denials.map(|row| row.entry_number).min();
    Ok(Struck {
        rows: struck.len(),
        oldest_denial: oldest.map(entry_number).transpose()?,
    })
}

/// Which of these rows are there.
pub(super) async fn queued(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    registry: RegistryId,
    rows: &[Owed],
) -> Result<HashSet<Owed>> {
    let Some(keys) = Keys::of(rows) else {
        return Ok(HashSet::new());
    };
    sqlx::query!(
        "SELECT entry_number, wallet FROM outbox WHERE issuer = $1 AND registry_id = $2 \
         AND entry_number BETWEEN $3 AND $4 \
         AND entry_number::text || ':' || encode(wallet, 'hex') = ANY($5)",
        issuer_key(issuer),
        registry_key(registry),
        keys.first,
        keys.last,
        &keys.texts,
    )
    .fetch_all(connection)
    .await?
    .into_iter()
    .map(|row| {
        Ok(Owed {
            entry: entry_number(row.entry_number)?,
            wallet: codec::wallet(&row.wallet)?,
        })
    })
    .collect()
}

/// Rows of the outbox, as a query names them. The bounds follow from the keys,
/// but leave no plan the choice to read more. A key is one text, since arrays of
/// pairs would have to be joined.
struct Keys {
    first: i64,
    last: i64,
    texts: Vec<String>,
}

impl Keys {
    fn of(rows: &[Owed]) -> Option<Self> {
        let text = |row: &Owed| format!("{}:{}", row.entry.0, hex::encode(row.wallet.address()));
        Some(Self {
            first: bigint(rows.iter().min()?.entry.0),
            last: bigint(rows.iter().max()?.entry.0),
            texts: rows.iter().map(text).collect(),
        })
    }
}
