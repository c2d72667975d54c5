//! Contracts beside a registry that its lane writes, too.
//!
//! A companion has a word for each key. What it holds is read, not remembered:
//! before a key is written, and again once a transaction that wrote it has ended,
//! whatever became of it. So a write that came too late, one that the contract
//! skipped, and one that somebody else made come to the same: what the companion
//! lacks is owed.

mod batch;

use alloy_primitives::{Address, B256, U256};

pub use batch::{CompanionBatch, CompanionCall, CompanionEntries, NoEntries};

use crate::{
    certificate::{CertificateId, record::CertificateRecord},
    country::Country,
    log::EntryNumber,
    transfer_rules::record::{RuleKey, key_code},
    wallet::{Version, WalletAddress},
};

/// Which contract beside the registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Companion {
    /// `CountryRules`: who may receive a token, by country.
    Rules,
    /// `CertificateRegistry`: who holds which certificate.
    Certificates,
}

impl Companion {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Rules, Self::Certificates];

    /// Its name, as the store keeps it and people see it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rules => "rules",
            Self::Certificates => "certificates",
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
            (Self::Certificates, bytes) if bytes.len() == 32 => {
                let (certificate, holder) = token(bytes)?;
                Some(CompanionKey::Certificate(certificate, holder))
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
    /// A certificate of a wallet.
    Certificate(CertificateId, WalletAddress),
}

impl CompanionKey {
    /// The contract that holds it.
    pub const fn companion(self) -> Companion {
        match self {
            Self::Rule(_) => Companion::Rules,
            Self::Certificate(..) => Companion::Certificates,
        }
    }

    /// As the contract's entries begin.
    pub fn bytes(self) -> Vec<u8> {
        match self {
            Self::Rule(key) => key_code(key).to_be_bytes().to_vec(),
            Self::Certificate(certificate, holder) => {
                let mut bytes = vec![0; 4];
                bytes.extend(certificate.0.to_be_bytes());
                bytes.extend(holder.address());
                bytes
            }
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
    /// Of `upsert`.
    Certify(Certification),
    /// Of `deny`.
    DenyCertificate(CertificateDenial),
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

/// A certificate of a wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Certification {
    /// Which.
    pub certificate: CertificateId,
    /// Whose.
    pub holder: WalletAddress,
    /// Its word.
    pub record: CertificateRecord,
}

/// A certificate does not count for a wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CertificateDenial {
    /// Which.
    pub certificate: CertificateId,
    /// Whose.
    pub holder: WalletAddress,
    /// Lands whatever it is (I2).
    pub version: Version,
}

impl CompanionEntry {
    /// Whose word it writes.
    pub const fn key(&self) -> CompanionKey {
        match self {
            Self::AnnounceRule(one) => CompanionKey::Rule(one.key),
            Self::WithdrawRule(one) => CompanionKey::Rule(one.key),
            Self::Certify(one) => CompanionKey::Certificate(one.certificate, one.holder),
            Self::DenyCertificate(one) => CompanionKey::Certificate(one.certificate, one.holder),
        }
    }

    /// The version that it brings it to.
    pub fn version(&self) -> Version {
        match self {
            Self::AnnounceRule(announcement) => announcement.version,
            Self::WithdrawRule(withdrawal) => withdrawal.version,
            Self::Certify(certification) => certification.record.version(),
            Self::DenyCertificate(denial) => denial.version,
        }
    }

    /// The call that it is a part of.
    pub const fn call(&self) -> CompanionCall {
        match self {
            Self::AnnounceRule(_) => CompanionCall::AnnounceRules,
            Self::WithdrawRule(_) => CompanionCall::WithdrawRules,
            Self::Certify(_) => CompanionCall::Certify,
            Self::DenyCertificate(_) => CompanionCall::DenyCertificates,
        }
    }
}

/// A certificate's token: 12 bytes of its id, of which the register uses eight, and
/// the holder.
fn token(bytes: &[u8]) -> Option<(CertificateId, WalletAddress)> {
    let (id, holder) = bytes.split_at_checked(12)?;
    let (unused, id) = id.split_at_checked(4)?;
    let holder = <[u8; 20]>::try_from(holder).ok()?;
    let holder = WalletAddress::new(Address::from(holder)).ok()?;
    let id = u64::from_be_bytes(id.try_into().ok()?);
    (unused == [0; 4]).then_some((CertificateId(id), holder))
}

fn rule_key(code: u16) -> Option<RuleKey> {
    match code {
        0 => Some(None),
        code => Country::from_numeric(code).map(Some),
    }
}
