//! Links to Sumsub's pages, by the current call and by the older one.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use symbolon_core::profile::Field;

use crate::{FetchError, SessionRequest, id};

/// By which of Sumsub's calls links are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkForm {
    /// `POST …/levels/-/websdkLink`, everything in the body.
    #[default]
    Current,
    /// `POST …/levels/{level}/websdkLink`, everything in the query. It knows no
    /// return addresses: the level's own count.
    PerLevel,
}

/// A request for a link.
pub(super) struct Wanted<'a> {
    /// The level as a part of the path.
    pub(super) level: &'a str,
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) body: Value,
}

/// Whether a text may be a level's name: neither empty, nor one that a path forgets.
pub(super) fn is_level(text: &str) -> bool {
    let long = (1..=128).contains(&text.chars().count());
    long && !text.chars().any(char::is_control) && !matches!(text.trim(), "" | "." | ".." | "-")
}

pub(super) fn wanted<'a>(
    form: LinkForm,
    level: Option<&'a str>,
    request: &SessionRequest<'_>,
) -> Result<Wanted<'a>, FetchError> {
    let customer = id::customer(request.customer)?;
    let level = level.filter(|level| is_level(level));
    let level = level.ok_or(FetchError::Request {
        field: "level",
        problem: "there is none for such investors: configure one, or name one",
    })?;
    let seconds = request.lasts.as_secs().max(1);
    let language = request.language.filter(|text| id::is_id(text));
    let language = language.map(|text| ("lang", text.to_owned()));
    match form {
        LinkForm::Current => Ok(Wanted {
            level: "-",
            query: language.into_iter().collect(),
            body: json!({
                "levelName": level,
                "userId": customer,
                "ttlInSecs": seconds,
                "redirect": {
                    "successUrl": request.return_to.success.as_str(),
                    "rejectUrl": request.return_to.failure.as_str(),
                },
                "applicantIdentifiers": identifiers(request),
            }),
        }),
        LinkForm::PerLevel => {
            let mut query = vec![
                ("ttlInSecs", seconds.to_string()),
                ("externalUserId", customer.to_owned()),
            ];
            query.extend(language);
            let body = json!({});
            Ok(Wanted { level, query, body })
        }
    }
}

/// What spares the person from typing it.
fn identifiers(request: &SessionRequest<'_>) -> Value {
    let mut identifiers = Map::new();
    for (field, name) in [(Field::Email, "email"), (Field::Phone, "phone")] {
        let value = request.profile.and_then(|profile| profile.get(field));
        if let Some(text) = value.and_then(|value| value.text()) {
            identifiers.insert(name.to_owned(), text.into());
        }
    }
    Value::Object(identifiers)
}
