//! A profile in JSON.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use symbolon_core::{
    investor::InvestorKind,
    profile::{Field, Profile, ProfileError},
    time::UnixSeconds,
};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

use crate::{
    problem::{FieldError, Problem, Result},
    vault::{ProfileChanges, WrongField},
};

/// Values by the names of their fields. Nothing prints it (I6).
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct ProfileBody(BTreeMap<String, Value>);

impl fmt::Debug for ProfileBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProfileBody(…)")
    }
}

impl ProfileBody {
    /// Whether it names this field, whatever it says of it.
    pub(crate) fn has(&self, field: Field) -> bool {
        self.0.contains_key(field.as_str())
    }

    /// All that is known.
    pub(super) fn of(profile: &Profile) -> Self {
        let values = profile.values();
        let values = values.filter_map(|(field, value)| {
            let value = serde_json::from_str(value.expose()).ok()?;
            Some((field.to_string(), value))
        });
        Self(values.collect())
    }
}

/// What a body asks to change, or everything that is wrong with it.
pub(crate) fn changes(
    kind: InvestorKind,
    body: &ProfileBody,
    now: UnixSeconds,
) -> Result<ProfileChanges> {
    if body.0.is_empty() {
        let message = "names no field: give those that change";
        let error = FieldError::new("", "no_field", message);
        return Err(Problem::invalid(vec![error]));
    }
    ProfileChanges::read(kind, &body.0, now).map_err(|wrong| {
        let errors = wrong.into_iter().map(|(name, error)| {
            let (code, message) = in_words(&error);
            FieldError::new(name, code, message)
        });
        Problem::invalid(errors.collect())
    })
}

fn in_words(error: &WrongField) -> (&'static str, String) {
    match error {
        WrongField::Unknown => ("unknown_field", error.to_string()),
        WrongField::Value(ProfileError::NotOfThisKind { .. }) => {
            ("not_of_this_kind", error.to_string())
        }
        WrongField::Value(ProfileError::Shape { error, .. }) => ("bad_value", error.to_string()),
        WrongField::Value(ProfileError::NotBornYet { .. }) => ("bad_value", error.to_string()),
    }
}

impl PartialSchema for ProfileBody {
    fn schema() -> RefOr<Schema> {
        Described::schema()
    }
}

impl ToSchema for ProfileBody {
    fn name() -> std::borrow::Cow<'static, str> {
        "Profile".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        Described::schemas(schemas);
    }
}

/// What is known of an investor beyond its verdict. Natural persons and legal entities
/// have fields of their own; `null` forgets a value.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what the map holds")]
struct Described {
    /// Of persons: all names but the family's, up to 64 characters.
    #[schema(example = "Jane")]
    given_names: Option<String>,
    /// Of persons: up to 64 characters.
    #[schema(example = "Doe")]
    family_name: Option<String>,
    /// Of persons.
    #[schema(format = Date, example = "1980-12-31")]
    birth_date: Option<String>,
    /// Of persons: each country by ISO 3166-1, in two or three letters.
    #[schema(example = json!(["FR", "DE"]))]
    nationalities: Option<Vec<String>>,
    /// Of persons: the country in which the person lives.
    #[schema(example = "DE")]
    residence: Option<String>,
    /// Of persons: citizen, permanent_resident or temporary_resident.
    #[schema(example = "citizen")]
    residency: Option<String>,
    /// Of persons: a number that a state gave the person.
    #[schema(value_type = Option<Object>, example = json!({"country": "US", "number": "123456789"}))]
    national_id: Option<Value>,
    /// Of persons: identity documents, of the kinds passport, id_card, residence_permit,
    /// driving_licence and other.
    #[schema(value_type = Option<Vec<Object>>, example = json!([{"kind": "passport", "country": "FR", "number": "X0000000", "expires": "2030-01-01"}]))]
    documents: Option<Value>,
    /// Where the money is from, up to 2,000 characters.
    source_of_funds: Option<String>,
    /// A postal address, or the entity's seat.
    #[schema(value_type = Option<Object>, example = json!({"street": "…", "postal_code": "10115", "city": "Berlin", "country": "DE"}))]
    address: Option<Value>,
    /// Where mail reaches the person, or the entity's agent.
    #[schema(example = "jane@example.com")]
    email: Option<String>,
    /// In international form.
    #[schema(example = "+4930123456")]
    phone: Option<String>,
    /// Of entities: the name in its register.
    legal_name: Option<String>,
    /// Of entities: ISO 17442.
    #[schema(example = "5493001KJTIIGC8Y1R12")]
    lei: Option<String>,
    /// Of entities: the number in its register.
    registration_number: Option<String>,
    /// Of entities: the country of that register.
    registration_country: Option<String>,
    /// Of entities: who acts for it.
    #[schema(value_type = Option<Vec<Object>>, example = json!([{"name": "…", "birth_date": "1980-12-31", "country": "DE"}]))]
    directors: Option<Value>,
    /// Of entities: who owns it, in percent.
    #[schema(value_type = Option<Vec<Object>>, example = json!([{"name": "…", "country": "DE", "share_percent": 25.5}]))]
    beneficial_owners: Option<Value>,
}
