//! What holds after any history that a registrar on chain can have, and that
//! people have no say where it decides.

use std::collections::BTreeMap;

use proptest::{collection::vec, prelude::*};
use symbolon_core::{
    authority::Mandate,
    command::{Command, Verdict},
    country::Country,
    ids::AuthorityIndex,
    investor::{Accreditation, Investor, InvestorKind, Level, Source, StatusName},
    register::{Deed, Refusal, View, apply_all, decide, witness},
    time::UnixSeconds,
    verdict::{RestrictedAuthorities, reasons},
    wallet::{ChainScope, Version, WalletAddress, WalletHistory},
};

use crate::{BEGIN, id, wallet};

/// What the registrar itself holds of one investor.
#[derive(Debug, Default)]
struct OnChain {
    now: u64,
    expires: Option<u64>,
    restricted: bool,
    authority: u8,
    addresses: BTreeMap<WalletAddress, bool>,
}

/// Something that the registrar lets happen, or refuses.
#[derive(Clone, Debug)]
enum Step {
    Add {
        authority: u8,
        days: u64,
    },
    Update {
        authority: u8,
        days: u64,
    },
    /// Handed over by the owner: the expiry stays, be it past or not.
    HandOver {
        authority: u8,
    },
    Restrict(bool),
    Address {
        number: u8,
        registered: bool,
    },
    Wait(u64),
}

fn any_step() -> impl Strategy<Value = Step> {
    let authority = || 0..3_u8;
    prop_oneof![
        2 => (authority(), 1..40_u64).prop_map(|(authority, days)| Step::Add { authority, days }),
        2 => (authority(), 1..40_u64)
            .prop_map(|(authority, days)| Step::Update { authority, days }),
        1 => authority().prop_map(|authority| Step::HandOver { authority }),
        2 => any::<bool>().prop_map(Step::Restrict),
        4 => (0..3_u8, any::<bool>())
            .prop_map(|(number, registered)| Step::Address { number, registered }),
        2 => (0..20_u64).prop_map(Step::Wait),
    ]
}

fn source() -> Source {
    Source::Provider {
        name: "kyc-registrar".into(),
        reference: "0x01".into(),
    }
}

fn verdict(expiry: Option<UnixSeconds>) -> Verdict {
    Verdict {
        level: Level::Basic,
        country: Country::US,
        accreditation: Accreditation::Professional,
        accreditation_ends: None,
        us_person: true,
        person: Default::default(),
        expiry,
        source: source(),
    }
}

fn renewed(authority: u8, expiry: Option<UnixSeconds>) -> Deed {
    Deed::Renewed {
        authority: AuthorityIndex(authority),
        accreditation: Accreditation::None,
        expiry,
        source: source(),
    }
}

impl OnChain {
    fn at(&self) -> UnixSeconds {
        UnixSeconds(BEGIN.0 + self.now)
    }

    /// What its event says, where it lets the step happen.
    fn take(&mut self, step: Step) -> Option<Deed> {
        if !matches!(step, Step::Add { .. } | Step::Wait(_)) {
            self.expires?;
        }
        match step {
            Step::Wait(days) => {
                self.now += days * 86_400;
                None
            }
            Step::Add { .. } if self.expires.is_some() => None,
            Step::Add { authority, days } => {
                let expires = self.at().0 + days * 86_400;
                (self.expires, self.authority) = (Some(expires), authority);
                let verdict = Some(verdict(Some(UnixSeconds(expires))));
                let authority = AuthorityIndex(authority);
                Some(Deed::Added { authority, verdict })
            }
            Step::Update { authority, days } => {
                let expires = self.at().0 + days * 86_400;
                (self.expires, self.authority) = (Some(expires), authority);
                Some(renewed(authority, Some(UnixSeconds(expires))))
            }
            Step::HandOver { authority } => {
                self.authority = authority;
                Some(renewed(authority, self.expires.map(UnixSeconds)))
            }
            Step::Restrict(restricted) => {
                self.restricted = restricted;
                Some(match restricted {
                    true => Deed::Restricted,
                    false => Deed::RestrictionLifted,
                })
            }
            Step::Address { number, registered } => {
                let known = self.addresses.get(&wallet(number)).copied();
                if known.unwrap_or(false) == registered || (known.is_none() && !registered) {
                    return None;
                }
                self.addresses.insert(wallet(number), registered);
                Some(match registered {
                    true => Deed::AddressRegistered(wallet(number)),
                    false => Deed::AddressRestricted(wallet(number)),
                })
            }
        }
    }

    /// What `isPermitted` says.
    fn permits(&self, wallet: WalletAddress, cut_off: RestrictedAuthorities) -> bool {
        self.expires.is_some_and(|expires| self.at().0 < expires)
            && !self.restricted
            && !cut_off.includes(AuthorityIndex(self.authority))
            && self.addresses.get(&wallet) == Some(&true)
    }
}

