//! Newtypes for everything that names something.

use std::{fmt, str::FromStr};

use alloy_primitives::{B128, B256};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::time::UnixMillis;

/// A newtype of a text that people type: `[a-z0-9-]`, 1 to 40 characters,
/// beginning with a letter or a digit.
macro_rules! slug {
    ($(#[$doc:meta])* $name:ident, $error:ident, $noun:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        #[doc = concat!("Why a text is no [`", stringify!($name), "`].")]
        #[derive(Clone, Debug, PartialEq, Eq, Error)]
        #[error(
            "`{0}` is no {noun}: use 1 to 40 of a–z, 0–9 and `-`, beginning with a letter or digit",
            noun = $noun
        )]
        pub struct $error(String);

        impl $name {
            /// The slug itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = $error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                if is_slug(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err($error(text.chars().take(60).collect()))
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = $error;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

fn is_slug(text: &str) -> bool {
    (1..=40).contains(&text.len())
        && !text.starts_with('-')
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

slug! {
    /// The tenant: whoever issues tokens and answers for its customers. Every
    /// row of the database carries it.
    IssuerId, IssuerIdError, "issuer name"
}

slug! {
    /// An authority of a federation, as its owner named it.
    AuthorityName, AuthorityNameError, "authority name"
}

slug! {
    /// A person of the owner's who approves its operations.
    PersonName, PersonNameError, "person's name"
}

slug! {
    /// One of the issuer's deployments, which has customers of its own.
    InstanceName, InstanceNameError, "instance name"
}

slug! {
    /// One of the issuer's accounts with a KYC provider, as its configuration names it.
    ProviderName, ProviderNameError, "provider name"
}

/// An investor, by a 32-byte id that says nothing about the person.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct InvestorId(pub B256);

impl InvestorId {
    /// Nobody's: the log's entries about the federation itself carry it.
    pub const NONE: Self = Self(B256::ZERO);

    /// The id of somebody who becomes known now: six bytes of time, so that
    /// what is stored by id grows at its end, and random ones that the caller
    /// drew, so that nobody guesses it.
    pub fn fresh(now: UnixMillis, random: [u8; 26]) -> Self {
        let mut id = B256::ZERO;
        id[..6].copy_from_slice(&now.0.to_be_bytes()[2..]);
        id[6..].copy_from_slice(&random);
        Self(id)
    }
}

impl fmt::Debug for InvestorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InvestorId({})", self.0)
    }
}

impl fmt::Display for InvestorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl FromStr for InvestorId {
    type Err = InvestorIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self).map_err(|_| InvestorIdError)
    }
}

/// A text that is no [`InvestorId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("an investor id is `0x` and 64 hexadecimal digits")]
pub struct InvestorIdError;

/// The issuer's own reference for a customer (a CRM number, say).
///
/// 1–128 printable characters. An `@` is refused: an e-mail address is
/// personal data, and this reference reaches events and exports (I6).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ExternalId(String);

/// Why a text is no [`ExternalId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ExternalIdError {
    /// Empty, too long, or with control characters.
    #[error("an external id has 1 to 128 printable characters")]
    Shape,
    /// It looks like an e-mail address.
    #[error("an external id must not be an e-mail address: it is stored outside the vault")]
    Email,
}

impl ExternalId {
    /// The reference as the issuer wrote it, without surrounding blanks.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ExternalId {
    type Err = ExternalIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.contains('@') {
            return Err(ExternalIdError::Email);
        }
        if text.is_empty() || text.chars().count() > 128 || text.chars().any(char::is_control) {
            return Err(ExternalIdError::Shape);
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for ExternalId {
    type Error = ExternalIdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ExternalId> for String {
    fn from(id: ExternalId) -> Self {
        id.0
    }
}

impl fmt::Display for ExternalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A chain by its EIP-155 id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChainId(pub u64);

impl fmt::Display for ChainId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One of the issuer's identity registries: on which chain, and which one there.
///
/// Most issuers have one a chain, the first. Written `8453`, further ones
/// `8453/1`, `8453/2` and so on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RegistryId {
    /// On which chain.
    pub chain: ChainId,
    /// Which one there, counted from 0.
    pub place: u8,
}

/// A text that is no [`RegistryId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a registry is a chain's id, such as 8453, or for a further one there 8453/1")]
pub struct RegistryIdError;

impl From<ChainId> for RegistryId {
    /// The first one there.
    fn from(chain: ChainId) -> Self {
        Self { chain, place: 0 }
    }
}

impl fmt::Display for RegistryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            0 => self.chain.fmt(f),
            place => write!(f, "{}/{place}", self.chain),
        }
    }
}

impl FromStr for RegistryId {
    type Err = RegistryIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (chain, place) = text.split_once('/').unwrap_or((text, "0"));
        Ok(Self {
            chain: ChainId(chain.parse().map_err(|_| RegistryIdError)?),
            place: place.parse().map_err(|_| RegistryIdError)?,
        })
    }
}

impl TryFrom<String> for RegistryId {
    type Error = RegistryIdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<RegistryId> for String {
    fn from(id: RegistryId) -> Self {
        id.to_string()
    }
}

/// An authority by its place in the on-chain bitmap; 0 is the issuer itself,
/// which cannot be restricted.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct AuthorityIndex(pub u8);

impl AuthorityIndex {
    /// The issuer itself.
    pub const OWNER: Self = Self(0);

    /// Whether it is the issuer itself.
    pub fn is_owner(&self) -> bool {
        *self == Self::OWNER
    }
}

impl fmt::Display for AuthorityIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An API key, by a name that everybody may know: nobody gets from it to the
/// key, nor to the hash by which the key is recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyId(pub B128);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}
