//! The issuer's back end: requests under keys of their own, which it sends
//! again, word for word, until the server has answered.

use std::{net::SocketAddr, time::Duration};

use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use symbolon_core::wallet::WalletAddress;

/// Something that the issuer wants done, once.
#[derive(Clone, Debug)]
pub(crate) enum Errand {
    /// A customer file, until every row is stored.
    Import {
        key: String,
        wallets: Vec<WalletAddress>,
    },
    /// A batch of revocations.
    Revoke {
        key: String,
        wallets: Vec<WalletAddress>,
    },
    /// A revoked customer is verified again, by name.
    VerifyAgain { key: String, wallet: WalletAddress },
}

/// The server died before it answered.
#[derive(Debug)]
pub(crate) struct Unanswered;

type Answer = Result<Value, Unanswered>;

/// One life of the server, and the issuer's key.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    client: Client,
    base: String,
    key: String,
}

impl Api {
    pub(crate) fn new(server: SocketAddr, key: &str) -> Self {
        Self {
            client: Client::builder().no_proxy().build().unwrap(),
            base: format!("http://{server}"),
            key: key.to_owned(),
        }
    }

    /// A place of this server's.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Returns once it is done, and the server has said so.
    pub(crate) async fn run(&self, errand: &Errand) -> Result<(), Unanswered> {
        match errand {
            Errand::Import { key, wallets } => self.import(key, wallets).await,
            Errand::Revoke { key, wallets } => self.revoke(key, wallets).await,
            Errand::VerifyAgain { key, wallet } => self.verify_again(key, *wallet).await,
        }
    }

    async fn import(&self, key: &str, wallets: &[WalletAddress]) -> Result<(), Unanswered> {
        let upload = self
            .post("/v1/imports", key)
            .header("content-type", "text/csv")
            .query(&[
                ("operator", "maria.keller"),
                ("attestation_text", "I have seen the documents."),
                ("attestation_version", "2026-03"),
            ])
            .body(file(wallets));
        let mut job = answer(upload).await?;
        let id = job["id"].as_str().unwrap().to_owned();
        while job["state"] != "finished" {
            assert_eq!(job["state"], "running", "{job}");
            tokio::time::sleep(Duration::from_millis(20)).await;
            job = self.get(&format!("/v1/imports/{id}")).await?;
        }
        let counted = (job["accepted"].as_u64(), job["refused"].as_u64());
        assert_eq!(counted, (Some(wallets.len() as u64), Some(0)), "{job}");
        Ok(())
    }

    async fn revoke(&self, key: &str, wallets: &[WalletAddress]) -> Result<(), Unanswered> {
        let entry = |wallet| json!({"wallet": wallet, "reason": "compliance_violation"});
        let entries: Vec<_> = wallets.iter().map(entry).collect();
        let body = json!({"entries": entries});
        let batch = answer(self.post("/v1/revocations/batch", key).json(&body)).await?;
        for result in batch["results"].as_array().unwrap() {
            let so = (&result["status"], &result["changed"]);
            assert_eq!(so, (&json!("ok"), &json!(true)), "{batch}");
        }
        Ok(())
    }

    async fn verify_again(&self, key: &str, wallet: WalletAddress) -> Result<(), Unanswered> {
        let report = self.wallet(wallet).await?;
        let investor = report["investor"]["id"].as_str().unwrap();
        let body = json!({
            "level": "basic",
            "country": "CH",
            "attestation": {
                "operator": "maria.keller",
                "text": "I have seen the documents again.",
                "version": "2026-03",
            },
        });
        let path = format!("/v1/investors/{investor}/verifications");
        answer(self.post(&path, key).json(&body)).await?;
        Ok(())
    }

    /// What the register says of a wallet.
    pub(crate) async fn wallet(&self, wallet: WalletAddress) -> Answer {
        self.get(&format!("/v1/wallets/{wallet}")).await
    }

    /// Whether the server answers, and its database too.
    pub(crate) async fn is_ready(&self) -> bool {
        self.get("/health/ready").await.is_ok()
    }

    async fn get(&self, path: &str) -> Answer {
        answer(self.request(Method::GET, path)).await
    }

    fn post(&self, path: &str, key: &str) -> RequestBuilder {
        self.request(Method::POST, path)
            .header("idempotency-key", key)
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.base);
        self.client.request(method, url).bearer_auth(&self.key)
    }
}

/// A refusal is no way to die: only silence is.
async fn answer(request: RequestBuilder) -> Answer {
    let response = request.send().await.map_err(|_| Unanswered)?;
    let status = response.status();
    let body = response.bytes().await.map_err(|_| Unanswered)?;
    assert!(
        status.is_success(),
        "{status}: {}",
        String::from_utf8_lossy(&body)
    );
    Ok(serde_json::from_slice(&body).unwrap_or_default())
}

/// The same bytes each time, since an import is known again by its file.
fn file(wallets: &[WalletAddress]) -> String {
    let countries = ["DE", "CH", "FR", "SG"].iter().cycle();
    let rows = wallets.iter().zip(countries);
    let rows = rows.map(|(wallet, country)| format!("{wallet},{country}\n"));
    format!("wallet,country\n{}", rows.collect::<String>())
}
