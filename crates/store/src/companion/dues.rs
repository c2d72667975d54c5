//! What companions must hold, by what the register holds.

use std::collections::{BTreeSet, HashMap};

use alloy_primitives::U256;
use sqlx::{PgConnection, postgres::PgBindIterExt};
use symbolon_core::{
    certificate::{
        CertificateId,
        mirrored::{self as certificate, MirroredCertificate},
        record::CertificateRecord,
    },
    claim::{
        ClaimTopic,
        mirrored::{self as claim, MirroredClaim},
        record::ClaimRecord,
        signed::SignsClaims,
    },
    identity::{
        IdentitySalt,
        mirrored::{MirroredKey, Purposes},
    },
    ids::{InvestorId, IssuerId},
    investor::Investor,
    mirror::{
        companion::{CompanionKey, CompanionWrite},
        filter::MirroredRegistry,
    },
    time::UnixSeconds,
    transfer_rules::{Schedule, mirrored::MirroredRule, record::RuleRecord},
    wallet::WalletAddress,
};

use super::row::Owed;
use crate::{
    Result, authority,
    codec::issuer_key,
    investor::select_investors,
    rules,
    standing::{Standing, select_standings},
    wallet,
};

/// What the register holds of the keys of a page, for one registry's companions.
pub(super) struct Dues<'a> {
    target: &'a MirroredRegistry,
    rules: Schedule,
    certificates: HashMap<(CertificateId, WalletAddress), certificate::Due>,
    keys: HashMap<(InvestorId, WalletAddress), Purposes>,
    claims: HashMap<(InvestorId, ClaimTopic), claim::Due>,
}

impl<'a> Dues<'a> {
    pub(super) async fn of(
        connection: &mut PgConnection,
        issuer: &IssuerId,
        target: &'a MirroredRegistry,
        rows: &[Owed],
    ) -> Result<Self> {
        let keys = || rows.iter().map(|owed| owed.errand.key);
        let of_wallets = keys().filter_map(|key| match key {
            CompanionKey::Certificate(_, wallet) | CompanionKey::IdentityKey(_, wallet) => {
                Some(wallet)
            }
            CompanionKey::Rule(_) | CompanionKey::Claim(..) => None,
        });
        let of_investors = keys().filter_map(|key| match key {
            CompanionKey::Claim(investor, _) => Some(investor),
            _ => None,
        });
        let has_rules = keys().any(|key| matches!(key, CompanionKey::Rule(_)));
        let wallets = standings(connection, issuer, of_wallets.collect()).await?;
        let investors = investors(connection, issuer, of_investors.collect()).await?;
        let mut dues = Self {
            target,
            rules: match has_rules {
                true => rules::all(&mut *connection, issuer).await?,
                false => Schedule::default(),
            },
            certificates: HashMap::new(),
            keys: HashMap::new(),
            claims: HashMap::new(),
        };
        for owed in rows {
            match owed.errand.key {
                CompanionKey::Rule(_) => {}
                CompanionKey::Certificate(id, holder) => {
                    let Some(found) = wallets.get(&holder) else {
                        continue;
                    };
                    let Some(investor) = &found.standing.investor else {
                        continue;
                    };
                    let wallet = &found.standing.wallet;
                    let counts = !found.cut_off
                        && wallet.chains.includes(target.id.chain)
                        && target.filter.admits(investor);
                    let due = certificate::Due::of(investor, wallet, id, counts);
                    dues.certificates.insert((id, holder), due);
                }
                CompanionKey::IdentityKey(id, address) => {
                    let found = wallets.get(&address).map(|found| &found.standing);
                    let holder = found.and_then(|found| Some((found, found.investor.as_ref()?)));
                    let Some((found, investor)) = holder.filter(|(_, holder)| holder.id == id)
                    else {
                        continue;
                    };
                    // Who leaves the registry's filter keeps the identity that it has.
                    let is_there = !owed.highest.is_zero() || target.filter.admits(investor);
                    let counts = is_there && found.wallet.chains.includes(target.id.chain);
                    let due = Purposes::due(investor, &found.wallet, counts);
                    dues.keys.insert((id, address), due);
                }
                CompanionKey::Claim(id, topic) => {
                    let Some((investor, cut_off)) = investors.get(&id) else {
                        continue;
                    };
                    let counts = !cut_off && target.filter.admits(investor);
                    let due = claim::Due::of(investor, topic, counts);
                    dues.claims.insert((id, topic), due);
                }
            }
        }
        Ok(dues)
    }

