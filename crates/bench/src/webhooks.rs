//! Webhooks at 200 a second, signed as the vendor signs, to the real program: how long
//! each waits for its answer, and whether any that was answered is lost when the server
//! is killed in the middle. Meanwhile the server looks at what they are about.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use alloy::hex;
use anyhow::{Context, Result, ensure};
use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    routing::get,
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tokio::{net::TcpListener, task::JoinSet, time::Instant};

use crate::{
    pairs::{median, quantile},
    program::Program,
    row::Row,
    stage::Database,
};

/// 200 a second.
const BETWEEN: Duration = Duration::from_millis(5);
const MEASURED: usize = 6_000;
const KILLED: usize = 2_000;
const SECRET: &str = "wh-secret";
/// A look at which a killed server was is taken up after a minute.
const PATIENCE: Duration = Duration::from_secs(120);

/// Which records the vendor was asked for. It has none of them.
#[derive(Clone, Default)]
struct Asked(Arc<Mutex<BTreeSet<String>>>);

impl Asked {
    /// Those of these that nobody has asked for.
    fn missing(&self, of: &BTreeSet<String>) -> usize {
        let asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        of.difference(&asked).count()
    }
}

/// What became of one webhook.
struct Sent {
    applicant: String,
    /// From when it was due to be sent, so that a server that stalls is not spared.
    waited: Duration,
    answered: bool,
}

pub(crate) async fn measure() -> Result<Vec<Row>> {
    let mut program = Program::build()?;
    let database = Database::start().await?;
    let register = database.register("webhooks", &[]).await?;
    let (vendor, asked) = vendor().await?;
    let config = format!(
        "[database]\nurl = \"{}\"\n[server]\nlisten = \"127.0.0.1:0\"\n\
         [[provider]]\nissuer = \"bench\"\nname = \"sumsub\"\nkind = \"sumsub\"\n\
         token = {{ file = \"token\" }}\nsecret = {{ file = \"secret\" }}\n\
         webhook_secret = {{ file = \"webhook\" }}\nrequirements = {{}}\n[provider.account]\n\
         base_url = \"{vendor}\"\nenvironment = \"production\"\nmapping = {{ levels = {{}} }}\n",
        register.url
    );
    let secrets = [
        ("token", "token"),
        ("secret", "secret"),
        ("webhook", SECRET),
    ];
    program.configure(&config, &secrets)?;

    let server = program.start().await?;
    // Once for nothing, so that connections and statements are there.
    send_all(&server.url, "warm", 200).join_all().await;
    let sent = collect(send_all(&server.url, "kept", MEASURED)).await?;
    let unanswered = sent.iter().filter(|one| !one.answered).count();
    ensure!(unanswered == 0, "{unanswered} webhooks were refused");
    let waits = sent.iter().map(|one| one.waited.as_secs_f64() * 1_000.0);
    let waits: Vec<_> = waits.collect();

    let sending = send_all(&server.url, "killed", KILLED);
    tokio::time::sleep(BETWEEN * u32::try_from(KILLED / 2)?).await;
    server.kill().await?;
    let sent = collect(sending).await?;
    let answered = sent.into_iter().filter(|one| one.answered);
    let answered: BTreeSet<_> = answered.map(|one| one.applicant).collect();
    ensure!(
        (KILLED / 4..KILLED).contains(&answered.len()),
        "the server was not killed in the middle: {} of {KILLED} were answered",
        answered.len()
    );
    let server = program.start().await?;
    let begun = Instant::now();
    while asked.missing(&answered) > 0 && begun.elapsed() < PATIENCE {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let lost = asked.missing(&answered);
    server.kill().await?;
    register.store.close().await;
    database.stop().await?;
    let name = "webhooks: received to answered at 200 a second, 99th percentile";
    Ok(vec![
        Row::at_most(name, quantile(waits.clone(), 0.99), "ms", 50.0),
        Row::plain("the same, median", median(waits), "ms"),
        Row::at_most(
            "the same, answered before a SIGKILL and lost",
            lost as f64,
            "",
            0.0,
        ),
        Row::plain("the same, answered before it", answered.len() as f64, ""),
    ])
}

async fn collect(mut sending: JoinSet<Result<Sent>>) -> Result<Vec<Sent>> {
    let mut all = Vec::new();
    while let Some(sent) = sending.join_next().await {
        all.push(sent.context("a webhook was not sent")??);
    }
    Ok(all)
}

/// Sends so many, each when it is due, whatever has become of those before.
fn send_all(server: &str, run: &'static str, number: usize) -> JoinSet<Result<Sent>> {
    let client = reqwest::Client::new();
    let url = format!("{server}/hooks/bench/sumsub");
    let begun = Instant::now();
    let webhooks = (0_u32..).take(number).map(|n| {
        let (client, url) = (client.clone(), url.clone());
        async move {
            let due = begun + BETWEEN * n;
            tokio::time::sleep_until(due).await;
            let applicant = format!("{run}-{n}");
            let answered = send(&client, &url, &applicant).await?;
            Ok(Sent {
                applicant,
                waited: due.elapsed(),
                answered,
            })
        }
    });
    webhooks.collect()
}

/// Whether it was answered as taken.
async fn send(client: &reqwest::Client, url: &str, applicant: &str) -> Result<bool> {
    let body = format!(
        r#"{{"applicantId":"{applicant}","inspectionId":"{applicant}","applicantType":"individual","correlationId":"req-1","levelName":"basic-kyc-level","externalUserId":"u-1","type":"applicantReviewed","reviewStatus":"completed","reviewResult":{{"reviewAnswer":"GREEN"}},"createdAtMs":"2026-03-01 10:05:00.123","clientId":"bench"}}"#
    );
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes())?;
    mac.update(body.as_bytes());
    let request = client
        .post(url)
        .header("X-Payload-Digest", hex::encode(mac.finalize().into_bytes()))
        .header("X-Payload-Digest-Alg", "HMAC_SHA256_HEX");
    let answer = request.body(body).send().await;
    Ok(answer.is_ok_and(|answer| answer.status().is_success()))
}

/// A vendor that is asked for records.
async fn vendor() -> Result<(String, Asked)> {
    let asked = Asked::default();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let router = Router::new()
        .route("/resources/applicants/{id}/one", get(one))
        .with_state(asked.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok((url, asked))
}

async fn one(Path(id): Path<String>, State(asked): State<Asked>) -> StatusCode {
    let mut all = asked.0.lock().unwrap_or_else(PoisonError::into_inner);
    all.insert(id);
    StatusCode::NOT_FOUND
}
