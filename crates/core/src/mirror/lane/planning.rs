//! From what a chain is owed to batches that are to be stored.
//!
//! A desk an urgency, each of which asks for what is owed and makes jobs of the
//! answer. One job is carried out at a time, the denials' first, since a nonce
//! that is planned after another must not be stored without it. While a job of
//! approvals is carried out, the next ones are asked for. Errands and approvals
//! take turns, but for errands that deny.

mod desk;
mod drafts;
mod errands;
mod hold;

use std::collections::{HashMap, VecDeque};

use desk::Stock;
pub(super) use desk::{Desk, Job, Planned};
use drafts::Drafts;
use hold::Hold;

use super::{
    Attempt, Effect, Envelope, Lane, Part, Pulled, Role, Signed, Slot, Urgency, refusals::Aside,
};
use crate::{
    log::EntryNumber,
    mirror::{
        batch::Batch,
        companion::CompanionKey,
        plan::{Discharge, Owed, Step, step, whole_step},
        planted::{Bug, is_planted},
        rules::denied,
    },
    time::UnixMillis,
    wallet::Version,
};

/// Both urgencies' planning.
#[derive(Debug)]
pub(super) struct Planning {
    pub(super) denials: Desk,
    pub(super) approvals: Desk,
    pub(super) errands: Desk,
    /// What companions would not take.
    pub(super) errands_aside: Aside<CompanionKey>,
    /// Whether approvals are next.
    approvals_turn: bool,
    /// Whose job is being carried out.
    at_work: Option<Urgency>,
    /// Whether that job strikes what needs no telling.
    striking: bool,
    /// Whether it cuts an authority off.
    cutting_off: bool,
    /// The authorities to be cut off, and the outbox's denials.
    out_of_turn: Stock,
    /// The outbox's other wallets, and the authorities to be reinstated.
    again: Stock,
    /// Wallets that changed later than `through`.
    in_turn: Stock,
    /// What companions are owed.
    for_companions: Stock,
    /// Every change up to this entry was planned.
    through: EntryNumber,
    /// Of them, every change up to this entry is stored as told.
    told_through: EntryNumber,
    /// Whether the denials were asked for. Before, no approval is: its authority
    /// may be one that the chain does not know to be cut off.
    begun: bool,
    /// A transaction that cuts an authority off came to nothing, and what is to be
    /// told of authorities was not asked for since.
    cut_off_in_vain: bool,
    /// Transactions that came to nothing are being settled: what is read now
    /// may show their wallets as owed again, while they still count as told.
    upset: bool,
}

impl Planning {
    /// For a chain that was told of every change up to this entry.
    pub(super) fn new(through: EntryNumber) -> Self {
        Self {
            denials: Desk::default(),
            approvals: Desk::default(),
            errands: Desk::default(),
            errands_aside: Aside::default(),
            approvals_turn: false,
            at_work: None,
            striking: false,
            cutting_off: false,
            out_of_turn: Stock::MayHold,
            again: Stock::MayHold,
            in_turn: Stock::MayHold,
            for_companions: Stock::MayHold,
            through,
            told_through: through,
            begun: false,
            cut_off_in_vain: false,
            upset: false,
        }
    }

    /// Whether rows are being struck because something stored carries them.
    pub(super) fn is_striking(&self) -> bool {
        self.striking
    }

    /// What came to nothing is to be settled. It may be what made rows needless:
    /// they stay.
    pub(super) fn upset(&mut self) {
        self.upset = true;
        for urgency in Urgency::ALL {
            self.desk(urgency).jobs.retain_mut(|job| match job {
                Job::Store(_) | Job::Quarantine(_) => true,
                Job::Discharge(discharge) => {
                    discharge.rows.clear();
                    discharge.errands.clear();
                    discharge.through.is_some()
                }
            });
        }
    }

    /// An authority is not cut off, though the chain was told so.
    pub(super) fn cut_off_in_vain(&mut self) {
        self.cut_off_in_vain = true;
    }

    /// It is settled: whatever was asked for before it is to be asked for again.
    pub(super) fn settled(&mut self) {
        if std::mem::take(&mut self.upset) {
            self.distrust();
        }
    }

    /// What was asked for may be answered with what no longer holds.
    pub(super) fn distrust(&mut self) {
        for urgency in Urgency::ALL {
            let desk = self.desk(urgency);
            desk.stale = desk.pulling;
        }
        self.wake();
    }

    /// An authority is being cut off: what was planned to approve may wait for long
    /// now, and is planned anew after that.
    fn plan_approvals_anew(&mut self) {
        self.cutting_off = true;
        self.approvals.jobs.clear();
        self.approvals.stale = self.approvals.pulling;
        self.through = self.told_through;
        self.wake();
    }

