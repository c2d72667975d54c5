//! What a chain has decided, taken as it is: for issuers whose investors a
//! registrar on chain keeps.
//!
//! Nothing here asks who may do what, since the registrar did; and what is so
//! already changes nothing. Refused is only what the register has no room for,
//! which leaves the investor or address unverified (I12).

use super::{
    Refusal, View,
    decide::{bound, changed_records, link, taken_over, verified, wrong_status},
};
use crate::{
    command::Verdict,
    event::Event,
    ids::AuthorityIndex,
    investor::{Accreditation, Investor, InvestorKind, Level, Source},
    time::UnixSeconds,
    wallet::{ChainScope, WalletAddress},
};

/// Something that an authority did on chain about an investor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// It made the investor known and verified it.
    Added {
        /// By which authority.
        authority: AuthorityIndex,
        /// As what; `None` where the register has no word for it, so that the
        /// investor stays unverified.
        verdict: Option<Verdict>,
    },
    /// It verified the investor anew, in the country where it is, or the owner
    /// gave it the investor, whose verdict may have ended by then.
    Renewed {
        /// Who answers for the investor from now on.
        authority: AuthorityIndex,
        /// What the investor may buy.
        accreditation: Accreditation,
        /// When the verdict ends; `None` is never.
        expiry: Option<UnixSeconds>,
        /// Who answers for it.
        source: Source,
    },
    /// It barred the investor.
    Restricted,
    /// It lifted the bar.
    RestrictionLifted,
    /// It gave the investor this address, or gave it back.
    AddressRegistered(WalletAddress),
    /// It barred this address.
    AddressRestricted(WalletAddress),
}

impl Deed {
    /// The wallet that it names.
    pub fn wallet(&self) -> Option<WalletAddress> {
        match self {
            Self::AddressRegistered(wallet) | Self::AddressRestricted(wallet) => Some(*wallet),
            _ => None,
        }
    }
}

/// What follows from a deed in a block of this time. Pure: the same arguments
/// always give the same answer.
///
/// No events mean that all is so already.
pub fn witness(view: &View, deed: Deed, at: UnixSeconds) -> Result<Vec<Event>, Refusal> {
    let mut events = match (&view.investor, deed) {
        (None, Deed::Added { authority, verdict }) => added(verdict, authority, at)?,
        (None, _) => return Err(Refusal::UnknownInvestor),
        (Some(_), Deed::Added { .. }) => return Err(Refusal::InvestorExists),
        (Some(investor), deed) => done(view, investor, deed, at)?,
    };
    let records = changed_records(view, &events, None)?;
    events.extend(records);
    Ok(events)
}

fn added(
    verdict: Option<Verdict>,
    authority: AuthorityIndex,
    at: UnixSeconds,
) -> Result<Vec<Event>, Refusal> {
    let registered = Event::InvestorRegistered {
        // A registrar does not tell people from companies.
        kind: InvestorKind::NaturalPerson,
        external_id: None,
        authority,
    };
    let verified = verdict.map(|verdict| verified(verdict, at)).transpose()?;
    let verified = verified.map(Event::InvestorVerified);
    Ok([registered].into_iter().chain(verified).collect())
}

fn done(
    view: &View,
    investor: &Investor,
    deed: Deed,
    at: UnixSeconds,
) -> Result<Vec<Event>, Refusal> {
    let event = match deed {
        Deed::Added { .. } => None,
        Deed::Renewed {
            authority,
            accreditation,
            expiry,
            source,
        } => {
            let mut events: Vec<_> = taken_over(investor, authority).into_iter().collect();
            // Only a new authority can be given where the verdict has ended.
            if expiry.is_none_or(|expiry| at < expiry) {
                let verdict = renewed(investor, accreditation, expiry, source)?;
                events.push(Event::InvestorVerified(verified(verdict, at)?));
            }
            return Ok(events);
        }
        Deed::Restricted => (!investor.restricted).then_some(Event::InvestorRestricted),
        Deed::RestrictionLifted => investor.restricted.then_some(Event::RestrictionLifted),
        Deed::AddressRegistered(wallet) => match investor.wallet(wallet) {
            None => Some(link(view, wallet, ChainScope::All)?),
            Some(held) => (!held.active).then_some(Event::WalletReactivated { wallet }),
        },
        Deed::AddressRestricted(wallet) => bound(investor, wallet)?
            .active
            .then_some(Event::WalletDeactivated { wallet }),
    };
    Ok(event.into_iter().collect())
}

/// A registrar's country never changes, and is not told again.
fn renewed(
    investor: &Investor,
    accreditation: Accreditation,
    expiry: Option<UnixSeconds>,
    source: Source,
) -> Result<Verdict, Refusal> {
    let held = investor.status.verdict().ok_or_else(|| {
        wrong_status(
            investor,
            "verified anew: the register has no country for it",
        )
    })?;
    Ok(Verdict {
        level: Level::Basic,
        country: held.country,
        accreditation,
        accreditation_ends: None,
        us_person: held.us_person,
        person: Default::default(),
        expiry,
        source,
    })
}
