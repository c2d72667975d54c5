//! The register with its store in memory, held to its promises at every step.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, U256};
use proptest::prelude::*;
use symbolon_core::{
    authority::Mandate,
    command::Command,
    country::Country,
    event::Event,
    ids::{AuthorityIndex, InvestorId},
    investor::{Investor, StatusName},
    mirror::record::{WalletRecord, desired},
    register::{View, apply_all, decide},
    time::UnixSeconds,
    verdict::{RestrictedAuthorities, reasons},
    wallet::{Version, Wallet, WalletAddress, WalletHistory},
};

use crate::BEGIN;

/// What happens next in a history.
#[expect(clippy::large_enum_variant, reason = "there are few of them at a time")]
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Somebody asks something about one of three investors, for one of four
    /// authorities.
    Ask {
        investor: u8,
        authority: u8,
        command: Command,
    },
    /// The owner cuts an authority off, or reinstates it.
    Restrict { authority: u8, restricted: bool },
    /// Time goes by.
    Wait(u64),
    /// A finalized block shows a version that the register did not give.
    ChainAhead { wallet: WalletAddress, by: u16 },
}

#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    now: u64,
    pub(crate) investors: BTreeMap<u8, Investor>,
    /// The authorities that are cut off.
    restricted: BTreeSet<u8>,
    histories: BTreeMap<WalletAddress, WalletHistory>,
    log: Vec<(u8, Vec<Event>)>,
    /// The record that each version of each wallet named.
    named: BTreeMap<(WalletAddress, Version), WalletRecord>,
}

pub(crate) fn id(investor: u8) -> InvestorId {
    InvestorId([investor + 1; 32].into())
}

pub(crate) fn identity(investor: u8) -> Address {
    Address::with_last_byte(investor + 1)
}

pub(crate) fn wallet(number: u8) -> WalletAddress {
    WalletAddress::new(Address::repeat_byte(number + 1)).unwrap()
}

impl World {
    fn now(&self) -> UnixSeconds {
        UnixSeconds(BEGIN.0 + self.now)
    }

    /// Takes one step, and holds the register to its promises.
    pub(crate) fn take(&mut self, step: Step) -> Result<(), TestCaseError> {
        match step {
            Step::Wait(seconds) => self.now += seconds,
            Step::Restrict {
                authority,
                restricted: true,
            } => {
                self.restricted.insert(authority);
            }
            Step::Restrict { authority, .. } => {
                self.restricted.remove(&authority);
            }
            Step::ChainAhead { wallet, by } => {
                let history = self.histories.entry(wallet).or_default();
                history.version.0 += by;
            }
            Step::Ask {
                investor,
                authority,
                command,
            } => self.ask(investor, authority, command)?,
        }
        self.check()
    }

    fn ask(&mut self, number: u8, authority: u8, command: Command) -> Result<(), TestCaseError> {
        let command = at_the_moment(command, self.now());
        let before = self.investors.get(&number).cloned();
        let view = View {
            id: id(number),
            investor: before.clone(),
            histories: self.histories.clone(),
            rules: Default::default(),
        };
        let mandate = self.mandate(authority);
        let decided = decide(&view, command.clone(), &mandate, self.now());
        prop_assert_eq!(
            &decided,
            &decide(&view, command.clone(), &mandate, self.now())
        );
        let status = before.as_ref().map(|before| before.status.name());
        let reached = mandate.reaches(before.as_ref());
        prop_assert!(
            reached || decided.is_err(),
            "{:?} by {:?}",
            command,
            mandate
        );
        let Ok(events) = decided else {
            let must = matches!(command, Command::Revoke(_))
                && reached
                && matches!(status, Some(StatusName::Verified | StatusName::Expired));
            prop_assert!(!must, "a revocation was refused: {:?}", decided);
            return Ok(());
        };
        let after = apply_all(id(number), before, &events)
            .map_err(|damage| TestCaseError::fail(damage.to_string()))?;
        prop_assert!(
            mandate.reaches(after.as_ref()),
            "{:?} took {:?}",
            mandate,
            after
        );
        if status == Some(StatusName::Revoked) {
            let lifted = after.as_ref().map(|after| after.status.name()) != status;
            prop_assert!(
                !lifted || matches!(command, Command::Verify(_)),
                "lifted by {:?}",
                command
            );
        }
        self.note(number, &events)?;
        if let Some(after) = after {
            if matches!(command, Command::Revoke(_)) {
                for wallet in after
                    .wallets
                    .iter()
                    .filter(|wallet| !wallet.version.is_zero())
                {
                    let record = desired(&after, wallet, identity(number));
                    prop_assert!(record.is_some_and(WalletRecord::denies), "{:?}", record);
                }
            }
            self.investors.insert(number, after);
        }
        self.log.push((number, events));
        Ok(())
    }

