//! The issuer's back end: it asks, under keys of its own, until it is answered,
//! and knows what must be so afterwards.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use alloy_primitives::{Address, keccak256};
use anyhow::{Context, Result, bail};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use symbolon_core::wallet::{Version, WalletAddress};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, sleep_until},
};

use crate::{
    plan::{Errand, Operation, Plan},
    servers::Shared,
};

const AGAIN: Duration = Duration::from_millis(20);
/// So often a file's import is looked at before the file is sent again.
const LOOKS: u32 = 25;
/// A server that says nothing for so long is asked again.
const SILENCE: Duration = Duration::from_secs(5);
/// When the back end gives up, which is a difference.
const PATIENCE: Duration = Duration::from_secs(60);

/// One issuer's back end.
#[derive(Clone, Debug)]
pub(crate) struct Issuer {
    client: Client,
    key: String,
    servers: Arc<Shared>,
    turn: Arc<AtomicUsize>,
    /// The wallets that no chain may ever call verified again, each from the
    /// version of its denial on.
    denied: Arc<Mutex<BTreeMap<WalletAddress, Version>>>,
}

/// Where a customer must stand after all that was asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected {
    pub(crate) wallet: WalletAddress,
    pub(crate) verified: bool,
    /// Each operation has moved it by one.
    pub(crate) version: Version,
}

impl Issuer {
    pub(crate) fn new(key: &str, servers: Arc<Shared>) -> Result<Self> {
        Ok(Self {
            client: Client::builder().no_proxy().timeout(SILENCE).build()?,
            key: key.to_owned(),
            servers,
            turn: Arc::default(),
            denied: Arc::default(),
        })
    }

    /// Makes the plan's customers known.
    pub(crate) async fn begin(&self, plan: &Plan) -> Result<Vec<WalletAddress>> {
        let wallets = (0..plan.customers.len()).map(|number| wallet(plan.seed, number));
        let wallets = wallets.collect::<Result<Vec<_>>>()?;
        self.import(&wallets).await?;
        Ok(wallets)
    }

    /// Does all else that the plan has for it. Returns once everything was answered.
    pub(crate) async fn live(
        &self,
        plan: &Plan,
        wallets: Vec<WalletAddress>,
        begun: Instant,
    ) -> Result<Vec<Expected>> {
        let mut lives = JoinSet::new();
        for (wallet, errands) in wallets.into_iter().zip(plan.customers.clone()) {
            let issuer = self.clone();
            lives.spawn(async move { issuer.life(wallet, errands, begun).await });
        }
        let mut expected = Vec::new();
        while let Some(life) = lives.join_next().await {
            expected.push(life??);
        }
        Ok(expected)
    }

