//! The contract and core's rules are one: random histories go through both and
//! must agree on every word, verdict, event and refusal (I2, I4).
//!
//! `SYMBOLON_HISTORIES` says how many (2,000 by default), `SYMBOLON_SEED`
//! draws others. A history that failed once is tried first ever after: see
//! `regressions.txt`, which belongs under version control.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test"
)]
#![allow(unreachable_pub, reason = "nothing here is for others")]
#![allow(
    non_snake_case,
    reason = "the arguments of ERC-3643 are named as they are"
)]

mod agents;
mod beginning;
mod check;
mod history;
mod register;
mod strategies;
mod world;

use std::cell::{Cell, RefCell};

use proptest::test_runner::{
    Config, FileFailurePersistence, RngSeed, TestCaseError, TestError, TestRunner,
};
use symbolon_testkit::evm::registry::Registry;

use beginning::Beginning;
use history::History;
use world::World;

#[test]
fn core_and_contract_agree_on_every_history() {
    let (registry, beginning) = Beginning::deploy().expect("the registry deploys");
    let registry = RefCell::new(registry);
    let (histories, steps) = (Cell::new(0), Cell::new(0));
    let mut runner = TestRunner::new(Config {
        cases: from_environment("SYMBOLON_HISTORIES", 2_000),
        rng_seed: RngSeed::Fixed(from_environment("SYMBOLON_SEED", 3643)),
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(
            "differential/regressions.txt",
        ))),
        ..Config::default()
    });
    let result = runner.run(&strategies::histories(), |history| {
        histories.set(histories.get() + 1);
        steps.set(steps.get() + history.0.len());
        let mut registry = registry.borrow_mut();
        live(&mut registry, &beginning, &history).map_err(TestCaseError::fail)
    });
    println!("{} histories of {} steps", histories.get(), steps.get());
    match result {
        Ok(()) => {}
        Err(TestError::Fail(_, history)) => {
            let (difference, history) = shortest(&mut registry.borrow_mut(), &beginning, history);
            panic!("{difference}\n\nafter\n{history:?}");
        }
        Err(TestError::Abort(reason)) => panic!("{}", reason.message()),
    }
}

fn live(registry: &mut Registry, beginning: &Beginning, history: &History) -> Result<(), String> {
    let mut world = World::new(registry, beginning);
    for (number, step) in history.0.iter().enumerate() {
        world
            .step(step)
            .map_err(|difference| format!("step {}: {difference}", number + 1))?;
    }
    Ok(())
}

/// The history without every step that it can fail without, and how it fails.
/// (Proptest drops steps only before it simplifies them.)
fn shortest(
    registry: &mut Registry,
    beginning: &Beginning,
    mut history: History,
) -> (String, History) {
    let mut place = 0;
    while place < history.0.len() {
        let mut shorter = history.clone();
        shorter.0.remove(place);
        if live(registry, beginning, &shorter).is_err() {
            (history, place) = (shorter, 0);
        } else {
            place += 1;
        }
    }
    let difference = live(registry, beginning, &history).err();
    (
        difference.unwrap_or_else(|| "it failed once and does not now".to_owned()),
        history,
    )
}

fn from_environment<T: std::str::FromStr>(name: &str, otherwise: T) -> T {
    match std::env::var(name) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{name}={text} is no number")),
        Err(_) => otherwise,
    }
}
