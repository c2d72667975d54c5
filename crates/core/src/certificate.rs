//! Certificates (ERC-5851): what an investor was certified for beyond its verdict.
//!
//! What a certificate requires is data of its chain's contract, in numbered versions.
//! The register says who holds one, by which version, and until when. A certificate
//! counts for each of the holder's wallets while the holder is verified and neither
//! it nor the wallet is barred: whoever loses the verdict loses what it was certified
//! for, and has it again with the next verdict, unless it was revoked.

pub mod mirrored;
pub mod record;

use std::{fmt, num::ParseIntError, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::time::UnixSeconds;

/// What is certified: ERC-5851's `SBTID`. The issuer gives it a meaning; chains
/// allow 96 bits, the register 64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CertificateId(pub u64);

impl fmt::Display for CertificateId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for CertificateId {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// Which version of a certificate's requirements, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequirementVersion(pub u32);

impl Default for RequirementVersion {
    fn default() -> Self {
        Self(1)
    }
}

/// What an investor holds of one certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// By which requirements it was examined.
    pub requirements: RequirementVersion,
    /// When it ends; `None` with the verdict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiry: Option<UnixSeconds>,
    /// Whether it was taken back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub revoked: bool,
}

impl Certificate {
    /// Of an investor that was refused it beforehand.
    pub fn never_issued() -> Self {
        Self {
            requirements: RequirementVersion(0),
            expiry: None,
            revoked: true,
        }
    }

    /// Whether it counts at `now`, as far as it is concerned itself.
    pub fn holds_at(&self, now: UnixSeconds) -> bool {
        !self.revoked && self.expiry.is_none_or(|expiry| now < expiry)
    }
}
