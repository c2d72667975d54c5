//! Links at the command line.

use serde_json::{Value, json};
use symbolon_core::time::UnixSeconds;
use symbolon_server::Clock;

use crate::support::{Desk, WALLET};

const KEY: &str = "1111111111111111111111111111111111111111111111111111111111111111";

async fn desk() -> Desk {
    let desk = Desk::with_issuer().await;
    let config =
        "[vault]\nmaster_key_file = \"master.key\"\n[site]\nurl = \"https://kyc.example.com\"\n";
    desk.write("symbolon.toml", config);
    desk.write("master.key", KEY);
    desk
}

fn list(desk: &Desk) -> Vec<Value> {
    let listed = desk.run(&["links", "list", "--json"]).succeeded().json();
    listed.as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_made_listed_and_taken_back() {
    let desk = desk().await;
    let create = [
        "links",
        "create",
        "--no-check",
        "--external-id",
        "CRM-1",
        "--wallet",
        WALLET,
        "--json",
    ];
    let link = desk.run(&create).succeeded().json();
    let url = link["url"].as_str().unwrap();
    assert!(url.starts_with("https://kyc.example.com/v/"), "{url}");
    let listed = list(&desk);
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["external_id"], "CRM-1");
    assert_eq!(link["external_id"], "CRM-1");
    assert_eq!(link["warning"], Value::Null);
    let shown = desk.run(&["links", "list"]).succeeded().stdout;
    let created = listed[0]["created"].as_str().unwrap();
    for (column, day) in [("external id", "CRM-1"), ("created", &created[..10])] {
        assert!(shown.contains(column) && shown.contains(day), "{shown}");
    }
    assert_eq!(listed[0]["status"], "pending");
    assert_eq!(listed[0]["wallet"], WALLET);
    assert_eq!(listed[0]["url"], Value::Null);
    let id = link["id"].as_str().unwrap();
    desk.run(&["links", "revoke", id]).succeeded();
    assert_eq!(list(&desk)[0]["status"], "revoked");
    let again = desk.run(&["links", "revoke", id]);
    assert_eq!(again.code, 4, "{}", again.stderr);
    let nobodys = desk.run(&["links", "revoke", "0x000102030405060708090a0b0c0d0e0f"]);
    assert_eq!(nobodys.code, 5);
    assert!(
        nobodys.stderr.contains("symbolon links list"),
        "{}",
        nobodys.stderr
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn links_of_one_second_are_listed_the_newest_first() {
    let desk = desk().await;
    let rows: String = (1..=20).map(|n| format!("CRM-{n}\n")).collect();
    desk.write("people.csv", &format!("external_id\n{rows}"));
    let create = [
        "links",
        "create",
        "--no-check",
        "--csv",
        "people.csv",
        "--json",
    ];
    let made = desk.run(&create).succeeded().json();
    let listed = list(&desk);
    let ids = |links: &[Value]| -> Vec<_> { links.iter().map(|link| link["id"].clone()).collect() };
    let mut made = ids(made.as_array().unwrap());
    made.reverse();
    assert_eq!(ids(&listed), made);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_made_says_for_whom_and_by_which_id() {
    let desk = desk().await;
    let create = ["links", "create", "--no-check"];
    let named = [&create[..], &["--external-id", "CRM-1"]].concat();
    let said = desk.run(&named).succeeded();
    assert!(!said.stderr.contains("nobody"), "{}", said.stderr);
    let made = &list(&desk)[0];
    let (id, investor) = (
        made["id"].as_str().unwrap(),
        made["investor"].as_str().unwrap(),
    );
    let lines: Vec<_> = said.stdout.lines().collect();
    assert!(
        lines[0].starts_with(&format!("link {id} for CRM-1")),
        "{lines:?}"
    );
    assert!(
        lines[1].starts_with("https://kyc.example.com/v/"),
        "{lines:?}"
    );
    // Somebody known is named otherwise, as the refusal says.
    let again = desk.run(&named);
    assert_eq!(again.code, 4);
    let says = format!("investor {investor} has this external id already");
    assert!(again.stdout.contains(&says), "{}", again.stdout);
    assert!(again.stdout.contains("--investor ID"), "{}", again.stdout);
    desk.run(&[&create[..], &["--investor", investor]].concat())
        .succeeded();
    // And nobody's without a word.
    let nameless = desk.run(&[&create[..], &["--json"]].concat()).succeeded();
    assert!(
        nameless.stderr.contains("names nobody"),
        "{}",
        nameless.stderr
    );
    let warning = &nameless.json()["warning"];
    assert!(
        warning.as_str().unwrap().contains("--external-id"),
        "{warning}"
    );

    let file = "external_id,language,email\nCRM-2,de,\n,,ana@canary.example\nCRM-1,,\nCRM-3,d_e,\n";
    desk.write("people.csv", file);
    let made = desk.run(&[&create[..], &["--csv", "people.csv"]].concat());
    assert_eq!(made.code, 4);
    let newest = &list(&desk)[1];
    assert_eq!(newest["external_id"], "CRM-2");
    assert_eq!(newest["language"], "de");
    let id = newest["id"].as_str().unwrap();
    for says in [
        &*format!("row 2: link {id} for CRM-2, until"),
        "for investor 0x",
        "row 4: CRM-1: refused",
        "column investor",
        "row 5: CRM-3: refused: column language: write a language",
    ] {
        assert!(made.stdout.contains(says), "{says}: {}", made.stdout);
    }
    assert!(
        made.stderr.contains("1 link names nobody") && made.stderr.contains("made 2, refused 2"),
        "{}",
        made.stderr
    );
    assert!(!made.stdout.contains("canary") && !made.stderr.contains("canary"));
}

#[tokio::test(flavor = "multi_thread")]
async fn links_without_a_site_are_made_with_a_warning_that_names_it() {
    let desk = desk().await;
    let master =
        "[vault]\nmaster_key_file = \"master.key\"\n[server]\nlisten = \"127.0.0.1:4711\"\n";
    desk.write("symbolon.toml", master);
    let create = ["links", "create", "--no-check", "--external-id", "CRM-1"];
    let made = desk.run(&create).succeeded();
    for says in ["site.url", "http://127.0.0.1:4711"] {
        assert!(made.stderr.contains(says), "{says}: {}", made.stderr);
    }
    let doctor = desk.run(&["doctor", "--json"]);
    let said = doctor.stdout;
    assert!(
        said.contains("http://127.0.0.1:4711") && said.contains("site.url"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_again_where_nothing_sends() {
    let desk = desk().await;
    let create = [
        "links",
        "create",
        "--no-check",
        "--external-id",
        "CRM-1",
        "--json",
    ];
    let link = desk.run(&create).succeeded().json();
    let resend = ["links", "resend", link["id"].as_str().unwrap()];
    let refused = desk.run(&resend);
    assert_eq!(refused.code, 4);
    assert!(
        refused.stderr.contains("[mail] of symbolon.toml"),
        "{}",
        refused.stderr
    );
    // With one it is written down, for a server to send.
    let config = desk.read("symbolon.toml");
    let mail = "[mail]\nurl = { file = \"smtp.url\" }\nfrom = \"Acme <kyc@acme.example>\"\n";
    desk.write("symbolon.toml", &(config + mail));
    desk.write("smtp.url", "smtp://127.0.0.1:9");
    desk.run(&resend).succeeded();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_makes_many_and_a_bad_row_keeps_none_back() {
    let desk = desk().await;
    let file = "email,external_id,wallet\n\
        ana@canary.example,CRM-1,\n\
        nobody,CRM-2,\n\
        ,CRM-3,0x12\n\
        ben@canary.example,CRM-4,\n";
    desk.write("people.csv", file);
    let create = [
        "links",
        "create",
        "--no-check",
        "--csv",
        "people.csv",
        "--json",
    ];
    let made = desk.run(&create);
    assert_eq!(made.code, 4, "{}", made.stderr);
    assert!(!made.stdout.contains("canary") && !made.stdout.contains("nobody"));
    let rows = made.json();
    let rows = rows.as_array().unwrap();
    assert!(rows[0]["url"].is_string() && rows[3]["url"].is_string());
    assert!(rows[1]["problem"].as_str().unwrap().contains("e-mail"));
    assert!(rows[2]["problem"].as_str().unwrap().contains("column"));
    assert_eq!(list(&desk).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_said_with_its_remedy() {
    let desk = desk().await;
    for (arguments, says) in [
        (&["links", "create"][..], "add a [[provider]]"),
        (&["links", "create"], "--no-check"),
        (
            &["links", "create", "--no-check", "--no-wallet"],
            "asks for nothing",
        ),
    ] {
        let ended = desk.run(arguments);
        assert_eq!(ended.code, 4, "{arguments:?}: {}", ended.stderr);
        assert!(
            ended.stdout.contains(says),
            "{arguments:?}: {}",
            ended.stdout
        );
    }
    let create = ["links", "create", "--no-check"];
    let unknown = format!("0x{}", "01".repeat(32));
    for (more, code, says) in [
        (&["--send"][..], 4, "[mail] of symbolon.toml"),
        (&["--hours", "1"], 2, "24..=720"),
        (&["--hours", "99999999999"], 2, "24..=720"),
        (&["--investor", &unknown], 5, "no such investor"),
        (
            &["--csv", "nope.csv"],
            5,
            "cannot read nope.csv: there is no such file",
        ),
    ] {
        let ended = desk.run(&[&create[..], more].concat()).exits(code);
        assert!(ended.error().contains(says), "{more:?}: {}", ended.stderr);
    }
    let ended = desk
        .run(&["links", "list", "--config", "nope.toml"])
        .exits(3);
    let says = "nope.toml: there is no such file";
    assert!(ended.error().contains(says), "{}", ended.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_providers_one_is_to_be_named() {
    let desk = desk().await;
    let account = |name: &str| {
        format!(
            r#"
[[provider]]
issuer = "acme"
name = "{name}"
kind = "sumsub"
token = {{ file = "a" }}
secret = {{ file = "a" }}
webhook_secret = {{ file = "a" }}
account = {{ environment = "production", mapping = {{ levels = {{}} }} }}
requirements = {{}}
"#
        )
    };
    desk.write("a", "secret");
    let config = desk.read("symbolon.toml") + &account("one") + &account("two");
    desk.write("symbolon.toml", &config);
    let refused = desk.run(&["links", "create"]).exits(4);
    for says in ["several", "one, two", "--provider"] {
        assert!(refused.stdout.contains(says), "{says}: {refused:?}");
    }
    let refused = desk
        .run(&["links", "create", "--provider", "three"])
        .exits(4);
    assert!(
        refused.stdout.contains("name one of one, two"),
        "{refused:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_read_as_spreadsheets_write_it_and_may_be_repeated() {
    let desk = desk().await;
    desk.write(
        "people.csv",
        "\u{feff}external_id;language\r\n\r\nCRM-1;de\r\n;\r\nCRM-2;fr\r\n",
    );
    let create = ["links", "create", "--no-check", "--csv", "people.csv"];
    let made = desk.run(&create).succeeded();
    for says in ["row 3: link 0x", "for CRM-1", "row 5: link 0x", "for CRM-2"] {
        assert!(made.stdout.contains(says), "{says}: {}", made.stdout);
    }
    assert!(made.stderr.contains("made 2, refused 0"), "{}", made.stderr);
    let again = desk.run(&create).exits(4);
    assert!(again.stdout.contains("add --known"), "{}", again.stdout);
    assert!(
        again.stderr.contains("made 0, refused 2"),
        "{}",
        again.stderr
    );
    let again = desk.run(&[&create[..], &["--known", "--json"]].concat());
    let again = again.succeeded().json();
    let listed = list(&desk);
    assert_eq!(listed.len(), 4);
    for (place, row) in again.as_array().unwrap().iter().enumerate() {
        assert!(row["url"].is_string());
        // The newest first: of the same two people.
        assert_eq!(row["investor"], listed[3 - place]["investor"], "{row}");
    }
    for (text, says) in [
        ("", "the file is empty"),
        ("external_id\n\n", "a header alone"),
        (
            "externe Nummer\nC-1\n",
            "no column `externe Nummer` is known",
        ),
    ] {
        desk.write("people.csv", text);
        let refused = desk.run(&create).exits(4);
        assert!(refused.error().contains(says), "{says}: {}", refused.stderr);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_fits_a_terminal_and_says_when_it_is_cut() {
    let desk = desk().await;
    let said = desk.run(&["links", "list"]).succeeded();
    assert_eq!(said.stdout, "no links: `symbolon links create` makes one\n");
    for list in ["instances", "api-key"] {
        let said = desk.run(&[list, "list"]).succeeded().stdout;
        assert!(
            said.starts_with("no ") && said.contains("create NAME"),
            "{said}"
        );
    }
    desk.write("people.csv", "external_id,wallet\nCRM-1,\n");
    let create = ["links", "create", "--no-check"];
    for more in [&["--csv", "people.csv"][..], &[], &["--wallet", WALLET]] {
        desk.run(&[&create[..], more].concat()).succeeded();
    }
    let all = desk.run(&["links", "list"]).succeeded();
    assert!(
        all.stdout.lines().all(|line| line.chars().count() <= 80),
        "{}",
        all.stdout
    );
    for link in list(&desk) {
        assert!(
            all.stdout
                .contains(&format!("link {}:", link["id"].as_str().unwrap()))
        );
    }
    assert!(!all.stderr.contains("more than these"), "{}", all.stderr);
    let some = desk.run(&["links", "list", "--limit", "2"]).succeeded();
    assert_eq!(some.stdout.matches("link 0x").count(), 2);
    assert!(
        some.stderr.contains("more than these: --limit"),
        "{}",
        some.stderr
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_to_whoever_was_judged_is_attested_to() {
    let desk = desk().await;
    let seen = [
        "--attestation",
        "I have seen the passport.",
        "--operator",
        "maria",
    ];
    let verify = ["verify", WALLET, "--country", "DE", "--json"];
    let verified = desk.run(&[&verify[..], &seen].concat()).succeeded().json();
    let investor = verified["investor"].as_str().unwrap();
    desk.write("smtp.url", "smtp://127.0.0.1:9");
    let mail = "[mail]\nurl = { file = \"smtp.url\" }\nfrom = \"Acme <kyc@acme.example>\"\n";
    desk.write("symbolon.toml", &(desk.read("symbolon.toml") + mail));
    let file = format!("investor,email\n{investor},jane@example.com\n,joe@example.com\n");
    desk.write("people.csv", &file);
    let create = ["links", "create", "--csv", "people.csv", "--no-check"];
    let create = [&create[..], &["--send", "--json"]].concat();
    let made = desk.run(&create);
    assert_eq!(made.code, 4);
    let made = made.json();
    let problem = made[0]["problem"].as_str().unwrap();
    assert!(problem.contains("--attestation"), "{problem}");
    // Nobody has judged the other one.
    assert_eq!(made[1]["attestation"], Value::Null);

    let word = ["--attestation", "I know her voice.", "--operator", "maria"];
    let row = format!("investor,email\n{investor},jane@example.com\n");
    desk.write("people.csv", &row);
    let made = desk.run(&[&create[..], &word].concat()).succeeded().json();
    let attestation = json!({
        "operator": "maria", "text": "I know her voice.", "version": "1",
    });
    assert_eq!(made[0]["attestation"], attestation);
    let said = desk.run(&["links", "list", "--investor", investor]);
    let said = said.succeeded().stdout;
    assert!(said.contains("maria answers for"), "{said}");

    // One that was shown is sent no more than that.
    let shown = ["links", "create", "--no-check", "--investor", investor];
    let shown = desk.run(&[&shown[..], &["--json"]].concat());
    let shown = shown.succeeded().json();
    let id = shown["id"].as_str().unwrap();
    let resent = desk.run(&["links", "resend", id]);
    assert_eq!(resent.code, 4);
    assert!(resent.stderr.contains("attest"), "{}", resent.stderr);

    desk.run(&["links", "revoke", id]).succeeded();
    let listed = |status: &str| {
        let listed = desk.run(&["links", "list", "--status", status, "--json"]);
        listed.succeeded().json().as_array().unwrap().clone()
    };
    assert_eq!(listed("revoked").len(), 1);
    assert_eq!(listed("revoked")[0]["id"], id);
    assert_eq!(listed("pending").len(), 2);
    let none = desk.run(&["links", "list", "--status", "completed"]);
    assert_eq!(none.succeeded().stdout.trim(), "no such links");
    let wrong = desk.run(&["links", "list", "--status", "open"]);
    wrong.exits(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_verdict_is_about_to_end_is_listed() {
    let desk = desk().await;
    let day = 86_400;
    let now = Clock::system().now().0;
    let end = UnixSeconds(now + 50 * day).to_string();
    let verify = [
        "verify",
        WALLET,
        "--country",
        "DE",
        "--expiry",
        &end,
        "--operator",
        "maria.keller",
        "--attestation",
        "I have seen the passport.",
        "--json",
    ];
    let verified = desk.run(&verify).succeeded().json();
    let due = |more: &[&str]| {
        let arguments = [&["links", "due", "--json"], more].concat();
        desk.run(&arguments).succeeded().json()
    };
    assert_eq!(due(&[])["due"], json!([]), "thirty days ahead");
    let listed = due(&["--days", "60"]);
    let found = &listed["due"][0];
    assert_eq!(found["investor"], verified["investor"], "{verified}");
    assert_eq!(found["ends"], end.as_str());
    assert_eq!(found["ending"], "verdict");
    assert_eq!(found["noticed"], Value::Null);
    assert_eq!(found["letter"], Value::Null);
    assert_eq!(found["external_id"], Value::Null);
    assert_eq!(listed["more"], false);
    // As the configuration has it.
    let config = desk.read("symbolon.toml");
    let renewal = "[[renewal]]\nissuer = \"acme\"\nremind_days = 90\n";
    desk.write("symbolon.toml", &(config + renewal));
    assert_eq!(due(&[])["due"][0]["ends"], end.as_str());
    let said = desk.run(&["links", "due"]).succeeded();
    assert!(said.stdout.contains("nothing yet"), "{}", said.stdout);
    desk.run(&["links", "due", "--days", "0"]).exits(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_sees_the_links_of_its_customers() {
    let desk = desk().await;
    for name in ["emea", "apac"] {
        desk.run(&["instances", "create", name]).succeeded();
    }
    let add = ["customers", "add", "--instance", "emea", "--json"];
    let customer = desk.run(&add).succeeded().json();
    let (id, investor) = (&customer["id"], &customer["investor"]);
    let (id, investor) = (id.as_str().unwrap(), investor.as_str().unwrap());
    let create = [
        "links",
        "create",
        "--no-check",
        "--json",
        "--customer",
        id,
        "--instance",
    ];
    desk.run(&[&create[..], &["apac"]].concat()).exits(5);
    let made = desk.run(&[&create[..], &["emea"]].concat()).succeeded();
    let made = made.json();
    assert_eq!(made["investor"].as_str(), Some(investor), "{made}");
    assert_eq!(made["warning"], Value::Null);

    let store = &desk.database.as_ref().unwrap().store;
    let (emea, acme) = ("emea".parse().unwrap(), "acme".parse().unwrap());
    let seen = store.links_of_customer(&acme, &emea, id.parse().unwrap(), None, 9);
    let seen: Vec<_> = seen
        .await
        .unwrap()
        .iter()
        .map(|link| link.id.to_string())
        .collect();
    assert_eq!(json!(seen), json!([made["id"]]));

    let archive = ["customers", "archive", "--id", id, "--instance", "emea"];
    desk.run(&archive).succeeded();
    let refused = desk.run(&[&create[..], &["emea"]].concat()).exits(4);
    assert!(refused.stdout.contains("archive"), "{refused:#?}");
}
