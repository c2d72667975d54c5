//! `symbolon token check` on T-REX's own token, and on what is none.

use std::net::TcpListener;

use alloy::{
    primitives::{Address, B256, Bytes, U256, keccak256},
    sol_types::{SolCall, SolConstructor},
};
use serde_json::{Value, json};
use symbolon_bindings::probes::BareToken;
use symbolon_chain::{
    calldata::calldata,
    deploy,
    endpoint::Endpoint,
    erc3643::{Registry, Token, ask},
    signer::LaneSigner,
};
use symbolon_core::{
    ids::ChainId,
    mirror::{
        batch::{Batch, Denial, Upsert},
        record::WalletRecord,
        rules::Grounds,
    },
    wallet::{Version, WalletAddress},
};
use symbolon_sandbox::Anvil;
use symbolon_testkit::{
    chain::OWNER_KEY,
    trex::{COUNTRY, Trex, named},
};

use crate::support::{Desk, Ended};

const CHAIN: u64 = 31_337;

/// A chain, T-REX on it, and a desk.
struct Case {
    desk: Desk,
    trex: Trex,
    anvil: Anvil,
}

impl Case {
    async fn with_investors(investors: usize) -> Self {
        let anvil = Anvil::builder(CHAIN).start().await.unwrap();
        let endpoint = endpoint(&anvil).await;
        let trex = Trex::deploy(&endpoint, investors).await;
        let desk = Desk::bare();
        Self { desk, trex, anvil }
    }

    fn check(&self, more: &[&str]) -> Ended {
        check(&self.desk, self.trex.token, self.anvil.url(), more)
    }

    async fn view<C: SolCall>(&self, contract: Address, question: C) -> C::Return {
        let endpoint = self.trex.node.endpoint();
        ask(endpoint, contract, &question).await.unwrap().unwrap()
    }

    /// Sends planned transactions to the chain itself, as they stand.
    async fn send(&self, transactions: &Value) {
        for one in transactions.as_array().unwrap() {
            let [from, to] = ["from", "to"].map(|key| one[key].as_str().unwrap().parse().unwrap());
            let data: Bytes = one["data"].as_str().unwrap().parse().unwrap();
            let done = self.trex.node.act(from, Some(to), data).await.unwrap();
            done.unwrap_or_else(|reason| panic!("{}: {reason}", one["function"]));
        }
    }

    /// A batch of the mirror's.
    async fn mirror(&self, registry: Address, batch: Batch) {
        let input = calldata(registry, B256::ZERO, &batch);
        let done = self.trex.node.act(mirror(), Some(registry), input).await;
        done.unwrap().unwrap();
    }

    /// Moves one token from one investor to another; the gas, or why not.
    async fn transfer(&self, from: usize, to: usize) -> Result<u64, String> {
        let [from, to] = [from, to].map(|n| self.trex.investors[n].wallet);
        let amount = U256::ONE;
        let input = Token::transferCall { to, amount }.abi_encode().into();
        let node = &self.trex.node;
        let done = node.act(from, Some(self.trex.token), input).await.unwrap();
        done.map(|receipt| receipt.gas_used().0)
    }
}

fn check(desk: &Desk, token: Address, url: &str, more: &[&str]) -> Ended {
    let token = token.to_string();
    let arguments = ["token", "check", &token, "--rpc", url];
    desk.run(&[&arguments[..], more].concat())
}

async fn endpoint(anvil: &Anvil) -> Endpoint {
    Endpoint::connect(anvil.url(), ChainId(CHAIN))
        .await
        .unwrap()
}

fn mirror() -> Address {
    named("mirror", 0)
}

fn operation<'a>(report: &'a Value, name: &str) -> &'a Value {
    let operations = report["operations"].as_array().unwrap();
    let found = operations.iter().find(|one| one["operation"] == name);
    found.unwrap_or_else(|| panic!("no {name} in {report:#}"))
}

