//! The lane against a small chain and outbox that live in memory, on a clock
//! that the test moves.

mod authorities;
mod errands;
mod estimates;
mod finality;
mod forgetting;
mod gaps;
mod quarantine;
mod refusals;
mod reinstatements;
mod replacements;
mod restarts;
mod sending;
mod standing;
mod succession;
mod turns;

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, B256, Bytes};

use super::*;
use crate::{
    ids::AuthorityIndex,
    log::EntryNumber,
    mirror::{
        batch::{AuthorityRestriction, RestrictionNumber},
        companion::{CompanionKey, PendingErrand},
        fees::Wei,
        plan::{Discharge, Owed, PendingRecord},
        record::WalletRecord,
        reinstatement::may_reinstate,
        rules::{denied, upserted},
    },
    wallet::{Version, WalletAddress},
};

pub(super) const POLICY: LanePolicy = LanePolicy {
    confirmations: 1,
    max_upserts: 3,
    max_denials: 5,
    max_errands: 4,
    max_in_flight: 2,
    denial_reserve: 1,
    base_gas: Gas(60_000),
    gas_per_upsert: Gas(30_000),
    gas_per_denial: Gas(10_000),
    fees: FeePolicy {
        cap: Wei(1_000),
        bump_percent: 13,
    },
    eager_interval: Millis(100),
    busy_interval: Millis(100),
    idle_interval: Millis(1_000),
    rebroadcast_after: Millis(3_000),
    replace_after: Millis(10_000),
};

/// An authority that the chain takes for one that counts.
const NEVER_TOLD: (bool, Option<bool>) = (false, Some(false));

/// A driver's surroundings: outbox, stored transactions, a chain that mines on demand.
struct World {
    lane: Lane,
    now: UnixMillis,
    /// The log's newest entry.
    entry: EntryNumber,
    /// Whether each row is a denial's.
    outbox: BTreeMap<Owed, bool>,
    desired: BTreeMap<WalletAddress, WalletRecord>,
    changed: BTreeMap<WalletAddress, EntryNumber>,
    observed: BTreeMap<WalletAddress, WalletRecord>,
    /// Whether each authority is to be cut off, and what the chain was told last;
    /// nothing, if that came to nothing.
    authorities: BTreeMap<AuthorityIndex, (bool, Option<bool>)>,
    /// The entry that last cut each off or reinstated it.
    restriction_entries: BTreeMap<AuthorityIndex, EntryNumber>,
    /// The oldest denial that each open nonce carries.
    oldest_denials: BTreeMap<Nonce, EntryNumber>,
    stored: Vec<OpenTransaction>,
    /// What was ever stored, in its order.
    history: Vec<Batch>,
    mempool: BTreeMap<Nonce, Envelope>,
    chain: BTreeMap<WalletAddress, WalletRecord>,
    /// Whom the chain has cut off.
    cut_off: BTreeSet<AuthorityIndex>,
    /// How often it has.
    restrictions: BTreeMap<AuthorityIndex, RestrictionNumber>,
    /// What the store knows of that.
    known_restrictions: BTreeMap<AuthorityIndex, RestrictionNumber>,
    mined: BTreeMap<Nonce, Receipt>,
    block: u64,
    /// The newest block that counts; nothing where each does at once.
    final_block: Option<u64>,
    broadcast: Broadcast,
    sent: Vec<(Nonce, Attempt)>,
    told_again: Vec<Nonce>,
    /// The nonces whose receipts each look asked for.
    looked_for: Vec<Vec<Nonce>>,
    /// The registry takes no writes from the signer.
    barred: bool,
    /// It carries out nothing, and nodes say so.
    takes_nothing: bool,
    /// It carries out nothing that writes one of these.
    unwritable: BTreeSet<WalletAddress>,
    /// What companions are owed.
    errands: Vec<PendingErrand>,
    /// A companion carries out nothing that writes one of these.
    unwritable_keys: BTreeSet<CompanionKey>,
    /// It carries out nothing.
    no_errands: bool,
    /// How often a node was asked what it would do.
    estimates: usize,
    quarantined: Vec<(WalletAddress, Version)>,
    /// The chain shows no receipts.
    hides_receipts: bool,
    /// It shows none of this one.
    hidden: Option<Nonce>,
    /// Nonces that somebody else has used.
    taken: BTreeSet<Nonce>,
    base_fee: Wei,
    /// How often the lane was polled.
    polls: u32,
}

