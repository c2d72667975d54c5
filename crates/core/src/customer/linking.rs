//! What follows when a wallet is linked to a customer.

use thiserror::Error;

use crate::{
    ids::InvestorId,
    investor::{Investor, Status},
};

/// The customer's own investor, and what else hangs on it.
#[derive(Clone, Copy, Debug)]
pub struct Own<'a> {
    /// The investor.
    pub investor: &'a Investor,
    /// Whether the register came to know it by making this very customer.
    pub registered_here: bool,
    /// Whether customers of other instances stand on it too.
    pub shared: bool,
    /// Whether it has links or attempts that are not this instance's.
    pub asked_elsewhere: bool,
    /// Whether the vault has a profile of it.
    pub has_profile: bool,
}

impl Own<'_> {
    /// Whether others than this instance know or handle it.
    pub fn is_foreign(&self) -> bool {
        let has_issuers_reference = self.investor.external_id.is_some();
        !self.registered_here || self.shared || self.asked_elsewhere || has_issuers_reference
    }

    /// Whether anybody has decided about it.
    pub fn is_judged(&self) -> bool {
        self.investor.status.is_judged()
    }
}

/// Whoever holds the wallet already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The investor.
    pub investor: InvestorId,
    /// Whether it is known to the same instance as another customer.
    pub is_other_customer: bool,
    /// Whether the wallet may be used, where it has signed: it is not barred, and the
    /// contract that signed is the one that is bound.
    pub may_use: bool,
    /// Whether anybody has judged the investor, or the wallet has signed to be its: else
    /// somebody's word has put it there.
    pub is_certain: bool,
}

/// By what whoever asks answers for a wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warrant {
    /// As the issuer, for the whole register.
    Issuer,
    /// By the wallet's signature, and sees one instance alone.
    Signature,
    /// By a word alone, and sees one instance alone.
    Word,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Linking {
    /// The customer's investor holds the wallet already.
    Held,
    /// Bind the wallet to the customer's investor.
    Bind,
    /// The customer is an investor whom the register knows already: let it stand on
    /// that one, and have done with its own.
    Move {
        /// On whom.
        to: InvestorId,
    },
}

/// Why an investor is not merely a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NotBare {
    /// Somebody has decided about it.
    #[error("it was judged already")]
    Judged,
    /// It holds wallets.
    #[error("it has wallets of its own")]
    HasWallets,
    /// It is barred, or must be kept.
    #[error("a restriction, a freeze or a legal hold lies on it")]
    Barred,
    /// It was certified, or something was claimed of it.
    #[error("it has certificates or claims")]
    Certified,
    /// The vault knows it.
    #[error("it has a profile in the vault")]
    HasProfile,
    /// Another instance knows it.
    #[error("another instance's customer stands on it")]
    Shared,
    /// It was done with.
    #[error("its profile was erased")]
    Erased,
}

/// Why a wallet is not linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum LinkRefusal {
    /// The same instance knows the wallet's holder as somebody else.
    #[error(
        "another customer of this instance holds the wallet: go on with that customer, or remove the wallet there first"
    )]
    OtherCustomer,
    /// Two investors would become one, and both have a story.
    #[error(
        "another investor holds the wallet, and this customer's own investor cannot give way, since {0}: remove the wallet there first, or make the customer anew on that investor"
    )]
    NotBare(NotBare),
    /// Its key may be in the wrong hands, or another contract has signed.
    #[error(
        "another investor holds the wallet, and it is barred or counts on other chains than the one that was signed for: link a wallet in use"
    )]
    NotInUse,
    /// Whoever asks sees one instance alone, and has only said so.
    #[error("the wallet must sign, since this key answers for one instance alone")]
    ProofNeeded,
    /// Whoever asks sees one instance alone, and others know the person, too.
    #[error(
        "others than this instance know the person, and this key answers for one instance alone: send the person a link, by which the wallet is proved"
    )]
    KnownToOthers,
    /// Whoever asks sees one instance alone, and it was somebody's word that put the
    /// wallet where it is.
    #[error(
        "another investor holds the wallet by somebody's word alone: nobody has judged that investor, and the wallet never signed to be its"
    )]
    HolderUncertain,
}

