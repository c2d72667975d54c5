//! The case file: all that the register can show of one investor without its profile,
//! in one document that somebody signs and anybody checks without the register.
//!
//! What can be checked: that each entry of the log has the hash that is given with it, upon
//! the hash before it; that the entries make the status that is claimed, and decided what
//! chains are said to have been told; and, by whoever knows curves, the signature upon the
//! whole and those of the wallets' holders. That no entry was left out, only the register's
//! own log can tell (`symbolon audit verify`).

mod receipt;

use alloy_primitives::B256;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

pub use receipt::{Carried, CaseReceipt, Records};

use crate::{
    event::Event,
    ids::{ChainId, InvestorId, IssuerId, ProviderName},
    investor::{Attested, Investor, StatusName},
    log::{Entry, EntryNumber},
    register::apply_all,
    time::UnixSeconds,
    verification::{Concern, VerificationState},
    wallet::{OwnershipEvidence, WalletAddress},
};

/// What a case file of this kind says of itself.
pub const FORMAT: &str = "symbolon-case-1";

/// One investor's case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// [`FORMAT`].
    pub format: String,
    /// Whose register.
    pub issuer: IssuerId,
    /// Whose case.
    pub investor: InvestorId,
    /// When it was made.
    pub made: UnixSeconds,
    /// By whom, as the log names them.
    pub made_by: String,
    /// Where the investor stands.
    pub status: StatusName,
    /// Everything that was decided about it, in order.
    pub entries: Vec<CaseEntry>,
    /// The attempts to verify it, by what the provider can be asked about them.
    pub verifications: Vec<CaseVerification>,
    /// The rules that its country has, as the register numbers their versions.
    pub rules: Vec<CaseRule>,
    /// What each chain was told of every wallet that was ever its own.
    pub receipts: Vec<CaseReceipt>,
}

/// An entry of the log, with its place in the chain of hashes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseEntry {
    /// Its place.
    pub number: EntryNumber,
    /// When it was decided.
    pub at: UnixSeconds,
    /// Who asked.
    pub actor: String,
    /// Its events, byte for byte as they were hashed.
    pub events: String,
    /// The hash of the entry before it.
    pub previous: B256,
    /// Its own.
    pub hash: B256,
}

/// An attempt to verify it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseVerification {
    /// By which of the issuer's accounts.
    pub provider: ProviderName,
    /// The provider's applicant or run.
    pub reference: Option<String>,
    /// Where it stands.
    pub state: VerificationState,
    /// Why somebody had to look.
    pub concerns: Vec<Concern>,
    /// When it began.
    pub opened: UnixSeconds,
    /// The last entry that came of it.
    pub decision: Option<EntryNumber>,
}

/// A rule by which it may hold tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseRule {
    /// `DE`, or `default`.
    pub of: String,
    /// Its version in the register.
    pub version: u16,
}

/// What is wrong with a case file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CaseFault {
    /// Of another kind, or of a later version.
    #[error("it is no case file that this version reads")]
    Format,
    /// An entry was changed.
    #[error("entry {0} does not have its hash: somebody changed it")]
    Hash(u64),
    /// Entries were put into another order, or one twice.
    #[error("entry {0} is out of order")]
    Order(u64),
    /// Two entries that follow each other do not fit together.
    #[error("entry {0} does not follow the one before it")]
    Chain(u64),
    /// The events cannot be read, or do not follow from each other.
    #[error("entry {0} does not follow from what was before: one is missing, or was changed")]
    Events(u64),
    /// What is claimed is not what the entries make.
    #[error("the entries make {made}, and the file claims {claimed}")]
    Status {
        /// By the entries.
        made: StatusName,
        /// By the file.
        claimed: StatusName,
    },
    /// A receipt tells of what nobody decided, or contradicts itself.
    #[error("the receipt of {wallet} on chain {chain} does not fit entry {entry}")]
    Receipt {
        /// Of which wallet.
        wallet: WalletAddress,
        /// From where.
        chain: ChainId,
        /// The entry that it names.
        entry: u64,
    },
}

