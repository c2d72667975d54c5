//! An investor as a regulator is shown it.

use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use symbolon_core::{
    custody::Retention,
    ids::{ExternalId, InvestorId},
    investor::{Investor, InvestorKind, Status, StatusName, Verified},
    profile::Profile,
    wallet::ChainScope,
};
use symbolon_store::IssuerTransaction;

use crate::{
    commands::vault::{custody::ShownCustody, profile::values},
    exit::{Exit, Failure, Result},
};

/// All that is known of one.
#[derive(Serialize)]
pub(super) struct Shown {
    investor: InvestorId,
    external_id: Option<ExternalId>,
    kind: InvestorKind,
    status: StatusName,
    /// Why it was rejected or revoked.
    reason: Option<Value>,
    /// The last one, whatever became of it.
    verdict: Option<Verified>,
    restricted: bool,
    frozen: bool,
    authority: u8,
    wallets: Vec<Value>,
    custody: ShownCustody,
    /// Absent where it was erased.
    profile: Option<BTreeMap<&'static str, Value>>,
    /// What instances know of it as their customer.
    customers: Vec<Value>,
}

impl Shown {
    /// As it stands in this transaction, without the profile.
    pub(super) async fn of(
        investor: &Investor,
        retention: Retention,
        transaction: &mut IssuerTransaction,
    ) -> Result<Self> {
        let reason = match &investor.status {
            Status::Rejected(reason) => Some(json!(reason)),
            Status::Revoked { reason, .. } => Some(json!(reason)),
            Status::Pending | Status::Verified(_) | Status::Expired(_) => None,
        };
        let wallets = investor.wallets.iter().map(|wallet| {
            json!({
                "wallet": wallet.address.to_string(),
                "chains": match &wallet.chains {
                    ChainScope::All => Value::Null,
                    ChainScope::Only(chains) => json!(chains),
                },
                "active": wallet.active,
                "version": wallet.version.0,
            })
        });
        Ok(Self {
            investor: investor.id,
            external_id: investor.external_id.clone(),
            kind: investor.kind,
            status: investor.status.name(),
            reason,
            verdict: investor.status.verdict().cloned(),
            restricted: investor.restricted,
            frozen: investor.frozen,
            authority: investor.authority.0,
            wallets: wallets.collect(),
            custody: ShownCustody::of(investor, retention, transaction).await?,
            profile: None,
            customers: Vec::new(),
        })
    }

    /// With what the vault has.
    pub(super) fn know(&mut self, profile: &Profile, customers: Vec<Value>) {
        self.profile = Some(values(profile));
        self.customers = customers;
    }

    /// One line of JSON.
    pub(super) fn text(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|error| Failure::new(Exit::Unexpected, error))
    }
}
