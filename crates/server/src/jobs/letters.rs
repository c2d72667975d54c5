//! Sends the letters that were written. Each time that a link is sent it gets another
//! token, so that none is stored (I6).

use std::time::Duration;

use symbolon_core::{
    ids::IssuerId, investor::Status, link::LinkToken, profile::Field, time::Millis,
};
use symbolon_store::{Letter, StoreError};

use super::patience::Patience;
use crate::{
    language::{Asks, Language},
    letters::{LinkLetter, MailError, Mailer},
    metrics,
    state::AppState,
    vault::VaultFailure,
};

/// How often to look without having been told.
const INTERVAL: Duration = Duration::from_secs(1);
/// How long a worker may take; afterwards another one sends it again.
const LEASE: Millis = Millis(60_000);
const PATIENCE: Patience = Patience {
    first: Millis(2_000),
    longest: Millis(3_600_000),
};

/// Runs until the server ends, if it has a mail server.
pub(crate) async fn run(state: AppState) {
    let Some(mailer) = state.services.mailer.clone() else {
        return;
    };
    loop {
        match sweep(&state, &mailer).await {
            Ok(0) => {}
            Ok(_) => continue,
            Err(error) => tracing::warn!(%error, "letters wait; trying again"),
        }
        tokio::select! {
            () = state.shutdown.cancelled() => return,
            () = state.written.notified() => {}
            () = tokio::time::sleep(INTERVAL) => {}
        }
    }
}

async fn sweep(state: &AppState, mailer: &Mailer) -> Result<usize, StoreError> {
    let mut taken = 0;
    for issuer in state.store.issuers().await? {
        let now = state.clock.now_ms();
        let next = state.store.next_letter(&issuer.id, now, now.after(LEASE));
        if let Some(letter) = next.await? {
            taken += 1;
            send(state, mailer, &issuer.id, &issuer.name, &letter).await?;
        }
    }
    Ok(taken)
}

enum Sent {
    Yes,
    Never(&'static str),
    Later(String),
}

async fn send(
    state: &AppState,
    mailer: &Mailer,
    issuer: &IssuerId,
    name: &str,
    letter: &Letter,
) -> Result<(), StoreError> {
    let now = state.clock.now();
    match deliver(state, mailer, issuer, name, letter).await? {
        Sent::Yes => {
            metrics::letter("sent");
            state.store.letter_sent(issuer, letter, None, now).await
        }
        Sent::Never(why) => {
            metrics::letter("dropped");
            state
                .store
                .letter_sent(issuer, letter, Some(why), now)
                .await
        }
        Sent::Later(why) => {
            metrics::letter("failed");
            tracing::warn!(%issuer, why, "a letter was not sent; trying again");
            let due = PATIENCE.again(None, letter.tries, state.clock.now_ms());
            state.store.letter_again(issuer, letter, due, &why).await
        }
    }
}

async fn deliver(
    state: &AppState,
    mailer: &Mailer,
    issuer: &IssuerId,
    name: &str,
    letter: &Letter,
) -> Result<Sent, StoreError> {
    let link = state.store.link(issuer, letter.link).await?;
    if !link.progress.is_usable(state.clock.now()) {
        return Ok(Sent::Never("the link was over before it could be sent"));
    }
    let Some(site) = &state.services.site else {
        return Ok(Sent::Later("this server has no site".to_owned()));
    };
    let investor = state.store.investor(issuer, link.purpose.investor).await?;
    let opened = match state.vault() {
        Ok(vault) => {
            vault
                .open(issuer, link.purpose.investor, investor.investor.kind)
                .await
        }
        Err(closed) => Err(closed),
    };
    let profile = match opened {
        Ok(profile) => profile,
        Err(VaultFailure::Store(error)) => return Err(error),
        Err(failure) => return Ok(Sent::Later(failure.to_string())),
    };
    let Some(address) = profile.get(Field::Email) else {
        return Ok(Sent::Never("the profile has no e-mail address"));
    };
    let token = LinkToken::from_random(issuer.clone(), rand::random());
    state
        .store
        .add_link_token(issuer, link.id, token.hash())
        .await?;
    let held = match &investor.investor.status {
        Status::Verified(verdict) => Some(verdict),
        _ => None,
    };
    let written = LinkLetter {
        issuer: name.to_owned(),
        url: String::from(site.link(&token)).into(),
        language: link
            .purpose
            .language
            .as_ref()
            .and_then(Language::of)
            .unwrap_or_default(),
        expires: link.progress.expires,
        asks: match (&link.purpose.provider, link.purpose.wants_wallet) {
            (None, _) => Asks::Wallet,
            (Some(_), true) => Asks::IdentityAndWallet,
            (Some(_), false) => Asks::Identity,
        },
        again: held.is_some() && link.purpose.provider.is_some(),
        verified_until: held.and_then(|verdict| verdict.expiry),
    };
    Ok(match mailer.send(address, &written).await {
        Ok(()) => Sent::Yes,
        Err(MailError::Refused) => Sent::Never("the mail server refuses it for good"),
        Err(MailError::Recipient) => Sent::Never("the e-mail address cannot be written to"),
        Err(error) => Sent::Later(error.to_string()),
    })
}
