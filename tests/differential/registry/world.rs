//! The register and the contract, moved in step: each write goes through
//! core's rules, which predict, and through the compiled contract, which must
//! agree.

use alloy_primitives::aliases::U40;
use alloy_sol_types::SolCall;
use symbolon_bindings::IdentityRegistry as abi;
use symbolon_core::{
    mirror::{
        record::WalletRecord,
        rules::{self, AgentTerm, Grounds},
    },
    time::UnixSeconds,
    verdict::RestrictedAuthorities,
    wallet::Version,
};
use symbolon_testkit::evm::{Output, Revert, registry::Registry};

use super::{
    beginning::{Beginning, START},
    check,
    history::{Leap, Send, Step, Term, Until, WALLETS, Wallet},
    register::{Entry, Register},
};
use crate::histories::{Checked, Tally};

/// Both sides.
pub struct World<'a> {
    pub registry: &'a mut Registry,
    /// What core says that the chain holds.
    pub chain: [WalletRecord; WALLETS],
    pub register: Register,
    /// Whom the chain takes for cut off.
    pub restricted: RestrictedAuthorities,
    pub now: UnixSeconds,
    pub term: AgentTerm,
    /// Where nothing was written since the register's newest record.
    pub current: [bool; WALLETS],
    /// Where the last write of a mirror denied.
    pub denied: [bool; WALLETS],
    pub tally: &'a mut Tally,
}

/// What a write made of one wallet; before and after may be equal.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    pub wallet: Wallet,
    pub before: WalletRecord,
    pub after: WalletRecord,
    /// Whether the entry was a denial.
    pub denial: bool,
}

impl<'a> World<'a> {
    pub fn new(registry: &'a mut Registry, beginning: &Beginning, tally: &'a mut Tally) -> Self {
        registry.evm.restore(&beginning.snapshot);
        Self {
            registry,
            chain: beginning.chain,
            register: Register::new(),
            tally,
            restricted: RestrictedAuthorities::default(),
            now: UnixSeconds(START),
            term: AgentTerm::Seconds(86_400),
            current: [false; WALLETS],
            denied: beginning.chain.map(|record| record != WalletRecord::EMPTY),
        }
    }

    /// One step on both sides, and every comparison that follows from it.
    pub fn step(&mut self, step: &Step) -> Checked {
        match step {
            Step::Decide(authority, holder, ask, send) => {
                let word = self.register.ask(*authority, *holder, *ask, self.now)?;
                self.tally.count(word);
                self.flush(*send)?;
            }
            Step::Federate(by, order, send) => {
                for word in self.register.federate(*by, order, self.now)? {
                    self.tally.count(word);
                }
                self.flush(*send)?;
            }
            Step::Agree(operation, send) => {
                for word in self.register.agree(operation, self.now)? {
                    self.tally.count(word);
                }
                self.flush(*send)?;
            }
            Step::Mirror(send) => self.flush(*send)?,
            Step::Finalize => self.register.finalize(&self.chain),
            Step::Replay(picks) => {
                let sent = &self.register.sent;
                let entries: Vec<_> = picks
                    .iter()
                    .filter_map(|pick| sent.get(*pick))
                    .copied()
                    .collect();
                self.mirror(&entries, false)?;
            }
            Step::Upsert(entries) => {
                let records = entries.iter().map(|(wallet, word)| {
                    Entry::Record(*wallet, word.over(self.chain[wallet.0], self.now))
                });
                self.mirror(&records.collect::<Vec<_>>(), false)?;
            }
            Step::Deny(entries) => self.foreign_denials(entries)?,
            Step::RestrictAuthority(authority, so) => self.restrict_authority(*authority, *so)?,
            Step::Agent(act) => self.agent(*act)?,
            Step::AgentBatch(entries) => self.agent_batch(entries)?,
            Step::SetTerm(term) => self.set_term(*term)?,
            Step::Wait(until) => {
                self.now = self.later(*until);
                self.registry.evm.set_timestamp(self.now.0);
            }
        }
        check::everything(self, step)
    }

    /// The contract's answer.
    pub fn ask<C: SolCall>(&mut self, call: &C) -> Result<C::Return, String> {
        self.registry
            .ask(call)
            .map_err(|revert| format!("{}: {revert:?}", C::SIGNATURE))
    }

    /// The mirror sends what it owes. An authority is cut off before any wallet
    /// is told of, and reinstated after all.
    fn flush(&mut self, send: Send) -> Checked {
        if send == Send::Later {
            return Ok(());
        }
        self.tell_authorities(true, send)?;
        let entries = self.register.flush(send);
        self.mirror(&entries, true)?;
        match send {
            Send::Urgent => Ok(()),
            _ => self.tell_authorities(false, send),
        }
    }

