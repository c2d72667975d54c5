//! The register's side: investors by `register::decide` and `apply`, and what
//! its mirror owes the chain. A store and a planner reduced to a few maps.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, B256};
use symbolon_core::{
    authority::Mandate,
    command::{Command, Verdict},
    event::Event,
    federation::Federation,
    ids::{AuthorityIndex, InvestorId},
    investor::{
        Accreditation, Attestation, Investor, InvestorKind, Level, RejectionReason,
        RevocationReason, Source, Status,
    },
    log::EntryNumber,
    mirror::{
        record::{WalletRecord, desired},
        rules::Grounds,
    },
    register::{View, apply_all, decide},
    time::{Day, UnixSeconds},
    verdict::{self, Reason},
    wallet::{ChainScope, Version, WalletAddress, WalletHistory},
};

use super::{
    federation::{self, country},
    history::{Ask, Holder, INVESTORS, Identity, Send, Terms, WALLETS, Wallet},
};

/// One entry of a transaction of the mirror.
#[derive(Clone, Copy, Debug)]
pub enum Entry {
    Record(Wallet, WalletRecord),
    Denial(Wallet, Version, Grounds),
}

/// What the register answered: this, or the stable word of a refusal.
pub type Word = &'static str;

/// The answer to what is carried out.
pub const ACCEPTED: Word = "accepted";

/// The register and its outbox.
#[derive(Clone)]
pub struct Register {
    pub federation: Federation,
    /// The log's last entry about the federation.
    pub last_entry: EntryNumber,
    pub investors: Vec<Investor>,
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
            // The owner made the first one known, authorities the others.
            authority: AuthorityIndex(place as u8),
            status: Status::Pending,
            restricted: false,
            frozen: false,
            wallets: Vec::new(),
            certificates: Default::default(),
            claims: Default::default(),
            proofs: Default::default(),
            custody: Default::default(),
        });
        Self {
            federation: federation::beginning(),
            last_entry: EntryNumber(0),
            investors: investors.collect(),
            tombstones: BTreeMap::new(),
            finalized: [Version::default(); WALLETS],
            owed: BTreeSet::new(),
            sent: Vec::new(),
        }
    }

    /// An authority asks something of the register, and this is the answer.
    pub fn ask(
        &mut self,
        authority: u8,
        holder: Holder,
        ask: Ask,
        now: UnixSeconds,
    ) -> Result<Word, String> {
        let Some(mandate) = self.federation.mandate(AuthorityIndex(authority)) else {
            return Ok("no_authority");
        };
        let before = self.investors[holder.0].status.clone();
        let answer = self.decide(holder, command(ask, now), &mandate, now)?;
        if answer == ACCEPTED {
            let after = &self.investors[holder.0].status;
            self.keeps_to_its_countries(AuthorityIndex(authority), [&before, after])?;
        }
        Ok(answer)
    }

    /// Carries out a command, if the register does not refuse it.
    pub fn decide(
        &mut self,
        Holder(place): Holder,
        command: Command,
        mandate: &Mandate,
        now: UnixSeconds,
    ) -> Result<Word, String> {
        let investor = &self.investors[place];
        let histories: BTreeMap<_, _> = Wallet::all()
            .map(|wallet| (wallet.address(), self.history(wallet)))
            .collect();
        let view = View {
            id: investor.id,
            investor: Some(investor.clone()),
            histories: histories.clone(),
            rules: Default::default(),
        };
        let events = match decide(&view, command, mandate, now) {
            Ok(events) => events,
            Err(refusal) => return Ok(refusal.code()),
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
        Ok(ACCEPTED)
    }

    /// The follower saw these versions in finalized blocks.
    pub fn finalize(&mut self, chain: &[WalletRecord; WALLETS]) {
        self.finalized = chain.map(WalletRecord::version);
    }

    /// What the mirror owes of wallets, as it sends it.
    pub fn flush(&mut self, send: Send) -> Vec<Entry> {
        let mut entries = Vec::new();
        for wallet in std::mem::take(&mut self.owed) {
            let due = self.due(wallet);
            let urgent = send == Send::Urgent;
            if urgent && !due.denies() {
                self.owed.insert(wallet);
            } else if (urgent || send == Send::Denial) && due.denies() {
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
    pub fn reasons(&self, wallet: Wallet, now: UnixSeconds) -> Vec<Reason> {
        self.holder(wallet)
            .and_then(|(_, investor)| Some((investor, investor.wallet(wallet.address())?)))
            .map_or(vec![Reason::UnknownWallet], |(investor, wallet)| {
                verdict::reasons(investor, wallet, None, self.restricted(), now)
            })
    }

    /// The authority whose verdict a wallet has, if it has one.
    pub fn in_charge(&self, wallet: Wallet) -> AuthorityIndex {
        self.holder(wallet)
            .map(|(_, investor)| investor.authority)
            .unwrap_or_default()
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
            disputed: false,
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

fn command(ask: Ask, now: UnixSeconds) -> Command {
    match ask {
        Ask::Verify(terms) => Command::Verify(verdict(terms, now)),
        Ask::Admit(wallet, terms) => Command::Admit {
            kind: InvestorKind::NaturalPerson,
            external_id: None,
            wallet: wallet.address(),
            chains: ChainScope::All,
            verdict: verdict(terms, now),
        },
        Ask::Reject => Command::Reject(RejectionReason::Identity),
        Ask::Revoke => Command::Revoke(RevocationReason::ComplianceViolation),
        Ask::Expire => Command::Expire,
        Ask::Restrict => Command::Restrict,
        Ask::LiftRestriction => Command::LiftRestriction,
        Ask::FreezeAssets => Command::FreezeAssets,
        Ask::UnfreezeAssets => Command::UnfreezeAssets {
            licence: "L-1".to_owned(),
        },
        Ask::Link(wallet) => Command::LinkWallet {
            wallet: wallet.address(),
            chains: ChainScope::All,
        },
        Ask::Remove(wallet) => Command::RemoveWallet {
            wallet: wallet.address(),
        },
        Ask::Deactivate(wallet) => Command::DeactivateWallet {
            wallet: wallet.address(),
        },
        Ask::Reactivate(wallet) => Command::ReactivateWallet {
            wallet: wallet.address(),
        },
    }
}

fn verdict(terms: Terms, now: UnixSeconds) -> Verdict {
    Verdict {
        level: [Level::Basic, Level::Enhanced, Level::Corporate][terms.level],
        country: country(terms.country),
        accreditation: Accreditation::from_rating(terms.rating).unwrap_or_default(),
        accreditation_ends: terms.accreditation_ends.map(Day),
        us_person: terms.us_person,
        person: Default::default(),
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
