//! Looks at a provider's record that overtake one another: each reads at one moment and is
//! taken in at a later one, as `symbolon-server`'s `verifying` does it, while the record
//! goes on, and a renewal may begin.
//!
//! What is promised once nobody is looking any more, the last change was told of, and
//! whoever was overtaken has looked again:
//!
//! 1. A record that denies verifies nobody, whatever was read before and taken in after
//!    it, though the provider's time of both be the same. What a renewal hands in badly, or
//!    not at all, leaves the verdict before it alone.
//! 2. A record that approves verifies; unless a denial of the same time, which was read
//!    before, was taken in after it, or somebody must look, since another attempt's was.
//!    What the record had approved before a renewal began renews nothing.
//! 3. A look that nobody asked for verifies nobody.
//!
//! It is not promised that a denial is taken back as soon as it is: who was overtaken by
//! one looks again, and whoever read it takes it in, however late.

use super::*;
use crate::verification::VerificationState;

/// An attempt, and where it stands.
#[derive(Clone)]
struct Stands {
    attempt: Attempt,
    state: VerificationState,
    concerns: Vec<Concern>,
    /// When a look at it was last taken in.
    taken: u64,
}

impl Stands {
    fn opened(world: &World, at: UnixSeconds) -> Self {
        Self {
            attempt: Attempt {
                opened_after: EntryNumber(world.log),
                opened: at,
                newest: None,
                decision: None,
            },
            state: VerificationState::Waiting,
            concerns: Vec::new(),
            taken: 0,
        }
    }

    /// Whether it waits for nothing of the provider's.
    fn has_ended(&self) -> bool {
        !self.state.is_at_provider(&self.concerns)
    }
}

/// A look that has read, and is not taken in.
#[derive(Clone, Debug)]
struct Reading {
    fact: Fact,
    /// Where the log ended before.
    read_after: EntryNumber,
    read_at: u64,
    is_told: bool,
    is_unasked: bool,
}

/// The provider's record, the attempts that were sent to it, and looks under way.
struct Desk {
    world: World,
    attempts: Vec<Stands>,
    history: Vec<(Standing, u64)>,
    version: usize,
    /// What happens goes by it.
    moment: u64,
    readings: Vec<Reading>,
    /// The provider's time of what was last decided upon, where that was a denial.
    denied: Option<UnixMillis>,
}

#[derive(Clone, Debug)]
enum Step {
    /// The provider's record changes.
    Change,
    /// Somebody reads it: told of it, or by the clock.
    Read { told: bool },
    /// A look that has read is taken in.
    Take(prop::sample::Index),
    /// The person is sent there again.
    Renew,
}

impl Desk {
    fn new(history: Vec<(Standing, u64)>) -> Self {
        let world = World::new();
        Self {
            attempts: vec![Stands::opened(&world, UnixSeconds(0))],
            world,
            history,
            version: 0,
            moment: 0,
            readings: Vec::new(),
            denied: None,
        }
    }

    fn newest(&self) -> (Standing, u64) {
        self.history[self.version]
    }

    fn step(&mut self, step: &Step) {
        self.moment += 1;
        match step {
            Step::Change => self.version = (self.version + 1).min(self.history.len() - 1),
            Step::Read { told } => self.read(*told),
            Step::Take(_) if self.readings.is_empty() => {}
            Step::Take(which) => {
                let which = which.index(self.readings.len());
                self.take(which);
            }
            Step::Renew if self.attempts.len() < 2 => {
                let after = UnixSeconds(self.newest().1 + 1);
                self.attempts.push(Stands::opened(&self.world, after));
            }
            Step::Renew => {}
        }
    }

    fn read(&mut self, is_told: bool) {
        let (standing, seconds) = self.newest();
        let is_unasked = !is_told && self.attempts.last().unwrap().has_ended();
        if is_unasked && standing == Standing::Approved {
            return;
        }
        self.readings.push(Reading {
            fact: fact(standing, seconds * 1_000),
            read_after: EntryNumber(self.world.log),
            read_at: self.moment,
            is_told,
            is_unasked,
        });
    }

