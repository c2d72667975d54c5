//! What one batch knows, in memory: every investor and wallet that it can
//! touch, and what it has changed so far.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use alloy_primitives::{Address, B256};
use symbolon_core::{
    actor::Actor,
    authority::Mandate,
    command::Command,
    event::Event,
    ids::{ExternalId, InvestorId, IssuerId, RegistryId},
    investor::Investor,
    log::{Entry, EntryNumber, Head},
    mirror::{filter::MirroredRegistry, record},
    register::{self, Deed, Refusal, View},
    time::UnixSeconds,
    transfer_rules::Schedule,
    wallet::{ChainScope, Version, WalletAddress, WalletHistory},
};

use super::{Answer, Decision, Request, Subject};
use crate::{InvestorRecord, Result, StoreError, wallet::StoredWallet};

#[derive(Debug)]
pub(super) struct Known {
    pub(super) issuer: IssuerId,
    pub(super) head: Head,
    pub(super) registries: Vec<MirroredRegistry>,
    pub(super) rules: Arc<Schedule>,
    pub(super) investors: HashMap<InvestorId, KnownInvestor>,
    pub(super) by_entry: HashMap<EntryNumber, InvestorId>,
    pub(super) by_external_id: HashMap<ExternalId, InvestorId>,
    pub(super) wallets: HashMap<WalletAddress, KnownWallet>,
}

#[derive(Debug)]
pub(super) struct KnownInvestor {
    pub(super) record: InvestorRecord,
    pub(super) change: Change,
}

#[derive(Debug)]
pub(super) struct KnownWallet {
    pub(super) wallet: StoredWallet,
    pub(super) change: Change,
    /// Whether chains must be told of it, and whether they must be told a no.
    pub(super) due: Option<Due>,
}

/// An entry to be stored.
#[derive(Debug)]
pub(super) struct NewEntry {
    pub(super) entry: Entry,
    pub(super) hash: B256,
    /// The entry that made its investor known.
    pub(super) subject: EntryNumber,
}

/// What the batch did to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// It stands as it was stored.
    None,
    /// It is new.
    Made,
    /// It was there and changed.
    Altered,
}

/// What chains must be told of a wallet, after its newest change.
#[derive(Clone, Debug)]
pub(super) struct Due {
    /// Which registries must be told a no, out of turn.
    pub(super) denials: Vec<RegistryId>,
}

impl Known {
    pub(super) fn decide(
        &mut self,
        request: Request,
        mandate: &Mandate,
        actor: &Actor,
        now: UnixSeconds,
    ) -> Result<(Answer, Option<NewEntry>)> {
        let refused = |refusal| Ok((Err(refusal), None));
        let id = match self.subject(&request.subject) {
            Ok(id) => id,
            Err(refusal) => return refused(refusal),
        };
        let before = self.investors.get(&id).map(|known| &known.record.investor);
        if let Some(taken) = self.taken_external_id(id, &request.command) {
            return refused(Refusal::ExternalIdTaken(taken.clone()));
        }
        let view = View {
            id,
            investor: before.cloned(),
            histories: self.histories(before, wallets_of(&request.command)),
            rules: self.rules.clone(),
        };
        match register::decide(&view, request.command, mandate, now) {
            Ok(events) => self.take(view, &events, actor, now),
            Err(refusal) => refused(refusal),
        }
    }

    /// Takes in what an authority did on chain.
    pub(super) fn witness(
        &mut self,
        id: InvestorId,
        deed: Deed,
        actor: &Actor,
        at: UnixSeconds,
    ) -> Result<(Answer, Option<NewEntry>)> {
        let before = self.investors.get(&id).map(|known| &known.record.investor);
        let view = View {
            id,
            investor: before.cloned(),
            histories: self.histories(before, [deed.wallet(), None]),
            rules: self.rules.clone(),
        };
        match register::witness(&view, deed, at) {
            Ok(events) => self.take(view, &events, actor, at),
            Err(refusal) => Ok((Err(refusal), None)),
        }
    }

