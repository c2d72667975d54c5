//! The document: committed, complete, and without a dangling reference.
//!
//! After a change that is meant: `UPDATE=1 cargo test -p symbolon-server openapi`.

use std::path::Path;

use serde_json::Value;

use crate::harness::Server;

async fn document() -> Value {
    Server::start().await.get("/openapi.json").await.expect(200)
}

#[tokio::test]
async fn the_document_is_the_committed_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots/openapi.json");
    let found = serde_json::to_string_pretty(&document().await).unwrap() + "\n";
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, found).unwrap();
        return;
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == committed,
        "the API has changed: if that is meant, run UPDATE=1 cargo test -p symbolon-server openapi"
    );
}

#[tokio::test]
async fn every_reference_leads_somewhere() {
    let document = document().await;
    let mut references = Vec::new();
    collect(&document, &mut references);
    assert!(!references.is_empty());
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference} dangles");
    }
}

fn collect<'a>(value: &'a Value, references: &mut Vec<&'a str>) {
    match value {
        Value::Object(fields) => {
            references.extend(fields.get("$ref").and_then(Value::as_str));
            fields.values().for_each(|field| collect(field, references));
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, references)),
        _ => {}
    }
}

#[tokio::test]
async fn every_operation_says_what_it_does() {
    let document = document().await;
    assert_eq!(document["openapi"], "3.1.0");
    let tags: Vec<_> = document["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| &tag["name"])
        .collect();
    let mut names = std::collections::BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let place = format!("{method} {path}");
            for field in ["summary", "description", "operationId"] {
                assert!(
                    operation[field]
                        .as_str()
                        .is_some_and(|text| !text.is_empty()),
                    "{place}: {field}"
                );
            }
            assert!(
                names.insert(operation["operationId"].as_str()),
                "{place}: operationId"
            );
            assert!(tags.contains(&&operation["tags"][0]), "{place}: tag");
            let responses = operation["responses"].as_object().unwrap();
            let has = |status: &str| responses.contains_key(status);
            assert!(
                responses.keys().any(|status| status.starts_with('2')),
                "{place}"
            );
            assert!(has("500"), "{place}");
            if path.starts_with("/v1") {
                assert!(has("400") && has("401"), "{place}");
            }
            if path.contains('{') {
                assert!(has("404"), "{place}");
            }
            if method == "post" {
                assert!(has("409") && has("422"), "{place}");
            }
        }
    }
}
