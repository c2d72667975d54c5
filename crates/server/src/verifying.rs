//! From a provider's record to what follows from it, in one transaction of the issuer's:
//! the profile goes to the vault, the command to the register, the attempt and its link
//! move on.

use std::{collections::BTreeSet, time::Duration};

use symbolon_core::{
    actor::Actor,
    command::Command,
    ids::{InvestorId, IssuerId},
    investor::Investor,
    profile::{Field, Profile},
    register::Refusal,
    time::UnixSeconds,
    verification::{
        Concern, Environment, Fact, Findings, Outcome, Situation, Standing, VerificationState,
        judge,
    },
    wallet::{Vouched, WalletClaim},
};
use symbolon_providers::{FetchError, Record};
use symbolon_store::{
    IssuerTransaction, Link, Look, Request, SealedChanges, StoreError, Subject, Verification,
};
use thiserror::Error;

use crate::{
    linking::actor,
    services::Account,
    state::AppState,
    vault::{ProfileChanges, VaultFailure},
};

/// For so long a denial waits for what was found to be sealed.
const DENIAL_WAITS: Duration = Duration::from_secs(2);

/// What the record tells of the person, and in which fields.
type Sealed = (BTreeSet<Field>, SealedChanges);

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

/// Reads a provider's record, and does what follows.
pub(crate) async fn look(
    state: &AppState,
    issuer: &IssuerId,
    account: &Account,
    look: &Look,
) -> Result<Looked, LookFailure> {
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
    let watched = match look.told {
        true => None,
        false => watched(state, issuer, &record.fact).await?,
    };
    let sealed = match (watched, record.fact.standing) {
        (Some(stands), Standing::Approved) => return Ok(Looked::Taken(stands)),
        (Some(_), _) => None,
        (None, Standing::Approved) => seal(state, issuer, investor, &record).await?,
        (None, _) => seal_soon(state, issuer, investor, &record).await?,
    };
    let taken = take(
        state,
        issuer,
        account,
        investor,
        &record,
        sealed.as_ref(),
        watched.is_some(),
    )
    .await?;
    if taken == Looked::Taken(VerificationState::Approved) {
        account.provider.watch(&record.fact.reference).await?;
    }
    Ok(taken)
}

/// How the register names an investor to providers, and whom it meant by that.
pub(crate) fn customer_of(investor: InvestorId) -> String {
    format!("{:x}", investor.0)
}

fn customer(fact: &Fact) -> Option<InvestorId> {
    let name = fact.customer.as_ref()?;
    format!("0x{name}").parse().ok()
}

/// How an attempt stands that nobody has told of, and upon which somebody may be verified.
async fn watched(
    state: &AppState,
    issuer: &IssuerId,
    fact: &Fact,
) -> Result<Option<VerificationState>, StoreError> {
    let attempt = state
        .store
        .verification_by_reference(issuer, &fact.provider, &fact.reference);
    let attempt = attempt.await?;
    let watched = attempt.filter(|one| one.state.is_watched(&one.concerns));
    Ok(watched.map(|one| one.state))
}

/// The same as [`seal`] for a denial, which waits for no vault.
async fn seal_soon(
    state: &AppState,
    issuer: &IssuerId,
    id: InvestorId,
    record: &Record,
) -> Result<Option<Sealed>, LookFailure> {
    match tokio::time::timeout(DENIAL_WAITS, seal(state, issuer, id, record)).await {
        Ok(Err(LookFailure::Vault(failure))) => {
            tracing::warn!(%issuer, %failure, "what a provider found was not kept: the vault failed");
            Ok(None)
        }
        Ok(sealed) => sealed,
        Err(_) => {
            tracing::warn!(%issuer, "what a provider found was not kept: the vault does not answer");
            Ok(None)
        }
    }
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

/// What the record tells of the person beyond what the vault has.
async fn seal(
    state: &AppState,
    issuer: &IssuerId,
    id: InvestorId,
    record: &Record,
) -> Result<Option<Sealed>, LookFailure> {
    let worth_keeping = matches!(
        record.fact.standing,
        Standing::Approved | Standing::OnHold | Standing::Refused(_)
    );
    if !worth_keeping || record.profile.is_empty() {
        return Ok(None);
    }
    let vault = state.vault()?;
    let investor = match state.store.investor(issuer, id).await {
        Ok(found) => found.investor,
        Err(StoreError::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    if Refusal::unless_known(&investor).is_err() || investor.kind != record.profile.kind() {
        return Ok(None);
    }
    let before = vault.open(issuer, id, investor.kind).await?;
    let mut known = Profile::empty(investor.kind);
    for (field, value) in record.profile.values() {
        let same = before.get(field).map(|held| held.expose()) == Some(value.expose());
        if !same {
            known.restore(field, value.clone());
        }
    }
    if known.is_empty() {
        return Ok(None);
    }
    let changes = ProfileChanges {
        known,
        forgotten: BTreeSet::new(),
    };
    let sealed = vault.seal(issuer, id, &changes).await?;
    Ok(Some((changes.fields(), sealed)))
}

async fn take(
    state: &AppState,
    issuer: &IssuerId,
    account: &Account,
    id: InvestorId,
    record: &Record,
    sealed: Option<&Sealed>,
    is_watched: bool,
) -> Result<Looked, LookFailure> {
    let now = state.clock.now();
    let rules = state.store.rules(issuer).await?;
    let mut transaction = state.store.begin(issuer).await?;
    let fact = &record.fact;
    let (provider, reference) = (&fact.provider, fact.reference.as_str());
    let found = match fact.standing {
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
    let Some(mut verification) = found else {
        return Ok(Looked::NotOurs);
    };
    let investor = transaction.investor(id).await?.investor;
    let situation = Situation {
        kind: investor.kind,
        customer: &customer_of(id),
        status: &investor.status,
        status_entry: transaction.last_decision(id).await?,
        age: record.profile.age_at(now),
        erased: investor.custody.erased,
        attempt: verification.attempt,
        rules: &rules,
    };
    let outcome = judge(fact, &situation, &account.requirements, now);
    // Whoever looks without having been told denies, and doubts nothing else every day that
    // was decided meanwhile.
    let in_vain =
        is_watched && verification.state.is_watched(&verification.concerns) && !denies(&outcome);
    if outcome == Outcome::Stale || in_vain {
        return Ok(Looked::Taken(verification.state));
    }
    // Whoever is in charge of the investor has sent it there, and answers for the verdict.
    let actor = Actor::provider(provider);
    let in_charge = Actor {
        authority: investor.authority,
        ..actor.clone()
    };
    if let Some((fields, sealed)) = sealed {
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
    verification.reference = Some(fact.reference.clone());
    verification.attempt.newest = Some(fact.as_of);
    let deciding = match &outcome {
        Outcome::Decide(command) if matches!(**command, Command::Verify(_)) => &in_charge,
        // A denial lands, whoever may do what by now.
        _ => &actor,
    };
    follow(&mut transaction, &mut verification, outcome, deciding, now).await?;
    if verification.state == VerificationState::Approved {
        verification.document_ends = fact.findings.document_expires;
    }
    transaction.keep_verification(&verification, now).await?;
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
