//! The register of one issuer: `core::register` decides, and what follows is
//! kept in memory as the store keeps it in tables.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, U256, keccak256};
use symbolon_core::{
    authority::Mandate,
    command::{Command, Verdict},
    country::Country,
    event::Event,
    ids::{ChainId, InvestorId},
    investor::{
        Accreditation, Attestation, Investor, InvestorKind, Level, RevocationReason, Source,
    },
    log::{EntryNumber, Head},
    mirror::{filter::MirroredRegistry, record::WalletRecord},
    register::{View, apply_all, decide},
    time::UnixSeconds,
    wallet::{ChainScope, Wallet, WalletAddress, WalletHistory},
};

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

/// The investors, the wallets and the log's head.
#[derive(Debug, Default)]
pub struct Register {
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

    /// Carries a command out, unless the register refuses it; returns the
    /// wallets that chains must be told of.
    pub fn command(&mut self, id: InvestorId, command: Command, now: UnixSeconds) -> Vec<Changed> {
        let investor = self.investors.get(&id).cloned();
        let named = wallets_of(&command);
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
        let Ok(events) = decide(&view, command, &Mandate::Owner, now) else {
            return Vec::new();
        };
        if events.is_empty() {
            return Vec::new();
        }
        let entry = self.head.number.next();
        let mut preimage = self.head.hash.0.to_vec();
        preimage.extend(entry.0.to_be_bytes());
        self.head = Head {
            number: entry,
            hash: keccak256(preimage),
        };
        if let Ok(Some(after)) = apply_all(id, view.investor, &events) {
            self.investors.insert(id, after);
        }
        events
            .iter()
            .filter_map(|event| self.follow(id, event, entry))
            .collect()
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

fn wallets_of(command: &Command) -> Option<WalletAddress> {
    match command {
        Command::LinkWallet { wallet, .. }
        | Command::RemoveWallet { wallet }
        | Command::DeactivateWallet { wallet }
        | Command::ReactivateWallet { wallet }
        | Command::Admit { wallet, .. } => Some(*wallet),
        _ => None,
    }
}

/// One of the customers, each with a wallet of its own.
#[derive(Clone, Copy, Debug)]
pub struct Customer {
    /// Its id.
    pub id: InvestorId,
    /// Its wallet.
    pub wallet: WalletAddress,
    /// Where the wallet counts, if not everywhere.
    pub only: Option<ChainId>,
}

impl Customer {
    /// The customer of this number.
    pub fn new(number: u8, only: Option<ChainId>) -> Option<Self> {
        let wallet = WalletAddress::new(Address::repeat_byte(number + 1)).ok()?;
        Some(Self {
            id: InvestorId(B256::from(U256::from(number) + U256::from(1))),
            wallet,
            only,
        })
    }

    /// What one may ask for it: an approval where `roll` is low, and some denial
    /// or its end otherwise.
    pub fn command(&self, roll: u8) -> Command {
        let wallet = self.wallet;
        match roll % 16 {
            0..=5 => self.admission(),
            6 | 7 => Command::Verify(verdict()),
            8 | 9 => Command::Revoke(RevocationReason::Sanctions),
            10 => Command::Restrict,
            11 => Command::LiftRestriction,
            12 => Command::DeactivateWallet { wallet },
            13 => Command::ReactivateWallet { wallet },
            14 => Command::RemoveWallet { wallet },
            _ => Command::FreezeAssets,
        }
    }

    fn admission(&self) -> Command {
        Command::Admit {
            kind: InvestorKind::NaturalPerson,
            external_id: None,
            wallet: self.wallet,
            chains: match self.only {
                Some(chain) => ChainScope::Only([chain].into()),
                None => ChainScope::All,
            },
            verdict: verdict(),
        }
    }
}

fn verdict() -> Verdict {
    Verdict {
        level: Level::Basic,
        country: Country::US,
        accreditation: Accreditation::None,
        accreditation_ends: None,
        us_person: true,
        expiry: None,
        source: Source::Operator {
            operator: "simulation".to_owned(),
            attestation: Attestation {
                text: "I have seen the documents.".to_owned(),
                version: "1".to_owned(),
            },
        },
    }
}