/// What a holder signed, as the log has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedWallet {
    /// Which wallet.
    pub wallet: WalletAddress,
    /// The entry that took it in.
    pub entry: EntryNumber,
    /// What was signed; nothing where somebody bound the wallet by their word alone.
    pub evidence: Option<OwnershipEvidence>,
    /// Who answers for it that the holder is the investor, where nothing but an e-mail said
    /// so.
    pub attested: Option<Attested>,
}

/// What a case file's entries make, which hold together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The investor, as it stands by the last of them.
    pub investor: Investor,
    /// Since when its status or verdict is what it is.
    pub since: UnixSeconds,
    /// What they made of the records that chains must hold.
    pub records: Records,
}

impl Case {
    /// What is signed: SHA-256 of the case as JSON without blanks, fields in their order.
    pub fn digest(&self) -> B256 {
        let json = serde_json::to_vec(self).unwrap_or_default();
        let hasher = Sha256::new().chain_update("symbolon case 1");
        B256::from_slice(&hasher.chain_update(json).finalize())
    }

    /// Holds the entries to their hashes and to each other, and the status and the receipts
    /// to them.
    pub fn check(&self) -> Result<Told, CaseFault> {
        if self.format != FORMAT {
            return Err(CaseFault::Format);
        }
        let told = self.told()?;
        let made = told.investor.status.name();
        if made != self.status {
            return Err(CaseFault::Status {
                made,
                claimed: self.status,
            });
        }
        let mut receipts = self.receipts.iter();
        receipts.try_for_each(|receipt| told.records.hold(receipt))?;
        Ok(told)
    }

    /// What the entries make, held to their hashes and to each other.
    pub fn told(&self) -> Result<Told, CaseFault> {
        let mut before: Option<&CaseEntry> = None;
        let mut told: Option<Told> = None;
        for entry in &self.entries {
            let number = entry.number.0;
            if before.is_some_and(|before| before.number >= entry.number) {
                return Err(CaseFault::Order(number));
            }
            if before.is_some_and(|before| {
                before.number.next() == entry.number && before.hash != entry.previous
            }) {
                return Err(CaseFault::Chain(number));
            }
            if self.logged(entry).hash(&self.issuer, entry.previous) != entry.hash {
                return Err(CaseFault::Hash(number));
            }
            told = Some(self.told_by(entry, told)?);
            before = Some(entry);
        }
        told.ok_or(CaseFault::Events(0))
    }

    /// What an entry makes of what the ones before it made.
    fn told_by(&self, entry: &CaseEntry, before: Option<Told>) -> Result<Told, CaseFault> {
        let events = entry.events()?;
        let (known, since, mut records) = match before {
            Some(told) => (Some(told.investor), told.since, told.records),
            None => (None, entry.at, Records::default()),
        };
        let stood = known.as_ref().map(|known| known.status.clone());
        let inapplicable = CaseFault::Events(entry.number.0);
        let investor = match apply_all(self.investor, known, &events) {
            Ok(Some(investor)) => investor,
            _ => return Err(inapplicable),
        };
        records.note(entry.number, &events, &investor);
        Ok(Told {
            since: match stood.as_ref() == Some(&investor.status) {
                true => since,
                false => entry.at,
            },
            investor,
            records,
        })
    }

    /// Each wallet that was ever bound, and what its holder signed.
    pub fn wallets(&self) -> Result<Vec<ClaimedWallet>, CaseFault> {
        let mut wallets: Vec<ClaimedWallet> = Vec::new();
        for entry in &self.entries {
            for event in entry.events()? {
                match event {
                    Event::WalletLinked { wallet, .. } => wallets.push(ClaimedWallet {
                        wallet,
                        entry: entry.number,
                        evidence: None,
                        attested: None,
                    }),
                    Event::WalletProven {
                        wallet,
                        evidence,
                        attested,
                        ..
                    } => {
                        let known = wallets.iter_mut().rev();
                        let mut known = known.filter(|known| known.wallet == wallet);
                        if let Some(known) = known.next() {
                            known.evidence = Some(evidence);
                            known.attested = attested;
                        }
                    }
                    _ => {}
                }
            }
        }
        Ok(wallets)
    }

