//! One key's part of a companion's call: as the store keeps it, and as the contract
//! reads it.

use alloy_primitives::{Address, B256, U256};

use super::{CompanionCall, CompanionKey};
use crate::{
    certificate::{CertificateId, record::CertificateRecord},
    claim::{ClaimTopic, record::Wording, signed::ClaimSignature},
    identity::{IdentitySalt, mirrored::Purposes},
    ids::InvestorId,
    time::UnixSeconds,
    transfer_rules::record::RuleKey,
    wallet::{Version, WalletAddress},
};

/// One key's part of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompanionEntry {
    /// Of `CountryRules.announce`.
    AnnounceRule(RuleAnnouncement),
    /// Of `CountryRules.withdraw`.
    WithdrawRule(RuleWithdrawal),
    /// Of `CertificateRegistry.upsert`.
    Certify(Certification),
    /// Of `CertificateRegistry.deny`.
    DenyCertificate(CertificateDenial),
    /// Of `IdentityFactory.keepKeys`.
    KeepKey(KeptKey),
    /// Of `IdentityFactory.addClaims`.
    IssueClaim(IssuedClaim),
    /// Of `ClaimIssuer.denyClaims`.
    DenyClaim(ClaimDenial),
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

/// A wallet's key of an identity is for this; the identity is deployed for it where
/// there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptKey {
    /// Whose identity.
    pub investor: InvestorId,
    /// Which, on the chain.
    pub salt: IdentitySalt,
    /// Whose key.
    pub wallet: WalletAddress,
    /// What for.
    pub purposes: Purposes,
}

/// A claim of an identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IssuedClaim {
    /// Of whom.
    pub investor: InvestorId,
    /// About what.
    pub topic: ClaimTopic,
    /// The investor's identity on the chain.
    pub salt: IdentitySalt,
    /// The contract that stands by it.
    pub issuer: Address,
    /// Counts unless this one was denied.
    pub version: Version,
    /// What it says.
    pub wording: Wording,
    /// By a key of the issuer's.
    pub signature: ClaimSignature,
}

