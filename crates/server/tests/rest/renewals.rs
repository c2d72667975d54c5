//! Verdicts that are about to end: noticed once, by any of several servers, listed, and
//! renewed by a link where the issuer wants that.

use std::time::Duration;

use secrecy::SecretString;
use serde_json::{Value, json};
use symbolon_core::{
    renewal::RemindDays,
    time::{UnixMillis, UnixSeconds},
};
use symbolon_server::{
    Accounts, AppState, RenewalTerms, Renewals, ServerConfig, Services, jobs::renewals::sweep,
    letters::Mailer,
};
use tokio_util::sync::CancellationToken;

use crate::{
    harness::{ACME, NOW, Server, attestation},
    hooks::account,
};

const DAY: u64 = 86_400;

fn terms(send: bool) -> Renewals {
    let remind = RemindDays::new(30).unwrap();
    Renewals::new([(ACME.parse().unwrap(), RenewalTerms { remind, send })])
}

/// With all that it takes to send links, though no mail server is ever asked here.
pub(crate) async fn sending() -> Server {
    let server = SecretString::from("smtp://127.0.0.1:9");
    Server::with_vault_and(|services| Services {
        accounts: Accounts::new([(ACME.parse().unwrap(), account())]),
        mailer: Some(Mailer::new(&server, "Acme <kyc@acme.example>").unwrap()),
        renewals: terms(true),
        ..services
    })
    .await
}

impl Server {
    /// Somebody whose verdict ends after so many days.
    async fn ends_after(&self, days: u64, email: Option<&str>) -> String {
        let body = json!({"kind": "natural_person"});
        let made = self.post("/v1/investors", body).await.expect(201);
        let id = made["id"].as_str().unwrap().to_owned();
        if let Some(email) = email {
            let path = format!("/v1/investors/{id}/profile");
            let body = json!({"email": email});
            self.post(&path, body).await.expect(200);
        }
        self.verify_until(&id, days).await;
        id
    }

    async fn verify_until(&self, id: &str, days: u64) {
        let end = UnixSeconds(self.clock.now().0 + days * DAY).to_string();
        let body = json!({
            "level": "basic", "country": "DE", "expiry": end, "attestation": attestation(),
        });
        let path = format!("/v1/investors/{id}/verifications");
        self.post(&path, body).await.expect(200);
    }

    async fn renewals(&self) -> Vec<Value> {
        let page = self.get("/v1/renewals").await.expect(200);
        page["data"].as_array().unwrap().clone()
    }

    async fn letters(&self) -> usize {
        let (issuer, mut found) = (ACME.parse().unwrap(), 0);
        let forever = UnixMillis(u64::MAX / 2);
        let next = async || {
            let store = &self.state.store;
            store
                .next_letter(&issuer, self.clock.now_ms(), forever)
                .await
        };
        while next().await.unwrap().is_some() {
            found += 1;
        }
        found
    }
}

#[tokio::test]
async fn a_verdict_is_noticed_once_and_leaves_the_list_when_it_is_renewed() {
    let server = Server::start().await;
    let near = server.ends_after(20, None).await;
    let far = server.ends_after(40, None).await;
    let listed = server.renewals().await;
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["investor"], near.as_str());
    assert_eq!(listed[0]["ending"], "verdict");
    assert_eq!(listed[0]["noticed"], Value::Null);
    assert_eq!(sweep(&server.state).await.unwrap(), 1);
    assert_eq!(sweep(&server.state).await.unwrap(), 0);
    let listed = server.renewals().await;
    assert_eq!(listed[0]["noticed"], NOW.to_string());
    assert_eq!(listed[0]["link"], Value::Null);
    assert_eq!(listed[0]["unsent"], Value::Null);

    server.clock.advance(Duration::from_secs(15 * DAY));
    assert_eq!(sweep(&server.state).await.unwrap(), 1, "the other one");
    server.verify_until(&near, 90).await;
    let listed = server.renewals().await;
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["investor"], far.as_str());
    server.clock.advance(Duration::from_secs(70 * DAY));
    assert_eq!(sweep(&server.state).await.unwrap(), 1, "the next verdict");
    let listed = server.renewals().await;
    assert_eq!(listed.len(), 1, "what has ended is nobody's to renew");
    assert_eq!(listed[0]["investor"], near.as_str());
}

#[tokio::test]
async fn a_link_is_sent_once_whichever_server_notices() {
    let server = sending().await;
    let id = server.ends_after(20, Some("ana@example.com")).await;
    let other = AppState::with(
        server.state.services.clone(),
        server.state.store.clone(),
        server.clock.clone(),
        ServerConfig::default(),
        CancellationToken::new(),
    );
    let (one, two) = tokio::join!(sweep(&server.state), sweep(&other));
    assert_eq!(one.unwrap() + two.unwrap(), 1);
    assert_eq!(server.letters().await, 1);
    let links = server.get("/v1/links").await.expect(200);
    let links = links["data"].as_array().unwrap();
    assert_eq!(links.len(), 1);
    let link = &links[0];
    assert_eq!(link["investor"], id.as_str());
    assert_eq!(link["provider"], "sumsub");
    assert_eq!(link["prove_wallet"], false);
    assert_eq!(link["created_by"], "system:renewal");
    let end = UnixSeconds(NOW.0 + 20 * DAY).to_string();
    assert_eq!(link["expires"], end, "as long as the verdict lasts");
    let due = &server.renewals().await[0];
    assert_eq!(due["link"], link["id"]);
    assert_eq!(due["letter"], "waiting");
    assert_eq!(due["sent"], Value::Null);
}

