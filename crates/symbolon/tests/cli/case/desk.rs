//! What the tests of case files share: a register that is changed behind the command line,
//! and a forger who has the key that signs.

use alloy::signers::{SignerSync, local::PrivateKeySigner};
use serde_json::{Value, json};
use symbolon_core::{
    actor::Actor,
    case::Case,
    command::Command,
    ids::{InvestorId, IssuerId},
    log::Entry,
    time::UnixSeconds,
    wallet::WalletAddress,
};
use symbolon_server::Clock;
use symbolon_store::{Request, Store, Subject};

use crate::support::{Desk, WALLET};

/// Signs as the issuer's first lane.
pub(super) const KEY: &str = "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";

pub(super) fn store(desk: &Desk) -> &Store {
    &desk.database.as_ref().unwrap().store
}

pub(super) fn acme() -> IssuerId {
    "acme".parse().unwrap()
}

pub(super) fn wallet() -> WalletAddress {
    WALLET.parse().unwrap()
}

pub(super) fn now() -> UnixSeconds {
    Clock::system().now()
}

/// Decides something about whoever holds the wallet.
pub(super) async fn decide(desk: &Desk, command: Command) -> InvestorId {
    let mut transaction = store(desk).begin(&acme()).await.unwrap();
    let subject = Subject::Wallet(wallet());
    let request = Request { subject, command };
    let actor = Actor::command_line("maria");
    let answers = transaction.decide(vec![request], &actor, now()).await;
    let decision = answers.unwrap().pop().unwrap().unwrap();
    transaction.commit().await.unwrap();
    decision.investor.id
}

/// Writes a case of the investor and returns it.
pub(super) fn written(desk: &Desk, investor: &str, file: &str) -> Value {
    desk.run(&["case", investor, "--out", file]).succeeded();
    serde_json::from_str(&desk.read(file)).unwrap()
}

/// How a file was found, and with which exit code.
pub(super) fn checked(desk: &Desk, file: &str) -> (i32, Value) {
    let ended = desk.run(&["case", "verify", file, "--json"]);
    (ended.code, ended.json())
}

/// Whatever was made of a case, signed by the very key that signs the genuine ones.
pub(super) fn signed(case: &Case) -> String {
    let key: PrivateKeySigner = KEY.parse().unwrap();
    let signature = key.sign_message_sync(case.digest().as_slice()).unwrap();
    let signature = alloy::primitives::hex::encode_prefixed(signature.as_bytes());
    json!({"case": case, "signer": key.address(), "signature": signature}).to_string()
}

/// Gives changed entries the hashes that they ought to have.
pub(super) fn hashed_anew(case: &mut Case) {
    let mut before = case.entries.first().map(|entry| entry.previous);
    for entry in &mut case.entries {
        entry.previous = before.unwrap();
        let logged = Entry {
            number: entry.number,
            at: entry.at,
            actor: entry.actor.clone(),
            investor: case.investor,
            events: entry.events.clone(),
        };
        entry.hash = logged.hash(&case.issuer, entry.previous);
        before = Some(entry.hash);
    }
}
