//! How histories are drawn: common things often, edges more often than chance
//! would have them.

use proptest::{collection::vec, prelude::*, sample::select};

use super::history::{
    Body, By, COUNTRIES, Call, Expiry, Holder, INVESTORS, SIGNERS, Signer, Step, Terms, Until,
    WALLETS, Wallet,
};
use crate::histories::History;

const DAY: u32 = 86_400;

/// Histories of one step to some dozens, which mostly begin with investors.
pub fn histories() -> impl Strategy<Value = History<Step>> {
    (vec(beginning(), 0..4), vec(step(), 1..36))
        .prop_map(|(first, then)| History([first, then].concat()))
}

/// An authority adds an investor of one of its countries.
fn beginning() -> impl Strategy<Value = Step> {
    let whom = (body(), any::<bool>(), holder());
    let what = (1..=7_u8, DAY..60 * DAY, vec(wallet(), 1..3));
    (whom, what).prop_map(|((body, other, holder), (rating, seconds, wallets))| {
        let place = usize::from(body.0).saturating_sub(usize::from(other));
        let expiry = Expiry::After(seconds);
        let terms = Terms { rating, expiry };
        Step::Agree(body, Call::AddInvestor(holder, place, terms, wallets))
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => (body(), about_investors()).prop_map(|(body, call)| Step::Agree(body, call)),
        4 => owners_call().prop_map(|call| Step::Agree(Body::OWNER, call)),
        8 => (signer(), about_investors()).prop_map(|(signer, call)| Step::Send(signer, call)),
        4 => (signer(), owners_call()).prop_map(|(signer, call)| Step::Send(signer, call)),
        8 => (by(), 0..3_usize).prop_map(|(by, ago)| Step::Again(by, ago)),
        2 => (by(), 0..3_usize).prop_map(|(by, ago)| Step::TakeBack(by, ago)),
        2 => (0..3_usize).prop_map(Step::Suspend),
        4 => until().prop_map(Step::Wait),
    ]
}

fn about_investors() -> impl Strategy<Value = Call> {
    prop_oneof![
        6 => (holder(), country(), terms(), vec(wallet(), 0..3))
            .prop_map(|(holder, country, terms, wallets)| {
                Call::AddInvestor(holder, country, terms, wallets)
            }),
        3 => (holder(), terms()).prop_map(|(holder, terms)| Call::UpdateInvestor(holder, terms)),
        2 => (holder(), any::<bool>())
            .prop_map(|(holder, so)| Call::RestrictInvestor(holder, so)),
        3 => (holder(), vec(wallet(), 1..3))
            .prop_map(|(holder, wallets)| Call::RegisterAddresses(holder, wallets)),
        3 => (holder(), vec(wallet(), 1..3))
            .prop_map(|(holder, wallets)| Call::RestrictAddresses(holder, wallets)),
    ]
}

fn owners_call() -> impl Strategy<Value = Call> {
    prop_oneof![
        1 => vec(country(), 0..3).prop_map(|countries| Call::AddAuthority(Body::LATER, countries)),
        4 => (body(), vec(country(), 0..3), any::<bool>())
            .prop_map(|(body, countries, so)| Call::SetCountries(body, countries, so)),
        6 => (body(), any::<bool>()).prop_map(|(body, so)| Call::RestrictAuthority(body, so)),
        4 => (body(), vec(holder(), 1..3))
            .prop_map(|(body, holders)| Call::Reassign(body, holders)),
    ]
}

fn terms() -> impl Strategy<Value = Terms> {
    (rating(), expiry()).prop_map(|(rating, expiry)| Terms { rating, expiry })
}

/// Ratings above 7 are left out: the registrar takes them, a wallet's record
/// has three bits.
fn rating() -> impl Strategy<Value = u8> {
    prop_oneof![20 => 1..=7_u8, 1 => Just(0)]
}

/// An expiry beyond 34 bits is left out for the same reason.
fn expiry() -> impl Strategy<Value = Expiry> {
    prop_oneof![
        6 => (0..60 * DAY).prop_map(Expiry::After),
        1 => (0..3_u32).prop_map(Expiry::After),
        1 => Just(Expiry::Never),
    ]
}

fn until() -> impl Strategy<Value = Until> {
    prop_oneof![
        2 => (0..5 * DAY).prop_map(Until::Passed),
        1 => (1..5_u32).prop_map(Until::Passed),
        4 => (holder(), -1..2_i8).prop_map(|(holder, offset)| Until::Expiry(holder, offset)),
        2 => (0..3_usize, -1..2_i8).prop_map(|(ago, offset)| Until::Lapse(ago, offset)),
    ]
}

fn by() -> impl Strategy<Value = By> {
    prop_oneof![
        8 => (0..SIGNERS).prop_map(By::Colleague),
        1 => signer().prop_map(By::Other),
    ]
}

fn signer() -> impl Strategy<Value = Signer> {
    let of = prop_oneof![12 => body(), 1 => Just(Body::NONE)];
    (of, 0..SIGNERS).prop_map(|(of, place)| Signer { of, place })
}

fn body() -> impl Strategy<Value = Body> {
    prop_oneof![
        3 => Just(Body::OWNER),
        6 => select(&Body::FIRST[..]),
        1 => Just(Body::LATER),
    ]
}

/// Countries that are none are rare.
fn country() -> impl Strategy<Value = usize> {
    prop_oneof![24 => 0..COUNTRIES.len() - 2, 1 => 0..COUNTRIES.len()]
}

fn wallet() -> impl Strategy<Value = Wallet> {
    prop_oneof![24 => (0..WALLETS).prop_map(Wallet), 1 => Just(Wallet::ZERO)]
}

fn holder() -> impl Strategy<Value = Holder> {
    (0..INVESTORS).prop_map(Holder)
}
