//! For how long profiles are kept: the log has who changed it, what cannot be undone is
//! asked for twice, and doctor reminds.

use serde_json::{Value, json};

use crate::{
    support::Desk,
    vault::{desk, register},
};

/// The events of the log's newest entry, and who caused them.
fn newest(desk: &Desk) -> (Value, Value) {
    let log = desk.run(&["audit", "export", "--json"]).succeeded().json();
    let last = log.as_array().unwrap().last().unwrap().clone();
    (last["actor"].clone(), last["events"].clone())
}

fn kept(years: u8, by_itself: bool) -> Value {
    json!({"years": years, "erases_by_itself": by_itself})
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_changes_the_retention_is_in_the_log_and_sure_of_it() {
    let desk = Desk::with_issuer().await;
    let retention = |arguments: &[&str]| desk.run(&[&["vault", "retention"], arguments].concat());
    let shown = retention(&["--json"]).succeeded().json();
    assert_eq!(
        (&shown["retention_years"], &shown["entry"]),
        (&json!(5), &Value::Null)
    );
    let longer = retention(&["10", "--operator", "Maria Kern", "--json"]).succeeded();
    assert_eq!(longer.json()["before"]["retention_years"], 5);
    let set = json!([{"type": "RetentionSet", "from": kept(5, false), "to": kept(10, false)}]);
    assert_eq!(newest(&desk), (json!("cli:Maria Kern"), set.clone()));

    for hastened in [
        &["5"][..],
        &["--by-itself", "yes"],
        &["12", "--by-itself", "yes"],
    ] {
        let unsure = retention(hastened).exits(2);
        assert!(
            unsure.error().contains("0 of which would be due at once")
                && unsure.error().contains("repeat with --yes"),
            "{unsure:?}"
        );
    }
    assert_eq!(newest(&desk).1, set, "nothing changed");
    retention(&["5", "--by-itself", "yes", "--yes"]).succeeded();
    let set = json!([{"type": "RetentionSet", "from": kept(10, false), "to": kept(5, true)}]);
    assert_eq!(newest(&desk), (json!("cli:maria"), set));
    retention(&["5"]).succeeded();
    let log = desk.run(&["audit", "verify", "--json"]).succeeded().json();
    assert_eq!(log["entries"], 2, "what is so already makes no entry");

    let short = retention(&["1", "--yes"]).succeeded();
    assert!(short.stdout.contains("for 1 year after"), "{short:?}");
    assert!(
        short
            .stderr
            .contains("warning: 1 year is less than the 5 years"),
        "{short:?}"
    );
    let doctor = desk.run(&["doctor"]).stdout;
    assert!(
        doctor.contains("warn  retention: acme: 1 year is"),
        "{doctor}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_says_how_many_profiles_are_due_without_their_keys() {
    let desk = desk().await;
    for reference in ["C-1", "C-2"] {
        register(&desk, reference);
    }
    let due = |desk: &Desk| {
        let checks = desk.run(&["doctor", "--json"]).json()["checks"].clone();
        let details = checks.as_array().unwrap().iter().filter_map(|check| {
            let detail = check["detail"].as_str()?;
            detail
                .contains("longer than it must")
                .then(|| detail.to_owned())
        });
        details.collect::<Vec<_>>()
    };
    assert_eq!(due(&desk), Vec::<String>::new());
    let unsure = desk.run(&["vault", "retention", "0"]).exits(2);
    let told = "instead of 5 years, 2 of which would be due at once";
    assert!(unsure.error().contains(told), "{unsure:?}");
    desk.run(&["vault", "retention", "0", "--yes"]).succeeded();
    // Whoever has no master key still learns of it.
    desk.write("symbolon.toml", "");
    let [told] = &due(&desk)[..] else {
        panic!("one issuer")
    };
    assert!(
        told.contains("2 profiles are due, the first since 20"),
        "{told}"
    );
    let hold = ["vault", "hold", "--external-id", "C-2"];
    let case = ["--reference", "BaFin 2026-118"];
    desk.run(&[&hold[..], &case].concat()).succeeded();
    let due = desk.run(&["vault", "due"]).succeeded().stdout;
    for line in [
        "  C-1, pending since 20",
        "  due since 20",
        "  held by BaFin 2026-118",
    ] {
        assert!(due.contains(line), "{due}");
    }
    let counted = "1 profile due, 1 more held, by a retention of 0 years\n";
    assert!(due.ends_with(counted), "{due}");
    // A terminal's lines.
    assert!(due.lines().all(|line| line.chars().count() <= 80), "{due}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_whom_nothing_is_kept_custody_says_so() {
    let desk = desk().await;
    let verify = ["verify", crate::support::WALLET, "--country", "DE"];
    let by = [
        "--attestation",
        "Seen.",
        "--operator",
        "maria",
        "--external-id",
        "C-7",
    ];
    desk.run(&[&verify[..], &by[..]].concat()).succeeded();
    let custody = ["vault", "custody", "--external-id", "C-7"];
    let told = desk.run(&custody).succeeded().stdout;
    assert!(
        told.contains("nothing is kept: there is no profile"),
        "{told}"
    );
    let held = [
        "vault",
        "hold",
        "--external-id",
        "C-7",
        "--reference",
        "case 7",
    ];
    desk.run(&held).succeeded();
    let told = desk.run(&custody).succeeded().stdout;
    assert!(told.contains("held until this is lifted: case 7"), "{told}");
    register(&desk, "C-8");
    let kept = ["vault", "custody", "--external-id", "C-8"];
    let told = desk.run(&kept).succeeded().stdout;
    assert!(told.contains("by a retention of 5 years"), "{told}");
    let kept = desk
        .run(&[&kept[..], &["--json"]].concat())
        .succeeded()
        .json();
    assert_eq!(
        (&kept["profile_values"], &kept["gone"]),
        (&json!(5), &Value::Null)
    );
}

/// The same person's data with an instance belongs to what a regulator is given.
#[tokio::test(flavor = "multi_thread")]
async fn what_instances_know_is_shown_and_given_out_with_the_profile() {
    let desk = desk().await;
    let investor = register(&desk, "C-1");
    desk.run(&["instances", "create", "emea"]).succeeded();
    desk.write("crm.json", r#"{"name": "Zebulon", "city": "Canary-Bay"}"#);
    desk.write("note.txt", "called Canary-Back\n");
    let add = [
        "customers",
        "add",
        "--external-id",
        "CRM-1",
        "--data",
        "crm.json",
    ];
    let on = ["--investor", &investor];
    desk.run(&[&add[..], &on].concat()).succeeded();
    let note = ["customers", "note", "--external-id", "CRM-1", "note.txt"];
    desk.run(&note).succeeded();

    let show = [
        "vault",
        "show",
        "--external-id",
        "C-1",
        "--purpose",
        "review",
    ];
    let shown = desk
        .run(&[&show[..], &["--json"]].concat())
        .succeeded()
        .json();
    let known = &shown["customers"][0];
    assert_eq!(
        (&known["instance"], &known["external_id"], &known["status"]),
        (&json!("emea"), &json!("CRM-1"), &json!("active"))
    );
    assert_eq!(known["data"]["city"], "Canary-Bay");
    assert_eq!(known["notes"][0]["text"], "called Canary-Back");
    assert_eq!(shown["profile"]["given_names"], "Zebulon");
    let text = desk.run(&show).succeeded().stdout;
    assert!(text.contains("  city: Canary-Bay"), "{text}");

    let export = [
        "vault",
        "export",
        "--purpose",
        "BaFin 7",
        "--out",
        "out.zip",
    ];
    let one = ["--external-id", "C-1", "--json"];
    let done = desk.run(&[&export[..], &one].concat()).succeeded();
    assert!(!done.stdout.contains("Canary"), "{done:?}");
    let done = done.json();
    assert_eq!(done["customers"], 1);
    let passphrase = done["passphrase"].as_str().unwrap();
    let path = desk.folder.path().join("out.zip");
    let text = crate::vault::opened(&path, "investors.json", passphrase).unwrap();
    let investors: Value = serde_json::from_str(&text).unwrap();
    let given = &investors["investors"][0]["customers"];
    assert_eq!(given, &shown["customers"]);
    let log = desk.run(&["audit", "export"]).succeeded().stdout;
    assert!(!log.contains("anary"), "{log}");
    for event in ["CustomerOpened", "ProfileOpened"] {
        assert_eq!(log.matches(event).count(), 2, "{event}");
    }
    for event in ["CustomerExported", "ProfileExported"] {
        assert_eq!(log.matches(event).count(), 1, "{event}");
    }
}
