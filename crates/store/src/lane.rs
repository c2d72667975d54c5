//! A lane's books: the transactions of one signer on one chain.
//!
//! 1. [`Store::store_signed`]: the bytes are stored, and the chain is no longer
//!    owed the wallets that they carry, before anything is sent (I11).
//! 2. The lane sends them, and sends the same bytes again after a crash or
//!    when a node has forgotten them: [`Store::open_transactions`].
//! 3. [`Store::settle`]: what became of a nonce, with what the chain was seen
//!    to hold, and the wallets that must be told again.
//!
//! Where the signer changes, [`Store::open_signers`] tells what the ones before
//! it left open, and [`Store::tell_again`] lets their successor carry it.

mod row;

use std::collections::{HashMap, HashSet};

use alloy_primitives::Address;
use sqlx::PgConnection;
use symbolon_core::{
    ids::{IssuerId, RegistryId},
    log::EntryNumber,
    mirror::{
        batch::Batch,
        filter::MirroredRegistry,
        lane::{Attempt, Nonce, OpenTransaction, Outcome, Receipt, Signed},
        plan::Owed,
    },
    time::UnixSeconds,
    wallet::WalletAddress,
};

use crate::{
    CrashPoint, Lease, Result, Store, StoreError, authority,
    codec::{address, bigint, entry_number, issuer_key, registry_key, unsigned},
    companion,
    observed::{self, Sighting},
    outbox,
};
use row::LaneRow;
pub(crate) use row::batch;

impl Store {
    /// Stores a signed transaction and notes that its chain is no longer owed
    /// what it carries (I11), all or nothing.
    ///
    /// A second worker that signs for the same nonce gets
    /// [`StoreError::Conflict`], and one whose lease is another's by now
    /// [`StoreError::Fenced`]: it must send nothing.
    pub async fn store_signed(
        &self,
        lease: &Lease,
        signer: Address,
        signed: &Signed,
    ) -> Result<()> {
        let (issuer, registry) = (lease.issuer(), lease.registry());
        let envelope = &signed.envelope;
        let wallets =
            i32::try_from(envelope.batch.wallets()).map_err(|_| StoreError::OutOfRange {
                what: "the number of wallets",
            })?;
        let mut transaction = self.begin_growing().await?;
        lease.hold_with_chain(&mut transaction).await?;
        sqlx::query!(
            "INSERT INTO lane_transaction (issuer, registry_id, signer, nonce, attempt, hash, raw, \
                 call, batch, wallets, head_number, head_hash, gas_limit, max_fee_wei, \
                 priority_fee_wei, stored_ms, denies, oldest_denial, lease_token) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, \
                 $14::text::numeric, $15::text::numeric, $16, $17, $18, $19)",
            issuer_key(issuer),
            registry_key(registry),
            signer.as_slice(),
            bigint(envelope.nonce.0),
            i32::from(envelope.attempt.0),
            signed.hash.as_slice(),
            &signed.raw[..],
            envelope.batch.call().as_str(),
            envelope.batch.packed(),
            wallets,
            bigint(envelope.head.number.0),
            envelope.head.hash.as_slice(),
            bigint(envelope.gas_limit.0),
            envelope.price.max_fee.0.to_string(),
            envelope.price.priority_fee.0.to_string(),
            bigint(signed.stored_at.0),
            envelope.batch.denies(),
            envelope.oldest_denial().map(|entry| bigint(entry.0)),
            bigint(lease.token().0),
        )
        .execute(&mut *transaction)
        .await
        .map_err(StoreError::unless_unique(
            "this attempt at the nonce is stored already",
        ))?;
        let carrier = outbox::Carrier {
            signer,
            nonce: envelope.nonce,
        };
        let discharge = &envelope.discharge;
        outbox::carry_out(&mut transaction, issuer, registry, discharge, Some(carrier)).await?;
        CrashPoint::Storing.pass();
        transaction.commit().await
    }

