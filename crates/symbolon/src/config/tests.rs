//! What the file and the environment make together.

use alloy_primitives::Address;
use secrecy::ExposeSecret;
use symbolon_chain::preset::FinalityTag;

use super::*;

fn empty(_: &str) -> Option<String> {
    None
}

fn full(name: &str) -> Option<String> {
    match name {
        "DATABASE_URL" => Some("postgres://common/db".to_owned()),
        "SYMBOLON_DATABASE_URL" => Some("postgres://ours/db".to_owned()),
        "SYMBOLON_DATA_DIR" => Some("elsewhere".to_owned()),
        "NODE" => Some("https://user:pw@node.example/key".to_owned()),
        "KEY" => Some(format!("0x{}", "11".repeat(32))),
        _ => None,
    }
}

fn load(text: &str, environment: Environment) -> Result<Config> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("symbolon.toml");
    std::fs::write(&path, text).unwrap();
    Config::load(Some(&path), environment)
}

const LANES: &str = r#"
data_dir = "data"
[database]
url = "postgres://file/db"
connections = 40
[server]
listen = "0.0.0.0:9000"
request_timeout_s = 7
lane_lease_ms = 2500
[[lane]]
issuer = "acme"
chain_id = 8453
rpc_url_env = "NODE"
signer_key_env = "KEY"
confirmations = 12
max_fee_gwei = 0.25
poll_ms = 500
max_in_flight = 3
agents = ["0x00000000000000000000000000000000000000aa"]
[[lane]]
issuer = "acme"
chain_id = 1
rpc_url = "http://localhost:8545"
signer_key_file = "mirror.key"
"#;

#[test]
fn all_of_it_is_read() {
    let config = load(LANES, empty).unwrap();
    assert_eq!(
        config.database.unwrap().expose_secret(),
        "postgres://file/db"
    );
    assert_eq!(config.connections, 40);
    assert_eq!(config.server.listen.to_string(), "0.0.0.0:9000");
    assert_eq!(config.server.request_timeout, Duration::from_secs(7));
    assert_eq!(config.server.lane_lease, Duration::from_millis(2500));
    assert!(config.data_dir.ends_with("data") && config.data_dir.is_absolute());
    let lane = &config.lanes[0];
    assert_eq!(
        (lane.registry.chain.0, lane.confirmations),
        (8453, Some(12))
    );
    assert_eq!(lane.max_fee.unwrap().0, 250_000_000);
    assert_eq!(lane.poll.unwrap().0, 500);
    assert_eq!(lane.max_in_flight, Some(3));
    assert_eq!(lane.agents, [Address::with_last_byte(0xaa)]);
    assert!(config.lanes[1].max_fee.is_none());
}

#[test]
fn the_environment_wins_and_ours_before_the_common_one() {
    let config = load(LANES, full).unwrap();
    assert_eq!(
        config.database.unwrap().expose_secret(),
        "postgres://ours/db"
    );
    assert_eq!(config.data_dir, Path::new("elsewhere"));
    let lane = &config.lanes[0];
    assert_eq!(
        format!("{:?}", lane.nodes().unwrap()),
        "Nodes(1 of [\"https://node.example\"])"
    );
    assert!(lane.endpoint().is_ok());
    assert!(lane.signer().is_ok());
}

#[test]
fn secrets_are_looked_up_late_and_missed_by_name() {
    let config = load(LANES, empty).unwrap();
    let failure = config.lanes[0].nodes().unwrap_err().to_string();
    assert!(
        failure.starts_with("lane[0].rpc_url: the environment variable NODE"),
        "{failure}"
    );
    let failure = config.lanes[1].signer().unwrap_err().to_string();
    assert!(
        failure.starts_with("lane[1].signer_key: cannot read"),
        "{failure}"
    );
}

#[test]
fn no_secret_is_printed_by_debug() {
    let config = load(LANES, full).unwrap();
    let printed = format!("{config:?}");
    for secret in ["postgres://", "user:pw", "localhost:8545", &"11".repeat(32)] {
        assert!(!printed.contains(secret), "{secret} in {printed}");
    }
}

#[test]
fn nothing_at_all_is_a_configuration() {
    let config = Config::checked(file::ConfigFile::default(), None, empty).unwrap();
    assert!(config.database.is_none() && config.lanes.is_empty());
    assert_eq!(config.data_dir, Path::new(".symbolon"));
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:8080");
}

const LANE: &str = "[[lane]]\nissuer = \"acme\"\nchain_id = 1\nsigner_key_env = \"KEY\"\n";

