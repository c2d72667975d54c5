//! What earlier rows of the same file have said: no wallet stands in two rows,
//! and one customer is one customer.
//!
//! Ordered maps, since a hostile file cannot make those slow (I10 leaves no
//! random seed to hide a hash behind). About 40 bytes a wallet, and as much
//! again for a customer with an external id.

use std::collections::{BTreeMap, btree_map::Entry};

use alloy_primitives::Address;
use sha2::{Digest, Sha256};

use super::customer::CustomerRow;
use crate::{ids::ExternalId, investor::PersonFacts, wallet::WalletAddress};

/// The rows accepted so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Duplicates {
    wallets: BTreeMap<Address, u32>,
    customers: BTreeMap<Key, Customer>,
}

/// How a row contradicts an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clash {
    /// The wallet stands on this line.
    Wallet { line: u32 },
    /// The external id stands on this line with another of these facts.
    Customer { line: u32, differs: &'static str },
}

/// An external id: itself while it is short, else its digest. The last byte
/// tells the length or that it is a digest, so that two never meet.
type Key = [u8; 16];

#[derive(Clone, Copy, Debug)]
struct Customer {
    line: u32,
    country: u16,
    kind: u8,
    rating: u8,
    level: u8,
    expiry: u64,
    person: PersonFacts,
}

impl Duplicates {
    /// Enters a row that is right in itself, unless it clashes.
    pub(super) fn claim(&mut self, row: &CustomerRow) -> Result<(), Vec<Clash>> {
        let said = Customer::of(row);
        let customer = row
            .external_id
            .as_ref()
            .map(|id| self.customers.entry(key(id)));
        let clash = match &customer {
            Some(Entry::Occupied(known)) => known.get().clash(&said),
            _ => None,
        };
        let wallet = match self.wallets.entry(row.wallet.address()) {
            Entry::Vacant(wallet) if clash.is_none() => wallet,
            Entry::Vacant(_) => return Err(clash.into_iter().collect()),
            Entry::Occupied(held) => {
                let first = Clash::Wallet { line: *held.get() };
                return Err([first].into_iter().chain(clash).collect());
            }
        };
        wallet.insert(said.line);
        if let Some(Entry::Vacant(customer)) = customer {
            customer.insert(said);
        }
        Ok(())
    }

    /// Where a wallet stands already.
    pub(super) fn line_of(&self, wallet: WalletAddress) -> Option<u32> {
        self.wallets.get(&wallet.address()).copied()
    }
}

impl Customer {
    fn of(row: &CustomerRow) -> Self {
        Self {
            line: u32::try_from(row.line).unwrap_or(u32::MAX),
            country: row.country.numeric(),
            kind: row.kind as u8,
            rating: row.accreditation.rating(),
            level: row.level as u8,
            expiry: row.expiry.map_or(0, |at| at.0),
            person: row.person,
        }
    }

    fn clash(&self, later: &Self) -> Option<Clash> {
        let line = self.line;
        [
            (self.country != later.country, "country"),
            (
                (self.kind, self.rating) != (later.kind, later.rating),
                "investor type",
            ),
            (self.level != later.level, "level"),
            (self.expiry != later.expiry, "expiry"),
            (self.person.least_age != later.person.least_age, "least age"),
            (self.person.residency != later.person.residency, "residency"),
        ]
        .into_iter()
        .find_map(|(other, differs)| other.then_some(Clash::Customer { line, differs }))
    }
}

fn key(id: &ExternalId) -> Key {
    let text = id.as_str().as_bytes();
    let mut key = Key::default();
    if let Some(short) = key
        .get_mut(..text.len().min(16))
        .filter(|_| text.len() < 16)
    {
        short.copy_from_slice(text);
        key[15] = text.len() as u8;
    } else {
        key.copy_from_slice(&Sha256::digest(text)[..16]);
        key[15] = u8::MAX;
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_external_ids_share_a_key() {
        let id = |text: &str| text.parse::<ExternalId>().unwrap();
        let long = "x".repeat(128);
        let texts = [
            "C",
            "C\u{e9}",
            "C-00001",
            "012345678901234",
            "0123456789012345",
            &long,
        ];
        let keys: std::collections::BTreeSet<Key> =
            texts.iter().map(|text| key(&id(text))).collect();
        assert_eq!(keys.len(), texts.len());
    }
}
