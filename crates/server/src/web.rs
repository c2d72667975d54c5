//! The pages of a verification link, at `/v`: server-rendered, and usable without a
//! script by whoever can sign a message by other means.
//!
//! 1. `/v/{issuer}/{token}` puts the token into a cookie and forwards to `/v`, so that it
//!    stays in no address bar, history or referrer.
//! 2. What changes something must come from a page of ours, by its `Origin`.
//! 3. Nothing is loaded from anywhere else, and no other page may frame these.

mod page;
mod session;
mod standing;

use axum::{
    Form, Json, Router,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::json;
use symbolon_core::{ids::ChainId, link::LinkToken};

use crate::{
    extract::Check,
    linking,
    problem::{Problem, catalog},
    state::AppState,
};
use page::{Trouble, html};
use session::Visit;
use standing::Standing;
pub(crate) use standing::minute;

pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .route("/v", get(show))
        .route("/v/{issuer}/{token}", get(enter))
        .route("/v/ask", post(ask))
        .route("/v/sign", post(sign))
        .route("/v/check", post(check))
        .route("/v/state", get(state))
        .route("/v/assets/verify.js", get(script))
        .route("/v/assets/verify.css", get(style))
}

/// Takes the token out of the address.
async fn enter(
    Path((issuer, secret)): Path<(String, String)>,
    State(state): State<AppState>,
) -> Result<Response, Trouble> {
    let token = LinkToken::read(&issuer, &secret).ok_or(Trouble::Unknown)?;
    let link = linking::opened(&state, &token).await?;
    let now = state.clock.now();
    state
        .store
        .link_opened(token.issuer(), link.id, now)
        .await
        .map_err(Problem::from)?;
    let cookie = session::cookie(&token, linking::site(&state)?.is_secure());
    let mut response = Redirect::to("/v").into_response();
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    response.headers_mut().insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    Ok(response)
}

async fn show(State(state): State<AppState>, visit: Visit) -> Result<Response, Trouble> {
    let standing = Standing::of(&state, visit.issuer(), &visit.link).await?;
    page::link(&standing, None)
}

async fn state(
    State(state): State<AppState>,
    visit: Visit,
) -> Result<Json<serde_json::Value>, Problem> {
    let standing = Standing::of(&state, visit.issuer(), &visit.link).await?;
    Ok(Json(standing.json()))
}

/// Which wallet is to sign, on which chain.
#[derive(Deserialize)]
struct Asked {
    address: String,
    chain_id: u64,
}

/// Hands out the message that is to be signed.
async fn ask(
    State(state): State<AppState>,
    headers: HeaderMap,
    visit: Visit,
    Form(asked): Form<Asked>,
) -> Result<Response, Trouble> {
    visit.came_from_here(&state, &headers)?;
    let mut read = Check::default();
    let wallet = read.wallet("address", &asked.address);
    let wallet = read.finish(wallet).map_err(Problem::from);
    let message = match wallet {
        Ok(wallet) => {
            let chain = ChainId(asked.chain_id);
            linking::ask(&state, visit.issuer(), &visit.link, wallet, chain).await
        }
        Err(problem) => Err(problem),
    };
    if wants_json(&headers) {
        let message = message.map_err(Trouble::Json)?.to_string();
        return Ok(Json(json!({ "message": message })).into_response());
    }
    let standing = Standing::of(&state, visit.issuer(), &visit.link).await?;
    match message {
        Ok(message) => page::message(&standing, &message.to_string()),
        Err(problem) => page::link(&standing, Some(&problem.detail)),
    }
}

/// What was signed.
#[derive(Deserialize)]
struct Signed {
    message: String,
    signature: String,
}

/// Binds the wallet that signed.
async fn sign(
    State(state): State<AppState>,
    headers: HeaderMap,
    visit: Visit,
    Form(signed): Form<Signed>,
) -> Result<Response, Trouble> {
    visit.came_from_here(&state, &headers)?;
    // Forms send texts with the line ends of the network.
    let message = signed.message.replace("\r\n", "\n");
    let signature = alloy_primitives::hex::decode(signed.signature.trim());
    let proven = match signature {
        Ok(signature) => {
            linking::prove(&state, visit.issuer(), &visit.link, &message, &signature).await
        }
        Err(_) => Err(Problem::new(
            &catalog::NOT_PROVEN,
            "a signature is `0x` and hexadecimal digits: copy it again",
        )),
    };
    if wants_json(&headers) {
        let wallet = proven.map_err(Trouble::Json)?.to_string();
        return Ok(Json(json!({ "wallet": wallet })).into_response());
    }
    match proven {
        Ok(_) => Ok(Redirect::to("/v").into_response()),
        Err(problem) => {
            let standing = Standing::of(&state, visit.issuer(), &visit.link).await?;
            page::link(&standing, Some(&problem.detail))
        }
    }
}

/// Sends the person to the provider. By a page and not by a redirect, since a form may
/// lead to this site alone.
async fn check(
    State(state): State<AppState>,
    headers: HeaderMap,
    visit: Visit,
) -> Result<Response, Trouble> {
    visit.came_from_here(&state, &headers)?;
    match linking::begin_check(&state, visit.issuer(), &visit.link).await {
        Ok(url) => page::leave(url.expose_secret()),
        Err(problem) => {
            let standing = Standing::of(&state, visit.issuer(), &visit.link).await?;
            page::link(&standing, Some(&problem.detail))
        }
    }
}

fn wants_json(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT);
    accept.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"))
}

async fn script() -> Response {
    asset(
        "text/javascript; charset=utf-8",
        include_str!("web/verify.js"),
    )
}

async fn style() -> Response {
    asset("text/css; charset=utf-8", include_str!("web/verify.css"))
}

fn asset(kind: &'static str, text: &'static str) -> Response {
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=300"),
    );
    response
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        match self {
            Self::Json(problem) => problem.into_response(),
            Self::Unknown => html(page::unknown(), axum::http::StatusCode::NOT_FOUND),
            Self::Problem(problem) => match problem.kind.code {
                code if code == catalog::NOT_FOUND.code => {
                    html(page::unknown(), axum::http::StatusCode::NOT_FOUND)
                }
                _ => html(page::trouble(&problem), problem.status()),
            },
        }
    }
}
