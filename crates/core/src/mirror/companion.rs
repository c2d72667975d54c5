//! Contracts beside a registry that its lane writes, too: `CountryRules` so far.
//!
//! A companion has a word for each key. What it holds is read, not remembered:
//! before a key is written, and again once a transaction that wrote it has ended,
//! whatever became of it. So a write that came too late, one that the contract
//! skipped, and one that somebody else made come to the same: what the companion
//! lacks is owed.

use alloy_primitives::{Address, B256, U256};
use thiserror::Error;

use crate::{
    country::Country,
    log::EntryNumber,
    transfer_rules::record::{RuleKey, key_code},
    wallet::Version,
};

const ANNOUNCEMENT_BYTES: usize = 41;
const WITHDRAWAL_BYTES: usize = 4;

/// Which contract beside the registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Companion {
    /// `CountryRules`: who may receive a token, by country.
    Rules,
}

impl Companion {
    /// All of them.
    pub const ALL: [Self; 1] = [Self::Rules];

    /// Its name, as the store keeps it and people see it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rules => "rules",
        }
    }

    /// The one of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }

    /// The key in these bytes, if it is one of this contract's.
    pub fn key(self, bytes: &[u8]) -> Option<CompanionKey> {
        match (self, bytes) {
            (Self::Rules, [high, low]) => {
                rule_key(u16::from_be_bytes([*high, *low])).map(CompanionKey::Rule)
            }
            _ => None,
        }
    }
}

/// Whose word it is that a companion holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CompanionKey {
    /// A country's rule, or that of all others.
    Rule(RuleKey),
}

impl CompanionKey {
    /// The contract that holds it.
    pub const fn companion(self) -> Companion {
        match self {
            Self::Rule(_) => Companion::Rules,
        }
    }

    /// As the contract's entries begin.
    pub fn bytes(self) -> Vec<u8> {
        match self {
            Self::Rule(key) => key_code(key).to_be_bytes().to_vec(),
        }
    }
}

/// A companion is owed news of a key because of an entry of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Errand {
    /// Because of which entry.
    pub entry: EntryNumber,
    /// Of what.
    pub key: CompanionKey,
}

/// An errand, and what it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PendingErrand {
    /// What is owed.
    pub errand: Errand,
    /// What is to be written, or is once this is stored; nothing where the companion
    /// needs no telling.
    pub write: Option<CompanionWrite>,
}

/// A write of one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompanionWrite {
    /// Where the contract is.
    pub contract: Address,
    /// What is written.
    pub entry: CompanionEntry,
    /// Whether it goes ahead of approvals (I3).
    pub is_denial: bool,
    /// Whether it is all that the errand takes.
    pub is_last: bool,
    /// What the companion will hold then.
    pub becomes: U256,
}

/// One key's part of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompanionEntry {
    /// Of `announce`.
    AnnounceRule(RuleAnnouncement),
    /// Of `withdraw`.
    WithdrawRule(RuleWithdrawal),
}

/// A rule that is to hold after the contract's delay, or at once if it blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleAnnouncement {
    /// Whose.
    pub key: RuleKey,
    /// Counts if it is newer than the stored one.
    pub version: Version,
    /// The rule in five bytes ([`packed`](crate::transfer_rules::record::packed)).
    pub rule: u64,
    /// The hash of the log's entry that it comes from.
    pub source: B256,
}

/// What was announced is not to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleWithdrawal {
    /// Whose.
    pub key: RuleKey,
    /// Counts if it is newer than the stored one.
    pub version: Version,
}

/// One call of a companion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompanionBatch {
    /// Where the contract is: whoever signs it anew at a higher price signs the same.
    pub contract: Address,
    /// What is written.
    pub entries: CompanionEntries,
}

/// What one call writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CompanionEntries {
    /// `announce(head, entries)` of `CountryRules`.
    AnnounceRules(Vec<RuleAnnouncement>),
    /// `withdraw(head, entries)` of `CountryRules`.
    WithdrawRules(Vec<RuleWithdrawal>),
}

/// Which function of a companion a batch calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CompanionCall {
    /// `announce`.
    AnnounceRules,
    /// `withdraw`.
    WithdrawRules,
}

/// Bytes that are no call of a companion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("they are not whole entries of known keys")]
pub struct NoEntries;

