//! A page of wallets to be compared.
//!
//! Most of them stand as they stood at the last scan. So that these cost a scan
//! next to nothing, it notes beside what a chain was seen to hold which entry's
//! record that meets (`observed.met_entry`): as long as neither has changed, what
//! the register holds need not be read.

use std::collections::{HashMap, HashSet};

use symbolon_core::{
    ids::{IssuerId, RegistryId},
    mirror::{filter::MirroredRegistry, record::WalletRecord},
    wallet::WalletAddress,
};

use super::standings;
use crate::{
    Result, Store,
    codec::{self, entry_number, issuer_key, registry_key},
    observed::{self, Met},
    standing::StandingRow,
    wallet,
};

/// A wallet to be compared, with what is known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ToCompare {
    /// Which one.
    pub wallet: WalletAddress,
    /// What a confirmed block showed last.
    pub observed: WalletRecord,
    /// Whether that is what the chain must hold, and nobody is to decide about it.
    pub is_met: bool,
}

impl ToCompare {
    /// Whether nothing follows from this record: all is as it must be, and known.
    pub fn is_as_known(&self, held: WalletRecord) -> bool {
        self.is_met && self.observed == held
    }
}

/// What a chain was seen to hold, and which entry's record that meets; -1: nobody
/// has looked.
struct Observed {
    record: WalletRecord,
    met_entry: i64,
}

/// Entries of one length, from all of them in one value.
fn unpacked<const N: usize>(packed: Option<Vec<u8>>) -> Vec<[u8; N]> {
    packed.unwrap_or_default().as_chunks().0.to_vec()
}

/// That an entry ends with.
fn number<const N: usize>(entry: &[u8; N]) -> i64 {
    entry.last_chunk().copied().map_or(-1, i64::from_be_bytes)
}

impl Store {
    /// Wallets after the cursor, by address, to be compared with this registry.
    /// Notes those that are met.
    pub async fn to_compare(
        &self,
        issuer: &IssuerId,
        target: &MirroredRegistry,
        after: Option<WalletAddress>,
        limit: u32,
    ) -> Result<Vec<ToCompare>> {
        let after = after.map_or_else(Vec::new, wallet::bytes);
        let (page, observed, disputed) = futures::try_join!(
            self.page(issuer, &after, limit),
            self.observed_after(issuer, target.id, &after, limit),
            self.disputed(issuer),
        )?;
        let mut known = observed.into_iter().peekable();
        let mut compared = Vec::with_capacity(page.len());
        let mut unmet = Vec::new();
        for (address, turn) in page {
            while known.next_if(|(seen, _)| *seen < address).is_some() {}
            let seen = known.next_if(|(seen, _)| *seen == address);
            let seen = seen.map(|(_, observed)| observed);
            let is_met = seen.as_ref().is_some_and(|seen| seen.met_entry == turn)
                && !disputed.contains(&address);
            if !is_met {
                unmet.push(wallet::bytes(address));
            }
            compared.push(ToCompare {
                wallet: address,
                observed: seen.map_or(WalletRecord::EMPTY, |seen| seen.record),
                is_met,
            });
        }
        if !unmet.is_empty() {
            let found = self.look_at(issuer, target, &unmet).await?;
            for one in &mut compared {
                one.is_met |= found.get(&one.wallet) == Some(&one.observed);
            }
        }
        Ok(compared)
    }

    /// Wallets after the cursor, by address; notes nothing.
    pub async fn wallets_after(
        &self,
        issuer: &IssuerId,
        after: Option<WalletAddress>,
        limit: u32,
    ) -> Result<Vec<WalletAddress>> {
        let after = after.map_or_else(Vec::new, wallet::bytes);
        let page = self.page(issuer, &after, limit).await?;
        Ok(page.into_iter().map(|(wallet, _)| wallet).collect())
    }