    /// Those who are revoked for good, by what was answered so far.
    pub(crate) fn denied(&self) -> BTreeMap<WalletAddress, Version> {
        let denied = self.denied.lock();
        denied.unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn life(
        &self,
        wallet: WalletAddress,
        errands: Vec<Errand>,
        begun: Instant,
    ) -> Result<Expected> {
        let shown = self.get(&format!("/v1/wallets/{wallet}")).await?;
        let investor = shown["investor"]["id"].as_str().context("no investor")?;
        let mut verified = true;
        let last = errands.len().saturating_sub(1);
        for (number, errand) in errands.iter().enumerate() {
            sleep_until(begun + Duration::from_millis(errand.at_ms)).await;
            let key = format!("{wallet}-{number}");
            self.act(investor, errand.operation, &key).await?;
            verified = matches!(
                errand.operation,
                Operation::VerifyAgain | Operation::Renew | Operation::Lift | Operation::Unfreeze
            );
            if number == last && errand.operation == Operation::Revoke {
                let shown = self.get(&format!("/v1/wallets/{wallet}")).await?;
                let version = version(&shown)?;
                let denied = self.denied.lock();
                let mut denied = denied.unwrap_or_else(PoisonError::into_inner);
                denied.insert(wallet, version);
            }
        }
        let operations = u16::try_from(errands.len())?;
        Ok(Expected {
            wallet,
            verified,
            version: Version(1 + operations),
        })
    }

    async fn act(&self, investor: &str, operation: Operation, key: &str) -> Result<()> {
        let path = format!("/v1/investors/{investor}");
        let verification = |expiry: Option<&str>| {
            json!({
                "level": "basic", "country": "CH", "expiry": expiry,
                "attestation": {
                    "operator": "maria.keller",
                    "text": "I have seen the documents again.",
                    "version": "2026-03",
                },
            })
        };
        let (method, rest, body) = match operation {
            Operation::Revoke => (
                Method::POST,
                "/revocations",
                json!({"reason": "compliance_violation"}),
            ),
            Operation::VerifyAgain => (Method::POST, "/verifications", verification(None)),
            // Another end each time, so that each is a change.
            Operation::Renew => {
                let digest = keccak256(key);
                let year = 2100 + u32::from(digest[0]) + u32::from(digest[1] % 4);
                let expiry = format!("{year}-{:02}-28", 1 + digest[2] % 12);
                (Method::POST, "/verifications", verification(Some(&expiry)))
            }
            Operation::Restrict => (Method::PUT, "/restriction", Value::Null),
            Operation::Lift => (Method::DELETE, "/restriction", Value::Null),
            Operation::Freeze => (Method::POST, "/freeze", json!({})),
            Operation::Unfreeze => (
                Method::POST,
                "/unfreeze",
                json!({"licence": "BAFA-2026-11873"}),
            ),
        };
        self.ask(method, &format!("{path}{rest}"), body, key)
            .await?;
        Ok(())
    }

    async fn import(&self, wallets: &[WalletAddress]) -> Result<()> {
        let rows = wallets.iter().map(|wallet| format!("{wallet},DE\n"));
        let file = format!("wallet,country\n{}", rows.collect::<String>());
        let path = "/v1/imports?operator=maria.keller&attestation_version=2026-03\
            &attestation_text=I%20have%20seen%20the%20documents.";
        let begun = Instant::now();
        let mut job = Value::Null;
        while job["state"] != "finished" {
            if begun.elapsed() > PATIENCE {
                bail!("the import does not end: {job}");
            }
            // One that died with its server goes on when its file is sent again.
            let file = Value::String(file.clone());
            let begun = self.ask(Method::POST, path, file, "import").await?;
            let id = begun["id"].as_str().context("no import")?;
            for _ in 0..LOOKS {
                sleep(AGAIN).await;
                job = self.get(&format!("/v1/imports/{id}")).await?;
                if job["state"] != "running" {
                    break;
                }
            }
        }
        if job["accepted"] != wallets.len() {
            bail!("the import is incomplete: {job}");
        }
        Ok(())
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Value> {
        self.ask(Method::GET, path, Value::Null, "").await
    }

    /// Asks until somebody answers.
    async fn ask(&self, method: Method, path: &str, body: Value, key: &str) -> Result<Value> {
        let begun = Instant::now();
        let mut last = "nobody listens".to_owned();
        while begun.elapsed() < PATIENCE {
            let turn = self.turn.fetch_add(1, Ordering::Relaxed);
            let Some(server) = self.servers.some(turn) else {
                sleep(AGAIN).await;
                continue;
            };
            let mut request = self
                .client
                .request(method.clone(), format!("http://{server}{path}"))
                .bearer_auth(&self.key);
            if !key.is_empty() && method == Method::POST {
                request = request.header("idempotency-key", key);
            }
            request = match &body {
                Value::Null => request,
                Value::String(file) => request
                    .header("content-type", "text/csv")
                    .body(file.clone()),
                body => request.json(body),
            };
            match answer(request).await {
                Ok((status, answer)) if status.is_success() => return Ok(answer),
                Ok((status, answer)) if status.is_client_error() && status.as_u16() != 429 => {
                    bail!("{method} {path}: {status}: {answer}");
                }
                Ok((status, answer)) => last = format!("{status}: {answer}"),
                Err(error) => last = format!("{error:#}"),
            }
            sleep(AGAIN).await;
        }
        bail!("{method} {path} is not answered: {last}")
    }
}

async fn answer(request: reqwest::RequestBuilder) -> Result<(reqwest::StatusCode, Value)> {
    let response = request.send().await?;
    let status = response.status();
    let bytes = response.bytes().await?;
    Ok((status, serde_json::from_slice(&bytes).unwrap_or_default()))
}

fn version(wallet: &Value) -> Result<Version> {
    let version = wallet["version"].as_u64().context("no version")?;
    Ok(Version(u16::try_from(version)?))
}

/// An address that nobody else has.
fn wallet(seed: u64, customer: usize) -> Result<WalletAddress> {
    let name = keccak256(format!("customer {customer} of run {seed}"));
    Ok(WalletAddress::new(Address::from_word(name))?)
}
