//! The driver, as the server has it: sets lanes up, asks them for effects, and
//! begins anew whenever something fails.

use symbolon_core::{
    mirror::lane::{Effect, Input, Lane, Part, Pulled},
    time::UnixMillis,
};

use super::{
    Event, Worker, World,
    seat::{Drive, Seat},
};
use crate::{
    chain::Signer,
    faults::Fault,
    policy::{BEFORE_REMOVAL, POLICY, UNPROMPTED},
};

/// After a failure a lane is set up anew, and a server that died starts again.
const BEFORE_RESTART: u64 = 1_000;

impl World {
    pub(super) fn worker(&mut self, (chain, life): Worker) -> Option<&mut Drive> {
        self.seats[chain].workers.get_mut(&life)
    }

    /// Whatever was under way at the database has happened or never will.
    pub(super) fn abandon(&mut self, worker: Worker) {
        let (chain, life) = worker;
        let seat = &mut self.seats[chain];
        if seat.workers.remove(&life).is_none() {
            return;
        }
        if seat.holder == Some(life) {
            seat.holder = None;
        }
        self.trace
            .note(UnixMillis(self.now), "abandoned", (chain, life));
        self.begin_later(chain);
    }

    /// The server dies, with every worker that it has.
    pub(super) fn abandon_all(&mut self, chain: usize) {
        let lives: Vec<_> = self.seats[chain].workers.keys().copied().collect();
        for life in lives {
            self.abandon((chain, life));
        }
    }

    pub(super) fn begin_later(&mut self, chain: usize) {
        self.schedule(self.now + BEFORE_RESTART, Event::Begin(chain));
    }

    pub(super) fn begin(&mut self, chain: usize) {
        if self.seats[chain].holder.is_some() {
            return;
        }
        let down = [Fault::DatabaseFails, Fault::NodeDown]
            .into_iter()
            .any(|fault| self.strikes(fault, chain));
        let seat = &mut self.seats[chain];
        // `LaneClient::check_mirror`.
        if down || seat.chain.barred[seat.signer] {
            return self.begin_later(chain);
        }
        let signer = seat.signer;
        if self.recognise(chain, signer).is_none() {
            return self.begin_later(chain);
        }
        let now = UnixMillis(self.now);
        let seat = &mut self.seats[chain];
        let (life, drive) = set_up(seat, now);
        let lanes: Vec<_> = drive.lanes.keys().copied().collect();
        let open: usize = drive.lanes.values().map(|lane| lane.slots().count()).sum();
        seat.workers.insert(life, drive);
        self.trace.note(now, "begun", (chain, life, lanes, open));
        self.schedule(self.now + UNPROMPTED, Event::Unprompted((chain, life)));
        self.poll((chain, life));
    }

    /// The store is asked even when nobody hints at news, and who else signed.
    pub(super) fn unprompted(&mut self, worker: Worker) {
        let (chain, _) = worker;
        let Some(drive) = self.worker(worker) else {
            return;
        };
        let (signer, has_formers) = (drive.signer, drive.has_formers());
        self.tell(worker, signer, Input::Woken);
        // What it believes settled may be gone.
        let reopened = self.seats[chain].books.reopened();
        if self
            .worker(worker)
            .is_some_and(|drive| drive.reopened != reopened)
        {
            return self.abandon(worker);
        }
        let others = self.seats[chain].books.open_signers();
        if !has_formers && others.into_iter().any(|other| other != signer) {
            return self.abandon(worker);
        }
        self.look_after_formers(worker);
        self.schedule(self.now + UNPROMPTED, Event::Unprompted(worker));
    }

    /// Somebody is told of a former signer that is overdue, and in the end has
    /// the registry take no more from it: a nonce of it that nobody has is never
    /// filled, since its key is gone.
    fn look_after_formers(&mut self, worker: Worker) {
        let (now, moment) = (self.now, self.now());
        let Some(drive) = self.worker(worker) else {
            return;
        };
        let overdue = drive.overdue();
        if overdue.is_empty() {
            drive.overdue_since = None;
            return;
        }
        if now < *drive.overdue_since.get_or_insert(now) + BEFORE_REMOVAL {
            return;
        }
        let (chain, _) = worker;
        for former in overdue {
            self.seats[chain].chain.barred[former] = true;
            self.trace.note(moment, "removed", (chain, former));
        }
    }

    pub(super) fn wake(&mut self) {
        let workers: Vec<_> = self
            .seats
            .iter()
            .enumerate()
            .flat_map(|(chain, seat)| seat.workers.iter().map(move |one| (chain, one)))
            .map(|(chain, (life, drive))| ((chain, *life), drive.signer))
            .collect();
        for (worker, signer) in workers {
            self.tell(worker, signer, Input::Woken);
        }
    }

    pub(super) fn tell(&mut self, worker: Worker, signer: Signer, input: Input) {
        let now = self.now();
        if let Some(drive) = self.worker(worker) {
            drive.tell(signer, input, now);
            self.poll(worker);
        }
    }

    pub(super) fn poll_now(&mut self, worker: Worker) {
        let now = self.now;
        let due = |drive: &&mut Drive| drive.polled_at == Some(now);
        if let Some(drive) = self.worker(worker).filter(due) {
            drive.polled_at = None;
            self.poll(worker);
        }
    }

    fn poll(&mut self, worker: Worker) {
        let (now, moment) = (self.now, self.now());
        let mut effects: Vec<(Signer, Effect)> = Vec::new();
        let Some(drive) = self.worker(worker) else {
            return;
        };
        let mut next = u64::MAX;
        for (signer, lane) in &mut drive.lanes {
            while let Some(effect) = lane.poll(moment) {
                match effect {
                    // No world has a companion: there is nothing to wait for.
                    Effect::Pull {
                        part: part @ Part::Errands,
                        ..
                    } => {
                        let pulled = Pulled::default();
                        lane.handle(Input::Pulled { part, pulled }, moment);
                    }
                    effect => effects.push((*signer, effect)),
                }
            }
            next = next.min(lane.poll_at().0);
        }
        let next = next.max(now + 5);
        let sooner = drive.polled_at.is_none_or(|at| at > next || at <= now);
        if next < u64::MAX && sooner {
            drive.polled_at = Some(next);
            self.schedule(next, Event::Poll(worker));
        }
        for (signer, effect) in effects {
            let after = self.dice.u64(1..40);
            self.schedule(self.now + after, Event::Act(worker, signer, effect));
        }
    }
}

/// Takes the lease, and makes lanes of what is stored.
fn set_up(seat: &mut Seat, now: UnixMillis) -> (u32, Drive) {
    let token = seat.books.take_lease();
    seat.lives += 1;
    seat.holder = Some(seat.lives);
    let (signer, books) = (seat.signer, &seat.books);
    let (open, through) = (books.open_transactions(signer), books.told_through());
    let others = books.open_signers().into_iter();
    let mut lanes: std::collections::BTreeMap<_, _> = others
        .filter(|other| *other != signer)
        .map(|other| {
            let open = books.open_transactions(other);
            (other, Lane::former(POLICY, open, now))
        })
        .collect();
    let own = match lanes.is_empty() {
        true => Lane::new(POLICY, open, through),
        false => Lane::succeeding(POLICY, open, through),
    };
    lanes.insert(signer, own);
    let drive = Drive {
        token,
        signer,
        lanes,
        polled_at: None,
        overdue_since: None,
        reopened: books.reopened(),
    };
    (seat.lives, drive)
}
