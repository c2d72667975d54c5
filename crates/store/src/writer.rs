//! Who decides about an issuer's investors: its register, by default, or a
//! `KYCRegistrar` on some chain, whose events the register takes in.
//!
//! There is one writer at a time, and it is chosen before anything is written:
//! two who decide would contradict each other.

use alloy_primitives::Address;
use sqlx::PgExecutor;
use symbolon_core::ids::{ChainId, IssuerId};

use crate::{
    IssuerTransaction, Result, Store, StoreError,
    codec::{address, bigint, chain_id, issuer_key, unsigned},
};

/// Who decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Writer {
    /// The register itself.
    #[default]
    Register,
    /// A registrar on chain, which the register follows.
    Registrar {
        /// On which chain.
        chain: ChainId,
        /// Where there.
        address: Address,
        /// The block that it was deployed in.
        deployed_block: u64,
    },
}

impl Store {
    /// Who decides about this issuer's investors.
    pub async fn writer(&self, issuer: &IssuerId) -> Result<Writer> {
        of(&self.pool, issuer).await
    }

    /// The first block of the writer's chain that is yet to be read.
    pub async fn next_block_to_witness(&self, issuer: &IssuerId) -> Result<u64> {
        next_block(&self.pool, issuer).await
    }

    /// Notes why the writer's chain could not be read, or that it could.
    pub async fn note_witnessing(&self, issuer: &IssuerId, error: Option<&str>) -> Result<()> {
        sqlx::query!(
            "UPDATE issuer SET registrar_error = $2 \
             WHERE issuer = $1 AND registrar_error IS DISTINCT FROM $2",
            issuer_key(issuer),
            error,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

impl IssuerTransaction {
    /// Who decides about this issuer's investors.
    pub async fn writer(&mut self) -> Result<Writer> {
        of(&mut *self.transaction, &self.issuer).await
    }

    /// Chooses who decides. Refused once anything is written that such a one decides:
    /// keys and the retention are the issuer's own matter, whoever it is.
    pub async fn set_writer(&mut self, writer: Writer) -> Result<()> {
        let decided = sqlx::query_scalar!(
            r#"SELECT number FROM entry WHERE issuer = $1
                AND events !~ '^\[{"type":"(ApiKeyGranted|ApiKeyRevoked|RetentionSet)"'
            LIMIT 1"#,
            issuer_key(&self.issuer),
        )
        .fetch_optional(&mut *self.transaction)
        .await?;
        if decided.is_some() {
            return Err(StoreError::Conflict {
                what: "the issuer's log has decisions, so its writer stays as it is",
            });
        }
        let (chain, address, block) = match writer {
            Writer::Register => (None, None, None),
            Writer::Registrar {
                chain,
                address,
                deployed_block,
            } => (
                Some(bigint(chain.0)),
                Some(address.to_vec()),
                Some(bigint(deployed_block)),
            ),
        };
        sqlx::query!(
            "UPDATE issuer SET registrar_chain = $2, registrar = $3, registrar_block = $4, \
                 registrar_followed = 0, registrar_error = NULL \
             WHERE issuer = $1",
            issuer_key(&self.issuer),
            chain,
            address,
            block,
        )
        .execute(&mut *self.transaction)
        .await?;
        self.locked.follows_chain = writer != Writer::Register;
        Ok(())
    }

    /// The first block of the writer's chain that is yet to be read. Under the
    /// issuer's lock it stays so until the transaction ends.
    pub async fn next_block_to_witness(&mut self) -> Result<u64> {
        next_block(&mut *self.transaction, &self.issuer).await
    }

    /// Notes that the writer's chain was read up to this block, together with
    /// what followed from it. Lost in a crash, it is read again.
    pub async fn witnessed_through(&mut self, block: u64) -> Result<()> {
        sqlx::query!(
            "UPDATE issuer SET registrar_followed = $2 \
             WHERE issuer = $1 AND registrar_followed < $2",
            issuer_key(&self.issuer),
            bigint(block),
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }
}

pub(crate) async fn of(executor: impl PgExecutor<'_>, issuer: &IssuerId) -> Result<Writer> {
    let row = sqlx::query!(
        "SELECT registrar_chain, registrar, registrar_block FROM issuer WHERE issuer = $1",
        issuer_key(issuer),
    )
    .fetch_optional(executor)
    .await?
    .ok_or(StoreError::NotFound { what: "issuer" })?;
    read(row.registrar_chain, row.registrar, row.registrar_block)
}

async fn next_block(executor: impl PgExecutor<'_>, issuer: &IssuerId) -> Result<u64> {
    let next = sqlx::query_scalar!(
        r#"SELECT greatest(registrar_block, registrar_followed + 1)
        FROM issuer WHERE issuer = $1 AND registrar_block IS NOT NULL"#,
        issuer_key(issuer),
    )
    .fetch_optional(executor)
    .await?
    .flatten();
    unsigned(
        next.ok_or(StoreError::NotFound { what: "registrar" })?,
        "a block number",
    )
}

/// From the issuer's row. Half a registrar is none to guess at (I12).
pub(crate) fn read(
    chain: Option<i64>,
    registrar: Option<Vec<u8>>,
    block: Option<i64>,
) -> Result<Writer> {
    match (chain, registrar, block) {
        (None, None, None) => Ok(Writer::Register),
        (Some(chain), Some(registrar), Some(block)) => Ok(Writer::Registrar {
            chain: chain_id(chain)?,
            address: address(&registrar)?,
            deployed_block: unsigned(block, "a block number")?,
        }),
        _ => Err(StoreError::damaged("the issuer's registrar")),
    }
}