fn gas(report: &Value, name: &str, stage: &str) -> u64 {
    operation(report, name)[stage]["gas"].as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_switched_on_a_fork_and_then_for_real_by_the_same_bytes() {
    let case = Case::with_investors(3).await;
    let head = case.trex.node.endpoint().head().await.unwrap();
    let mirror_option = mirror().to_string();
    let ended = case.check(&[
        "--mirror",
        &mirror_option,
        "--output",
        "switch.json",
        "--json",
    ]);
    let report = ended.succeeded().json();
    assert_eq!(case.trex.node.endpoint().head().await.unwrap(), head);

    assert_eq!(
        (&report["works"], &report["token"]["version"]),
        (&json!(true), &json!("4.1.3"))
    );
    for one in report["operations"].as_array().unwrap() {
        assert_eq!(one["returns"], true, "{one}");
        let mended = one["operation"] == "transfer from a revoked sender";
        let finding = if mended { "mended" } else { "works" };
        assert_eq!(one["finding"], finding, "{one}");
    }
    for name in [
        "transfer",
        "batchTransfer of two",
        "transferFrom",
        "mint",
        "forcedTransfer",
        "recoveryAddress",
    ] {
        assert!(
            gas(&report, name, "guarded") < gas(&report, name, "today"),
            "{name}"
        );
    }
    assert!(gas(&report, "transfer", "registry") < gas(&report, "transfer", "guarded"));
    let revoked = operation(&report, "transfer from a revoked sender");
    let outcomes =
        ["today", "registry", "guarded"].map(|stage| revoked[stage]["outcome"].as_str().unwrap());
    assert_eq!(outcomes, ["passed", "passed", "refused"]);
    assert_eq!(report["not_in_our_registry"].as_array().unwrap().len(), 3);
    let paths: Vec<_> = report["unprotected"]
        .as_array()
        .unwrap()
        .iter()
        .map(|gap| &gap["path"])
        .collect();
    assert!(
        paths.contains(&&json!("transfer, transferFrom, batchTransfer")),
        "{paths:?}"
    );
    assert!(paths.contains(&&json!("the token's code")), "{paths:?}");

    let plan: Value = serde_json::from_str(&case.desk.read("switch.json")).unwrap();
    assert_eq!(plan, report["transactions"]);
    let functions: Vec<_> = ["prepare", "switch", "guard", "back"]
        .iter()
        .flat_map(|part| plan[part].as_array().unwrap())
        .map(|one| one["function"].as_str().unwrap().split('(').next().unwrap())
        .map(|function| function.split(" at ").next().unwrap())
        .collect();
    assert_eq!(
        functions,
        [
            "CREATE2 deployer: IdentityRegistry",
            "addMirror",
            "addAgent",
            "CREATE2 deployer: VerifiedSender",
            "setIdentityRegistry",
            "addModule",
            "removeModule",
            "setIdentityRegistry",
        ]
    );

    // The same bytes on the chain itself.
    let before = case.transfer(0, 1).await.unwrap();
    let registry: Address = plan["registry"].as_str().unwrap().parse().unwrap();
    case.send(&plan["prepare"]).await;
    case.mirror(
        registry,
        Batch::Upsert(
            case.trex
                .investors
                .iter()
                .map(|investor| Upsert {
                    wallet: WalletAddress::new(investor.wallet).unwrap(),
                    record: WalletRecord::EMPTY
                        .with_identity(investor.identity)
                        .with_country_code(COUNTRY)
                        .with_version(Version(1))
                        .with_approval(true),
                })
                .collect(),
        ),
    )
    .await;
    case.send(&plan["switch"]).await;
    case.send(&plan["guard"]).await;
    assert_eq!(
        case.view(case.trex.token, Token::identityRegistryCall {})
            .await,
        registry
    );
    let after = case.transfer(0, 1).await.unwrap();
    assert!(after < before, "{after} {before}");
    let wallet = case.trex.investors[0].wallet;
    case.mirror(
        registry,
        Batch::Deny(vec![Denial {
            wallet: WalletAddress::new(wallet).unwrap(),
            version: Version(2),
            grounds: Grounds::REVOKED,
        }]),
    )
    .await;
    assert_eq!(
        case.transfer(0, 1).await,
        Err("Transfer not possible".to_owned())
    );
    assert_eq!(
        case.transfer(1, 0).await,
        Err("Transfer not possible".to_owned())
    );
    case.transfer(1, 2).await.unwrap();

    // Prepared already, so nothing of that is planned again.
    case.send(&plan["back"]).await;
    assert_eq!(
        case.view(case.trex.token, Token::identityRegistryCall {})
            .await,
        case.trex.registry
    );
    let again = case
        .check(&["--mirror", &mirror_option, "--json"])
        .succeeded()
        .json();
    assert_eq!(
        (
            &again["transactions"]["prepare"],
            &again["transactions"]["registry"]
        ),
        (&json!([]), &plan["registry"])
    );
    assert_eq!(again["not_in_our_registry"], json!([wallet]));
    let there = plan["registry"].as_str().unwrap();
    case.check(&["--registry", there]).succeeded();
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_shown_what_machines_are() {
    let case = Case::with_investors(2).await;
    let ended = case.check(&["--as-compliance"]).succeeded();
    for words in [
        "gas today",
        "What breaks\n- nothing",
        "Paths that stay unprotected",
        "--mirror",
        "setCompliance(",
        "And back",
        "nothing breaks, and switching back restores what was",
    ] {
        assert!(ended.stdout.contains(words), "{words}: {ended:#?}");
    }
    assert!(ended.stderr.contains("forking the chain"), "{ended:#?}");

    // Named holders play, and the issuer's registry is where `chain deploy` puts it.
    let [one, other] = [0, 1].map(|n| case.trex.investors[n].wallet.to_string());
    let stranger = named("stranger", 0).to_string();
    let report = case
        .check(&[
            "--holder", &one, "--holder", &stranger, "--holder", &other, "--issuer", "acme",
            "--json",
        ])
        .succeeded()
        .json();
    let code = deploy::registry_code(case.trex.owner);
    let place = deploy::address_of(&code, keccak256("symbolon registry of acme"));
    assert_eq!(report["transactions"]["registry"], json!(place));
    let notes = report["cast"]["notes"].to_string();
    assert!(
        notes.contains(&format!("{stranger} is not verified today")),
        "{notes}"
    );
    let few = case
        .check(&["--holder", &stranger, "--registry", &one])
        .exits(7);
    assert!(
        few.error().contains("no IdentityRegistry of this version"),
        "{few:#?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_nobody_holds_is_tried_with_wallets_made_up() {
    let case = Case::with_investors(0).await;
    let report = case.check(&["--json"]).succeeded().json();
    let notes = report["cast"]["notes"].to_string();
    assert!(
        notes.contains("made up") && notes.contains("recoveryAddress was not tried"),
        "{notes}"
    );
    assert_eq!(operation(&report, "transfer")["finding"], "works");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_module_rejects_is_told_from_what_breaks() {
    let case = Case::with_investors(2).await;
    case.trex.restrict_country(COUNTRY).await;
    let report = case.check(&["--json"]).exits(9).json();
    assert_eq!(report["works"], false);
    for name in ["transfer", "mint"] {
        let one = operation(&report, name);
        assert_eq!(one["finding"], "fails_today", "{one}");
        assert_eq!(one["today"], one["guarded"], "{one}");
    }
    assert_eq!(operation(&report, "forcedTransfer")["finding"], "works");
    let refused = case.check(&["--as-compliance"]).exits(4);
    assert!(
        refused.error().contains("the rules of the 1 modules"),
        "{refused:#?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_breaks_by_the_switch_is_named() {
    let case = Case::with_investors(2).await;
    // A country that no record has room for becomes none, which a module refuses.
    for investor in &case.trex.investors {
        let (wallet, country) = (investor.wallet, 2_000);
        let call = Registry::updateCountryCall { wallet, country };
        case.trex.agent(case.trex.registry, &call).await;
    }
    case.trex.restrict_country(0).await;
    let report = case.check(&["--json"]).exits(9).json();
    let transfer = operation(&report, "transfer");
    assert_eq!(
        (&transfer["finding"], &transfer["returns"]),
        (&json!("breaks"), &json!(true))
    );
    let notes = report["cast"]["notes"].to_string();
    assert!(notes.contains("has no room"), "{notes}");
    let shown = case.check(&[]).exits(9).stdout;
    assert!(
        shown.contains("- transfer breaks: refused: Transfer not possible"),
        "{shown}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_compliance_without_room_for_modules_leaves_senders_unprotected() {
    let case = Case::with_investors(2).await;
    case.trex.take_legacy_compliance().await;
    let report = case.check(&["--json"]).succeeded().json();
    let plan = &report["transactions"];
    assert_eq!(
        (&plan["verified_sender"], &plan["guard"]),
        (&Value::Null, &json!([]))
    );
    let revoked = operation(&report, "transfer from a revoked sender");
    assert_eq!(revoked["finding"], "unprotected", "{revoked}");
    let gaps = report["unprotected"].to_string();
    assert!(gaps.contains("freeze revoked wallets"), "{gaps}");
    assert!(gas(&report, "transfer", "registry") < gas(&report, "transfer", "today"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_such_token_is_refused() {
    let anvil = Anvil::builder(CHAIN).start().await.unwrap();
    let endpoint = endpoint(&anvil).await;
    let owner = LaneSigner::from_hex(&OWNER_KEY.into()).unwrap();
    let bare = BareToken::constructorCall {
        name: "Plain".to_owned(),
        symbol: "PLAIN".to_owned(),
        owner: owner.address(),
    };
    let plain = [&BareToken::BYTECODE[..], &bare.abi_encode()]
        .concat()
        .into();
    // It asks a registry and has a compliance, but no way to change the registry.
    let ours = deploy::token_code("Ours", "OURS", named("registry", 0), owner.address());
    let desk = Desk::bare();
    for (code, view) in [(plain, "identityRegistry"), (ours, "version")] {
        let token = deploy::deploy(&endpoint, &owner, &code, B256::ZERO).await;
        let refused = check(&desk, token.unwrap().address, anvil.url(), &[]).exits(4);
        let error = refused.error();
        assert!(error.contains(&format!("it has no {view}()")), "{error}");
    }

    let nothing = check(&desk, named("nothing", 0), anvil.url(), &[]).exits(5);
    assert!(
        nothing.error().contains("no contract stands at"),
        "{nothing:#?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_node_and_a_missing_anvil_are_named() {
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let url = format!("http://{free}/key-of-mine");
    let refused = check(&Desk::bare(), named("token", 0), &url, &[]).exits(7);
    assert!(
        refused.error().contains("check that the node runs"),
        "{refused:#?}"
    );
    assert!(!refused.stderr.contains("key-of-mine"), "{refused:#?}");

    let mut case = Case::with_investors(2).await;
    case.desk.set("SYMBOLON_ANVIL", "/nowhere/anvil");
    let refused = case.check(&[]).exits(7);
    assert!(refused.error().contains("no anvil found"), "{refused:#?}");
}
