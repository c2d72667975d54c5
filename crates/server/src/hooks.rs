//! What providers tell us, at `/hooks/{issuer}/{provider}`.
//!
//! 1. The signature over the raw bytes is looked at first; nothing else of a body that
//!    nobody signed is read.
//! 2. The hint is stored, and a look at its subject wanted, before it is answered.
//! 3. What the look finds decides (I8): [`crate::verifying`].
//!
//! The same bytes again are answered alike and cause nothing, if they say when something
//! happened. A monitor's may be the same word for word for another match: they cause
//! another look.

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderMap, StatusCode},
    routing::post,
};
use symbolon_core::ids::{IssuerId, ProviderName};
use symbolon_providers::HintError;
use symbolon_store::ReceivedHint;

use crate::{
    metrics,
    problem::{Problem, Result, catalog},
    state::AppState,
};

/// Vendors' webhooks are some kilobytes.
const LARGEST: usize = 256 * 1024;

pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .route("/hooks/{issuer}/{provider}", post(receive))
        .layer(DefaultBodyLimit::max(LARGEST))
}

async fn receive(
    Path((issuer, provider)): Path<(String, String)>,
    State(state): State<AppState>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode> {
    let unknown = || Problem::plain(&catalog::NOT_FOUND);
    let issuer: IssuerId = issuer.parse().map_err(|_| unknown())?;
    let name: ProviderName = provider.parse().map_err(|_| unknown())?;
    let account = state.services.accounts.find(&issuer, &name);
    let provider = &account.ok_or_else(unknown)?.provider;
    let hint = match provider.hint(&headers, &body) {
        Ok(hint) => hint,
        Err(error) => {
            metrics::hint_refused(&name, error.code());
            // Ours, and of no use: whoever sends it must not send it again.
            if error == HintError::NotFollowed {
                return Ok(StatusCode::OK);
            }
            tracing::warn!(%issuer, provider = %name, %error, "a webhook was refused");
            return Err(Problem::new(&catalog::HINT_REFUSED, error.to_string()));
        }
    };
    let received = ReceivedHint {
        provider: name,
        digest: hint.digest,
        subject: hint.subject,
        event: hint.event,
        happened: hint.happened_at,
    };
    let now = state.clock.now_ms();
    let news = state.store.take_hint(&issuer, &received, now).await?;
    if news {
        state.hinted.notify_one();
    }
    Ok(StatusCode::OK)
}
