//! What the store keeps of one chain, by the store's rules (`symbolon_store`'s
//! `outbox` and `lane`). Each call is one transaction: all of it or nothing.

mod authorities;
mod following;
mod lease;
mod reconciliation;

use std::collections::{BTreeMap, BTreeSet};

use symbolon_core::{
    ids::AuthorityIndex,
    log::EntryNumber,
    mirror::{
        batch::Batch,
        filter::MirroredRegistry,
        lane::{Attempt, Nonce, OpenTransaction, Outcome, Part, Pulled, Signed},
        plan::{Discharge, Owed, PendingRecord},
        planted::{Bug, is_planted},
        record::WalletRecord,
    },
    wallet::WalletAddress,
};

use crate::{
    chain::Signer,
    register::{Changed, Register},
};
use authorities::OnChain;
use following::Following;
use reconciliation::Scan;
pub use {
    following::Settled,
    lease::{Refused, Token},
    reconciliation::{Repaired, Step},
};

#[derive(Clone, Debug)]
struct Stored {
    signer: Signer,
    transaction: OpenTransaction,
    open: bool,
    /// It came to nothing, and its nonce is free.
    dropped: bool,
    /// The block that was seen to include it, and whether it was carried out.
    block: Option<(u64, bool)>,
    oldest_denial: Option<EntryNumber>,
}

/// The books of one chain.
#[derive(Clone, Debug)]
pub struct Books {
    target: MirroredRegistry,
    told: EntryNumber,
    /// Whether each row is a denial's.
    outbox: BTreeMap<Owed, bool>,
    observed: BTreeMap<WalletAddress, (WalletRecord, u64)>,
    stored: Vec<Stored>,
    authorities: BTreeMap<AuthorityIndex, OnChain>,
    /// Of whoever took the lane last.
    token: Token,
    following: Following,
    scan: Scan,
}

impl Books {
    /// Of a chain that was told nothing.
    pub fn new(target: MirroredRegistry) -> Self {
        Self {
            target,
            told: EntryNumber(0),
            outbox: BTreeMap::new(),
            observed: BTreeMap::new(),
            stored: Vec::new(),
            authorities: BTreeMap::new(),
            token: Token::default(),
            following: Following::default(),
            scan: Scan::default(),
        }
    }

    /// Which registry.
    pub fn target(&self) -> &MirroredRegistry {
        &self.target
    }

    /// Lets what a decision denies pass what waits for its turn. Part of the
    /// decision's own transaction.
    pub fn queue(&mut self, register: &Register, changed: &[Changed]) {
        for Changed { wallet, entry } in changed {
            let known = &register.wallets()[wallet];
            let denies = register.desired(&self.target, *wallet).denies();
            if denies && known.wallet.chains.includes(self.target.id.chain) {
                let owed = Owed {
                    entry: *entry,
                    wallet: *wallet,
                };
                self.outbox.insert(owed, true);
            }
        }
    }

    /// `Store::told_through`.
    pub fn told_through(&self) -> EntryNumber {
        self.told
    }

    /// `Store::open_transactions`.
    pub fn open_transactions(&self, signer: Signer) -> Vec<OpenTransaction> {
        let open = self.open().filter(|stored| stored.signer == signer);
        let mut open: Vec<_> = open.map(|stored| stored.transaction.clone()).collect();
        open.sort_by_key(|transaction| (transaction.nonce, transaction.attempt));
        open
    }

    /// `Store::open_signers`.
    pub fn open_signers(&self) -> BTreeSet<Signer> {
        self.open().map(|stored| stored.signer).collect()
    }

    fn open(&self) -> impl Iterator<Item = &Stored> {
        self.stored.iter().filter(|stored| stored.open)
    }

    /// Whether these very bytes are stored (I11).
    pub fn has(&self, hash: alloy_primitives::B256) -> bool {
        let hashes = self.stored.iter().map(|stored| stored.transaction.hash);
        hashes.into_iter().any(|stored| stored == hash)
    }

    /// `Store::pull`.
    pub fn pull(
        &mut self,
        token: Token,
        register: &Register,
        part: Part,
        limit: usize,
    ) -> Result<Pulled, Refused> {
        self.hold(token)?;
        if register.is_lossy() && part != Part::Denials {
            return Ok(Pulled::nothing(part, register.head()));
        }
        let mut pulled = match part {
            Part::After(after) => self.in_turn(register, after, limit),
            Part::Denials | Part::Again => self.out_of_turn(register, part, limit),
            Part::Errands => Pulled::nothing(part, register.head()),
        };
        pulled.authorities = match part {
            Part::Denials => self.to_cut_off(register),
            Part::Again => self.to_reinstate(register),
            Part::After(_) | Part::Errands => Vec::new(),
        };
        pulled.head = register.head();
        Ok(pulled)
    }

