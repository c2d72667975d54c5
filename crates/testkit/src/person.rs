//! A person with a browser and a wallet, who was sent a link.

#![allow(
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "a test whose person cannot go on has nothing better to do"
)]

use alloy::signers::{SignerSync, local::PrivateKeySigner};
use reqwest::{Client, Response, header, redirect::Policy};
use serde_json::Value;

/// What is filled in on the stand-ins' pages, but for what was pressed.
pub const ANA: [(&str, &str); 8] = [
    ("given_names", "Ana"),
    ("family_name", "Sample"),
    ("birth_date", "1990-02-03"),
    ("country", "DEU"),
    ("nationality", "FRA"),
    ("document_number", "X0000000"),
    ("document_expires", "2035-01-01"),
    ("accredited", "false"),
];

/// Somebody who was sent a link.
#[derive(Debug)]
pub struct Person {
    browser: Client,
    site: String,
    cookie: String,
}

/// What a key's wallet answers to `personal_sign`.
pub fn signed(key: &PrivateKeySigner, message: &str) -> String {
    let signature = key.sign_message_sync(message.as_bytes()).unwrap();
    alloy::primitives::hex::encode_prefixed(signature.as_bytes())
}

impl Person {
    /// Somebody who is about to open a link of this site's.
    pub fn new(site: &str) -> Self {
        let browser = Client::builder().redirect(Policy::none()).no_proxy();
        Self {
            browser: browser.build().unwrap(),
            site: site.to_owned(),
            cookie: String::new(),
        }
    }

    /// Opens a link.
    pub async fn open(&mut self, url: &str) {
        let answer = self.browser.get(url).send().await.unwrap();
        assert_eq!(answer.status(), 303);
        assert_eq!(answer.headers()[header::LOCATION], "/v");
        let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap();
        cookie
            .split(';')
            .next()
            .unwrap()
            .clone_into(&mut self.cookie);
        let page = self.get("/v").await;
        assert_eq!(page.status(), 200);
        let policy = &page.headers()[header::CONTENT_SECURITY_POLICY];
        assert!(policy.to_str().unwrap().contains("default-src 'none'"));
    }

    async fn get(&self, path: &str) -> Response {
        let request = self.browser.get(format!("{}{path}", self.site));
        let request = request.header(header::COOKIE, &self.cookie);
        request.send().await.unwrap()
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        let body = form(fields);
        let request = self.browser.post(format!("{}{path}", self.site));
        let request = request
            .header(header::COOKIE, &self.cookie)
            .header(header::ORIGIN, &self.site)
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        request.body(body).send().await.unwrap()
    }

    /// How it stands, as the page's script sees it.
    pub async fn state(&self) -> Value {
        self.get("/v/state").await.json().await.unwrap()
    }

    /// Asks for the message to sign.
    pub async fn ask(&self, key: &PrivateKeySigner, chain: u64) -> Value {
        let (address, chain) = (key.address().to_string(), chain.to_string());
        let asked = [("address", address.as_str()), ("chain_id", &chain)];
        self.post("/v/ask", &asked).await.json().await.unwrap()
    }

    /// Hands in a signature.
    pub async fn sign(&self, message: &str, signature: &str) -> Value {
        let signed = [("message", message), ("signature", signature)];
        self.post("/v/sign", &signed).await.json().await.unwrap()
    }

    /// Proves that a key's wallet is theirs.
    pub async fn prove(&self, key: &PrivateKeySigner, chain: u64) {
        let asked = self.ask(key, chain).await;
        let message = asked["message"]
            .as_str()
            .unwrap_or_else(|| panic!("{asked}"));
        let bound = self.sign(message, &signed(key, message)).await;
        assert_eq!(bound["wallet"], key.address().to_string(), "{bound}");
    }

    /// Presses the button of the check: the status and the page.
    pub async fn press_check(&self) -> (u16, String) {
        let answer = self.post("/v/check", &[]).await;
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// Goes to the provider; returns its address.
    pub async fn begin_check(&self) -> String {
        let (status, page) = self.press_check().await;
        assert_eq!(status, 200, "{page}");
        let url = page.split("href=\"http").nth(1).unwrap();
        let url = url.split('"').next().unwrap();
        format!("http{url}")
            .replace("&amp;", "&")
            .replace("&#38;", "&")
    }

    /// Fills the provider's form in as Ana, and presses a button; says where that leads.
    pub async fn walk(&self, session: &str, press: &str) -> String {
        self.walk_as(&ANA, session, press).await
    }

    /// The same, with papers that say something else of these.
    pub async fn walk_with(&self, session: &str, press: &str, papers: &[(&str, &str)]) -> String {
        let mut who: Vec<(&str, &str)> = ANA.to_vec();
        for (name, value) in papers {
            who.retain(|(known, _)| known != name);
            who.push((name, value));
        }
        self.walk_as(&who, session, press).await
    }

    /// The same as somebody else.
    pub async fn walk_as(&self, who: &[(&str, &str)], session: &str, press: &str) -> String {
        let page = self.browser.get(session).send().await.unwrap();
        assert_eq!(page.status(), 200);
        let body = form(who.iter().chain([&("press", press)]));
        let kind = "application/x-www-form-urlencoded";
        let request = self
            .browser
            .post(session)
            .header(header::CONTENT_TYPE, kind);
        let answer = request.body(body).send().await.unwrap();
        answer.headers()[header::LOCATION]
            .to_str()
            .unwrap()
            .to_owned()
    }
}

fn form<'a>(fields: impl IntoIterator<Item = &'a (&'a str, &'a str)>) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    form.finish()
}
