//! From texts to the core's types, gathering everything that is wrong, so that
//! one look at `errors` mends a request for good. The codes are those that
//! imports use for the same mistakes.

use std::{collections::BTreeSet, fmt::Display, str::FromStr};

use symbolon_core::{
    country::{Country, CountryError},
    ids::{ChainId, ExternalId, ExternalIdError},
    time::{Day, ExpiryError, UnixSeconds, parse_expiry},
    wallet::{ChainScope, WalletAddress, WalletAddressError},
};

use crate::problem::{FieldError, Problem};

/// How long a proposal may wait unless told otherwise.
const WEEK_SECONDS: u64 = 7 * 86_400;

/// What is wrong with a request so far.
#[derive(Debug, Default)]
pub(crate) struct Check {
    errors: Vec<FieldError>,
}

impl Check {
    /// The value, unless anything was wrong.
    pub(crate) fn finish<T>(self, value: Option<T>) -> Result<T, Vec<FieldError>> {
        match value {
            Some(value) if self.errors.is_empty() => Ok(value),
            _ => Err(self.errors),
        }
    }

    /// Notes that a field is wrong.
    pub(crate) fn refuse(&mut self, field: &str, code: &'static str, message: impl Into<String>) {
        self.errors.push(FieldError::new(field, code, message));
    }

    fn keep<T>(&mut self, field: &str, read: Result<T, (&'static str, String)>) -> Option<T> {
        read.map_err(|(code, message)| self.refuse(field, code, message))
            .ok()
    }

    /// A wallet's address.
    pub(crate) fn wallet(&mut self, field: &str, text: &str) -> Option<WalletAddress> {
        let read = text.parse().map_err(|error: WalletAddressError| {
            let code = match error {
                WalletAddressError::Shape => "bad_address",
                WalletAddressError::Checksum => "bad_checksum",
                WalletAddressError::Zero => "zero_address",
            };
            (code, error.to_string())
        });
        self.keep(field, read)
    }

    /// A country.
    pub(crate) fn country(&mut self, field: &str, text: &str) -> Option<Country> {
        let read = text.parse().map_err(|error: CountryError| match error {
            CountryError::NoNumericCode => ("no_numeric_code", error.to_string()),
            CountryError::Unknown(_) => {
                let message = "no ISO 3166-1 alpha-2 or alpha-3 code: write DE or DEU for Germany";
                ("unknown_country", message.to_owned())
            }
        });
        self.keep(field, read)
    }

    /// The issuer's reference, if there is one.
    pub(crate) fn external_id(
        &mut self,
        field: &str,
        text: Option<&str>,
    ) -> Option<Option<ExternalId>> {
        let Some(text) = text else { return Some(None) };
        let read = text
            .parse()
            .map_err(|error: ExternalIdError| ("bad_external_id", error.to_string()));
        self.keep(field, read).map(Some)
    }

    /// When a verdict ends; none is never.
    pub(crate) fn expiry(
        &mut self,
        field: &str,
        text: Option<&str>,
        now: UnixSeconds,
    ) -> Option<Option<UnixSeconds>> {
        let Some(text) = text else { return Some(None) };
        let read = moment(text).and_then(|expiry| {
            if expiry > now {
                Ok(expiry)
            } else {
                Err((
                    "expiry_passed",
                    "has passed: give a later one, or none for no end".to_owned(),
                ))
            }
        });
        self.keep(field, read).map(Some)
    }

    /// Until when a proposal may be approved; a week by default.
    pub(crate) fn lapse(
        &mut self,
        field: &str,
        text: Option<&str>,
        now: UnixSeconds,
    ) -> Option<UnixSeconds> {
        let given = self.moment(field, text)?;
        Some(given.unwrap_or(UnixSeconds(now.0 + WEEK_SECONDS)))
    }

    /// A name of `[a-z0-9-]`.
    pub(crate) fn slug<T: FromStr<Err: Display>>(&mut self, field: &str, text: &str) -> Option<T> {
        let read = text
            .parse()
            .map_err(|error: T::Err| ("bad_name", error.to_string()));
        self.keep(field, read)
    }

    /// A moment, past or not.
    pub(crate) fn moment(
        &mut self,
        field: &str,
        text: Option<&str>,
    ) -> Option<Option<UnixSeconds>> {
        let Some(text) = text else { return Some(None) };
        self.keep(field, moment(text)).map(Some)
    }

    /// A last day, written as a date.
    pub(crate) fn day(&mut self, field: &str, text: Option<&str>) -> Option<Option<Day>> {
        let Some(text) = text else { return Some(None) };
        let read = match parse_expiry(text) {
            // A date alone ends with the first second of the next day.
            Ok(end) if text.trim().len() == 10 => Ok(UnixSeconds(end.0.saturating_sub(1)).day()),
            _ => Err(("bad_date", "write a date, such as 2027-12-31".to_owned())),
        };
        self.keep(field, read).map(Some)
    }

    /// On which chains a wallet counts: none named is all.
    pub(crate) fn chains(
        &mut self,
        field: &str,
        named: Option<&[u64]>,
        known: &[ChainId],
    ) -> Option<ChainScope> {
        let Some(named) = named else {
            return Some(ChainScope::All);
        };
        let named: BTreeSet<_> = named.iter().copied().map(ChainId).collect();
        if named.is_empty() {
            self.refuse(
                field,
                "no_chains",
                "name a chain, or leave the field out for all chains",
            );
            return None;
        }
        if let Some(unknown) = named.iter().find(|chain| !known.contains(chain)) {
            let message =
                format!("chain {unknown} is none of this issuer's: GET /v1/chains lists them");
            self.refuse(field, "unknown_chain", message);
            return None;
        }
        Some(ChainScope::Only(named))
    }

    /// A name or a word of people's, on one line.
    pub(crate) fn line(&mut self, field: &str, text: &str, longest: usize) -> Option<String> {
        if text.trim().contains(['\n', '\t']) {
            self.refuse(field, "control_characters", "must be on one line");
            return None;
        }
        self.prose(field, text, longest)
    }

    /// A text of people's, neither empty nor endless.
    pub(crate) fn prose(&mut self, field: &str, text: &str, longest: usize) -> Option<String> {
        let text = text.trim();
        if text.is_empty() {
            self.refuse(field, "empty", "must not be empty");
        } else if text.chars().count() > longest {
            self.refuse(
                field,
                "too_long",
                format!("must not be longer than {longest} characters"),
            );
        } else if text
            .chars()
            .any(|c| c.is_control() && c != '\n' && c != '\t')
        {
            self.refuse(
                field,
                "control_characters",
                "must not have control characters",
            );
        } else {
            return Some(text.to_owned());
        }
        None
    }
}

fn moment(text: &str) -> Result<UnixSeconds, (&'static str, String)> {
    parse_expiry(text).map_err(|error| match error {
        ExpiryError::Unreadable => ("bad_expiry", error.to_string()),
        ExpiryError::OutOfRange => ("expiry_out_of_range", error.to_string()),
    })
}

impl From<Vec<FieldError>> for Problem {
    fn from(errors: Vec<FieldError>) -> Self {
        Self::invalid(errors)
    }
}
