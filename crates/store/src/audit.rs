//! The audit: is the log what was written (I9), and is the state what the log
//! makes of it (I1)?
//!
//! Everything is read in one snapshot, page by page, while the register goes
//! on working:
//!
//! 1. The log is walked from its first entry: each entry against its hash, the
//!    last against the head. On the way the unbound wallets are followed, and
//!    the federation, which is held against its rows, API keys and the retention
//!    included, as each approval is against the keys. So are the customers whose
//!    standing was changed.
//! 2. Each investor is replayed from its entries and held against its rows.
//! 3. What is left over (a row that no entry explains, or an entry whose row
//!    is gone) is counted.

mod customers;

use std::collections::{BTreeMap, HashMap};

use symbolon_core::{
    event::Event,
    federation::{Federation, FederationEvent},
    ids::{InstanceName, InvestorId, IssuerId},
    log::{Entry, EntryNumber, Head, Tampering, Verifier},
    register,
    wallet::{Version, WalletAddress},
};
use thiserror::Error;

use crate::{
    InvestorRecord, Result, Store, StoreError,
    codec::{bigint, count, entry_number, investor_id, issuer_key, json},
    decide::{follow_event, never_seen, wallet_in},
    entry, federation,
    investor::{addresses_in, assemble, row::InvestorRow, select_investors},
    issuer,
    wallet::{StoredWallet, WalletRow},
};

const ENTRIES_A_PAGE: u32 = 2000;
const INVESTORS_A_PAGE: i64 = 500;

/// What an audit that found nothing wrong has looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditReport {
    /// The head of the log, which the chains' notarised heads are held against.
    pub head: Head,
    /// How many investors equal their replay.
    pub investors: u64,
    /// How many wallets do, tombstones included.
    pub wallets: u64,
    /// How many API keys work, as the log tells.
    pub granted_keys: u64,
}

/// How the stored state betrays that somebody touched it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StateDifference {
    /// An entry's events cannot follow what came before.
    #[error("entry {0} cannot follow the entries before it")]
    Inapplicable(u64),
    /// An investor is not what its entries make of it.
    #[error("investor {0} is not what its log makes of it")]
    Investor(InvestorId),
    /// The authorities, approvers or open proposals are not what their entries
    /// make of them.
    #[error("the federation is not what its log makes of it")]
    Federation,
    /// Profiles are kept for other years, or erased otherwise, than their entries say.
    #[error("for how long profiles are kept is not what the log makes of it")]
    Retention,
    /// Keys work unlogged, or not as they were granted.
    #[error("the API keys are not what the log makes of them")]
    ApiKeys,
    /// An approval was given or taken back with a key that was not granted to
    /// that person, or not any more.
    #[error("entry {0} speaks for an approver by a key that the log does not grant them")]
    UngrantedApproval(u64),
    /// A customer's status or archive is not what the log makes of it.
    #[error("the customer of {0} that stands on investor {1} is not what its log makes of it")]
    Customer(InstanceName, InvestorId),
    /// A wallet's tombstone is not what the log makes of it.
    #[error("the tombstone of {0} is not what the log makes of it")]
    Tombstone(WalletAddress),
    /// Rows are missing or left over.
    #[error("the log makes {expected} {what}, and {found} are stored")]
    Count {
        /// Of what.
        what: &'static str,
        /// What the log makes.
        expected: u64,
        /// What is stored.
        found: u64,
    },
}