    /// What is stored now goes before what the other desk has planned: an approval
    /// is not told after a denial of its version, nor a denial, which always lands,
    /// after what is newer.
    fn overtake(&mut self, batch: &Batch) {
        let versions = batch.versions().into_iter();
        match self.at_work {
            Some(Urgency::Denials) => self.approvals.give_way(&versions.collect()),
            Some(Urgency::Approvals) => {
                let older = |(wallet, version): (_, Version)| Some((wallet, version.previous()?));
                self.denials.give_way(&versions.filter_map(older).collect());
            }
            Some(Urgency::Errands) | None => {}
        }
    }

    /// There may be something new.
    pub(super) fn wake(&mut self) {
        self.out_of_turn = Stock::MayHold;
        self.again = Stock::MayHold;
        self.in_turn = Stock::MayHold;
        self.for_companions = Stock::MayHold;
    }

    /// Whether nothing is planned, nor anything left to plan.
    pub(super) fn is_idle(&self) -> bool {
        let stocks = [
            self.out_of_turn,
            self.again,
            self.in_turn,
            self.for_companions,
        ];
        let dry = stocks.iter().all(|stock| *stock == Stock::Dry);
        let clear = self.desks().into_iter().all(Desk::is_clear);
        self.at_work.is_none() && clear && dry
    }

    /// Every desk.
    pub(super) fn desks(&self) -> [&Desk; 3] {
        [&self.denials, &self.errands, &self.approvals]
    }

    /// Whose answers are on their way.
    pub(super) fn pulling(&self) -> Vec<Urgency> {
        let desks = Urgency::ALL.into_iter().zip(self.desks());
        let pulling = desks.filter(|(_, desk)| desk.pulling);
        pulling.map(|(urgency, _)| urgency).collect()
    }

    pub(super) fn desk(&mut self, urgency: Urgency) -> &mut Desk {
        match urgency {
            Urgency::Denials => &mut self.denials,
            Urgency::Approvals => &mut self.approvals,
            Urgency::Errands => &mut self.errands,
        }
    }

    /// The part to ask for next, where `room` says whose transactions may be sent.
    fn ask(&mut self, now: UnixMillis, room: impl Fn(Urgency) -> bool) -> Option<Part> {
        if self.upset {
            return None;
        }
        let ready =
            |desk: &mut Desk, urgency| desk.is_clear() && room(urgency) && desk.hold.is_over(now);
        // The outbox's rows stay until they are discharged: while that goes on,
        // it would show them again.
        if self.out_of_turn == Stock::MayHold
            && self.at_work != Some(Urgency::Denials)
            && ready(&mut self.denials, Urgency::Denials)
        {
            self.out_of_turn = Stock::Dry;
            self.denials.pulling = true;
            return Some(Part::Denials);
        }
        if self.for_companions == Stock::MayHold
            && self.at_work != Some(Urgency::Errands)
            && ready(&mut self.errands, Urgency::Errands)
        {
            self.for_companions = Stock::Dry;
            self.errands.pulling = true;
            return Some(Part::Errands);
        }
        if !self.begun || !ready(&mut self.approvals, Urgency::Approvals) {
            return None;
        }
        let part = if self.again == Stock::MayHold && self.at_work != Some(Urgency::Approvals) {
            self.again = Stock::Dry;
            Part::Again
        } else if self.in_turn == Stock::MayHold {
            self.in_turn = Stock::Dry;
            Part::After(self.through)
        } else {
            return None;
        };
        self.approvals.pulling = true;
        Some(part)
    }

    /// The job to carry out next, where `room` says whose may be.
    fn job(&mut self, room: impl Fn(Urgency) -> bool) -> Option<Job> {
        if self.at_work.is_some() {
            return None;
        }
        let first = match self.approvals_turn {
            true => Urgency::Approvals,
            false => Urgency::Errands,
        };
        [Urgency::Denials, first]
            .into_iter()
            .chain(Urgency::ALL)
            .filter(|urgency| room(*urgency))
            .find_map(|urgency| {
                let job = self.desk(urgency).take()?;
                self.at_work = Some(urgency);
                self.approvals_turn = urgency == Urgency::Errands;
                self.striking = !matches!(job, Job::Store(_));
                self.told_through = self.told_through.max(job.through().unwrap_or_default());
                Some(job)
            })
    }

    /// Whether a job is being carried out.
    pub(super) fn is_at_work(&self) -> bool {
        self.at_work.is_some()
    }

