//! What holds of the federation after any history of commands.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test")]

mod keys;
mod witness;
mod world;

use proptest::{collection::vec, prelude::*, sample::select};
use symbolon_core::{
    country::Country,
    federation::{
        ApprovalPolicy, FederationCommand, FederationEvent, FederationRefusal, OwnerOperation,
        ProposalId,
    },
    ids::{AuthorityIndex, InvestorId},
    investor::Level,
    time::UnixSeconds,
    transfer_rules::{CountryRule, HolderCap, RULES_WAIT_SECONDS, RuleChanges, RuleKeys},
};
use world::{World, actor, person};

const DAY: u64 = 86_400;

fn countries(of: &[&str]) -> std::collections::BTreeSet<Country> {
    of.iter().map(|code| code.parse().unwrap()).collect()
}

fn add(name: &str) -> OwnerOperation {
    OwnerOperation::AddAuthority {
        name: name.parse().unwrap(),
        countries: countries(&["DE", "FR"]),
    }
}

fn restrict(authority: u8) -> OwnerOperation {
    OwnerOperation::RestrictAuthority {
        authority: AuthorityIndex(authority),
    }
}

fn policy(approvers: &[&str], required: u8) -> OwnerOperation {
    OwnerOperation::SetApprovalPolicy {
        policy: ApprovalPolicy {
            approvers: approvers.iter().map(|name| person(name)).collect(),
            required,
        },
    }
}

fn any_operation() -> impl Strategy<Value = OwnerOperation> {
    let people = select(vec![
        policy(&[], 0),
        policy(&["ada"], 1),
        policy(&["ada", "ben", "cleo"], 2),
        policy(&["ben", "cleo", "dan"], 3),
        policy(&["ada"], 2),
    ]);
    let authority = || (0..4_u8).prop_map(AuthorityIndex);
    let some_countries = select(vec![countries(&["US"]), countries(&["DE", "FR"])]);
    prop_oneof![
        2 => people,
        3 => select(vec!["bafin", "finma", "amf"]).prop_map(add),
        2 => (authority(), some_countries).prop_map(|(authority, countries)| {
            OwnerOperation::SetAuthorityCountries { authority, countries }
        }),
        3 => authority().prop_map(|authority| OwnerOperation::RestrictAuthority { authority }),
        2 => authority().prop_map(|authority| OwnerOperation::ReinstateAuthority { authority }),
        1 => (authority(), 0..3_u8).prop_map(|(authority, number)| {
            let investors = (0..number).map(|n| InvestorId([n + 1; 32].into())).collect();
            OwnerOperation::ReassignInvestors { authority, investors }
        }),
        3 => any_rules().prop_map(|changes| OwnerOperation::AnnounceRules { changes }),
        1 => select(vec![countries(&["US"]), countries(&["DE"])]).prop_map(|countries| {
            let rules = RuleKeys { others: false, countries };
            OwnerOperation::WithdrawRules { rules }
        }),
    ]
}

fn any_rules() -> impl Strategy<Value = RuleChanges> {
    let enhanced = CountryRule {
        least_level: Some(Level::Enhanced),
        ..CountryRule::OPEN
    };
    let rule = select(vec![None, Some(CountryRule::BLOCKED), Some(enhanced)]);
    (select(vec!["US", "DE", "KP"]), rule, any::<bool>()).prop_map(|(code, rule, others)| {
        RuleChanges {
            others: others.then_some(CountryRule::OPEN),
            countries: [(code.parse().unwrap(), rule)].into(),
        }
    })
}

/// A step: who asks, for what, and how much time goes by before.
fn any_step() -> impl Strategy<Value = (&'static str, FederationCommand, u64)> {
    // Proposals are numbered by entries, of which a history has few.
    let proposal = || (1..12_u64).prop_map(ProposalId);
    let command = prop_oneof![
        4 => (any_operation(), 0..40_u64).prop_map(|(operation, days)| {
            FederationCommand::Propose { operation, expires: UnixSeconds(days * DAY) }
        }),
        5 => proposal().prop_map(FederationCommand::Approve),
        1 => proposal().prop_map(FederationCommand::Withdraw),
        1 => proposal().prop_map(FederationCommand::Cancel),
    ];
    let asker = select(vec!["ada", "ben", "cleo", "dan", "treasury", "authority-1"]);
    (asker, command, prop_oneof![3 => Just(0), 1 => 0..10 * DAY])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn nothing_is_carried_out_that_was_not_approved(steps in vec(any_step(), 1..60)) {
        let mut world = World::default();
        for (asker, command, wait) in steps {
            world.take(asker, command, wait)?;
        }
        prop_assert_eq!(world.replayed(), world.federation);
    }
}

