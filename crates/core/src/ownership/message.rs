//! The message that a wallet signs.

use std::fmt;

use super::{Domain, Nonce, RequestId, Scheme, Statement, Timestamp, Uri, parse::OPENING};
use crate::{ids::ChainId, wallet::WalletAddress};

/// A message of EIP-4361 ("Sign-In with Ethereum"), version 1.
///
/// What is read by `FromStr` is written by `Display` byte for byte, so either
/// may be signed. The grammar is the ERC's, with three exceptions, which none of
/// our messages needs: a chain's id has no zeros in front, the zero address is
/// nobody's, and a domain has a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// How the site is reached that asks; wallets take `https` where it is missing.
    pub scheme: Option<Scheme>,
    /// Who asks.
    pub domain: Domain,
    /// Which wallet signs.
    pub wallet: WalletAddress,
    /// What its holder agrees to.
    pub statement: Option<Statement>,
    /// What the signature is for.
    pub uri: Uri,
    /// On which chain the wallet is, and is asked where it is a contract.
    pub chain: ChainId,
    /// What nobody signed before.
    pub nonce: Nonce,
    /// When the message was made.
    pub issued_at: Timestamp,
    /// When it ends.
    pub expiration_time: Option<Timestamp>,
    /// When it begins.
    pub not_before: Option<Timestamp>,
    /// By what it is known.
    pub request_id: Option<RequestId>,
    /// What belongs to it. An empty list is another message than none.
    pub resources: Option<Vec<Uri>>,
}

impl fmt::Display for Message {
    /// As it is signed: lines end in LF, and the last one in nothing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(scheme) = &self.scheme {
            write!(f, "{scheme}://")?;
        }
        write!(f, "{}{OPENING}\n{}\n\n", self.domain, self.wallet)?;
        if let Some(statement) = &self.statement {
            writeln!(f, "{statement}")?;
        }
        write!(
            f,
            "\nURI: {}\nVersion: 1\nChain ID: {}",
            self.uri, self.chain
        )?;
        write!(f, "\nNonce: {}\nIssued At: {}", self.nonce, self.issued_at)?;
        if let Some(at) = &self.expiration_time {
            write!(f, "\nExpiration Time: {at}")?;
        }
        if let Some(at) = &self.not_before {
            write!(f, "\nNot Before: {at}")?;
        }
        if let Some(id) = &self.request_id {
            write!(f, "\nRequest ID: {id}")?;
        }
        if let Some(resources) = &self.resources {
            f.write_str("\nResources:")?;
            for resource in resources {
                write!(f, "\n- {resource}")?;
            }
        }
        Ok(())
    }
}
