//! In which language a link's pages speak, and that what they are told stays a text.

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use serde_json::{Value, json};

use crate::harness::{NOW, Reply, Server, wallet};

const EVIL: &str = "Rot & <script>alert(1)</script>\"";
/// What each language says of a link that somebody may use.
const HEADINGS: [(&str, &str); 5] = [
    ("en", "asks which wallet is yours"),
    ("de", "möchte wissen, welches Wallet Ihnen gehört"),
    ("fr", "vous demande quel portefeuille est le vôtre"),
    ("es", "le pregunta qué monedero es suyo"),
    ("it", "chiede quale portafoglio è Suo"),
];

/// Somebody's browser: what it likes, and the cookies that it was given.
#[derive(Default)]
pub(crate) struct Browser {
    accepts: &'static str,
    cookies: Vec<String>,
}

impl Browser {
    fn liking(accepts: &'static str) -> Self {
        Self {
            accepts,
            ..Self::default()
        }
    }

    async fn send(&mut self, server: &Server, request: Request<Body>) -> Reply {
        let (mut parts, body) = request.into_parts();
        let liked = (!self.accepts.is_empty()).then_some(self.accepts);
        for (name, value) in [
            (header::ACCEPT_LANGUAGE, liked),
            (header::COOKIE, Some(&*self.cookies.join("; "))),
        ] {
            if let Some(value) = value {
                parts.headers.insert(name, value.parse().unwrap());
            }
        }
        let reply = server.send(Request::from_parts(parts, body)).await;
        for set in reply.headers.get_all(header::SET_COOKIE) {
            let pair = set.to_str().unwrap().split(';').next().unwrap();
            let (name, _) = pair.split_once('=').unwrap();
            self.cookies.retain(|known| !known.starts_with(name));
            self.cookies.push(pair.to_owned());
        }
        reply
    }

    pub(crate) async fn get(&mut self, server: &Server, path: &str) -> Reply {
        let request = Request::get(path).body(Body::empty()).unwrap();
        self.send(server, request).await
    }

    pub(crate) async fn post(
        &mut self,
        server: &Server,
        path: &str,
        accept: &str,
        form: String,
    ) -> Reply {
        let here = Some("https://kyc.example.com");
        self.post_from(server, here, path, accept, form).await
    }

    async fn post_from(
        &mut self,
        server: &Server,
        origin: Option<&str>,
        path: &str,
        accept: &str,
        form: String,
    ) -> Reply {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::ACCEPT, accept)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(origin) = origin {
            request = request.header(header::ORIGIN, origin);
        }
        let request = request.body(Body::from(form)).unwrap();
        self.send(server, request).await
    }

    /// Opens a link, and looks at its page.
    pub(crate) async fn open(&mut self, server: &Server, link: &Value) -> Reply {
        let url = link["url"].as_str().unwrap();
        let path = url.strip_prefix("https://kyc.example.com").unwrap();
        assert_eq!(self.get(server, path).await.status, 303);
        self.get(server, "/v").await
    }
}

async fn link(server: &Server, language: Option<&str>) -> Value {
    let body = json!({"check": false, "language": language});
    server.post("/v1/links", body).await.expect(201)
}

/// That a page is in this language and no other, by its words and by what it says of
/// itself.
fn speaks(page: &Reply, code: &str) {
    assert_eq!(page.headers[header::CONTENT_LANGUAGE], code);
    let declared = format!("<html lang=\"{code}\">");
    assert!(page.text.contains(&declared), "{}", page.text);
    for (other, heading) in HEADINGS {
        assert_eq!(
            page.text.contains(heading),
            other == code,
            "{other} in {code}"
        );
    }
}

#[tokio::test]
async fn a_page_speaks_as_was_chosen_else_as_the_link_says_else_as_the_browser_likes() {
    let server = Server::with_vault().await;
    for (code, _) in HEADINGS {
        let link = link(&server, Some(code)).await;
        let mut browser = Browser::liking("es, en;q=0.5");
        speaks(&browser.open(&server, &link).await, code);
    }
    let any = link(&server, None).await;
    for (accepts, code) in [
        ("fr-CH, fr;q=0.9, en;q=0.8", "fr"),
        ("pt, it;q=0.3", "it"),
        ("ja", "en"),
        ("", "en"),
    ] {
        speaks(&Browser::liking(accepts).open(&server, &any).await, code);
    }
    // What the provider alone speaks is no language of these pages.
    let other = link(&server, Some("pt-BR")).await;
    speaks(&Browser::liking("de").open(&server, &other).await, "de");

    let german = link(&server, Some("de-AT")).await;
    let mut browser = Browser::liking("es");
    let page = browser.open(&server, &german).await;
    speaks(&page, "de");
    for (code, _) in HEADINGS {
        let choice = format!("href=\"/v/speak?language={code}\" lang=\"{code}\"");
        assert_eq!(page.text.contains(&choice), code != "de", "{code}");
    }
    let chosen = browser.get(&server, "/v/speak?language=fr").await;
    assert_eq!(chosen.headers[header::LOCATION], "/v");
    speaks(&browser.get(&server, "/v").await, "fr");
    for nothing in [
        "/v/speak?language=ja",
        "/v/speak?language=%3Cb%3E",
        "/v/speak",
    ] {
        let kept = browser.get(&server, nothing).await;
        assert_eq!(kept.status, 303);
        assert_eq!(kept.headers.get(header::SET_COOKIE), None);
    }
    speaks(&browser.get(&server, "/v").await, "fr");
}

