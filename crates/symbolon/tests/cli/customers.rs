//! Instances and their customers at the command line.

use serde_json::{Value, json};

use crate::{
    support::{Desk, Ended, OTHER, WALLET},
    vault::opened,
};

const KEY: &str = "1111111111111111111111111111111111111111111111111111111111111111";

async fn desk() -> Desk {
    let desk = Desk::with_issuer().await;
    desk.write(
        "symbolon.toml",
        "[vault]\nmaster_key_file = \"master.key\"\n",
    );
    desk.write("master.key", KEY);
    let create = ["instances", "create", "emea", "--title", "Europe"];
    desk.run(&create).succeeded();
    desk
}

fn customers(desk: &Desk, words: &[&str]) -> Value {
    let words: Vec<_> = ["customers"]
        .iter()
        .chain(words)
        .chain(&["--json"])
        .copied()
        .collect();
    desk.run(&words).succeeded().json()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_is_added_known_and_linked_later() {
    let desk = desk().await;
    let listed = desk
        .run(&["instances", "list", "--json"])
        .succeeded()
        .json();
    assert_eq!(listed[0]["title"], "Europe");
    let jane = r#"{"name": "Jane Canary", "email": "jane@canary.example"}"#;
    desk.write("jane.json", jane);
    let add = ["add", "--external-id", "CRM-1", "--data", "jane.json"];
    let made = customers(&desk, &add);
    let key = made["reference_key"].as_str().unwrap();
    assert!(key.starts_with("ref_") && made["has_data"] == true);
    assert!(!made.to_string().contains("Canary"));

    desk.write("note.txt", "canary: called back\n");
    let which = ["--external-id", "CRM-1"];
    let noted = customers(&desk, &["note", which[0], which[1], "note.txt"]);
    assert_eq!(noted["notes"], 1);
    let shown = customers(&desk, &["show", which[0], which[1]]);
    assert_eq!(shown.get("opened"), None);
    let purpose = ["show", which[0], which[1], "--purpose", "yearly review"];
    let opened = customers(&desk, &purpose);
    assert_eq!(opened["opened"]["data"]["name"], "Jane Canary");
    let notes = &opened["opened"]["notes"];
    assert_eq!(notes[0]["text"], "canary: called back");
    let log = desk.run(&["audit", "export"]).succeeded().stdout;
    assert!(
        log.contains("CustomerOpened") && !log.contains("anary"),
        "{log}"
    );

    let linked = customers(&desk, &["link", "--reference", key, WALLET]);
    assert_eq!(linked["wallets"][0]["address"], WALLET);
    assert_eq!(linked["moved_from"], Value::Null);
    let renewed = customers(&desk, &["rekey", which[0], which[1]]);
    assert_ne!(renewed["reference_key"], made["reference_key"]);
    let gone = desk.run(&["customers", "link", "--reference", key, OTHER]);
    assert_eq!(gone.code, 5, "{}", gone.stderr);

    let forget = ["data", which[0], which[1], "--forget"];
    let unsure = desk.run(&[&["customers"], &forget[..]].concat()).exits(2);
    assert!(unsure.stderr.contains("--yes"), "{unsure:?}");
    let kept = customers(&desk, &["show", which[0], which[1]]);
    assert_eq!(kept["has_data"], true);
    let forgotten = customers(&desk, &[&forget[..], &["--yes"]].concat());
    assert_eq!(forgotten["has_data"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_becomes_the_verified_holder_of_its_wallet() {
    let desk = desk().await;
    let seen = ["--operator", "maria", "--attestation", "seen"];
    let verify = ["verify", WALLET, "--country", "DE"];
    let verify: Vec<_> = verify.into_iter().chain(seen).collect();
    desk.run(&verify).succeeded();
    desk.write("jane.json", r#"{"name": "Jane Canary"}"#);
    let made = customers(
        &desk,
        &["add", "--external-id", "C-1", "--data", "jane.json"],
    );
    let link = ["link", "--external-id", "C-1", WALLET];
    let unsure = desk.run(&[&["customers"], &link[..]].concat()).exits(2);
    let former = made["investor"].as_str().unwrap();
    for says in ["--yes", former, "cannot be undone"] {
        assert!(unsure.stderr.contains(says), "{says}: {unsure:?}");
    }
    let kept = customers(&desk, &["show", "--external-id", "C-1"]);
    assert_eq!(kept["investor"], made["investor"]);
    let linked = customers(&desk, &[&link[..], &["--yes"]].concat());
    assert_ne!(linked["investor"], made["investor"]);
    assert_eq!(linked["moved_from"], made["investor"]);
    assert_eq!(linked["verdict"]["verified"], true);
    let verified = customers(&desk, &["list", "--verdict", "verified"]);
    assert_eq!(verified[0]["external_id"], "C-1");
    let second = customers(&desk, &["add", "--external-id", "C-2"]);
    assert_eq!(second["verdict"]["verified"], false);
    let taken = desk.run(&["customers", "link", "--external-id", "C-2", WALLET]);
    assert_eq!(taken.code, 4, "{}", taken.stderr);
    for says in ["another customer", "symbolon customers list --wallet"] {
        assert!(taken.stderr.contains(says), "{says}: {}", taken.stderr);
    }
    desk.run(&["audit", "verify"]).succeeded();
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_told_that_a_customer_moved() {
    let desk = desk().await;
    let verify = ["verify", WALLET, "--country", "DE"];
    let seen = ["--operator", "maria", "--attestation", "seen"];
    desk.run(&[&verify[..], &seen[..]].concat()).succeeded();
    let made = customers(&desk, &["add", "--external-id", "C-1"]);
    let link = ["customers", "link", "--external-id", "C-1"];
    let moved = desk
        .run(&[&link[..], &[WALLET, "--yes"]].concat())
        .succeeded()
        .stdout;
    let former = made["investor"].as_str().unwrap();
    assert!(
        moved.contains(&format!("moved from investor {former}")),
        "{moved}"
    );
    let again = desk
        .run(&[&link[..], &[WALLET]].concat())
        .succeeded()
        .stdout;
    assert!(!again.contains("moved from"), "{again}");
    assert!(
        again.starts_with("customer 0x") && again.contains("(C-1) of emea: active"),
        "{again}"
    );
    assert!(again.contains(": verified, DE, basic"), "{again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_change_names_who_made_it() {
    let desk = desk().await;
    customers(&desk, &["add", "--external-id", "C-1"]);
    customers(&desk, &["add", "--external-id", "C-2"]);
    desk.write("jane.json", r#"{"name": "Jane Canary"}"#);
    let by = |words: &[&str], operator: &str| {
        let which = ["--external-id", "C-1", "--operator", operator];
        customers(&desk, &[&words[..1], &which[..], &words[1..]].concat())
    };
    by(&["status", "on_hold"], "otto");
    by(&["data", "jane.json"], "ada");
    by(&["data", "--forget", "--yes"], "ada");
    by(&["rekey"], "otto");
    by(&["archive"], "ada");
    by(&["restore"], "otto");
    let taken = ["customers", "external-id", "--external-id", "C-1", "C-2"];
    let taken = desk.run(&taken).exits(4);
    assert!(taken.error().contains("external id already"), "{taken:?}");
    let renamed = by(&["external-id", "CANARY-9"], "ada");
    assert_eq!(renamed["external_id"], "CANARY-9");
    let unnamed = ["external-id", "--external-id", "CANARY-9", "--none"];
    let unnamed = customers(&desk, &unnamed);
    assert_eq!(unnamed["external_id"], Value::Null);

    let log = desk.run(&["audit", "export"]).succeeded().stdout;
    assert!(!log.to_lowercase().contains("canary"), "{log}");
    let mut changes = Vec::new();
    for line in log.lines().filter(|line| line.contains("CustomerChanged")) {
        let entry: Value = serde_json::from_str(line).unwrap();
        changes.push(entry["actor"].as_str().unwrap().to_owned());
    }
    let who = ["otto", "ada", "ada", "otto", "ada", "otto", "ada", "maria"];
    assert_eq!(changes, who.map(|name| format!("cli:{name}")));
    let audit = desk.run(&["audit", "verify", "--json"]).succeeded().json();
    assert_eq!(audit["ok"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn customers_are_found_and_lists_say_that_there_are_more() {
    let desk = desk().await;
    desk.write(
        "jane.json",
        r#"{"name": "Jane Canary", "email": "jane@canary.example"}"#,
    );
    for id in ["C-1", "C-2", "C-3"] {
        customers(&desk, &["add", "--external-id", id, "--data", "jane.json"]);
    }
    customers(&desk, &["archive", "--external-id", "C-2"]);
    let term = desk.write("term.txt", "  jane  CANARY \nnobody\n");
    let find = |words: &[&str]| {
        let words = [&["customers", "search"], words].concat();
        let stdin = std::fs::File::open(&term).unwrap();
        Ended::of(desk.command(&words).stdin(stdin).output().unwrap())
    };
    let ids = |found: &Value| {
        let all = found["customers"].as_array().unwrap().iter();
        let ids = all.map(|one| one["external_id"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    let found = find(&["--name", "--json"]).succeeded().json();
    assert_eq!(ids(&found), ["C-1", "C-3"]);
    let found = find(&["--name", "--archived", "--json"]).succeeded().json();
    assert_eq!(ids(&found), ["C-1", "C-2", "C-3"]);
    let none = find(&["--email"]).succeeded();
    assert!(none.stdout.contains("nobody has it"), "{none:?}");
    find(&[]).exits(2);

    let named = customers(&desk, &["list", "--external-id", "C-2"]);
    assert_eq!(named.as_array().unwrap().len(), 0, "it is archived");
    let named = ["customers", "list", "--external-id", "C-2"];
    let hint = desk.run(&named).succeeded().stdout;
    assert!(hint.contains("--archived shows"), "{hint}");
    let named = ["list", "--external-id", "C-2", "--archived"];
    assert_eq!(customers(&desk, &named)[0]["external_id"], "C-2");

    let list = |after: &[&str]| {
        let words = ["customers", "list", "--archived", "--limit", "2"];
        desk.run(&[&words[..], after].concat()).succeeded()
    };
    let first = list(&[]);
    assert!(
        first.stdout.contains("C-2") && !first.stdout.contains("C-3"),
        "{first:?}"
    );
    assert!(first.stdout.contains("archived on "), "{first:?}");
    assert!(
        first.stderr.contains("there are more") && first.stderr.contains("--after 2"),
        "{first:?}"
    );
    let second = list(&["--after", "2"]);
    assert!(
        second.stdout.contains("C-3") && !second.stdout.contains("C-2"),
        "{second:?}"
    );
    assert!(!second.stderr.contains("more"), "{second:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_customer_says_so_everywhere() {
    let desk = desk().await;
    desk.write("jane.json", r#"{"name": "Jane Canary"}"#);
    let made = customers(
        &desk,
        &["add", "--external-id", "C-1", "--data", "jane.json"],
    );
    desk.run(&["vault", "retention", "0", "--yes"]).succeeded();
    let investor = made["investor"].as_str().unwrap();
    let erased = desk.run(&["vault", "erase", investor, "--json"]);
    let erased = erased.succeeded().json();
    let gone = json!({"profile_values": 0, "customers": 1, "customer_values": 1});
    assert_eq!(erased["results"][0]["gone"], gone);
    let shown = customers(&desk, &["show", "--external-id", "C-1"]);
    let when = shown["erased"].as_str().unwrap();
    assert_eq!(customers(&desk, &["list"])[0]["erased"], when);
    for words in [&["show", "--external-id", "C-1"][..], &["list"]] {
        let text = desk
            .run(&[&["customers"], words].concat())
            .succeeded()
            .stdout;
        assert!(text.contains("active, erased on "), "{text}");
    }
    for format in ["csv", "jsonl"] {
        let export = ["customers", "export", "--format", format];
        let text = desk.run(&export).succeeded().stdout;
        assert!(text.contains(when), "{text}");
    }
    let refused = desk
        .run(&["customers", "rekey", "--external-id", "C-1"])
        .exits(4);
    assert!(refused.error().contains("erased"), "{refused:?}");
    let closed = customers(&desk, &["status", "--external-id", "C-1", "closed"]);
    assert_eq!(closed["status"], "closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn customers_are_put_away_and_written_out() {
    let desk = desk().await;
    for id in ["=1+1", "C-2"] {
        customers(&desk, &["add", &format!("--external-id={id}")]);
    }
    desk.write("ben.json", r#"{"name": "Ben Canary"}"#);
    customers(&desk, &["data", "--external-id", "C-2", "ben.json"]);
    let held = customers(&desk, &["status", "--external-id", "C-2", "on_hold"]);
    assert_eq!(held["status"], "on_hold");
    customers(&desk, &["archive", "--external-id", "C-2"]);
    let listed = customers(&desk, &["list"]);
    assert_eq!(listed.as_array().unwrap().len(), 1);
    let refused = desk.run(&["customers", "status", "--external-id", "C-2", "active"]);
    assert_eq!(refused.code, 4, "{}", refused.stderr);
    assert!(
        refused.stderr.contains("customers restore"),
        "{}",
        refused.stderr
    );

    let table = desk
        .run(&["customers", "export", "--archived"])
        .succeeded()
        .stdout;
    assert_eq!(table.lines().count(), 3, "{table}");
    assert!(
        table.contains(",\"'=1+1\",") && !table.contains("anary"),
        "{table}"
    );
    let lines = desk
        .run(&["customers", "export", "--format", "jsonl"])
        .succeeded()
        .stdout;
    assert_eq!(lines.lines().count(), 1, "{lines}");
    let columns = "customer,externalId,status,archived,erased,verified,registerStatus,level,\
        country,accreditation,expiry,wallets,investor,created,changed";
    assert_eq!(table.lines().next().unwrap(), columns);
    let line: Value = serde_json::from_str(lines.trim()).unwrap();
    assert_eq!(line, customers(&desk, &["list"])[0]);
    let export = [
        "customers",
        "export",
        "--archived",
        "--purpose",
        "BaFin 7",
        "--output",
        "out.zip",
        "--json",
    ];
    let written = desk.run(&export).succeeded();
    let stderr = written.stderr.clone();
    let written = written.json();
    assert_eq!(written["customers"], 2);
    assert!(written["passphrase"].as_str().unwrap().len() > 30);
    assert!(
        stderr.contains("only time that the passphrase is shown"),
        "{stderr}"
    );
    let archive = std::fs::read(desk.folder.path().join("out.zip")).unwrap();
    assert!(!archive.windows(6).any(|bytes| bytes == b"Canary"));
    let path = desk.folder.path().join("out.zip");
    let passphrase = written["passphrase"].as_str().unwrap();
    let inside = opened(&path, "customers.jsonl", passphrase).unwrap();
    let rows = inside
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    let mut rows: Vec<Value> = rows.collect();
    assert_eq!(rows[1]["opened"]["data"]["name"], "Ben Canary");
    // Beside what was opened, the same as without it.
    for row in &mut rows {
        row.as_object_mut().unwrap().remove("opened").unwrap();
    }
    assert_eq!(Value::from(rows), customers(&desk, &["list", "--archived"]));
    let log = desk.run(&["audit", "export"]).succeeded().stdout;
    assert_eq!(log.matches("CustomerExported").count(), 2);

    // Nobody is written out into no archive, and nobody is on record for it.
    desk.run(&["instances", "create", "apac"]).succeeded();
    let nobody = [
        "customers",
        "export",
        "--instance",
        "apac",
        "--purpose",
        "x",
        "--output",
        "no.zip",
    ];
    let nobody = desk.run(&nobody).exits(4);
    assert!(nobody.error().contains("--archived"), "{nobody:?}");
    assert!(nobody.stdout.is_empty() && !desk.folder.path().join("no.zip").exists());
    let restored = customers(
        &desk,
        &["restore", "--instance", "emea", "--external-id", "C-2"],
    );
    assert_eq!(restored["archived"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_said_with_its_remedy() {
    let desk = desk().await;
    desk.write("bad.json", r#"{"email": "canary"}"#);
    let bad = desk.run(&["customers", "add", "--data", "bad.json"]);
    assert_eq!(bad.code, 4, "{}", bad.stderr);
    assert!(bad.stderr.contains("name@example.com") && !bad.stderr.contains("canary"));
    desk.write("bad.json", "name: canary");
    let bad = desk
        .run(&["customers", "add", "--data", "bad.json"])
        .exits(4);
    assert!(bad.error().contains("{\"name\": \"Jane Doe\""), "{bad:?}");
    assert!(!bad.stderr.contains("canary") && !bad.stderr.contains("given_names"));
    let unknown = desk.run(&["customers", "show", "--external-id", "C-9"]);
    assert_eq!(unknown.code, 5, "{}", unknown.stderr);
    let nowhere = desk.run(&["customers", "list", "--instance", "nowhere"]);
    assert_eq!(nowhere.code, 5, "{}", nowhere.stderr);
    desk.run(&["instances", "create", "apac"]).succeeded();
    let which = desk.run(&["customers", "list"]);
    assert_eq!(which.code, 2, "{}", which.stderr);
    let key = desk.run(&["api-key", "create", "desk", "--instance", "nowhere"]);
    assert_eq!(key.code, 5, "{}", key.stderr);
    let create = ["api-key", "create", "desk", "--instance", "apac", "--json"];
    let key = desk.run(&create).succeeded().json();
    assert_eq!(key["instance"], "apac");
    let listed = desk.run(&["api-key", "list", "--json"]).succeeded().json();
    assert_eq!(listed[0]["instance"], "apac");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_makes_a_customer_of_a_known_person_is_told_so() {
    let desk = desk().await;
    let create = ["instances", "create", "apac", "--title", "Asia"];
    desk.run(&create).succeeded();
    let jane = json!({
        "given_names": "Jane", "family_name": "Doe", "birth_date": "1980-12-31",
        "national_id": {"country": "US", "number": "123456789"}, "phone": "+4930123456",
    });
    desk.write("jane.json", &jane.to_string());
    let add = |instance: &str| {
        let add = [
            "customers",
            "add",
            "--profile",
            "jane.json",
            "--instance",
            instance,
            "--json",
        ];
        desk.run(&add).succeeded()
    };
    let first = add("emea");
    assert!(!first.stderr.contains("knew"), "{first:?}");
    let (first, second) = (first.json(), add("apac"));
    assert_eq!(first["investor_known"], false);
    for says in ["knew this person before", "phone", "symbolon vault put"] {
        assert!(second.stderr.contains(says), "{says}: {second:?}");
    }
    assert!(!second.stderr.contains("+4930123456"), "{second:?}");
    let second = second.json();
    assert_eq!(second["investor"], first["investor"]);
    assert_eq!(second["investor_known"], true);
    assert_eq!(second["not_taken"], json!(["phone"]));
}
