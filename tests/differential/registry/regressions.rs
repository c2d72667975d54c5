//! Histories that failed once, spelled out: a seed draws another history as
//! soon as the strategies change.

use super::{
    beginning::Beginning,
    history::{Act, Flags, Identity, Leap, Step, Wallet, Word},
    live,
};
use crate::histories::{History, Tally};

/// As T-REX's registry does, the contract says it.
#[test]
fn an_update_to_the_country_that_stands_is_said_all_the_same() {
    let wallet = Wallet(1);
    let word = Word::Fields {
        version: Leap::By(1),
        identity: Identity(1),
        expires_in: None,
        authority: 0,
        flags: Flags(Flags::VERIFIED),
    };
    holds(vec![
        Step::Upsert(vec![(wallet, word)]),
        Step::Agent(Act::UpdateCountry(wallet, 276)),
    ]);
}

fn holds(steps: Vec<Step>) {
    let (mut registry, beginning) = Beginning::deploy().expect("the registry deploys");
    let history = History(steps);
    if let Err(difference) = live(&mut registry, &beginning, &mut Tally::default(), &history) {
        panic!("{difference}\n\nafter\n{history:?}");
    }
}
