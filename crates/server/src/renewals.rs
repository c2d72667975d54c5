//! How an issuer's verdicts are renewed: how long before their end they are taken notice
//! of, and whether the person is sent a link then.

pub mod terms;

use symbolon_core::{
    actor::Actor,
    ids::{InvestorId, IssuerId},
    investor::{Investor, Source, Status},
    link::{LinkId, LinkLifetime},
    wallet::ChainScope,
};
use symbolon_store::{DueRenewal, Link, RenewalNotice, WhoseLinks};

use crate::{
    links::{self, Check, NewLink, PreparedLink, WantedWallet},
    metrics,
    problem::{Problem, Result},
    state::AppState,
};

/// An investor's links that are looked through for the one to go by.
const LINKS: u32 = 50;

/// Takes notice of one verdict that is about to end. To whom the issuer made a link for a
/// check that still opens, no other is sent. Says whether that was news.
pub(crate) async fn notice(state: &AppState, issuer: &IssuerId, due: &DueRenewal) -> Result<bool> {
    let terms = state.services.renewals.of(issuer);
    let found = state.store.investor(issuer, due.investor).await?;
    let actor = Actor {
        authority: found.investor.authority,
        ..Actor::system("renewal")
    };
    if !terms.send {
        return note(state, issuer, due, None, None).await;
    }
    let asked = asked(state, issuer, due.investor).await?;
    let now = state.clock.now();
    let mut own = asked.issuers.iter();
    if let Some(open) = own.find(|link| link.progress.is_usable(now)) {
        return note(state, issuer, due, Some(open.id), None).await;
    }
    let new = link(&found.investor, due, asked.last(), state);
    let made = match links::prepare(state, issuer, &new, &actor).await {
        Ok(prepared) => send(state, issuer, due, &prepared, &actor).await,
        Err(problem) => Err(problem),
    };
    match made {
        Err(problem) if problem.again || problem.kind.status >= 500 => Err(problem),
        Err(problem) => note(state, issuer, due, None, Some(problem.kind.code)).await,
        Ok(news) => Ok(news),
    }
}

/// By which links an investor was to be checked, newest first: those that were taken back
/// do not count.
struct Asked {
    issuers: Vec<Link>,
    instances: Vec<Link>,
}

impl Asked {
    /// The one to go by. What an instance asks binds the issuer to nothing, so it is
    /// looked at only where the issuer never asked.
    fn last(&self) -> Option<&Link> {
        self.issuers.first().or(self.instances.first())
    }
}

async fn asked(state: &AppState, issuer: &IssuerId, investor: InvestorId) -> Result<Asked> {
    let links = |whose, limit| state.store.checks_asked(issuer, investor, whose, limit);
    Ok(Asked {
        issuers: links(WhoseLinks::Issuers, LINKS).await?,
        instances: links(WhoseLinks::Instances, 1).await?,
    })
}

/// The same check as the last time, for as long as the verdict lasts.
fn link(investor: &Investor, due: &DueRenewal, last: Option<&Link>, state: &AppState) -> NewLink {
    let last = last.map(|link| &link.purpose);
    let level = last.and_then(|purpose| purpose.level.clone());
    let provider = match last {
        Some(purpose) => purpose.provider.clone(),
        None => by(investor),
    };
    NewLink {
        investor: Some(investor.id),
        kind: investor.kind,
        external_id: None,
        email: None,
        check: match provider {
            Some(provider) => Check::Named { provider, level },
            None => Check::Only { level },
        },
        wallet: WantedWallet::None,
        replaces: None,
        chains: ChainScope::All,
        language: last.and_then(|purpose| purpose.language.clone()),
        lifetime: LinkLifetime::until(due.ends, state.clock.now()),
        send: true,
        attested: None,
    }
}

/// Whose record the verdict stands on.
fn by(investor: &Investor) -> Option<symbolon_core::ids::ProviderName> {
    match &investor.status {
        Status::Verified(verified) => match &verified.source {
            Source::Provider { name, .. } => name.parse().ok(),
            Source::Operator { .. } => None,
        },
        _ => None,
    }
}

async fn note(
    state: &AppState,
    issuer: &IssuerId,
    due: &DueRenewal,
    link: Option<LinkId>,
    unsent: Option<&str>,
) -> Result<bool> {
    let notice = RenewalNotice {
        noticed: state.clock.now(),
        link,
        unsent: unsent.map(str::to_owned),
    };
    let mut transaction = state.store.begin(issuer).await?;
    let news = transaction.note_renewal(due, &notice).await?;
    transaction.commit().await?;
    if news {
        metrics::renewal(match unsent {
            None => "listed",
            Some(_) => "unsent",
        });
    }
    Ok(news)
}

/// The link, its letter and the note that it was sent are stored together.
async fn send(
    state: &AppState,
    issuer: &IssuerId,
    due: &DueRenewal,
    prepared: &PreparedLink,
    actor: &Actor,
) -> Result<bool, Problem> {
    let now = state.clock.now();
    let notice = RenewalNotice {
        noticed: now,
        link: Some(prepared.id()),
        unsent: None,
    };
    let mut transaction = state.store.begin(issuer).await?;
    if !transaction.note_renewal(due, &notice).await? {
        return Ok(false);
    }
    links::store(&mut transaction, prepared, None, actor, now).await?;
    transaction.commit().await?;
    metrics::renewal("sent");
    state.wake.wake(issuer);
    state.written.notify_one();
    Ok(true)
}
