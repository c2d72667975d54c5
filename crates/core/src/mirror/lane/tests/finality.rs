//! What is mined counts once no reorganisation undoes it.

use super::*;

/// An approval in block 2, which is not final.
fn mined() -> (World, Vec<Envelope>) {
    let mut world = World::new();
    world.final_block = Some(1);
    world.want(1, approved(1));
    world.run();
    let included = world.mempool.values().cloned().collect();
    world.mine(true);
    world.later(Millis(1_000));
    (world, included)
}

#[test]
fn what_is_mined_and_not_final_stays_open() {
    let (mut world, _) = mined();
    world.block = 500;
    for _ in 0..20 {
        world.later(Millis(1_000));
    }
    assert_eq!(world.lane.slots().count(), 1);
    assert!(world.observed.is_empty(), "however deep");
    assert_eq!(world.sent.len(), 1, "and nothing is sent for it");
    let looks = world.looked_for.iter().filter(|asked| !asked.is_empty());
    assert!(looks.count() <= 3, "nor is it asked for again and again");

    world.final_block = Some(2);
    world.later(Millis(1_000));
    assert_eq!(world.observed.get(&address(1)), Some(&approved(1)));
    assert!(world.lane.is_idle());
}

#[test]
fn what_a_reorganisation_undoes_is_unmined_and_the_same_bytes_go_again() {
    let (mut world, included) = mined();
    world.reorganise(included);
    world.later(Millis(2_000));
    assert_eq!(world.sent, [(Nonce(0), Attempt(0)); 2]);
    assert_eq!(world.stored.len(), 1, "nothing new is signed");

    world.mine(true);
    world.final_block = Some(3);
    world.later(Millis(2_000));
    assert_eq!(world.observed.get(&address(1)), Some(&approved(1)));
    assert!(world.lane.is_idle());
}

#[test]
fn what_another_block_includes_waits_for_that_one() {
    let (mut world, included) = mined();
    // Between two looks.
    world.reorganise(included);
    world.block = 4;
    world.mine(true);
    world.final_block = Some(3);
    world.later(Millis(2_000));
    world.later(Millis(2_000));
    assert!(world.observed.is_empty(), "block 2 is final, but not ours");
    world.final_block = Some(5);
    world.later(Millis(2_000));
    world.later(Millis(2_000));
    assert_eq!(world.observed.get(&address(1)), Some(&approved(1)));
}

/// What is final is settled in the order of nonces. While it waits for that, even
/// what was final may be undone.
#[test]
fn what_waits_for_the_nonces_before_it_is_looked_up_again() {
    let mut world = World::new();
    world.want(1, approved(1));
    world.run();
    world.want(2, approved(1));
    world.run();
    let included: Vec<_> = world.mempool.values().cloned().collect();
    world.mine(true);
    world.hidden = Some(Nonce(0));
    world.later(Millis(1_000));
    assert!(world.observed.is_empty(), "the first one is not to be seen");
    // Both are undone, and the first one alone is mined again.
    world.reorganise(included);
    world.mempool.remove(&Nonce(1));
    world.mine(true);
    world.hidden = None;
    world.later(Millis(1_000));
    world.later(Millis(1_000));
    assert_eq!(
        world.observed.keys().copied().collect::<Vec<_>>(),
        [address(1)]
    );
    assert_eq!(world.stored.len(), 1, "the other is open");
}

#[test]
fn what_waits_to_be_final_takes_nobodys_place() {
    let mut world = World::new();
    world.final_block = Some(1);
    for wallet in 1..=30 {
        world.want(wallet, approved(1));
    }
    for _ in 0..20 {
        world.run();
        world.mine(true);
        world.later(Millis(1_000));
    }
    assert_eq!(
        world.lane.slots().count(),
        10,
        "all are mined, none is final"
    );
    assert!(world.outbox.is_empty());
    let all_at_once = world.looked_for.iter().map(Vec::len).max();
    assert!(
        all_at_once <= Some(3),
        "{all_at_once:?} of them asked for at a look"
    );
    world.final_block = Some(world.block);
    world.later(Millis(2_000));
    world.later(Millis(2_000));
    assert_eq!(world.observed.len(), 30);
    assert!(world.lane.is_idle());
}
