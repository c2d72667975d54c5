//! The pages of a verification link, at `/v`: server-rendered, and usable without a
//! script by whoever can sign a message by other means.
//!
//! 1. `/v/{issuer}/{token}` puts the token into a cookie and forwards to `/v`, so that it
//!    stays in no address bar, history or referrer.
//! 2. What changes something must come from a page of ours, by its `Origin`.
//! 3. A page is in the language that the person chose on it (`/v/speak`), else the link's,
//!    else the browser's.
//! 4. Nothing is loaded from anywhere else, and no other page may frame these.

mod page;
mod session;
mod standing;

use axum::{
    Form, Json, Router,
    extract::{
        Path, Query, State,
        rejection::{FormRejection, QueryRejection},
    },
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::json;
use symbolon_core::{ids::ChainId, language::LanguageTag, link::LinkToken};

use crate::{
    extract::Check,
    language::Language,
    linking,
    problem::{Problem, Result, catalog},
    state::AppState,
};
use page::Trouble;
use session::Visit;
use standing::Standing;

pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .route("/v", get(show))
        .route("/v/", get(async || Redirect::to("/v")))
        .route("/v/{issuer}/{token}", get(enter))
        .route("/v/ask", post(ask))
        .route("/v/sign", post(sign))
        .route("/v/check", post(check))
        .route("/v/state", get(state))
        .route("/v/speak", get(speak))
        .route("/v/assets/verify.js", get(script))
        .route("/v/assets/verify.css", get(style))
}

/// Takes the token out of the address.
async fn enter(
    Path((issuer, secret)): Path<(String, String)>,
    State(state): State<AppState>,
    headers: HeaderMap,
) -> Result<Response, Trouble> {
    let language = session::language(&headers, None);
    let token = LinkToken::read(&issuer, &secret).ok_or(Trouble::unknown(language))?;
    let cookie = opened(&state, &token).await;
    let cookie = cookie.map_err(|problem| Trouble::of(problem, language))?;
    let mut response = Redirect::to("/v").into_response();
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    response.headers_mut().insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    Ok(response)
}

/// Notes that the person has come; the cookie that lets them stay.
async fn opened(state: &AppState, token: &LinkToken) -> Result<HeaderValue> {
    let link = linking::opened(state, token).await?;
    let now = state.clock.now();
    let noted = state.store.link_opened(token.issuer(), link.id, now);
    noted.await?;
    Ok(session::cookie(token, state.site()?.is_secure()))
}

/// Which language a person chooses.
#[derive(Deserialize)]
struct Chosen {
    language: LanguageTag,
}

/// Changes the pages' language.
async fn speak(chosen: Result<Query<Chosen>, QueryRejection>) -> Response {
    let chosen = chosen.ok();
    let language = chosen.and_then(|Query(chosen)| Language::of(&chosen.language));
    let mut response = Redirect::to("/v").into_response();
    if let Some(language) = language {
        let cookie = session::language_cookie(language);
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

impl Visit {
    async fn standing(&self, state: &AppState) -> Result<Standing, Trouble> {
        let standing = Standing::of(state, self.issuer(), &self.link).await;
        standing.map_err(|problem| self.trouble(problem))
    }

    /// The page of the link, with what was refused.
    async fn refused(&self, state: &AppState, problem: &Problem) -> Result<Response, Trouble> {
        let standing = self.standing(state).await?;
        let words = page::refusal(problem, &standing.issuer, self.language);
        page::link(&standing, Some(&words), self.language)
    }

    /// The same for the page's script.
    async fn refused_json(&self, state: &AppState, problem: &Problem) -> Trouble {
        match self.standing(state).await {
            Ok(standing) => {
                let words = page::refusal(problem, &standing.issuer, self.language);
                Trouble::json(problem, words, self.language)
            }
            Err(trouble) => trouble,
        }
    }

    /// That a form lacks a field.
    async fn unfilled(&self, state: &AppState, headers: &HeaderMap) -> Result<Response, Trouble> {
        let words = self.language.texts().unfilled;
        if wants_json(headers) {
            let problem = Problem::plain(&catalog::MALFORMED);
            return Err(Trouble::json(&problem, words.to_owned(), self.language));
        }
        let standing = self.standing(state).await?;
        page::link(&standing, Some(words), self.language)
    }
}

async fn show(State(state): State<AppState>, visit: Visit) -> Result<Response, Trouble> {
    let standing = visit.standing(&state).await?;
    page::link(&standing, None, visit.language)
}

async fn state(State(state): State<AppState>, visit: Visit) -> Result<Json<serde_json::Value>> {
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
    asked: Result<Form<Asked>, FormRejection>,
) -> Result<Response, Trouble> {
    visit.came_from_here(&state, &headers)?;
    let Ok(Form(asked)) = asked else {
        return visit.unfilled(&state, &headers).await;
    };
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
    match message {
        Err(problem) if wants_json(&headers) => Err(visit.refused_json(&state, &problem).await),
        Err(problem) => visit.refused(&state, &problem).await,
        Ok(message) if wants_json(&headers) => {
            Ok(Json(json!({ "message": message.to_string() })).into_response())
        }
        Ok(message) => {
            let standing = visit.standing(&state).await?;
            page::message(&standing, &message.to_string(), visit.language)
        }
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
    signed: Result<Form<Signed>, FormRejection>,
) -> Result<Response, Trouble> {
    visit.came_from_here(&state, &headers)?;
    let Ok(Form(signed)) = signed else {
        return visit.unfilled(&state, &headers).await;
    };
    // Forms send texts with the line ends of the network.
    let message = signed.message.replace("\r\n", "\n");
    let signature = alloy_primitives::hex::decode(signed.signature.trim());
    let Ok(signature) = signature else {
        let words = visit.language.texts().bad_signature;
        if wants_json(&headers) {
            let problem = Problem::plain(&catalog::NOT_PROVEN);
            return Err(Trouble::json(&problem, words.to_owned(), visit.language));
        }
        let standing = visit.standing(&state).await?;
        return page::link(&standing, Some(words), visit.language);
    };
    match linking::prove(&state, visit.issuer(), &visit.link, &message, &signature).await {
        Err(problem) if wants_json(&headers) => Err(visit.refused_json(&state, &problem).await),
        Err(problem) => visit.refused(&state, &problem).await,
        Ok(wallet) if wants_json(&headers) => {
            Ok(Json(json!({ "wallet": wallet.to_string() })).into_response())
        }
        Ok(_) => Ok(Redirect::to("/v").into_response()),
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
    match linking::begin_check(&state, visit.issuer(), &visit.link, visit.tag()).await {
        Ok(url) => page::leave(url.expose_secret(), visit.language),
        // Nothing was signed here that could prove anything.
        Err(problem) if problem.kind.code == catalog::NOT_PROVEN.code => {
            let standing = visit.standing(&state).await?;
            let words = visit.language.texts().wallet_first;
            page::link(&standing, Some(words), visit.language)
        }
        Err(problem) => visit.refused(&state, &problem).await,
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