impl World {
    fn new() -> Self {
        Self {
            lane: Lane::new(POLICY, Vec::new(), EntryNumber(0)),
            now: UnixMillis(1),
            entry: EntryNumber(0),
            outbox: BTreeMap::new(),
            desired: BTreeMap::new(),
            changed: BTreeMap::new(),
            observed: BTreeMap::new(),
            authorities: BTreeMap::new(),
            restriction_entries: BTreeMap::new(),
            oldest_denials: BTreeMap::new(),
            stored: Vec::new(),
            history: Vec::new(),
            mempool: BTreeMap::new(),
            chain: BTreeMap::new(),
            cut_off: BTreeSet::new(),
            restrictions: BTreeMap::new(),
            known_restrictions: BTreeMap::new(),
            mined: BTreeMap::new(),
            block: 1,
            final_block: None,
            broadcast: Broadcast::Accepted,
            sent: Vec::new(),
            told_again: Vec::new(),
            looked_for: Vec::new(),
            barred: false,
            takes_nothing: false,
            unwritable: BTreeSet::new(),
            errands: Vec::new(),
            unwritable_keys: BTreeSet::new(),
            no_errands: false,
            estimates: 0,
            quarantined: Vec::new(),
            hides_receipts: false,
            hidden: None,
            taken: BTreeSet::new(),
            base_fee: Wei(10),
            polls: 0,
        }
    }

    fn want(&mut self, wallet: u8, record: WalletRecord) {
        let wallet = address(wallet);
        self.entry = self.entry.next();
        self.desired.insert(wallet, record);
        self.changed.insert(wallet, self.entry);
        let entry = self.entry;
        self.outbox.insert(Owed { entry, wallet }, record.denies());
        self.lane.handle(Input::Woken, self.now);
    }

    /// Whether a row of this wallet is in the outbox.
    fn owes(&self, wallet: u8) -> bool {
        let wallet = address(wallet);
        self.outbox.keys().any(|owed| owed.wallet == wallet)
    }

    /// What the store strikes when it reads the outbox.
    fn strike_superseded(&mut self) {
        let (changed, desired) = (&self.changed, &self.desired);
        self.outbox.retain(|Owed { entry, wallet }, denial| {
            changed[wallet] == *entry || (*denial && desired[wallet].denies())
        });
    }

    /// What the lane does next, unless it has never rested.
    fn poll(&mut self) -> Option<Effect> {
        self.polls += 1;
        assert!(self.polls < 1_000_000, "the lane never rests");
        self.lane.poll(self.now)
    }

    /// Carries out effects until the lane has none for now.
    fn run(&mut self) {
        for _ in 0..1_000 {
            let Some(effect) = self.poll() else {
                return;
            };
            if let Some(input) = self.carry_out(effect) {
                self.lane.handle(input, self.now);
            }
        }
        panic!("the lane never rests");
    }

    fn later(&mut self, span: Millis) {
        self.now = self.now.after(span);
        self.run();
    }

