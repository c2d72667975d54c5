//! The vault at the command line.

use std::{
    io::{Read, Write},
    os::unix::fs::PermissionsExt,
    process::Stdio,
};

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::support::{Desk, Ended, WALLET};

const OLD: &str = "1111111111111111111111111111111111111111111111111111111111111111";
const NEW: &str = "2222222222222222222222222222222222222222222222222222222222222222";

/// Words that stand nowhere but in profiles.
const CANARIES: [&str; 4] = [
    "Zebulon",
    "Canary-Doe",
    "zebulon@canary.example",
    "CANARY-77",
];

fn jane() -> Value {
    json!({
        "given_names": "Zebulon",
        "family_name": "Canary-Doe",
        "birth_date": "1980-12-31",
        "national_id": {"country": "DE", "number": "CANARY-77"},
        "email": "zebulon@canary.example",
    })
}

/// An issuer with a vault, and Jane's file.
pub(crate) async fn desk() -> Desk {
    let desk = Desk::with_issuer().await;
    desk.write("symbolon.toml", "[vault]\nmaster_key_file = \"old.key\"\n");
    desk.write("old.key", OLD);
    desk.write("new.key", NEW);
    desk.write("jane.json", &jane().to_string());
    desk
}

pub(crate) fn register(desk: &Desk, reference: &str) -> String {
    let mut jane = jane();
    jane["national_id"]["number"] = json!(format!("CANARY-77-{reference}"));
    desk.write("one.json", &jane.to_string());
    let register = ["vault", "register", "one.json", "--external-id", reference];
    let made = desk.run(&[&register[..], &["--json"]].concat()).succeeded();
    made.json()["investor"].as_str().unwrap().to_owned()
}

fn fed(desk: &Desk, arguments: &[&str], input: &str) -> Ended {
    let mut command = desk.command(arguments);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    Ended::of(child.wait_with_output().unwrap())
}