#[test]
fn a_lane_has_one_node_or_several_of_which_most_agree() {
    fn three(name: &str) -> Option<String> {
        (name == "NODES")
            .then(|| "https://a.example/k1, https://b.example\nhttp://c.example".into())
    }
    let nodes = |rest: &str| {
        let config = load(&format!("{LANE}{rest}"), three);
        config.and_then(|config| Ok(format!("{:?}", config.lanes[0].nodes()?)))
    };
    let all = "[\"https://a.example\", \"https://b.example\", \"http://c.example\"]";
    assert_eq!(
        nodes("rpc_url_env = \"NODES\"").unwrap(),
        format!("Nodes(2 of {all})")
    );
    let list =
        "rpc_url = [\"https://a.example/k1\", \"https://b.example\", \"http://c.example\"]\n";
    let found = nodes(&format!("{list}rpc_agreement = 3"));
    assert_eq!(found.unwrap(), format!("Nodes(3 of {all})"));
    for (rest, refusal) in [
        (
            format!("{list}rpc_agreement = 4"),
            "lane[0].rpc_agreement: 4 of 3 nodes cannot agree: choose 1 to 3",
        ),
        (
            format!("{list}rpc_agreement = 0"),
            "lane[0].rpc_agreement: 0 nodes agree upon anything: choose 1 or more",
        ),
        (
            "rpc_url_env = \"NODES\"\nrpc_agreement = 4".to_owned(),
            "lane[0].rpc_agreement: 4 of 3 nodes cannot agree: choose 1 to 3",
        ),
        (
            "rpc_url = [\"https://a.example\", \"secret\"]".to_owned(),
            "lane[0].rpc_url[1]: not a URL of the right kind: give an RPC endpoint, such as https://node.example/key",
        ),
        (
            "rpc_url = [\"https://a.example\", \"https://a.example\"]".to_owned(),
            "lane[0].rpc_url[1]: it is the same as lane[0].rpc_url[0], and would agree with itself: name each node once",
        ),
        (
            "rpc_url = []".to_owned(),
            "lane[0].rpc_url: it names no node: give an RPC endpoint, such as https://node.example/key",
        ),
        (
            "rpc_url = 7".to_owned(),
            "lane[0].rpc_url: invalid type, expected a URL or a list of URLs: write a value of that kind",
        ),
    ] {
        let failure = nodes(&rest).unwrap_err().to_string();
        assert!(failure.ends_with(refusal), "{rest} gave {failure}");
    }
}

#[test]
fn a_chain_says_what_is_final_unless_confirmations_are_to_be_counted() {
    let finality = |chain: u64, rest: &str| {
        let lane = LANE.replace("chain_id = 1\n", &format!("chain_id = {chain}\n"));
        let text = format!("{lane}rpc_url = \"http://a.example\"\n{rest}");
        load(&text, empty).unwrap().lanes[0].finality()
    };
    assert_eq!(finality(1, ""), FinalityTag::Finalized);
    assert_eq!(finality(31_337, ""), FinalityTag::None);
    assert_eq!(finality(4_242, ""), FinalityTag::None, "nobody knows it");
    assert_eq!(finality(1, "confirmations = 12"), FinalityTag::None);
    assert_eq!(finality(1, "finality = \"depth\""), FinalityTag::None);
    let both = "finality = \"finalized\"\nconfirmations = 12";
    assert_eq!(finality(4_242, both), FinalityTag::Finalized);
}

fn keys(name: &str) -> Option<String> {
    let digit = match name {
        "NEW" => "2",
        "OLD" => "1",
        "BAD" => return Some("s3cret".into()),
        _ => return None,
    };
    Some(digit.repeat(64))
}

#[test]
fn the_vault_has_one_master_key_and_any_number_before_it() {
    let vault = |text: &str| load(&format!("[vault]\n{text}"), keys).unwrap().vault;
    let none = vault("");
    assert!(none.current().unwrap().is_none() && none.former().unwrap().is_empty());
    assert!(!none.names_a_key() && none.keys_url.is_none());
    let both = vault("master_key_env = \"NEW\"\nformer_master_key_env = \"OLD\"");
    let current = both.current().unwrap().unwrap();
    let former = both.former().unwrap();
    assert_ne!(current.id(), former[0].id());
    let asked = "master_key_command = [\"printf\", \"%064d\", \"7\"]\n\
        former_master_key_command = [[\"printf\", \"%064d\", \"8\"], [\"printf\", \"%064d\", \"9\"]]\n\
        former_master_key_env = [\"OLD\"]";
    let asked = vault(asked);
    assert!(asked.current().unwrap().is_some());
    assert_eq!(asked.former().unwrap().len(), 3);
    let printed = format!("{asked:?}");
    assert!(
        printed.contains("printf") && !printed.contains("064d"),
        "{printed}"
    );
    let one = vault("former_master_key_command = [\"printf\", \"%064d\", \"8\"]");
    assert_eq!(one.former().unwrap().len(), 1);
}