    fn carry_out(&mut self, effect: Effect) -> Option<Input> {
        Some(match effect {
            Effect::Pull { part, limit } => {
                self.strike_superseded();
                let records: Vec<_> = self
                    .outbox
                    .iter()
                    .filter(|(_, denies)| match part {
                        Part::Denials => **denies,
                        Part::Again => !**denies,
                        Part::After(_) | Part::Errands => false,
                    })
                    .take(limit)
                    .map(|(owed, _)| PendingRecord {
                        owed: *owed,
                        desired: self.desired[&owed.wallet],
                        observed: self.observed.get(&owed.wallet).copied().unwrap_or_default(),
                    })
                    .collect();
                Input::Pulled {
                    part,
                    pulled: Pulled {
                        more: records.len() == limit,
                        records,
                        authorities: self.untold(part),
                        errands: self.untold_errands(part, limit),
                        ..Pulled::default()
                    },
                }
            }
            Effect::Discharge(discharge) => {
                for owed in discharge.rows {
                    if self.outbox.remove(&owed) == Some(true) {
                        self.inherit_denial(owed.entry);
                    }
                }
                self.errands.retain(|one| !discharge.errands.contains(one));
                Input::Discharged
            }
            Effect::Estimate { urgency, batch, .. } => {
                self.estimates += 1;
                let estimate = match self.would_take(&batch) {
                    _ if self.takes_nothing => Estimate::Unknown,
                    _ if urgency == Urgency::Errands && self.no_errands => Estimate::Unknown,
                    true => Estimate::Passes,
                    false => Estimate::Refused,
                };
                Input::Estimated(urgency, estimate)
            }
            Effect::Quarantine { wallets, discharge } => {
                for owed in discharge.rows {
                    self.outbox.remove(&owed);
                }
                self.quarantined.extend(wallets);
                Input::Discharged
            }
            Effect::Inspect { nonce, wallets } => {
                let records = wallets.iter().map(|one| (*one, self.held(*one)));
                let inspection = Inspection {
                    block_number: self.block,
                    records: records.collect(),
                };
                Input::Inspected(nonce, Some(inspection))
            }
            Effect::Store(envelope) => {
                for owed in &envelope.discharge.rows {
                    self.outbox.remove(owed);
                }
                let told = &envelope.discharge.errands;
                self.errands.retain(|one| !told.contains(one));
                if let Some(oldest) = envelope.oldest_denial() {
                    self.oldest_denials.entry(envelope.nonce).or_insert(oldest);
                }
                if let Some(told) = envelope.discharge.authority {
                    let known = self.authorities.entry(told.authority);
                    known.or_insert(NEVER_TOLD).1 = Some(told.restricted);
                }
                let id = envelope.nonce.0 * 100 + u64::from(envelope.attempt.0);
                let signed = Signed {
                    hash: B256::left_padding_from(&id.to_be_bytes()),
                    raw: Bytes::from(id.to_be_bytes().to_vec()),
                    stored_at: self.now,
                    envelope: envelope.clone(),
                };
                self.stored.push(signed.clone().into());
                self.history.push(envelope.batch.clone());
                self.mempool.insert(envelope.nonce, envelope);
                Input::Stored(signed)
            }
            Effect::Broadcast { nonce, attempt, .. } => {
                self.sent.push((nonce, attempt));
                Input::Broadcast {
                    nonce,
                    attempt,
                    outcome: self.broadcast,
                }
            }
            Effect::Observe(open) => {
                let asked = open.iter().map(|(nonce, _)| *nonce);
                self.looked_for.push(asked.collect());
                Input::Observed(Observation {
                    block_number: self.block,
                    final_block: self.final_block.unwrap_or(self.block),
                    market: Market {
                        base_fee: self.base_fee,
                        tip: Wei(2),
                    },
                    mined_nonce: self.front(),
                    receipts: open
                        .iter()
                        .filter(|(nonce, _)| !self.hides_receipts && self.hidden != Some(*nonce))
                        .filter_map(|(nonce, _)| Some((*nonce, self.mined.get(nonce)?.clone())))
                        .collect(),
                    barred: self.barred,
                })
            }
            Effect::Settle(ended) => {
                let nonces: Vec<_> = ended.iter().map(|(nonce, _)| *nonce).collect();
                for (nonce, outcome) in ended {
                    match outcome {
                        Outcome::Mined(receipt) => {
                            for seen in receipt.authorities {
                                self.known_restrictions.insert(seen.authority, seen.number);
                            }
                            self.observed.extend(receipt.records);
                        }
                        Outcome::Failed(_) => self.queue_again(nonce),
                        Outcome::Dropped(inspection) => {
                            self.observed.extend(inspection.records);
                            self.queue_again(nonce);
                        }
                    }
                }
                self.stored.retain(|open| !nonces.contains(&open.nonce));
                self.oldest_denials
                    .retain(|nonce, _| !nonces.contains(nonce));
                Input::Settled(nonces)
            }
            Effect::TellAgain(nonces) => {
                nonces.iter().for_each(|nonce| self.queue_again(*nonce));
                self.told_again.extend(nonces);
                Input::ToldAgain
            }
        })
    }

    /// What the chain is owed of authorities, as the store reads it.
    fn untold(&self, part: Part) -> Vec<AuthorityRestriction> {
        let restricted = part == Part::Denials;
        if !matches!(part, Part::Denials | Part::Again) {
            return Vec::new();
        }
        let denials = self.outbox.iter().filter(|(_, denies)| **denies);
        let owed = denials.map(|(owed, _)| owed.entry);
        let oldest = owed.chain(self.oldest_denials.values().copied()).min();
        self.authorities
            .iter()
            .filter(|(_, (desired, told))| *told != Some(*desired) && *desired == restricted)
            .filter(|(authority, _)| {
                restricted || may_reinstate(self.restriction_entries[authority], oldest)
            })
            .filter_map(|(authority, _)| match restricted {
                true => Some(AuthorityRestriction::cut_off(*authority)),
                // It is known which one that lifts, and none is on its way.
                false => {
                    let open = self.stored.iter().any(|open| open.batch.cuts_off());
                    let number = self.known_restrictions.get(authority).filter(|_| !open)?;
                    Some(AuthorityRestriction::lifted(*authority, *number))
                }
            })
            .collect()
    }