    /// A job of its own is being carried out, until [`Self::job_done`].
    pub(super) fn take_up(&mut self, urgency: Urgency) {
        self.at_work = Some(urgency);
    }

    pub(super) fn job_done(&mut self) {
        self.at_work = None;
        self.striking = false;
        self.cutting_off = false;
    }
}

impl Lane {
    pub(super) fn plan(&mut self, now: UnixMillis) -> Option<Effect> {
        for urgency in Urgency::ALL {
            self.planning.desk(urgency).hold.is_over(now);
        }
        let market = self.market?;
        if now < self.held_until {
            return None;
        }
        self.held_until = UnixMillis(0);
        let approves = !self.is_cutting_off();
        let may_begin = |urgency| urgency != Urgency::Approvals || approves;
        match self.planning.job(may_begin) {
            Some(Job::Store(planned)) => {
                let (nonce, batch) = (self.next_nonce, &planned.batch);
                self.next_nonce = nonce.next();
                if batch.cuts_off() {
                    self.planning.plan_approvals_anew();
                }
                self.planning.overtake(batch);
                self.under_way.carry(nonce, batch, &planned.held);
                Some(Effect::Store(Envelope {
                    nonce,
                    attempt: Attempt(0),
                    gas_limit: self.policy.gas_limit(batch),
                    price: self.policy.fees.first(market),
                    head: planned.head,
                    batch: planned.batch,
                    discharge: planned.discharge,
                }))
            }
            Some(Job::Discharge(discharge)) => Some(Effect::Discharge(discharge)),
            Some(Job::Quarantine(planned)) => Some(Effect::Quarantine {
                wallets: planned.batch.versions(),
                discharge: planned.discharge,
            }),
            None => {
                let unmined = self.unmined() + usize::from(self.planning.at_work.is_some());
                let policy = self.policy;
                let succeeding = self.role == Role::Succeeding;
                let room = |urgency| match urgency {
                    Urgency::Denials => unmined < policy.max_in_flight + policy.denial_reserve,
                    Urgency::Approvals => approves && !succeeding && unmined < policy.max_in_flight,
                    Urgency::Errands => unmined < policy.max_in_flight,
                };
                let part = self.planning.ask(now, room)?;
                let limit = match part {
                    Part::Denials => self.policy.max_denials,
                    Part::Again | Part::After(_) => self.max_upserts,
                    Part::Errands => self.policy.max_errands,
                };
                Some(Effect::Pull { part, limit })
            }
        }
    }

    /// Whether the chain is yet to show for good that an authority is cut off.
    /// Until then nobody is approved: it might be by that authority, and what
    /// cuts it off might come to nothing.
    fn is_cutting_off(&self) -> bool {
        let open = self.slots.values().any(|slot| slot.batch.cuts_off());
        open || self.planning.cutting_off || self.planning.cut_off_in_vain
    }

    fn unmined(&self) -> usize {
        self.slots.range(self.mined_nonce..).count()
    }

