//! Providers' ids, before they become part of a URL.

use crate::FetchError;

/// Of applicants, runs, workflows and monitors: letters, digits, `-` and `_`, so that
/// none of them leaves its place in a path.
pub(crate) fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(is_plain)
}

/// How the register names an investor to a provider.
pub(crate) fn is_customer(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.bytes().all(is_plain)
}

/// A provider's name of an event, which reaches logs.
pub(crate) fn is_event(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| is_plain(byte) || byte == b'.')
}

const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

pub(crate) fn subject(text: &str) -> Result<&str, FetchError> {
    if is_id(text) {
        Ok(text)
    } else {
        Err(FetchError::Request {
            field: "subject",
            problem: "this is no id of the provider's: use one that a hint or a session gave",
        })
    }
}

pub(crate) fn customer(text: &str) -> Result<&str, FetchError> {
    if is_customer(text) {
        Ok(text)
    } else {
        Err(FetchError::Request {
            field: "customer",
            problem: "write 1 to 128 letters, digits, `_` or `-` that say nothing about the person",
        })
    }
}

/// Of a record that is nobody's: a provider that does not find it has taken the
/// credentials.
pub(crate) fn nobody(asked: Result<(), FetchError>) -> Result<(), FetchError> {
    match asked {
        Err(FetchError::NotFound) => Ok(()),
        asked => asked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_id_leaves_its_place_in_a_path() {
        assert!(is_id("650000000000000000000001"));
        assert!(is_id("bc77c6e5-753a-4580-96a6-aaed3e5a8d19"));
        for text in [
            "",
            ".",
            "..",
            "a/b",
            "a%2Fb",
            "a?b",
            "a#b",
            "a;externalUserId=b",
            "a\\b",
            "a b",
            "ä",
            "a\n",
            &"a".repeat(65),
        ] {
            assert!(!is_id(text), "{text}");
        }
        assert!(!is_customer("ana@example.com"));
    }
}
