//! The signer is rotated under a running server, while its transactions wait
//! for a block. Revocations before, between and after all arrive.

use std::{
    io::{BufReader, Lines},
    process::{Child, ChildStderr},
    thread::JoinHandle,
    time::Duration,
};

use serde_json::{Value, json};
use symbolon_chain::{roles, signer::LaneSigner};

use crate::{
    chain::{Chain, MIRROR},
    import,
    mirror::until_equal,
    pruned, serve,
    support::{Ended, WALLET, customers},
};

const NEW_KEY: &str = "5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a";

/// A server whose words somebody reads.
pub(crate) struct Server {
    child: Child,
    said: JoinHandle<Vec<String>>,
}

impl Server {
    pub(crate) fn start(chain: &Chain) -> Self {
        let (child, mut lines): (Child, Lines<BufReader<ChildStderr>>) = serve::start(&chain.desk);
        serve::address(&mut lines);
        let said = std::thread::spawn(move || lines.map_while(Result::ok).collect());
        Self { child, said }
    }

    pub(crate) fn stop(mut self) {
        import::signal(self.child.id(), "INT");
        let ended = self.child.wait().unwrap();
        let said = self.said.join().unwrap();
        assert!(ended.success(), "{said:#?}");
    }
}

fn rotate(chain: &Chain) -> Value {
    let arguments = [
        "chain",
        "rotate-signer",
        "31337",
        "--new-signer-key-file",
        "new.key",
        "--owner-key-file",
        "owner.key",
        "--json",
    ];
    chain.desk.run(&arguments).succeeded().json()
}

fn revoke(chain: &Chain, customer: &str) {
    let arguments = ["revoke", "--external-id", customer, "--reason", "sanctions"];
    chain.desk.run(&arguments).succeeded();
}

