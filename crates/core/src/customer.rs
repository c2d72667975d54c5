//! Customers: what one of the issuer's instances knows of one investor.
//!
//! 1. The register of investors is the issuer's, and its instances share it. An
//!    instance's customer stands on one investor of it, and has that one's verdict and
//!    wallets.
//! 2. What an instance knows beyond that is its own: an external id, a status, data and
//!    notes. Data and notes are personal, so they are sealed under the investor's key
//!    (I6) and go with it (I7).
//! 3. A customer may have no wallet yet. Its reference key names it when one is linked
//!    later. Where the wallet turns out to be that of an investor whom the register
//!    knows already, the customer moves there ([`linking`]).
//! 4. What is changed of a customer, and by whom, is in the log ([`CustomerChange`]).

mod changing;
mod data;
mod linking;
mod reference;

use std::{fmt, str::FromStr};

use alloy_primitives::B128;
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use changing::{Archived, CustomerChange, Standing, WantedChange};
pub use data::{CustomerData, DataError, NoteError, SearchKey, note};
pub use linking::{
    Holder, LinkRefusal, Linking, NotBare, Opening, Own, Warrant, linking, may_open,
};
pub use reference::{ReferenceKey, ReferenceKeyError};

/// Notes that a customer may have.
pub const MOST_NOTES: u32 = 1_000;

/// A customer of an instance's, by a name that says nothing about the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CustomerId(pub B128);

impl fmt::Display for CustomerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for CustomerId {
    type Err = CustomerIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self).map_err(|_| CustomerIdError)
    }
}

/// A text that is no [`CustomerId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a customer's id is `0x` and 32 hexadecimal digits")]
pub struct CustomerIdError;

/// Where a customer stands with its instance, whatever the register's verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CustomerStatus {
    /// The instance deals with it.
    #[default]
    Active,
    /// The instance waits for something.
    OnHold,
    /// The instance no longer deals with it.
    Closed,
}

impl CustomerStatus {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Active, Self::OnHold, Self::Closed];

    /// The word that people and the database use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::OnHold => "on_hold",
            Self::Closed => "closed",
        }
    }
}

impl FromStr for CustomerStatus {
    type Err = CustomerStatusError;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let mut all = Self::ALL.into_iter();
        all.find(|status| status.as_str() == word)
            .ok_or(CustomerStatusError)
    }
}

impl fmt::Display for CustomerStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that is no [`CustomerStatus`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a customer is active, on_hold or closed")]
pub struct CustomerStatusError;

/// What of a customer is sealed; it never changes, since it is bound to what is sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CustomerPart {
    /// Its data.
    Data,
    /// One of its notes, counted from 1.
    Note(u32),
}

impl fmt::Display for CustomerPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Data => f.write_str("data"),
            Self::Note(number) => write!(f, "note {number}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_they_are_written() {
        for status in CustomerStatus::ALL {
            assert_eq!(status.as_str().parse(), Ok(status));
            let json = serde_json::to_value(status).unwrap();
            assert_eq!(json, status.as_str());
        }
        assert!("gone".parse::<CustomerStatus>().is_err());
        let id = CustomerId([7; 16].into());
        assert_eq!(id.to_string().parse(), Ok(id));
        assert!("0x12".parse::<CustomerId>().is_err());
    }
}
