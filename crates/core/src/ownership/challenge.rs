//! What the server asked to be signed, and whether a message is that.

use std::{collections::BTreeSet, fmt::Display};

use super::{
    Domain, Field, Message, Nonce, OwnershipRefusal, RequestId, Scheme, Statement, Timestamp, Uri,
};
use crate::{ids::ChainId, time::UnixSeconds, wallet::WalletAddress};

/// What was handed out for one wallet to sign, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// How our site is reached; wallets take `https` where it is missing.
    pub scheme: Option<Scheme>,
    /// Our site's host and port, as a browser shows it: wallets hold it against
    /// the page that asks, so that no other page gets such a signature.
    pub domain: Domain,
    /// What the wallet is bound to.
    pub uri: Uri,
    /// What its holder agrees to.
    pub statement: Option<Statement>,
    /// Of this challenge alone.
    pub nonce: Nonce,
    /// Of the request that this challenge belongs to.
    pub request_id: RequestId,
    /// The chains of which the holder may choose one.
    pub chains: BTreeSet<ChainId>,
    /// When it was handed out.
    pub issued_at: Timestamp,
    /// From when on it is answered too late.
    pub expires_at: Timestamp,
}

impl Challenge {
    /// The message that this wallet is to sign. With a chain that the challenge
    /// does not name it is one that [`Self::check`] refuses.
    pub fn message(&self, wallet: WalletAddress, chain: ChainId) -> Message {
        Message {
            scheme: self.scheme.clone(),
            domain: self.domain.clone(),
            wallet,
            statement: self.statement.clone(),
            uri: self.uri.clone(),
            chain,
            nonce: self.nonce.clone(),
            issued_at: self.issued_at.clone(),
            expiration_time: Some(self.expires_at.clone()),
            not_before: None,
            request_id: Some(self.request_id.clone()),
            resources: None,
        }
    }

    /// Whether this is the message that was asked for, whichever wallet and
    /// allowed chain it names, and in time: from `issued_at` on, and before
    /// `expires_at`. Then it answers with those two. Nobody has looked at a
    /// signature yet.
    ///
    /// Everything is compared as it is written, moments too. The version needs
    /// no look, since a [`Message`] has no other.
    pub fn check(
        &self,
        message: &Message,
        now: UnixSeconds,
    ) -> Result<(WalletAddress, ChainId), OwnershipRefusal> {
        let asked = self.message(message.wallet, message.chain);
        same(Field::Scheme, asked.scheme, &message.scheme)?;
        same(Field::Domain, Some(asked.domain), &Some(&message.domain))?;
        same(Field::Statement, asked.statement, &message.statement)?;
        same(Field::Uri, Some(asked.uri), &Some(&message.uri))?;
        if !self.chains.contains(&message.chain) {
            return Err(OwnershipRefusal::ChainNotAllowed {
                found: message.chain,
                allowed: self.chains.clone(),
            });
        }
        same(Field::Nonce, Some(asked.nonce), &Some(&message.nonce))?;
        same(
            Field::IssuedAt,
            Some(asked.issued_at),
            &Some(&message.issued_at),
        )?;
        same(
            Field::ExpirationTime,
            asked.expiration_time,
            &message.expiration_time,
        )?;
        same(Field::NotBefore, asked.not_before, &message.not_before)?;
        same(Field::RequestId, asked.request_id, &message.request_id)?;
        if message.resources.is_some() {
            return Err(OwnershipRefusal::Unasked(Field::Resources));
        }
        self.check_time(now)?;
        Ok((message.wallet, message.chain))
    }

    fn check_time(&self, now: UnixSeconds) -> Result<(), OwnershipRefusal> {
        if self.issued_at.is_after(now) {
            Err(OwnershipRefusal::TooEarly {
                issued_at: self.issued_at.clone(),
                now,
            })
        } else if !self.expires_at.is_after(now) {
            Err(OwnershipRefusal::Expired {
                expires_at: self.expires_at.clone(),
                now,
            })
        } else {
            Ok(())
        }
    }
}

fn same<T, U>(field: Field, asked: Option<T>, found: &Option<U>) -> Result<(), OwnershipRefusal>
where
    T: Display,
    U: Display,
{
    let found = found.as_ref().map(U::to_string);
    match (asked.map(|asked| asked.to_string()), found) {
        (asked, found) if asked == found => Ok(()),
        (Some(asked), Some(found)) => Err(OwnershipRefusal::differs(field, &found, &asked)),
        (Some(asked), None) => Err(OwnershipRefusal::missing(field, &asked)),
        (None, _) => Err(OwnershipRefusal::Unasked(field)),
    }
}