    /// Makes the next state of what happened, and the entry that records it.
    fn take(
        &mut self,
        view: View,
        events: &[Event],
        actor: &Actor,
        now: UnixSeconds,
    ) -> Result<(Answer, Option<NewEntry>)> {
        let id = view.id;
        if events.is_empty() {
            let unchanged = view.investor.map(|investor| Decision {
                investor,
                entry: None,
                changed: Vec::new(),
            });
            return Ok((unchanged.ok_or(Refusal::UnknownInvestor), None));
        }
        // Whoever passes a filter no more is denied there.
        let before = view.investor.as_ref();
        let admitted: Vec<_> = self
            .registries
            .iter()
            .filter(|target| before.is_some_and(|before| target.filter.admits(before)))
            .map(|target| target.id)
            .collect();
        let after = register::apply_all(id, view.investor, events)
            .ok()
            .flatten()
            .ok_or_else(|| StoreError::damaged(format!("investor {id} contradicts its log")))?;
        let (entry, hash) = self.record(id, events, actor, now)?;
        let number = entry.number;
        let subject = self
            .investors
            .get(&id)
            .map_or(number, |known| known.record.created);
        let changed = self.follow(subject, &after, &admitted, events, number);
        self.keep(after.clone(), number);
        let decision = Decision {
            investor: after,
            entry: Some(number),
            changed,
        };
        let entry = NewEntry {
            entry,
            hash,
            subject,
        };
        Ok((Ok(decision), Some(entry)))
    }

    fn subject(&self, subject: &Subject) -> Result<InvestorId, Refusal> {
        match subject {
            Subject::New(id) if self.investors.contains_key(id) => Err(Refusal::InvestorExists),
            Subject::New(id) | Subject::Investor(id) => Ok(*id),
            Subject::Wallet(wallet) => self.holder(*wallet).ok_or(Refusal::UnknownWallet(*wallet)),
            Subject::ExternalId(reference) => self
                .by_external_id
                .get(reference)
                .copied()
                .ok_or(Refusal::UnknownInvestor),
            Subject::Row {
                new,
                wallet,
                external_id,
            } => Ok(self
                .holder(*wallet)
                .or_else(|| self.by_external_id.get(external_id.as_ref()?).copied())
                .unwrap_or(*new)),
        }
    }

    fn holder(&self, wallet: WalletAddress) -> Option<InvestorId> {
        self.by_entry
            .get(&self.wallets.get(&wallet)?.wallet.holder?)
            .copied()
    }

    /// The reference that the investor would take, and that is another's.
    fn taken_external_id<'a>(
        &self,
        id: InvestorId,
        command: &'a Command,
    ) -> Option<&'a ExternalId> {
        external_id_of(command).filter(|wanted| {
            let holder = self.by_external_id.get(*wanted);
            holder.is_some_and(|holder| *holder != id)
        })
    }

    fn histories(
        &self,
        investor: Option<&Investor>,
        named: [Option<WalletAddress>; 2],
    ) -> BTreeMap<WalletAddress, WalletHistory> {
        let held = investor.into_iter().flat_map(|investor| &investor.wallets);
        held.map(|wallet| wallet.address)
            .chain(named.into_iter().flatten())
            .filter_map(|address| {
                let wallet = &self.wallets.get(&address)?.wallet;
                let history = WalletHistory {
                    holder: self.holder(address),
                    version: wallet.version.max(wallet.chain_version),
                    disputed: wallet.disputed,
                };
                Some((address, history))
            })
            .collect()
    }

    /// Appends the entry of one decision to the log (I9).
    fn record(
        &mut self,
        id: InvestorId,
        events: &[Event],
        actor: &Actor,
        now: UnixSeconds,
    ) -> Result<(Entry, B256)> {
        let events = serde_json::to_string(events)
            .map_err(|error| StoreError::damaged(format!("an event cannot be written: {error}")))?;
        let entry = Entry::following(self.head, now, actor, id, events);
        let hash = entry.hash(&self.issuer, self.head.hash);
        self.head = Head {
            number: entry.number,
            hash,
        };
        Ok((entry, hash))
    }

    /// Lets the wallets follow what happened, and returns those whose record
    /// is another now.
    fn follow(
        &mut self,
        created: EntryNumber,
        after: &Investor,
        admitted: &[RegistryId],
        events: &[Event],
        entry: EntryNumber,
    ) -> Vec<(WalletAddress, Version)> {
        let mut changed = Vec::new();
        for event in events {
            let Some(address) = wallet_in(event) else {
                continue;
            };
            let known = self.wallets.entry(address).or_insert_with(|| KnownWallet {
                wallet: never_seen(address),
                change: Change::Made,
                due: None,
            });
            if known.change == Change::None {
                known.change = Change::Altered;
            }
            follow_event(&mut known.wallet, created, event, entry);
            if let Event::RecordChanged { version, .. } = event {
                changed.push((address, *version));
                let denial = denies(after, address);
                let scope = &known.wallet.chains;
                let denials = self.registries.iter().filter(|target| {
                    let admits = target.filter.admits(after);
                    let told = admits || target.filter.is_open() || admitted.contains(&target.id);
                    (denial || !admits) && told && scope.includes(target.id.chain)
                });
                let denials = denials.map(|target| target.id).collect();
                known.due = Some(Due { denials });
            }
        }
        changed
    }

    fn keep(&mut self, investor: Investor, entry: EntryNumber) {
        match self.investors.get_mut(&investor.id) {
            Some(known) => {
                if let Some(reference) = &investor.external_id {
                    self.by_external_id.insert(reference.clone(), investor.id);
                }
                known.record.investor = investor;
                known.record.changed = entry;
                if known.change == Change::None {
                    known.change = Change::Altered;
                }
            }
            None => {
                if let Some(reference) = &investor.external_id {
                    self.by_external_id.insert(reference.clone(), investor.id);
                }
                let known = KnownInvestor {
                    record: InvestorRecord {
                        investor,
                        created: entry,
                        changed: entry,
                    },
                    change: Change::Made,
                };
                self.by_entry.insert(entry, known.record.investor.id);
                self.investors.insert(known.record.investor.id, known);
            }
        }
    }
}

