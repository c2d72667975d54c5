//! The register's side: investors by `register::decide` and `apply`, and what
//! its mirror owes the chain. A store and a planner reduced to a few maps.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, B256};
use symbolon_core::{
    authority::Mandate,
    command::{Command, Verdict},
    country::Country,
    event::Event,
    ids::{AuthorityIndex, InvestorId},
    investor::{
        Accreditation, Attestation, Investor, InvestorKind, Level, RejectionReason,
        RevocationReason, Source, Status,
    },
    mirror::{
        record::{WalletRecord, desired},
        rules::Grounds,
    },
    register::{View, apply_all, decide},
    time::{Day, UnixSeconds},
    verdict::{self, Reason, RestrictedAuthorities},
    wallet::{ChainScope, Version, WalletAddress, WalletHistory},
};

use crate::history::{Ask, Holder, INVESTORS, Identity, Send, Terms, WALLETS, Wallet};

/// One entry of a transaction of the mirror.
#[derive(Clone, Copy, Debug)]
pub enum Entry {
    Record(Wallet, WalletRecord),
    Denial(Wallet, Version, Grounds),
}

/// The register and its outbox.
pub struct Register {
    investors: Vec<Investor>,
    /// The versions of wallets that are nobody's.
    tombstones: BTreeMap<WalletAddress, Version>,
    /// The versions that finalized blocks showed.
    finalized: [Version; WALLETS],
    owed: BTreeSet<Wallet>,
    /// All that was ever sent.
    pub sent: Vec<Entry>,
}

impl Register {
    pub fn new() -> Self {
        let investors = (0..INVESTORS).map(|place| Investor {
            id: InvestorId(B256::with_last_byte(place as u8 + 1)),
            kind: InvestorKind::NaturalPerson,
            external_id: None,
            authority: AuthorityIndex::OWNER,
            status: Status::Pending,
            restricted: false,
            frozen: false,
            wallets: Vec::new(),
        });
        Self {
            investors: investors.collect(),
            tombstones: BTreeMap::new(),
            finalized: [Version::default(); WALLETS],
            owed: BTreeSet::new(),
            sent: Vec::new(),
        }
    }

    /// Carries out a command, if the register does not refuse it.
    pub fn decide(
        &mut self,
        Holder(place): Holder,
        ask: Ask,
        now: UnixSeconds,
    ) -> Result<(), String> {
        let investor = &self.investors[place];
        let histories: BTreeMap<_, _> = Wallet::all()
            .map(|wallet| (wallet.address(), self.history(wallet)))
            .collect();
        let view = View {
            id: investor.id,
            investor: Some(investor.clone()),
            histories: histories.clone(),
        };
        let (command, authority) = command(ask, now);
        let mandate = mandate(authority);
        let Ok(events) = decide(&view, command, &mandate, now) else {
            return Ok(());
        };
        let removed = investor.wallets.clone();
        let after =
            apply_all(view.id, view.investor, &events).map_err(|error| error.to_string())?;
        self.investors[place] = after.ok_or("the investor is gone")?;
        for wallet in removed {
            self.tombstones.insert(wallet.address, wallet.version);
        }
        for event in &events {
            if let Event::RecordChanged { wallet, version } = event {
                // The last version is given again, but only to deny.
                let known = histories[wallet].version;
                let denies_at_last =
                    known.next().is_none() && self.due(Wallet::at(*wallet)?).denies();
                if *version <= known && !denies_at_last {
                    return Err(format!("{wallet} got version {} again", version.0));
                }
                self.tombstones.insert(*wallet, *version);
                self.owed.insert(Wallet::at(*wallet)?);
            }
        }
        Ok(())
    }

    /// The follower saw these versions in finalized blocks.
    pub fn finalize(&mut self, chain: &[WalletRecord; WALLETS]) {
        self.finalized = chain.map(WalletRecord::version);
    }

    /// What the mirror owes, as it sends it; `Later` leaves it owed.
    pub fn flush(&mut self, send: Send) -> Vec<Entry> {
        if send == Send::Later {
            return Vec::new();
        }
        let mut entries = Vec::new();
        for wallet in std::mem::take(&mut self.owed) {
            let due = self.due(wallet);
            if send == Send::Denial && due.denies() {
                entries.push(Entry::Denial(wallet, due.version(), Grounds::of(due)));
            } else {
                entries.push(Entry::Record(wallet, due));
                if send == Send::Twice {
                    entries.push(Entry::Record(wallet, due));
                }
            }
        }
        self.sent.extend_from_slice(&entries);
        entries
    }

    /// Whether the mirror still owes the chain something for this wallet.
    pub fn owes(&self, wallet: Wallet) -> bool {
        self.owed.contains(&wallet)
    }

    /// What the chain must hold for this wallet.
    pub fn due(&self, wallet: Wallet) -> WalletRecord {
        match self.holder(wallet) {
            Some((place, investor)) => {
                let held = investor.wallet(wallet.address());
                let version = held.map(|held| held.version).unwrap_or_default();
                held.and_then(|held| desired(investor, held, Identity(place + 1).address()))
                    .unwrap_or(WalletRecord::tombstone(version))
            }
            None => WalletRecord::tombstone(self.tombstone(wallet)),
        }
    }

