//! How histories are drawn: common things often, edges more often than chance
//! would have them.

use alloy_primitives::U256;
use proptest::{collection::vec, option, prelude::*, sample::select};

use super::{
    federation::{AUTHORITIES, PERSONS},
    history::{
        Act, Ask, By, COUNTRIES, Flags, Holder, IDENTITIES, INVESTORS, Identity, Leap, Operation,
        Order, Send, Step, Term, Terms, Until, WALLETS, Wallet, Word,
    },
};
use crate::histories::History;

const DAY: u32 = 86_400;
const YEAR: u32 = 365 * DAY;

/// Histories of one step to some dozens, which mostly begin with admissions,
/// and half of them with approvers.
pub fn histories() -> impl Strategy<Value = History<Step>> {
    let policy = (1..3_u8).prop_map(|required| {
        let operation = Operation::SetPolicy(required, PERSONS);
        Step::Agree(operation, Send::Later)
    });
    let then = (vec(admission(), 0..4), vec(step(), 1..36));
    (option::of(policy), then).prop_map(|(policy, (first, then))| {
        History(policy.into_iter().chain(first).chain(then).collect())
    })
}

/// An authority admits the investor that it made known, in one of its countries.
fn admission() -> impl Strategy<Value = Step> {
    let whom = (0..INVESTORS, any::<bool>(), wallet());
    (whom, terms(), send()).prop_map(|((place, other, wallet), terms, send)| {
        let country = place.saturating_sub(usize::from(other));
        let ask = Ask::Admit(wallet, Terms { country, ..terms });
        Step::Decide(place as u8, Holder(place), ask, send)
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        24 => (authority(), holder(), ask(), send())
            .prop_map(|(authority, holder, ask, send)| Step::Decide(authority, holder, ask, send)),
        10 => (by(), order(), send()).prop_map(|(by, order, send)| Step::Federate(by, order, send)),
        10 => (operation(), send()).prop_map(|(operation, send)| Step::Agree(operation, send)),
        4 => send().prop_map(Step::Mirror),
        6 => Just(Step::Finalize),
        3 => vec(0..64_usize, 1..4).prop_map(Step::Replay),
        8 => vec((wallet(), word()), 1..4).prop_map(Step::Upsert),
        8 => vec((wallet(), leap(), grounds()), 1..4).prop_map(Step::Deny),
        1 => (authority(), any::<bool>()).prop_map(|(authority, so)| Step::RestrictAuthority(authority, so)),
        14 => act().prop_map(Step::Agent),
        3 => vec((wallet(), identity_of_agents(), country_code()), 1..4).prop_map(Step::AgentBatch),
        3 => term().prop_map(Step::SetTerm),
        8 => until().prop_map(Step::Wait),
    ]
}

fn ask() -> impl Strategy<Value = Ask> {
    prop_oneof![
        6 => terms().prop_map(Ask::Verify),
        6 => (wallet(), terms()).prop_map(|(wallet, terms)| Ask::Admit(wallet, terms)),
        1 => Just(Ask::Reject),
        3 => Just(Ask::Revoke),
        2 => Just(Ask::Expire),
        2 => Just(Ask::Restrict),
        2 => Just(Ask::LiftRestriction),
        2 => Just(Ask::FreezeAssets),
        2 => Just(Ask::UnfreezeAssets),
        4 => wallet().prop_map(Ask::Link),
        3 => wallet().prop_map(Ask::Remove),
        2 => wallet().prop_map(Ask::Deactivate),
        2 => wallet().prop_map(Ask::Reactivate),
    ]
}

fn terms() -> impl Strategy<Value = Terms> {
    let whom = (country(), 0..3_usize, 1..=7_u8);
    let how = (
        option::weighted(0.7, seconds()),
        option::of(any::<u16>()),
        any::<bool>(),
    );
    (whom, how).prop_map(
        |((country, level, rating), (expires_in, accreditation_ends, us_person))| Terms {
            expires_in,
            country,
            level,
            rating,
            accreditation_ends,
            us_person,
        },
    )
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (wallet(), identity_of_agents(), country_code())
            .prop_map(|(wallet, identity, country)| Act::Register(wallet, identity, country)),
        2 => (wallet(), identity_of_agents())
            .prop_map(|(wallet, identity)| Act::UpdateIdentity(wallet, identity)),
        2 => (wallet(), country_code()).prop_map(|(wallet, country)| Act::UpdateCountry(wallet, country)),
        3 => wallet().prop_map(Act::Delete),
    ]
}

