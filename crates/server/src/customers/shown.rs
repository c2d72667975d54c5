//! A customer as both surfaces show it, in JSON.

use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use symbolon_core::{
    customer::{CustomerData, DataError},
    ids::InstanceName,
    profile::{Field, Personal},
    time::UnixSeconds,
    verdict::RestrictedAuthorities,
};
use symbolon_store::CustomerRecord;
use utoipa::ToSchema;

use super::Made;
use crate::{
    extract::Check,
    problem::{Problem, Result},
    rest::{
        model::{WalletBody, holds, wallets_of},
        words::{AccreditationWord, CustomerStatusWord, Level, StatusWord},
    },
    vault::OpenedCustomer,
};

/// An object of the instance's own making. Nothing prints it (I6).
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Object, example = json!({"name": "Jane Doe", "email": "jane@example.com", "tier": 2}))]
pub(crate) struct DataBody(Value);

impl fmt::Debug for DataBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataBody(…)")
    }
}

impl DataBody {
    pub(crate) fn read(&self, check: &mut Check) -> Option<CustomerData> {
        CustomerData::read(&self.0)
            .map_err(|error| {
                let field = match error {
                    DataError::Email => "data.email",
                    DataError::Name => "data.name",
                    _ => "data",
                };
                check.refuse(field, "bad_data", error.to_string());
            })
            .ok()
    }
}

/// A customer of an instance's.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Customer)]
pub struct CustomerBody {
    id: String,
    #[schema(example = "emea")]
    instance: String,
    /// The instance's own reference.
    #[schema(example = "CRM-10042")]
    external_id: Option<String>,
    /// Where it stands with the instance, whatever the verdict.
    status: CustomerStatusWord,
    /// Since when it is archived; null: it is not.
    #[schema(format = DateTime)]
    archived: Option<String>,
    /// When its person was erased; null: nobody was. From then on nobody knows who it is:
    /// its data and notes are gone, and nothing about it is taken in.
    #[schema(format = DateTime)]
    erased: Option<String>,
    /// Whether the instance has data about it.
    has_data: bool,
    /// How many notes there are.
    notes: u32,
    /// The investor on whom it stands.
    investor: String,
    /// What the register says of that one.
    verdict: StandingBody,
    /// That one's wallets, in the order in which they were linked.
    wallets: Vec<WalletBody>,
    #[schema(format = DateTime)]
    created: String,
    /// Who made it, as the log names them.
    created_by: String,
    #[schema(format = DateTime)]
    changed: String,
    /// How many reference keys it was given; the last one works.
    reference_number: u32,
    /// By which a wallet is linked later: shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "ref_8f2a6c1d0e5b4f7a9c3e1d2b4a6f8c0e")]
    reference_key: Option<String>,
    /// Where it was just made: whether the register knew its investor before.
    #[serde(skip_serializing_if = "Option::is_none")]
    investor_known: Option<bool>,
    /// Where it was just made for a person whom the register knew: the fields of the given
    /// profile that were not taken in, other than those that say who the person is. Whether
    /// they differ from what is known is told to nobody: who may open the profile sees it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<String>>, example = json!(["email"]))]
    not_taken: Option<BTreeSet<Field>>,
}

/// What the register says of the investor on whom a customer stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StandingBody {
    /// Where the investor stands.
    status: StatusWord,
    /// Whether the verdict holds at this moment, wallets aside.
    verified: bool,
    /// By the verdict in force or last in force.
    level: Option<Level>,
    /// ISO 3166-1 alpha-2.
    #[schema(value_type = Option<String>, example = "DE")]
    country: Option<&'static str>,
    /// What the investor may buy at this moment.
    accreditation: Option<AccreditationWord>,
    /// Whether US law treats the investor as a US person.
    us_person: Option<bool>,
    /// When the verdict ends; null is never, or none.
    #[schema(format = DateTime)]
    expiry: Option<String>,
}

