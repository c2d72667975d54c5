//! What is done by a link, whether from its pages or by the issuer's own software: a
//! message is handed out to be signed, a signature binds the wallet, a session with the
//! provider begins.

use secrecy::SecretString;
use symbolon_core::{
    command::Command,
    customer::{Opening, may_open},
    ids::{ChainId, IssuerId},
    link::LinkToken,
    ownership::Message,
    register::Refusal,
    time::UnixSeconds,
    verification::{LONGEST_SESSION_SECONDS, VerificationId},
    wallet::{OwnershipEvidence, WalletAddress, WalletClaim},
};
use symbolon_providers::{ReturnTo, SessionRequest};
use symbolon_store::{IssuerTransaction, Link, Request, StoreError, Subject};

use crate::{
    customers::own,
    links,
    problem::{FieldError, Problem, Result, catalog},
    services::Account,
    signing::{self, refused},
    state::AppState,
    verifying::{complete_link, customer_of},
};

/// The link that a token opens, while it opens anything.
pub(crate) async fn opened(state: &AppState, token: &LinkToken) -> Result<Link> {
    let found = state.store.link_of(token.issuer(), token.hash()).await?;
    found.ok_or_else(|| Problem::plain(&catalog::NOT_FOUND))
}

/// Refuses what is asked by a link that is over.
pub(crate) fn usable(link: &Link, now: UnixSeconds) -> Result<()> {
    match link.progress.is_usable(now) {
        true => Ok(()),
        false => Err(Problem::plain(&catalog::LINK_OVER)),
    }
}

/// The same, for whoever acts by it. What was shown to a key that sees one instance alone
/// is over, too, once it would not be shown any more: others know the person by now, or
/// have judged it.
async fn still_opens(
    transaction: &mut IssuerTransaction,
    link: &Link,
    now: UnixSeconds,
) -> Result<()> {
    usable(link, now)?;
    let Some(instance) = &link.shown_to else {
        return Ok(());
    };
    let id = link.purpose.investor;
    let investor = transaction.investor(id).await?.investor;
    let own = own(transaction, instance, &investor).await?;
    let own_decision = match link.verification {
        Some(attempt) => transaction.verification(attempt).await?.attempt.decision,
        None => None,
    };
    let opening = Opening {
        checks: link.purpose.provider.is_some(),
        led_to_verdict: own_decision.is_some()
            && own_decision == transaction.last_decision(id).await?,
    };
    match may_open(&own, opening) {
        true => Ok(()),
        false => Err(Problem::plain(&catalog::LINK_OVER)),
    }
}

/// Hands out the message that this wallet is to sign on this chain. One that was
/// handed out before is worth nothing then.
pub(crate) async fn ask(
    state: &AppState,
    issuer: &IssuerId,
    link: &Link,
    wallet: WalletAddress,
    chain: ChainId,
) -> Result<Message> {
    let now = state.clock.now();
    usable(link, now)?;
    if link.shown_to.is_some() {
        still_opens(&mut state.store.begin(issuer).await?, link, now).await?;
    }
    if link.purpose.wallet.is_some_and(|wanted| wanted != wallet) {
        return Err(Problem::invalid(vec![FieldError::new(
            "address",
            "other_wallet",
            "the link is for another wallet: choose that one in your wallet's software",
        )]));
    }
    let (message, asked) = signing::ask(state, issuer, &link.id.to_string(), wallet, chain).await?;
    let kept = state.store.ask_for_signature(issuer, link.id, &asked, now);
    kept.await.map_err(|error| match error {
        StoreError::NotFound { .. } => Problem::plain(&catalog::LINK_OVER),
        error => error.into(),
    })?;
    Ok(message)
}

/// Binds the wallet that signed what was asked. The chain is asked first, without any
/// lock; what was asked is then taken from the link in the transaction that binds the
/// wallet, so that it answers once.
pub(crate) async fn prove(
    state: &AppState,
    issuer: &IssuerId,
    link: &Link,
    text: &str,
    signature: &[u8],
) -> Result<WalletAddress> {
    let now = state.clock.now();
    usable(link, now)?;
    let asked = link.challenge.as_deref().ok_or_else(|| {
        refused("nothing was asked of this link, or it was answered: ask for a message first")
    })?;
    let request = link.id.to_string();
    let (wallet, evidence) =
        signing::signed(state, issuer, &request, asked, text, signature).await?;
    if link.purpose.wallet.is_some_and(|wanted| wanted != wallet) {
        return Err(refused("the link is for another wallet"));
    }
    bind(state, issuer, link, wallet, evidence, asked).await?;
    Ok(wallet)
}

