//! Personal data stays in the vault (I6), and is gone after an erasure (I7).
//!
//! People whose profiles are full of words that stand nowhere else go through every
//! journey of the real program: their profiles are put, opened and searched, links are
//! sent to them, one by one and by a file, they prove a wallet and another one once its
//! key is lost, providers verify them under their names, verify them again before that
//! ends, and deny them later, customers are imported, an instance keeps data and notes of
//! its own, and finds a customer to be somebody known, the master key is rotated,
//! everything is exported, a regulator is given what it asks for. Then the database's
//! files and its write-ahead log, both databases row by row, what server and commands said
//! at their most talkative, whatever files they left, archives too, metrics, the chain's
//! transactions and every ordinary export are searched for these words, in the encodings
//! in which programs write bytes down. Letters alone hold an address, on their way.
//!
//! [`stage`] is a PostgreSQL cluster of the test's own, a chain, stand-ins for the
//! providers, a mail server, and the program. [`people`] is who goes through it all:
//! through [`journeys`], as whom a file has [`asked`], and as an instance's [`customers`].

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod asked;
mod customers;
mod exports;
mod journeys;
mod people;
mod stage;

use std::collections::BTreeSet;

use serde_json::json;
use symbolon_testkit::canary::{Canaries, forms};

use asked::{asked_by_a_file, renewed, with_another_wallet};
use customers::{customer_of_an_instance, moved_onto};
use journeys::{imported, put_and_opened, verified_and_denied, watched_by_a_monitor};
use people::{CANARIES, PLANTED};
use stage::{Stage, until};

#[tokio::test(flavor = "multi_thread")]
async fn nobodys_name_leaves_the_vault_or_outlives_an_erasure() {
    let mut stage = Stage::set().await;
    stage.start_server().await;
    let known = put_and_opened(&stage).await;
    let (verified, wallet) = verified_and_denied(&stage).await;
    let watched = watched_by_a_monitor(&stage).await;
    let kept = customer_of_an_instance(&stage).await;
    imported(&stage).await;
    let mut asked = asked_by_a_file(&stage).await;
    with_another_wallet(&stage, &mut asked).await;
    let moved = moved_onto(&stage, &asked.investor, &asked.wallet).await;
    stage.rotate_master_key().await;
    renewed(&stage, &asked).await;
    let mut everybody = known;
    everybody.extend([verified.clone(), watched.clone()]);
    everybody.extend([asked.investor.clone(), asked.unsent.clone()]);

    let canaries = Canaries::new(CANARIES);
    exports::archives(&stage, &canaries);
    exports::lines_for_a_purpose(&stage, &canaries).await;
    let exports = exports::ordinary(&stage, &verified, &asked.investor).await;
    for what in [
        &verified[2..],
        &asked.investor[2..],
        "import-1",
        "CRM-77",
        "CRM-78",
        "FILE-1",
    ] {
        let known = Canaries::new([what]);
        assert!(
            !known.in_bytes(&exports).is_empty(),
            "the exports have {what}"
        );
    }
    assert_eq!(canaries.in_bytes(&exports), BTreeSet::new(), "exports");
    let chain = stage.transactions().await;
    let wallets = Canaries::new([&wallet[2..]]);
    assert!(
        !wallets.in_bytes(&chain).is_empty(),
        "the chain has wallets"
    );
    assert_eq!(canaries.in_bytes(&chain), BTreeSet::new(), "transactions");
    nothing_is_found(&stage, &canaries).await;
    what_is_planted_is_found(&stage).await;

    // The profiles are there, for whoever may open them.
    for investor in &everybody {
        let shown = stage.run(&["vault", "show", investor, "--purpose", "review"]);
        assert!(shown.status.success(), "{shown:?}");
        assert!(!canaries.in_bytes(&shown.stdout).is_empty());
    }
    for customer in [&kept, &moved] {
        let (status, opened) = customer.open(&stage).await;
        assert_eq!(status, 200, "{opened}");
        let opened = opened.to_string();
        assert!(!canaries.in_bytes(opened.as_bytes()).is_empty());
    }
    stage.json(&["revoke", &asked.wallet, "--reason", "departure", "--json"]);
    let before = stage.dumps().await;
    let backup = stage.database.back_up().await;
    for investor in everybody.iter().chain([&kept.investor]) {
        let erased = stage.json(&["vault", "erase", investor, "--json"]);
        assert_eq!(erased["results"][0]["left"]["key"], false, "{erased}");
        assert_eq!(erased["results"][0]["left"]["profile_values"], 0);
    }
    for investor in [&verified, &watched, &asked.investor] {
        until("the provider has forgotten", async || {
            let custody = stage.json(&["vault", "custody", investor, "--json"]);
            custody["providers"][0]["state"] == "forgotten"
        })
        .await;
    }
    nothing_is_found(&stage, &canaries).await;

    // Whoever kept a backup of the register has what nobody can open.
    stage.kill_server().await;
    stage.database.restore(backup).await;
    assert_eq!(canaries.in_bytes(before.as_bytes()), BTreeSet::new());
    stage.start_server().await;
    for investor in &everybody {
        let shown = stage.run(&["vault", "show", investor, "--purpose", "review"]);
        assert!(!shown.status.success(), "{shown:?}");
        let said = [shown.stdout, shown.stderr].concat();
        assert_eq!(canaries.in_bytes(&said), BTreeSet::new());
        let opening = json!({"purpose": "review"});
        let path = format!("/v1/investors/{investor}/profile/open");
        let (status, answer) = stage.try_post(&path, opening).await;
        assert_eq!(status, 500, "{answer}");
    }
    for customer in [&kept, &moved] {
        let (status, answer) = customer.open(&stage).await;
        assert_ne!(status, 200, "{answer}");
        let answer = answer.to_string();
        assert_eq!(canaries.in_bytes(answer.as_bytes()), BTreeSet::new());
    }
    nothing_is_found(&stage, &canaries).await;
    stage.stop().await;
}