    /// Each authority has two thirds of the countries, the owner all of them.
    fn mandate(&self, authority: u8) -> Mandate {
        if authority == 0 {
            return Mandate::Owner;
        }
        let barred = |country: &Country| country.numeric() % 3 == u16::from(authority);
        Mandate::Limited {
            authority: AuthorityIndex(authority),
            countries: (0..1000)
                .filter_map(Country::from_numeric)
                .filter(|country| !barred(country))
                .collect(),
            restricted: self.restricted.contains(&authority),
        }
    }

    /// Keeps the wallets' histories as the store does.
    fn note(&mut self, number: u8, events: &[Event]) -> Result<(), TestCaseError> {
        for event in events {
            match event {
                Event::WalletLinked {
                    wallet, version, ..
                } => {
                    let history = self.histories.entry(*wallet).or_default();
                    prop_assert_eq!(history.holder.replace(id(number)), None, "one holder");
                    prop_assert_eq!(history.version, *version);
                }
                Event::WalletRemoved { wallet } => {
                    self.histories.entry(*wallet).or_default().holder = None;
                }
                Event::RecordChanged { wallet, version } => {
                    let history = self.histories.entry(*wallet).or_default();
                    prop_assert!(*version > history.version, "versions rise: {:?}", events);
                    history.version = *version;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn check(&mut self) -> Result<(), TestCaseError> {
        let held: Vec<(u8, Investor, Wallet)> = self
            .investors
            .iter()
            .flat_map(|(number, investor)| {
                let wallets = investor.wallets.iter();
                wallets.map(|wallet| (*number, investor.clone(), wallet.clone()))
            })
            .collect();
        for (number, investor, wallet) in &held {
            let record = desired(investor, wallet, identity(*number));
            if wallet.version.is_zero() {
                prop_assert!(
                    record.is_none_or(WalletRecord::denies),
                    "approved, and no chain told"
                );
            } else {
                let record = record.unwrap_or(WalletRecord::tombstone(wallet.version));
                self.names(wallet.address, record)?;
            }
            for restricted in [0_u8, 0b0110, 0b1111] {
                let restricted = RestrictedAuthorities(U256::from(restricted));
                for at in self.moments(investor) {
                    prop_assert_eq!(
                        reasons(investor, wallet, None, restricted, at).is_empty(),
                        record.is_some_and(|record| record.is_verified_at(at, restricted)),
                        "the register and the record disagree at {}: {:?}",
                        at,
                        investor
                    );
                }
            }
        }
        for (address, history) in self.histories.clone() {
            let held = held.iter().any(|(_, _, wallet)| wallet.address == address);
            prop_assert_eq!(held, history.holder.is_some());
            if !held && !history.version.is_zero() {
                self.names(address, WalletRecord::tombstone(history.version))?;
            }
        }
        Ok(())
    }

    /// One version, one record: what changes unseen by the chains would differ
    /// under the same version.
    fn names(&mut self, wallet: WalletAddress, record: WalletRecord) -> Result<(), TestCaseError> {
        let known = *self
            .named
            .entry((wallet, record.version()))
            .or_insert(record);
        prop_assert_eq!(known, record, "two records of one version");
        Ok(())
    }

    /// Now, and around each moment at which something may turn.
    fn moments(&self, investor: &Investor) -> Vec<UnixSeconds> {
        let expiry = investor.status.verdict().and_then(|verdict| verdict.expiry);
        let around = expiry.into_iter().flat_map(|at| [at.0 - 1, at.0, at.0 + 1]);
        around
            .chain([0, 1, 1000, 100_000, 1 << 34].map(|later| self.now().0 + later))
            .filter(|at| *at >= self.now().0)
            .map(UnixSeconds)
            .collect()
    }

    /// The log as it is stored, applied from the beginning.
    pub(crate) fn replayed(&self) -> BTreeMap<u8, Investor> {
        let mut investors: BTreeMap<u8, Investor> = BTreeMap::new();
        for (number, events) in &self.log {
            let stored = serde_json::to_string(events).unwrap();
            let events: Vec<Event> = serde_json::from_str(&stored).unwrap();
            let before = investors.remove(number);
            if let Some(after) = apply_all(id(*number), before, &events).unwrap() {
                investors.insert(*number, after);
            }
        }
        investors
    }
}

/// I5, said a second time.
trait Reach {
    fn reaches(&self, investor: Option<&Investor>) -> bool;
}

impl Reach for Mandate {
    fn reaches(&self, investor: Option<&Investor>) -> bool {
        let Self::Limited {
            authority,
            countries,
            restricted,
        } = self
        else {
            return true;
        };
        !restricted
            && investor.is_none_or(|investor| match investor.status.verdict() {
                Some(verdict) => countries.contains(&verdict.country),
                None => investor.authority == *authority,
            })
    }
}

/// Strategies know no clock: their expiries count from the beginning of the
/// history, some 500 seconds before they are given.
fn at_the_moment(mut command: Command, now: UnixSeconds) -> Command {
    let (Command::Verify(verdict) | Command::Admit { verdict, .. }) = &mut command else {
        return command;
    };
    verdict.expiry = verdict
        .expiry
        .map(|offset| UnixSeconds(now.0 - 500 + offset.0));
    command
}