#[test]
fn without_approvers_the_owner_acts_at_once() {
    let mut world = World::default();
    let events = world.propose("treasury", add("bafin")).unwrap();
    assert!(matches!(
        &events[..],
        [FederationEvent::AuthorityAdded { authority, .. }] if *authority == AuthorityIndex(1)
    ));
    let refused = world.propose("authority-1", restrict(1)).unwrap_err();
    assert_eq!(refused, FederationRefusal::OwnerOnly);
}

#[test]
fn two_of_three_restrict_an_authority() {
    let mut world = World::default();
    world.propose("treasury", add("bafin")).unwrap();
    world
        .propose("treasury", policy(&["ada", "ben", "cleo"], 2))
        .unwrap();
    world.propose("ada", restrict(1)).unwrap();
    let proposal = ProposalId(3);
    assert!(!world.federation.authorities[&AuthorityIndex(1)].restricted);
    assert_eq!(
        world.approve("ada", proposal),
        Err(FederationRefusal::ApprovedAlready(person("ada")))
    );
    assert_eq!(
        world.approve("dan", proposal),
        Err(FederationRefusal::NotApprover(person("dan")))
    );
    assert_eq!(
        world.approve("treasury", proposal),
        Err(FederationRefusal::NoPerson)
    );
    assert_eq!(
        world.propose("ben", restrict(1)),
        Err(FederationRefusal::ProposedAlready(proposal))
    );
    world.approve("ben", proposal).unwrap();
    assert!(world.federation.authorities[&AuthorityIndex(1)].restricted);
    assert_eq!(
        world.approve("cleo", proposal),
        Err(FederationRefusal::UnknownProposal(proposal))
    );
}

#[test]
fn a_proposal_lapses_is_withdrawn_or_cancelled() {
    let mut world = World::default();
    world
        .propose("treasury", policy(&["ada", "ben"], 2))
        .unwrap();
    world.propose("ada", add("bafin")).unwrap();
    world
        .command("ada", FederationCommand::Withdraw(ProposalId(2)))
        .unwrap();
    world.approve("ben", ProposalId(2)).unwrap();
    assert!(world.federation.authorities.is_empty(), "one approval only");
    let cancelled = world.command("ben", FederationCommand::Cancel(ProposalId(2)));
    let proposer = actor("ada").name;
    assert_eq!(cancelled, Err(FederationRefusal::NotProposer(proposer)));
    world.wait(8 * DAY);
    assert_eq!(
        world.approve("ada", ProposalId(2)),
        Err(FederationRefusal::ProposalOver(ProposalId(2)))
    );
    world.propose("ada", add("bafin")).unwrap();
    assert_eq!(
        world.federation.proposals.len(),
        1,
        "the old one has lapsed"
    );
    let id = *world.federation.proposals.keys().next().unwrap();
    world.command("ada", FederationCommand::Cancel(id)).unwrap();
    assert!(world.federation.proposals.is_empty());
}

#[test]
fn nobody_cancels_what_others_approve() {
    let mut world = World::default();
    world
        .propose("treasury", policy(&["ada", "ben", "cleo"], 2))
        .unwrap();
    world.propose("cleo", add("bafin")).unwrap();
    let id = ProposalId(2);
    world
        .command("cleo", FederationCommand::Withdraw(id))
        .unwrap();
    world.approve("ada", id).unwrap();
    assert_eq!(
        world.command("cleo", FederationCommand::Cancel(id)),
        Err(FederationRefusal::ApprovedByOthers(person("ada")))
    );
    world.approve("ben", id).unwrap();
    assert_eq!(world.federation.authorities.len(), 1);
}

#[test]
fn new_approvers_begin_with_a_clean_table() {
    let mut world = World::default();
    world
        .propose("treasury", policy(&["ada", "ben"], 2))
        .unwrap();
    world.propose("ada", add("bafin")).unwrap();
    world.propose("ada", policy(&["ada", "dan"], 1)).unwrap();
    world.approve("ben", ProposalId(3)).unwrap();
    assert!(world.federation.proposals.is_empty());
    world.propose("dan", add("finma")).unwrap();
    assert!(
        world
            .federation
            .by_name(&"finma".parse().unwrap())
            .is_some()
    );
}