/// Wherever the register, its servers and its database have written anything down.
async fn nothing_is_found(stage: &Stage, canaries: &Canaries) {
    let nothing = BTreeSet::new();
    let dumps = stage.dumps().await;
    assert_eq!(canaries.in_bytes(dumps.as_bytes()), nothing, "rows");
    for folder in stage.written_down().await {
        let (found, read) = canaries.below(folder);
        assert!(read > 0, "{} is empty", folder.display());
        assert_eq!(found, nothing);
    }
    let log = stage.log();
    let talks = log.windows(5).any(|word| word == b"TRACE");
    assert!(talks, "the log is not at its most talkative");
    assert_eq!(
        canaries.in_bytes(stage.text("/metrics").await.as_bytes()),
        nothing
    );
}

/// The search finds what is there: in rows, in the database's files, and in its
/// write-ahead log.
async fn what_is_planted_is_found(stage: &Stage) {
    let planted = Canaries::new([PLANTED]);
    assert!(planted.in_bytes(stage.dumps().await.as_bytes()).is_empty());
    let forms: Vec<_> = forms(PLANTED).into_iter().map(|(_, bytes)| bytes).collect();
    stage.plant(&forms).await;
    let of_the_program = stage.folder().join("planted");
    std::fs::write(&of_the_program, PLANTED).unwrap();
    let rows = planted.in_bytes(stage.dumps().await.as_bytes());
    assert!(!rows.is_empty(), "in rows");
    let (mut files, mut ahead) = (BTreeSet::new(), false);
    for folder in stage.written_down().await {
        let (found, _) = planted.below(folder);
        ahead |= found.iter().any(|what| what.contains("/pg_wal/"));
        files.extend(found);
    }
    for form in ["UTF-8", "HEX", "UTF-16LE", "UTF-16BE", "base64"] {
        let word = format!("{PLANTED} as {form} in ");
        let found = files.iter().any(|what| what.starts_with(&word));
        assert!(found, "as {form} in files: {files:?}");
    }
    assert!(ahead, "in the write-ahead log: {files:?}");
    let beside = format!("{PLANTED} as UTF-8 in {}", of_the_program.display());
    assert!(files.contains(&beside), "beside the program: {files:?}");
}