    pub(super) fn pulled(&mut self, part: Part, pulled: Pulled, now: UnixMillis) {
        let Pulled {
            records,
            authorities,
            errands,
            head,
            through,
            more,
        } = pulled;
        let in_turn = matches!(part, Part::After(_));
        let upset = self.planning.upset;
        let desk = self.planning.desk(part.urgency());
        if std::mem::take(&mut desk.stale) || upset {
            desk.pulling = false;
            self.planning.wake();
            self.under_way.pulled(part.urgency());
            return;
        }
        if part == Part::Errands {
            self.planning.take_errands(errands, head, more, now);
            self.under_way.pulled(part.urgency());
            return;
        }
        let mut upserts = Drafts::new(self.max_upserts);
        let mut denials = Drafts::new(self.policy.max_denials);
        let (mut needless, mut aside, mut unclear) = (Vec::new(), 0, false);
        let mut rows: HashMap<_, Vec<_>> = HashMap::new();
        for Owed { entry, wallet } in records.iter().map(|pending| pending.owed) {
            let row = (!in_turn).then_some(Owed { entry, wallet });
            rows.entry(wallet).or_default().extend(row);
        }
        for pending in &records {
            let (wallet, desired) = (pending.owed.wallet, pending.desired);
            // Owed because of several entries, it is told once.
            let Some(rows) = rows.remove(&wallet) else {
                continue;
            };
            let refusals = &mut self.planning.denials.refusals;
            if !desired.denies() {
                refusals.aside.forgive(&wallet);
            } else if refusals.aside.holds(&wallet, now) {
                aside += 1;
                continue;
            }
            // Nobody knows whether this was read before that ended or after: what
            // is struck for its sake might be owed because of what came later.
            let settling = |nonce| self.slots.get(&nonce).is_some_and(|slot| slot.settling);
            if !in_turn && self.under_way.has_ended(wallet, settling) {
                unclear = true;
                continue;
            }
            // What it is planned upon may never be mined, or the other desk has
            // planned something that goes before it.
            let alone = (part == Part::Denials && !self.under_way.carries(wallet))
                || is_planted(Bug::DenialLaidOverUnmined);
            let step = match alone && self.role != Role::Succeeding {
                true => step,
                false => whole_step,
            };
            let mut held = self.under_way.held(wallet, pending.observed);
            // The other desk may have read the register later than this one.
            if desired.version() < self.under_way.told(wallet) {
                needless.extend(rows);
                continue;
            }
            loop {
                match step(wallet, desired, held) {
                    Step::Upsert(upsert) => upserts.push(upsert, held, rows),
                    Step::Deny(denial) if denial.version != desired.version() => {
                        denials.push(denial, held, Vec::new());
                        held = denied(held, denial.version, denial.grounds);
                        continue;
                    }
                    Step::Deny(denial) => denials.push(denial, held, rows),
                    Step::Nothing | Step::Outranked => needless.extend(rows),
                }
                break;
            }
        }
        let mut jobs: VecDeque<_> = denials.into_jobs(head, Batch::Deny).collect();
        jobs.extend(upserts.into_jobs(head, Batch::Upsert));
        if in_turn && !records.is_empty() {
            match jobs.back_mut() {
                Some(Job::Store(Planned { discharge, .. })) => discharge.through = Some(through),
                _ => jobs.push_back(Job::Discharge(Discharge {
                    through: Some(through),
                    ..Discharge::default()
                })),
            }
        }
        if !needless.is_empty() {
            jobs.push_front(Job::Discharge(Discharge {
                rows: needless,
                ..Discharge::default()
            }));
        }
        // One is cut off before any wallet is told of, and reinstated after all.
        for authority in authorities {
            let job = Job::Store(Planned {
                batch: Batch::Authority(authority),
                held: Vec::new(),
                head,
                discharge: Discharge {
                    authority: Some(authority),
                    ..Discharge::default()
                },
                passes: false,
            });
            match authority.restricted {
                true => jobs.push_front(job),
                false => jobs.push_back(job),
            }
        }
        let planning = &mut self.planning;
        let stock = match part {
            Part::Denials => {
                planning.begun = true;
                planning.cut_off_in_vain = false;
                &mut planning.out_of_turn
            }
            Part::Again | Part::Errands => &mut planning.again,
            Part::After(_) => {
                planning.through = match is_planted(Bug::TurnSkipsUnread) {
                    true => head.number,
                    false => planning.through.max(through),
                };
                &mut planning.in_turn
            }
        };
        // News that came meanwhile must not be forgotten: only ever set. Asked at
        // once, a page of denials that are set aside would only come again.
        if (more && aside < records.len()) || unclear {
            *stock = Stock::MayHold;
        }
        let desk = planning.desk(part.urgency());
        desk.pulling = false;
        desk.jobs.append(&mut jobs);
        self.under_way.pulled(part.urgency());
    }

    pub(super) fn stored(&mut self, signed: Signed) {
        let nonce = signed.envelope.nonce;
        if signed.envelope.attempt > Attempt(0) {
            if let Some(slot) = self.slots.get_mut(&nonce) {
                slot.replacing = false;
                slot.add_attempt(signed.into());
            }
            return;
        }
        self.slots.insert(nonce, Slot::new(signed.into()));
        self.planning.job_done();
    }

    pub(super) fn replace(&mut self, now: UnixMillis) -> Option<Effect> {
        let market = self.market?;
        let policy = self.policy;
        let slot = self.slots.get_mut(&self.mined_nonce)?;
        if !slot.wants_replacement(&policy, market, now) {
            return None;
        }
        let attempt = slot.newest().attempt.next();
        let price = match is_planted(Bug::ReplacementWithoutFeeBump) {
            true => Some(slot.newest().price),
            false => policy.fees.replacement(slot.newest().price, market),
        };
        let Some(price) = price else {
            // At the cap: the same bytes go again, and the operator sees it wait.
            slot.underpriced = false;
            slot.left_out = 0;
            slot.stored_at = now;
            return None;
        };
        slot.replacing = true;
        slot.stored_at = now;
        Some(Effect::Store(Envelope {
            nonce: slot.nonce,
            attempt,
            gas_limit: policy.gas_limit(&slot.batch),
            price,
            head: slot.head,
            batch: slot.batch.clone(),
            discharge: Discharge::default(),
        }))
    }
}
