//! What a message consists of.

use std::fmt;

/// A field of EIP-4361, in the order in which a message has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// How the site is reached that asks.
    Scheme,
    /// Who asks.
    Domain,
    /// Which wallet signs.
    Address,
    /// What its holder agrees to.
    Statement,
    /// What the signature is for.
    Uri,
    /// Of the message's form: always 1.
    Version,
    /// On which chain the wallet is.
    ChainId,
    /// What nobody signed before.
    Nonce,
    /// When the message was made.
    IssuedAt,
    /// When it ends.
    ExpirationTime,
    /// When it begins.
    NotBefore,
    /// By what it is known.
    RequestId,
    /// What belongs to it.
    Resources,
}

impl Field {
    /// Those that have a line with their name.
    pub(super) const LABELLED: [Self; 9] = [
        Self::Uri,
        Self::Version,
        Self::ChainId,
        Self::Nonce,
        Self::IssuedAt,
        Self::ExpirationTime,
        Self::NotBefore,
        Self::RequestId,
        Self::Resources,
    ];

    /// Its name, as a message has it where it has one.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scheme => "scheme",
            Self::Domain => "domain",
            Self::Address => "address",
            Self::Statement => "statement",
            Self::Uri => "URI",
            Self::Version => "Version",
            Self::ChainId => "Chain ID",
            Self::Nonce => "Nonce",
            Self::IssuedAt => "Issued At",
            Self::ExpirationTime => "Expiration Time",
            Self::NotBefore => "Not Before",
            Self::RequestId => "Request ID",
            Self::Resources => "Resources",
        }
    }

    /// What follows its name on a line that is this field's.
    pub(super) fn in_line(self, line: &str) -> Option<&str> {
        let rest = line.strip_prefix(self.name())?.strip_prefix(':')?;
        match self {
            Self::Resources => Some(rest).filter(|rest| rest.is_empty()),
            _ => rest.strip_prefix(' '),
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
