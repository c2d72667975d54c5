//! The texts that a message is made of; each can be written into one as it is.

use std::{fmt, str::FromStr};

use alloy_primitives::hex;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::rfc3986;

/// How much of a wrong text its error quotes, in characters.
pub(super) const QUOTED: usize = 60;

/// A newtype of a text for which this holds.
macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $error:ident, $holds:expr, $words:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        #[doc = concat!("Why a text is no [`", stringify!($name), "`]: its beginning.")]
        #[derive(Clone, Debug, PartialEq, Eq, Error)]
        #[error($words)]
        pub struct $error(pub String);

        impl $name {
            /// As it is written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = $error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let holds: fn(&str) -> bool = $holds;
                if holds(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err($error(text.chars().take(QUOTED).collect()))
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
            fn from(text: $name) -> Self {
                text.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text! {
    /// How the site is reached that asks, such as `https`: `scheme` of EIP-4361.
    Scheme, SchemeError, rfc3986::is_scheme,
    "scheme `{0}` is none of RFC 3986: write letters, digits, `+`, `-` and `.`, such as https"
}

text! {
    /// Who asks, as the browser shows it: `domain` of EIP-4361, an authority of
    /// RFC 3986. An empty host is refused, which the grammar alone would pass:
    /// nobody is there.
    Domain, DomainError, |text| rfc3986::is_authority(text) && rfc3986::has_host(text),
    "domain `{0}` is no authority of RFC 3986: write a host and perhaps a port, such as kyc.example.com:8443"
}

text! {
    /// What the holder of the wallet agrees to: `statement` of EIP-4361, one line
    /// in ASCII of the characters that RFC 3986 reserves or leaves unreserved, and
    /// blanks; it may be empty.
    Statement, StatementError,
    |text| text.bytes().all(|b| b == b' ' || rfc3986::is_reserved_or_unreserved(b)),
    "statement `{0}` has a character that EIP-4361 does not know: use one line of ASCII without \" % < > \\ ^ ` {{ | }}"
}

text! {
    /// What the signature is for, or a resource: a URI of RFC 3986, with its scheme.
    Uri, UriError, rfc3986::is_uri,
    "`{0}` is no URI of RFC 3986: write it with its scheme, such as https://kyc.example.com/wallets"
}

text! {
    /// By what the message is known to its sender: `request-id` of EIP-4361, any
    /// number of RFC 3986's `pchar`.
    RequestId, RequestIdError, rfc3986::is_pchars,
    "Request ID `{0}` has a character that a URI's path does not take: use letters, digits and -._~!$&'()*+,;=:@"
}

text! {
    /// What makes a message one that nobody signed before: `nonce` of EIP-4361,
    /// 8 or more letters and digits.
    Nonce, NonceError,
    |text| text.len() >= 8 && text.bytes().all(|b| b.is_ascii_alphanumeric()),
    "Nonce `{0}` is not made of 8 or more letters and digits: sign the message that was given"
}

impl Nonce {
    /// Of 128 random bits that the caller drew, in 32 hexadecimal digits: nobody
    /// guesses it, and no two are the same.
    pub fn drawn(random: [u8; 16]) -> Self {
        Self(hex::encode(random))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawn_nonce_is_a_nonce() {
        let drawn = Nonce::drawn([0xab; 16]);
        assert_eq!(drawn.as_str().len(), 32);
        assert_eq!(drawn.as_str().parse(), Ok(drawn));
    }

    #[test]
    fn errors_name_the_field_and_quote_little() {
        let error = "<".repeat(500).parse::<Statement>().unwrap_err();
        let words = error.to_string();
        assert!(
            words.starts_with("statement `<<<") && words.len() < 240,
            "{words}"
        );
        assert!(words.contains("` { | }"), "{words}");
    }
}
