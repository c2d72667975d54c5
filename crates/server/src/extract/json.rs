//! JSON bodies, and what can be wrong with them.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request, rejection::BytesRejection},
    http::{HeaderMap, StatusCode, header},
};
use serde::de::DeserializeOwned;

use crate::problem::{FieldError, Problem, Result, catalog};

/// A JSON body. Where a type has no required field, no body is one as well.
pub(crate) struct Body<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let bytes = bytes(request, state).await?;
        read(&bytes).map(Self)
    }
}

/// The body's bytes, within the route's limit and of the right kind.
pub(crate) async fn bytes<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes> {
    let is_json = says_json(request.headers());
    let bytes = Bytes::from_request(request, state)
        .await
        .map_err(unreceived)?;
    if is_json || bytes.is_empty() {
        Ok(bytes)
    } else {
        let detail = "this route reads JSON: send `Content-Type: application/json`";
        Err(Problem::new(&catalog::UNSUPPORTED_MEDIA_TYPE, detail))
    }
}

/// Reads a body; none at all is an object without fields.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    let bytes = if bytes.is_empty() { b"{}" } else { bytes };
    parse(bytes).map_err(|error| Problem::of_fields(&catalog::MALFORMED, vec![error]))
}

/// Reads JSON, or says which field it does not fit and why.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, FieldError> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(unfit)?;
    json.end().map_err(|error| syntax(&error))?;
    Ok(value)
}

pub(crate) fn unfit(error: serde_path_to_error::Error<serde_json::Error>) -> FieldError {
    let path = match error.path().to_string() {
        path if path == "." || path.ends_with('?') => String::new(),
        path => path,
    };
    let error = error.into_inner();
    if !error.is_data() {
        return syntax(&error);
    }
    let text = error.to_string();
    let text = text
        .rsplit_once(" at line ")
        .map_or(text.as_str(), |(text, _)| text);
    let (code, name, message) = without_value(text);
    match name {
        // Missing and unknown fields are told at their parent.
        Some(name) => FieldError::new(name, code, message).within_path(&path),
        None => FieldError::new(path, code, message),
    }
}

fn syntax(error: &serde_json::Error) -> FieldError {
    let (line, column) = (error.line(), error.column());
    FieldError::new(
        "",
        "no_json",
        format!("no valid JSON at line {line}, column {column}"),
    )
}

impl FieldError {
    fn within_path(self, path: &str) -> Self {
        if path.is_empty() || path == self.field || path.ends_with(&format!(".{}", self.field)) {
            let field = if path.is_empty() {
                self.field
            } else {
                path.to_owned()
            };
            Self { field, ..self }
        } else {
            self.within(path)
        }
    }
}

/// Serde's words repeat the value, which may be a person's: only what was
/// expected of it is kept.
fn without_value(text: &str) -> (&'static str, Option<String>, String) {
    let quoted = || {
        text.split('`')
            .nth(1)
            .unwrap_or("")
            .chars()
            .take(64)
            .collect::<String>()
    };
    let expected = text.split_once("expected ").map(|(_, expected)| expected);
    if text.starts_with("missing field") {
        (
            "missing",
            Some(quoted()),
            "this field is required".to_owned(),
        )
    } else if text.starts_with("unknown field") {
        let message = match expected {
            Some(expected) if expected.starts_with("one of") => {
                format!("no such field: use {expected}")
            }
            Some(expected) => format!("no such field: there is {expected}"),
            None => "no such field".to_owned(),
        };
        ("unknown_field", Some(quoted()), message)
    } else if text.starts_with("duplicate field") {
        (
            "duplicate_field",
            Some(quoted()),
            "stands there twice: keep one".to_owned(),
        )
    } else if text.starts_with("unknown variant") {
        let message = expected.map_or("no such word".to_owned(), |words| format!("use {words}"));
        ("unknown_value", None, message)
    } else {
        let message = expected.map_or("the value does not fit".to_owned(), |kind| {
            format!("must be {kind}")
        });
        ("wrong_type", None, message)
    }
}

fn says_json(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let essence = kind
        .and_then(|kind| kind.split(';').next())
        .map_or("", str::trim);
    essence.eq_ignore_ascii_case("application/json")
        || (essence.starts_with("application/") && essence.ends_with("+json"))
}

fn unreceived(rejection: BytesRejection) -> Problem {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::plain(&catalog::TOO_LARGE),
        _ => Problem::new(&catalog::MALFORMED, "the body broke off"),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Word {
        Basic,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[allow(dead_code, reason = "only read by serde")]
        level: Word,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[allow(dead_code, reason = "only read by serde")]
        list: Vec<Inner>,
    }

    fn error(json: &str) -> (String, &'static str, String) {
        let error = parse::<Outer>(json.as_bytes()).unwrap_err();
        (error.field, error.code, error.message)
    }

    #[test]
    fn each_fault_names_its_field_and_never_repeats_the_value() {
        let expectations = [
            (
                r#"{"list":[{"level":"Alice Meyer"}]}"#,
                "list[0].level",
                "unknown_value",
            ),
            (r#"{"list":[{}]}"#, "list[0].level", "missing"),
            (
                r#"{"list":[{"level":"basic","leve":1}]}"#,
                "list[0].leve",
                "unknown_field",
            ),
            (r#"{"list":"Alice Meyer"}"#, "list", "wrong_type"),
            (r#"{}"#, "list", "missing"),
            (r#"{"list":[]"#, "", "no_json"),
            (r#"{"list":[]} Alice"#, "", "no_json"),
        ];
        for (json, field, code) in expectations {
            let (found_field, found_code, message) = error(json);
            assert_eq!((found_field.as_str(), found_code), (field, code), "{json}");
            assert!(!message.contains("Alice"), "{message}");
        }
    }
}
