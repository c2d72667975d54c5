//! Whether each customer stands with its instance as the log has it last.

use std::collections::{BTreeMap, HashMap};

use symbolon_core::{
    customer::{CustomerChange, CustomerStatus},
    event::Event,
    ids::{InstanceName, InvestorId, IssuerId},
};

use super::{AuditError, StateDifference};
use crate::{
    StoreError,
    codec::{investor_id, issuer_key, word},
};

/// How the customers stand that were ever changed, by their investors.
#[derive(Debug, Default)]
pub(super) struct Standings(HashMap<InvestorId, BTreeMap<InstanceName, Stands>>);

/// A customer that nobody has changed is active, and in no archive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Stands {
    status: CustomerStatus,
    archived: bool,
}

impl Standings {
    /// Takes in what happened to an investor.
    pub(super) fn follow(&mut self, investor: InvestorId, event: &Event) {
        match event {
            Event::CustomerChanged { instance, change } => {
                let all = self.0.entry(investor).or_default();
                let stands = all.entry(instance.clone()).or_default();
                match change {
                    CustomerChange::Status(status) => stands.status = *status,
                    CustomerChange::Archived => stands.archived = true,
                    CustomerChange::Restored => stands.archived = false,
                    CustomerChange::DataReplaced
                    | CustomerChange::DataForgotten
                    | CustomerChange::ReferenceRenewed
                    | CustomerChange::ExternalIdChanged => {}
                }
            }
            // Its customer stands on that one from then on.
            Event::InvestorMerged { into } => {
                let moved = self.0.remove(&investor).unwrap_or_default();
                self.0.entry(*into).or_default().extend(moved);
            }
            _ => {}
        }
    }

    /// Holds the stored customers against this.
    pub(super) async fn hold(
        self,
        snapshot: &mut sqlx::PgConnection,
        issuer: &IssuerId,
    ) -> Result<(), AuditError> {
        let rows = sqlx::query!(
            r#"SELECT investor, instance, status, archived_s IS NOT NULL AS "archived!"
            FROM customer WHERE issuer = $1 AND (status <> 'active' OR archived_s IS NOT NULL)"#,
            issuer_key(issuer),
        )
        .fetch_all(&mut *snapshot)
        .await?;
        let Self(mut expected) = self;
        for row in rows {
            let investor = investor_id(&row.investor)?;
            let instance: InstanceName = row
                .instance
                .parse()
                .map_err(|_| StoreError::damaged("an instance's name"))?;
            let stored = Stands {
                status: word(&row.status, "status of a customer")?,
                archived: row.archived,
            };
            let known = expected.get_mut(&investor);
            if known.and_then(|all| all.remove(&instance)) != Some(stored) {
                return Err(StateDifference::Customer(instance, investor).into());
            }
        }
        for (investor, all) in expected {
            let changed = all.into_iter();
            let mut changed = changed.filter(|(_, stands)| *stands != Stands::default());
            if let Some((instance, _)) = changed.next() {
                return Err(StateDifference::Customer(instance, investor).into());
            }
        }
        Ok(())
    }
}