fn view(investor: Option<Investor>) -> View {
    let held = investor.iter().flat_map(|investor| &investor.wallets);
    let histories = held.map(|held| {
        let history = WalletHistory {
            holder: Some(id(0)),
            version: held.version,
            disputed: false,
        };
        (held.address, history)
    });
    View {
        id: id(0),
        histories: histories.collect(),
        investor,
        rules: Default::default(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_register_says_what_the_registrar_says(
        steps in vec(any_step(), 1..40),
        cut_off in vec(1..3_u8, 0..2),
    ) {
        let cut_off: RestrictedAuthorities = cut_off.into_iter().map(AuthorityIndex).collect();
        let (mut chain, mut investor) = (OnChain::default(), None);
        for step in steps {
            if let Some(deed) = chain.take(step) {
                let view = view(investor.take());
                let events = witness(&view, deed.clone(), chain.at());
                prop_assert_eq!(&events, &witness(&view, deed, chain.at()));
                let events = events.map_err(|refusal| TestCaseError::fail(refusal.to_string()))?;
                investor = apply_all(view.id, view.investor, &events).unwrap();
            }
            // What the register does by itself: it takes notice of what ended.
            let before = view(investor.take());
            let expired = decide(&before, Command::Expire, &Mandate::Spectator, chain.at());
            investor = apply_all(before.id, before.investor, &expired.unwrap_or_default()).unwrap();

            for number in 0..3 {
                let held = investor.as_ref().and_then(|investor| {
                    Some((investor, investor.wallet(wallet(number))?))
                });
                let verified = held.is_some_and(|(investor, held)| {
                    reasons(investor, held, None, cut_off, chain.at()).is_empty()
                });
                prop_assert_eq!(verified, chain.permits(wallet(number), cut_off));
            }
        }
    }
}

/// An investor that the chain added, with one address.
fn witnessed(verdict: Option<Verdict>) -> Investor {
    let mut investor = None;
    for deed in [
        Deed::Added {
            authority: AuthorityIndex(1),
            verdict,
        },
        Deed::AddressRegistered(wallet(0)),
    ] {
        let before = view(investor);
        let events = witness(&before, deed, BEGIN).unwrap();
        investor = apply_all(before.id, before.investor, &events).unwrap();
    }
    investor.unwrap()
}

#[test]
fn where_a_chain_decides_people_are_refused_whatever_they_ask() {
    let investor = view(Some(witnessed(Some(verdict(None)))));
    for command in [
        Command::Verify(verdict(None)),
        Command::Restrict,
        Command::LiftRestriction,
        Command::FreezeAssets,
        Command::RemoveWallet { wallet: wallet(0) },
        Command::DeactivateWallet { wallet: wallet(0) },
        Command::RecoverWallet {
            lost: wallet(0),
            new: wallet(1),
            chain: symbolon_core::ids::ChainId(1),
        },
        Command::LinkWallet {
            wallet: wallet(1),
            chains: ChainScope::All,
        },
        Command::Reassign { to: Mandate::Owner },
        Command::RegisterInvestor {
            kind: InvestorKind::NaturalPerson,
            external_id: None,
        },
    ] {
        let decided = decide(&investor, command.clone(), &Mandate::Spectator, BEGIN);
        assert_eq!(decided, Err(Refusal::WriterIsOnChain), "{command:?}");
    }
}

#[test]
fn an_investor_for_whom_the_register_has_no_word_stays_unverified() {
    let investor = witnessed(None);
    assert_eq!(investor.status.name(), StatusName::Pending);
    assert_eq!(investor.wallets[0].version, Version::default());
    let refused = witness(&view(Some(investor)), renewed(1, None), BEGIN);
    assert!(
        matches!(refused, Err(Refusal::WrongStatus { .. })),
        "{refused:?}"
    );
}

/// Another writer had it, which cannot be; were it so, nobody is verified by it.
#[test]
fn an_address_of_somebody_else_is_not_bound() {
    let mut before = view(Some(witnessed(Some(verdict(None)))));
    let history = WalletHistory {
        holder: Some(id(7)),
        version: Version(3),
        disputed: false,
    };
    before.histories.insert(wallet(1), history);
    let deed = Deed::AddressRegistered(wallet(1));
    let refused = witness(&before, deed, BEGIN);
    assert_eq!(refused, Err(Refusal::WalletTaken(wallet(1))));
}

#[test]
fn a_deed_that_changes_nothing_makes_no_entry() {
    let known = view(Some(witnessed(Some(verdict(None)))));
    for deed in [Deed::RestrictionLifted, Deed::AddressRegistered(wallet(0))] {
        let events = witness(&known, deed, BEGIN);
        assert_eq!(events, Ok(Vec::new()));
    }
    let strange = view(None);
    let refused = witness(&strange, Deed::Restricted, BEGIN);
    assert_eq!(refused, Err(Refusal::UnknownInvestor));
}