impl CompanionEntry {
    /// Whose word it writes.
    pub const fn key(&self) -> CompanionKey {
        CompanionKey::Rule(match self {
            Self::AnnounceRule(announcement) => announcement.key,
            Self::WithdrawRule(withdrawal) => withdrawal.key,
        })
    }

    /// The version that it brings it to.
    pub const fn version(&self) -> Version {
        match self {
            Self::AnnounceRule(announcement) => announcement.version,
            Self::WithdrawRule(withdrawal) => withdrawal.version,
        }
    }

    /// The call that it is a part of.
    pub const fn call(&self) -> CompanionCall {
        match self {
            Self::AnnounceRule(_) => CompanionCall::AnnounceRules,
            Self::WithdrawRule(_) => CompanionCall::WithdrawRules,
        }
    }
}

impl CompanionCall {
    /// The contract that it is a call of.
    pub const fn companion(self) -> Companion {
        match self {
            Self::AnnounceRules | Self::WithdrawRules => Companion::Rules,
        }
    }

    /// The function's name, as the store keeps it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AnnounceRules => "announce_rules",
            Self::WithdrawRules => "withdraw_rules",
        }
    }

    /// The call of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::AnnounceRules, Self::WithdrawRules]
            .into_iter()
            .find(|one| one.as_str() == name)
    }

    /// The call of this contract with these entries, those of other calls aside.
    pub fn batch(
        self,
        contract: Address,
        entries: impl IntoIterator<Item = CompanionEntry>,
    ) -> CompanionBatch {
        let entries = entries.into_iter();
        let entries = match self {
            Self::AnnounceRules => CompanionEntries::AnnounceRules(
                entries
                    .filter_map(|entry| match entry {
                        CompanionEntry::AnnounceRule(announcement) => Some(announcement),
                        CompanionEntry::WithdrawRule(_) => None,
                    })
                    .collect(),
            ),
            Self::WithdrawRules => CompanionEntries::WithdrawRules(
                entries
                    .filter_map(|entry| match entry {
                        CompanionEntry::WithdrawRule(withdrawal) => Some(withdrawal),
                        CompanionEntry::AnnounceRule(_) => None,
                    })
                    .collect(),
            ),
        };
        CompanionBatch { contract, entries }
    }

    /// The batch in these bytes, which begin with the contract's address.
    pub fn unpack(self, bytes: &[u8]) -> Result<CompanionBatch, NoEntries> {
        let (contract, bytes) = bytes.split_at_checked(20).ok_or(NoEntries)?;
        let width = match self {
            Self::AnnounceRules => ANNOUNCEMENT_BYTES,
            Self::WithdrawRules => WITHDRAWAL_BYTES,
        };
        if bytes.is_empty() || !bytes.len().is_multiple_of(width) {
            return Err(NoEntries);
        }
        let number = |bytes: &[u8]| {
            bytes
                .iter()
                .fold(0, |sum, byte| sum << 8 | u64::from(*byte))
        };
        let entries = bytes.chunks_exact(width).map(|entry| {
            let key = rule_key(number(&entry[..2]) as u16).ok_or(NoEntries)?;
            let version = Version(number(&entry[2..4]) as u16);
            Ok(match self {
                Self::WithdrawRules => {
                    CompanionEntry::WithdrawRule(RuleWithdrawal { key, version })
                }
                Self::AnnounceRules => CompanionEntry::AnnounceRule(RuleAnnouncement {
                    key,
                    version,
                    rule: number(&entry[4..9]),
                    source: B256::from_slice(&entry[9..]),
                }),
            })
        });
        let entries = entries.collect::<Result<Vec<_>, _>>()?;
        Ok(self.batch(Address::from_slice(contract), entries))
    }
}

impl CompanionBatch {
    /// Which function it calls.
    pub const fn call(&self) -> CompanionCall {
        match self.entries {
            CompanionEntries::AnnounceRules(_) => CompanionCall::AnnounceRules,
            CompanionEntries::WithdrawRules(_) => CompanionCall::WithdrawRules,
        }
    }

    /// How many keys it writes.
    pub fn len(&self) -> usize {
        match &self.entries {
            CompanionEntries::AnnounceRules(entries) => entries.len(),
            CompanionEntries::WithdrawRules(entries) => entries.len(),
        }
    }

    /// Whether it writes nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Each key with the version that it is brought to.
    pub fn versions(&self) -> Vec<(CompanionKey, Version)> {
        let rule = |key, version| (CompanionKey::Rule(key), version);
        match &self.entries {
            CompanionEntries::AnnounceRules(entries) => {
                let versions = entries.iter().map(|one| rule(one.key, one.version));
                versions.collect()
            }
            CompanionEntries::WithdrawRules(entries) => {
                let versions = entries.iter().map(|one| rule(one.key, one.version));
                versions.collect()
            }
        }
    }