impl CustomerBody {
    /// A customer of this instance's, as it stands at `now`.
    pub fn new(
        instance: &InstanceName,
        record: CustomerRecord,
        restricted: RestrictedAuthorities,
        now: UnixSeconds,
    ) -> Self {
        let CustomerRecord { customer, investor } = record;
        let verdict = investor.status.verdict();
        Self {
            id: customer.id.to_string(),
            instance: instance.to_string(),
            external_id: customer.external_id.map(String::from),
            status: customer.status.into(),
            archived: customer.archived.map(|at| at.to_string()),
            erased: customer.erased.map(|at| at.to_string()),
            has_data: customer.has_data,
            notes: customer.notes,
            investor: investor.id.to_string(),
            verdict: StandingBody {
                status: investor.status.name().into(),
                verified: holds(&investor, restricted, now),
                level: verdict.map(|verdict| verdict.level.into()),
                country: verdict.map(|verdict| verdict.country.alpha2()),
                accreditation: verdict.map(|verdict| verdict.accreditation_at(now).into()),
                us_person: verdict.map(|verdict| verdict.us_person),
                expiry: verdict.and_then(|verdict| verdict.expiry.map(|at| at.to_string())),
            },
            wallets: wallets_of(&investor),
            created: customer.created.to_string(),
            created_by: customer.created_by,
            changed: customer.changed.to_string(),
            reference_number: customer.references_made,
            reference_key: None,
            investor_known: None,
            not_taken: None,
        }
    }

    /// The same, with what came of making it.
    #[must_use]
    pub fn made(self, made: &Made) -> Self {
        Self {
            investor_known: Some(made.investor_known),
            not_taken: Some(made.not_taken.clone()).filter(|fields| !fields.is_empty()),
            ..self
        }
    }

    /// The same, with its reference key.
    #[must_use]
    pub fn with_key(self, key: String) -> Self {
        Self {
            reference_key: Some(key),
            ..self
        }
    }
}

/// What a wallet made of a customer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LinkedCustomer)]
pub struct LinkedBody {
    /// The customer as it stands by now.
    #[serde(flatten)]
    pub customer: CustomerBody,
    /// The investor on whom it stood before, where the wallet was another investor's
    /// already: the customer is that one (`investor`) from then on, and this one is done
    /// with. Null: it stands where it stood.
    pub moved_from: Option<String>,
}

/// All that an instance knows of a customer. Nothing prints it (I6).
#[derive(Serialize, ToSchema)]
pub struct OpenedBody {
    /// Its data; null: nothing is known.
    data: Option<DataBody>,
    /// Its notes, in order: all of them, 1,000 at most.
    notes: Vec<NoteBody>,
}

impl fmt::Debug for OpenedBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OpenedBody(…)")
    }
}

/// A note.
#[derive(Serialize, ToSchema)]
struct NoteBody {
    /// Which, counted from 1.
    number: u32,
    text: String,
    /// Who wrote it, as the log names them.
    author: String,
    #[schema(format = DateTime)]
    written: String,
}

impl OpenedBody {
    /// What was opened.
    pub fn new(opened: &OpenedCustomer) -> Result<Self> {
        let read = |value: &Personal| serde_json::from_str::<Value>(value.expose());
        let data = opened.data.as_ref().map(read).transpose();
        let data = data.map_err(|error| Problem::internal(&error))?;
        let notes = opened.notes.iter().map(|note| NoteBody {
            number: note.number,
            text: note.text.text().unwrap_or_default(),
            author: note.author.clone(),
            written: note.written.to_string(),
        });
        Ok(Self {
            data: data.map(DataBody),
            notes: notes.collect(),
        })
    }
}

/// A customer with what its instance knows of it.
#[derive(Debug, Serialize)]
pub struct CustomerWithData {
    /// The customer.
    #[serde(flatten)]
    pub customer: CustomerBody,
    /// What is known of it; null of somebody who was erased.
    pub opened: Option<OpenedBody>,
}
