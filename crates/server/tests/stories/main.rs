//! The four stories of a federation's worst days, told from end to end: by the
//! REST interface of a real server, on a real PostgreSQL and two real chains.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test")]

mod people;
mod world;

use alloy::{
    primitives::{U256, keccak256},
    sol_types::SolValue,
};
use serde_json::json;
use symbolon_bindings::{IdentityRegistry, RegistrySet};
use symbolon_chain::erc3643::{OnchainId, Token as Erc3643};
use symbolon_testkit::trex::Trex;
use world::{World, until, wallet};

const REFUSED: &str = "KYC_NOT_VERIFIED";

#[tokio::test(flavor = "multi_thread")]
async fn an_investor_changes_country() {
    let world = World::with_registers(&["acme"]).await;
    let owner = world.owner("acme").await;
    for (name, country) in [("bafin", "DE"), ("finma", "CH")] {
        let authority = json!({"name": name, "countries": [country]});
        owner.post("/v1/authorities", authority).await;
    }
    let bafin = world.authority("acme", 1).await;
    let finma = world.authority("acme", 2).await;
    let (in_berlin, in_zurich) = (wallet("anna in Berlin"), wallet("anna in Zurich"));

    // Anna lives in Germany, and holds tokens on both chains.
    let german = bafin.verify(&[in_berlin], "DE").await.remove(0);
    owner.until_mirrored().await;
    let mut tokens = Vec::new();
    for place in &world.chains {
        let token = place.token(place.registries[0]).await;
        token.issue(in_berlin, 100).await;
        tokens.push(token);
    }

    // She moves to Switzerland. The Swiss authority has no say over her German
    // record: it verifies her anew, under another id and with another wallet.
    let path = format!("/v1/investors/{german}/verifications");
    let attestation = json!({"operator": "urs", "text": "seen", "version": "1"});
    let verdict = json!({"level": "basic", "country": "CH", "attestation": attestation});
    finma.refused(&path, verdict, "outside_jurisdiction").await;
    let swiss = finma.verify(&[in_zurich], "CH").await.remove(0);
    assert_ne!(german, swiss);
    owner.until_mirrored().await;

    // She brings her tokens over, and the old record is restricted.
    for token in &tokens {
        token.transfer(in_berlin, in_zurich, 100).await.unwrap();
    }
    bafin
        .put(&format!("/v1/investors/{german}/restriction"))
        .await;
    owner.until_mirrored().await;
    for token in &tokens {
        let back = token.transfer(in_zurich, in_berlin, 1).await;
        assert_eq!(back.unwrap_err(), REFUSED);
    }
    assert_eq!(owner.says_verified(in_berlin).await, [false; 3]);
    assert_eq!(owner.says_verified(in_zurich).await, [true; 3]);
    drop(tokens);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_investor_loses_a_key() {
    let world = World::with_registers(&["acme"]).await;
    let owner = world.owner("acme").await;
    let (first, second) = (&world.chains[0], &world.chains[1]);

    // Ben holds a T-REX token on the first chain, which asks our registry and is
    // its agent; the second chain has a token of ours.
    let trex = Trex::deploy(first.endpoint(), 2).await;
    let (ben, buyer) = (trex.investors[0], trex.investors[1]);
    let bens = owner.verify(&[ben.wallet, buyer.wallet], "DE").await;
    owner.until_mirrored().await;
    let registry = first.registries[0];
    let agent = trex.token;
    first
        .own(registry, IdentityRegistry::addAgentCall { _agent: agent })
        .await;
    let switch = Erc3643::setIdentityRegistryCall {
        identityRegistry: registry,
    };
    trex.own(trex.token, &switch).await;
    let here = second.token(second.registries[0]).await;
    here.issue(ben.wallet, 50).await;

    // He loses the key. His identity gets another one, and the token's agent
    // moves what he holds.
    let new = wallet("ben's new wallet");
    let key = OnchainId::addKeyCall {
        key: keccak256(new.abi_encode()),
        purpose: U256::from(1),
        keyType: U256::from(1),
    };
    trex.send(ben.wallet, ben.identity, &key).await;
    let recovery = Erc3643::recoveryAddressCall {
        lost: ben.wallet,
        fresh: new,
        identity: ben.identity,
    };
    trex.agent(trex.token, &recovery).await;

    // The register takes that in: the new wallet is Ben's where the token is,
    // and the lost one is nobody's to use on any chain. A token's agent has no
    // say on another chain: there the issuer looks at Ben first.
    let path = format!("/v1/investors/{}", bens[0]);
    until("the register knows of the recovery", async || {
        let wallets = owner.get(&path).await["wallets"].clone();
        wallets.as_array().unwrap().len() == 2
    })
    .await;
    owner.until_mirrored().await;
    let wallets = owner.get(&path).await["wallets"].clone();
    assert_eq!(wallets[0]["active"], false);
    assert_eq!(wallets[1]["address"], new.to_string());
    assert_eq!(owner.says_verified(ben.wallet).await, [false; 3]);
    assert_eq!(owner.says_verified(new).await, [true, true, false]);
    assert!(first.is_verified(registry, new).await);
    let elsewhere = wallet("ben's wallet on the second chain");
    let id = second.chain.id().0;
    let link = json!({"address": elsewhere.to_string(), "chains": [id]});
    owner.post(&format!("{path}/wallets"), link).await;
    owner.until_mirrored().await;
    assert!(second.is_verified(second.registries[0], elsewhere).await);

    let (to, amount) = (buyer.wallet, U256::from(10));
    let pay = Erc3643::transferCall { to, amount };
    trex.send(new, trex.token, &pay).await;
    let stolen = here.transfer(ben.wallet, buyer.wallet, 1).await;
    assert_eq!(stolen.unwrap_err(), REFUSED);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_is_compromised() {
    let world = World::with_registers(&["acme"]).await;
    let owner = world.owner("acme").await;
    for (name, countries) in [("bafin", json!(["DE"])), ("finma", json!(["CH", "DE"]))] {
        let authority = json!({"name": name, "countries": countries});
        owner.post("/v1/authorities", authority).await;
    }
    let policy = json!({"approvers": ["ada", "ben", "cleo"], "required": 2});
    owner.post("/v1/approval-policy", policy).await;
    let ada = world.approver("acme", "ada").await;
    let cleo = world.approver("acme", "cleo").await;
    let bafin = world.authority("acme", 1).await;
    let finma = world.authority("acme", 2).await;

    // Thirty investors rely on one authority, one on another.
    let investors: Vec<_> = (0..30).map(|n| wallet(&format!("investor {n}"))).collect();
    let ids = bafin.verify(&investors, "DE").await;
    let swiss = wallet("somebody in Basel");
    finma.verify(&[swiss], "CH").await;
    owner.until_mirrored().await;
    let mut tokens = Vec::new();
    for place in &world.chains {
        let token = place.token(place.registries[0]).await;
        for investor in &investors {
            token.issue(*investor, 10).await;
        }
        token.issue(swiss, 10).await;
        tokens.push(token);
    }

    // The first authority's keys are stolen: strangers appear. Two approvers cut
    // it off, which takes one transaction on each chain.
    let stranger = wallet("a friend of the thief");
    bafin.verify(&[stranger], "DE").await;
    owner.until_mirrored().await;
    let mut before = Vec::new();
    for place in &world.chains {
        before.push(place.lane_transactions().await);
    }
    let proposed = ada.post("/v1/authorities/1/restrict", json!({})).await;
    assert_eq!(proposed["state"], "open");
    let approve = format!("/v1/proposals/{}/approve", proposed["proposal"]);
    cleo.post(&approve, json!({})).await;
    owner.until_mirrored().await;
    for ((place, token), before) in world.chains.iter().zip(&tokens).zip(before) {
        assert_eq!(place.lane_transactions().await, before + 1);
        for investor in investors.iter().chain([&stranger]) {
            assert!(!place.is_verified(place.registries[0], *investor).await);
        }
        let refused = token.transfer(investors[0], swiss, 1).await;
        assert_eq!(refused.unwrap_err(), REFUSED);
        token.issue(swiss, 1).await;
    }
    let verdict = json!({"attestation": {"operator": "thief", "text": "x", "version": "1"},
        "entries": [{"wallet": wallet("another friend").to_string(), "country": "DE"}]});
    let answer = bafin.post("/v1/verifications/batch", verdict).await;
    assert_eq!(answer["results"][0]["code"], "authority_restricted");

    // Whose papers are in order comes back: verified anew by another authority,
    // or put in its charge by the owner.
    let path = format!("/v1/investors/{}/verifications", ids[0]);
    let attestation = json!({"operator": "urs", "text": "seen", "version": "1"});
    let verdict = json!({"level": "basic", "country": "DE", "attestation": attestation});
    finma.post(&path, verdict).await;
    let charge = json!({"investors": &ids[1..3]});
    let proposed = ada.post("/v1/authorities/2/investors", charge).await;
    let approve = format!("/v1/proposals/{}/approve", proposed["proposal"]);
    cleo.post(&approve, json!({})).await;
    owner.until_mirrored().await;
    for (place, token) in world.chains.iter().zip(&tokens) {
        for (n, investor) in investors.iter().enumerate() {
            let verified = place.is_verified(place.registries[0], *investor).await;
            assert_eq!(verified, n < 3, "investor {n}");
        }
        token.transfer(investors[0], swiss, 1).await.unwrap();
    }
    drop(tokens);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_is_compromised() {
    let world = World::with_registers(&["alpha", "beta"]).await;
    let alpha = world.owner("alpha").await;
    let beta = world.owner("beta").await;
    let (anna, ben) = (wallet("anna"), wallet("ben"));

    // A token relies on two registers. Anna is known to both, Ben to the first.
    alpha.verify(&[anna, ben], "DE").await;
    beta.verify(&[anna], "DE").await;
    alpha.until_mirrored().await;
    beta.until_mirrored().await;
    let mut sets = Vec::new();
    for place in &world.chains {
        let set = place.set(&place.registries).await;
        let token = place.token(set).await;
        token.issue(anna, 100).await;
        token.issue(ben, 100).await;
        sets.push((place, set, token));
    }

    // The first register's owner turns: it verifies whom it likes.
    let crook = wallet("a friend of the owner");
    alpha.verify(&[crook], "DE").await;
    alpha.until_mirrored().await;
    for (_, _, token) in &sets {
        token.transfer(ben, crook, 1).await.unwrap();
    }

    // The token's issuer prunes it, in one transaction on each chain. Whoever
    // relied on it alone stands still; the others go on.
    for (place, set, token) in &sets {
        let registry = place.registries[0];
        place
            .own(*set, RegistrySet::removeRegistryCall { registry })
            .await;
        for (from, to) in [(crook, anna), (ben, anna), (anna, ben)] {
            let refused = token.transfer(from, to, 1).await;
            assert_eq!(refused.unwrap_err(), REFUSED);
        }
    }

    // Ben proves himself to the other register.
    beta.verify(&[ben], "DE").await;
    beta.until_mirrored().await;
    for (_, _, token) in &sets {
        token.transfer(ben, anna, 5).await.unwrap();
        let refused = token.transfer(crook, anna, 1).await;
        assert_eq!(refused.unwrap_err(), REFUSED);
    }
    drop(sets);
    world.end().await;
}
