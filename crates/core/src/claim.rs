//! Claims (ERC-735): what the register says of an investor, for contracts that ask the
//! investor's identity rather than a registry.
//!
//! The register says what it claims, until when, and of what content. On each chain a
//! claim has a version of its own, and is signed when it is sent. It stands while the
//! investor is verified and not barred, and until it is revoked: whoever loses the
//! verdict loses the claims, and has them again with the next verdict.

pub mod mirrored;
pub mod record;
pub mod signed;

use std::{fmt, str::FromStr};

use alloy_primitives::{B256, U256, b256};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::time::UnixSeconds;

/// What a claim is about: ERC-735's `topic`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClaimTopic(pub U256);

/// Why a text is no [`ClaimTopic`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a topic is `kyc`, `aml`, `accreditation`, a number, or `0x` and up to 64 digits")]
pub struct ClaimTopicError;

impl ClaimTopic {
    /// That the issuer knows the customer: the hash of `knowYourCustomer`.
    pub const KYC: Self = Self::hash(b256!(
        "3ba8daeb7aacd3c0dd9341756886e4c774cf9f1654ceed6368843e124185ef92"
    ));
    /// That its funds were looked into: the hash of `antiMoneyLaundering`.
    pub const AML: Self = Self::hash(b256!(
        "933fcaf82a6a7e0e90ddc16dff8f0496b23cc52e1e57dbfb9a4b29f2bad68a7e"
    ));
    /// That it is an accredited investor: the hash of `accreditedInvestor`.
    pub const ACCREDITATION: Self = Self::hash(b256!(
        "22c894797d8644a88124935ff295f21d07a2379ddd21ecf65a360dfc3e47cfeb"
    ));

    const NAMED: [(&str, Self); 3] = [
        ("kyc", Self::KYC),
        ("aml", Self::AML),
        ("accreditation", Self::ACCREDITATION),
    ];

    const fn hash(hash: B256) -> Self {
        Self(U256::from_be_bytes(hash.0))
    }
}

impl FromStr for ClaimTopic {
    type Err = ClaimTopicError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let named = Self::NAMED.into_iter().find(|(name, _)| *name == text);
        if let Some((_, topic)) = named {
            return Ok(topic);
        }
        let topic = match text.strip_prefix("0x") {
            Some(digits) => U256::from_str_radix(digits, 16),
            None => U256::from_str_radix(text, 10),
        };
        match topic {
            Ok(topic) if text != "0x" && !text.is_empty() => Ok(Self(topic)),
            _ => Err(ClaimTopicError),
        }
    }
}

impl TryFrom<String> for ClaimTopic {
    type Error = ClaimTopicError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ClaimTopic> for String {
    fn from(topic: ClaimTopic) -> Self {
        topic.to_string()
    }
}

impl fmt::Display for ClaimTopic {
    /// Its name, or its number: short ones as people write them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = Self::NAMED.into_iter().find(|(_, topic)| topic == self);
        match named {
            Some((name, _)) => f.write_str(name),
            None if self.0 < U256::from(1 << 16) => write!(f, "{}", self.0),
            None => write!(f, "{:#x}", self.0),
        }
    }
}

impl fmt::Debug for ClaimTopic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClaimTopic({self})")
    }
}

/// What is claimed of an investor under one topic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// When it ends; `None` with the verdict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiry: Option<UnixSeconds>,
    /// What it says beyond its topic: the issuer gives it a meaning, the hash of a
    /// document for instance. Never personal data: it is on every chain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<B256>,
    /// Whether it was taken back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub revoked: bool,
}

impl Claim {
    /// Of an investor that was refused it beforehand.
    pub fn never_issued() -> Self {
        Self {
            revoked: true,
            ..Self::default()
        }
    }

    /// Whether it stands at `now`, as far as it is concerned itself.
    pub fn holds_at(&self, now: UnixSeconds) -> bool {
        !self.revoked && self.expiry.is_none_or(|expiry| now < expiry)
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::keccak256;

    use super::*;

    #[test]
    fn topics_have_names_and_numbers() {
        for (text, topic) in ClaimTopic::NAMED {
            assert_eq!(text.parse(), Ok(topic));
            assert_eq!(topic.to_string(), text);
        }
        for (name, topic) in [
            ("knowYourCustomer", ClaimTopic::KYC),
            ("antiMoneyLaundering", ClaimTopic::AML),
            ("accreditedInvestor", ClaimTopic::ACCREDITATION),
        ] {
            assert_eq!(topic.0.to_be_bytes(), keccak256(name).0);
        }
        assert_eq!("7".parse(), Ok(ClaimTopic(U256::from(7))));
        assert_eq!("0x10".parse(), Ok(ClaimTopic(U256::from(16))));
        assert_eq!(ClaimTopic(U256::from(7)).to_string(), "7");
        let long = ClaimTopic(U256::MAX - U256::from(1));
        assert_eq!(long.to_string().parse(), Ok(long));
        for wrong in [
            "",
            "0x",
            "KYC",
            "-1",
            "1.5",
            &format!("0x1{}", "0".repeat(64)),
        ] {
            assert_eq!(wrong.parse::<ClaimTopic>(), Err(ClaimTopicError), "{wrong}");
        }
    }
}
