//! A customer in JSON.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use symbolon_core::{
    customer::{CustomerData, DataError},
    ids::{InstanceName, InvestorId},
    time::UnixSeconds,
    verdict::RestrictedAuthorities,
};
use symbolon_store::{Customer, CustomerRecord};
use utoipa::ToSchema;

use crate::{
    auth::Caller,
    change::Transaction,
    customers::{Wanted, Whom},
    extract::Check,
    problem::{Problem, Result, catalog},
    rest::{
        investors::IdWord,
        model::{WalletBody, holds, wallets_of},
        profiles::{ProfileBody, changes},
        words::{AccreditationWord, CustomerStatusWord, Kind, Level, StatusWord},
    },
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
    pub(super) fn new(value: Value) -> Self {
        Self(value)
    }

    pub(super) fn read(&self, check: &mut Check) -> Option<CustomerData> {
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

/// A customer to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewCustomerBody {
    /// The instance's own reference: 1 to 128 characters, no e-mail address, unique among
    /// its customers.
    #[schema(example = "CRM-10042")]
    external_id: Option<String>,
    /// What the instance knows of the customer: any object of up to 16 KiB. It goes to the
    /// vault. By `email` and `name`, where it has them, the customer is found.
    data: Option<DataBody>,
    /// The investor on whom it stands; the register makes somebody new known where none is
    /// named.
    investor: Option<String>,
    /// Of somebody new: person or entity.
    kind: Option<Kind>,
    /// Of somebody new: what is known beyond a verdict, shared by all instances. Where the
    /// register knows this very person, the customer stands on that one, and the profile is
    /// left as it is.
    profile: Option<ProfileBody>,
    /// Of somebody new: by which id the investor goes.
    #[serde(default)]
    #[schema(inline)]
    id: IdWord,
}

impl NewCustomerBody {
    pub(super) fn read(&self, caller: &Caller) -> Result<Wanted> {
        let mut check = Check::default();
        let external_id = check.external_id("external_id", self.external_id.as_deref());
        let data = self.data.as_ref();
        let data = data.map(|data| data.read(&mut check));
        let whom = match &self.investor {
            Some(_) if self.profile.is_some() || self.kind.is_some() => {
                let message = "names an investor who is known: leave kind and profile out";
                check.refuse("investor", "contradiction", message);
                None
            }
            Some(text) => named(text, &mut check),
            None => None,
        };
        if whom.is_some() && caller.is_confined() {
            let detail = "this API key sees one instance alone, so it names no investors: give the profile, or link the wallet later";
            return Err(Problem::new(&catalog::CONFINED_KEY, detail));
        }
        let external_id = check.finish(external_id)?;
        let whom = match whom {
            Some(known) => Whom::Known(known),
            None => {
                let kind = self.kind.map(Into::into).unwrap_or_default();
                let profile = self.profile.as_ref().map(|profile| changes(kind, profile));
                let profile = profile.transpose();
                Whom::New {
                    kind,
                    profile: profile.map_err(|problem| problem.within("profile"))?,
                    id: self.id.into(),
                }
            }
        };
        Ok(Wanted {
            whom,
            external_id,
            data: data.flatten(),
        })
    }
}

fn named(text: &str, check: &mut Check) -> Option<InvestorId> {
    let message = "an investor id is `0x` and 64 hexadecimal digits";
    text.parse()
        .map_err(|_| check.refuse("investor", "bad_id", message))
        .ok()
}

/// A customer of an instance's.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Customer)]
pub(crate) struct CustomerBody {
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
    pub(crate) fn new(
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
        }
    }

    /// The same, with room for its reference key.
    #[must_use]
    pub(super) fn with_room_for_key(self) -> Self {
        Self {
            reference_key: Some(String::new()),
            ..self
        }
    }
}

impl Transaction {
    /// A customer as it stands after what was done here.
    pub(crate) async fn show_customer(
        &mut self,
        instance: &InstanceName,
        customer: &Customer,
    ) -> Result<CustomerBody> {
        let record = CustomerRecord {
            investor: self.investor(customer.investor).await?,
            customer: customer.clone(),
        };
        let restricted = self.inner().restricted_authorities().await?;
        Ok(CustomerBody::new(instance, record, restricted, self.now))
    }
}
