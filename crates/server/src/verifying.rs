//! From a provider's record to what follows from it, in one transaction of the issuer's:
//! the profile goes to the vault, the command to the register, the attempt and its link
//! move on.

mod found;

use symbolon_core::{
    actor::Actor,
    command::Command,
    ids::{InvestorId, IssuerId},
    investor::Investor,
    log::EntryNumber,
    profile::Profile,
    time::{UnixMillis, UnixSeconds},
    verification::{
        Concern, Environment, Fact, Findings, LONGEST_SESSION_SECONDS, Outcome, Situation,
        Standing, VerificationState, judge,
    },
    wallet::{Vouched, WalletClaim},
};
use symbolon_providers::{FetchError, Record};
use symbolon_store::{IssuerTransaction, Link, Look, Request, StoreError, Subject, Verification};
use thiserror::Error;

use self::found::Found;
use crate::{links::actor, services::Account, state::AppState, vault::VaultFailure};

/// Why a look came to nothing, and must be taken again.
#[derive(Debug, Error)]
pub(crate) enum LookFailure {
    /// The provider could not be read.
    #[error(transparent)]
    Provider(#[from] FetchError),
    /// The profile could not be sealed or opened.
    #[error(transparent)]
    Vault(#[from] VaultFailure),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Somebody decided about the investor while the provider was read.
    #[error("the investor was decided about while the provider was read")]
    Overtaken,
}

/// What a look came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Looked {
    /// It is about nobody whom the register sent there.
    NotOurs,
    /// The provider has no such record, and has told nothing of it.
    Absent,
    /// It is taken in.
    Taken(VerificationState),
}

/// A record, and how it was read.
struct Reading {
    record: Record,
    /// Where the log ended before.
    read_after: EntryNumber,
    /// When that was.
    read_at: UnixMillis,
    /// Nobody has told of it, and the attempt waits for nothing.
    is_unasked: bool,
}

/// Reads a provider's record, and does what follows.
pub(crate) async fn look(
    state: &AppState,
    issuer: &IssuerId,
    account: &Account,
    look: &Look,
) -> Result<Looked, LookFailure> {
    let read_at = state.clock.now_ms();
    let read_after = state.store.head(issuer).await?.number;
    let record = match account.provider.fetch(&look.subject).await {
        Ok(record) => record,
        // The person has not come yet; or the provider's time of keeping records is over,
        // or the account is another one by now, and nobody is revoked for that.
        Err(FetchError::NotFound) if !look.told => return Ok(Looked::Absent),
        Err(FetchError::NotFound) => match gone(state, issuer, look).await? {
            Some(record) => record,
            None => return Ok(Looked::NotOurs),
        },
        Err(error) => return Err(error.into()),
    };
    let Some(investor) = customer(&record.fact) else {
        return Ok(Looked::NotOurs);
    };
    let ended = match look.told {
        true => None,
        false => ended(state, issuer, &record.fact).await?,
    };
    let found = match (ended, record.fact.standing) {
        (Some(stands), Standing::Approved) => return Ok(Looked::Taken(stands)),
        (Some(_), _) => None,
        (None, Standing::Approved) => found::seal(state, issuer, investor, &record).await?,
        (None, _) => found::seal_soon(state, issuer, investor, &record).await?,
    };
    take(
        state,
        issuer,
        account,
        investor,
        &Reading {
            record,
            read_after,
            read_at,
            is_unasked: ended.is_some(),
        },
        found,
    )
    .await
}

/// How the register names an investor to providers, and whom it meant by that.
pub(crate) fn customer_of(investor: InvestorId) -> String {
    format!("{:x}", investor.0)
}

fn customer(fact: &Fact) -> Option<InvestorId> {
    let name = fact.customer.as_ref()?;
    format!("0x{name}").parse().ok()
}

/// How an attempt stands that nobody has told of, and that waits for nothing of the
/// provider's.
async fn ended(
    state: &AppState,
    issuer: &IssuerId,
    fact: &Fact,
) -> Result<Option<VerificationState>, StoreError> {
    let attempt = state
        .store
        .verification_by_reference(issuer, &fact.provider, &fact.reference);
    let attempt = attempt.await?;
    let ended = attempt.filter(|one| !one.state.is_at_provider(&one.concerns));
    Ok(ended.map(|one| one.state))
}

/// What stands in for a record that the provider has deleted: whatever it had found
/// no longer counts.
async fn gone(
    state: &AppState,
    issuer: &IssuerId,
    look: &Look,
) -> Result<Option<Record>, StoreError> {
    let found = state
        .store
        .verification_by_reference(issuer, &look.provider, &look.subject);
    let Some(verification) = found.await? else {
        return Ok(None);
    };
    let investor = state.store.investor(issuer, verification.investor).await?;
    Ok(Some(Record {
        profile: Profile::empty(investor.investor.kind),
        fact: Fact {
            provider: look.provider.clone(),
            reference: look.subject.clone(),
            customer: Some(customer_of(verification.investor)),
            environment: Environment::Production,
            // Whatever the provider's clock said of what it had found.
            as_of: verification
                .attempt
                .newest
                .map_or(state.clock.now_ms(), |newest| {
                    newest.max(state.clock.now_ms())
                }),
            standing: Standing::Deleted,
            findings: Findings::default(),
        },
    }))
}

async fn take(
    state: &AppState,
    issuer: &IssuerId,
    account: &Account,
    id: InvestorId,
    reading: &Reading,
    found: Option<Found>,
) -> Result<Looked, LookFailure> {
    let record = &reading.record;
    let now = state.clock.now();
    let rules = state.store.rules(issuer).await?;
    let mut transaction = state.store.begin(issuer).await?;
    let fact = &record.fact;
    let (provider, reference) = (&fact.provider, fact.reference.as_str());
    let about = match fact.standing {
        // The verdict that stands on it, though a renewal is under way.
        Standing::Deleted => {
            transaction
                .verification_upon(id, provider, reference)
                .await?
        }
        _ => {
            transaction
                .verification_for(id, provider, reference)
                .await?
        }
    };
    let Some(mut verification) = about else {
        return Ok(Looked::NotOurs);
    };
    let link = transaction
        .link_of_verification(id, verification.id)
        .await?;
    let investor = transaction.investor(id).await?.investor;
    let status_entry = transaction.last_decision(id).await?;
    let (attempt, others) = transaction.attempt_upon(&verification, reference).await?;
    let situation = Situation {
        kind: investor.kind,
        customer: &customer_of(id),
        status: &investor.status,
        status_entry,
        age: record.profile.age_at(now),
        erased: investor.custody.erased,
        may_come: link.is_some_and(|link| link.progress.is_usable(now))
            || now.0 < verification.sent.0 + LONGEST_SESSION_SECONDS,
        settled: verification.state == VerificationState::Settled,
        attempt,
        others,
        rules: &rules,
    };
    let outcome = judge(fact, &situation, &account.requirements, now);
    // Whoever looks without having been told denies, and doubts nothing else every day that
    // was decided meanwhile.
    let in_vain = reading.is_unasked
        && !verification.state.is_at_provider(&verification.concerns)
        && !denies(&outcome);
    if outcome == Outcome::Stale || in_vain {
        return Ok(Looked::Taken(verification.state));
    }
    // By the provider's time it is as new as what was taken in, and it was read before: a
    // match of a monitor changes no time of the record's, and may leave the register as it
    // was.
    let is_overtaken =
        status_entry > Some(reading.read_after) || verification.taken > Some(reading.read_at);
    let says_so_again = denies(&outcome) || outcome == Outcome::Unchanged;
    if is_overtaken && !says_so_again {
        return Err(LookFailure::Overtaken);
    }
    // Whoever is in charge of the investor has sent it there, and answers for the verdict.
    let actor = Actor::provider(provider);
    let in_charge = Actor {
        authority: investor.authority,
        ..actor.clone()
    };
    let found = found.and_then(|found| found.worth_keeping(fact.standing, &outcome));
    if let Some((fields, sealed)) = &found {
        let changed = Command::ChangeProfile {
            fields: fields.clone(),
        };
        if decide(&mut transaction, id, changed, &actor, now)
            .await?
            .is_ok()
        {
            transaction.keep_profile(id, sealed, now).await?;
        }
    }
    if investor.custody.erased && !matches!(fact.standing, Standing::Withdrawn | Standing::Deleted)
    {
        // It came to know this person again.
        transaction
            .forget_at_provider(id, provider, reference, now)
            .await?;
    }
    let deciding = match &outcome {
        Outcome::Decide(command) if matches!(**command, Command::Verify(_)) => &in_charge,
        // A denial lands, whoever may do what by now.
        _ => &actor,
    };
    let before = verification.attempt.decision;
    follow(&mut transaction, &mut verification, outcome, deciding, now).await?;
    let decision = verification.attempt.decision;
    let decision = decision.filter(|_| decision != before);
    transaction
        .hear(
            verification.id,
            reference,
            fact.as_of,
            decision,
            state.clock.now_ms(),
        )
        .await?;
    if verification.state == VerificationState::Approved {
        verification.document_ends = fact.findings.document_expires;
    }
    transaction.keep_verification(&verification, now).await?;
    if fact.standing == Standing::Approved && verification.state == VerificationState::Approved {
        transaction
            .monitor_at_provider(id, provider, reference, now)
            .await?;
    }
    complete_link(&mut transaction, &verification, &investor, now).await?;
    transaction.commit().await?;
    state.wake.wake(issuer);
    Ok(Looked::Taken(verification.state))
}

fn denies(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Decide(command) if !matches!(**command, Command::Verify(_)))
}

