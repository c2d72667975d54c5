//! What chains are known to hold of one investor's identity.

use alloy_primitives::{Address, U256};
use symbolon_core::{
    claim::{ClaimTopic, record::ClaimRecord},
    identity::mirrored::Purposes,
    ids::{InvestorId, IssuerId, RegistryId},
    mirror::companion::{Companion, CompanionKey},
    wallet::WalletAddress,
};

use super::{companion, key, word};
use crate::{
    Result, Store,
    chain::targets,
    codec::{issuer_key, registry_id},
};

/// An investor's identity on one chain, as it was last read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityOnChain {
    /// Beside which registry.
    pub registry: RegistryId,
    /// Where it is, or will be.
    pub address: Address,
    /// What wallets' keys are for; nothing where that is to be read.
    pub keys: Vec<(WalletAddress, Option<Purposes>)>,
    /// What is claimed; nothing where that is to be read.
    pub claims: Vec<(ClaimTopic, Option<ClaimRecord>)>,
    /// Whether it is owed news, or a transaction that tells it has not ended.
    pub is_under_way: bool,
}

impl IdentityOnChain {
    /// Whether a block that counts has it.
    pub fn is_deployed(&self) -> bool {
        let purposes = self.keys.iter().filter_map(|(_, purposes)| *purposes);
        let mut claims = self.claims.iter().filter_map(|(_, claim)| *claim);
        purposes.into_iter().any(|held| held != Purposes::NONE) || claims.any(ClaimRecord::is_held)
    }
}

impl Store {
    /// The investor's identity beside each registry that has identities.
    pub async fn identity_on_chains(
        &self,
        issuer: &IssuerId,
        investor: InvestorId,
    ) -> Result<Vec<IdentityOnChain>> {
        let targets = targets(&self.pool, issuer).await?;
        let first = investor.0.as_slice();
        let rows = sqlx::query!(
            r#"SELECT c.registry_id, c.companion, k.key AS "key?",
                k.observed AS "observed?", coalesce(k.is_under_way, false) AS "is_under_way!"
            FROM companion c LEFT JOIN LATERAL (
                SELECT coalesce(m.key, o.key) AS key, m.observed,
                    m.told IS NOT NULL OR o.key IS NOT NULL AS is_under_way
                FROM (SELECT * FROM companion_mirror WHERE issuer = $1
                    AND registry_id = c.registry_id AND companion = c.companion
                    AND key BETWEEN $2 AND $3) m
                FULL JOIN (SELECT * FROM companion_owed WHERE issuer = $1
                    AND registry_id = c.registry_id AND companion = c.companion
                    AND key BETWEEN $2 AND $3) o ON o.key = m.key) k ON true
            WHERE c.issuer = $1 AND c.companion IN ('identities', 'claims')
            ORDER BY c.registry_id, c.companion, k.key"#,
            issuer_key(issuer),
            first,
            &[first, &[u8::MAX; 32]].concat(),
        )
        .fetch_all(&self.pool)
        .await?;
        let mut found: Vec<IdentityOnChain> = Vec::new();
        for row in rows {
            let registry = registry_id(row.registry_id)?;
            if found.last().is_none_or(|last| last.registry != registry) {
                let target = targets.iter().find(|target| target.id == registry);
                let Some(target) = target else { continue };
                found.push(IdentityOnChain {
                    registry,
                    address: target.identity(investor),
                    keys: Vec::new(),
                    claims: Vec::new(),
                    is_under_way: false,
                });
            }
            let (Some(identity), Some(bytes)) = (found.last_mut(), row.key) else {
                continue;
            };
            identity.is_under_way |= row.is_under_way;
            let observed: Option<U256> = row.observed.as_deref().map(word).transpose()?;
            match key(companion(&row.companion)?, &bytes)? {
                CompanionKey::IdentityKey(_, wallet) => {
                    identity.keys.push((wallet, observed.map(Purposes::shown)));
                }
                CompanionKey::Claim(_, topic) => {
                    identity.claims.push((topic, observed.map(ClaimRecord)));
                }
                CompanionKey::Rule(_) | CompanionKey::Certificate(..) => {}
            }
        }
        Ok(found)
    }

    /// How many claims beside a registry stand by this signer's word, as last read; those
    /// that are under way or to be read may come to, and count as well.
    pub async fn claims_by(
        &self,
        issuer: &IssuerId,
        registry: RegistryId,
        signer: Address,
    ) -> Result<usize> {
        let known = self.companions_on_chains(issuer, Companion::Claims).await?;
        let here = known.iter().filter(|one| one.registry == registry);
        let by_it = here.filter(|one| {
            one.is_under_way
                || one
                    .observed
                    .map(ClaimRecord)
                    .is_none_or(|claim| claim.stands() && claim.is_signed_by(signer))
        });
        Ok(by_it.count())
    }
}
