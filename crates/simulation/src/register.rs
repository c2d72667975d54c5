//! The register of one issuer: `core::register` decides, and what follows is
//! kept in memory as the store keeps it in tables.

pub mod authorities;
pub mod customer;

use std::collections::BTreeMap;

use alloy_primitives::keccak256;
use symbolon_core::{
    command::Command,
    event::Event,
    ids::{AuthorityIndex, InvestorId},
    investor::Investor,
    log::{EntryNumber, Head},
    mirror::{filter::MirroredRegistry, record::WalletRecord},
    register::{Refusal, View, apply_all, decide},
    time::UnixSeconds,
    wallet::{Wallet, WalletAddress, WalletHistory},
};

use authorities::Authorities;

/// A wallet and what became of it.
#[derive(Clone, Debug)]
pub struct Known {
    /// As it is bound, or was last.
    pub wallet: Wallet,
    /// Whose it is.
    pub holder: Option<InvestorId>,
    /// The entry that gave it its version.
    pub changed: EntryNumber,
}

/// A wallet whose record is another since an entry.
#[derive(Clone, Copy, Debug)]
pub struct Changed {
    /// Which one.
    pub wallet: WalletAddress,
    /// By which entry.
    pub entry: EntryNumber,
}

/// The investors, the wallets, the authorities and the log's head.
#[derive(Debug, Default)]
pub struct Register {
    /// Who verifies where.
    pub authorities: Authorities,
    investors: BTreeMap<InvestorId, Investor>,
    wallets: BTreeMap<WalletAddress, Known>,
    head: Head,
}

impl Register {
    /// The log's newest entry.
    pub fn head(&self) -> Head {
        self.head
    }

    /// Every wallet that was ever bound.
    pub fn wallets(&self) -> &BTreeMap<WalletAddress, Known> {
        &self.wallets
    }

    /// What a registry must hold of a wallet now.
    pub fn desired(&self, target: &MirroredRegistry, wallet: WalletAddress) -> WalletRecord {
        let Some(known) = self.wallets.get(&wallet) else {
            return WalletRecord::EMPTY;
        };
        let holder = known.holder.and_then(|id| self.investors.get(&id));
        target.desired(holder, &known.wallet)
    }

    /// An investor, once somebody knows it.
    pub fn investor(&self, id: InvestorId) -> Option<&Investor> {
        self.investors.get(&id)
    }

    /// Whether a wallet is verified there: its record says so, and whoever
    /// verified it is not cut off.
    pub fn verifies(&self, target: &MirroredRegistry, wallet: WalletAddress) -> bool {
        let desired = self.desired(target, wallet);
        !desired.denies() && !self.authorities.is_restricted(desired.authority())
    }

    /// Carries out what somebody asks who acts for this authority, unless the
    /// register refuses it; returns the wallets that chains must be told of.
    pub fn command(
        &mut self,
        id: InvestorId,
        command: Command,
        authority: AuthorityIndex,
        now: UnixSeconds,
    ) -> Result<Vec<Changed>, Refusal> {
        let investor = self.investors.get(&id).cloned();
        let named = customer::wallets_of(&command);
        let held = investor.iter().flat_map(|investor| &investor.wallets);
        let histories = held
            .map(|wallet| wallet.address)
            .chain(named)
            .filter_map(|address| {
                let known = self.wallets.get(&address)?;
                let history = WalletHistory {
                    holder: known.holder,
                    version: known.wallet.version,
                    disputed: false,
                };
                Some((address, history))
            })
            .collect();
        let view = View {
            id,
            investor,
            histories,
        };
        let events = decide(&view, command, &self.authorities.mandate(authority), now)?;
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let entry = self.add_entry();
        if let Ok(Some(after)) = apply_all(id, view.investor, &events) {
            self.investors.insert(id, after);
        }
        let changed = events
            .iter()
            .filter_map(|event| self.follow(id, event, entry));
        Ok(changed.collect())
    }

    /// Cuts an authority off, or reinstates it.
    pub fn turn(&mut self, authority: AuthorityIndex) {
        let entry = self.add_entry();
        self.authorities.turn(authority, entry);
    }

    fn add_entry(&mut self) -> EntryNumber {
        let number = self.head.number.next();
        let mut preimage = self.head.hash.0.to_vec();
        preimage.extend(number.0.to_be_bytes());
        let hash = keccak256(preimage);
        self.head = Head { number, hash };
        number
    }

    fn follow(&mut self, id: InvestorId, event: &Event, entry: EntryNumber) -> Option<Changed> {
        match event {
            Event::WalletLinked {
                wallet,
                chains,
                version,
            } => {
                let bound = Wallet {
                    address: *wallet,
                    chains: chains.clone(),
                    active: true,
                    version: *version,
                };
                let known = Known {
                    wallet: bound,
                    holder: Some(id),
                    changed: entry,
                };
                self.wallets.insert(*wallet, known);
                None
            }
            Event::WalletRemoved { wallet } => {
                self.wallets.get_mut(wallet)?.holder = None;
                None
            }
            Event::WalletDeactivated { wallet } => {
                self.wallets.get_mut(wallet)?.wallet.active = false;
                None
            }
            Event::WalletReactivated { wallet } => {
                self.wallets.get_mut(wallet)?.wallet.active = true;
                None
            }
            Event::RecordChanged { wallet, version } => {
                let known = self.wallets.get_mut(wallet)?;
                known.wallet.version = *version;
                known.changed = entry;
                Some(Changed {
                    wallet: *wallet,
                    entry,
                })
            }
            _ => None,
        }
    }
}
