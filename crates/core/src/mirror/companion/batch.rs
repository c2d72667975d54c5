//! One call of a companion, packed as its contract reads it.

use alloy_primitives::{Address, B256, U256};
use thiserror::Error;

use super::{
    CertificateDenial, Certification, Companion, CompanionEntry, CompanionKey, RuleAnnouncement,
    RuleWithdrawal, rule_key, token,
};
use crate::{certificate::record::CertificateRecord, wallet::Version};

const ANNOUNCEMENT_BYTES: usize = 41;
const WITHDRAWAL_BYTES: usize = 4;
const CERTIFICATION_BYTES: usize = 64;
const CERTIFICATE_DENIAL_BYTES: usize = 34;

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
    /// `upsert(head, records)` of `CertificateRegistry`.
    Certify(Vec<Certification>),
    /// `deny(head, denials)` of `CertificateRegistry`.
    DenyCertificates(Vec<CertificateDenial>),
}

/// Which function of a companion a batch calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CompanionCall {
    /// `announce`.
    AnnounceRules,
    /// `withdraw`.
    WithdrawRules,
    /// `upsert`.
    Certify,
    /// `deny`.
    DenyCertificates,
}

/// Bytes that are no call of a companion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("they are not whole entries of known keys")]
pub struct NoEntries;

impl CompanionCall {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::AnnounceRules,
        Self::WithdrawRules,
        Self::Certify,
        Self::DenyCertificates,
    ];

    /// The contract that it is a call of.
    pub const fn companion(self) -> Companion {
        match self {
            Self::AnnounceRules | Self::WithdrawRules => Companion::Rules,
            Self::Certify | Self::DenyCertificates => Companion::Certificates,
        }
    }

    /// The function's name, as the store keeps it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AnnounceRules => "announce_rules",
            Self::WithdrawRules => "withdraw_rules",
            Self::Certify => "certify",
            Self::DenyCertificates => "deny_certificates",
        }
    }

    /// The call of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }

    /// The call of this contract with these entries, those of other calls aside.
    pub fn batch(
        self,
        contract: Address,
        entries: impl IntoIterator<Item = CompanionEntry>,
    ) -> CompanionBatch {
        use CompanionEntry as Entry;
        let entries = entries.into_iter();
        let entries = match self {
            Self::AnnounceRules => CompanionEntries::AnnounceRules(collect(entries, |one| {
                let Entry::AnnounceRule(one) = one else {
                    return None;
                };
                Some(one)
            })),
            Self::WithdrawRules => CompanionEntries::WithdrawRules(collect(entries, |one| {
                let Entry::WithdrawRule(one) = one else {
                    return None;
                };
                Some(one)
            })),
            Self::Certify => CompanionEntries::Certify(collect(entries, |one| {
                let Entry::Certify(one) = one else {
                    return None;
                };
                Some(one)
            })),
            Self::DenyCertificates => CompanionEntries::DenyCertificates(collect(entries, |one| {
                let Entry::DenyCertificate(one) = one else {
                    return None;
                };
                Some(one)
            })),
        };
        CompanionBatch { contract, entries }
    }

    /// The batch in these bytes, which begin with the contract's address.
    pub fn unpack(self, bytes: &[u8]) -> Result<CompanionBatch, NoEntries> {
        let (contract, bytes) = bytes.split_at_checked(20).ok_or(NoEntries)?;
        let width = self.width();
        if bytes.is_empty() || !bytes.len().is_multiple_of(width) {
            return Err(NoEntries);
        }
        let entries = bytes
            .chunks_exact(width)
            .map(|entry| self.entry(entry).ok_or(NoEntries))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(self.batch(Address::from_slice(contract), entries))
    }

    /// Bytes of one entry.
    const fn width(self) -> usize {
        match self {
            Self::AnnounceRules => ANNOUNCEMENT_BYTES,
            Self::WithdrawRules => WITHDRAWAL_BYTES,
            Self::Certify => CERTIFICATION_BYTES,
            Self::DenyCertificates => CERTIFICATE_DENIAL_BYTES,
        }
    }

    /// The entry in so many bytes.
    fn entry(self, bytes: &[u8]) -> Option<CompanionEntry> {
        let number = |bytes: &[u8]| {
            bytes
                .iter()
                .fold(0, |sum, byte| sum << 8 | u64::from(*byte))
        };
        match self {
            Self::AnnounceRules | Self::WithdrawRules => {
                let key = rule_key(number(&bytes[..2]) as u16)?;
                let version = Version(number(&bytes[2..4]) as u16);
                Some(match self {
                    Self::WithdrawRules => {
                        CompanionEntry::WithdrawRule(RuleWithdrawal { key, version })
                    }
                    _ => CompanionEntry::AnnounceRule(RuleAnnouncement {
                        key,
                        version,
                        rule: number(&bytes[4..9]),
                        source: B256::from_slice(&bytes[9..]),
                    }),
                })
            }
            Self::Certify => {
                let (certificate, holder) = token(&bytes[..32])?;
                Some(CompanionEntry::Certify(Certification {
                    certificate,
                    holder,
                    record: CertificateRecord(U256::from_be_slice(&bytes[32..])),
                }))
            }
            Self::DenyCertificates => {
                let (certificate, holder) = token(&bytes[..32])?;
                Some(CompanionEntry::DenyCertificate(CertificateDenial {
                    certificate,
                    holder,
                    version: Version(number(&bytes[32..]) as u16),
                }))
            }
        }
    }
}

