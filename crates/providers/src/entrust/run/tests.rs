//! Runs as Entrust's specification shows them, with made-up persons.

use proptest::prelude::*;
use symbolon_core::{
    country::Country,
    investor::{Accreditation, Level},
};

use super::*;

const RUN: &str = "bc77c6e5-753a-4580-96a6-aaed3e5a8d19";
const APPLICANT: &str = "7af75a3a-ba34-4aa5-9e3e-096c9f56256b";
const WORKFLOW: &str = "b48fdff9-66a1-405d-9912-54780799bd68";

fn account() -> EntrustAccount {
    let account = json!({
        "region": "eu", "environment": "production",
        "placeholder_names": {"given": "Not", "family": "Known"},
        "mapping": {"workflows": {WORKFLOW: {
            "level": "enhanced",
            "document": "/document/properties",
            "country": "/residence",
            "accreditation": {"at": "/investor", "values": {"professional": "professional"}},
            "accreditation_ends": "/until",
            "us_person": {"at": "/us", "values": {"true": true, "false": false}},
            "profile": {"source_of_funds": "/funds"},
            "reasons": {"on_a_list": "sanctions", "not_served": "country"},
        }}},
    });
    serde_json::from_value(account).unwrap()
}

fn run() -> Value {
    json!({
        "id": RUN, "applicant_id": APPLICANT, "workflow_id": WORKFLOW,
        "customer_user_id": "u-1", "status": "approved", "reasons": [],
        "output": {
            "residence": "DEU", "investor": "professional", "until": "2027-06-30",
            "us": false, "funds": "Savings",
            "document": {"result": "clear", "properties": {
                "date_of_birth": "1990-01-01", "date_of_expiry": "2031-05-28",
                "document_numbers": [{"type": "document_number", "value": "999999999"}],
                "document_type": "passport", "first_name": "Jane", "issuing_country": "GBR",
                "last_name": "Doe", "nationality": "GBR",
            }},
        },
        "created_at": "2026-03-01T09:00:00Z", "updated_at": "2026-03-01T10:05:00Z",
    })
}

fn person() -> Value {
    json!({"id": APPLICANT, "first_name": "Declared", "last_name": "Name",
        "email": "jane@example.com", "dob": "1970-01-01",
        "location": {"country_of_residence": "USA"}})
}

fn read_one(run: &Value, person: &Value) -> Record {
    record(&"entrust".parse().unwrap(), &account(), RUN, run, person).unwrap()
}

