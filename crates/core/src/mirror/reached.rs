//! How far what a chain must hold has come there.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How far a record, most often a denial, has come on one chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reached {
    /// Nothing that carries it is stored.
    Waiting,
    /// Signed and stored, and taken by no node yet.
    Stored,
    /// A node has taken it.
    Sent,
    /// It is in a block that may still be undone.
    Mined,
    /// It is in a block that counts.
    Final,
    /// It needed no transaction of its own: the chain held it already, another
    /// one told it, or it was lifted before it was told.
    Needless,
}

impl Reached {
    /// The word that people and programs are shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Stored => "stored",
            Self::Sent => "sent",
            Self::Mined => "mined",
            Self::Final => "final",
            Self::Needless => "needless",
        }
    }
}

impl fmt::Display for Reached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