    /// The lane's transactions of which nobody knows what became, by nonce and
    /// attempt.
    pub async fn open_transactions(
        &self,
        issuer: &IssuerId,
        registry: RegistryId,
        signer: Address,
    ) -> Result<Vec<OpenTransaction>> {
        sqlx::query_as!(
            LaneRow,
            r#"SELECT nonce, attempt, hash, raw, call, batch, head_number, head_hash,
                max_fee_wei::text AS "max_fee_wei!", priority_fee_wei::text AS "priority_fee_wei!",
                stored_ms
            FROM lane_transaction
            WHERE issuer = $1 AND registry_id = $2 AND signer = $3 AND outcome IS NULL
            ORDER BY nonce, attempt"#,
            issuer_key(issuer),
            registry_key(registry),
            signer.as_slice(),
        )
        .fetch_all(&self.pool)
        .await?
        .into_iter()
        .map(LaneRow::read)
        .collect()
    }

    /// Who has transactions open on this chain, and how many nonces each, by
    /// address.
    pub async fn open_signers(
        &self,
        issuer: &IssuerId,
        registry: RegistryId,
    ) -> Result<Vec<(Address, u64)>> {
        sqlx::query!(
            r#"SELECT signer, count(DISTINCT nonce) AS "nonces!" FROM lane_transaction
            WHERE issuer = $1 AND registry_id = $2 AND outcome IS NULL
            GROUP BY signer ORDER BY signer"#,
            issuer_key(issuer),
            registry_key(registry),
        )
        .fetch_all(&self.pool)
        .await?
        .into_iter()
        .map(|row| {
            let nonces = unsigned(row.nonces, "a number of transactions")?;
            Ok((address(&row.signer)?, nonces))
        })
        .collect()
    }

    /// Queues what these nonces carry again, as the register has it now, while
    /// they stay open: their signer's key is gone, and no fee can be raised.
    pub async fn tell_again(
        &self,
        lease: &Lease,
        target: &MirroredRegistry,
        signer: Address,
        nonces: &[Nonce],
        now: UnixSeconds,
    ) -> Result<()> {
        let (issuer, registry) = (lease.issuer(), lease.registry());
        let mut transaction = self.begin_growing().await?;
        lease.hold_with_chain(&mut transaction).await?;
        let mut vain = Vec::new();
        for nonce in nonces {
            let place = Place {
                issuer,
                registry,
                signer,
                nonce: *nonce,
            };
            vain.push(place.carried(&mut transaction).await?);
        }
        owe_again(&mut transaction, issuer, target, &vain, now).await?;
        transaction.commit().await
    }

    /// Notes what became of these nonces, in this order and all or nothing:
    /// their transactions' ends, what the chain was seen to hold, and which
    /// wallets must be told again.
    pub async fn settle(
        &self,
        lease: &Lease,
        target: &MirroredRegistry,
        signer: Address,
        ended: &[(Nonce, Outcome)],
        now: UnixSeconds,
    ) -> Result<()> {
        let (issuer, registry) = (lease.issuer(), lease.registry());
        // The lane takes it for stored and looks no more, so the disk must have it.
        let mut transaction = self.begin_growing().await?;
        lease.hold(&mut transaction).await?;
        let (mut seen, mut authorities) = (Vec::new(), Vec::new());
        let (mut vain, mut told) = (Vec::new(), Vec::new());
        for (nonce, outcome) in ended {
            let place = Place {
                issuer,
                registry,
                signer,
                nonce: *nonce,
            };
            match outcome {
                Outcome::Mined(receipt) => {
                    // One that wrote to a companion shows neither.
                    if receipt.records.is_empty() && receipt.authorities.is_empty() {
                        told.push((place.carried(&mut transaction).await?, receipt.block_number));
                    }
                    place.end(&mut transaction, "mined", receipt, now).await?;
                    let block = receipt.block_number;
                    authorities.extend(receipt.authorities.iter().map(|one| (*one, block)));
                    seen.extend(receipt.records.iter().map(|(wallet, record)| Sighting {
                        wallet: *wallet,
                        record: *record,
                        block,
                    }));
                }
                Outcome::Failed(receipt) => {
                    vain.push(place.carried(&mut transaction).await?);
                    place.end(&mut transaction, "failed", receipt, now).await?;
                }
                Outcome::Dropped(inspection) => {
                    let block = inspection.block_number;
                    seen.extend(inspection.records.iter().map(|(wallet, record)| Sighting {
                        wallet: *wallet,
                        record: *record,
                        block,
                    }));
                    vain.push(place.carried(&mut transaction).await?);
                    place.drop_all(&mut transaction).await?;
                }
            }
        }
        observed::write(&mut transaction, issuer, registry, &seen).await?;
        if !vain.is_empty() {
            // A former signer's lane may queue the same wallets at the same time.
            outbox::lock_chain(&mut transaction, issuer, registry).await?;
        }
        authority::observe(&mut transaction, issuer, registry, &authorities).await?;
        for (carried, block) in &told {
            if let Some(batch) = carried.batch.companion() {
                companion::ended(&mut transaction, issuer, registry, batch, *block, now).await?;
            }
        }
        owe_again(&mut transaction, issuer, target, &vain, now).await?;
        CrashPoint::Settling.pass();
        transaction.commit().await
    }
}

