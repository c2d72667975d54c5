//! Why a webhook is not believed, and why a provider was not read. No text here
//! repeats what was received: codes are for programs, texts for operators.

use std::time::Duration;

use thiserror::Error;

/// Why a webhook gives no hint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum HintError {
    /// The header is not there.
    #[error("the webhook has no signature: give it a secret at the provider")]
    SignatureMissing,
    /// The header is there twice, or holds no hexadecimal number of the digest's
    /// length in small letters.
    #[error("the webhook's signature is malformed: it is not from the provider")]
    SignatureMalformed,
    /// Made with another secret, or the body was altered.
    #[error("the webhook's signature is wrong: if the secret was changed, configure both")]
    SignatureWrong,
    /// The header that names the algorithm is not there.
    #[error("the webhook names no algorithm: it is not from the provider")]
    AlgorithmMissing,
    /// Another algorithm than the configured one; SHA-1 always is.
    #[error("the webhook is signed by another algorithm than the configured one: set both alike")]
    AlgorithmRefused,
    /// Signed, but no JSON object.
    #[error("the webhook is signed but no JSON: it is of another version than this one reads")]
    NotJson,
    /// Signed JSON in which a field is missing or of another kind.
    #[error("{field}: the signed webhook has no such value: it is of another version")]
    UnknownShape {
        /// The provider's name of the field.
        field: &'static str,
    },
    /// About nobody real, for an account of real people.
    #[error("the webhook is of the provider's sandbox: this account is a production one")]
    Sandbox,
    /// Signed and readable, but about nothing that the register follows: answer it
    /// as received, or the provider sends it again.
    #[error("the webhook is about nothing that the register follows: subscribe to fewer events")]
    NotFollowed,
}

impl HintError {
    /// A stable word for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::SignatureMissing => "signature_missing",
            Self::SignatureMalformed => "signature_malformed",
            Self::SignatureWrong => "signature_wrong",
            Self::AlgorithmMissing => "algorithm_missing",
            Self::AlgorithmRefused => "algorithm_refused",
            Self::NotJson => "not_json",
            Self::UnknownShape { .. } => "unknown_shape",
            Self::Sandbox => "sandbox",
            Self::NotFollowed => "not_followed",
        }
    }

    /// Whether the provider did send it: the secret was right.
    pub const fn is_authentic(self) -> bool {
        matches!(
            self,
            Self::NotJson | Self::UnknownShape { .. } | Self::Sandbox | Self::NotFollowed
        )
    }
}

/// Why a provider was not read, or did not do as asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum FetchError {
    /// 401 or 403.
    #[error(
        "the provider refuses the credentials (HTTP {status}): check the token, its secret and permissions, and this machine's clock"
    )]
    Refused {
        /// The HTTP status.
        status: u16,
    },
    /// The provider has no such record, or none any longer.
    #[error(
        "the provider has no such record, or another account has it: look for it in its console"
    )]
    NotFound,
    /// 429, 503, or 409 with `Retry-After`.
    #[error("the provider is busy: ask again later")]
    Busy {
        /// How long the provider asks to be left alone, if it said so.
        retry_after: Option<Duration>,
    },
    /// No answer, or one of the 5xx.
    #[error("the provider cannot be reached ({why}): ask again later")]
    Unreachable {
        /// In a few words.
        why: &'static str,
    },
    /// It answered with something else than it documents.
    #[error(
        "the provider's answer cannot be read ({problem}), as if it were of another version: check the account's base_url, and look for a newer Symbolon"
    )]
    Answer {
        /// In a few words.
        problem: &'static str,
    },
    /// Another status of the 4xx: the same request will be refused again.
    #[error(
        "the provider refuses the request (HTTP {status}): check the levels, workflows and return addresses that are configured"
    )]
    Rejected {
        /// The HTTP status.
        status: u16,
    },
    /// The request was not sent, since it could not be right.
    #[error("{field}: {problem}")]
    Request {
        /// Which part of it.
        field: &'static str,
        /// What is wrong, and the remedy.
        problem: &'static str,
    },
}

impl FetchError {
    /// A stable word for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Refused { .. } => "credentials_refused",
            Self::NotFound => "not_found",
            Self::Busy { .. } => "busy",
            Self::Unreachable { .. } => "unreachable",
            Self::Answer { .. } => "answer_unreadable",
            Self::Rejected { .. } => "request_refused",
            Self::Request { .. } => "request_invalid",
        }
    }

    /// The same of what belongs to a record: if that alone is missing, the record is not.
    pub(crate) fn of_part(self, problem: &'static str) -> Self {
        match self {
            Self::NotFound => Self::Answer { problem },
            other => other,
        }
    }

    /// Whether the same request may succeed later without anybody's doing.
    pub const fn passes(self) -> bool {
        matches!(self, Self::Busy { .. } | Self::Unreachable { .. })
    }

    /// How long the provider asks to be left alone.
    pub const fn retry_after(self) -> Option<Duration> {
        match self {
            Self::Busy { retry_after } => retry_after,
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_says_what_to_do() {
        let status = 400;
        for error in [
            FetchError::Refused { status },
            FetchError::NotFound,
            FetchError::Busy { retry_after: None },
            FetchError::Unreachable { why: "timeout" },
            FetchError::Answer { problem: "no JSON" },
            FetchError::Rejected { status },
        ] {
            let words = error.to_string();
            let (_, remedy) = words.rsplit_once(": ").unwrap();
            let verb = remedy.split(' ').next().unwrap();
            assert!(["check", "look", "ask", "do"].contains(&verb), "{words}");
        }
    }
}