#[track_caller]
fn no_canary(text: &str) {
    for canary in CANARIES {
        assert!(!text.contains(canary), "{canary} in {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_goes_in_by_a_file_and_comes_out_for_a_purpose() {
    let desk = desk().await;
    let verify = ["verify", WALLET, "--country", "DE", "--external-id", "C-1"];
    let by = ["--operator", "maria", "--attestation", "Seen."];
    desk.run(&[&verify[..], &by[..]].concat()).succeeded();
    let put = desk.run(&["vault", "put", WALLET, "jane.json", "--json"]);
    let put = put.succeeded();
    no_canary(&put.stdout);
    assert_eq!(put.json()["changed"].as_array().unwrap().len(), 5);
    let more = r#"{"phone": "+49 30 123456", "birth_date": null}"#;
    let put = ["vault", "put", "--external-id", "C-1", "-"];
    fed(&desk, &put, more).succeeded();

    let show = ["vault", "show", WALLET, "--purpose", "yearly review"];
    let shown = desk.run(&[&show[..], &["--json"]].concat()).succeeded();
    assert!(shown.stderr.contains("keeps that cli:maria"), "{shown:?}");
    let shown = shown.json();
    assert_eq!(shown["profile"]["family_name"], "Canary-Doe");
    assert_eq!(shown["profile"]["phone"], "+4930123456");
    assert_eq!(shown["profile"]["birth_date"], Value::Null);
    let text = desk.run(&show).succeeded().stdout;
    assert!(text.contains("given_names: Zebulon"), "{text}");
    let mail = ["vault", "show", WALLET, "--purpose", "for a@b.example"];
    desk.run(&mail).exits(2);

    let log = desk.run(&["audit", "export"]).succeeded().stdout;
    no_canary(&log);
    assert_eq!(log.matches("ProfileOpened").count(), 2);
    assert!(log.contains("yearly review"));

    let found = fed(
        &desk,
        &["vault", "find", "--email", "--json"],
        "Zebulon@Canary.example\n",
    );
    assert_eq!(found.succeeded().json()["investors"][0], shown["investor"]);
    let number = ["vault", "find", "--national-id", "DEU"];
    let found = fed(&desk, &number, "canary 77\n").succeeded().stdout;
    assert_eq!(found.trim(), shown["investor"]);
    let nobody = fed(&desk, &number, "other\n").succeeded().stdout;
    assert_eq!(nobody.trim(), "nobody has it");
    fed(&desk, &number, "").exits(2);
    desk.run(&["vault", "find"]).exits(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_profile_is_told_without_its_words() {
    let desk = desk().await;
    register(&desk, "C-1");
    let put = |text: &str| fed(&desk, &["vault", "put", "--external-id", "C-1", "-"], text);
    let refused = put(r#"{"birth_date": "Zebulon", "lei": "Zebulon", "shoe_size": "Zebulon"}"#);
    let refused = refused.exits(4);
    no_canary(&refused.stderr);
    for field in ["birth_date: write a date", "lei: natural", "shoe_size: no"] {
        assert!(refused.error().contains(field), "{refused:?}");
    }
    for text in ["[\"Zebulon\"]", "\"Zebulon\"", "{", "{}"] {
        no_canary(&put(text).exits(4).stderr);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_investor_goes_by_an_id_that_says_nothing_or_by_the_registrars_with_a_warning() {
    let desk = desk().await;
    let register = ["vault", "register", "jane.json", "--wallet", WALLET];
    let keyed = desk.run(&[&register[..], &["--json"]].concat());
    let keyed = keyed.succeeded();
    assert!(!keyed.stderr.contains("warning"), "{keyed:?}");
    assert_eq!(keyed.json()["wallets"], json!([WALLET]));
    // Somebody else's reference is no sign of the same person.
    self::register(&desk, "C-1");
    let other = ["vault", "register", "one.json", "--external-id", "C-1"];
    let mut nobody = jane();
    nobody["family_name"] = json!("Nobody");
    desk.write("one.json", &nobody.to_string());
    let taken = desk.run(&other).exits(4);
    assert!(
        taken.error().contains("`C-1` is another investor's") && !taken.stderr.contains("0x"),
        "{}",
        taken.stderr
    );
    // Nobody was born in the future.
    nobody["birth_date"] = json!("2980-12-31");
    desk.write("one.json", &nobody.to_string());
    let unborn = desk.run(&["vault", "register", "one.json"]).exits(4);
    assert!(
        unborn
            .error()
            .contains("birth_date: a birth date is still to come"),
        "{}",
        unborn.stderr
    );
    let again = desk.run(&["vault", "register", "jane.json"]).exits(4);
    no_canary(&again.stderr);
    assert!(again.error().contains("--id random"), "{again:?}");
    let bare = ["vault", "register", "jane.json", "--id", "kyc_registrar"];
    let bare = desk.run(&[&bare[..], &["--json"]].concat()).succeeded();
    assert!(bare.stderr.contains("warning: the id is a bare hash"));
    assert_ne!(bare.json()["investor"], keyed.json()["investor"]);
    desk.write("little.json", r#"{"phone": "+49 30 123456"}"#);
    let little = desk.run(&["vault", "register", "little.json"]).succeeded();
    assert!(
        little
            .stderr
            .contains("warning: the profile says too little")
    );
    let little = ["vault", "register", "little.json", "--id", "kyc_registrar"];
    let little = desk.run(&little).exits(4);
    assert!(little.error().contains("names nobody"), "{little:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_master_key_the_vault_is_closed() {
    let desk = desk().await;
    register(&desk, "C-1");
    desk.write("symbolon.toml", "");
    let show = ["vault", "show", "--external-id", "C-1", "--purpose", "x"];
    let closed = desk.run(&show).exits(3);
    assert!(closed.error().starts_with("the vault is closed: name a"));
    assert!(!desk.folder.path().join(".symbolon").exists());
    // Until when it is kept, everybody may know.
    desk.run(&["vault", "custody", "--external-id", "C-1"])
        .succeeded();
    let doctor = desk.run(&["doctor", "--json"]).json();
    let checks = doctor["checks"].as_array().unwrap();
    let vault = checks.iter().find(|check| check["name"] == "vault");
    assert_eq!(vault.unwrap()["status"], "warn");

    // What is damaged is restored, since no new one opens what is sealed.
    desk.write("damaged.key", "1111");
    let damaged = "[vault]\nmaster_key_file = \"damaged.key\"\n";
    desk.write("symbolon.toml", damaged);
    let doctor = desk.run(&["doctor"]).exits(9).stdout;
    assert!(
        doctor.contains("restore the copy of the master key") && !doctor.contains("openssl"),
        "{doctor}"
    );

    desk.write("symbolon.toml", "[vault]\nmaster_key_file = \"new.key\"\n");
    let missing = desk.run(&show).exits(3);
    assert!(missing.error().contains("is missing"), "{missing:?}");
    assert!(missing.error().contains("former_master_key_file"));
    let doctor = desk.run(&["doctor"]).exits(9).stdout;
    assert!(doctor.contains("FAIL  master key"), "{doctor}");

    let command = "[vault]\nmaster_key_command = [\"sh\", \"-c\", \"cat old.key\"]\n";
    desk.write("symbolon.toml", command);
    desk.run(&show).succeeded();
    let failing = "[vault]\nmaster_key_command = [\"sh\", \"-c\", \"cat old.key; echo first >&2; echo last >&2; exit 3\"]\n";
    desk.write("symbolon.toml", failing);
    let failed = desk.run(&show).exits(3);
    assert!(failed.error().contains("last") && !failed.error().contains("first"));
    assert!(!failed.stderr.contains(OLD) && !failed.stderr.contains("cat"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_register_makes_its_master_key_once_and_never_another() {
    let desk = Desk::bare();
    desk.write("jane.json", &jane().to_string());
    desk.run(&["issuer", "create", "acme"]).succeeded();
    let key = desk.folder.path().join(".symbolon/master.key");
    assert!(!key.exists(), "nobody needed it yet");
    let register = ["vault", "register", "jane.json", "--external-id", "C-1"];
    let made = desk.run(&register).succeeded();
    assert!(made.stderr.contains("made a master key"), "{made:?}");
    let mode = std::fs::metadata(&key).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let show = ["vault", "show", "--external-id", "C-1", "--purpose", "x"];
    let shown = desk.run(&show).succeeded();
    assert!(!shown.stderr.contains("master key"), "{shown:?}");
    std::fs::rename(&key, desk.folder.path().join("away")).unwrap();
    let gone = desk.run(&show).exits(3);
    assert!(gone.error().contains("the master key is gone"), "{gone:?}");
    assert!(!key.exists());
    let doctor = desk.run(&["doctor"]).exits(9).stdout;
    assert!(doctor.contains("FAIL  vault: "), "{doctor}");
}

/// Every row of every table, as text; bytes as PostgreSQL shows them.
async fn dump(url: &str) -> String {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    let mut all = String::new();
    for table in tables {
        let rows = AssertSqlSafe(format!("SELECT t::text FROM \"{table}\" t"));
        let rows: Vec<String> = sqlx::query_scalar(rows)
            .fetch_all(&mut connection)
            .await
            .unwrap();
        all.push_str(&format!("{table}\n{}\n", rows.join("\n")));
    }
    all
}

async fn dumps(desk: &Desk) -> (String, String) {
    let url = &desk.database.as_ref().unwrap().url;
    let (address, options) = url.split_once('?').unwrap_or((url, ""));
    let keys = format!("{address}_keys?{options}");
    (dump(url).await, dump(&keys).await)
}

fn rows<'a>(dump: &'a str, table: &str) -> &'a str {
    let (_, rest) = dump.split_once(&format!("{table}\n")).unwrap();
    rest
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_waits_for_its_time_and_leaves_nothing_of_the_person() {
    let desk = desk().await;
    let verify = ["verify", WALLET, "--country", "DE", "--external-id", "C-1"];
    let by = ["--operator", "maria", "--attestation", "Seen."];
    desk.run(&[&verify[..], &by[..]].concat()).succeeded();
    desk.run(&["vault", "put", WALLET, "jane.json"]).succeeded();
    let erase = ["vault", "erase", WALLET, "--json"];
    let lasting = desk.run(&erase).exits(4).json();
    assert_eq!(lasting["results"][0]["code"], "must_keep");
    desk.run(&["revoke", WALLET, "--reason", "departure"])
        .succeeded();
    desk.run(&erase).exits(4);
    let custody = desk.run(&["vault", "custody", WALLET, "--json"]);
    let custody = custody.succeeded().json();
    assert_eq!(custody["retention_years"], 5);
    assert!(custody["kept_until"].is_string());
    let none = desk.run(&["vault", "due", "--json"]).succeeded().json();
    assert_eq!(none["due"], json!([]));

    let years = desk.run(&["vault", "retention", "0", "--yes", "--json"]);
    let years = years.succeeded().json();
    assert_eq!(years["retention_years"], 0);
    assert_eq!(years["erased_by_itself"], false);
    let held = ["--reference", "case 7"];
    let hold = ["vault", "hold", WALLET];
    desk.run(&[&hold[..], &held[..]].concat()).succeeded();
    let due = desk.run(&["vault", "due", "--json"]).succeeded().json();
    assert_eq!(due["due"], json!([]), "held");
    assert_eq!(due["held"][0]["holds"], json!(["case 7"]));
    let twice = desk.run(&[&hold[..], &held[..]].concat()).exits(4).stdout;
    assert!(twice.contains("keeps the profile already"), "{twice}");
    let refused = desk.run(&erase).exits(4).json();
    let why = refused["results"][0]["message"].as_str().unwrap();
    assert!(why.contains("case 7"), "{why}");
    let lift = ["vault", "lift", WALLET];
    desk.run(&[&lift[..], &held[..]].concat()).succeeded();
    let due = desk.run(&["vault", "due", "--json"]).succeeded().json();
    let investor = due["due"][0]["investor"].as_str().unwrap().to_owned();
    let one = &due["due"][0];
    assert_eq!(
        (&one["external_id"], &one["status"], &one["due_since"]),
        (&json!("C-1"), &json!("revoked"), &one["relation_ended"])
    );
    assert_eq!(due["held"], json!([]));

    let (register, keys) = dumps(&desk).await;
    let id = investor.trim_start_matches("0x");
    assert!(rows(&register, "profile_value").contains(id));
    assert!(rows(&keys, "person_key").contains(id));
    no_canary(&(register + &keys));
    let erased = desk.run(&erase).succeeded().json();
    let left = &erased["results"][0]["left"];
    assert_eq!(left["status"], "revoked");
    assert_eq!(left["verdicts"], 2);
    assert_eq!(left["wallets"][0]["wallet"], WALLET);
    assert!(left["log_entries"].as_u64().unwrap() >= 5);
    let gone = (&left["profile_values"], &left["search_terms"], &left["key"]);
    assert_eq!(gone, (&json!(0), &json!(0), &json!(false)));
    assert_eq!(left["providers"], json!([]), "no provider was asked");

    let (register, keys) = dumps(&desk).await;
    let vault = ["profile_value", "profile_term", "profile_erasure"];
    for table in vault {
        let all = rows(&register, &format!("\n{table}"));
        let own = all.lines().take_while(|line| line.starts_with('('));
        assert_eq!(own.count(), 0, "{table}");
    }
    assert!(!keys.contains(id), "{keys}");
    no_canary(&(register + &keys));
    let again = desk.run(&erase).exits(4).json();
    assert_eq!(again["results"][0]["code"], "already_so");
    let custody = desk.run(&["vault", "custody", WALLET, "--json"]);
    let custody = custody.succeeded().json();
    assert_eq!(custody["gone"]["by"], "cli:maria");
    assert_eq!(custody["gone"]["entry"], erased["results"][0]["entry"]);
    let told = desk.run(&["vault", "custody", WALLET]).succeeded().stdout;
    let at = custody["gone"]["at"].as_str().unwrap();
    assert!(
        told.contains(&format!("erased on {at} by cli:maria")),
        "{told}"
    );
    let show = ["vault", "show", WALLET, "--purpose", "x"];
    desk.run(&show).exits(4);
    let audit = desk.run(&["audit", "verify", "--json"]).succeeded().json();
    assert_eq!(audit["ok"], true);
    let shown = desk.run(&["status", WALLET, "--json"]).json();
    assert_eq!(shown["status"], "revoked");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_due_is_erased_together() {
    let desk = desk().await;
    for reference in ["C-1", "C-2", "C-3"] {
        register(&desk, reference);
    }
    desk.run(&["vault", "retention", "0", "--yes"]).succeeded();
    let hold = ["vault", "hold", "--external-id", "C-2"];
    desk.run(&[&hold[..], &["--reference", "case 7"]].concat())
        .succeeded();
    let page = desk.run(&["vault", "due", "--limit", "1", "--json"]);
    let page = page.succeeded().json();
    let next = page["next"].to_string();
    let page = desk.run(&["vault", "due", "--after", &next, "--json"]);
    let page = page.succeeded().json();
    assert_eq!(
        (page["due"].as_array().unwrap().len(), &page["next"]),
        (1, &Value::Null)
    );
    let unsure = desk.run(&["vault", "erase", "--due"]).exits(2);
    assert!(unsure.error().starts_with("2 profiles would be"));
    let erase = ["vault", "erase", "--due", "--yes"];
    let erased = desk.run(&[&erase[..], &["--json"]].concat()).succeeded();
    assert_eq!(erased.json()["erased"], 2);
    let by_itself = [
        "vault",
        "retention",
        "--by-itself",
        "yes",
        "--yes",
        "--json",
    ];
    let kept = desk.run(&by_itself).succeeded().json();
    let kept = (&kept["retention_years"], &kept["erased_by_itself"]);
    assert_eq!(kept, (&json!(0), &json!(true)));
    let text = desk.run(&erase).succeeded().stdout;
    assert!(text.contains("0 profiles erased"), "{text}");
    desk.run(&["vault", "erase"]).exits(2);
    let nobody = ["vault", "erase", "--external-id", "C-9"];
    desk.run(&nobody).exits(5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_master_key_is_rotated_and_the_former_opens_nothing() {
    let desk = desk().await;
    register(&desk, "C-1");
    register(&desk, "C-2");
    let both = "[vault]\nmaster_key_file = \"new.key\"\nformer_master_key_file = [\"old.key\"]\n";
    desk.write("symbolon.toml", both);
    let doctor = desk.run(&["doctor"]).stdout;
    assert!(
        doctor.contains("3 keys are still under a former one"),
        "{doctor}"
    );
    assert!(doctor.contains("old.key can be read by other users"));
    let rotated = desk.run(&["vault", "rotate", "--json"]).succeeded().json();
    assert_eq!(
        (&rotated["rewrapped"], &rotated["left"]),
        (&json!(2), &json!(0))
    );
    assert_eq!(rotated["master_key"].as_str().unwrap().len(), 16);
    assert!(rotated["next"].as_str().unwrap().contains("backups"));
    let again = desk.run(&["vault", "rotate"]).succeeded().stdout;
    assert!(again.starts_with("nothing to do: every key is"), "{again}");
    // The former one is still configured, and some server may seal under it.
    for says in [
        "next: a server that still runs with the former key alone",
        "restart each with the new one, and run this again",
        "take the former key out",
    ] {
        assert!(again.contains(says), "{says}: {again}");
    }

    let show = ["vault", "show", "--external-id", "C-1", "--purpose", "x"];
    desk.write("symbolon.toml", "[vault]\nmaster_key_file = \"new.key\"\n");
    desk.run(&show).succeeded();
    let again = desk.run(&["vault", "rotate", "--json"]).succeeded().json();
    let nothing = (&again["rewrapped"], &again["next"]);
    assert_eq!(nothing, (&json!(0), &Value::Null));
    let email = ["vault", "find", "--email"];
    let found = fed(&desk, &email, "zebulon@canary.example").succeeded();
    assert!(found.stdout.starts_with("0x"), "{found:#?}");
    desk.write("symbolon.toml", "[vault]\nmaster_key_file = \"old.key\"\n");
    desk.run(&show).exits(3);
    fed(&desk, &email, "zebulon@canary.example").exits(3);
}

/// A file in an encrypted archive.
pub(crate) fn opened(
    path: &std::path::Path,
    name: &str,
    passphrase: &str,
) -> zip::result::ZipResult<String> {
    let file = std::fs::File::open(path)?;
    let mut archive = zip::ZipArchive::new(file)?;
    let mut file = archive.by_name_decrypt(name, passphrase.as_bytes())?;
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    Ok(text)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_regulator_is_given_an_encrypted_archive_and_the_log_has_it_first() {
    let desk = desk().await;
    register(&desk, "C-1");
    register(&desk, "C-2");
    desk.run(&["vault", "retention", "0", "--yes"]).succeeded();
    desk.run(&["vault", "erase", "--external-id", "C-2"])
        .succeeded();
    register(&desk, "C-3");
    let export = ["vault", "export", "--purpose", "BaFin 2026-118", "--out"];
    let all = ["out.zip", "--all", "--json"];
    let done = desk.run(&[&export[..], &all[..]].concat()).succeeded();
    no_canary(&(done.stdout.clone() + &done.stderr));
    let done = done.json();
    assert_eq!(
        (&done["investors"], &done["profiles"]),
        (&json!(3), &json!(2))
    );
    let passphrase = done["passphrase"].as_str().unwrap();

    let path = desk.folder.path().join("out.zip");
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let raw = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
    no_canary(&raw);
    let investors = opened(&path, "investors.json", passphrase).unwrap();
    let investors: Value = serde_json::from_str(&investors).unwrap();
    assert_eq!(investors["purpose"], "BaFin 2026-118");
    let list = investors["investors"].as_array().unwrap();
    assert_eq!(list.len(), 3);
    assert_eq!(list[0]["profile"]["family_name"], "Canary-Doe");
    assert_eq!(list[0]["external_id"], "C-1");
    assert_eq!(list[0]["custody"]["retention_years"], 0);
    assert_eq!(list[1]["profile"], Value::Null);
    assert_eq!(list[1]["custody"]["erased"], true);
    let log = opened(&path, "log.jsonl", passphrase).unwrap();
    assert_eq!(log.matches("ProfileExported").count(), 2);
    assert_eq!(
        log.lines().count() as u64,
        done["entries"].as_u64().unwrap()
    );
    for line in log.lines() {
        serde_json::from_str::<Value>(line).unwrap();
    }
    for wrong in ["", "AAAA-BBBB", &passphrase.to_lowercase()] {
        assert!(opened(&path, "investors.json", wrong).is_err(), "{wrong}");
    }

    let file = [
        "one.zip",
        "--external-id",
        "C-1",
        "--passphrase-file",
        "pass",
    ];
    let file = [&export[..], &file[..]].concat();
    let done = desk.run(&file).succeeded();
    assert!(!done.stdout.contains(&desk.read("pass")), "{done:?}");
    let one = desk.folder.path().join("one.zip");
    let text = opened(&one, "investors.json", desk.read("pass").trim()).unwrap();
    assert!(text.contains("C-1") && !text.contains("C-3"));
    // Never over another archive's passphrase, and nothing is left where it fails.
    std::fs::remove_file(&one).unwrap();
    desk.run(&file).exits(4);
    let nobody = ["no.zip", "--external-id", "C-9"];
    desk.run(&[&export[..], &nobody[..]].concat()).exits(5);
    let names = std::fs::read_dir(desk.folder.path()).unwrap();
    let zips = names.filter(|name| {
        let name = name.as_ref().unwrap().file_name();
        let name = name.to_string_lossy().into_owned();
        name.ends_with(".zip") || name.starts_with(".tmp")
    });
    assert_eq!(zips.count(), 1);
    let germans = ["de.zip", "--country", "DE", "--json"];
    let none = desk.run(&[&export[..], &germans[..]].concat());
    assert_eq!(none.succeeded().json()["investors"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_the_rest_api_opens_profiles_if_it_was_made_to() {
    let desk = desk().await;
    let create = ["api-key", "create", "review-desk", "--profiles", "--json"];
    let key = desk.run(&create).succeeded().json();
    assert_eq!(key["profiles"], true);
    desk.run(&["api-key", "create", "backend"]).succeeded();
    let keys = desk.run(&["api-key", "list", "--json"]).succeeded().json();
    let opens = |name: &str| {
        let mut keys = keys.as_array().unwrap().iter();
        keys.find(|key| key["name"] == name).unwrap()["profiles"].clone()
    };
    assert_eq!(
        (opens("review-desk"), opens("backend")),
        (json!(true), json!(false))
    );
    let investor = register(&desk, "C-1");
    let (mut child, mut lines) = crate::serve::start(&desk);
    let address = crate::serve::address(&mut lines);
    let said = std::thread::spawn(move || lines.map_while(Result::ok).collect::<Vec<_>>());
    let url = format!("http://{address}/v1/investors/{investor}/profile/open");
    let answer = reqwest::Client::new()
        .post(url)
        .bearer_auth(key["key"].as_str().unwrap())
        .json(&json!({"purpose": "review"}))
        .send()
        .await
        .unwrap();
    let profile: Value = answer.json().await.unwrap();
    assert_eq!(profile["family_name"], "Canary-Doe");
    crate::import::signal(child.id(), "INT");
    assert!(child.wait().unwrap().success());
    no_canary(&said.join().unwrap().join("\n"));
}