fn word() -> impl Strategy<Value = Word> {
    let fields = (
        leap(),
        identity(),
        option::of(seconds()),
        authority(),
        flags(),
    );
    prop_oneof![
        3 => fields.prop_map(|(version, identity, expires_in, authority, flags)| Word::Fields {
            version,
            identity,
            expires_in,
            authority,
            flags,
        }),
        1 => (leap(), any::<[u64; 4]>()).prop_map(|(version, limbs)| Word::Garbage {
            version,
            bits: U256::from_limbs(limbs),
        }),
    ]
}

/// Mostly an approval as the register would write it.
fn flags() -> impl Strategy<Value = Flags> {
    prop_oneof![
        2 => Just(Flags(Flags::VERIFIED)),
        1 => (0..64_u8).prop_map(Flags),
    ]
}

/// The next version most often, then the edges of what counts.
fn leap() -> impl Strategy<Value = Leap> {
    prop_oneof![
        4 => Just(Leap::By(1)),
        2 => (-2..4_i32).prop_map(Leap::By),
        2 => prop_oneof![Just(4095), Just(4096), Just(4097), Just(-4096)].prop_map(Leap::By),
        1 => prop_oneof![Just(0), Just(1), Just(65_535), any::<u16>()].prop_map(Leap::To),
    ]
}

fn grounds() -> impl Strategy<Value = u8> {
    prop_oneof![4 => 0..16_u8, 1 => any::<u8>()]
}

fn send() -> impl Strategy<Value = Send> {
    prop_oneof![
        4 => Just(Send::Record),
        3 => Just(Send::Denial),
        1 => Just(Send::Twice),
        1 => Just(Send::Urgent),
        2 => Just(Send::Later),
    ]
}

fn term() -> impl Strategy<Value = Term> {
    prop_oneof![
        2 => Just(Term::Seconds(0)),
        2 => Just(Term::Unlimited),
        2 => seconds().prop_map(|term| Term::Seconds(term.into())),
        // The longest that is limited: it ends with what a record can say.
        1 => Just(Term::Seconds((1 << 40) - 2)),
    ]
}

fn until() -> impl Strategy<Value = Until> {
    prop_oneof![
        1 => seconds().prop_map(Until::Passed),
        2 => (wallet(), -1..2_i8).prop_map(|(wallet, offset)| Until::Expiry(wallet, offset)),
    ]
}

fn seconds() -> impl Strategy<Value = u32> {
    prop_oneof![1..10_u32, 1..=DAY, DAY..YEAR]
}

/// The owner often; those that are there from the beginning; one that may
/// be added.
fn authority() -> impl Strategy<Value = u8> {
    prop_oneof![6 => Just(0), 9 => select(&AUTHORITIES[..]), 1 => Just(3)]
}

fn by() -> impl Strategy<Value = By> {
    prop_oneof![
        8 => (0..PERSONS).prop_map(By::Person),
        4 => Just(By::Nobody),
        1 => Just(By::Authority),
    ]
}

fn order() -> impl Strategy<Value = Order> {
    prop_oneof![
        8 => (operation(), seconds()).prop_map(|(operation, wait)| Order::Propose(operation, wait)),
        4 => (0..2_usize).prop_map(Order::Approve),
        1 => (0..2_usize).prop_map(Order::Withdraw),
        2 => (0..2_usize).prop_map(Order::Cancel),
    ]
}

fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        1 => vec(country(), 0..3).prop_map(Operation::Add),
        3 => (authority(), vec(country(), 0..4))
            .prop_map(|(authority, countries)| Operation::SetCountries(authority, countries)),
        6 => authority().prop_map(Operation::Restrict),
        8 => authority().prop_map(Operation::Reinstate),
        4 => (authority(), vec(holder(), 1..3))
            .prop_map(|(authority, holders)| Operation::Reassign(authority, holders)),
        1 => (0..4_u8, 0..=PERSONS).prop_map(|(required, named)| Operation::SetPolicy(required, named)),
    ]
}

fn country() -> impl Strategy<Value = usize> {
    0..COUNTRIES.len()
}

fn country_code() -> impl Strategy<Value = u16> {
    prop_oneof![Just(276), Just(840), 0..1024_u16]
}

fn wallet() -> impl Strategy<Value = Wallet> {
    (0..WALLETS).prop_map(Wallet)
}

fn holder() -> impl Strategy<Value = Holder> {
    (0..INVESTORS).prop_map(Holder)
}

fn identity() -> impl Strategy<Value = Identity> {
    (0..IDENTITIES).prop_map(Identity)
}

fn identity_of_agents() -> impl Strategy<Value = Identity> {
    (1..IDENTITIES).prop_map(Identity)
}