/// No claim of a topic counts up to a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClaimDenial {
    /// Of whom.
    pub investor: InvestorId,
    /// About what.
    pub topic: ClaimTopic,
    /// The investor's identity on the chain.
    pub identity: Address,
    /// Up to which; lands whatever it is (I2).
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
            Self::KeepKey(one) => CompanionKey::IdentityKey(one.investor, one.wallet),
            Self::IssueClaim(one) => CompanionKey::Claim(one.investor, one.topic),
            Self::DenyClaim(one) => CompanionKey::Claim(one.investor, one.topic),
        }
    }

    /// The version that it brings it to. Keys have none: what they are for tells two
    /// writes apart.
    pub fn version(&self) -> Version {
        match self {
            Self::AnnounceRule(one) => one.version,
            Self::WithdrawRule(one) => one.version,
            Self::Certify(one) => one.record.version(),
            Self::DenyCertificate(one) => one.version,
            Self::KeepKey(one) => Version(one.purposes.0.into()),
            Self::IssueClaim(one) => one.version,
            Self::DenyClaim(one) => one.version,
        }
    }

    /// The call that it is a part of.
    pub const fn call(&self) -> CompanionCall {
        match self {
            Self::AnnounceRule(_) => CompanionCall::AnnounceRules,
            Self::WithdrawRule(_) => CompanionCall::WithdrawRules,
            Self::Certify(_) => CompanionCall::Certify,
            Self::DenyCertificate(_) => CompanionCall::DenyCertificates,
            Self::KeepKey(_) => CompanionCall::KeepKeys,
            Self::IssueClaim(_) => CompanionCall::IssueClaims,
            Self::DenyClaim(_) => CompanionCall::DenyClaims,
        }
    }

    /// As the contract reads it.
    pub(super) fn argument(&self) -> Vec<u8> {
        match self {
            Self::AnnounceRule(_)
            | Self::WithdrawRule(_)
            | Self::Certify(_)
            | Self::DenyCertificate(_) => self.stored(),
            Self::KeepKey(one) => [
                one.salt.0.as_slice(),
                one.wallet.address().as_slice(),
                &[one.purposes.0],
            ]
            .concat(),
            Self::IssueClaim(one) => [
                one.salt.0.as_slice(),
                one.issuer.as_slice(),
                &one.topic.0.to_be_bytes::<32>(),
                &terms(one),
            ]
            .concat(),
            Self::DenyClaim(one) => [
                one.identity.as_slice(),
                &one.topic.0.to_be_bytes::<32>(),
                &one.version.0.to_be_bytes(),
            ]
            .concat(),
        }
    }

    /// As the store keeps it: its key, then the rest.
    pub(super) fn stored(&self) -> Vec<u8> {
        let mut bytes = self.key().bytes();
        match self {
            Self::AnnounceRule(one) => {
                bytes.extend(one.version.0.to_be_bytes());
                bytes.extend(&one.rule.to_be_bytes()[3..]);
                bytes.extend(one.source);
            }
            Self::WithdrawRule(one) => bytes.extend(one.version.0.to_be_bytes()),
            Self::Certify(one) => bytes.extend(one.record.0.to_be_bytes::<32>()),
            Self::DenyCertificate(one) => bytes.extend(one.version.0.to_be_bytes()),
            Self::KeepKey(one) => {
                bytes.extend(one.salt.0);
                bytes.push(one.purposes.0);
            }
            Self::IssueClaim(one) => {
                bytes.extend(one.salt.0);
                bytes.extend(one.issuer);
                bytes.extend(terms(one));
            }
            Self::DenyClaim(one) => {
                bytes.extend(one.identity);
                bytes.extend(one.version.0.to_be_bytes());
            }
        }
        bytes
    }

    /// The entry of this call in these bytes of the store's.
    pub(super) fn read(call: CompanionCall, bytes: &[u8]) -> Option<Self> {
        let (key, rest) = bytes.split_at_checked(call.companion().key_bytes())?;
        let mut rest = Rest(rest);
        let entry = match (call, call.companion().key(key)?) {
            (CompanionCall::AnnounceRules, CompanionKey::Rule(key)) => {
                Self::AnnounceRule(RuleAnnouncement {
                    key,
                    version: rest.version()?,
                    rule: rest.number(5)?,
                    source: rest.word()?,
                })
            }
            (CompanionCall::WithdrawRules, CompanionKey::Rule(key)) => {
                let version = rest.version()?;
                Self::WithdrawRule(RuleWithdrawal { key, version })
            }
            (CompanionCall::Certify, CompanionKey::Certificate(certificate, holder)) => {
                Self::Certify(Certification {
                    certificate,
                    holder,
                    record: CertificateRecord(rest.word()?.into()),
                })
            }
            (CompanionCall::DenyCertificates, CompanionKey::Certificate(certificate, holder)) => {
                Self::DenyCertificate(CertificateDenial {
                    certificate,
                    holder,
                    version: rest.version()?,
                })
            }
            (CompanionCall::KeepKeys, CompanionKey::IdentityKey(investor, wallet)) => {
                Self::KeepKey(KeptKey {
                    investor,
                    salt: IdentitySalt(rest.word()?),
                    wallet,
                    purposes: Purposes(rest.number(1)? as u8),
                })
            }
            (CompanionCall::IssueClaims, CompanionKey::Claim(investor, topic)) => {
                let (salt, issuer) = (IdentitySalt(rest.word()?), rest.address()?);
                let ends = rest.number(5)?;
                Self::IssueClaim(IssuedClaim {
                    investor,
                    topic,
                    salt,
                    issuer,
                    version: rest.version()?,
                    wording: Wording {
                        ends: (ends > 0).then_some(UnixSeconds(ends)),
                        content: rest.word()?,
                    },
                    signature: ClaimSignature(rest.take(65)?.try_into().ok()?),
                })
            }
            (CompanionCall::DenyClaims, CompanionKey::Claim(investor, topic)) => {
                Self::DenyClaim(ClaimDenial {
                    investor,
                    topic,
                    identity: rest.address()?,
                    version: rest.version()?,
                })
            }
            _ => return None,
        };
        rest.0.is_empty().then_some(entry)
    }
}

/// What a claim says, and who says so.
fn terms(claim: &IssuedClaim) -> Vec<u8> {
    let ends = claim.wording.ends.map_or(0, |at| at.0);
    [
        &ends.to_be_bytes()[3..],
        &claim.version.0.to_be_bytes(),
        claim.wording.content.as_slice(),
        &claim.signature.0,
    ]
    .concat()
}

/// What has not been read yet.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, bytes: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(bytes)?;
        self.0 = rest;
        Some(taken)
    }

    fn word(&mut self) -> Option<B256> {
        self.take(32).map(B256::from_slice)
    }

    fn address(&mut self) -> Option<Address> {
        self.take(20).map(Address::from_slice)
    }

    fn number(&mut self, bytes: usize) -> Option<u64> {
        let bytes = self.take(bytes)?;
        Some(U256::from_be_slice(bytes).wrapping_to())
    }

    fn version(&mut self) -> Option<Version> {
        self.number(2).map(|version| Version(version as u16))
    }
}
