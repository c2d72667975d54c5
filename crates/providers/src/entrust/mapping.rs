//! Where the values are in what a workflow puts out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use symbolon_core::{
    investor::{Accreditation, Level, RejectionReason, Residency},
    profile::Field,
};

use crate::read;

/// What runs put out means to the register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntrustMapping {
    /// By the workflow's id. A run of one that is not here verifies nobody.
    pub workflows: BTreeMap<String, WorkflowMapping>,
}

/// What one workflow's output means. Whatever is not named here is unknown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkflowMapping {
    /// How thorough the workflow is.
    pub level: Level,
    /// Where the `properties` of a document report are: names, birth date,
    /// nationality and the document itself are read from there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Pointer>,
    /// Where the country of residence is. A document's country is another thing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<Pointer>,
    /// The document's last day, where it is not `date_of_expiry` of the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_expires: Option<Pointer>,
    /// What the investor may buy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accreditation: Option<Pick<Accreditation>>,
    /// The last day of that, as `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accreditation_ends: Option<Pointer>,
    /// Whether it declared to be a US person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub us_person: Option<Pick<bool>>,
    /// How it resides in its country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub residency: Option<Pick<Residency>>,
    /// Further fields of the profile, each in the shape that the vault wants. They
    /// come before those of the document.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub profile: BTreeMap<FieldName, Pointer>,
    /// What the workflow's own `reasons` for a refusal mean; one that is not here is
    /// the provider's.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reasons: BTreeMap<String, RejectionReason>,
}

/// A place in the output, by RFC 6901: `/document/properties`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pointer(String);

impl Pointer {
    /// What is there.
    pub(super) fn value<'a>(&self, output: &'a Value) -> Option<&'a Value> {
        output.pointer(&self.0).filter(|value| !value.is_null())
    }

    pub(super) fn text<'a>(&self, output: &'a Value) -> Option<&'a str> {
        read::text(output, &self.0)
    }
}

impl TryFrom<String> for Pointer {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.starts_with('/') && text.len() <= 500 {
            Ok(Self(text))
        } else {
            Err("a place in the output is written like `/document/properties`")
        }
    }
}

impl From<Pointer> for String {
    fn from(pointer: Pointer) -> Self {
        pointer.0
    }
}

/// A value of the output, and what it means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pick<T> {
    /// Where it is.
    pub at: Pointer,
    /// What each means: a text as it is, `"true"` and `"false"`, a number in digits.
    /// Another value is none.
    pub values: BTreeMap<String, T>,
}

impl<T: Copy> Pick<T> {
    pub(super) fn answer(&self, output: &Value) -> Option<T> {
        let key = match self.at.value(output)? {
            Value::String(text) => text.trim().to_owned(),
            value @ (Value::Bool(_) | Value::Number(_)) => value.to_string(),
            _ => return None,
        };
        self.values.get(&key).copied()
    }
}

/// A field of the profile, by its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FieldName(pub Field);

impl TryFrom<String> for FieldName {
    type Error = symbolon_core::profile::UnknownField;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(Self)
    }
}

impl From<FieldName> for String {
    fn from(name: FieldName) -> Self {
        name.0.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_means_what_the_issuer_says() {
        let pick: Pick<bool> =
            serde_json::from_value(json!({"at": "/us", "values": {"true": true, "no": false}}))
                .unwrap();
        assert_eq!(pick.answer(&json!({"us": true})), Some(true));
        assert_eq!(pick.answer(&json!({"us": "no"})), Some(false));
        for output in [
            json!({}),
            json!({"us": null}),
            json!({"us": false}),
            json!({"us": []}),
        ] {
            assert_eq!(pick.answer(&output), None, "{output}");
        }
    }

    #[test]
    fn places_and_fields_are_checked() {
        assert!(serde_json::from_value::<Pointer>(json!("document")).is_err());
        assert!(serde_json::from_value::<FieldName>(json!("shoe_size")).is_err());
        let name: FieldName = serde_json::from_value(json!("residence")).unwrap();
        assert_eq!(serde_json::to_value(name).unwrap(), json!("residence"));
    }
}
