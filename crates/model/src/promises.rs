//! What must hold in every world.

use stateright::Property;

use crate::{bounds::Bounds, register::History, seat::Seat, world::World};

/// No chain verifies a wallet by a record that the register never gave.
pub const NEVER_MORE_THAN_APPROVED: &str = "a chain verifies only what the register approved";
/// A final denial stands until the register approves anew.
pub const DENIALS_LAST: &str = "no approval overtakes a final denial that is as new";
/// I11.
pub const STORED_BEFORE_SENT: &str = "nothing is broadcast that is not stored";
/// Nothing is left half-way, and no revocation is lost.
pub const EQUAL_WHEN_STILL: &str = "a chain that is still equals the register";
/// The model does not hold its promises by never doing anything.
pub const ALL_DECIDED_AND_STILL: &str = "all is decided, every fault has struck, and all is still";

pub(crate) fn all() -> Vec<Property<Bounds>> {
    vec![
        Property::always(
            NEVER_MORE_THAN_APPROVED,
            |bounds: &Bounds, world: &World| each(bounds, world, verifies_only_what_was_approved),
        ),
        Property::always(DENIALS_LAST, |bounds: &Bounds, world: &World| {
            each(bounds, world, keeps_final_denials)
        }),
        Property::always(STORED_BEFORE_SENT, |_, world: &World| {
            let mut sent = world
                .seats
                .iter()
                .flat_map(|seat| seat.transactions().iter());
            sent.all(|each| each.stored)
        }),
        Property::always(EQUAL_WHEN_STILL, |bounds: &Bounds, world: &World| {
            world.seats.iter().all(|seat| {
                !seat.is_still(&world.register, bounds)
                    || (seat.is_clear(&world.register) && seat_equals(bounds, world, seat))
            })
        }),
        Property::sometimes(ALL_DECIDED_AND_STILL, |bounds: &Bounds, world: &World| {
            let histories = world.register.iter().take(bounds.wallets);
            let mut versions = histories.map(History::version);
            let mut seats = world.seats.iter();
            versions.all(|version| version == bounds.decisions)
                && seats.all(|seat| seat.has_seen_all(&world.register, bounds))
        }),
    ]
}

fn each(
    bounds: &Bounds,
    world: &World,
    holds: fn(&Bounds, &History, &Seat, usize) -> bool,
) -> bool {
    world.seats.iter().all(|seat| {
        let mut histories = world.register.iter().take(bounds.wallets).enumerate();
        histories.all(|(wallet, history)| holds(bounds, history, seat, wallet))
    })
}

/// To the bit and the version. An agent's registration is its own, for a term,
/// and a decision that a backup has forgotten is one all the same.
fn verifies_only_what_was_approved(
    bounds: &Bounds,
    history: &History,
    seat: &Seat,
    wallet: usize,
) -> bool {
    let held = seat.chain().held(wallet).word;
    held.denies()
        || held.is_provisional()
        || held == history.word_at(held.version())
        || bounds.is_forgotten(wallet, held)
}

/// An agent's registration takes the version that it finds, and so may not
/// come after a denial either.
fn keeps_final_denials(_: &Bounds, _: &History, seat: &Seat, wallet: usize) -> bool {
    let held = seat.chain().held(wallet).word;
    let denied = seat.chain().denied_for_good(wallet);
    held.denies() || denied == 0 || held.version() > denied
}

fn seat_equals(bounds: &Bounds, world: &World, seat: &Seat) -> bool {
    let mut histories = world.register.iter().take(bounds.wallets).enumerate();
    histories.all(|(wallet, history)| {
        let (desired, held) = (history.desired(), seat.chain().held(wallet));
        let unheard_of = history.version() == 0 && bounds.is_forgotten(wallet, held.word);
        if desired.record().is_met_by(held.word.record()) || unheard_of {
            return true;
        }
        if !bounds.exact && held.word.denies_more_than(desired) {
            return true;
        }
        // An agent's write that the register may not undo, or a version that it
        // has forgotten: never verified there unless the register verifies too.
        let in_the_way = held.by_agent || held.word.version() > history.version();
        in_the_way && (!held.word.is_verified_later() || !desired.denies())
    })
}
