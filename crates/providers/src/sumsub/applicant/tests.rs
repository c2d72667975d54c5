//! Applicants as Sumsub's documentation shows them, with made-up persons.

use proptest::prelude::*;
use serde_json::json;
use symbolon_core::{
    country::Country,
    investor::{Accreditation, Level, Residency},
    profile::{Field, Profile},
    verification::Environment,
};

use super::*;

const ID: &str = "650000000000000000000001";

fn account() -> SumsubAccount {
    let item = |item: &str| json!({"questionnaire": "own", "section": "main", "item": item});
    let account = json!({
        "environment": "sandbox",
        "mapping": {
            "levels": {"basic-kyc-level": "basic", "kyb": "corporate"},
            "accreditation": {"at": item("isAccredited"), "values": {"true": "qualified"}},
            "accreditation_ends": item("until"),
            "us_person": {"at": item("usPerson"), "values": {"true": true, "false": false}},
            "residency": {"at": item("residency"), "values": {"citizen": "citizen"}},
            "source_of_funds": item("funds"),
        },
    });
    serde_json::from_value(account).unwrap()
}

fn applicant() -> Value {
    json!({
        "id": ID, "createdAt": "2026-03-01 10:00:00", "inspectionId": "650000000000000000000002",
        "externalUserId": "u-1", "type": "individual", "lang": "en",
        "email": "ana@example.com", "phone": "+49 30 123456",
        "info": {
            "firstName": "ANA", "middleName": "MARIA", "lastName": "SAMPLE",
            "dob": "1990-02-03", "country": "FRA", "nationality": "FRA",
            "addresses": [{"country": "DEU", "postCode": "10115", "town": "Berlin",
                "street": "Am Weg 1", "formattedAddress": "…"}],
            "idDocs": [
                {"idDocType": "PASSPORT", "country": "FRA", "number": "X0000000",
                 "issuedDate": "2020-01-01", "validUntil": "2030-01-01", "dob": "1990-02-03"},
                {"idDocType": "SELFIE", "country": "FRA"},
            ],
        },
        "fixedInfo": {"country": "USA", "dob": "1980-01-01", "firstName": "Other"},
        "questionnaires": [{"id": "own", "sections": {"main": {"items": {
            "isAccredited": {"value": "true"}, "until": {"value": "2027-06-30"},
            "usPerson": {"value": "false"}, "residency": {"value": "citizen"},
            "funds": {"value": "Savings"},
        }}}}],
        "review": {"levelName": "basic-kyc-level", "reviewStatus": "completed",
            "createDate": "2026-03-01 10:01:00+0000", "reviewDate": "2026-03-01 10:05:00+0000",
            "reviewResult": {"reviewAnswer": "GREEN"}},
    })
}

fn read_one(applicant: &Value) -> Record {
    let name = "sumsub".parse().unwrap();
    let at = Some(UnixMillis(1_772_400_000_000));
    record(&name, &account(), ID, applicant, at).unwrap()
}

fn reviewed(review: Value) -> Fact {
    let mut applicant = applicant();
    applicant["review"] = review;
    read_one(&applicant).fact
}

