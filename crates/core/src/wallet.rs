//! Wallets: addresses bound to an investor, on all chains or on some.

mod proof;

use std::{collections::BTreeSet, fmt, str::FromStr};

use alloy_primitives::Address;
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use proof::{OwnershipEvidence, ProofKind, Vouched, WalletClaim, WalletProof};

use crate::ids::ChainId;

/// An address on EVM chains; never the zero address.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WalletAddress(Address);

/// Why a text is no [`WalletAddress`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum WalletAddressError {
    /// Not `0x` and 40 hexadecimal digits.
    #[error("an address is `0x` and 40 hexadecimal digits")]
    Shape,
    /// It mixes upper and lower case, but not as EIP-55 says.
    #[error("the EIP-55 checksum is wrong: a digit is mistyped, or copy the address again")]
    Checksum,
    /// The zero address belongs to nobody.
    #[error("the zero address belongs to nobody")]
    Zero,
}

impl WalletAddress {
    /// The wallet at this address, unless it is zero.
    pub fn new(address: Address) -> Result<Self, WalletAddressError> {
        if address.is_zero() {
            Err(WalletAddressError::Zero)
        } else {
            Ok(Self(address))
        }
    }

    /// The bare address.
    pub const fn address(self) -> Address {
        self.0
    }
}

impl FromStr for WalletAddress {
    type Err = WalletAddressError;

    /// All lower or all upper case is taken as it stands; mixed case must have
    /// the right EIP-55 checksum.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let digits = text
            .strip_prefix("0x")
            .or_else(|| text.strip_prefix("0X"))
            .ok_or(WalletAddressError::Shape)?;
        let address: Address = if digits.len() == 40 {
            digits.parse().map_err(|_| WalletAddressError::Shape)?
        } else {
            return Err(WalletAddressError::Shape);
        };
        let mixed = digits.bytes().any(|b| b.is_ascii_lowercase())
            && digits.bytes().any(|b| b.is_ascii_uppercase());
        if mixed && address.to_checksum_buffer(None).as_str()[2..] != *digits {
            return Err(WalletAddressError::Checksum);
        }
        Self::new(address)
    }
}

impl TryFrom<String> for WalletAddress {
    type Error = WalletAddressError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// Without a checksum, which costs a hash: this is for the log and its readers.
/// People are shown [`fmt::Display`].
impl From<WalletAddress> for String {
    fn from(wallet: WalletAddress) -> Self {
        format!("{:#x}", wallet.0)
    }
}

impl fmt::Display for WalletAddress {
    /// With its EIP-55 checksum.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.to_checksum_buffer(None).as_str())
    }
}

impl fmt::Debug for WalletAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WalletAddress({self})")
    }
}

/// On which of the issuer's chains a wallet counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChainScope {
    /// On every chain, also on those that the issuer adds later.
    #[default]
    All,
    /// On these alone.
    Only(BTreeSet<ChainId>),
}

impl ChainScope {
    /// Whether the wallet counts on this chain.
    pub fn includes(&self, chain: ChainId) -> bool {
        match self {
            Self::All => true,
            Self::Only(chains) => chains.contains(&chain),
        }
    }
}

/// How often a wallet's record has changed. It only rises, and survives
/// removal and re-binding (I2); 0 means that no chain was ever told of it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Version(pub u16);

impl Version {
    /// The next one, or `None` when 65,535 changes have used them up.
    pub fn next(self) -> Option<Self> {
        self.0.checked_add(1).map(Self)
    }

    /// The one before, or `None` before the first.
    pub fn previous(self) -> Option<Self> {
        self.0.checked_sub(1).map(Self)
    }

    /// Whether no chain was ever told of the wallet.
    pub fn is_zero(&self) -> bool {
        self.0 == 0
    }
}

/// A wallet bound to an investor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wallet {
    /// Its address.
    pub address: WalletAddress,
    /// Where it counts.
    pub chains: ChainScope,
    /// Whether it may be used at all (a lost key makes it inactive).
    pub active: bool,
    /// The version of the record that the chains must hold.
    pub version: Version,
}

/// What the register remembers of an address, bound or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WalletHistory {
    /// Whose it is now, if anybody's.
    pub holder: Option<crate::ids::InvestorId>,
    /// The greater of the register's version and the highest that a finalized
    /// block of any chain showed (I2).
    pub version: Version,
    /// Whether some chain denies it though the register approves it, and nobody
    /// has decided since.
    pub disputed: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHECKSUMMED: &str = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";

    #[test]
    fn a_right_checksum_or_none_passes() {
        let wallet: WalletAddress = CHECKSUMMED.parse().unwrap();
        assert_eq!(CHECKSUMMED.to_lowercase().parse(), Ok(wallet));
        assert_eq!(CHECKSUMMED.to_uppercase().parse(), Ok(wallet));
        assert_eq!(wallet.to_string(), CHECKSUMMED);
    }

    #[test]
    fn each_mistake_has_its_name() {
        let wrong = CHECKSUMMED.replacen("aA", "Aa", 1);
        assert_eq!(
            wrong.parse::<WalletAddress>(),
            Err(WalletAddressError::Checksum)
        );
        assert_eq!(
            "0x12".parse::<WalletAddress>(),
            Err(WalletAddressError::Shape)
        );
        assert_eq!(
            CHECKSUMMED[2..].parse::<WalletAddress>(),
            Err(WalletAddressError::Shape)
        );
        let zero = format!("0x{}", "0".repeat(40));
        assert_eq!(zero.parse::<WalletAddress>(), Err(WalletAddressError::Zero));
    }
}
