//! Single values: what a text in a column means, or what is wrong with it.

use super::shown::shown;
use crate::{
    country::{Country, CountryError},
    ids::{ExternalId, ExternalIdError},
    investor::{Accreditation, InvestorKind, Level, MOST_YEARS, Residency, Years},
    time::{ExpiryError, UnixSeconds, parse_expiry},
    wallet::{WalletAddress, WalletAddressError},
};

/// What is wrong with one value: the code, and the problem with its remedy.
pub(super) type Fault = (&'static str, String);

pub(super) fn wallet(text: &str) -> Result<WalletAddress, Fault> {
    text.parse().map_err(|error| match error {
        WalletAddressError::Shape => (
            "bad_address",
            format!("`{}` is none: {error}; copy it again", shown(text)),
        ),
        WalletAddressError::Checksum => ("bad_checksum", format!("`{}`: {error}", shown(text))),
        WalletAddressError::Zero => (
            "zero_address",
            format!("{error}: give the customer's own address"),
        ),
    })
}

pub(super) fn country(text: &str) -> Result<Country, Fault> {
    text.parse().map_err(|error| match error {
        CountryError::NoNumericCode => ("no_numeric_code", error.to_string()),
        CountryError::Unknown(_) => (
            "unknown_country",
            format!(
                "`{}` is no ISO 3166-1 alpha-2 or alpha-3 code: write DE or DEU for Germany",
                shown(text)
            ),
        ),
    })
}

pub(super) fn expiry(text: &str, now: UnixSeconds) -> Result<UnixSeconds, Fault> {
    match parse_expiry(text) {
        Ok(expiry) if expiry > now => Ok(expiry),
        Ok(_) => Err((
            "expiry_passed",
            format!(
                "`{}` has passed: verify the customer again, or leave it empty for none",
                shown(text)
            ),
        )),
        Err(error @ ExpiryError::Unreadable) => Err((
            "bad_expiry",
            format!("`{}` is no date: {error}", shown(text)),
        )),
        Err(error @ ExpiryError::OutOfRange) => Err((
            "expiry_out_of_range",
            format!("`{}`: {error}; leave it empty for none", shown(text)),
        )),
    }
}

/// An external id is never shown: what is refused may be an e-mail address,
/// and an error list is no vault (I6).
pub(super) fn external_id(text: &str) -> Result<ExternalId, Fault> {
    text.parse().map_err(|error| match error {
        ExternalIdError::Shape => ("bad_external_id", format!("{error}: shorten it")),
        ExternalIdError::Email => ("bad_external_id", format!("{error}; use a customer number")),
    })
}

/// What an investor type says of a customer.
#[derive(Clone, Copy)]
pub(super) struct Class {
    pub(super) kind: InvestorKind,
    pub(super) accreditation: Accreditation,
    /// Unless the file has a level.
    pub(super) level: Level,
}

/// Whoever the file says nothing of.
pub(super) const RETAIL: Class = Class {
    kind: InvestorKind::NaturalPerson,
    accreditation: Accreditation::None,
    level: Level::Basic,
};

pub(super) fn class(text: &str) -> Result<Class, Fault> {
    let person = |accreditation| Class {
        accreditation,
        ..RETAIL
    };
    match keyword(text, &mut [0; KEYWORD]) {
        b"retail" => Ok(RETAIL),
        b"professional" => Ok(person(Accreditation::Professional)),
        b"qualified" | b"accredited" => Ok(person(Accreditation::Qualified)),
        b"institutional" | b"eligiblecounterparty" => Ok(Class {
            kind: InvestorKind::LegalEntity,
            accreditation: Accreditation::Professional,
            level: Level::Corporate,
        }),
        _ => Err((
            "unknown_investor_type",
            format!(
                "`{}` is none: choose retail, professional, qualified, institutional or eligible_counterparty, or leave it empty for retail",
                shown(text)
            ),
        )),
    }
}

pub(super) fn level(text: &str) -> Result<Level, Fault> {
    match keyword(text, &mut [0; KEYWORD]) {
        b"basic" => Ok(Level::Basic),
        b"enhanced" => Ok(Level::Enhanced),
        b"corporate" => Ok(Level::Corporate),
        _ => Err((
            "unknown_level",
            format!(
                "`{}` is none: choose basic, enhanced or corporate",
                shown(text)
            ),
        )),
    }
}

pub(super) fn least_age(text: &str) -> Result<Years, Fault> {
    let years = text.parse().ok().filter(|years| *years <= MOST_YEARS);
    years.map(Years).ok_or_else(|| {
        (
            "bad_least_age",
            format!(
                "`{}` is no age: give whole years, such as 18, and never a date of birth",
                shown(text)
            ),
        )
    })
}

pub(super) fn residency(text: &str) -> Result<Residency, Fault> {
    match keyword(text, &mut [0; KEYWORD]) {
        b"citizen" => Ok(Residency::Citizen),
        b"permanentresident" => Ok(Residency::PermanentResident),
        b"temporaryresident" => Ok(Residency::TemporaryResident),
        _ => Err((
            "unknown_residency",
            format!(
                "`{}` is none: choose citizen, permanent_resident or temporary_resident",
                shown(text)
            ),
        )),
    }
}

const KEYWORD: usize = 24;

/// A word without case, blanks, `_` and `-`, on the stack since it runs twice a
/// row; empty where it is no word of ours anyway.
fn keyword<'a>(text: &str, word: &'a mut [u8; KEYWORD]) -> &'a [u8] {
    let mut length = 0;
    for byte in text
        .bytes()
        .filter(|b| !matches!(b, b' ' | b'\t' | b'_' | b'-'))
    {
        match word.get_mut(length) {
            Some(place) => *place = byte.to_ascii_lowercase(),
            None => return &[],
        }
        length += 1;
    }
    &word[..length]
}