fn collect<E>(
    entries: impl Iterator<Item = CompanionEntry>,
    of: impl Fn(CompanionEntry) -> Option<E>,
) -> Vec<E> {
    entries.filter_map(of).collect()
}

impl CompanionBatch {
    /// Which function it calls.
    pub const fn call(&self) -> CompanionCall {
        match self.entries {
            CompanionEntries::AnnounceRules(_) => CompanionCall::AnnounceRules,
            CompanionEntries::WithdrawRules(_) => CompanionCall::WithdrawRules,
            CompanionEntries::Certify(_) => CompanionCall::Certify,
            CompanionEntries::DenyCertificates(_) => CompanionCall::DenyCertificates,
        }
    }

    /// How many keys it writes.
    pub fn len(&self) -> usize {
        match &self.entries {
            CompanionEntries::AnnounceRules(entries) => entries.len(),
            CompanionEntries::WithdrawRules(entries) => entries.len(),
            CompanionEntries::Certify(entries) => entries.len(),
            CompanionEntries::DenyCertificates(entries) => entries.len(),
        }
    }

    /// Whether it writes nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Each of its entries.
    pub fn iter(&self) -> Box<dyn Iterator<Item = CompanionEntry> + '_> {
        use CompanionEntry as Entry;
        match &self.entries {
            CompanionEntries::AnnounceRules(all) => {
                Box::new(all.iter().copied().map(Entry::AnnounceRule))
            }
            CompanionEntries::WithdrawRules(all) => {
                Box::new(all.iter().copied().map(Entry::WithdrawRule))
            }
            CompanionEntries::Certify(all) => Box::new(all.iter().copied().map(Entry::Certify)),
            CompanionEntries::DenyCertificates(all) => {
                Box::new(all.iter().copied().map(Entry::DenyCertificate))
            }
        }
    }

    /// Each key with the version that it is brought to.
    pub fn versions(&self) -> Vec<(CompanionKey, Version)> {
        let versions = self.iter().map(|entry| (entry.key(), entry.version()));
        versions.collect()
    }

    /// Takes off the entries from this place on.
    #[must_use]
    pub fn split_off(&mut self, at: usize) -> Self {
        let at = at.min(self.len());
        let entries = match &mut self.entries {
            CompanionEntries::AnnounceRules(all) => {
                CompanionEntries::AnnounceRules(all.split_off(at))
            }
            CompanionEntries::WithdrawRules(all) => {
                CompanionEntries::WithdrawRules(all.split_off(at))
            }
            CompanionEntries::Certify(all) => CompanionEntries::Certify(all.split_off(at)),
            CompanionEntries::DenyCertificates(all) => {
                CompanionEntries::DenyCertificates(all.split_off(at))
            }
        };
        let contract = self.contract;
        Self { contract, entries }
    }

    /// The call's `bytes` argument, as `IRuleRecords` and `ICertificateRecords` read it.
    pub fn argument(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.len() * self.call().width());
        for entry in self.iter() {
            bytes.extend(entry.key().bytes());
            match entry {
                CompanionEntry::AnnounceRule(one) => {
                    bytes.extend(one.version.0.to_be_bytes());
                    bytes.extend(&one.rule.to_be_bytes()[3..]);
                    bytes.extend(one.source);
                }
                CompanionEntry::WithdrawRule(one) => bytes.extend(one.version.0.to_be_bytes()),
                CompanionEntry::Certify(one) => bytes.extend(one.record.0.to_be_bytes::<32>()),
                CompanionEntry::DenyCertificate(one) => {
                    bytes.extend(one.version.0.to_be_bytes());
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        certificate::CertificateId, country::Country, transfer_rules::record::RuleKey,
        wallet::WalletAddress,
    };

    const CONTRACT: Address = Address::repeat_byte(3);

    fn holder() -> WalletAddress {
        WalletAddress::new(Address::repeat_byte(4)).unwrap()
    }

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
            CompanionEntry::Certify(Certification {
                certificate: CertificateId(u64::MAX),
                holder: holder(),
                record: CertificateRecord(U256::MAX >> 3),
            }),
            CompanionEntry::DenyCertificate(CertificateDenial {
                certificate: CertificateId(5),
                holder: holder(),
                version: Version(0x0304),
            }),
        ];
        for call in CompanionCall::ALL {
            let batch = call.batch(CONTRACT, entries);
            assert_eq!(batch.call(), call);
            assert!(!batch.is_empty());
            assert_eq!(CompanionCall::from_name(call.as_str()), Some(call));
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
        let certificate = CompanionKey::Certificate(CertificateId(9), holder());
        let rules = [None, Some(Country::US)].map(CompanionKey::Rule);
        for key in rules.into_iter().chain([certificate]) {
            assert_eq!(key.companion().key(&key.bytes()), Some(key));
        }
        assert_eq!(Companion::Certificates.key(&[1; 32]), None, "a longer id");
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
