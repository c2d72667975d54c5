//! What the issuer asked for, and what it was promised: every customer, where
//! they stand by the answers received, and how often that has changed.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, keccak256};
use rand::{Rng, RngExt, seq::IndexedRandom};
use symbolon_core::wallet::WalletAddress;

use crate::client::Errand;

/// Requests without an answer beyond which no new verdicts are asked for.
const MOST_OPEN: usize = 6;

/// A customer whose file the server has answered for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Customer {
    pub(crate) verified: bool,
    /// The verdicts so far: the register must count the same.
    pub(crate) verdicts: u16,
}

/// The issuer's side of it.
#[derive(Debug, Default)]
pub(crate) struct Book {
    pub(crate) customers: BTreeMap<WalletAddress, Customer>,
    pub(crate) files: u64,
    /// Those whom an unanswered request concerns: nobody knows where they stand.
    unknown: BTreeSet<WalletAddress>,
    /// Those judged since somebody last looked.
    judged: BTreeSet<WalletAddress>,
    errands: u64,
}

impl Book {
    /// Those whom the last life of the server promised a new standing.
    pub(crate) fn newly_judged(&mut self) -> Vec<(WalletAddress, Customer)> {
        let judged = std::mem::take(&mut self.judged);
        judged
            .into_iter()
            .map(|wallet| (wallet, self.customers[&wallet]))
            .collect()
    }

    /// How often a verdict was withdrawn.
    pub(crate) fn revocations(&self) -> u64 {
        let so_often = |customer: &Customer| u64::from(customer.verdicts / 2);
        self.customers.values().map(so_often).sum()
    }

    /// A file of new customers, and a few verdicts upon older ones; but an
    /// issuer that waits for many answers asks for nothing new.
    pub(crate) fn new_errands(&mut self, open: &[Errand], random: &mut impl Rng) -> Vec<Errand> {
        let mut errands = Vec::new();
        let open_files = open
            .iter()
            .filter(|errand| matches!(errand, Errand::Import { .. }));
        if open_files.count() < 2 {
            errands.push(self.new_file(random));
        }
        if open.len() >= MOST_OPEN {
            return errands;
        }
        for _ in 0..random.random_range(1..=2) {
            let several = random.random_range(1..=4);
            let wallets = self.some(true, several, random);
            if !wallets.is_empty() {
                let key = self.new_key("revoke");
                errands.push(Errand::Revoke { key, wallets });
            }
        }
        for wallet in self.some(false, 1, random) {
            let key = self.new_key("verify-again");
            errands.push(Errand::VerifyAgain { key, wallet });
        }
        errands
    }

    /// A few hundred rows; now and then more than one transaction of the
    /// register takes.
    fn new_file(&mut self, random: &mut impl Rng) -> Errand {
        self.files += 1;
        let rows = match self.files % 5 {
            0 => random.random_range(1_050..=1_400),
            _ => random.random_range(100..=500),
        };
        let wallet = |row| made_up(&format!("file {} row {row}", self.files));
        let wallets = (0..rows).map(wallet).collect();
        let key = self.new_key("import");
        Errand::Import { key, wallets }
    }

    /// Picks customers who stand so, and of whom nothing else is asked.
    fn some(&mut self, verified: bool, most: usize, random: &mut impl Rng) -> Vec<WalletAddress> {
        let so: Vec<_> = self
            .customers
            .iter()
            .filter(|(wallet, customer)| {
                customer.verified == verified && !self.unknown.contains(*wallet)
            })
            .map(|(wallet, _)| wallet)
            .collect();
        let picked: Vec<_> = so.sample(random, most).map(|wallet| **wallet).collect();
        self.unknown.extend(&picked);
        picked
    }

    fn new_key(&mut self, what: &str) -> String {
        self.errands += 1;
        format!("{what}-{:04}", self.errands)
    }

    /// The server has answered: from now on it must be so.
    pub(crate) fn answered(&mut self, errand: &Errand) {
        match errand {
            Errand::Import { wallets, .. } => {
                let customer = Customer {
                    verified: true,
                    verdicts: 1,
                };
                self.customers
                    .extend(wallets.iter().map(|wallet| (*wallet, customer)));
            }
            Errand::Revoke { wallets, .. } => {
                wallets
                    .iter()
                    .for_each(|wallet| self.judged(*wallet, false));
            }
            Errand::VerifyAgain { wallet, .. } => self.judged(*wallet, true),
        }
    }

    fn judged(&mut self, wallet: WalletAddress, verified: bool) {
        let customer = self.customers.get_mut(&wallet).unwrap();
        customer.verified = verified;
        customer.verdicts += 1;
        self.unknown.remove(&wallet);
        self.judged.insert(wallet);
    }
}

/// An address that nobody else has.
pub(crate) fn made_up(name: &str) -> WalletAddress {
    WalletAddress::new(Address::from_word(keccak256(name))).unwrap()
}