#[test]
fn an_approved_person() {
    let Record { fact, profile } = read_one(&applicant());
    assert_eq!(fact.standing, Standing::Approved);
    assert_eq!(fact.reference, ID);
    assert_eq!(fact.customer.as_deref(), Some("u-1"));
    assert_eq!(fact.environment, Environment::Sandbox);
    assert_eq!(fact.as_of, UnixMillis(1_772_359_500_000), "its review's");
    let found = fact.findings;
    assert_eq!(found.level, Some(Level::Basic));
    assert_eq!(found.country, "DE".parse::<Country>().ok());
    assert_eq!(found.accreditation, Some(Accreditation::Qualified));
    assert_eq!(found.accreditation_ends.unwrap().to_string(), "2027-06-30");
    assert_eq!(found.us_person, Some(false));
    assert_eq!(found.residency, Some(Residency::Citizen));
    assert_eq!(found.document_expires.unwrap().to_string(), "2030-01-01");
    for (field, value) in [
        (Field::GivenNames, r#""ANA MARIA""#),
        (Field::FamilyName, r#""SAMPLE""#),
        (Field::BirthDate, r#""1990-02-03""#),
        (Field::Nationalities, r#"["FR"]"#),
        (Field::Residence, r#""DE""#),
        (Field::Residency, r#""citizen""#),
        (Field::Email, r#""ana@example.com""#),
        (Field::Phone, r#""+4930123456""#),
        (Field::SourceOfFunds, r#""Savings""#),
        (
            Field::Documents,
            r#"[{"kind":"passport","country":"FR","number":"X0000000","issued":"2020-01-01","expires":"2030-01-01"}]"#,
        ),
        (
            Field::Address,
            r#"{"street":"Am Weg 1","postal_code":"10115","city":"Berlin","country":"DE"}"#,
        ),
    ] {
        let found = profile.get(field).map(|value| value.expose());
        assert_eq!(found, Some(value), "{field}");
    }
}

#[test]
fn an_approved_entity() {
    let entity = json!({
        "id": ID, "externalUserId": "u-2", "type": "company", "createdAt": "2026-03-01 10:00:00",
        "info": {"companyInfo": {"companyName": "Sample AG", "registrationNumber": "HRB 1",
            "country": "CHE"}},
        "review": {"levelName": "kyb", "reviewStatus": "completed",
            "reviewDate": "2026-03-01 10:05:00+0000", "reviewResult": {"reviewAnswer": "GREEN"}},
    });
    let Record { fact, profile } = read_one(&entity);
    assert_eq!(fact.findings.level, Some(Level::Corporate));
    assert_eq!(fact.findings.country, "CH".parse::<Country>().ok());
    assert_eq!(profile.kind(), InvestorKind::LegalEntity);
    assert_eq!(profile.country(), fact.findings.country);
    assert_eq!(profile.values().count(), 3);
}

fn company(info: Value) -> Profile {
    let entity = json!({
        "id": ID, "externalUserId": "u-2", "type": "company", "createdAt": "2026-03-01 10:00:00",
        "info": {"companyInfo": info},
        "review": {"levelName": "kyb", "reviewStatus": "completed",
            "reviewDate": "2026-03-01 10:05:00+0000", "reviewResult": {"reviewAnswer": "GREEN"}},
    });
    read_one(&entity).profile
}

fn list_of(profile: &Profile, field: Field) -> Value {
    let found = profile
        .get(field)
        .and_then(|value| value.expose().parse().ok());
    found.unwrap_or(Value::Null)
}

#[test]
fn a_companys_directors_and_owners() {
    let ana = json!({"type": "individual", "info": {"firstName": "Ana", "middleName": "Maria",
        "lastName": "Sample", "dob": "1980-12-31", "addresses": [{"country": "DEU"}]}});
    let holding = json!({"type": "company",
        "info": {"companyInfo": {"companyName": "Holding AG", "country": "CHE"}}});
    let profile = company(json!({
        "companyName": "Sample GmbH", "country": "DEU", "legalAddress": "Street 1, Berlin",
        "email": "office@sample.example",
        "beneficiaries": [
            // In the current flow's words, and in the older one's.
            {"types": ["director", "ubo"], "shareSize": 60.5, "applicant": ana},
            {"type": "ubo", "positions": ["other"],
                "beneficiaryInfo": {"firstName": "Ben", "lastName": "Other"}},
            {"types": ["shareholder"], "shareSize": 100, "applicant": holding},
            {"types": ["representative"],
                "beneficiaryInfo": {"firstName": "Nobody", "lastName": "Here"}},
            {"positions": ["director"], "beneficiaryInfo": {"firstName": "Nameless"}},
        ],
    }));
    assert_eq!(
        list_of(&profile, Field::Directors),
        json!([{"name": "Ana Maria Sample", "birth_date": "1980-12-31", "country": "DE"}])
    );
    assert_eq!(
        list_of(&profile, Field::BeneficialOwners),
        json!([
            {"name": "Ana Maria Sample", "birth_date": "1980-12-31", "country": "DE",
                "share_percent": 60.5},
            {"name": "Ben Other"},
        ])
    );
    assert_eq!(
        list_of(&profile, Field::Address),
        json!({"street": "Street 1, Berlin", "country": "DE"})
    );
    assert_eq!(
        list_of(&profile, Field::Email),
        json!("office@sample.example")
    );

    // Where nobody is behind them, shareholders own.
    let profile = company(json!({"companyName": "Sample GmbH", "beneficiaries": [
        {"type": "shareholder", "shareSize": 100, "applicant": holding},
    ]}));
    assert_eq!(
        list_of(&profile, Field::BeneficialOwners),
        json!([{"name": "Holding AG", "country": "CH", "share_percent": 100.0}])
    );
}

#[test]
fn completed_and_green_alone_approves() {
    let refused = |labels: &[&str]| {
        reviewed(json!({"reviewStatus": "completed", "reviewResult": {
            "reviewAnswer": "RED", "reviewRejectType": "FINAL", "rejectLabels": labels}}))
        .standing
    };
    for (labels, reason) in [
        (&[][..], RejectionReason::Provider),
        (&["FORGERY"], RejectionReason::Identity),
        (&["FORGERY", "WRONG_USER_REGION"], RejectionReason::Country),
        (&["WRONG_USER_REGION", "PEP"], RejectionReason::Provider),
        (&["PEP", "SANCTIONS"], RejectionReason::Sanctions),
        (&["ADVERSE_MEDIA", "FORGERY"], RejectionReason::Provider),
        (&["NEW_LABEL"], RejectionReason::Provider),
    ] {
        assert_eq!(refused(labels), Standing::Refused(reason), "{labels:?}");
    }
    for (status, result, standing) in [
        (
            "completed",
            json!({"reviewAnswer": "GREEN"}),
            Standing::Approved,
        ),
        (
            "completed",
            json!({"reviewAnswer": "RED", "reviewRejectType": "RETRY"}),
            Standing::Retry,
        ),
        (
            "completed",
            json!({"reviewAnswer": "RED"}),
            Standing::Refused(RejectionReason::Provider),
        ),
        (
            "completed",
            json!({"reviewAnswer": "YELLOW"}),
            Standing::OnHold,
        ),
        (
            "completed",
            json!({"reviewAnswer": "green"}),
            Standing::OnHold,
        ),
        ("completed", json!({}), Standing::OnHold),
        (
            "Completed",
            json!({"reviewAnswer": "GREEN"}),
            Standing::OnHold,
        ),
        (
            "awaitingService",
            json!({"reviewAnswer": "GREEN"}),
            Standing::Open,
        ),
        ("pending", json!({"reviewAnswer": "GREEN"}), Standing::Open),
        ("prechecked", json!({}), Standing::Open),
        ("queued", json!({}), Standing::Open),
        ("awaitingUser", json!({}), Standing::Open),
        ("onHold", json!({"reviewAnswer": "GREEN"}), Standing::OnHold),
        (
            "init",
            json!({"reviewAnswer": "GREEN"}),
            Standing::Withdrawn,
        ),
        (
            "someday",
            json!({"reviewAnswer": "GREEN"}),
            Standing::OnHold,
        ),
    ] {
        let fact = reviewed(json!({"reviewStatus": status, "reviewResult": result}));
        assert_eq!(fact.standing, standing, "{status} {result}");
    }
    assert_eq!(reviewed(json!(null)).standing, Standing::OnHold);
    assert_eq!(
        reviewed(json!({"reviewStatus": 7})).standing,
        Standing::OnHold
    );
}

#[test]
fn what_is_deleted_counts_no_longer() {
    for deleted in [json!(true), json!("yes"), json!(1)] {
        let mut applicant = applicant();
        applicant["deleted"] = deleted;
        assert_eq!(read_one(&applicant).fact.standing, Standing::Deleted);
    }
    for deleted in [json!(false), json!(null)] {
        let mut applicant = applicant();
        applicant["deleted"] = deleted;
        assert_eq!(read_one(&applicant).fact.standing, Standing::Approved);
    }
}

#[test]
fn a_denial_is_never_older_than_the_approval_that_it_ends() {
    let approval = read_one(&applicant()).fact.as_of;
    for status in ["init", "onHold", "pending", "new"] {
        let fact = reviewed(json!({"reviewStatus": status}));
        assert_eq!(
            fact.as_of,
            UnixMillis(1_772_400_000_000),
            "{status}: when seen"
        );
        assert!(fact.as_of > approval);
    }
    let mut applicant = applicant();
    applicant["deleted"] = json!(true);
    assert!(read_one(&applicant).fact.as_of > approval);
}

#[test]
fn what_cannot_be_read_is_left_out_and_changes_no_standing() {
    let broken = [
        ("/info/dob", json!("3.2.1990")),
        ("/info/firstName", json!(["ANA"])),
        ("/info/nationality", json!("XKX")),
        ("/info/addresses/0/country", json!("Germany")),
        ("/info/idDocs/0/validUntil", json!("soon")),
        ("/info/idDocs", json!({"a": 1})),
        ("/questionnaires", json!("none")),
        ("/phone", json!("123")),
        ("/info", json!(null)),
    ];
    for (pointer, value) in broken {
        let mut applicant = applicant();
        *applicant.pointer_mut(pointer).unwrap() = value;
        let Record { fact, profile } = read_one(&applicant);
        assert_eq!(fact.standing, Standing::Approved, "{pointer}");
        assert!(profile.values().count() < 11, "{pointer}");
    }
}

#[test]
fn what_contradicts_itself_is_unknown() {
    let mut two = applicant();
    two["info"]["addresses"] = json!([{"country": "DEU"}, {"country": "CHE"}]);
    assert_eq!(read_one(&two).fact.findings.country, None);
    two["info"]["addresses"] = json!([{"country": "DEU"}, {"town": "Bern"}]);
    assert_eq!(read_one(&two).fact.findings.country, None);
    two["info"]["addresses"] = json!([{"country": "DEU"}, {"country": "DE"}]);
    assert!(read_one(&two).fact.findings.country.is_some());
    let documents = |until: Value| {
        let mut applicant = applicant();
        applicant["info"]["idDocs"] = json!([
            {"idDocType": "PASSPORT", "validUntil": "2030-01-01"},
            {"idDocType": "DRIVERS", "validUntil": until},
            {"idDocType": "UTILITY_BILL", "validUntil": "2020-01-01"},
        ]);
        let expires = read_one(&applicant).fact.findings.document_expires;
        expires.map(|day| day.to_string())
    };
    assert_eq!(
        documents(json!("2028-05-05")).as_deref(),
        Some("2028-05-05")
    );
    assert_eq!(documents(json!(null)).as_deref(), Some("2030-01-01"));
    assert_eq!(documents(json!("never")), None);
}

#[test]
fn an_unknown_level_is_none() {
    let mut applicant = applicant();
    applicant["review"]["levelName"] = json!("other");
    assert_eq!(read_one(&applicant).fact.findings.level, None);
}

#[test]
fn somebody_elses_answer_is_refused() {
    let name = "sumsub".parse().unwrap();
    for (pointer, value) in [
        ("/id", json!("650000000000000000000009")),
        ("/id", json!(null)),
        ("/type", json!("alien")),
    ] {
        let mut applicant = applicant();
        *applicant.pointer_mut(pointer).unwrap() = value;
        let error = record(&name, &account(), ID, &applicant, None).unwrap_err();
        assert_eq!(error.code(), "answer_unreadable", "{pointer}");
    }
}

#[test]
fn the_status_is_asked_where_the_data_leaves_something_open() {
    assert!(!needs_status(&applicant()));
    for review in [
        json!(null),
        json!({"reviewStatus": "completed", "reviewResult": {"reviewAnswer": "GREEN"}}),
        json!({"reviewStatus": "completed", "reviewDate": "2026-03-01 10:05:00+0000",
            "reviewResult": {"reviewAnswer": "RED"}}),
    ] {
        let mut applicant = applicant();
        applicant["review"] = review;
        assert!(needs_status(&applicant));
        take_status(&mut applicant, json!({"reviewStatus": "onHold"}));
        assert_eq!(read_one(&applicant).fact.standing, Standing::OnHold);
    }
}

/// The pointers of all that is in it.
fn places(json: &Value, at: &str, places: &mut Vec<String>) {
    places.push(at.to_owned());
    match json {
        Value::Object(fields) => fields
            .iter()
            .for_each(|(key, value)| places_of(value, at, key, places)),
        Value::Array(list) => list
            .iter()
            .enumerate()
            .for_each(|(index, value)| places_of(value, at, &index.to_string(), places)),
        _ => {}
    }
}

fn places_of(json: &Value, at: &str, key: &str, all: &mut Vec<String>) {
    places(json, &format!("{at}/{key}"), all);
}

proptest! {
    #[test]
    fn whatever_the_data_completed_and_green_alone_approves(
        changes in prop::collection::vec((any::<prop::sample::Index>(), leaf()), 1..4),
    ) {
        let mut applicant = applicant();
        let mut all = Vec::new();
        places(&applicant, "", &mut all);
        for (place, value) in changes {
            if let Some(at) = applicant.pointer_mut(&all[place.index(all.len())]) {
                *at = value;
            }
        }
        let name = "sumsub".parse().unwrap();
        needs_status(&applicant);
        let Ok(record) = record(&name, &account(), ID, &applicant, None) else {
            return Ok(());
        };
        let review = |field: &str| applicant.pointer(&format!("/review/{field}"));
        let green = review("reviewStatus") == Some(&json!("completed"))
            && review("reviewResult/reviewAnswer") == Some(&json!("GREEN"));
        prop_assert_eq!(record.fact.standing == Standing::Approved, green);
    }
}

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,30}".prop_map(Value::from),
        "[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9]{2}:[0-9]{2}:[0-9]{2})?".prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
        prop::sample::select(vec![
            "completed",
            "pending",
            "GREEN",
            "RED",
            "RETRY",
            "company"
        ])
        .prop_map(Value::from),
    ]
}
