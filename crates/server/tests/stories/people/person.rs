//! A person with a browser and a wallet.

use alloy::signers::{SignerSync, local::PrivateKeySigner};
use reqwest::{Client, Response, header, redirect::Policy};
use serde_json::Value;

/// Somebody who was sent a link.
pub(crate) struct Person {
    browser: Client,
    site: String,
    cookie: String,
}

/// What a person's papers say.
pub(crate) struct Papers<'a> {
    /// Where the person lives (alpha-3).
    pub(crate) country: &'a str,
    /// The document's last day.
    pub(crate) expire: &'a str,
}

impl Default for Papers<'_> {
    fn default() -> Self {
        Self {
            country: "DEU",
            expire: "2035-01-01",
        }
    }
}

/// What a key's wallet answers to `personal_sign`.
pub(crate) fn signed(key: &PrivateKeySigner, message: &str) -> String {
    let signature = key.sign_message_sync(message.as_bytes()).unwrap();
    alloy::primitives::hex::encode_prefixed(signature.as_bytes())
}

impl Person {
    pub(crate) fn new(site: &str) -> Self {
        let browser = Client::builder().redirect(Policy::none()).no_proxy();
        Self {
            browser: browser.build().unwrap(),
            site: site.to_owned(),
            cookie: String::new(),
        }
    }

    /// Opens a link.
    pub(crate) async fn open(&mut self, url: &str) {
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
        let body = fields
            .iter()
            .fold(form(), |mut form, (name, value)| {
                form.append_pair(name, value);
                form
            })
            .finish();
        let request = self.browser.post(format!("{}{path}", self.site));
        let request = request
            .header(header::COOKIE, &self.cookie)
            .header(header::ORIGIN, &self.site)
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        request.body(body).send().await.unwrap()
    }

    /// How it stands, as the page's script sees it.
    pub(crate) async fn state(&self) -> Value {
        self.get("/v/state").await.json().await.unwrap()
    }

    /// Asks for the message to sign.
    pub(crate) async fn ask(&self, key: &PrivateKeySigner, chain: u64) -> Value {
        let (address, chain) = (key.address().to_string(), chain.to_string());
        let asked = [("address", address.as_str()), ("chain_id", &chain)];
        self.post("/v/ask", &asked).await.json().await.unwrap()
    }

    /// Hands in a signature.
    pub(crate) async fn sign(&self, message: &str, signature: &str) -> Value {
        let signed = [("message", message), ("signature", signature)];
        self.post("/v/sign", &signed).await.json().await.unwrap()
    }

    /// Proves that a key's wallet is theirs.
    pub(crate) async fn prove(&self, key: &PrivateKeySigner, chain: u64) {
        let asked = self.ask(key, chain).await;
        let message = asked["message"]
            .as_str()
            .unwrap_or_else(|| panic!("{asked}"));
        let bound = self.sign(message, &signed(key, message)).await;
        assert_eq!(bound["wallet"], key.address().to_string(), "{bound}");
    }

    /// Presses the button of the check: the status and the page.
    pub(crate) async fn press_check(&self) -> (u16, String) {
        let answer = self.post("/v/check", &[]).await;
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// Goes to the provider; returns its address.
    pub(crate) async fn begin_check(&self) -> String {
        let (status, page) = self.press_check().await;
        assert_eq!(status, 200, "{page}");
        let url = page.split("href=\"http").nth(1).unwrap();
        let url = url.split('"').next().unwrap();
        format!("http{url}")
            .replace("&amp;", "&")
            .replace("&#38;", "&")
    }

    /// Fills the provider's form in and presses a button; says where that leads.
    pub(crate) async fn walk(&self, session: &str, press: &str) -> String {
        self.walk_with(session, press, &Papers::default()).await
    }

    /// The same, with these papers.
    pub(crate) async fn walk_with(
        &self,
        session: &str,
        press: &str,
        papers: &Papers<'_>,
    ) -> String {
        let page = self.browser.get(session).send().await.unwrap();
        assert_eq!(page.status(), 200);
        let fields = [
            ("given_names", "Ana"),
            ("family_name", "Sample"),
            ("birth_date", "1990-02-03"),
            ("country", papers.country),
            ("nationality", "FRA"),
            ("document_number", "X0000000"),
            ("document_expires", papers.expire),
            ("accredited", "false"),
            ("press", press),
        ];
        let mut body = form();
        for (name, value) in fields {
            body.append_pair(name, value);
        }
        let kind = "application/x-www-form-urlencoded";
        let request = self
            .browser
            .post(session)
            .header(header::CONTENT_TYPE, kind);
        let answer = request.body(body.finish()).send().await.unwrap();
        answer.headers()[header::LOCATION]
            .to_str()
            .unwrap()
            .to_owned()
    }
}

fn form() -> form_urlencoded::Serializer<'static, String> {
    form_urlencoded::Serializer::new(String::new())
}
