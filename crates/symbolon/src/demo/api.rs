//! The register's REST API, as the issuer's back end would call it.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context, Result, bail};
use reqwest::{Client, Method, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};
use symbolon_core::{ids::AuthorityIndex, time::UnixSeconds, wallet::WalletAddress};

/// A client with a key.
#[derive(Clone, Debug)]
pub(super) struct Api {
    client: Client,
    base: String,
    key: SecretString,
}

/// An import, as the server reports it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Job {
    pub(super) id: String,
    pub(super) state: String,
    pub(super) accepted: u64,
    pub(super) refused: u64,
}

impl Api {
    pub(super) fn new(server: SocketAddr, key: String) -> Self {
        Self {
            client: Client::new(),
            base: format!("http://{server}"),
            key: key.into(),
        }
    }

    /// Whether the server answers and its database too.
    pub(super) async fn is_ready(&self) -> bool {
        let url = format!("{}/health/ready", self.base);
        let answer = self
            .client
            .get(url)
            .timeout(Duration::from_secs(2))
            .send()
            .await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    /// Sends a whole file, and returns once every row is stored or refused.
    pub(super) async fn import(&self, file: String) -> Result<Job> {
        let request = self.import_request().body(file);
        let job: Job = serde_json::from_value(answer(request).await?)?;
        self.until_finished(&job.id).await
    }

    fn import_request(&self) -> RequestBuilder {
        self.request(Method::POST, "/v1/imports")
            .header("content-type", "text/csv")
            .query(&[
                ("operator", "demo"),
                (
                    "attestation_text",
                    "Verified by the demo, for the demo alone.",
                ),
                ("attestation_version", "1"),
            ])
    }

    async fn until_finished(&self, job: &str) -> Result<Job> {
        loop {
            let path = format!("/v1/imports/{job}");
            let job: Job = serde_json::from_value(self.get(&path).await?)?;
            match job.state.as_str() {
                "finished" => return Ok(job),
                "failed" => bail!("the import failed"),
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    /// Waits until the newest import has stored so many rows, and says how many.
    pub(super) async fn until_stored(&self, rows: u64) -> Result<u64> {
        loop {
            let jobs = self.get("/v1/imports?limit=1").await?;
            let newest = jobs["data"].get(0).cloned().unwrap_or_default();
            let stored = newest["accepted"].as_u64().unwrap_or(0);
            if newest["state"] != "finished" && stored >= rows {
                return Ok(stored);
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Withdraws the verdict of a wallet's holder. With the same key a second
    /// time it does nothing more, and answers the same.
    pub(super) async fn revoke(&self, wallet: WalletAddress, key: Option<&str>) -> Result<()> {
        let entry = json!({"wallet": wallet, "reason": "compliance_violation"});
        let body = json!({"entries": [entry]});
        let mut request = self
            .request(Method::POST, "/v1/revocations/batch")
            .json(&body);
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        entries_ok(&answer(request).await?)
    }

    /// Verifies a new customer by hand.
    pub(super) async fn verify(
        &self,
        wallet: WalletAddress,
        country: &str,
        expiry: UnixSeconds,
    ) -> Result<()> {
        let body = json!({
            "attestation": attestation(),
            "entries": [{"wallet": wallet, "country": country, "expiry": expiry.to_string()}],
        });
        let request = self
            .request(Method::POST, "/v1/verifications/batch")
            .json(&body);
        entries_ok(&answer(request).await?)
    }

    /// Verifies the holder of a wallet again, by name, on the same facts.
    pub(super) async fn verify_again(&self, wallet: WalletAddress) -> Result<()> {
        let report = self.get(&format!("/v1/wallets/{wallet}")).await?;
        let investor = report["investor"]["id"]
            .as_str()
            .context("the wallet has no holder")?;
        let country = report["investor"]["verdict"]["country"]
            .as_str()
            .unwrap_or("CH");
        let body = json!({
            "level": "basic",
            "country": country,
            "attestation": attestation(),
        });
        let path = format!("/v1/investors/{investor}/verifications");
        answer(self.request(Method::POST, &path).json(&body)).await?;
        Ok(())
    }

    /// Verifies new customers by hand, all at once.
    pub(super) async fn verify_all(&self, wallets: &[WalletAddress], country: &str) -> Result<()> {
        let entries: Vec<_> = wallets
            .iter()
            .map(|wallet| json!({"wallet": wallet, "country": country}))
            .collect();
        let body = json!({"attestation": attestation(), "entries": entries});
        let request = self
            .request(Method::POST, "/v1/verifications/batch")
            .json(&body);
        entries_ok(&answer(request).await?)
    }

    /// Verifies a new customer of this type by hand.
    pub(super) async fn verify_as(
        &self,
        wallet: WalletAddress,
        country: &str,
        investor_type: &str,
    ) -> Result<()> {
        let entry = json!({"wallet": wallet, "country": country, "investor_type": investor_type});
        let body = json!({"attestation": attestation(), "entries": [entry]});
        let request = self
            .request(Method::POST, "/v1/verifications/batch")
            .json(&body);
        entries_ok(&answer(request).await?)
    }

    /// Announces a country's rule, unless an earlier run has.
    pub(super) async fn announce_rule(&self, country: &str, rule: Value) -> Result<()> {
        let known = self.get("/v1/rules").await?;
        let known = known["data"].as_array().context("a list of rules")?;
        if known.iter().any(|known| known["country"] == country) {
            return Ok(());
        }
        let body = json!({"countries": {country: rule}});
        answer(self.request(Method::POST, "/v1/rules").json(&body)).await?;
        Ok(())
    }

    /// Makes an authority known that no earlier run has met, and returns its
    /// number.
    pub(super) async fn add_authority(&self, countries: &[&str]) -> Result<AuthorityIndex> {
        let known = self.get("/v1/authorities").await?;
        let number = known["data"].as_array().map_or(0, Vec::len) + 1;
        let body = json!({"name": format!("partner-{number}"), "countries": countries});
        let request = self.request(Method::POST, "/v1/authorities").json(&body);
        let done = answer(request).await?;
        let number = done["authority"]["number"].as_u64();
        let number = number.and_then(|number| u8::try_from(number).ok());
        Ok(AuthorityIndex(number.context("an authority has a number")?))
    }

    /// Cuts an authority off.
    pub(super) async fn restrict_authority(&self, authority: AuthorityIndex) -> Result<()> {
        let path = format!("/v1/authorities/{authority}/restrict");
        answer(self.request(Method::POST, &path).json(&json!({}))).await?;
        Ok(())
    }

    /// The same server with another key.
    pub(super) fn with_key(&self, key: &str) -> Self {
        Self {
            key: key.to_owned().into(),
            ..self.clone()
        }
    }

    /// How many wallets and transactions the chains are still owed, all together.
    pub(super) async fn owed(&self) -> Result<u64> {
        let chains = self.get("/v1/chains").await?;
        let chains = chains["data"].as_array().context("a list of chains")?;
        let count = |value: &Value| value.as_u64().unwrap_or(0);
        Ok(chains
            .iter()
            .map(|chain| {
                count(&chain["outbox"]["approvals"])
                    + count(&chain["outbox"]["denials"])
                    + count(&chain["open_transactions"])
            })
            .sum())
    }

    /// Makes a verification link.
    pub(super) async fn make_link(&self, link: Value) -> Result<Value> {
        answer(self.request(Method::POST, "/v1/links").json(&link)).await
    }

    async fn get(&self, path: &str) -> Result<Value> {
        answer(self.request(Method::GET, path)).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("{}{path}", self.base))
            .bearer_auth(self.key.expose_secret())
    }
}

fn attestation() -> Value {
    json!({
        "operator": "demo",
        "text": "Verified by the demo, for the demo alone.",
        "version": "1",
    })
}

/// The answer's JSON, or the problem that it describes.
async fn answer(request: RequestBuilder) -> Result<Value> {
    let response = request.send().await?;
    let status = response.status();
    let body: Value = response.json().await.unwrap_or_default();
    if status.is_success() {
        return Ok(body);
    }
    let detail = body["detail"].as_str().unwrap_or("no detail");
    bail!("the register answered {status}: {detail}")
}

/// Whether every entry of a batch was carried out, or was so already.
fn entries_ok(batch: &Value) -> Result<()> {
    let results = batch["results"].as_array().context("a batch has results")?;
    for result in results {
        if result["status"] != "ok" && result["code"] != "already_so" {
            bail!("the register refused an entry: {}", result["message"]);
        }
    }
    Ok(())
}