#[tokio::test]
async fn whoever_was_noticed_before_links_were_sent_is_sent_one_then() {
    let server = sending().await;
    let id = server.ends_after(20, Some("ana@example.com")).await;
    server.ends_after(21, None).await;
    let listing = Services {
        renewals: terms(false),
        ..server.state.services.clone()
    };
    let listing = AppState::with(
        listing,
        server.state.store.clone(),
        server.clock.clone(),
        ServerConfig::default(),
        CancellationToken::new(),
    );
    assert_eq!(sweep(&listing).await.unwrap(), 2);
    assert_eq!(server.letters().await, 0);
    assert_eq!(sweep(&server.state).await.unwrap(), 2);
    assert_eq!(server.letters().await, 1);
    let due = server.renewals().await;
    assert_eq!(due[0]["investor"], id.as_str());
    assert_eq!(due[0]["letter"], "waiting");
    assert_eq!(due[1]["unsent"], "no_email");
    for state in [&listing, &server.state] {
        assert_eq!(sweep(state).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn why_nothing_was_sent_is_on_the_list() {
    let server = sending().await;
    server.ends_after(20, None).await;
    assert_eq!(sweep(&server.state).await.unwrap(), 1);
    let listed = server.renewals().await;
    assert_eq!(listed[0]["unsent"], "no_email");
    assert_eq!(listed[0]["link"], Value::Null);
    assert_eq!(server.letters().await, 0);
}

#[tokio::test]
async fn whoever_was_sent_a_link_already_is_sent_no_other() {
    let server = sending().await;
    let id = server.ends_after(20, Some("ana@example.com")).await;
    let body = json!({"investor": id, "prove_wallet": false});
    let made = server.post("/v1/links", body).await.expect(201);
    assert_eq!(sweep(&server.state).await.unwrap(), 1);
    assert_eq!(server.renewals().await[0]["link"], made["id"]);
    assert_eq!(server.letters().await, 0);
}

#[tokio::test]
async fn what_is_asked_again_is_the_issuers_affair_and_no_instances() {
    let server = sending().await;
    server.instance("emea").await;
    let issuer = ACME.parse().unwrap();
    let both = server.ends_after(20, Some("ana@example.com")).await;
    let theirs = server.ends_after(20, Some("bea@example.com")).await;
    let link = async |path: &str, body: Value| {
        let link = server.post(path, body).await.expect(201);
        link["id"].as_str().unwrap().to_owned()
    };
    let asked = |investor: &str, level: &str| json!({"investor": investor, "level": level, "prove_wallet": false, "hours": 24});
    link("/v1/links", asked(&both, "enhanced")).await;
    let gone = link("/v1/links", asked(&both, "revoked")).await;
    let revoke = format!("/v1/links/{gone}/revoke");
    server.post(&revoke, json!({})).await.expect(200);
    // The issuer's own one is over, and the instance's are still open.
    server.clock.advance(Duration::from_secs(2 * DAY));
    for investor in [&both, &theirs] {
        let customer = server.customer("emea", json!({"investor": investor}));
        let customer = customer.await;
        let id = customer["id"].as_str().unwrap();
        let path = format!("/v1/instances/emea/customers/{id}/links");
        let lax = json!({"level": "lax", "prove_wallet": false, "hours": 720});
        link(&path, lax).await;
        let worse = json!({"level": "worse", "prove_wallet": false, "hours": 720});
        let worse = link(&path, worse).await;
        let revoke = format!("{path}/{worse}/revoke");
        server.post(&revoke, json!({})).await.expect(200);
    }
    assert_eq!(sweep(&server.state).await.unwrap(), 2);
    assert_eq!(server.letters().await, 2);
    for due in server.renewals().await {
        let made = due["link"].as_str().unwrap().parse().unwrap();
        let made = server.state.store.link(&issuer, made).await.unwrap();
        assert_eq!(made.created_by, "system:renewal");
        let level = match due["investor"] == both.as_str() {
            true => "enhanced",
            false => "lax",
        };
        assert_eq!(made.purpose.level.as_deref(), Some(level));
    }
}

#[tokio::test]
async fn a_server_that_can_send_nothing_leaves_it_to_one_that_can() {
    let server = sending().await;
    server.ends_after(20, Some("ana@example.com")).await;
    let mute = Services {
        mailer: None,
        ..server.state.services.clone()
    };
    let mute = AppState::with(
        mute,
        server.state.store.clone(),
        server.clock.clone(),
        ServerConfig::default(),
        CancellationToken::new(),
    );
    assert_eq!(sweep(&mute).await.unwrap(), 0);
    assert_eq!(sweep(&server.state).await.unwrap(), 1);
    assert_eq!(server.letters().await, 1);
}

#[tokio::test]
async fn a_list_is_paged_and_looks_as_far_ahead_as_it_is_asked() {
    let server = Server::start().await;
    for days in [50, 10, 30] {
        server.ends_after(days, None).await;
    }
    let (mut seen, mut path) = (Vec::new(), "/v1/renewals?days=60&limit=2".to_owned());
    loop {
        let page = server.get(&path).await.expect(200);
        let rows = page["data"].as_array().unwrap().clone();
        seen.extend(
            rows.iter()
                .map(|row| row["ends"].as_str().unwrap().to_owned()),
        );
        match page["next_cursor"].as_str() {
            Some(next) => path = format!("/v1/renewals?days=60&limit=2&cursor={next}"),
            None => break,
        }
    }
    let ends = [10, 30, 50].map(|days| UnixSeconds(NOW.0 + days * DAY).to_string());
    assert_eq!(seen, ends, "the nearest end first");
    for days in ["0", "366", "many"] {
        let refused = server.get(&format!("/v1/renewals?days={days}")).await;
        refused.problem(400, "invalid_parameter");
    }
}