async fn bind(
    state: &AppState,
    issuer: &IssuerId,
    link: &Link,
    wallet: WalletAddress,
    evidence: OwnershipEvidence,
    asked: &str,
) -> Result<()> {
    let now = state.clock.now();
    let mut transaction = state.store.begin(issuer).await?;
    let current = transaction.lock_link(link.id).await?;
    still_opens(&mut transaction, &current, now).await?;
    if current.challenge.as_deref() != Some(asked) {
        return Err(refused(
            "the message was answered already: ask for another one",
        ));
    }
    let investor = transaction.investor(link.purpose.investor).await?.investor;
    if links::waits_for_check(&current, &investor) {
        if current.verification.is_some() {
            return Err(refused(
                "the check has begun, and is for the wallet that was proved before it: ask for another link",
            ));
        }
        transaction
            .link_proved(link.id, wallet, Some(&evidence))
            .await?;
        transaction.commit().await?;
        return Ok(());
    }
    let request = Request {
        subject: Subject::Investor(link.purpose.investor),
        command: Command::ProveWallet(WalletClaim {
            wallet,
            chains: link.purpose.chains.clone(),
            replaces: link.purpose.replaces,
            evidence,
            vouched: links::vouched(&current),
        }),
    };
    let actor = links::actor(&investor);
    let mut answers = transaction.decide(vec![request], &actor, now).await?;
    let Some(answer) = answers.pop() else {
        return Err(Problem::plain(&catalog::INTERNAL));
    };
    let investor = answer?.investor;
    transaction.link_proved(link.id, wallet, None).await?;
    let link = transaction.lock_link(link.id).await?;
    match link.verification {
        Some(id) => {
            let verification = transaction.verification(id).await?;
            complete_link(&mut transaction, &verification, &investor, now).await?;
        }
        None if link.purpose.provider.is_none() => {
            transaction.link_completed(link.id, now).await?;
        }
        None => {}
    }
    transaction.commit().await?;
    state.wake.wake(issuer);
    Ok(())
}

/// The account that a link asks for.
pub(crate) fn account<'a>(
    state: &'a AppState,
    issuer: &IssuerId,
    link: &Link,
) -> Result<&'a Account> {
    let accounts = &state.services.accounts;
    let name = link.purpose.provider.as_ref();
    let found = name.and_then(|name| accounts.find(issuer, name));
    found.ok_or_else(|| Problem::plain(&catalog::NO_ACCOUNT))
}

/// Begins the check, or goes on with it, in this language (BCP 47): the address to which
/// the person goes.
pub(crate) async fn begin_check(
    state: &AppState,
    issuer: &IssuerId,
    link: &Link,
    language: &str,
) -> Result<SecretString> {
    let now = state.clock.now();
    usable(link, now)?;
    let account = account(state, issuer, link)?;
    if link.purpose.wants_wallet && link.proved.is_none() {
        return Err(Problem::new(
            &catalog::NOT_PROVEN,
            "prove the wallet first, so that the verdict reaches it",
        ));
    }
    let id = link.purpose.investor;
    let investor = state.store.investor(issuer, id).await?.investor;
    let profile = match state.vault() {
        Ok(vault) => Some(vault.open(issuer, id, investor.kind).await?),
        Err(_) => None,
    };
    // Known before the provider is asked, so that whatever it says finds it.
    let verification = begin_attempt(state, issuer, link, account, now).await?;
    let begun = state.store.verification(issuer, verification).await?;
    let back = state.site()?.page("v");
    let customer = customer_of(id);
    let left = link.progress.expires.0.saturating_sub(now.0);
    let request = SessionRequest {
        customer: &customer,
        kind: investor.kind,
        level: link.purpose.level.as_deref(),
        return_to: &ReturnTo {
            success: back.clone(),
            failure: back,
        },
        lasts: std::time::Duration::from_secs(left.min(LONGEST_SESSION_SECONDS)),
        profile: profile.as_ref(),
        language: Some(language),
        begun: begun.reference.as_deref(),
    };
    let session = account.provider.open(&request).await.map_err(|error| {
        tracing::warn!(%issuer, %error, "a provider opened no session");
        Problem::new(&catalog::PROVIDER_FAILED, error.to_string())
    })?;
    let mut transaction = state.store.begin(issuer).await?;
    let mut verification = transaction.verification(verification).await?;
    if let Some(reference) = &session.reference {
        transaction.refer(verification.id, reference).await?;
    }
    verification.reference = session.reference.or(verification.reference);
    verification.sent = now;
    transaction.keep_verification(&verification, now).await?;
    let gone = Refusal::unless_known(&transaction.investor(id).await?.investor).is_err();
    if gone && let Some(reference) = &verification.reference {
        // Erased while the provider was asked, which has come to know this person.
        let provider = account.provider.name();
        transaction
            .forget_at_provider(id, provider, reference, now)
            .await?;
    }
    let current = transaction.lock_link(link.id).await?;
    transaction.commit().await?;
    usable(&current, now)?;
    Ok(session.url)
}

/// The attempt of this link, which begins once.
async fn begin_attempt(
    state: &AppState,
    issuer: &IssuerId,
    link: &Link,
    account: &Account,
    now: UnixSeconds,
) -> Result<VerificationId> {
    let mut transaction = state.store.begin(issuer).await?;
    let current = transaction.lock_link(link.id).await?;
    still_opens(&mut transaction, &current, now).await?;
    if let Some(begun) = current.verification {
        return Ok(begun);
    }
    let id = VerificationId(rand::random::<[u8; 16]>().into());
    let (investor, provider) = (link.purpose.investor, account.provider.name());
    transaction
        .begin_verification(id, investor, provider, now)
        .await?;
    transaction.link_started(link.id, id, now).await?;
    transaction.commit().await?;
    Ok(id)
}
