//! Who visits: a link's token, in a cookie.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, header, request::Parts},
};
use symbolon_core::{ids::IssuerId, link::LinkToken};
use symbolon_store::Link;

use crate::{
    linking,
    problem::{Problem, Result, catalog},
    state::AppState,
};

use super::page::Trouble;

const COOKIE: &str = "symbolon_link";
/// The longest that a link lasts.
const MONTH_SECONDS: u32 = 30 * 24 * 3_600;

/// Somebody who has a link's token, and the link as it was a moment ago.
pub(super) struct Visit {
    token: LinkToken,
    pub(super) link: Link,
}

impl Visit {
    /// Whose link it is.
    pub(super) fn issuer(&self) -> &IssuerId {
        self.token.issuer()
    }

    /// Refuses what another site's page has sent.
    pub(super) fn came_from_here(
        &self,
        state: &AppState,
        headers: &HeaderMap,
    ) -> Result<(), Problem> {
        let origin = linking::site(state)?.origin();
        let came = headers.get(header::ORIGIN);
        match came.is_some_and(|came| came.as_bytes() == origin.as_bytes()) {
            true => Ok(()),
            false => Err(Problem::new(
                &catalog::NOT_FOUND,
                "the request came from no page of this site",
            )),
        }
    }
}

/// The cookie that keeps a token. A browser sends it along when the person comes back from
/// the provider, and with nothing that another site's page does in the background.
pub(super) fn cookie(token: &LinkToken, secure: bool) -> HeaderValue {
    let secure = if secure { "; Secure" } else { "" };
    let text = format!(
        "{COOKIE}={}.{}; Path=/v; HttpOnly; SameSite=Lax; Max-Age={MONTH_SECONDS}{secure}",
        token.issuer(),
        token.expose(),
    );
    // Slugs and hexadecimal digits always fit.
    let mut value = HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

fn presented(headers: &HeaderMap) -> Option<LinkToken> {
    let cookies = headers.get_all(header::COOKIE).iter();
    let mut pairs = cookies
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(name, _)| *name == COOKIE)?;
    let (issuer, secret) = value.split_once('.')?;
    LinkToken::read(issuer, secret)
}

impl FromRequestParts<AppState> for Visit {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Trouble> {
        let token = presented(&parts.headers).ok_or(Trouble::Unknown)?;
        let link = linking::opened(state, &token).await?;
        Ok(Self { token, link })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_from_its_cookie() {
        let token = LinkToken::from_random("acme".parse().unwrap(), [7; 32]);
        let set = cookie(&token, true);
        let text = set.to_str().unwrap();
        assert!(text.ends_with("; Secure") && text.contains("HttpOnly"));
        let pair = text.split(';').next().unwrap();
        let mut headers = HeaderMap::new();
        let sent = format!("other=1; {pair}");
        headers.insert(header::COOKIE, sent.parse().unwrap());
        assert_eq!(presented(&headers), Some(token));
        headers.insert(header::COOKIE, "symbolon_link=x".parse().unwrap());
        assert_eq!(presented(&headers), None);
    }
}