#[test]
fn an_approved_person() {
    let Record { fact, profile } = read_one(&run(), &person());
    assert_eq!(fact.standing, Standing::Approved);
    assert_eq!(fact.as_of.0, 1_772_359_500_000);
    assert_eq!(fact.customer.as_deref(), Some("u-1"));
    assert_eq!(fact.environment, Environment::Production);
    let found = fact.findings;
    assert_eq!(found.level, Some(Level::Enhanced));
    assert_eq!(found.country, "DE".parse::<Country>().ok());
    assert_eq!(found.accreditation, Some(Accreditation::Professional));
    assert_eq!(found.accreditation_ends.unwrap().to_string(), "2027-06-30");
    assert_eq!(found.us_person, Some(false));
    assert_eq!(found.document_expires.unwrap().to_string(), "2031-05-28");
    for (field, value) in [
        (Field::GivenNames, r#""Jane""#),
        (Field::FamilyName, r#""Doe""#),
        (Field::BirthDate, r#""1990-01-01""#),
        (Field::Nationalities, r#"["GB"]"#),
        (Field::Residence, r#""DE""#),
        (Field::Email, r#""jane@example.com""#),
        (Field::SourceOfFunds, r#""Savings""#),
        (
            Field::Documents,
            r#"[{"kind":"passport","country":"GB","number":"999999999","expires":"2031-05-28"}]"#,
        ),
    ] {
        let found = profile.get(field).map(|value| value.expose());
        assert_eq!(found, Some(value), "{field}");
    }
}

#[test]
fn approved_alone_approves() {
    use Standing::{Approved, OnHold, Open, Refused, Withdrawn};
    for (status, standing) in [
        ("approved", Approved),
        ("declined", Refused(RejectionReason::Provider)),
        ("review", OnHold),
        ("error", OnHold),
        ("abandoned", Withdrawn),
        ("processing", Open),
        ("awaiting_input", Open),
        ("awaiting_client_input", Open),
        ("Approved", OnHold),
        ("complete", OnHold),
        ("", OnHold),
    ] {
        let mut run = run();
        run["status"] = json!(status);
        assert_eq!(
            read_one(&run, &person()).fact.standing,
            standing,
            "{status}"
        );
    }
    let mut run = run();
    run["status"] = json!(["approved"]);
    assert_eq!(read_one(&run, &person()).fact.standing, OnHold);
}

#[test]
fn a_refusal_means_what_the_issuer_says() {
    for (reasons, reason) in [
        (json!(["not_served"]), RejectionReason::Country),
        (
            json!(["not_served", "on_a_list"]),
            RejectionReason::Sanctions,
        ),
        (json!(["else", "not_served"]), RejectionReason::Country),
        (json!(["else"]), RejectionReason::Provider),
        (json!(null), RejectionReason::Provider),
    ] {
        let mut run = run();
        run["status"] = json!("declined");
        run["reasons"] = reasons;
        let standing = read_one(&run, &person()).fact.standing;
        assert_eq!(standing, Standing::Refused(reason), "{}", run["reasons"]);
    }
}

#[test]
fn an_unknown_workflow_finds_nothing() {
    let mut run = run();
    run["workflow_id"] = json!("another");
    let Record { fact, profile } = read_one(&run, &person());
    assert_eq!(fact.findings, Findings::default());
    assert!(profile.get(Field::BirthDate).is_none());
    let names = profile.get(Field::GivenNames).and_then(|name| name.text());
    assert_eq!(names.as_deref(), Some("Declared"));
}

#[test]
fn what_was_declared_is_no_finding() {
    let mut run = run();
    run["output"] = json!({"us": "maybe", "until": 7});
    let Record { fact, profile } = read_one(&run, &person());
    assert_eq!(fact.standing, Standing::Approved);
    let level = Some(Level::Enhanced);
    let nothing = Findings {
        level,
        ..Findings::default()
    };
    assert_eq!(fact.findings, nothing);
    assert!(profile.get(Field::BirthDate).is_none());
    assert!(profile.country().is_none());
}

#[test]
fn nobody_is_called_by_the_placeholder() {
    let mut run = run();
    run["output"] = json!({});
    let mut person = person();
    (person["first_name"], person["last_name"]) = (json!("Not"), json!("Known"));
    let Record { profile, .. } = read_one(&run, &person);
    assert!(profile.get(Field::GivenNames).is_none());
    assert!(profile.get(Field::FamilyName).is_none());
}

#[test]
fn a_sandbox_applicant_is_nobody_real() {
    let mut person = person();
    person["sandbox"] = json!(true);
    let environment = read_one(&run(), &person).fact.environment;
    assert_eq!(environment, Environment::Sandbox);
}

#[test]
fn somebody_elses_answer_is_refused() {
    let name = "entrust".parse().unwrap();
    for pointer in ["/id", "/applicant_id"] {
        let mut run = run();
        *run.pointer_mut(pointer).unwrap() = json!("other");
        let error = record(&name, &account(), RUN, &run, &person()).unwrap_err();
        assert_eq!(error.code(), "answer_unreadable", "{pointer}");
    }
    let mut run = run();
    (run["updated_at"], run["created_at"]) = (json!(null), json!("yesterday"));
    let error = record(&name, &account(), RUN, &run, &person()).unwrap_err();
    assert_eq!(error.code(), "answer_unreadable");
}

proptest! {
    #[test]
    fn whatever_a_run_puts_out_changes_no_standing(
        at in prop::sample::select(vec![
            "", "/document", "/document/properties", "/document/properties/date_of_birth",
            "/document/properties/document_numbers", "/document/properties/nationality",
            "/residence", "/investor", "/until", "/us", "/funds",
        ]),
        value in prop_oneof![
            Just(json!(null)), Just(json!([])), Just(json!({})), Just(json!([{}])),
            any::<bool>().prop_map(Value::from), any::<i64>().prop_map(Value::from),
            "\\PC{0,30}".prop_map(Value::from),
            "[0-9]{4}-[0-9]{2}-[0-9]{2}".prop_map(Value::from),
        ],
        status in "approved|declined|review|[a-z]{0,9}",
    ) {
        let mut run = run();
        *run["output"].pointer_mut(at).unwrap() = value;
        run["status"] = json!(status);
        let standing = read_one(&run, &person()).fact.standing;
        prop_assert_eq!(standing == Standing::Approved, status == "approved");
    }
}