    /// Transactions of a mirror: denials first (I3), then records.
    fn mirror(&mut self, entries: &[Entry], own: bool) -> Checked {
        let mut records = Vec::new();
        let mut denials = Vec::new();
        for entry in entries {
            match *entry {
                Entry::Record(wallet, record) => records.push((wallet, record)),
                Entry::Denial(wallet, version, grounds) => {
                    denials.push((wallet, version.0, grounds.byte()))
                }
            }
        }
        self.deny(&denials, own)?;
        self.upsert(&records, own)
    }

    fn upsert(&mut self, records: &[(Wallet, WalletRecord)], own: bool) -> Checked {
        if records.is_empty() {
            return Ok(());
        }
        let changes = self.predict(records.iter().map(|(wallet, record)| {
            // Without an identity nobody is verified, whatever the flags say.
            let denial = record.denies() || !record.is_contained();
            (
                *wallet,
                move |stored| rules::upserted(stored, *record),
                denial,
            )
        }));
        let packed: Vec<_> = records
            .iter()
            .map(|(wallet, record)| (wallet.bare(), record.0))
            .collect();
        let outcome = self.registry.upsert(&packed);
        self.mirrored(outcome, &changes)?;
        for (wallet, record) in records.iter().filter(|_| own) {
            self.current[wallet.0] = self.chain[wallet.0] == *record;
        }
        Ok(())
    }

    fn deny(&mut self, denials: &[(Wallet, u16, u8)], own: bool) -> Checked {
        if denials.is_empty() {
            return Ok(());
        }
        let changes = self.predict(denials.iter().map(|(wallet, version, grounds)| {
            let denied = move |stored| {
                rules::denied(stored, Version(*version), Grounds::from_byte(*grounds))
            };
            (*wallet, denied, true)
        }));
        let packed: Vec<_> = denials
            .iter()
            .map(|(wallet, version, grounds)| (wallet.bare(), *version, *grounds))
            .collect();
        let outcome = self.registry.deny(&packed);
        self.mirrored(outcome, &changes)?;
        for (wallet, version, _) in denials.iter().filter(|_| own) {
            self.current[wallet.0] = self.chain[wallet.0].version() == Version(*version);
        }
        Ok(())
    }

    fn foreign_denials(&mut self, entries: &[(Wallet, Leap, u8)]) -> Checked {
        let at = |wallet: Wallet, leap: Leap| leap.from(self.chain[wallet.0].version().0);
        let denials: Vec<_> = entries
            .iter()
            .map(|(wallet, leap, grounds)| (*wallet, at(*wallet, *leap), *grounds))
            .collect();
        self.deny(&denials, false)
    }

    fn mirrored(&mut self, outcome: Result<Output, Revert>, changes: &[Change]) -> Checked {
        let output = outcome.map_err(|revert| format!("the mirror was refused: {revert:?}"))?;
        check::events(&output.logs, changes, true, None)?;
        self.accept(changes)?;
        for change in changes {
            if change.denial || change.before != change.after {
                self.denied[change.wallet.0] = change.after.denies();
            }
            self.current[change.wallet.0] &= change.before == change.after;
            if change.denial && change.after.is_verified_at(self.now, self.restricted) {
                return Err(format!(
                    "a denial left {:?} verified: {change:?}",
                    change.wallet
                ));
            }
        }
        Ok(())
    }

    fn set_term(&mut self, term: Term) -> Checked {
        let (seconds, term) = match term {
            Term::Seconds(seconds) => (U40::from(seconds), AgentTerm::Seconds(seconds)),
            Term::Unlimited => (U40::MAX, AgentTerm::Unlimited),
        };
        let outcome = self.registry.own(&abi::setAgentTermCall { term: seconds });
        outcome.map_err(|revert| format!("{revert:?}"))?;
        self.term = term;
        Ok(())
    }

    fn later(&self, until: Until) -> UnixSeconds {
        match until {
            Until::Passed(seconds) => UnixSeconds(self.now.0 + u64::from(seconds)),
            Until::Expiry(wallet, offset) => self.chain[wallet.0]
                .expiry()
                .map(|at| UnixSeconds(at.0.saturating_add_signed(offset.into())))
                .map_or(self.now, |at| at.max(self.now)),
        }
    }

    /// What core's rules make of each entry in turn.
    fn predict<F>(&self, entries: impl Iterator<Item = (Wallet, F, bool)>) -> Vec<Change>
    where
        F: Fn(WalletRecord) -> WalletRecord,
    {
        let mut chain = self.chain;
        entries
            .map(|(wallet, rule, denial)| {
                let before = chain[wallet.0];
                let after = rule(before);
                chain[wallet.0] = after;
                Change {
                    wallet,
                    before,
                    after,
                    denial,
                }
            })
            .collect()
    }

    /// Core's prediction, which the contract has confirmed, becomes what is.
    pub fn accept(&mut self, changes: &[Change]) -> Checked {
        for Change {
            wallet,
            before,
            after,
            ..
        } in changes
        {
            if after.version() < before.version() {
                return Err(format!(
                    "the version of {wallet:?} fell: {before:?} → {after:?}"
                ));
            }
            self.chain[wallet.0] = *after;
        }
        Ok(())
    }
}
