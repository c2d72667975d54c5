//! An example value of a schema, from the examples of its fields.

use serde_json::{Map, Value, json};

const DEEPEST: usize = 8;

/// Follows a `$ref` within the document.
pub(super) fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    value
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|reference| document.pointer(reference.strip_prefix('#')?))
        .unwrap_or(value)
}

/// An example of what the schema describes.
pub(super) fn sample(document: &Value, schema: &Value) -> Value {
    at_depth(document, schema, 0)
}

fn at_depth(document: &Value, schema: &Value, depth: usize) -> Value {
    let schema = resolved(document, schema);
    if let Some(example) = schema.get("example").or_else(|| schema["examples"].get(0)) {
        return example.clone();
    }
    if depth > DEEPEST {
        return Value::Null;
    }
    let inner = |schema: &Value| at_depth(document, schema, depth + 1);
    for alternatives in ["oneOf", "anyOf"] {
        let found = schema[alternatives].as_array().into_iter().flatten();
        if let Some(first) = found
            .clone()
            .find(|one| one["type"] != "null")
            .or(found.last())
        {
            return inner(first);
        }
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let mut merged = Map::new();
        for part in parts {
            if let Value::Object(fields) = inner(part) {
                merged.extend(fields);
            }
        }
        return Value::Object(merged);
    }
    if let Some(words) = schema["enum"].as_array() {
        return words.first().cloned().unwrap_or_default();
    }
    if let Some(constant) = schema.get("const") {
        return constant.clone();
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().find(|kind| *kind != "null"),
        kind => Some(kind),
    };
    match kind.and_then(Value::as_str) {
        Some("object") => {
            let fields = schema["properties"].as_object().into_iter().flatten();
            fields
                .map(|(name, field)| (name.clone(), inner(field)))
                .collect()
        }
        Some("array") => json!([inner(&schema["items"])]),
        Some("string") => match schema["format"].as_str() {
            Some("date-time") => json!("2026-11-21T09:30:00Z"),
            Some("date") => json!("2027-12-31"),
            _ => json!("…"),
        },
        Some("integer" | "number") => schema.get("default").cloned().unwrap_or(json!(1)),
        Some("boolean") => json!(false),
        _ => Value::Null,
    }
}