    fn queue_again(&mut self, nonce: Nonce) {
        let slot = self.lane.slots().find(|slot| slot.nonce == nonce).unwrap();
        if let Batch::Authority(in_vain) = &slot.batch {
            let known = self.authorities.entry(in_vain.authority);
            known.or_insert(NEVER_TOLD).1 = None;
        }
        let oldest = self.oldest_denials.get(&nonce);
        for (wallet, _) in slot.batch.versions() {
            let (turn, denies) = (self.changed[&wallet], self.desired[&wallet].denies());
            let entry = oldest
                .filter(|_| denies)
                .map_or(turn, |oldest| turn.min(*oldest));
            self.outbox.insert(Owed { entry, wallet }, denies);
        }
    }

    /// Whatever is open may carry a denial of this entry.
    fn inherit_denial(&mut self, entry: EntryNumber) {
        for open in self.stored.iter().filter(|open| open.batch.denies()) {
            let oldest = self.oldest_denials.entry(open.nonce).or_insert(entry);
            *oldest = entry.min(*oldest);
        }
    }

    /// The lowest nonce that nobody has used.
    fn front(&self) -> Nonce {
        let mut nonce = Nonce(0);
        while self.mined.contains_key(&nonce) || self.taken.contains(&nonce) {
            nonce = nonce.next();
        }
        nonce
    }

    fn would_take(&self, batch: &Batch) -> bool {
        let wallets = batch.versions();
        let keys = batch.companion().map(|batch| batch.versions());
        let mut keys = keys.into_iter().flatten();
        !wallets.iter().any(|(one, _)| self.unwritable.contains(one))
            && !keys.any(|(one, _)| self.unwritable_keys.contains(&one))
    }

    /// Mines what has been sent, in the order of nonces.
    fn mine(&mut self, succeeded: bool) {
        self.block += 1;
        while self.mine_next(succeeded).is_some() {}
    }

    /// Mines the next transaction in the newest block, and returns what it carries.
    fn mine_next(&mut self, succeeded: bool) -> Option<Batch> {
        let envelope = self.mempool.remove(&self.front())?;
        let succeeded = succeeded && !self.takes_nothing && self.would_take(&envelope.batch);
        let records: Vec<_> = match &envelope.batch {
            Batch::Upsert(entries) => entries
                .iter()
                .map(|entry| {
                    (
                        entry.wallet,
                        upserted(self.held(entry.wallet), entry.record),
                    )
                })
                .collect(),
            Batch::Deny(entries) => entries
                .iter()
                .map(|entry| {
                    let held = self.held(entry.wallet);
                    (entry.wallet, denied(held, entry.version, entry.grounds))
                })
                .collect(),
            Batch::Authority(_) | Batch::Companion(_) => Vec::new(),
        };
        let authorities = match envelope.batch {
            Batch::Authority(told) => self.turn(told, succeeded).into_iter().collect(),
            _ => Vec::new(),
        };
        if succeeded {
            self.chain.extend(records.clone());
        }
        self.mined.insert(
            envelope.nonce,
            Receipt {
                attempt: envelope.attempt,
                block_number: self.block,
                succeeded,
                gas_used: Gas(1),
                fee: Default::default(),
                records,
                authorities,
            },
        );
        Some(envelope.batch)
    }

    /// What the registry makes of it, and shows.
    fn turn(
        &mut self,
        told: AuthorityRestriction,
        succeeded: bool,
    ) -> Option<AuthorityRestriction> {
        let number = self.restrictions.entry(told.authority).or_default();
        match told.restricted {
            _ if !succeeded => return None,
            true => {
                number.0 += 1;
                self.cut_off.insert(told.authority);
            }
            false if told.number != *number => return None,
            false => drop(self.cut_off.remove(&told.authority)),
        }
        Some(AuthorityRestriction {
            number: *number,
            ..told
        })
    }

    /// Undoes the newest block; what it included waits again.
    fn reorganise(&mut self, included: Vec<Envelope>) {
        for envelope in included {
            self.mined.remove(&envelope.nonce);
            self.mempool.insert(envelope.nonce, envelope);
        }
    }

    fn held(&self, wallet: WalletAddress) -> WalletRecord {
        self.chain.get(&wallet).copied().unwrap_or_default()
    }
}

fn address(n: u8) -> WalletAddress {
    WalletAddress::new(Address::with_last_byte(n)).unwrap()
}

fn approved(version: u16) -> WalletRecord {
    WalletRecord::tombstone(Version(version))
        .with_identity(Address::with_last_byte(99))
        .with_approval(true)
}