/// Why an audit did not succeed.
#[derive(Debug, Error)]
pub enum AuditError {
    /// The log was touched.
    #[error(transparent)]
    Log(#[from] Tampering),
    /// The state was touched.
    #[error(transparent)]
    State(#[from] StateDifference),
    /// The audit could not be carried out, or met a row that cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for AuditError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Store {
    /// Holds the issuer's log against its hashes, and the investors and
    /// wallets against the log.
    pub async fn verify_log(&self, issuer: &IssuerId) -> Result<AuditReport, AuditError> {
        let mut snapshot = self.begin_snapshot().await?;
        let row = sqlx::query!(
            "SELECT head_number, head_hash FROM issuer WHERE issuer = $1",
            issuer_key(issuer),
        )
        .fetch_optional(&mut *snapshot)
        .await?
        .ok_or(StoreError::NotFound { what: "issuer" })?;
        let recorded = issuer::head(row.head_number, &row.head_hash)?;

        let walk = walk(&mut snapshot, issuer, recorded).await?;
        let stored = federation::load(&mut snapshot, issuer).await?;
        if walk.federation.keys != stored.keys {
            return Err(StateDifference::ApiKeys.into());
        }
        if walk.federation.retention != stored.retention {
            return Err(StateDifference::Retention.into());
        }
        if walk.federation != stored {
            return Err(StateDifference::Federation.into());
        }
        walk.customers.hold(&mut snapshot, issuer).await?;
        let (investors, bound) = replay(&mut snapshot, issuer).await?;
        expect("investors", walk.registered, investors)?;
        let tombstones = hold_tombstones(&mut snapshot, issuer, walk.unbound).await?;
        expect(
            "bound wallets",
            count_bound(&mut snapshot, issuer).await?,
            bound,
        )?;
        Ok(AuditReport {
            head: recorded,
            investors,
            wallets: bound + tombstones,
            granted_keys: stored.keys.len() as u64,
        })
    }
}

/// What the walk has learnt.
struct Walk {
    registered: u64,
    federation: Federation,
    /// How customers stand with their instances.
    customers: customers::Standings,
    /// The wallets that are nobody's now.
    unbound: HashMap<WalletAddress, StoredWallet>,
}

async fn walk(
    snapshot: &mut sqlx::PgConnection,
    issuer: &IssuerId,
    recorded: Head,
) -> Result<Walk, AuditError> {
    let mut verifier = Verifier::new(issuer.clone());
    let mut walk = Walk {
        registered: 0,
        federation: Federation::default(),
        customers: customers::Standings::default(),
        unbound: HashMap::new(),
    };
    let mut after = EntryNumber::default();
    loop {
        let page = entry::page(&mut *snapshot, issuer, after, ENTRIES_A_PAGE).await?;
        let Some(last) = page.last() else {
            break;
        };
        after = last.entry.number;
        for stored in &page {
            verifier.check(&stored.entry, stored.hash)?;
            walk.take(&stored.entry)?;
        }
    }
    verifier.finish(recorded)?;
    Ok(walk)
}

impl Walk {
    fn take(&mut self, entry: &Entry) -> Result<(), AuditError> {
        if entry.investor == InvestorId::NONE {
            for event in json::<Vec<FederationEvent>>(&entry.events, "an entry's events")? {
                if !self.is_granted(&event, &entry.actor) {
                    return Err(StateDifference::UngrantedApproval(entry.number.0).into());
                }
                self.federation
                    .apply(&event, entry.number)
                    .map_err(|_| StateDifference::Inapplicable(entry.number.0))?;
            }
            return Ok(());
        }
        for event in json::<Vec<Event>>(&entry.events, "an entry's events")? {
            self.customers.follow(entry.investor, &event);
            self.follow(&event, entry.number);
        }
        Ok(())
    }

    /// Whether an approver's word came by a key that was granted to them: a key
    /// that was put into the database and taken out again leaves this trace.
    fn is_granted(&self, event: &FederationEvent, actor: &str) -> bool {
        let (FederationEvent::OperationApproved { by, .. }
        | FederationEvent::ApprovalWithdrawn { by, .. }) = event
        else {
            return true;
        };
        self.federation.proves(actor, by)
    }

    fn follow(&mut self, event: &Event, entry: EntryNumber) {
        if matches!(event, Event::InvestorRegistered { .. }) {
            self.registered += 1;
        }
        let Some(address) = wallet_in(event) else {
            return;
        };
        match event {
            Event::WalletLinked { .. } => {
                self.unbound.remove(&address);
            }
            Event::WalletRemoved { .. } => {
                self.unbound.insert(address, never_seen(address));
            }
            _ => {}
        }
        if let Some(wallet) = self.unbound.get_mut(&address) {
            // Nobody holds it, so it does not matter who held it.
            follow_event(wallet, EntryNumber::default(), event, entry);
        }
    }
}

/// Replays every investor, and returns how many there are and how many
/// wallets they hold.
async fn replay(
    snapshot: &mut sqlx::PgConnection,
    issuer: &IssuerId,
) -> Result<(u64, u64), AuditError> {
    let (mut investors, mut wallets) = (0, 0);
    let mut after = 0;
    loop {
        let rows = select_investors!(
            "FROM investor WHERE issuer = $1 AND created_entry > $2 ORDER BY created_entry LIMIT $3",
            issuer_key(issuer),
            after,
            INVESTORS_A_PAGE,
        )
        .fetch_all(&mut *snapshot)
        .await?;
        let Some(last) = rows.last() else {
            return Ok((investors, wallets));
        };
        after = last.created_entry;
        let subjects: Vec<_> = rows.iter().map(|row| row.created_entry).collect();
        let held = WalletRow::at_addresses(&mut *snapshot, issuer, &addresses_in(&rows)).await?;
        if let Some(stray) = rows.iter().find(|row| !holds_its_wallets(row, &held)) {
            return Err(StateDifference::Investor(investor_id(&stray.investor)?).into());
        }
        let mut replayed = replay_page(snapshot, issuer, &subjects).await?;
        for stored in assemble(rows, held)? {
            investors += 1;
            wallets += stored.investor.wallets.len() as u64;
            let id = stored.investor.id;
            if replayed.remove(&bigint(stored.created.0)).as_ref() != Some(&stored) {
                return Err(StateDifference::Investor(id).into());
            }
        }
    }
}

/// Whether each wallet that the row names, names it.
fn holds_its_wallets(row: &InvestorRow, wallets: &[WalletRow]) -> bool {
    row.wallets.iter().all(|address| {
        let mut named = wallets.iter().filter(|wallet| wallet.address == *address);
        named.any(|wallet| wallet.holder == Some(row.created_entry))
    })
}

/// The investors that these first entries made known, as their entries tell.
async fn replay_page(
    snapshot: &mut sqlx::PgConnection,
    issuer: &IssuerId,
    subjects: &[i64],
) -> Result<BTreeMap<i64, InvestorRecord>, AuditError> {
    let entries = sqlx::query!(
        r#"SELECT number AS "number!", investor AS "investor!", subject AS "subject!",
            events AS "events!"
        FROM (
            SELECT * FROM entry WHERE issuer = $1 AND number = ANY($2)
            UNION ALL
            SELECT * FROM entry WHERE issuer = $1 AND subject = ANY($2) AND number <> subject
        ) entries
        ORDER BY number"#,
        issuer_key(issuer),
        subjects,
    )
    .fetch_all(&mut *snapshot)
    .await?;
    let mut states = BTreeMap::<i64, InvestorRecord>::new();
    for row in entries {
        let number = entry_number(row.number)?;
        let id = investor_id(&row.investor)?;
        let known = states.remove(&row.subject);
        let created = known.as_ref().map_or(number, |known| known.created);
        let before = known.map(|known| known.investor);
        // No hash covers the column `subject`: it must lead to the investor
        // that the entry is about.
        let strayed = before.as_ref().is_some_and(|before| before.id != id);
        let events: Vec<Event> = json(&row.events, "an entry's events")?;
        let investor = register::apply_all(id, before, &events)
            .ok()
            .flatten()
            .filter(|_| !strayed)
            .ok_or(StateDifference::Inapplicable(number.0))?;
        let record = InvestorRecord {
            investor,
            created,
            changed: number,
        };
        states.insert(row.subject, record);
    }
    Ok(states)
}

/// Holds the rows of unbound wallets against the walk. Beside these there may
/// be addresses that only a chain has shown; they have no version of ours.
async fn hold_tombstones(
    snapshot: &mut sqlx::PgConnection,
    issuer: &IssuerId,
    mut expected: HashMap<WalletAddress, StoredWallet>,
) -> Result<u64, AuditError> {
    let rows = sqlx::query_as!(
        WalletRow,
        r#"SELECT address, holder, chains, active, version, chain_version, changed_entry,
            false AS "disputed!"
        FROM wallet WHERE issuer = $1 AND holder IS NULL"#,
        issuer_key(issuer),
    )
    .fetch_all(&mut *snapshot)
    .await?;
    let mut held = 0;
    for row in rows {
        let stored = row.read()?;
        let version = match expected.remove(&stored.address) {
            Some(wallet) => {
                held += 1;
                wallet.version
            }
            None => Version::default(),
        };
        if stored.version != version {
            return Err(StateDifference::Tombstone(stored.address).into());
        }
    }
    expect("tombstones", held + expected.len() as u64, held)?;
    Ok(held)
}

/// Wallets that name a holder: each must have been met with its holder.
async fn count_bound(
    snapshot: &mut sqlx::PgConnection,
    issuer: &IssuerId,
) -> Result<u64, AuditError> {
    let bound = sqlx::query_scalar!(
        "SELECT count(*) FROM wallet WHERE issuer = $1 AND holder IS NOT NULL",
        issuer_key(issuer),
    )
    .fetch_one(&mut *snapshot)
    .await?;
    Ok(count(bound))
}

fn expect(what: &'static str, expected: u64, found: u64) -> Result<(), StateDifference> {
    if expected == found {
        Ok(())
    } else {
        Err(StateDifference::Count {
            what,
            expected,
            found,
        })
    }
}