/// What follows when a wallet is linked to a customer. Nobody answers for a wallet by a
/// word but the issuer; and whoever sees one instance alone lets no wallet begin to count
/// for a person whom others know, since whose signature it is they cannot tell.
pub fn linking(
    own: &Own<'_>,
    holder: Option<Holder>,
    warrant: Warrant,
) -> Result<Linking, LinkRefusal> {
    let is_issuer = warrant == Warrant::Issuer;
    match holder {
        Some(holder) if holder.investor == own.investor.id => Ok(Linking::Held),
        Some(holder) if holder.is_other_customer => Err(LinkRefusal::OtherCustomer),
        _ if warrant == Warrant::Word => Err(LinkRefusal::ProofNeeded),
        None if !is_issuer && own.is_foreign() => Err(LinkRefusal::KnownToOthers),
        None => Ok(Linking::Bind),
        Some(holder) if !holder.may_use => Err(LinkRefusal::NotInUse),
        Some(holder) if !is_issuer && !holder.is_certain => Err(LinkRefusal::HolderUncertain),
        Some(holder) => match bare(own) {
            // It would be done with, and others count on it.
            Ok(()) if !is_issuer && own.is_foreign() => Err(LinkRefusal::KnownToOthers),
            Ok(()) => Ok(Linking::Move {
                to: holder.investor,
            }),
            Err(story) => Err(LinkRefusal::NotBare(story)),
        },
    }
}

/// A link by which whoever opens it may act as the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    /// Whether a provider is to verify the person by it.
    pub checks: bool,
    /// Whether the verdict on the person, if there is one, came of this very link, which
    /// is not done yet.
    pub led_to_verdict: bool,
}

/// Whether whoever sees one instance alone may have what opens a link for its customer's
/// person. It is asked again whenever such a link is used.
pub fn may_open(own: &Own<'_>, link: Opening) -> bool {
    let verdict_stands = link.checks && own.is_judged() && !link.led_to_verdict;
    !own.is_foreign() && !verdict_stands
}

fn bare(own: &Own<'_>) -> Result<(), NotBare> {
    match own {
        Own {
            has_profile: true, ..
        } => Err(NotBare::HasProfile),
        Own { shared: true, .. } => Err(NotBare::Shared),
        Own { investor, .. } => investor.bare(),
    }
}

impl Investor {
    /// Whether it is merely a name: nobody has decided about it, and nothing is its own.
    pub fn bare(&self) -> Result<(), NotBare> {
        let barred = self.restricted || self.frozen || !self.custody.holds.is_empty();
        match self {
            _ if self.custody.erased => Err(NotBare::Erased),
            _ if !matches!(self.status, Status::Pending) => Err(NotBare::Judged),
            _ if !self.wallets.is_empty() || !self.proofs.is_empty() => Err(NotBare::HasWallets),
            _ if barred => Err(NotBare::Barred),
            _ if !self.certificates.is_empty() || !self.claims.is_empty() => {
                Err(NotBare::Certified)
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        custody::Custody, event::Event, ids::AuthorityIndex, investor::InvestorKind,
        register::apply, wallet::WalletAddress,
    };

    const OWN: InvestorId = InvestorId(alloy_primitives::B256::repeat_byte(1));
    const OTHER: InvestorId = InvestorId(alloy_primitives::B256::repeat_byte(2));

    fn name() -> Investor {
        let registered = Event::InvestorRegistered {
            kind: InvestorKind::NaturalPerson,
            external_id: None,
            authority: AuthorityIndex::OWNER,
        };
        apply(OWN, None, &registered).unwrap()
    }

    fn with_a_wallet() -> Investor {
        let wallet = WalletAddress::new(alloy_primitives::Address::repeat_byte(3)).unwrap();
        let linked = Event::WalletLinked {
            wallet,
            chains: Default::default(),
            version: Default::default(),
        };
        apply(OWN, Some(name()), &linked).unwrap()
    }

    /// Everything that may be an investor's own, one at a time.
    fn stories() -> Vec<(Investor, NotBare)> {
        let rejected = Event::InvestorRejected {
            reason: crate::investor::RejectionReason::Identity,
        };
        let judged = apply(OWN, Some(name()), &rejected).unwrap();
        let held = Custody {
            holds: ["case 7".parse().unwrap()].into(),
            ..Custody::default()
        };
        let erased = apply(OWN, Some(name()), &Event::ProfileErased).unwrap();
        let barred = [
            Investor {
                restricted: true,
                ..name()
            },
            Investor {
                frozen: true,
                ..name()
            },
            Investor {
                custody: held,
                ..name()
            },
        ];
        let mut stories = vec![
            (judged, NotBare::Judged),
            (with_a_wallet(), NotBare::HasWallets),
            (erased, NotBare::Erased),
        ];
        stories.extend(barred.map(|investor| (investor, NotBare::Barred)));
        stories
    }

    #[test]
    fn whoever_has_a_story_stays() {
        assert_eq!(name().bare(), Ok(()));
        for (investor, why) in stories() {
            assert_eq!(investor.bare(), Err(why));
        }
    }

    #[test]
    fn whoever_became_another_does_so_once() {
        let merged = Event::InvestorMerged { into: OTHER };
        let merged = apply(OWN, Some(name()), &merged).unwrap();
        assert_eq!(merged.bare(), Err(NotBare::Erased));
    }

    /// Nobody but this customer's instance knows its investor.
    fn own(investor: &Investor) -> Own<'_> {
        Own {
            investor,
            registered_here: true,
            shared: false,
            asked_elsewhere: false,
            has_profile: false,
        }
    }

    /// Each of what makes somebody known to others, one at a time.
    fn known_to_others(investor: &mut Investor, which: usize) -> Own<'_> {
        if which == 0 {
            investor.external_id = Some("LEDGER-9".parse().unwrap());
        }
        let own = own(investor);
        match which {
            1 => Own {
                registered_here: false,
                ..own
            },
            2 => Own {
                shared: true,
                ..own
            },
            3 => Own {
                asked_elsewhere: true,
                ..own
            },
            _ => own,
        }
    }