    /// Why the register says that the wallet is not verified; empty if it is.
    pub fn reasons(
        &self,
        wallet: Wallet,
        restricted: RestrictedAuthorities,
        now: UnixSeconds,
    ) -> Vec<Reason> {
        self.holder(wallet)
            .and_then(|(_, investor)| Some((investor, investor.wallet(wallet.address())?)))
            .map_or(vec![Reason::UnknownWallet], |(investor, wallet)| {
                verdict::reasons(investor, wallet, None, restricted, now)
            })
    }

    fn holder(&self, wallet: Wallet) -> Option<(usize, &Investor)> {
        self.investors
            .iter()
            .enumerate()
            .find(|(_, investor)| investor.wallet(wallet.address()).is_some())
    }

    fn tombstone(&self, wallet: Wallet) -> Version {
        self.tombstones
            .get(&wallet.address())
            .copied()
            .unwrap_or_default()
    }

    fn history(&self, wallet: Wallet) -> WalletHistory {
        let holder = self.holder(wallet);
        let own = holder
            .and_then(|(_, investor)| investor.wallet(wallet.address()))
            .map_or(self.tombstone(wallet), |held| held.version);
        WalletHistory {
            holder: holder.map(|(_, investor)| investor.id),
            version: own.max(self.finalized[wallet.0]),
        }
    }
}

impl Wallet {
    pub fn all() -> impl Iterator<Item = Self> {
        (0..WALLETS).map(Self)
    }

    /// Addresses as dense as real ones.
    pub fn bare(self) -> Address {
        Address::repeat_byte(0xa1 + self.0 as u8)
    }

    pub fn address(self) -> WalletAddress {
        WalletAddress::new(self.bare()).expect("not the zero address")
    }

    fn at(address: WalletAddress) -> Result<Self, String> {
        Self::all()
            .find(|wallet| wallet.address() == address)
            .ok_or_else(|| format!("{address} is no wallet of this history"))
    }
}

impl Identity {
    pub fn address(self) -> Address {
        match self.0 {
            0 => Address::ZERO,
            place => Address::repeat_byte(0x1d + place as u8),
        }
    }
}

/// Every authority acts everywhere: who may act where is the register's alone.
fn mandate(authority: AuthorityIndex) -> Mandate {
    if authority.is_owner() {
        return Mandate::Owner;
    }
    Mandate::Limited {
        authority,
        countries: (0..1000).filter_map(Country::from_numeric).collect(),
        restricted: false,
    }
}

fn command(ask: Ask, now: UnixSeconds) -> (Command, AuthorityIndex) {
    let owner = |command| (command, AuthorityIndex::OWNER);
    match ask {
        Ask::Verify(terms) => (
            Command::Verify(verdict(terms, now)),
            AuthorityIndex(terms.authority),
        ),
        Ask::Admit(wallet, terms) => (
            Command::Admit {
                kind: InvestorKind::NaturalPerson,
                external_id: None,
                wallet: wallet.address(),
                chains: ChainScope::All,
                verdict: verdict(terms, now),
            },
            AuthorityIndex(terms.authority),
        ),
        Ask::Reject => owner(Command::Reject(RejectionReason::Identity)),
        Ask::Revoke => owner(Command::Revoke(RevocationReason::ComplianceViolation)),
        Ask::Expire => owner(Command::Expire),
        Ask::Restrict => owner(Command::Restrict),
        Ask::LiftRestriction => owner(Command::LiftRestriction),
        Ask::FreezeAssets => owner(Command::FreezeAssets),
        Ask::UnfreezeAssets => owner(Command::UnfreezeAssets {
            licence: "L-1".to_owned(),
        }),
        Ask::Link(wallet) => owner(Command::LinkWallet {
            wallet: wallet.address(),
            chains: ChainScope::All,
        }),
        Ask::Remove(wallet) => owner(Command::RemoveWallet {
            wallet: wallet.address(),
        }),
        Ask::Deactivate(wallet) => owner(Command::DeactivateWallet {
            wallet: wallet.address(),
        }),
        Ask::Reactivate(wallet) => owner(Command::ReactivateWallet {
            wallet: wallet.address(),
        }),
    }
}

fn verdict(terms: Terms, now: UnixSeconds) -> Verdict {
    Verdict {
        level: [Level::Basic, Level::Enhanced, Level::Corporate][terms.level],
        country: Country::from_numeric([276, 840, 756, 4][terms.country]).unwrap_or(Country::US),
        accreditation: Accreditation::from_rating(terms.rating).unwrap_or_default(),
        accreditation_ends: terms.accreditation_ends.map(Day),
        us_person: terms.us_person,
        expiry: terms
            .expires_in
            .map(|seconds| UnixSeconds(now.0 + u64::from(seconds))),
        source: Source::Operator {
            operator: "Maria".to_owned(),
            attestation: Attestation {
                text: "I saw it.".to_owned(),
                version: "1".to_owned(),
            },
        },
    }
}
