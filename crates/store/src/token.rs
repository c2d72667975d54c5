//! The issuer's tokens, as far as the register was told of them.

use alloy_primitives::Address;
use symbolon_core::ids::{IssuerId, RegistryId};

use crate::{
    IssuerTransaction, Result, Store, StoreError,
    codec::{address, bigint, issuer_key, registry_id, registry_key, unsigned},
};

/// A token that asks one of the issuer's registries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownToken {
    /// Which registry.
    pub registry: RegistryId,
    /// Where the token is.
    pub token: Address,
    /// The block from which its transfers are read.
    pub first_block: u64,
}

impl Store {
    /// All of them, by registry and address.
    pub async fn tokens(&self, issuer: &IssuerId) -> Result<Vec<KnownToken>> {
        sqlx::query!(
            "SELECT registry_id, token, first_block FROM token WHERE issuer = $1 \
             ORDER BY registry_id, token",
            issuer_key(issuer),
        )
        .fetch_all(&self.pool)
        .await?
        .into_iter()
        .map(|row| {
            Ok(KnownToken {
                registry: registry_id(row.registry_id)?,
                token: address(&row.token)?,
                first_block: unsigned(row.first_block, "a block")?,
            })
        })
        .collect()
    }
}

impl IssuerTransaction {
    /// Makes a token known, or says anew from which block it is read.
    pub async fn add_token(&mut self, known: &KnownToken) -> Result<()> {
        sqlx::query!(
            "INSERT INTO token (issuer, registry_id, token, first_block) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (issuer, registry_id, token) \
             DO UPDATE SET first_block = excluded.first_block",
            issuer_key(&self.issuer),
            registry_key(known.registry),
            known.token.as_slice(),
            bigint(known.first_block),
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Forgets a token, wherever it is known.
    pub async fn forget_token(&mut self, token: Address) -> Result<()> {
        let gone = sqlx::query!(
            "DELETE FROM token WHERE issuer = $1 AND token = $2",
            issuer_key(&self.issuer),
            token.as_slice(),
        )
        .execute(&mut *self.transaction)
        .await?;
        match gone.rows_affected() {
            0 => Err(StoreError::NotFound { what: "token" }),
            _ => Ok(()),
        }
    }
}