    fn in_turn(&self, register: &Register, after: EntryNumber, limit: usize) -> Pulled {
        let head = register.head().number;
        let mut due: Vec<_> = register
            .wallets()
            .iter()
            .filter(|(_, known)| {
                let counts = known.wallet.chains.includes(self.target.id.chain);
                counts && known.changed > after && known.changed <= head
            })
            .map(|(wallet, known)| (known.changed, *wallet))
            .collect();
        due.sort_unstable();
        let last = due.get(limit.saturating_sub(1)).map(|(entry, _)| *entry);
        if let Some(last) = last {
            due.retain(|(entry, _)| *entry <= last);
        }
        let more = due.len() >= limit;
        let through = due.last().map(|(entry, _)| *entry).filter(|_| more);
        let records = due.into_iter().map(|(entry, wallet)| {
            let owed = Owed { entry, wallet };
            self.pending(register, owed)
        });
        Pulled {
            records: records.collect(),
            through: through.unwrap_or(head),
            more,
            ..Pulled::default()
        }
    }

    fn out_of_turn(&mut self, register: &Register, part: Part, limit: usize) -> Pulled {
        loop {
            let wanted = part == Part::Denials;
            let rows = self.outbox.iter().filter(|(_, denial)| **denial == wanted);
            let rows: Vec<_> = rows.map(|(owed, _)| *owed).take(limit).collect();
            let more = rows.len() >= limit;
            let (mut superseded, mut records) = (Vec::new(), Vec::new());
            for owed in rows {
                let pending = self.pending(register, owed);
                let known = &register.wallets()[&owed.wallet];
                let counts = known.wallet.chains.includes(self.target.id.chain);
                let overtaken = known.changed != owed.entry && counts;
                match overtaken && !(wanted && pending.desired.denies()) {
                    true => superseded.push(owed),
                    false => records.push(pending),
                }
            }
            if superseded.is_empty() {
                return Pulled {
                    records,
                    more,
                    ..Pulled::default()
                };
            }
            for owed in superseded {
                self.outbox.remove(&owed);
            }
        }
    }

    fn pending(&self, register: &Register, owed: Owed) -> PendingRecord {
        PendingRecord {
            owed,
            desired: register.desired(&self.target, owed.wallet),
            observed: self.observed(owed.wallet),
        }
    }

    /// What a confirmed block showed of a wallet.
    pub fn observed(&self, wallet: WalletAddress) -> WalletRecord {
        let seen = self.observed.get(&wallet);
        seen.map_or(WalletRecord::EMPTY, |(record, _)| *record)
    }

    /// `Store::discharge`.
    pub fn discharge(&mut self, token: Token, discharge: &Discharge) -> Result<(), Refused> {
        self.hold(token)?;
        if let Some(oldest) = self.carry_out(discharge) {
            let open = self.stored.iter_mut().filter(|stored| stored.open);
            for stored in open.filter(|stored| stored.transaction.batch.denies()) {
                let known = stored.oldest_denial.unwrap_or(oldest);
                stored.oldest_denial = Some(known.min(oldest));
            }
        }
        Ok(())
    }

    /// The oldest denial among the rows that were struck.
    fn carry_out(&mut self, discharge: &Discharge) -> Option<EntryNumber> {
        if let Some(through) = discharge.through {
            self.told = self.told.max(through);
        }
        if let Some(told) = discharge.authority {
            self.authorities.entry(told.authority).or_default().told = Some(told.restricted);
        }
        let struck = discharge.rows.iter();
        struck
            .filter_map(|owed| Some((owed.entry, self.outbox.remove(owed)?)))
            .filter_map(|(entry, denial)| denial.then_some(entry))
            .min()
    }

    /// `Store::store_signed`.
    pub fn store_signed(
        &mut self,
        token: Token,
        signer: Signer,
        signed: &Signed,
    ) -> Result<(), Refused> {
        self.hold(token)?;
        let envelope = &signed.envelope;
        let (nonce, attempt) = (envelope.nonce, envelope.attempt);
        let taken = self.stored.iter().any(|stored| {
            !stored.dropped
                && stored.signer == signer
                && (stored.transaction.nonce, stored.transaction.attempt) == (nonce, attempt)
        });
        if taken {
            return Err(Refused::Conflict);
        }
        self.carry_out(&envelope.discharge);
        self.stored.push(Stored {
            signer,
            transaction: signed.clone().into(),
            open: true,
            dropped: false,
            block: None,
            oldest_denial: envelope.oldest_denial(),
        });
        Ok(())
    }