    #[test]
    fn what_makes_somebody_foreign_does_so_alone() {
        for which in 0..4 {
            let mut investor = name();
            assert!(
                known_to_others(&mut investor, which).is_foreign(),
                "{which}"
            );
        }
        assert!(!own(&name()).is_foreign());
    }

    const WARRANTS: [Warrant; 3] = [Warrant::Issuer, Warrant::Signature, Warrant::Word];

    proptest! {
        /// A customer moves only onto the wallet's holder, only from a mere name, and
        /// never by a word of whoever sees one instance alone, nor onto a holder who may
        /// be made up; nor does a wallet begin to count then, or for whom others know.
        #[test]
        fn nobody_moves_who_should_not(
            story in 0..7_usize,
            others in 0..5_usize,
            has_profile in any::<bool>(),
            holder in proptest::option::of(any::<(bool, bool, bool, bool)>()),
            warrant in proptest::sample::select(&WARRANTS[..]),
        ) {
            let mut investor = stories().into_iter().nth(story).map_or_else(name, |(one, _)| one);
            let is_bare = investor.bare().is_ok();
            let own = Own { has_profile, ..known_to_others(&mut investor, others) };
            let holder = holder.map(|(own, is_other_customer, may_use, is_certain)| Holder {
                investor: if own { OWN } else { OTHER },
                is_other_customer,
                may_use,
                is_certain,
            });
            let outcome = linking(&own, holder, warrant);
            let free = is_bare && !own.shared && !has_profile;
            let expected = match (holder, warrant) {
                (Some(holder), _) if holder.investor == OWN => Some(Linking::Held),
                (_, Warrant::Word) => None,
                (None, Warrant::Signature) if others < 4 => None,
                (None, _) => Some(Linking::Bind),
                (Some(holder), Warrant::Signature) if !holder.is_certain || others < 4 => None,
                (Some(holder), _) if !holder.is_other_customer && holder.may_use && free =>
                    Some(Linking::Move { to: OTHER }),
                (Some(_), _) => None,
            };
            prop_assert_eq!(outcome.ok(), expected);
        }

        /// What opens a link is had of nobody whom others know, and for a check of nobody
        /// who was judged otherwise than by it.
        #[test]
        fn nobody_opens_what_concerns_others(
            story in 0..7_usize,
            others in 0..5_usize,
            checks in any::<bool>(),
            led_to_verdict in any::<bool>(),
        ) {
            let mut investor = stories().into_iter().nth(story).map_or_else(name, |(one, _)| one);
            let own = known_to_others(&mut investor, others);
            let judged = story == 0 && !led_to_verdict;
            let expected = others == 4 && !(checks && judged);
            prop_assert_eq!(may_open(&own, Opening { checks, led_to_verdict }), expected);
        }
    }
}