/// Lets the register decide, and notes where the attempt stands then.
async fn follow(
    transaction: &mut IssuerTransaction,
    verification: &mut Verification,
    outcome: Outcome,
    actor: &Actor,
    now: UnixSeconds,
) -> Result<(), StoreError> {
    let after = verification.state.after(&outcome);
    let concerns = match outcome {
        Outcome::Stale | Outcome::Unchanged => return Ok(()),
        Outcome::Waiting | Outcome::Retry => Vec::new(),
        Outcome::Review(concerns) => concerns,
        Outcome::Decide(command) => {
            let investor = verification.investor;
            match decide(transaction, investor, *command, actor, now).await? {
                Ok(entry) => {
                    verification.attempt.decision = entry.or(verification.attempt.decision);
                    Vec::new()
                }
                Err(code) => vec![Concern::Refused { code }],
            }
        }
    };
    verification.state = match concerns.is_empty() {
        true => after,
        false => VerificationState::Review,
    };
    verification.concerns = concerns;
    Ok(())
}

async fn decide(
    transaction: &mut IssuerTransaction,
    investor: InvestorId,
    command: Command,
    actor: &Actor,
    now: UnixSeconds,
) -> Result<Result<Option<symbolon_core::log::EntryNumber>, String>, StoreError> {
    let request = Request {
        subject: Subject::Investor(investor),
        command,
    };
    let mut answers = transaction.decide(vec![request], actor, now).await?;
    Ok(match answers.pop() {
        Some(Ok(decision)) => Ok(decision.entry),
        Some(Err(refusal)) => Err(refusal.code().to_owned()),
        None => Ok(None),
    })
}