    /// Takes off the entries from this place on.
    #[must_use]
    pub fn split_off(&mut self, at: usize) -> Self {
        let at = at.min(self.len());
        let entries = match &mut self.entries {
            CompanionEntries::AnnounceRules(entries) => {
                CompanionEntries::AnnounceRules(entries.split_off(at))
            }
            CompanionEntries::WithdrawRules(entries) => {
                CompanionEntries::WithdrawRules(entries.split_off(at))
            }
        };
        let contract = self.contract;
        Self { contract, entries }
    }

    /// The call's `entries` argument, as `IRuleRecords` reads it.
    pub fn argument(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        match &self.entries {
            CompanionEntries::AnnounceRules(entries) => {
                for entry in entries {
                    bytes.extend(key_code(entry.key).to_be_bytes());
                    bytes.extend(entry.version.0.to_be_bytes());
                    bytes.extend(&entry.rule.to_be_bytes()[3..]);
                    bytes.extend(entry.source);
                }
            }
            CompanionEntries::WithdrawRules(entries) => {
                for entry in entries {
                    bytes.extend(key_code(entry.key).to_be_bytes());
                    bytes.extend(entry.version.0.to_be_bytes());
                }
            }
        }
        bytes
    }

    /// As the store keeps it: the contract's address, then the argument.
    pub fn packed(&self) -> Vec<u8> {
        let mut bytes = self.contract.to_vec();
        bytes.extend(self.argument());
        bytes
    }
}

fn rule_key(code: u16) -> Option<RuleKey> {
    match code {
        0 => Some(None),
        code => Country::from_numeric(code).map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTRACT: Address = Address::repeat_byte(3);

    fn announcement(key: RuleKey, rule: u64) -> CompanionEntry {
        CompanionEntry::AnnounceRule(RuleAnnouncement {
            key,
            version: Version(0x0102),
            rule,
            source: B256::repeat_byte(7),
        })
    }

    fn withdrawal(key: RuleKey) -> CompanionEntry {
        let version = Version(9);
        CompanionEntry::WithdrawRule(RuleWithdrawal { key, version })
    }

    #[test]
    fn packing_round_trips() {
        let entries = [
            announcement(None, 0xff_ffff_ffff),
            announcement(Some(Country::US), 1),
            withdrawal(Some(Country::US)),
        ];
        for call in [CompanionCall::AnnounceRules, CompanionCall::WithdrawRules] {
            let batch = call.batch(CONTRACT, entries);
            assert_eq!(batch.call(), call);
            assert_eq!(call.unpack(&batch.packed()), Ok(batch));
        }
    }

    #[test]
    fn torn_bytes_and_unknown_countries_are_no_entries() {
        let withdraw = CompanionCall::WithdrawRules;
        assert_eq!(withdraw.unpack(&[]), Err(NoEntries));
        assert_eq!(withdraw.unpack(&[0; 20]), Err(NoEntries));
        assert_eq!(withdraw.unpack(&[0; 25]), Err(NoEntries));
        assert_eq!(withdraw.unpack(&[1; 24]), Err(NoEntries), "country 257");
        assert!(CompanionCall::AnnounceRules.unpack(&[0; 60]).is_err());
    }

    #[test]
    fn a_key_is_found_in_its_bytes() {
        for key in [None, Some(Country::US)].map(CompanionKey::Rule) {
            assert_eq!(key.companion().key(&key.bytes()), Some(key));
        }
        assert_eq!(Companion::Rules.key(&[1, 2, 3]), None);
        assert_eq!(Companion::from_name("rules"), Some(Companion::Rules));
    }

    #[test]
    fn a_batch_is_split_where_it_is_asked_to() {
        let keys = [None, Some(Country::US)];
        let entries = keys.map(|key| announcement(key, 1));
        let mut first = CompanionCall::AnnounceRules.batch(CONTRACT, entries);
        let second = first.split_off(1);
        let version = Version(0x0102);
        assert_eq!(first.versions(), [(CompanionKey::Rule(None), version)]);
        assert_eq!(second.versions(), [(CompanionKey::Rule(keys[1]), version)]);
        assert_eq!(second.len(), 1);
    }
}
