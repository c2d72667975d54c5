//! What instances know of investors as their customers: sealed under the same person's
//! key as the profile, so whoever is shown the one is shown the other.

use serde_json::{Value, json};
use symbolon_core::{
    command::Command,
    custody::Remark,
    customer::CustomerId,
    ids::{InstanceName, InvestorId, IssuerId},
};
use symbolon_server::Vault;
use symbolon_store::{Customer, Request, Store, StoreError, Subject};
use symbolon_vault::CustomerPlace;

use crate::exit::Result;

/// One customer of an instance.
pub(super) struct KnownAs {
    instance: InstanceName,
    customer: CustomerId,
    pub(super) investor: InvestorId,
}

impl KnownAs {
    /// As whose customers these are known.
    pub(super) async fn all(
        store: &Store,
        issuer: &IssuerId,
        investors: &[InvestorId],
    ) -> Result<Vec<Self>> {
        let found = store.customers_of(issuer, investors).await?;
        let known = found
            .into_iter()
            .map(|(instance, customer, investor)| Self {
                instance,
                customer,
                investor,
            });
        Ok(known.collect())
    }

    /// That it is shown to somebody.
    pub(super) fn opening(&self, purpose: &Remark) -> Request {
        self.request(Command::OpenCustomer {
            instance: self.instance.clone(),
            purpose: purpose.clone(),
        })
    }

    /// That it is given out.
    pub(super) fn export(&self, purpose: &Remark) -> Request {
        self.request(Command::ExportCustomer {
            instance: self.instance.clone(),
            purpose: purpose.clone(),
        })
    }

    fn request(&self, command: Command) -> Request {
        Request {
            subject: Subject::Investor(self.investor),
            command,
        }
    }

    /// What the instance knows; nothing where the customer has become another investor's
    /// meanwhile. Whoever calls has had it decided, and so logged.
    pub(super) async fn open(
        &self,
        vault: &Vault,
        store: &Store,
        issuer: &IssuerId,
    ) -> Result<Option<Value>> {
        let (instance, customer) = (&self.instance, self.customer);
        let Customer {
            investor,
            external_id,
            status,
            archived,
            created,
            created_by,
            ..
        } = match store.customer(issuer, instance, customer).await {
            Ok(found) => found.customer,
            Err(StoreError::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        if investor != self.investor {
            return Ok(None);
        }
        let place = CustomerPlace {
            issuer,
            investor,
            instance,
            customer,
        };
        let opened = vault.open_customer(&place).await?;
        let data = opened.data.as_ref();
        let data: Option<Value> = data.and_then(|data| serde_json::from_str(data.expose()).ok());
        let notes = opened.notes.iter().map(|note| {
            json!({
                "number": note.number,
                "text": note.text.text(),
                "author": note.author,
                "written": note.written.to_string(),
            })
        });
        Ok(Some(json!({
            "instance": instance,
            "customer": customer.to_string(),
            "external_id": external_id,
            "status": status,
            "archived": archived.map(|at| at.to_string()),
            "created": created.to_string(),
            "created_by": created_by,
            "data": data,
            "notes": notes.collect::<Vec<_>>(),
        })))
    }
}

/// The same for people.
pub(super) fn text(known: &Value) -> String {
    let plain = |value: &Value| match value.as_str() {
        Some(text) => crate::exit::one_line(text),
        None => value.to_string(),
    };
    let (instance, status) = (plain(&known["instance"]), plain(&known["status"]));
    let mut lines = vec![format!(
        "customer of {instance}: {status}, {}",
        plain(&known["customer"])
    )];
    let data = known["data"].as_object().into_iter().flatten();
    lines.extend(data.map(|(name, value)| format!("  {name}: {}", plain(value))));
    let notes = known["notes"].as_array().into_iter().flatten();
    lines.extend(notes.map(|note| {
        let [written, author, text] = ["written", "author", "text"].map(|name| plain(&note[name]));
        format!("  note of {written} by {author}: {text}")
    }));
    lines.join("\n")
}