#[tokio::test]
async fn a_link_that_opens_nothing_says_so_in_the_browsers_language() {
    let server = Server::with_vault().await;
    let nobodys = format!("/v/acme/{}", "0".repeat(64));
    for path in ["/v", "/v/acme/4711", &nobodys] {
        let page = Browser::liking("it").get(&server, path).await;
        assert_eq!(page.status, 404);
        assert!(
            page.text.contains("Questo link non apre nulla"),
            "{}",
            page.text
        );
        assert_eq!(page.headers[header::CONTENT_LANGUAGE], "it");
    }
}

#[tokio::test]
async fn what_is_refused_is_said_in_the_persons_language_and_kept_in_a_programs_code() {
    let server = Server::with_vault().await;
    let link = link(&server, Some("de")).await;
    let mut browser = Browser::default();
    browser.open(&server, &link).await;
    // The issuer is on no chain that could be asked.
    let form = format!("address={}&chain_id=1", wallet(7));
    let says = "Nach dieser Blockchain ist nicht gefragt";
    let page = browser
        .post(&server, "/v/ask", "text/html", form.clone())
        .await;
    assert_eq!(page.status, 422);
    speaks(&page, "de");
    assert!(page.text.contains(says), "{}", page.text);
    let told = browser
        .post(&server, "/v/ask", "application/json", form)
        .await;
    let problem = told.problem(422, "invalid_fields");
    assert!(
        problem["detail"].as_str().unwrap().starts_with(says),
        "{problem}"
    );
    let form = "message=x&signature=zz".to_owned();
    let told = browser
        .post(&server, "/v/sign", "application/json", form)
        .await;
    let problem = told.problem(422, "not_proven");
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.starts_with("Das ist keine Unterschrift"), "{detail}");
}

#[tokio::test]
async fn what_comes_from_no_page_of_the_site_is_no_unknown_link() {
    let server = Server::with_vault().await;
    let link = link(&server, Some("de")).await;
    let mut browser = Browser::default();
    browser.open(&server, &link).await;
    let says = "Das kam nicht von dieser Seite";
    for path in ["/v/ask", "/v/sign", "/v/check"] {
        for origin in [None, Some("null"), Some("https://evil.example")] {
            let page = browser
                .post_from(&server, origin, path, "text/html", String::new())
                .await;
            assert_eq!(page.status, 403, "{path} {origin:?}");
            assert!(page.text.contains(says), "{}", page.text);
            assert_eq!(page.headers[header::CONTENT_LANGUAGE], "de");
            let told = browser
                .post_from(&server, origin, path, "application/json", String::new())
                .await;
            let problem = told.problem(403, "foreign_page");
            assert!(problem["detail"].as_str().unwrap().starts_with(says));
        }
    }
    // Whoever opens it with a slash more finds it all the same.
    let slash = browser.get(&server, "/v/").await;
    assert_eq!(slash.status, 303);
    assert_eq!(slash.headers[header::LOCATION], "/v");
}

#[tokio::test]
async fn an_empty_form_is_answered_in_the_persons_language() {
    let server = Server::with_vault().await;
    let link = link(&server, Some("fr")).await;
    let mut browser = Browser::default();
    browser.open(&server, &link).await;
    let says = "Il manque quelque chose";
    for path in ["/v/ask", "/v/sign"] {
        for form in ["", "address=x", "message=x&chain_id=x"] {
            let page = browser
                .post(&server, path, "text/html", form.to_owned())
                .await;
            assert_eq!(page.status, 422, "{path} {form}");
            speaks(&page, "fr");
            assert!(page.text.contains(says), "{}", page.text);
            let told = browser
                .post(&server, path, "application/json", form.to_owned())
                .await;
            let problem = told.problem(400, "malformed_body");
            assert!(problem["detail"].as_str().unwrap().starts_with(says));
        }
    }
}

#[tokio::test]
async fn what_a_page_is_told_stays_a_text_in_every_language() {
    let mut server = Server::with_vault().await;
    let evil = "evil".parse().unwrap();
    let made = server.state.store.create_issuer(&evil, EVIL, NOW).await;
    made.unwrap();
    server.key = server.api_key("evil", "backend").await;
    for (code, _) in HEADINGS {
        let link = link(&server, Some(code)).await;
        let page = Browser::default().open(&server, &link).await;
        speaks(&page, code);
        assert!(!page.text.contains("<script>"), "{}", page.text);
        assert!(!page.text.contains("Rot & "), "{}", page.text);
        assert!(page.text.contains("Rot &#38; &#60;script"), "{}", page.text);
    }
}