#[test]
fn the_bitmap_has_255_places() {
    let mut world = World::default();
    for number in 0..255 {
        world
            .propose("treasury", add(&format!("a{number}")))
            .unwrap();
    }
    assert_eq!(
        world.propose("treasury", add("one-more")),
        Err(FederationRefusal::TooManyAuthorities)
    );
}

/// Neither a key of the owner's that names no person nor one approver keeps the
/// others from cutting an authority off.
#[test]
fn nobody_keeps_the_approvers_from_acting() {
    let mut world = World::default();
    world.propose("treasury", add("bafin")).unwrap();
    world
        .propose("treasury", policy(&["ada", "ben", "cleo"], 2))
        .unwrap();
    assert_eq!(
        world.propose("treasury", add("amf")),
        Err(FederationRefusal::NoPerson)
    );
    for number in 0..8 {
        let proposed = world.propose("ben", add(&format!("a{number}")));
        proposed.unwrap();
    }
    assert_eq!(
        world.propose("ben", add("a8")),
        Err(FederationRefusal::TooManyOpen)
    );
    world.propose("ada", restrict(1)).unwrap();
}

fn blocking(code: &str) -> RuleChanges {
    RuleChanges {
        countries: [(code.parse().unwrap(), Some(CountryRule::BLOCKED))].into(),
        ..RuleChanges::default()
    }
}

#[test]
fn rules_wait_and_blocks_do_not() {
    let mut world = World::default();
    let enhanced = CountryRule {
        least_level: Some(Level::Enhanced),
        ..CountryRule::OPEN
    };
    let mut changes = blocking("KP");
    changes.others = Some(enhanced);
    let announce = |changes| OwnerOperation::AnnounceRules { changes };
    world
        .propose("treasury", announce(changes.clone()))
        .unwrap();
    let (now, korea) = (world.now(), Some("KP".parse().unwrap()));
    let rules = world.federation.rules.at(now);
    assert!(rules.rule_of(korea).is_block());
    assert_eq!(rules.others, CountryRule::OPEN);
    world.wait(RULES_WAIT_SECONDS / 2);
    assert_eq!(
        world.propose("treasury", announce(changes.clone())),
        Err(FederationRefusal::AlreadySo("these are the rules already"))
    );
    changes.countries = blocking("IR").countries;
    let events = world.propose("treasury", announce(changes)).unwrap();
    let FederationEvent::RulesAnnounced { changes, .. } = &events[0] else {
        panic!("{events:?}");
    };
    assert_eq!(
        changes,
        &blocking("IR"),
        "what is announced does not wait anew"
    );
    world.wait(RULES_WAIT_SECONDS / 2);
    assert_eq!(world.federation.rules.at(world.now()).others, enhanced);
}

#[test]
fn what_is_announced_is_withdrawn_until_it_holds() {
    let mut world = World::default();
    let enhanced = CountryRule {
        least_level: Some(Level::Enhanced),
        ..CountryRule::OPEN
    };
    let changes = RuleChanges {
        countries: [(Country::US, Some(enhanced))].into(),
        ..RuleChanges::default()
    };
    let withdraw = || OwnerOperation::WithdrawRules {
        rules: RuleKeys {
            others: false,
            countries: [Country::US].into(),
        },
    };
    let nothing = "nothing is announced there, or it holds already";
    let nothing = Err(FederationRefusal::AlreadySo(nothing));
    assert_eq!(world.propose("treasury", withdraw()), nothing);
    for wait in [0, RULES_WAIT_SECONDS] {
        let announced = OwnerOperation::AnnounceRules {
            changes: changes.clone(),
        };
        world.propose("treasury", announced).unwrap();
        world.wait(wait);
        let withdrawn = world.propose("treasury", withdraw());
        match wait {
            0 => withdrawn.map(|_| ()).unwrap(),
            _ => assert_eq!(withdrawn, nothing),
        }
    }
    assert_eq!(
        world
            .federation
            .rules
            .at(world.now())
            .rule_of(Some(Country::US)),
        enhanced
    );
}

#[test]
fn a_cap_of_nobody_is_a_block() {
    let mut world = World::default();
    let nobody = CountryRule {
        holder_cap: Some(HolderCap(0)),
        ..CountryRule::OPEN
    };
    let changes = RuleChanges {
        others: Some(nobody),
        ..RuleChanges::default()
    };
    let refused = world.propose("treasury", OwnerOperation::AnnounceRules { changes });
    assert_eq!(refused, Err(FederationRefusal::CapOfNobody));
}
