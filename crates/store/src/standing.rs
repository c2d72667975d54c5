//! How a wallet stands in the register, and therefore what each chain must
//! hold of it.

use symbolon_core::{
    ids::{IssuerId, RegistryId},
    investor::{Investor, InvestorKind, PersonFacts},
    mirror::{filter::MirroredRegistry, record::WalletRecord},
    wallet::{Wallet, WalletAddress},
};

use crate::{
    Result, Store, StoreError, chain,
    codec::{self, issuer_key, registry_key, scope, version},
    investor::row::InvestorRow,
};

/// A wallet with its holder, if it has one.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    pub(crate) wallet: Wallet,
    pub(crate) investor: Option<Investor>,
}

impl Standing {
    pub(crate) fn desired(&self, target: &MirroredRegistry) -> WalletRecord {
        target.desired(self.investor.as_ref(), &self.wallet)
    }
}

/// What one chain holds of a wallet, beside what it must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MirrorStanding {
    /// The wallet.
    pub wallet: WalletAddress,
    /// What the chain must hold.
    pub desired: WalletRecord,
    /// What a confirmed block showed.
    pub observed: WalletRecord,
    /// What was seen of its holder, if that is a natural person with a verdict.
    pub person: Option<PersonFacts>,
}

/// Wallets with their holders, in one snapshot. `$source` names the last
/// columns of [`StandingRow`] and joins `wallet w`; `$rest` may join more.
macro_rules! select_standings {
    ([$($source:tt)*], $rest:tt, $($argument:expr),* $(,)?) => {
        sqlx::query_as!(
            crate::standing::StandingRow,
            r#"SELECT w.address AS "address!", w.holder AS "holder?", w.chains AS "chains?",
            w.active AS "active!", w.version AS "version!", w.changed_entry AS "turn!",
            i.investor AS "investor?", i.external_id AS "external_id?", i.kind AS "kind?",
            i.status AS "status?", i.reason AS "reason?", i.restricted AS "restricted?",
            i.frozen AS "frozen?", i.level AS "level?", i.country AS "country?",
            i.rating AS "rating?", i.accreditation_ends AS "accreditation_ends?",
            i.us_person AS "us_person?", i.expiry_s AS "expiry_s?", i.authority AS "authority?",
            CASE WHEN i.authority > 0 THEN EXISTS (SELECT FROM authority a
                WHERE a.issuer = i.issuer AND a.authority = i.authority AND a.restricted)
            ELSE false END AS "authority_restricted!",
            i.source AS "source?", i.verified_s AS "verified_s?",
            i.certificates AS "certificates?", i.claims AS "claims?", i.custody AS "custody?", i.proofs AS "proofs?", i.person AS "person?",
            i.created_entry AS "created_entry?", i.changed_entry AS "changed_entry?", "#
            + $($source)*
            + " LEFT JOIN LATERAL (SELECT * FROM investor \
                WHERE issuer = w.issuer AND created_entry = w.holder LIMIT 1) i ON true " + $rest,
            $($argument),*
        )
    };
}
pub(crate) use select_standings;

pub(crate) struct StandingRow {
    pub(crate) address: Vec<u8>,
    pub(crate) holder: Option<i64>,
    pub(crate) chains: Option<Vec<i64>>,
    pub(crate) active: bool,
    pub(crate) version: i32,
    /// The entry that gave the wallet its version.
    pub(crate) turn: i64,
    pub(crate) investor: Option<Vec<u8>>,
    pub(crate) external_id: Option<String>,
    pub(crate) kind: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) restricted: Option<bool>,
    pub(crate) frozen: Option<bool>,
    pub(crate) level: Option<String>,
    pub(crate) country: Option<i16>,
    pub(crate) rating: Option<i16>,
    pub(crate) accreditation_ends: Option<i32>,
    pub(crate) us_person: Option<bool>,
    pub(crate) expiry_s: Option<i64>,
    pub(crate) authority: Option<i16>,
    /// Whether that one is cut off.
    pub(crate) authority_restricted: bool,
    pub(crate) source: Option<String>,
    pub(crate) verified_s: Option<i64>,
    pub(crate) certificates: Option<String>,
    pub(crate) claims: Option<String>,
    pub(crate) custody: Option<String>,
    pub(crate) proofs: Option<String>,
    pub(crate) person: Option<String>,
    pub(crate) created_entry: Option<i64>,
    pub(crate) changed_entry: Option<i64>,
    // What a chain holds, where the query joins it.
    pub(crate) registry_id: Option<i64>,
    pub(crate) record: Option<Vec<u8>>,
    pub(crate) block_number: Option<i64>,
    // The outbox row, where the query joins it.
    pub(crate) entry_number: Option<i64>,
    pub(crate) superseded: Option<bool>,
}

