//! Who visits, by a link's token in a cookie, and in which language.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, header, request::Parts},
};
use symbolon_core::{ids::IssuerId, link::LinkToken};
use symbolon_store::Link;

use crate::{
    language::Language,
    linking,
    problem::{Problem, Result, catalog},
    state::AppState,
};

use super::page::Trouble;

const COOKIE: &str = "symbolon_link";
/// The language that the person has chosen on a page.
const LANGUAGE_COOKIE: &str = "symbolon_language";
/// The longest that a link lasts.
const MONTH_SECONDS: u32 = 30 * 24 * 3_600;

/// Somebody who has a link's token, and the link as it was a moment ago.
pub(super) struct Visit {
    token: LinkToken,
    pub(super) link: Link,
    /// In which language the pages are.
    pub(super) language: Language,
    chosen: bool,
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
    ) -> Result<(), Trouble> {
        let site = state.site().map_err(|problem| self.trouble(problem))?;
        let (origin, came) = (site.origin(), headers.get(header::ORIGIN));
        if came.is_some_and(|came| came.as_bytes() == origin.as_bytes()) {
            return Ok(());
        }
        let problem = Problem::plain(&catalog::FOREIGN_PAGE);
        if !super::wants_json(headers) {
            return Err(self.trouble(problem));
        }
        let (what, remedy) = self.language.texts().elsewhere;
        let words = format!("{what}. {remedy}");
        Err(Trouble::json(&problem, words, self.language))
    }

    /// In which language the provider is to speak: it may know more of them than we do.
    pub(super) fn tag(&self) -> &str {
        match &self.link.purpose.language {
            Some(tag) if !self.chosen => tag.as_str(),
            _ => self.language.code(),
        }
    }

    /// Something that went wrong, in this person's language.
    pub(super) fn trouble(&self, problem: Problem) -> Trouble {
        Trouble::of(problem, self.language)
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

/// The cookie that keeps which language the person has chosen.
pub(super) fn language_cookie(language: Language) -> HeaderValue {
    let text = format!(
        "{LANGUAGE_COOKIE}={}; Path=/v; HttpOnly; SameSite=Lax; Max-Age={MONTH_SECONDS}",
        language.code(),
    );
    // Two letters always fit.
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
}

fn kept<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get_all(header::COOKIE).iter();
    let mut pairs = cookies
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value)
}

fn presented(headers: &HeaderMap) -> Option<LinkToken> {
    let (issuer, secret) = kept(headers, COOKIE)?.split_once('.')?;
    LinkToken::read(issuer, secret)
}

fn chosen(headers: &HeaderMap) -> Option<Language> {
    let tag = kept(headers, LANGUAGE_COOKIE)?.parse().ok()?;
    Language::of(&tag)
}

/// The language that the person has chosen, else the link's, else the browser's.
pub(super) fn language(headers: &HeaderMap, link: Option<&Link>) -> Language {
    let of_link = || Language::of(link?.purpose.language.as_ref()?);
    let of_browser = || Language::liked(headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?);
    let found = chosen(headers).or_else(of_link).or_else(of_browser);
    found.unwrap_or_default()
}

impl FromRequestParts<AppState> for Visit {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Trouble> {
        let headers = &parts.headers;
        let spoken = language(headers, None);
        let token = presented(headers).ok_or(Trouble::unknown(spoken))?;
        let link = linking::opened(state, &token).await;
        let link = link.map_err(|problem| Trouble::of(problem, spoken))?;
        Ok(Self {
            token,
            language: language(headers, Some(&link)),
            chosen: chosen(headers).is_some(),
            link,
        })
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

    #[test]
    fn what_a_person_chose_goes_before_what_the_browser_likes() {
        let mut headers = HeaderMap::new();
        assert_eq!(language(&headers, None), Language::English);
        headers.insert(header::ACCEPT_LANGUAGE, "it, de;q=0.5".parse().unwrap());
        assert_eq!(language(&headers, None), Language::Italian);
        let set = language_cookie(Language::French);
        let pair = set.to_str().unwrap().split(';').next().unwrap();
        headers.insert(header::COOKIE, pair.parse().unwrap());
        assert_eq!(language(&headers, None), Language::French);
        headers.insert(header::COOKIE, "symbolon_language=ja".parse().unwrap());
        assert_eq!(language(&headers, None), Language::Italian);
    }
}
