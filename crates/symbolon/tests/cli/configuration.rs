//! A bad configuration is refused at start, by the key's name.

use crate::support::Desk;

const LANE: &str = "[[lane]]\nissuer = \"acme\"\nchain_id = 1\nrpc_url = \"https://node.example\"\nsigner_key_env = \"KEY\"\n";

#[track_caller]
fn refused(configuration: &str) -> String {
    let desk = Desk::bare();
    desk.write("symbolon.toml", configuration);
    let ended = desk.run(&["issuer", "list"]).exits(3);
    assert!(ended.stdout.is_empty());
    let error = ended
        .error()
        .strip_prefix("symbolon.toml: ")
        .unwrap()
        .to_owned();
    assert!(
        !desk.folder.path().join(".symbolon").exists(),
        "nothing was started"
    );
    error
}

#[test]
fn a_mistake_is_named_by_its_key_with_a_remedy() {
    for (configuration, beginning) in [
        ("[databse]\n", "databse: unknown field"),
        ("[server]\nlistn = \"x\"\n", "server.listn: unknown field"),
        (
            "[server]\nlisten = \"here\"\n",
            "server.listen: not an address",
        ),
        (
            "[server]\nconcurrent_imports = 0\n",
            "server.concurrent_imports: 0 is out of range",
        ),
        (
            "[server]\nlane_lease_ms = 5\n",
            "server.lane_lease_ms: 5 is out of range: choose 250 to 60000",
        ),
        (
            "[database]\nconnections = \"many\"\n",
            "database.connections: invalid type, expected u32",
        ),
        (
            "[database]\nurl = \"mysql://db\"\n",
            "database.url: not a URL of the right kind",
        ),
        (
            "[[lane]]\nissuer = \"acme\"\n",
            "lane[0]: missing field `chain_id`",
        ),
        ("issuer = [\n", "line "),
    ] {
        let error = refused(configuration);
        assert!(error.starts_with(beginning), "{configuration} gave {error}");
        assert!(
            error.matches(": ").count() >= 2 || error.starts_with("line"),
            "no remedy: {error}"
        );
    }
}

#[test]
fn lanes_are_checked_one_by_one() {
    for (from, to, beginning) in [
        (
            "rpc_url = \"https://node.example\"",
            "rpc_url = \"ws://node.example\"",
            "lane[1].rpc_url: not a URL of the right kind",
        ),
        (
            "rpc_url = \"https://node.example\"\n",
            "",
            "lane[1].rpc_url: give one of",
        ),
        (
            "signer_key_env = \"KEY\"\n",
            "",
            "lane[1].signer_key_env: give one of",
        ),
        (
            "issuer = \"acme\"",
            "issuer = \"Acme AG\"",
            "lane[1].issuer: ",
        ),
        (
            "chain_id = 1",
            "chain_id = 0",
            "lane[1].chain_id: no chain has this id",
        ),
        (
            "signer_key_env",
            "max_fee_gwei = 0\nsigner_key_env",
            "lane[1].max_fee_gwei: 0 is out of range",
        ),
        (
            "signer_key_env",
            "confirmations = -1\nsigner_key_env",
            "lane[1].confirmations: invalid value",
        ),
        (
            "chain_id = 1",
            "chain_id = 2",
            "lane[1].chain_id: lane[0] is for registry 2",
        ),
    ] {
        let first = LANE.replace("chain_id = 1", "chain_id = 2");
        let error = refused(&format!("{first}\n{}", LANE.replace(from, to)));
        assert!(error.starts_with(beginning), "{to} gave {error}");
    }
}

#[test]
fn registrars_are_checked_one_by_one() {
    const REGISTRAR: &str =
        "[[registrar]]\nissuer = \"fed\"\nchain_id = 1\nrpc_url = \"https://node.example\"\n";
    for (from, to, beginning) in [
        (
            "https://node.example",
            "ws://node.example",
            "registrar[1].rpc_url: not a URL of the right kind",
        ),
        (
            "rpc_url = \"https://node.example\"\n",
            "",
            "registrar[1].rpc_url: give one of",
        ),
        ("\"fed\"", "\"Fed AG\"", "registrar[1].issuer: "),
        (
            "chain_id = 1",
            "chain_id = 0",
            "registrar[1].chain_id: no chain has this id",
        ),
        (
            "chain_id = 1",
            "chain_id = 1\nconfirmations = 0",
            "registrar[1].confirmations: 0 is out of range",
        ),
        (
            "chain_id = 1",
            "chain_id = 1\nsigner_key_env = \"KEY\"",
            "registrar[1].signer_key_env: unknown field",
        ),
        (
            "\"fed\"",
            "\"other\"",
            "registrar[1].issuer: registrar[0] is for other already",
        ),
    ] {
        let first = REGISTRAR.replace("\"fed\"", "\"other\"");
        let error = refused(&format!("{first}\n{}", REGISTRAR.replace(from, to)));
        assert!(error.starts_with(beginning), "{to} gave {error}");
    }
}

#[test]
fn a_key_in_the_file_is_refused_and_not_repeated() {
    let secret = "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318";
    let keyed = LANE.replace(
        "signer_key_env = \"KEY\"",
        &format!("signer_key = \"0x{secret}\""),
    );
    let error = refused(&keyed);
    assert!(
        error.starts_with("lane[0].signer_key: a key does not belong in this file"),
        "{error}"
    );
    assert!(!error.contains(secret));
    for name in [format!("0x{secret}"), secret.to_owned()] {
        let error = refused(&LANE.replace("\"KEY\"", &format!("\"{name}\"")));
        assert!(
            error.starts_with("lane[0].signer_key_env: not the name of"),
            "{error}"
        );
        assert!(!error.contains(secret));
    }
}

#[test]
fn the_environment_goes_before_the_file() {
    let mut desk = Desk::bare();
    desk.write(
        "symbolon.toml",
        "[database]\nurl = \"postgres://localhost:1/none\"\n",
    );
    desk.set("DATABASE_URL", "mysql://elsewhere");
    let ended = desk.run(&["issuer", "list"]).exits(3);
    assert!(
        ended
            .error()
            .contains("DATABASE_URL: not a URL of the right kind"),
        "{ended:#?}"
    );
    desk.set("SYMBOLON_DATABASE_URL", "sqlite://x");
    let ended = desk.run(&["issuer", "list"]).exits(3);
    assert!(
        ended.error().contains("SYMBOLON_DATABASE_URL: "),
        "{ended:#?}"
    );
}

#[test]
fn what_is_missing_when_it_is_needed_is_named() {
    let desk = Desk::bare();
    desk.write("symbolon.toml", LANE);
    let ended = desk.run(&["serve", "--listen", "127.0.0.1:0"]).exits(3);
    let wanted = "lane[0].signer_key: the environment variable KEY is not set";
    assert!(ended.error().starts_with(wanted), "{ended:#?}");
    let ended = desk.run(&["status", "--config", "absent.toml"]).exits(3);
    assert!(ended.error().contains("absent.toml"), "{ended:#?}");
}

#[test]
fn an_unreachable_database_exits_with_6() {
    let mut desk = Desk::bare();
    desk.set("DATABASE_URL", "postgres://nobody:hunter2@127.0.0.1:1/none");
    let ended = desk.run(&["issuer", "list"]).exits(6);
    assert!(ended.error().contains("symbolon doctor"), "{ended:#?}");
    assert!(!ended.stderr.contains("hunter2"), "{ended:#?}");
}