    fn logged(&self, entry: &CaseEntry) -> Entry {
        Entry {
            number: entry.number,
            at: entry.at,
            actor: entry.actor.clone(),
            investor: self.investor,
            events: entry.events.clone(),
        }
    }
}

impl CaseEntry {
    /// What happened.
    pub fn events(&self) -> Result<Vec<Event>, CaseFault> {
        serde_json::from_str(&self.events).map_err(|_| CaseFault::Events(self.number.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        actor::Actor,
        investor::{InvestorKind, RejectionReason},
        log::Head,
    };

    fn case() -> Case {
        let issuer: IssuerId = "acme".parse().unwrap();
        let investor = InvestorId([7; 32].into());
        let registered = Event::InvestorRegistered {
            kind: InvestorKind::NaturalPerson,
            external_id: None,
            authority: Default::default(),
        };
        let rejected = Event::InvestorRejected {
            reason: RejectionReason::Identity,
        };
        let mut head = Head::default();
        let mut entries = Vec::new();
        let named = Event::ExternalIdAssigned {
            external_id: "C-1".parse().unwrap(),
        };
        for (event, later) in [(registered, 0), (rejected, 5), (named, 9)] {
            let events = serde_json::to_string(&[event]).unwrap();
            let at = UnixSeconds(1_800_000_000 + later);
            let actor = Actor::command_line("maria");
            let entry = Entry::following(head, at, &actor, investor, events.clone());
            let hash = entry.hash(&issuer, head.hash);
            entries.push(CaseEntry {
                number: entry.number,
                at,
                actor: entry.actor.clone(),
                events,
                previous: head.hash,
                hash,
            });
            head = Head {
                number: entry.number,
                hash,
            };
        }
        Case {
            format: FORMAT.to_owned(),
            issuer,
            investor,
            made: UnixSeconds(1_800_000_010),
            made_by: "cli:maria".to_owned(),
            status: StatusName::Rejected,
            entries,
            verifications: Vec::new(),
            rules: Vec::new(),
            receipts: Vec::new(),
        }
    }

    #[test]
    fn what_was_decided_is_held_to_its_hashes() {
        let right = case();
        let told = right.check().unwrap();
        assert_eq!(told.investor.status.name(), StatusName::Rejected);
        assert_eq!(
            told.since,
            UnixSeconds(1_800_000_005),
            "not since it was named"
        );
        let mut wrong = right.clone();
        wrong.entries[1].events = wrong.entries[1].events.replace("identity", "sanctions");
        assert_eq!(wrong.check().err(), Some(CaseFault::Hash(2)));
        let mut wrong = right.clone();
        wrong.entries.swap(0, 1);
        assert!(wrong.check().is_err());
        let mut wrong = right.clone();
        wrong.entries.remove(0);
        assert_eq!(wrong.check().err(), Some(CaseFault::Events(2)));
        let mut wrong = right.clone();
        wrong.entries[0].previous = B256::repeat_byte(1);
        assert_eq!(wrong.check().err(), Some(CaseFault::Hash(1)));
        let mut wrong = right.clone();
        wrong.status = StatusName::Verified;
        assert!(matches!(wrong.check(), Err(CaseFault::Status { .. })));
        let mut wrong = right.clone();
        wrong.issuer = "bank".parse().unwrap();
        assert_eq!(wrong.check().err(), Some(CaseFault::Hash(1)));
        assert_ne!(wrong.digest(), right.digest());
    }
}
