//! Lives through generated histories, and tells the shortest that goes wrong.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    fmt::{self, Debug},
    str::FromStr,
};

use proptest::{
    strategy::Strategy,
    test_runner::{Config, FileFailurePersistence, RngSeed, TestCaseError, TestError, TestRunner},
};

/// A whole history. Prints a step a line.
#[derive(Clone)]
pub struct History<S>(pub Vec<S>);

/// What went wrong, in words.
pub type Checked = Result<(), String>;

/// Fails unless the contract said what core said.
pub fn expect<T: PartialEq + Debug>(contract: T, core: T, what: &str) -> Checked {
    if contract == core {
        Ok(())
    } else {
        Err(format!("{what}: contract {contract:?}, core {core:?}"))
    }
}

/// How often what happened, by a stable word of core's.
#[derive(Clone, Debug, Default)]
pub struct Tally(BTreeMap<&'static str, usize>);

impl Tally {
    pub fn count(&mut self, word: &'static str) {
        *self.0.entry(word).or_default() += 1;
    }

    /// Panics where histories are too tame, or too few, to prove anything.
    pub fn assert_happened(&self, words: &[&str]) {
        println!("{self:#?}");
        let missing: Vec<_> = words
            .iter()
            .filter(|word| !self.0.contains_key(**word))
            .collect();
        assert!(missing.is_empty(), "in no history: {missing:?}");
    }
}

/// How many histories, and which.
pub struct Plan {
    /// Unless `SYMBOLON_HISTORIES` says otherwise.
    pub histories: u32,
    /// Unless `SYMBOLON_SEED` says otherwise.
    pub seed: u64,
    /// Where those are kept that failed once.
    pub regressions: &'static str,
}

impl Plan {
    /// Panics with the shortest history that `live` finds fault with.
    pub fn hold<S: Clone + Debug>(
        &self,
        strategy: impl Strategy<Value = History<S>>,
        live: impl FnMut(&History<S>) -> Checked,
    ) {
        let live = RefCell::new(live);
        let (histories, steps) = (Cell::new(0), Cell::new(0));
        let mut runner = TestRunner::new(Config {
            cases: from_environment("SYMBOLON_HISTORIES", self.histories),
            rng_seed: RngSeed::Fixed(from_environment("SYMBOLON_SEED", self.seed)),
            failure_persistence: Some(Box::new(FileFailurePersistence::Direct(self.regressions))),
            ..Config::default()
        });
        let result = runner.run(&strategy, |history| {
            histories.set(histories.get() + 1);
            steps.set(steps.get() + history.0.len());
            (live.borrow_mut())(&history).map_err(TestCaseError::fail)
        });
        println!("{} histories of {} steps", histories.get(), steps.get());
        match result {
            Ok(()) => {}
            Err(TestError::Fail(_, history)) => {
                let (difference, history) = shortest(history, live.into_inner());
                panic!("{difference}\n\nafter\n{history:?}");
            }
            Err(TestError::Abort(reason)) => panic!("{}", reason.message()),
        }
    }
}

/// The history without every step that it can fail without, and how it fails.
/// (Proptest drops steps only before it simplifies them.)
fn shortest<S: Clone>(
    mut history: History<S>,
    mut live: impl FnMut(&History<S>) -> Checked,
) -> (String, History<S>) {
    let mut place = 0;
    while place < history.0.len() {
        let mut shorter = history.clone();
        shorter.0.remove(place);
        if live(&shorter).is_err() {
            (history, place) = (shorter, 0);
        } else {
            place += 1;
        }
    }
    let difference = live(&history).err();
    (
        difference.unwrap_or_else(|| "it failed once and does not now".to_owned()),
        history,
    )
}

fn from_environment<T: FromStr>(name: &str, otherwise: T) -> T {
    match std::env::var(name) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{name}={text} is no number")),
        Err(_) => otherwise,
    }
}

impl<S: Debug> Debug for History<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, step) in self.0.iter().enumerate() {
            writeln!(f, "{:>3}. {step:?}", number + 1)?;
        }
        Ok(())
    }
}
