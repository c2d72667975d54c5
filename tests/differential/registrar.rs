//! The register's rules and the compiled `KYCRegistrar`, which keeps them on
//! chain: who may do what where, what needs how many approvals, and whom to
//! permit.

mod answer;
mod approvals;
mod chain;
mod check;
mod federation;
mod history;
mod register;
mod strategies;
mod world;

use crate::histories::{Checked, History, Plan, Tally};
use chain::Chain;
use history::Step;
use world::World;

/// What must have happened, or the histories prove nothing: among it every way
/// in which an authority oversteps its mandate.
const HAPPENS: [&str; 12] = [
    "carried out",
    "no_authority",
    "owner_only",
    "is_owner",
    "authority_restricted",
    "outside_jurisdiction",
    "unknown_investor",
    "investor_exists",
    "expiry_passed",
    "wallet_taken",
    "wallet_already_linked",
    "unknown_wallet",
];

#[test]
fn core_and_registrar_agree_where_one_signature_suffices() {
    let tally = agree(1, 1_000);
    tally.assert_happened(&HAPPENS);
}

#[test]
fn core_and_registrar_agree_where_two_of_three_must_sign() {
    let tally = agree(2, 1_000);
    let approvals = ["waits", "approved_already", "not_approved"];
    tally.assert_happened(&[&HAPPENS[..], &approvals].concat());
}

/// Says how often core answered what.
fn agree(threshold: usize, histories: u32) -> Tally {
    let mut chain = Chain::deploy(threshold).expect("the registrar deploys");
    let mut tally = Tally::default();
    let plan = Plan {
        histories,
        seed: 1400,
        regressions: "differential/registrar/regressions.txt",
    };
    plan.hold(strategies::histories(), |history| {
        live(&mut chain, &mut tally, history)
    });
    tally
}

fn live(chain: &mut Chain, tally: &mut Tally, history: &History<Step>) -> Checked {
    let mut world = World::new(chain, tally);
    for (number, step) in history.0.iter().enumerate() {
        world
            .step(step)
            .map_err(|difference| format!("step {}: {difference}", number + 1))?;
    }
    check::records(&mut world)
        .and_then(|()| check::verdicts_around_expiries(&mut world))
        .map_err(|difference| format!("at the end: {difference}"))
}
