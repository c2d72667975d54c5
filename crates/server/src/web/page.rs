//! The pages' HTML, each in one language.

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};

use super::standing::Standing;
use crate::{
    language::{Language, Texts},
    problem::{Problem, catalog},
};

/// Why somebody is shown another page, and in which language.
#[derive(Debug)]
pub(super) struct Trouble {
    language: Language,
    what: What,
}

#[derive(Debug)]
enum What {
    /// No token, or one that opens nothing.
    Unknown,
    /// Something else, for people.
    Problem(Problem),
    /// Something else, for the page's script.
    Json(Problem),
}

impl Trouble {
    /// No token, or one that opens nothing.
    pub(super) const fn unknown(language: Language) -> Self {
        Self {
            language,
            what: What::Unknown,
        }
    }

    /// Something else, for people.
    pub(super) fn of(problem: Problem, language: Language) -> Self {
        let what = match problem.kind.code {
            code if code == catalog::NOT_FOUND.code => What::Unknown,
            _ => What::Problem(problem),
        };
        Self { language, what }
    }

    /// Something else, for the page's script: in the person's words, by the same code.
    pub(super) fn json(problem: &Problem, words: String, language: Language) -> Self {
        let what = What::Json(Problem::new(problem.kind, words));
        Self { language, what }
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let t = self.language.texts();
        let (status, notice) = match self.what {
            What::Json(problem) => return problem.into_response(),
            What::Unknown => (StatusCode::NOT_FOUND, t.unknown),
            What::Problem(problem) => match problem.kind.code {
                code if code == catalog::LINK_OVER.code => (problem.status(), t.gone),
                code if code == catalog::FOREIGN_PAGE.code => (problem.status(), t.elsewhere),
                _ => (problem.status(), t.trouble),
            },
        };
        let page = NoticePage {
            language: self.language,
            t,
            notice,
        };
        html(page.render().unwrap_or_default(), self.language, status)
    }
}

#[derive(Template)]
#[template(path = "link.html")]
struct LinkPage<'a> {
    language: Language,
    t: &'static Texts,
    at: &'a Standing,
    expires: String,
    error: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "message.html")]
struct MessagePage<'a> {
    language: Language,
    t: &'static Texts,
    at: &'a Standing,
    message: &'a str,
}

#[derive(Template)]
#[template(path = "leave.html")]
struct LeavePage<'a> {
    language: Language,
    t: &'static Texts,
    url: &'a str,
}

#[derive(Template)]
#[template(path = "notice.html")]
struct NoticePage {
    language: Language,
    t: &'static Texts,
    notice: (&'static str, &'static str),
}

/// What there is to do, and how it stands.
pub(super) fn link(
    at: &Standing,
    error: Option<&str>,
    language: Language,
) -> Result<Response, Trouble> {
    let status = match error {
        None => StatusCode::OK,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let page = LinkPage {
        language,
        t: language.texts(),
        at,
        expires: language.moment(at.expires),
        error,
    };
    rendered(&page, language, status)
}

/// A message that is to be signed by other means.
pub(super) fn message(
    at: &Standing,
    message: &str,
    language: Language,
) -> Result<Response, Trouble> {
    let page = MessagePage {
        language,
        t: language.texts(),
        at,
        message,
    };
    rendered(&page, language, StatusCode::OK)
}

/// On to the provider.
pub(super) fn leave(url: &str, language: Language) -> Result<Response, Trouble> {
    let t = language.texts();
    rendered(&LeavePage { language, t, url }, language, StatusCode::OK)
}

/// A refusal in the person's words: what to do, and nothing that a program would want to
/// know.
pub(super) fn refusal(problem: &Problem, issuer: &str, language: Language) -> String {
    let t = language.texts();
    let field = problem.errors.first().map(|error| error.code);
    let words = match (problem.kind.code, field) {
        (_, Some("other_wallet")) => t.other_wallet,
        (_, Some("unknown_chain")) => t.unknown_chain,
        ("invalid_fields", _) => t.bad_address,
        ("not_proven", _) => t.not_proven,
        ("chain_silent", _) => t.chain_silent,
        ("provider_failed", _) => t.provider_failed,
        ("wallet_taken", _) => return (t.wallet_taken)(issuer),
        ("link_over" | "attestation_needed", _) => return (t.over)(issuer),
        _ if problem.kind.status >= 500 => {
            let (what, remedy) = t.trouble;
            return format!("{what}. {remedy}");
        }
        _ => return (t.refused)(issuer),
    };
    words.to_owned()
}

fn rendered(
    page: &impl Template,
    language: Language,
    status: StatusCode,
) -> Result<Response, Trouble> {
    let text = page.render();
    let text = text.map_err(|error| Trouble::of(Problem::internal(&error), language))?;
    Ok(html(text, language, status))
}

/// A page, with the headers that keep it to itself.
fn html(page: String, language: Language, status: StatusCode) -> Response {
    let mut response = (status, Html(page)).into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
             base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        ),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_LANGUAGE, language.code()),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::FieldError;

    #[test]
    fn what_is_refused_is_said_in_the_persons_language_and_by_nobodys_field_names() {
        let of_field = |code| {
            let error = FieldError::new("address", code, "in English");
            Problem::invalid(vec![error])
        };
        let problems = [
            of_field("other_wallet"),
            of_field("unknown_chain"),
            of_field("bad_checksum"),
            Problem::plain(&catalog::NOT_PROVEN),
            Problem::plain(&catalog::CHAIN_SILENT),
            Problem::plain(&catalog::PROVIDER_FAILED),
            Problem::plain(&catalog::WALLET_TAKEN),
            Problem::plain(&catalog::LINK_OVER),
            Problem::plain(&catalog::INTERNAL),
            Problem::plain(&catalog::REVOKED),
        ];
        for language in Language::ALL {
            let said: std::collections::BTreeSet<_> = problems
                .iter()
                .map(|problem| refusal(problem, "Acme", language))
                .collect();
            assert_eq!(said.len(), problems.len(), "each has its own: {said:?}");
            for (problem, words) in problems.iter().zip(&said) {
                assert!(!said.contains(&problem.detail), "{words}");
            }
        }
    }
}