    /// Wallets by address, each with the entry that last changed it. They come as
    /// one value: as rows they would cost a scan more than the chain's answers.
    async fn page(
        &self,
        issuer: &IssuerId,
        after: &[u8],
        limit: u32,
    ) -> Result<Vec<(WalletAddress, i64)>> {
        let packed = sqlx::query_scalar!(
            r#"SELECT string_agg(address || int8send(changed_entry), ''::bytea) AS packed
            FROM (SELECT address, changed_entry FROM wallet WHERE issuer = $1 AND address > $2
                ORDER BY address LIMIT $3) w"#,
            issuer_key(issuer),
            after,
            i64::from(limit),
        )
        .fetch_one(&self.pool)
        .await?;
        let packed = unpacked::<28>(packed);
        let wallets = packed
            .iter()
            .map(|entry| Ok((codec::wallet(&entry[..20])?, number(entry))));
        let mut wallets = wallets.collect::<Result<Vec<_>>>()?;
        wallets.sort_unstable();
        Ok(wallets)
    }

    /// What a chain was seen to hold of the wallets after this one.
    async fn observed_after(
        &self,
        issuer: &IssuerId,
        registry: RegistryId,
        after: &[u8],
        limit: u32,
    ) -> Result<Vec<(WalletAddress, Observed)>> {
        let packed = sqlx::query_scalar!(
            r#"SELECT string_agg(wallet || record || int8send(coalesce(met_entry, -1)), ''::bytea)
                AS packed
            FROM (SELECT wallet, record, met_entry FROM observed
                WHERE issuer = $1 AND registry_id = $2 AND wallet > $3
                ORDER BY wallet LIMIT $4) o"#,
            issuer_key(issuer),
            registry_key(registry),
            after,
            i64::from(limit),
        )
        .fetch_one(&self.pool)
        .await?;
        let packed = unpacked::<60>(packed);
        let seen = packed.iter().map(|entry| {
            let observed = Observed {
                record: codec::record(&entry[20..52])?,
                met_entry: number(entry),
            };
            Ok((codec::wallet(&entry[..20])?, observed))
        });
        let mut seen = seen.collect::<Result<Vec<_>>>()?;
        seen.sort_unstable_by_key(|(wallet, _)| *wallet);
        Ok(seen)
    }

    /// Those that wait for a person, or did.
    async fn disputed(&self, issuer: &IssuerId) -> Result<HashSet<WalletAddress>> {
        sqlx::query_scalar!(
            "SELECT wallet FROM dispute WHERE issuer = $1",
            issuer_key(issuer),
        )
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(|bytes| codec::wallet(bytes))
        .collect()
    }

    /// Those of these that a chain holds as it must, with what it holds. The next
    /// scan need not look at them.
    async fn look_at(
        &self,
        issuer: &IssuerId,
        target: &MirroredRegistry,
        wallets: &[Vec<u8>],
    ) -> Result<HashMap<WalletAddress, WalletRecord>> {
        let mut connection = self.pool.acquire().await?;
        let rows = standings(&mut connection, issuer, target.id, wallets).await?;
        let met = rows
            .into_iter()
            .filter_map(|row| row.met(target).transpose());
        let met = met.collect::<Result<Vec<_>>>()?;
        observed::note_met(&mut connection, issuer, target.id, &met).await?;
        Ok(met
            .into_iter()
            .map(|met| (met.wallet, met.record))
            .collect())
    }
}

impl StandingRow {
    /// What the chain holds, if that is what it must hold and nobody is to decide.
    fn met(self, target: &MirroredRegistry) -> Result<Option<Met>> {
        let (entry, record) = (entry_number(self.turn)?, self.observed()?);
        let disputed = self.superseded == Some(true);
        let standing = self.standing()?;
        let is_met = !disputed && standing.desired(target).is_met_by(record);
        Ok(is_met.then_some(Met {
            wallet: standing.wallet.address,
            entry,
            record,
        }))
    }
}