    /// `Store::settle`.
    pub fn settle(
        &mut self,
        token: Token,
        signer: Signer,
        register: &Register,
        ended: &[(Nonce, Outcome)],
    ) -> Result<(), Refused> {
        self.hold(token)?;
        let (mut vain, mut authorities) = (Vec::new(), Vec::new());
        for (nonce, outcome) in ended {
            let carried = self.carried(signer, *nonce);
            for stored in &mut self.stored {
                if stored.open && (stored.signer, stored.transaction.nonce) == (signer, *nonce) {
                    stored.open = false;
                    stored.block = match outcome {
                        Outcome::Mined(receipt) | Outcome::Failed(receipt) => {
                            let included = receipt.attempt == stored.transaction.attempt;
                            included.then_some((receipt.block_number, receipt.succeeded))
                        }
                        Outcome::Dropped(_) => None,
                    };
                    stored.dropped = matches!(outcome, Outcome::Dropped(_));
                }
            }
            match outcome {
                Outcome::Mined(receipt) => {
                    let block = receipt.block_number;
                    authorities.extend(receipt.authorities.iter().map(|one| (*one, block)));
                    for (wallet, record) in &receipt.records {
                        self.observe(*wallet, *record, block);
                    }
                }
                Outcome::Failed(_) => vain.extend(carried),
                Outcome::Dropped(inspection) => {
                    for (wallet, record) in &inspection.records {
                        self.observe(*wallet, *record, inspection.block_number);
                    }
                    vain.extend(carried);
                }
            }
        }
        for (seen, block) in authorities {
            self.observe_authority(seen, block);
        }
        if !is_planted(Bug::VainSettlementForgotten) {
            self.owe_again(register, &vain);
        }
        Ok(())
    }

    /// `Store::tell_again`.
    pub fn tell_again(
        &mut self,
        token: Token,
        signer: Signer,
        register: &Register,
        nonces: &[Nonce],
    ) -> Result<(), Refused> {
        self.hold(token)?;
        let late = nonces.iter();
        let late: Vec<_> = late
            .filter_map(|nonce| self.carried(signer, *nonce))
            .collect();
        self.owe_again(register, &late);
        Ok(())
    }

    fn observe(&mut self, wallet: WalletAddress, record: WalletRecord, block: u64) {
        let newest = self.observed.entry(wallet).or_insert((record, block));
        if newest.1 <= block {
            *newest = (record, block);
        }
    }

    /// Has the chain told again of what these carry, as the register has it.
    fn owe_again(&mut self, register: &Register, vain: &[(Batch, Option<EntryNumber>)]) {
        let oldest = vain.iter().filter_map(|(_, oldest)| *oldest).min();
        let wallets: BTreeSet<_> = vain
            .iter()
            .flat_map(|(batch, _)| batch.versions())
            .map(|(wallet, _)| wallet)
            .collect();
        self.owe_wallets(register, wallets, oldest);
        for (batch, _) in vain {
            if let Batch::Authority(told) = batch {
                self.authorities.entry(told.authority).or_default().told = None;
            }
        }
    }

    /// `outbox::requeue`.
    fn owe_wallets(
        &mut self,
        register: &Register,
        wallets: BTreeSet<WalletAddress>,
        oldest: Option<EntryNumber>,
    ) {
        for wallet in wallets {
            let turn = register.wallets()[&wallet].changed;
            let denial = register.desired(&self.target, wallet).denies();
            let since = oldest.filter(|_| denial);
            let entry = since.map_or(turn, |since| since.min(turn));
            self.outbox.entry(Owed { entry, wallet }).or_insert(denial);
        }
    }

    fn carried(&self, signer: Signer, nonce: Nonce) -> Option<(Batch, Option<EntryNumber>)> {
        let all = || {
            self.open()
                .filter(move |stored| (stored.signer, stored.transaction.nonce) == (signer, nonce))
        };
        let first = all().find(|stored| stored.transaction.attempt == Attempt(0));
        let stored = first.or_else(|| all().next())?;
        Some((stored.transaction.batch.clone(), stored.oldest_denial))
    }

    /// Whether the chain is owed nothing, and nothing is open.
    pub fn is_clear(&self, register: &Register) -> bool {
        let in_turn = register.wallets().values().any(|known| {
            known.wallet.chains.includes(self.target.id.chain) && known.changed > self.told
        });
        let authorities = self.to_cut_off(register).len() + self.to_reinstate(register).len();
        let is_compared = self.suspects(register).is_empty() && self.scan.has_ended();
        let owes = in_turn || !self.outbox.is_empty() || authorities > 0;
        is_compared && !owes && self.open().next().is_none()
    }
}
