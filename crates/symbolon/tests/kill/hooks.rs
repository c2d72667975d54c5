//! A webhook that was answered is never lost, however the server ends: its look is
//! stored before, and some later life takes it up.

use std::{
    collections::BTreeSet,
    io::Write,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    routing::get,
};
use hmac::{Hmac, KeyInit, Mac};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use sha2::Sha256;
use tokio::task::JoinSet;

use crate::{
    LEASE,
    server::Server,
    setting,
    stage::{CONFIG, Stage, until},
};

const LIVES: u64 = 4;
const A_LIFE: u64 = 150;
/// 200 a second.
const BETWEEN: Duration = Duration::from_millis(5);
/// The vendor takes so long that looks wait when the server dies.
const SLOW: Duration = Duration::from_millis(50);
const SECRET: &str = "wh-secret";

/// Which records a vendor was asked for. It has none of them.
type Asked = Arc<Mutex<BTreeSet<String>>>;

async fn vendor() -> (String, Asked) {
    let asked = Asked::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new()
        .route("/resources/applicants/{id}/one", get(one))
        .with_state(Arc::clone(&asked));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, asked)
}

async fn one(Path(id): Path<String>, State(asked): State<Asked>) -> StatusCode {
    tokio::time::sleep(SLOW).await;
    asked.lock().unwrap().insert(id);
    StatusCode::NOT_FOUND
}

/// An account with that vendor.
fn configure(stage: &Stage, vendor: &str) {
    let folder = stage.folder();
    for (name, secret) in [("token", "token"), ("secret", "secret"), ("hook", SECRET)] {
        std::fs::write(folder.join(name), secret).unwrap();
    }
    let account = format!(
        "[[provider]]\nissuer = \"acme\"\nname = \"sumsub\"\nkind = \"sumsub\"\n\
         token = {{ file = \"token\" }}\nsecret = {{ file = \"secret\" }}\n\
         webhook_secret = {{ file = \"hook\" }}\nrequirements = {{}}\n[provider.account]\n\
         base_url = \"{vendor}\"\nenvironment = \"production\"\nmapping = {{ levels = {{}} }}\n"
    );
    let mut file = std::fs::File::options()
        .append(true)
        .open(folder.join(CONFIG))
        .unwrap();
    file.write_all(account.as_bytes()).unwrap();
}

/// Sends one webhook, and says about whom it was if it was answered as taken.
async fn send(client: reqwest::Client, url: String, applicant: String) -> Option<String> {
    let body = format!(
        r#"{{"applicantId":"{applicant}","type":"applicantReviewed","externalUserId":"u-1"}}"#
    );
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    let digest = alloy_primitives::hex::encode(mac.finalize().into_bytes());
    let request = client
        .post(url)
        .header("X-Payload-Digest", digest)
        .header("X-Payload-Digest-Alg", "HMAC_SHA256_HEX");
    let answer = request.body(body).send().await.ok()?;
    assert_eq!(answer.status(), 200);
    Some(applicant)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_webhook_that_was_answered_is_lost_by_a_server_that_is_killed() {
    let seed = setting("SYMBOLON_KILL_SEED").unwrap_or_else(rand::random);
    println!("SYMBOLON_KILL_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let stage = Stage::set(LEASE).await;
    let (vendor, asked) = vendor().await;
    configure(&stage, &vendor);
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let (mut answered, mut sent) = (BTreeSet::new(), 0);
    for life in 0..LIVES {
        let server = Server::start(&stage).await;
        let url = server.api.url("/hooks/acme/sumsub");
        let last = random.random_range(A_LIFE / 4..A_LIFE);
        let mut running = JoinSet::new();
        for number in 0..A_LIFE {
            let applicant = format!("65{life:02x}{number:020x}");
            running.spawn(send(client.clone(), url.clone(), applicant));
            sent += 1;
            tokio::time::sleep(BETWEEN).await;
            if number == last {
                break;
            }
        }
        server.kill().await;
        answered.extend(running.join_all().await.into_iter().flatten());
        let mut kept: BTreeSet<_> = stage.looks().await.into_iter().collect();
        kept.extend(asked.lock().unwrap().iter().cloned());
        let lost: Vec<_> = answered.difference(&kept).collect();
        assert!(lost.is_empty(), "{lost:?}");
        println!("life {life}: {} of {sent} answered", answered.len());
    }
    assert!(answered.len() > 50, "the test must be told something");
    // Those at which a dead server was are taken up when its time is over.
    stage.end_looks_leases().await;
    let server = Server::start(&stage).await;
    until("every record was asked for", async || {
        stage.looks().await.is_empty() && answered.is_subset(&asked.lock().unwrap())
    })
    .await;
    server.end().await;
    stage.stop().await;
}