/// What an event makes of a wallet's row. The audit follows tombstones by the
/// same function, so that live and replay cannot differ.
pub(crate) fn follow_event(
    wallet: &mut StoredWallet,
    investor: EntryNumber,
    event: &Event,
    entry: EntryNumber,
) {
    match event {
        Event::WalletLinked {
            chains, version, ..
        } => {
            wallet.holder = Some(investor);
            wallet.chains = chains.clone();
            wallet.active = true;
            wallet.version = *version;
        }
        Event::WalletRemoved { .. } => {
            wallet.holder = None;
            wallet.active = false;
        }
        Event::WalletDeactivated { .. } => wallet.active = false,
        Event::WalletReactivated { .. } => wallet.active = true,
        Event::RecordChanged { version, .. } => {
            wallet.version = *version;
            wallet.changed = entry;
            wallet.disputed = false;
        }
        _ => {}
    }
}

/// The wallet that an event is about.
pub(crate) fn wallet_in(event: &Event) -> Option<WalletAddress> {
    match event {
        Event::WalletLinked { wallet, .. }
        | Event::WalletRemoved { wallet }
        | Event::WalletDeactivated { wallet }
        | Event::WalletReactivated { wallet }
        | Event::RecordChanged { wallet, .. } => Some(*wallet),
        _ => None,
    }
}

/// The wallets that a command names.
pub(super) fn wallets_of(command: &Command) -> [Option<WalletAddress>; 2] {
    match command {
        Command::RecoverWallet { lost, new, .. } => [Some(*lost), Some(*new)],
        Command::ProveWallet(claim) => [Some(claim.wallet), claim.replaces],
        Command::LinkWallet { wallet, .. }
        | Command::RemoveWallet { wallet }
        | Command::DeactivateWallet { wallet }
        | Command::ReactivateWallet { wallet }
        | Command::RenewRecord { wallet }
        | Command::Admit { wallet, .. } => [Some(*wallet), None],
        _ => [None, None],
    }
}

/// The reference that a command gives to somebody new.
pub(super) fn external_id_of(command: &Command) -> Option<&ExternalId> {
    match command {
        Command::RegisterInvestor { external_id, .. } | Command::Admit { external_id, .. } => {
            external_id.as_ref()
        }
        _ => None,
    }
}

pub(crate) fn never_seen(address: WalletAddress) -> StoredWallet {
    StoredWallet {
        address,
        holder: None,
        chains: ChainScope::All,
        active: false,
        version: Version::default(),
        chain_version: Version::default(),
        changed: EntryNumber::default(),
        disputed: false,
    }
}

/// Whether a chain must hold a no for the wallet, whichever chain it is: the
/// identity differs from chain to chain, the verdict does not.
fn denies(investor: &Investor, address: WalletAddress) -> bool {
    investor
        .wallet(address)
        .and_then(|wallet| record::desired(investor, wallet, Address::with_last_byte(1)))
        .is_none_or(record::WalletRecord::denies)
}
