//! A customer to be, in JSON.

use serde::Deserialize;
use symbolon_core::{
    ids::{InstanceName, InvestorId},
    profile::Field,
    time::UnixSeconds,
};
use symbolon_store::{Customer, CustomerRecord};
use utoipa::ToSchema;

use crate::{
    auth::Caller,
    change::Transaction,
    customers::{
        Wanted, Whom,
        shown::{CustomerBody, DataBody},
    },
    extract::Check,
    problem::{Problem, Result, catalog},
    rest::{
        investors::IdWord,
        profiles::{ProfileBody, changes},
        words::Kind,
    },
};

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
    /// left as it is. A key for one instance leaves `email` and `phone` out: letters go there.
    profile: Option<ProfileBody>,
    /// Of somebody new: by which id the investor goes.
    #[serde(default)]
    #[schema(inline)]
    id: IdWord,
}

impl NewCustomerBody {
    pub(super) fn read(&self, caller: &Caller, now: UnixSeconds) -> Result<Wanted> {
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
                if caller.is_confined() {
                    self.unless_it_has_addresses()?;
                }
                let profile = self.profile.as_ref();
                let profile = profile.map(|profile| changes(kind, profile, now));
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

impl NewCustomerBody {
    /// Links and other letters go to the addresses in the profile, whoever asks for them:
    /// whoever could choose them would be the person.
    fn unless_it_has_addresses(&self) -> Result<()> {
        let mut check = Check::default();
        for field in [Field::Email, Field::Phone] {
            if self.profile.as_ref().is_some_and(|known| known.has(field)) {
                let message = "a key for one instance puts no address into the profile, since letters go there: put it into `data`, and have the issuer's own key put it into the profile (POST /v1/investors/{id}/profile)";
                check.refuse(&format!("profile.{field}"), "not_yours", message);
            }
        }
        Ok(check.finish(Some(()))?)
    }
}

fn named(text: &str, check: &mut Check) -> Option<InvestorId> {
    let message = "an investor id is `0x` and 64 hexadecimal digits";
    text.parse()
        .map_err(|_| check.refuse("investor", "bad_id", message))
        .ok()
}

impl CustomerBody {
    /// The same, with room for its reference key.
    #[must_use]
    pub(super) fn with_room_for_key(self) -> Self {
        self.with_key(String::new())
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
