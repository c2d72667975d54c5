//! A person of the story: with a browser, a wallet and a document.

use alloy::{
    hex,
    signers::{SignerSync, local::PrivateKeySigner},
};
use anyhow::{Context, Result, bail, ensure};
use reqwest::{Client, RequestBuilder, header, redirect::Policy};
use serde_json::Value;
use symbolon_core::wallet::WalletAddress;
use url::{Url, form_urlencoded};

const FORM: &str = "application/x-www-form-urlencoded";

/// Somebody who was sent a link.
pub(super) struct Person {
    browser: Client,
    site: Url,
    cookie: String,
    key: PrivateKeySigner,
}

impl Person {
    /// Opens a link.
    pub(super) async fn open(link: &str) -> Result<Self> {
        let browser = Client::builder().redirect(Policy::none()).build()?;
        let answer = browser.get(link).send().await?;
        let cookie = answer.headers().get(header::SET_COOKIE);
        let cookie = cookie.context("the link opens nothing")?.to_str()?;
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        let mut site: Url = link.parse()?;
        site.set_path("");
        Ok(Self {
            browser,
            site,
            cookie,
            key: PrivateKeySigner::random(),
        })
    }

    /// Their wallet.
    pub(super) fn wallet(&self) -> Result<WalletAddress> {
        Ok(WalletAddress::new(self.key.address())?)
    }

    fn post(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        let origin = self.site.origin().ascii_serialization();
        let mut url = self.site.clone();
        url.set_path(path);
        self.browser
            .post(url)
            .header(header::COOKIE, &self.cookie)
            .header(header::ORIGIN, origin)
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, FORM)
            .body(form(fields))
    }

    /// Signs what the page asks for.
    pub(super) async fn prove(&self, chain: u64) -> Result<()> {
        let (address, chain) = (self.key.address().to_string(), chain.to_string());
        let asked = [("address", address.as_str()), ("chain_id", &chain)];
        let asked: Value = self.post("/v/ask", &asked).send().await?.json().await?;
        let message = asked["message"].as_str().context("no message to sign")?;
        let signature = self.key.sign_message_sync(message.as_bytes())?;
        let signature = hex::encode_prefixed(signature.as_bytes());
        let signed = [("message", message), ("signature", signature.as_str())];
        let bound = self.post("/v/sign", &signed).send().await?;
        ensure!(bound.status().is_success(), "the signature was refused");
        Ok(())
    }

    /// Goes to the provider, hands a document in, and comes back.
    pub(super) async fn be_checked(&self) -> Result<()> {
        let page = self.post("/v/check", &[]).send().await?.text().await?;
        let link = page.split("href=\"http").nth(1);
        let link = link.and_then(|rest| rest.split('"').next());
        let link = format!("http{}", link.context("no way to the provider")?);
        let handed_in = form(&[
            ("given_names", "Ana"),
            ("family_name", "Sample"),
            ("birth_date", "1990-02-03"),
            ("country", "DEU"),
            ("nationality", "FRA"),
            ("document_number", "X0000000"),
            ("document_expires", "2035-01-01"),
            ("press", "pass"),
        ]);
        self.browser.get(&link).send().await?;
        let request = self.browser.post(&link).header(header::CONTENT_TYPE, FORM);
        let answer = request.body(handed_in).send().await?;
        if answer.headers().get(header::LOCATION).is_none() {
            bail!("the provider sends nobody back");
        }
        Ok(())
    }
}

fn form(fields: &[(&str, &str)]) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    form.finish()
}