/// A link is done once the provider is, and the wallet has signed that it asks for.
pub(crate) async fn complete_link(
    transaction: &mut IssuerTransaction,
    verification: &Verification,
    investor: &Investor,
    now: UnixSeconds,
) -> Result<(), StoreError> {
    let is_over = matches!(
        verification.state,
        VerificationState::Approved | VerificationState::Refused | VerificationState::Review
    );
    if !is_over {
        return Ok(());
    }
    let link = transaction.link_of_verification(investor.id, verification.id);
    if let Some(link) = link.await?
        && (!link.purpose.wants_wallet || link.proved.is_some())
    {
        if verification.state == VerificationState::Approved {
            bind_waiting(transaction, &link, investor, now).await?;
        }
        transaction.link_completed(link.id, now).await?;
    }
    Ok(())
}

/// Binds the wallet that was proved before the check and waited for it. Should it be
/// somebody else's by now, the verdict stands all the same.
async fn bind_waiting(
    transaction: &mut IssuerTransaction,
    link: &Link,
    investor: &Investor,
    now: UnixSeconds,
) -> Result<(), StoreError> {
    let (Some(wallet), Some(evidence), None) =
        (link.proved, link.waiting.clone(), link.progress.revoked)
    else {
        return Ok(());
    };
    let claim = WalletClaim {
        wallet,
        chains: link.purpose.chains.clone(),
        replaces: link.purpose.replaces,
        evidence,
        vouched: Vouched::Otherwise,
    };
    let (prove, actor) = (Command::ProveWallet(claim), actor(investor));
    if let Err(refusal) = decide(transaction, investor.id, prove, &actor, now).await? {
        tracing::warn!(link = %link.id, %refusal, "the wallet that waited for a check is not bound");
    }
    transaction.link_proved(link.id, wallet, None).await
}
