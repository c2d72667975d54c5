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
    /// Whether customers of other instances stand on it too.
    pub shared: bool,
    /// Whether the vault has a profile of it.
    pub has_profile: bool,
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
        "another customer of this instance holds the wallet: use that customer, or remove the wallet there first"
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
    /// Whoever asks sees one instance alone, and others than that one are concerned.
    #[error(
        "the wallet must sign, since this key answers for one instance alone: the wallet is another investor's, or the customer's was judged already or is another instance's customer too"
    )]
    ProofNeeded,
}

/// What follows when a wallet is linked to a customer. `vouched` says whether the wallet
/// has signed, or whoever asks answers for the whole register. Without that no wallet
/// begins to count, nobody becomes an investor whom others know, and other instances'
/// customers stay as they are.
pub fn linking(
    own: &Own<'_>,
    holder: Option<Holder>,
    vouched: bool,
) -> Result<Linking, LinkRefusal> {
    match holder {
        None if vouched || !concerns_others(own) => Ok(Linking::Bind),
        None => Err(LinkRefusal::ProofNeeded),
        Some(holder) if holder.investor == own.investor.id => Ok(Linking::Held),
        Some(holder) if holder.is_other_customer => Err(LinkRefusal::OtherCustomer),
        Some(holder) if !holder.may_use => Err(LinkRefusal::NotInUse),
        Some(_) if !vouched => Err(LinkRefusal::ProofNeeded),
        Some(holder) => match bare(own) {
            Ok(()) => Ok(Linking::Move {
                to: holder.investor,
            }),
            Err(story) => Err(LinkRefusal::NotBare(story)),
        },
    }
}

/// Whether whoever sees one instance alone may be shown what opens a link by which its
/// customer's person is verified: whoever has that may act as the person.
pub fn may_hand_out(own: &Own<'_>) -> bool {
    !concerns_others(own)
}

/// Others have judged it, or know it.
fn concerns_others(own: &Own<'_>) -> bool {
    own.shared || !matches!(own.investor.status, Status::Pending)
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

    proptest! {
        /// A customer moves only onto the wallet's holder, only from a mere name, and
        /// never unless somebody vouches for it; nor does a wallet begin to count then.
        #[test]
        fn nobody_moves_who_should_not(
            story in 0..7_usize,
            shared in any::<bool>(),
            has_profile in any::<bool>(),
            holder in proptest::option::of((any::<bool>(), any::<bool>(), any::<bool>())),
            vouched in any::<bool>(),
        ) {
            let investor = stories().into_iter().nth(story).map_or_else(name, |(one, _)| one);
            let own = Own { investor: &investor, shared, has_profile };
            let holder = holder.map(|(own, is_other_customer, may_use)| Holder {
                investor: if own { OWN } else { OTHER },
                is_other_customer,
                may_use,
            });
            let outcome = linking(&own, holder, vouched);
            let free = investor.bare().is_ok() && !shared && !has_profile;
            let expected = match holder {
                None if vouched => Some(Linking::Bind),
                None if shared || story == 0 => None,
                None => Some(Linking::Bind),
                Some(holder) if holder.investor == OWN => Some(Linking::Held),
                Some(holder) if !holder.is_other_customer && holder.may_use && vouched && free =>
                    Some(Linking::Move { to: OTHER }),
                Some(_) => None,
            };
            prop_assert_eq!(outcome.ok(), expected);
            prop_assert_eq!(may_hand_out(&own), !shared && story != 0);
        }
    }
}