impl StandingRow {
    pub(crate) fn wallet(&self) -> Result<Wallet> {
        Ok(Wallet {
            address: codec::wallet(&self.address)?,
            chains: scope(self.chains.clone())?,
            active: self.active,
            version: version(self.version)?,
        })
    }

    /// What the chain holds; nothing where it never heard of the wallet.
    pub(crate) fn observed(&self) -> Result<WalletRecord> {
        self.record
            .as_deref()
            .map_or(Ok(WalletRecord::EMPTY), codec::record)
    }

    /// A wallet that names a holder must have one: a missing row is damage.
    pub(crate) fn standing(self) -> Result<Standing> {
        let wallet = self.wallet()?;
        if self.holder.is_none() {
            let investor = None;
            return Ok(Standing { wallet, investor });
        }
        let missing = format!("the holder of {} is missing", wallet.address);
        let investor = self
            .investor_row()
            .ok_or_else(|| StoreError::damaged(missing))?
            .read(vec![wallet.clone()])?;
        Ok(Standing {
            wallet,
            investor: Some(investor),
        })
    }

    fn investor_row(self) -> Option<InvestorRow> {
        Some(InvestorRow {
            investor: self.investor?,
            external_id: self.external_id,
            kind: self.kind?,
            status: self.status?,
            reason: self.reason,
            restricted: self.restricted?,
            frozen: self.frozen?,
            level: self.level,
            country: self.country,
            rating: self.rating,
            accreditation_ends: self.accreditation_ends,
            us_person: self.us_person,
            expiry_s: self.expiry_s,
            authority: self.authority?,
            source: self.source,
            verified_s: self.verified_s,
            // The one that is joined comes beside it.
            wallets: Vec::new(),
            certificates: self.certificates,
            claims: self.claims,
            custody: self.custody,
            proofs: self.proofs,
            person: self.person,
            created_entry: self.created_entry?,
            changed_entry: self.changed_entry?,
        })
    }
}

impl Store {
    /// Wallets after the cursor, by address, each with what this chain must
    /// hold and what it holds: for reconciliation and for the drift's alarm.
    pub async fn mirror_standings(
        &self,
        issuer: &IssuerId,
        registry: impl Into<RegistryId>,
        after: Option<WalletAddress>,
        limit: u32,
    ) -> Result<Vec<MirrorStanding>> {
        let registry = registry.into();
        let targets = chain::targets(&self.pool, issuer).await?;
        let target = targets
            .iter()
            .find(|target| target.id == registry)
            .ok_or(StoreError::NotFound { what: "chain" })?;
        let after = after.map_or_else(Vec::new, |wallet| wallet.address().to_vec());
        select_standings!(
            [
                "o.registry_id AS \"registry_id?\", o.record AS \"record?\", \
             o.block_number AS \"block_number?\", \
             NULL::bigint AS entry_number, NULL::boolean AS superseded FROM wallet w"
            ],
            "LEFT JOIN LATERAL ( \
                 SELECT * FROM observed s WHERE s.issuer = w.issuer \
                 AND s.wallet = w.address AND s.registry_id = $2 LIMIT 1) o ON true \
             WHERE w.issuer = $1 AND w.address > $3 ORDER BY w.address LIMIT $4",
            issuer_key(issuer),
            registry_key(registry),
            after,
            i64::from(limit),
        )
        .fetch_all(&self.pool)
        .await?
        .into_iter()
        .map(|row| {
            let observed = row.observed()?;
            let standing = row.standing()?;
            Ok(MirrorStanding {
                wallet: standing.wallet.address,
                desired: standing.desired(target),
                observed,
                person: standing.investor.as_ref().and_then(person),
            })
        })
        .collect()
    }
}

fn person(investor: &Investor) -> Option<PersonFacts> {
    let verdict = investor.status.verdict();
    let verdict = verdict.filter(|_| investor.kind == InvestorKind::NaturalPerson);
    verdict.map(|verdict| verdict.person)
}