    /// Whether it takes a claim to come to what is due.
    pub(super) fn is_claimed(&self, key: CompanionKey) -> bool {
        match key {
            CompanionKey::Claim(investor, topic) => {
                let due = self.claims.get(&(investor, topic));
                matches!(due, Some(claim::Due::Claimed(_)))
            }
            _ => false,
        }
    }

    pub(super) fn next_write(
        &self,
        owed: &Owed,
        held: U256,
        signer: Option<&dyn SignsClaims>,
        now: UnixSeconds,
    ) -> Option<CompanionWrite> {
        let (contract, is_news) = (owed.contract, owed.is_news);
        let salt = |investor| IdentitySalt::of(investor, self.target.id.chain);
        match owed.errand.key {
            CompanionKey::Rule(country) => {
                let rule = MirroredRule {
                    contract,
                    key: country,
                    standing: self.rules.standing(country),
                    is_news,
                    source: owed.hash,
                };
                rule.next_write(RuleRecord(held), now)
            }
            CompanionKey::Certificate(certificate, holder) => {
                let due = self.certificates.get(&(certificate, holder));
                let certificate = MirroredCertificate {
                    contract,
                    certificate,
                    holder,
                    due: due.copied().unwrap_or(certificate::Due::Denied),
                    is_news,
                };
                certificate.next_write(CertificateRecord(held))
            }
            CompanionKey::IdentityKey(investor, wallet) => {
                let due = self.keys.get(&(investor, wallet));
                let key = MirroredKey {
                    contract,
                    investor,
                    salt: salt(investor),
                    wallet,
                    due: due.copied().unwrap_or(Purposes::NONE),
                    is_told: !owed.highest.is_zero(),
                    is_news,
                };
                key.next_write(Purposes::shown(held))
            }
            CompanionKey::Claim(investor, topic) => {
                let due = self.claims.get(&(investor, topic));
                let claim = MirroredClaim {
                    issuer: contract,
                    identities: self.target.identities,
                    investor,
                    salt: salt(investor),
                    topic,
                    due: due.copied().unwrap_or(claim::Due::Denied),
                    issued: owed.highest,
                    is_news,
                };
                claim.next_write(ClaimRecord(held), signer)
            }
        }
    }
}

/// A wallet as it stands.
struct Found {
    standing: Standing,
    /// Whether its holder's authority is cut off.
    cut_off: bool,
}

async fn standings(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    wallets: BTreeSet<WalletAddress>,
) -> Result<HashMap<WalletAddress, Found>> {
    if wallets.is_empty() {
        return Ok(HashMap::new());
    }
    let wallets: Vec<_> = wallets.into_iter().map(wallet::bytes).collect();
    let standings = select_standings!(
        [
            "NULL::bigint AS registry_id, NULL::bytea AS record, NULL::bigint AS block_number, \
         NULL::bigint AS entry_number, NULL::boolean AS superseded \
         FROM unnest($2::bytea[]) AS k (key) CROSS JOIN LATERAL (SELECT * FROM wallet \
             WHERE issuer = $1 AND address = k.key LIMIT 1) w"
        ],
        "ORDER BY w.address",
        issuer_key(issuer),
        &wallets,
    )
    .fetch_all(connection)
    .await?;
    let found = standings.into_iter().map(|row| {
        let cut_off = row.authority_restricted;
        let standing = row.standing()?;
        Ok((standing.wallet.address, Found { standing, cut_off }))
    });
    found.collect()
}

/// Investors without their wallets, and whether their authority is cut off.
async fn investors(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    ids: BTreeSet<InvestorId>,
) -> Result<HashMap<InvestorId, (Investor, bool)>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let cut_off = authority::restricted(&mut *connection, issuer).await?;
    let rows = select_investors!(
        "FROM unnest($2::bytea[]) AS k (key) CROSS JOIN LATERAL (SELECT * FROM investor \
             WHERE investor = k.key AND issuer = $1 LIMIT 1) i",
        issuer_key(issuer),
        ids.iter().map(|id| id.0.as_slice()).bind_iter() as _,
    )
    .fetch_all(connection)
    .await?;
    let found = rows.into_iter().map(|row| {
        let investor = row.read(Vec::new())?;
        let cut_off = cut_off.includes(investor.authority);
        Ok((investor.id, (investor, cut_off)))
    });
    found.collect()
}
