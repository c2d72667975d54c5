//! Query strings: every parameter known, or refused by name.

use axum::{extract::FromRequestParts, http::request::Parts};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::json;
use crate::problem::{Problem, Result, catalog};

/// The query's parameters. An unknown one is refused: a misspelt filter would
/// otherwise show everything.
pub(crate) struct Query<T>(pub(crate) T);

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let pairs = form_urlencoded::parse(parts.uri.query().unwrap_or("").as_bytes());
        let mut object = Map::new();
        for (name, value) in pairs {
            let value = Value::String(value.into_owned());
            match object.get_mut(&*name) {
                None => {
                    object.insert(name.into_owned(), value);
                }
                Some(Value::Array(values)) => values.push(value),
                Some(first) => *first = Value::Array(vec![first.take(), value]),
            }
        }
        serde_path_to_error::deserialize(Value::Object(object))
            .map(Self)
            .map_err(|error| {
                Problem::of_fields(&catalog::INVALID_PARAMETER, vec![json::unfit(error)])
            })
    }
}