#[test]
fn what_opens_the_vault_does_not_stand_in_the_file() {
    let refused = |text: &str| {
        let failure = load(&format!("[vault]\n{text}"), keys).unwrap_err();
        assert!(!failure.to_string().contains("s3cret"), "{failure}");
        failure.to_string()
    };
    for (text, refusal) in [
        (
            "master_key = \"s3cret\"",
            "vault.master_key: a key does not belong in this file",
        ),
        (
            "former_master_key = [\"s3cret\"]",
            "vault.former_master_key: a key does not belong in this file",
        ),
        (
            "master_key_env = \"s3cret key\"",
            "vault.master_key_env: not the name of an environment variable",
        ),
        (
            "master_key_env = \"NEW\"\nmaster_key_file = \"x\"",
            "vault.master_key_env: give one of",
        ),
        (
            "master_key_command = []",
            "vault.master_key_command: names no program",
        ),
        (
            "master_key_command = \"s3cret\"",
            "vault.master_key_command: invalid type, expected a sequence",
        ),
        (
            "former_master_key_file = 7",
            "vault.former_master_key_file: invalid type, expected one of them or a list",
        ),
        (
            "keys_url = \"mysql://s3cret\"",
            "vault.keys_url: not a URL of the right kind",
        ),
        (
            "keys_url = \"postgres://one/db\"\n[database]\nurl = \"postgres://one/db\"",
            "vault.keys_url: that is the register's own database",
        ),
    ] {
        let failure = refused(text);
        assert!(failure.contains(refusal), "{text} gave {failure}");
    }
    let named = load("[vault]\nmaster_key_env = \"BAD\"", keys).unwrap();
    let failure = named.vault.current().unwrap_err().to_string();
    assert!(
        failure.starts_with("vault.master_key: a master key is 64"),
        "{failure}"
    );
}

#[test]
fn a_command_that_fails_says_why_and_not_what_it_was_asked() {
    let failure = |words: &str| {
        let config = load(&format!("[vault]\nmaster_key_command = {words}"), keys);
        let failure = config.unwrap().vault.current().unwrap_err().to_string();
        assert!(!failure.contains("s3cret"), "{failure}");
        failure
    };
    let absent = failure("[\"no-such-program\", \"s3cret\"]");
    assert!(
        absent.contains("`no-such-program` cannot be run"),
        "{absent}"
    );
    let failed =
        failure("[\"sh\", \"-c\", \"echo s3cret; echo s3cret >&2; echo no such key >&2; exit 4\"]");
    assert!(failed.contains("exit status: 4"), "{failed}");
    assert!(failed.contains("saying: no such key"), "{failed}");
    assert!(failure("[\"true\"]").contains("printed nothing"));
    assert!(failure("[\"echo\", \"s3cret\"]").contains("64 hexadecimal digits"));
}

#[test]
fn renewals_are_per_issuer_and_sent_where_there_is_mail() {
    const MAIL: &str = "[mail]\nurl = { env = \"SMTP\" }\nfrom = \"Acme <kyc@acme.example>\"\n";
    let terms = |text: &str| {
        let config = load(text, |_| None)?;
        let issuer = "acme".parse().unwrap();
        Ok::<_, crate::exit::Failure>(super::renewals(&config.renewals).of(&issuer))
    };
    let usual = terms("").unwrap();
    assert_eq!((u16::from(usual.remind), usual.send), (30, false));
    let renewal = "[[renewal]]\nissuer = \"acme\"\nremind_days = 60\nsend = true\n";
    let wanted = terms(&format!("{MAIL}{renewal}")).unwrap();
    assert_eq!((u16::from(wanted.remind), wanted.send), (60, true));
    for (text, refusal) in [
        (
            renewal.to_owned(),
            "renewal[0].send: nothing is sent without",
        ),
        (
            format!("{MAIL}{renewal}{renewal}"),
            "renewal[1].issuer: acme has a [[renewal]] already",
        ),
        (
            renewal.replace("60", "366"),
            "renewal[0].remind_days: choose 1 to 365 days",
        ),
    ] {
        let failure = terms(&text).unwrap_err().to_string();
        assert!(failure.contains(refusal), "{text} gave {failure}");
    }
}

#[test]
fn the_keys_database_is_named_by_the_environment_first() {
    fn named(name: &str) -> Option<String> {
        (name == "SYMBOLON_KEYS_URL").then(|| "postgres://ours/keys".to_owned())
    }
    let text = "[vault]\nkeys_url = \"postgres://file/keys\"";
    let config = load(text, named).unwrap();
    let url = config.vault.keys_url.unwrap();
    assert_eq!(url.expose_secret(), "postgres://ours/keys");
}