/// Has the chain told again of what these carry, as the register has it.
async fn owe_again(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    target: &MirroredRegistry,
    vain: &[Carried],
    now: UnixSeconds,
) -> Result<()> {
    let wallets = vain.iter().flat_map(|carried| carried.batch.versions());
    let wallets: Vec<_> = wallets.map(|(wallet, _)| wallet).collect();
    let oldest = vain.iter().filter_map(|carried| carried.oldest_denial);
    outbox::requeue(connection, issuer, target, &wallets, oldest.min(), now).await?;
    let batches = vain.iter().map(|carried| &carried.batch);
    authority::tell_again(&mut *connection, issuer, target.id, batches).await?;
    for batch in vain.iter().filter_map(|carried| carried.batch.companion()) {
        companion::in_vain(&mut *connection, issuer, target.id, batch, now).await?;
    }
    Ok(())
}

/// Notes that any of the open transactions may carry a denial of this entry.
pub(crate) async fn inherit_denial(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    registry: RegistryId,
    entry: EntryNumber,
) -> Result<()> {
    sqlx::query!(
        "UPDATE lane_transaction SET oldest_denial = least(oldest_denial, $3) \
         WHERE issuer = $1 AND registry_id = $2 AND outcome IS NULL AND denies",
        issuer_key(issuer),
        registry_key(registry),
        bigint(entry.0),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Waits for whoever is storing a transaction for this chain.
pub(crate) use outbox::lock_chain as lock;

/// The wallets in transactions of which nobody knows what became.
pub(crate) async fn carried_wallets(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    registry: RegistryId,
) -> Result<HashSet<WalletAddress>> {
    let carriers = carriers(connection, issuer, registry).await?;
    Ok(carriers.into_keys().collect())
}

/// The same, with the signer and the nonce that carry each last.
async fn carriers(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    registry: RegistryId,
) -> Result<HashMap<WalletAddress, (Vec<u8>, i64)>> {
    let rows = sqlx::query!(
        "SELECT signer, nonce, call, batch FROM lane_transaction \
         WHERE issuer = $1 AND registry_id = $2 AND outcome IS NULL ORDER BY head_number, nonce",
        issuer_key(issuer),
        registry_key(registry),
    )
    .fetch_all(connection)
    .await?;
    let mut carriers = HashMap::new();
    for row in rows {
        let batch = row::batch(&row.call, &row.batch)?;
        let versions = batch.versions().into_iter();
        carriers.extend(versions.map(|(wallet, _)| (wallet, (row.signer.clone(), row.nonce))));
    }
    Ok(carriers)
}

/// Denials that were struck because something open carries them already: their
/// receipts follow that.
pub(crate) async fn note_carriers(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    registry: RegistryId,
    struck: &[Owed],
) -> Result<()> {
    let carriers = carriers(&mut *connection, issuer, registry).await?;
    for Owed { entry, wallet } in struck {
        let Some((signer, nonce)) = carriers.get(wallet) else {
            continue;
        };
        sqlx::query!(
            "UPDATE denial_told SET signer = $5, nonce = $6 \
             WHERE issuer = $1 AND wallet = $2 AND registry_id = $3 AND entry_number = $4 \
                 AND signer IS NULL",
            issuer_key(issuer),
            crate::wallet::bytes(*wallet),
            registry_key(registry),
            bigint(entry.0),
            signer,
            nonce,
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// What the transactions of a nonce carry.
struct Carried {
    batch: Batch,
    oldest_denial: Option<EntryNumber>,
}

/// One nonce of one lane.
struct Place<'a> {
    issuer: &'a IssuerId,
    registry: RegistryId,
    signer: Address,
    nonce: Nonce,
}

impl Place<'_> {
    /// The attempt in the receipt ended so; the others were replaced by it.
    async fn end(
        &self,
        connection: &mut PgConnection,
        word: &str,
        receipt: &Receipt,
        now: UnixSeconds,
    ) -> Result<()> {
        let Attempt(attempt) = receipt.attempt;
        let done = sqlx::query!(
            "UPDATE lane_transaction SET \
                 outcome = CASE WHEN attempt = $5 THEN $6 ELSE 'replaced' END, \
                 block_number = CASE WHEN attempt = $5 THEN $7::bigint END, \
                 gas_used = CASE WHEN attempt = $5 THEN $8::bigint END, \
                 fee_wei = CASE WHEN attempt = $5 THEN $9::text::numeric END, \
                 final_s = $10 \
             WHERE issuer = $1 AND registry_id = $2 AND signer = $3 AND nonce = $4 \
                 AND outcome IS NULL",
            issuer_key(&self.issuer),
            registry_key(self.registry),
            self.signer.as_slice(),
            bigint(self.nonce.0),
            i32::from(attempt),
            word,
            bigint(receipt.block_number),
            bigint(receipt.gas_used.0),
            receipt.fee.0.to_string(),
            bigint(now.0),
        )
        .execute(connection)
        .await?;
        match done.rows_affected() {
            0 => Err(StoreError::NotFound {
                what: "transaction",
            }),
            _ => Ok(()),
        }
    }

    async fn drop_all(&self, connection: &mut PgConnection) -> Result<()> {
        sqlx::query!(
            "UPDATE lane_transaction SET outcome = 'dropped' \
             WHERE issuer = $1 AND registry_id = $2 AND signer = $3 AND nonce = $4 \
                 AND outcome IS NULL",
            issuer_key(&self.issuer),
            registry_key(self.registry),
            self.signer.as_slice(),
            bigint(self.nonce.0),
        )
        .execute(connection)
        .await?;
        Ok(())
    }

    /// What its transactions carry; every attempt carries the same.
    async fn carried(&self, connection: &mut PgConnection) -> Result<Carried> {
        let row = sqlx::query!(
            "SELECT call, batch, min(oldest_denial) OVER () AS oldest_denial FROM lane_transaction \
             WHERE issuer = $1 AND registry_id = $2 AND signer = $3 AND nonce = $4 \
                 AND outcome IS NULL ORDER BY attempt LIMIT 1",
            issuer_key(&self.issuer),
            registry_key(self.registry),
            self.signer.as_slice(),
            bigint(self.nonce.0),
        )
        .fetch_optional(connection)
        .await?
        .ok_or(StoreError::NotFound {
            what: "transaction",
        })?;
        Ok(Carried {
            batch: row::batch(&row.call, &row.batch)?,
            oldest_denial: row.oldest_denial.map(entry_number).transpose()?,
        })
    }
}
