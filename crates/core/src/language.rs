//! Languages in which people are spoken to.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A language, as BCP 47 writes it: `de`, `pt-BR`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LanguageTag(String);

/// A text that names no language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("write a language as BCP 47 has it, such as en or pt-BR")]
pub struct LanguageTagError;

impl LanguageTag {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The language alone, in small letters: `pt` of `pt-BR`.
    pub fn primary(&self) -> String {
        let primary = self.0.split('-').next().unwrap_or_default();
        primary.to_ascii_lowercase()
    }
}

impl FromStr for LanguageTag {
    type Err = LanguageTagError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.split('-');
        let is_language = parts.next().is_some_and(|first| {
            (2..=8).contains(&first.len()) && first.bytes().all(|b| b.is_ascii_alphabetic())
        });
        let is_rest = parts.all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
        });
        match is_language && is_rest && text.len() <= 35 {
            true => Ok(Self(text.to_owned())),
            false => Err(LanguageTagError),
        }
    }
}

impl fmt::Display for LanguageTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for LanguageTag {
    type Error = LanguageTagError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<LanguageTag> for String {
    fn from(tag: LanguageTag) -> Self {
        tag.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_a_language_and_what_narrows_it() {
        for (text, primary) in [("de", "de"), ("pt-BR", "pt"), ("DE-ch-1996", "de")] {
            let tag: LanguageTag = text.parse().unwrap();
            assert_eq!((tag.as_str(), &*tag.primary()), (text, primary));
        }
        let long = format!("de{}", "-abcdefgh".repeat(4));
        for text in [
            "", "d", "-de", "de-", "de--at", "d3", "de_AT", "<b>", "dé", &long,
        ] {
            assert_eq!(text.parse::<LanguageTag>(), Err(LanguageTagError), "{text}");
        }
    }
}
