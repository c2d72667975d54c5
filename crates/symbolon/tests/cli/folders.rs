//! Another folder is another register: none begins where somebody only looks.

use crate::support::{Desk, WALLET, customers};

#[test]
fn where_there_is_no_register_nothing_begins_but_by_an_issuer_or_a_server() {
    let desk = Desk::bare();
    desk.write("some.csv", &customers(1));
    desk.write("one.json", r#"{"given_names": "Jane"}"#);
    for looking in [
        &["status"][..],
        &["issuer", "list"],
        &["export"],
        &["audit", "verify"],
        &["api-key", "list"],
        &["vault", "due"],
        &["vault", "rotate"],
        &["vault", "register", "one.json"],
        &["customers", "list"],
        &["import", "some.csv"],
        &["revoke", WALLET, "--reason", "sanctions"],
    ] {
        let ended = desk.run(looking).exits(5);
        let error = ended.error();
        assert!(error.starts_with("there is no register in /"), "{error}");
        for remedy in [
            "issuer create",
            "symbolon serve",
            "--config",
            "DATABASE_URL",
        ] {
            assert!(error.contains(remedy), "{looking:?}: {error}");
        }
    }
    // Before the first run nothing is wrong.
    let doctor = desk.run(&["doctor"]).succeeded().stdout;
    assert!(
        doctor.contains("warn  database: there is no register in"),
        "{doctor}"
    );
    assert!(!desk.folder.path().join(".symbolon").exists());

    let begun = desk.run(&["issuer", "create", "acme"]).succeeded();
    let said = "a new register begins in";
    assert_eq!(begun.stderr.matches(said).count(), 1, "{begun:?}");
    let again = desk.run(&["issuer", "create", "beta"]).succeeded();
    assert!(!again.stderr.contains(said), "{again:?}");
    desk.run(&["issuer", "list"]).succeeded();
}
