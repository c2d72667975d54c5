//! Contracts beside a registry that its lane writes, too.
//!
//! A companion has a word for each key. What it holds is read, not remembered:
//! before a key is written, and again once a transaction that wrote it has ended,
//! whatever became of it. So a write that came too late, one that the contract
//! skipped, and one that somebody else made come to the same: what the companion
//! lacks is owed.

mod batch;
mod entry;

use alloy_primitives::{Address, B256, U256};

pub use batch::{CompanionBatch, CompanionCall, NoEntries};
pub use entry::{
    CertificateDenial, Certification, ClaimDenial, CompanionEntry, IssuedClaim, KeptKey,
    RuleAnnouncement, RuleWithdrawal,
};

use crate::{
    certificate::CertificateId,
    claim::ClaimTopic,
    country::Country,
    ids::InvestorId,
    log::EntryNumber,
    transfer_rules::record::{RuleKey, key_code},
    wallet::WalletAddress,
};

/// Which contract beside the registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Companion {
    /// `CountryRules`: who may receive a token, by country.
    Rules,
    /// `CertificateRegistry`: who holds which certificate.
    Certificates,
    /// `IdentityFactory`: which identities there are, and whose keys they have.
    Identities,
    /// `ClaimIssuer`: what is claimed of them.
    Claims,
}

impl Companion {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Rules,
        Self::Certificates,
        Self::Identities,
        Self::Claims,
    ];

    /// Its name, as the store keeps it and people see it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rules => "rules",
            Self::Certificates => "certificates",
            Self::Identities => "identities",
            Self::Claims => "claims",
        }
    }

    /// Whether the contract has mirrors of its own; the others ask the registry who
    /// they are.
    pub const fn has_mirrors(self) -> bool {
        matches!(self, Self::Rules | Self::Certificates)
    }

    /// The one of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }

    /// Bytes of one of its keys.
    pub(crate) const fn key_bytes(self) -> usize {
        match self {
            Self::Rules => 2,
            Self::Certificates => 32,
            Self::Identities => 52,
            Self::Claims => 64,
        }
    }

    /// The key in these bytes, if it is one of this contract's.
    pub fn key(self, bytes: &[u8]) -> Option<CompanionKey> {
        if bytes.len() != self.key_bytes() {
            return None;
        }
        match (self, bytes) {
            (Self::Rules, [high, low]) => {
                rule_key(u16::from_be_bytes([*high, *low])).map(CompanionKey::Rule)
            }
            (Self::Certificates, bytes) => {
                let (certificate, holder) = token(bytes)?;
                Some(CompanionKey::Certificate(certificate, holder))
            }
            (Self::Identities, bytes) => {
                let (investor, wallet) = bytes.split_at_checked(32)?;
                let wallet = <[u8; 20]>::try_from(wallet).ok()?;
                let wallet = WalletAddress::new(Address::from(wallet)).ok()?;
                let investor = InvestorId(B256::from_slice(investor));
                Some(CompanionKey::IdentityKey(investor, wallet))
            }
            (Self::Claims, bytes) => {
                let (investor, topic) = bytes.split_at(32);
                let investor = InvestorId(B256::from_slice(investor));
                let topic = ClaimTopic(U256::from_be_slice(topic));
                Some(CompanionKey::Claim(investor, topic))
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
    /// A wallet's key of an investor's identity.
    IdentityKey(InvestorId, WalletAddress),
    /// What is claimed of an investor under a topic.
    Claim(InvestorId, ClaimTopic),
}

impl CompanionKey {
    /// The contract that holds it.
    pub const fn companion(self) -> Companion {
        match self {
            Self::Rule(_) => Companion::Rules,
            Self::Certificate(..) => Companion::Certificates,
            Self::IdentityKey(..) => Companion::Identities,
            Self::Claim(..) => Companion::Claims,
        }
    }

    /// As the store keeps it, and as entries begin in the store: those of rules and
    /// certificates on chains, too.
    pub fn bytes(self) -> Vec<u8> {
        match self {
            Self::Rule(key) => key_code(key).to_be_bytes().to_vec(),
            Self::Certificate(certificate, holder) => {
                let mut bytes = vec![0; 4];
                bytes.extend(certificate.0.to_be_bytes());
                bytes.extend(holder.address());
                bytes
            }
            Self::IdentityKey(investor, wallet) => {
                [investor.0.as_slice(), wallet.address().as_slice()].concat()
            }
            Self::Claim(investor, topic) => [investor.0.0, topic.0.to_be_bytes::<32>()].concat(),
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