/// Until so many transactions wait for a block.
fn until_open(chain: &Chain, wanted: u64) {
    for _ in 0..300 {
        let status = chain
            .desk
            .run(&["chain", "status", "--json"])
            .succeeded()
            .json();
        if status[0]["open_transactions"].as_u64().unwrap() >= wanted {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("never {wanted} open");
}

/// Until the command says that the server writes with the new key.
fn until_serving(chain: &Chain) -> Value {
    for _ in 0..300 {
        let progress = rotate(chain);
        if progress["serving"] == true {
            return progress;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!(
        "the server does not write with the new key: {:#}",
        rotate(chain)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signer_is_rotated_and_every_revocation_arrives() {
    let chain = Chain::with_lane().await;
    let desk = &chain.desk;
    desk.write("new.key", NEW_KEY);
    desk.write("some.csv", &customers(6));
    desk.run(&["import", "some.csv"]).succeeded();
    let server = Server::start(&chain);
    assert_eq!(until_equal(desk)[0]["verified"], 6);

    let begun = rotate(&chain);
    assert_eq!(
        (&begun["appointed"], &begun["serving"], &begun["old_signer"]),
        (&json!(true), &json!(false), &json!(MIRROR)),
        "{begun:#}"
    );
    assert_eq!(begun["lane"], "signer_key_file = \"new.key\"");

    // From here on nothing is mined, and the old signer's denial waits.
    chain.ask("evm_setAutomine", json!([false])).await;
    revoke(&chain, "C-000001");
    until_open(&chain, 1);
    server.stop();
    revoke(&chain, "C-000002");
    let between = rotate(&chain);
    assert_eq!(
        (&between["serving"], &between["open_transactions"]),
        (&json!(false), &json!(1))
    );
    chain.write_lane("new.key");
    let server = Server::start(&chain);
    until_open(&chain, 2);
    revoke(&chain, "C-000003");
    until_open(&chain, 3);
    let waiting = until_serving(&chain);
    assert_eq!(
        (
            &waiting["open_transactions"],
            &waiting["removed"],
            &waiting["done"]
        ),
        (&json!(1), &json!(false), &json!(false)),
        "the old mirror is still needed: {waiting:#}"
    );

    chain.ask("evm_mine", json!([])).await;
    chain.ask("evm_setAutomine", json!([true])).await;
    assert_eq!(until_equal(desk)[0]["verified"], 3);
    desk.run(&["chain", "verify"]).exits(7);
    let ended = until_done(&chain);
    assert_eq!(
        (&ended["appointed"], &ended["left"]),
        (&json!(true), &json!([]))
    );
    let again = rotate(&chain);
    assert_eq!(
        (&again["done"], &again["old_signer"]),
        (&json!(true), &Value::Null)
    );
    desk.run(&["chain", "verify"]).succeeded();
    revoke(&chain, "C-000004");
    assert_eq!(until_equal(desk)[0]["verified"], 2);
    server.stop();
    desk.run(&["audit", "verify"]).succeeded();
}

/// What is mined must still be settled.
fn until_done(chain: &Chain) -> Value {
    for _ in 0..300 {
        let progress = rotate(chain);
        if progress["done"] == true {
            return progress;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("it never ends: {:#}", rotate(chain));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stolen_key_is_removed_at_once() {
    let chain = Chain::with_lane().await;
    chain.desk.write("new.key", NEW_KEY);
    let arguments = [
        "chain",
        "rotate-signer",
        "31337",
        "--new-signer-key-file",
        "new.key",
        "--owner-key-file",
        "owner.key",
        "--at-once",
        "--json",
    ];
    let removed = chain.desk.run(&arguments).succeeded().json();
    assert_eq!(
        (
            &removed["appointed"],
            &removed["removed"],
            &removed["serving"]
        ),
        (&json!(true), &json!(true), &json!(false))
    );
    let left = removed["left"].as_array().unwrap();
    assert_eq!(left.len(), 1, "the configuration: {removed:#}");
}

fn rotate_from(chain: &Chain, old: &[&str]) -> Ended {
    let arguments = [
        "chain",
        "rotate-signer",
        "31337",
        "--new-signer-key-file",
        "new.key",
        "--owner-key-file",
        "owner.key",
        "--json",
    ];
    chain.desk.run(&[&arguments[..], old].concat())
}

/// Who may write, by the registry's own word.
async fn mirrors(chain: &Chain) -> [bool; 2] {
    let endpoint = chain.endpoint().await;
    let listed = chain.desk.run(&["chain", "list", "--json"]);
    let registry = listed.succeeded().json()[0]["registry"].clone();
    let registry = registry.as_str().unwrap().parse().unwrap();
    let new = LaneSigner::from_hex(&NEW_KEY.into()).unwrap().address();
    let may_write = async |mirror| roles::is_mirror(&endpoint, registry, mirror).await.unwrap();
    [
        may_write(MIRROR.parse().unwrap()).await,
        may_write(new).await,
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistyped_old_signer_changes_nothing() {
    let chain = Chain::with_lane().await;
    chain.desk.write("new.key", NEW_KEY);
    for more in [&[][..], &["--at-once"]] {
        let mistyped = [&["--old-signer", WALLET][..], more].concat();
        let refused = rotate_from(&chain, &mistyped).exits(2);
        let error = refused.error();
        assert!(
            error.starts_with("--old-signer: ") && error.contains("others may"),
            "{refused:#?}"
        );
        assert_eq!(mirrors(&chain).await, [true, false]);
    }
}

/// Who else may write is known from logs alone, and here they are cut.
#[tokio::test(flavor = "multi_thread")]
async fn where_logs_are_cut_nobody_is_taken_for_the_only_one() {
    let chain = Chain::with_lane().await;
    chain.desk.write("new.key", NEW_KEY);
    let cut = pruned::before(chain.anvil.url()).await;
    for old in [&[][..], &["--old-signer", WALLET]] {
        let by_cut = [old, &["--rpc", &cut]].concat();
        let refused = rotate_from(&chain, &by_cut).exits(7);
        assert!(
            refused.error().contains("keeps all logs (--rpc)"),
            "{refused:#?}"
        );
        assert_eq!(mirrors(&chain).await, [true, false]);
    }

    // Of one who is named the registry itself knows.
    let named = ["--old-signer", MIRROR, "--at-once", "--rpc", &cut];
    let done = rotate_from(&chain, &named).succeeded().json();
    assert_eq!(
        (&done["appointed"], &done["removed"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(mirrors(&chain).await, [false, true]);
}
