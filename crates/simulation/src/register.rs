//! The register of one issuer: `core::register` decides, and what follows is
//! kept in memory as the store keeps it in tables.

pub mod authorities;
pub mod customer;
mod disputes;

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{B256, keccak256};
use symbolon_core::{
    command::Command,
    event::Event,
    ids::{AuthorityIndex, ChainId, InvestorId},
    investor::Investor,
    log::{EntryNumber, Head},
    mirror::{filter::MirroredRegistry, record::WalletRecord},
    register::{Refusal, View, apply_all, decide},
    time::UnixSeconds,
    wallet::{ChainScope, Version, Wallet, WalletAddress, WalletHistory},
};

use authorities::Authorities;
pub use disputes::Dispute;
use disputes::Disputes;

/// A wallet and what became of it.
#[derive(Clone, Debug)]
pub struct Known {
    /// As it is bound, or was last.
    pub wallet: Wallet,
    /// Whose it is.
    pub holder: Option<InvestorId>,
    /// The newest version that any chain was seen to hold.
    pub on_chains: Version,
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
#[derive(Clone, Debug, Default)]
pub struct Register {
    /// Who verifies where.
    pub authorities: Authorities,
    /// What people are to decide.
    pub disputes: Disputes,
    /// Chains that have shown decisions that the log does not have, until each was
    /// compared.
    lossy: BTreeSet<ChainId>,
    /// Wallets that somebody else wrote to a chain, and whether each is understood
    /// and waits for other chains.
    pub(crate) suspects: BTreeMap<(ChainId, WalletAddress), bool>,
    investors: BTreeMap<InvestorId, Investor>,
    wallets: BTreeMap<WalletAddress, Known>,
    head: Head,
    /// The hash of each entry, in their order.
    entries: Vec<B256>,
    /// How often a backup was restored: what is decided after that is another log.
    restored: u64,
}

impl Register {
    /// The log's newest entry.
    pub fn head(&self) -> Head {
        self.head
    }

    /// Whether the log ever had this head (I9).
    pub fn had(&self, head: Head) -> bool {
        head == Head::default() || self.entries.contains(&head.hash)
    }

    /// Whether a wallet is suspect on another chain, and not understood there.
    pub(crate) fn is_unclear_elsewhere(&self, id: ChainId, wallet: WalletAddress) -> bool {
        let unclear = self.suspects.iter().filter(|(_, awaits)| !**awaits);
        let mut places = unclear.map(|(place, _)| *place);
        places.any(|(chain, one)| one == wallet && chain != id)
    }

    /// Whether decisions may be lost.
    pub fn is_lossy(&self) -> bool {
        !self.lossy.is_empty()
    }

    /// A chain shows decisions that the log does not have.
    pub(crate) fn miss(&mut self, chain: ChainId) {
        self.lossy.insert(chain);
    }

    /// A chain was compared: what it has shown is known now.
    pub(crate) fn miss_nothing(&mut self, chain: ChainId) {
        self.lossy.remove(&chain);
    }

    /// Whether this chain shows decisions that the log does not have.
    pub(crate) fn misses(&self, chain: ChainId) -> bool {
        self.lossy.contains(&chain)
    }

    /// The database is as it was at an earlier moment.
    pub fn restore(&mut self, backup: Self) {
        let restored = self.restored + 1;
        *self = Self { restored, ..backup };
    }

    /// Whether people are to decide about a wallet, on any chain.
    pub fn is_disputed(&self, wallet: WalletAddress) -> bool {
        let known = self.wallets.get(&wallet);
        known.is_some_and(|known| self.disputes.stand(wallet, known.changed))
    }

    /// `IssuerTransaction::raise_chain_versions`.
    pub fn make_known(&mut self, wallet: WalletAddress, on_chain: Version) {
        let nobodys = || Known {
            wallet: Wallet {
                address: wallet,
                chains: ChainScope::All,
                active: false,
                version: Version(0),
            },
            holder: None,
            on_chains: Version(0),
            changed: EntryNumber(0),
        };
        let known = self.wallets.entry(wallet).or_insert_with(nobodys);
        known.on_chains = known.on_chains.max(on_chain);
    }

    /// Every wallet that was ever bound, or that a chain has shown.
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
                    version: known.wallet.version.max(known.on_chains),
                    disputed: self.is_disputed(address),
                };
                Some((address, history))
            })
            .collect();
        let view = View {
            id,
            investor,
            histories,
            rules: Default::default(),
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
        preimage.extend(self.restored.to_be_bytes());
        let hash = keccak256(preimage);
        self.head = Head { number, hash };
        self.entries.push(hash);
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
                let before = self.wallets.get(wallet);
                let known = Known {
                    wallet: bound,
                    holder: Some(id),
                    on_chains: before.map_or(Version(0), |before| before.on_chains),
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