    /// Of a deleted record, the attempt whose verdict stands on it; else the newest.
    fn about(&self, fact: &Fact) -> usize {
        let decided = |stands: &Stands| stands.attempt.decision.is_some();
        let upon = match fact.standing {
            Standing::Deleted => self.attempts.iter().rposition(decided),
            _ => None,
        };
        upon.unwrap_or(self.attempts.len() - 1)
    }

    fn take(&mut self, which: usize) {
        let reading = self.readings.remove(which);
        let about = self.about(&reading.fact);
        let mut stands = self.attempts[about].clone();
        self.world.attempt = stands.attempt;
        let outcome = self.world.judge(&reading.fact);
        let denies = matches!(&outcome, Outcome::Decide(command) if !matches!(**command, Command::Verify(_)));
        let in_vain = reading.is_unasked && stands.has_ended() && !denies;
        if outcome == Outcome::Stale || in_vain {
            return;
        }
        let overtaken =
            self.world.status_entry > Some(reading.read_after) || stands.taken > reading.read_at;
        let says_so_again = denies || outcome == Outcome::Unchanged;
        if overtaken && !says_so_again {
            self.read(reading.is_told);
            return;
        }
        stands.attempt.newest = Some(reading.fact.as_of);
        stands.state = stands.state.after(&outcome);
        match outcome {
            Outcome::Decide(command) => {
                assert!(denies || !reading.is_unasked, "verified unasked");
                stands.attempt.decision = Some(self.world.command(*command));
                self.denied = denies.then_some(reading.fact.as_of);
                stands.concerns = Vec::new();
            }
            Outcome::Review(concerns) => stands.concerns = concerns,
            Outcome::Waiting | Outcome::Retry => stands.concerns = Vec::new(),
            Outcome::Stale | Outcome::Unchanged => {}
        }
        self.attempts[about] = stands;
        for stands in &mut self.attempts {
            stands.taken = self.moment;
        }
    }

    /// The last change is told of, and everybody has looked in the end.
    fn end(&mut self, order: &[prop::sample::Index]) {
        self.moment += 1;
        self.read(true);
        for which in order {
            self.step(&Step::Take(*which));
        }
        while !self.readings.is_empty() {
            self.moment += 1;
            self.take(0);
        }
    }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => Just(Step::Change),
        3 => any::<bool>().prop_map(|told| Step::Read { told }),
        3 => any::<prop::sample::Index>().prop_map(Step::Take),
        1 => Just(Step::Renew),
    ];
    prop::collection::vec(step, 0..24)
}

/// What the record says, one after the other: often at the time of what it said before.
fn histories() -> impl Strategy<Value = Vec<(Standing, u64)>> {
    let said = prop::collection::vec((standings(), 0..2_u64), 1..7);
    said.prop_map(|said| {
        let mut seconds = 10;
        let at = |(standing, later)| {
            seconds += later;
            (standing, seconds)
        };
        said.into_iter().map(at).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn whichever_look_is_taken_in_last_the_newest_change_decides(
        history in histories(),
        steps in steps(),
        order in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let mut desk = Desk::new(history);
        for step in &steps {
            desk.step(step);
        }
        desk.end(&order);
        let newest = desk.attempts.last().unwrap();
        let renewing = desk.attempts.len() > 1 && newest.attempt.decision.is_none();
        let verified = desk.world.is_verified();
        match desk.newest() {
            (Standing::Open, _) => {}
            (Standing::Approved, at) => {
                let before = renewing && at < newest.attempt.opened.0;
                let same = desk.denied == Some(UnixMillis(at * 1_000));
                let asked = newest.concerns == [Concern::DecidedMeanwhile];
                prop_assert!(verified || before || same || asked);
            }
            (Standing::Retry | Standing::Withdrawn, _) if renewing => {}
            (denied, _) => prop_assert!(!verified, "{denied:?}"),
        }
    }
}
