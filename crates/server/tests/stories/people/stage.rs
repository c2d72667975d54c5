//! A world in which people can be verified.

use std::sync::Arc;

use alloy::signers::local::PrivateKeySigner;
use secrecy::SecretString;
use serde_json::{Value, json};
use symbolon_core::verification::Requirements;
use symbolon_providers::{
    Clock, Provider,
    entrust::{Entrust, EntrustSecrets},
    sumsub::{Sumsub, SumsubSecrets},
};
use symbolon_sandbox::provider::{EntrustOptions, FakeEntrust, FakeSumsub, SumsubOptions};
use symbolon_server::{
    Account, Accounts, ChainNodes, RenewalTerms, Renewals, Services, Site, Vault, letters::Mailer,
};
use symbolon_store::Keyring;
use symbolon_testkit::{mail::Sink, person::Person};
use symbolon_vault::{MasterKey, MasterKeys};

use crate::world::{Caller, Ground, World, until};

const LEVEL: &str = "basic-kyc-level";
/// Sumsub's level that looks more thoroughly.
pub(super) const ENHANCED: &str = "enhanced-kyc-level";
const WORKFLOW: &str = "b48fdff9-66a1-405d-9912-54780799bd68";

/// A register with an account with each provider, a mail server and a site.
pub(super) struct Stage {
    pub(super) world: World,
    pub(super) sumsub: FakeSumsub,
    pub(super) entrust: FakeEntrust,
    pub(super) mail: Sink,
    pub(super) keyring: Keyring,
}

fn account(provider: impl Provider + 'static) -> Account {
    let requirements: Requirements =
        serde_json::from_value(json!({"ends_with_document": true})).unwrap();
    Account {
        provider: Arc::new(provider),
        requirements,
    }
}

pub(super) fn sumsub(fake: &FakeSumsub) -> Account {
    let account_of = json!({
        "base_url": fake.url(),
        "environment": "production",
        "person_level": LEVEL,
        "mapping": {
            "levels": {LEVEL: "basic", ENHANCED: "enhanced"},
            "us_person": {
                "at": {"questionnaire": "investor", "section": "main", "item": "usPerson"},
                "values": {"true": true, "false": false},
            },
        },
    });
    let secrets = SumsubSecrets {
        token: "token".into(),
        secret: "secret".into(),
        webhook_secrets: vec!["wh-secret".into()],
    };
    let (name, of) = ("sumsub".parse(), serde_json::from_value(account_of));
    account(Sumsub::new(name.unwrap(), of.unwrap(), secrets, Clock::system()).unwrap())
}

fn entrust(fake: &FakeEntrust) -> Account {
    let account_of = json!({
        "region": "eu",
        "base_url": fake.url(),
        "environment": "production",
        "workflow": WORKFLOW,
        "placeholder_names": {"given": "Not", "family": "Known"},
        "monitor": "watchlist_aml",
        "mapping": {"workflows": {WORKFLOW: {
            "level": "enhanced",
            "document": "/document/properties",
            "country": "/residence",
            "us_person": {"at": "/us_person", "values": {"true": true, "false": false}},
        }}},
    });
    let secrets = EntrustSecrets {
        api_token: "token".into(),
        webhook_tokens: vec!["wh-token".into()],
    };
    let (name, of) = ("entrust".parse(), serde_json::from_value(account_of));
    account(Entrust::new(name.unwrap(), of.unwrap(), secrets, Clock::system()).unwrap())
}

fn renewals() -> Renewals {
    let terms = RenewalTerms {
        send: true,
        ..RenewalTerms::default()
    };
    Renewals::new([("acme".parse().unwrap(), terms)])
}

async fn services(
    ground: &Ground<'_>,
    (sumsub_of, entrust_of): (&FakeSumsub, &FakeEntrust),
    mail: &Sink,
    keyring: Keyring,
) -> Services {
    sumsub_of.send_webhooks_to(format!("{}/hooks/acme/sumsub", ground.url));
    entrust_of.send_webhooks_to(format!("{}/hooks/acme/entrust", ground.url));
    let accounts = [sumsub(sumsub_of), entrust(entrust_of)];
    let accounts = accounts.map(|account| ("acme".parse().unwrap(), account));
    let masters = MasterKeys::new(MasterKey::new([7; 32]), Vec::new());
    let nodes = ground.chains.iter().map(|place| {
        let endpoint = place.endpoint().clone();
        (("acme".parse().unwrap(), place.chain.id()), endpoint)
    });
    let server = SecretString::from(mail.url());
    Services {
        vault: Some(Arc::new(Vault::new(
            ground.database.store.clone(),
            keyring,
            masters,
        ))),
        accounts: Accounts::new(accounts),
        nodes: ChainNodes::new(nodes),
        site: Some(Site::new(ground.url).unwrap()),
        mailer: Some(Mailer::new(&server, "Acme <kyc@acme.example>").unwrap()),
        renewals: renewals(),
    }
}

impl Stage {
    pub(super) async fn set() -> Self {
        let sumsub = FakeSumsub::start(SumsubOptions::default()).await.unwrap();
        let entrust = FakeEntrust::start(EntrustOptions::default()).await.unwrap();
        let mail = Sink::start();
        let mut kept = None;
        let world = World::with(&["acme"], async |ground| {
            let keyring = kept.insert(ground.database.keyring().await).clone();
            services(ground, (&sumsub, &entrust), &mail, keyring).await
        })
        .await;
        Self {
            world,
            sumsub,
            entrust,
            mail,
            keyring: kept.unwrap(),
        }
    }

    pub(super) async fn owner(&self) -> Caller<'_> {
        self.world.owner("acme").await
    }

    /// A link to Sumsub's check, unless the body says otherwise; its URL and the
    /// investor's id.
    pub(super) async fn link(&self, by: &Caller<'_>, mut body: Value) -> (String, String) {
        if body.get("check").is_none() && body.get("provider").is_none() {
            body["provider"] = json!("sumsub");
        }
        let link = by.post("/v1/links", body).await;
        let text = |name: &str| link[name].as_str().unwrap().to_owned();
        (text("url"), text("investor"))
    }

    /// Somebody who is verified on both chains by a link.
    pub(super) async fn verified(&self, by: &Caller<'_>) -> (String, PrivateKeySigner) {
        let (url, investor) = self.link(by, json!({})).await;
        let key = PrivateKeySigner::random();
        let mut person = Person::new(&self.world.url);
        person.open(&url).await;
        person.prove(&key, 31_337).await;
        let session = person.begin_check().await;
        person.walk(&session, "pass").await;
        until("both chains verify the wallet", async || {
            by.says_verified(key.address()).await == [true; 3]
        })
        .await;
        // Whatever begins in this very second would be told by the same record.
        let acme = "acme".parse().unwrap();
        until("nothing of it is left to look at", async || {
            self.world.store.looks(&acme).await.unwrap() == 0
        })
        .await;
        (investor, key)
    }
}
