//! Who may write: whoever took the lane last (`symbolon_store`'s `lease`).

use symbolon_core::mirror::planted::{Bug, is_planted};

use super::Books;

/// Counts how often a lane was taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Token(u32);

/// Why the store refuses a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The nonce's attempt is stored already: somebody else signs for it too.
    Conflict,
    /// Another worker has taken the lane since.
    Fenced,
}

impl Books {
    /// `Store::take_lease`.
    pub fn take_lease(&mut self) -> Token {
        self.token.0 += 1;
        self.token
    }

    /// Refuses whoever does not have the lane any more.
    pub(super) fn hold(&self, token: Token) -> Result<(), Refused> {
        match token == self.token || is_planted(Bug::FencingTokenIgnored) {
            true => Ok(()),
            false => Err(Refused::Fenced),
        }
    }
}
