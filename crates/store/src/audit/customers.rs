//! Whether each customer was added by the log, on this investor, and stands with its
//! instance as the log has it last.

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

/// How the customers stand, by their investors.
#[derive(Debug, Default)]
pub(super) struct Standings(HashMap<InvestorId, BTreeMap<InstanceName, Stands>>);

/// A customer that was added and never changed is active, and in no archive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Stands {
    status: CustomerStatus,
    archived: bool,
}

impl Standings {
    /// Takes in what happened to an investor.
    pub(super) fn follow(&mut self, investor: InvestorId, event: &Event) {
        match event {
            Event::CustomerAdded { instance } => {
                let all = self.0.entry(investor).or_default();
                all.insert(instance.clone(), Stands::default());
            }
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
                    | CustomerChange::ExternalIdChanged
                    | CustomerChange::Noted => {}
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
            FROM customer WHERE issuer = $1"#,
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
        // Whom no instance knows any more, though the log never said so.
        for (investor, all) in expected {
            if let Some((instance, _)) = all.into_iter().next() {
                return Err(StateDifference::Customer(instance, investor).into());
            }
        }
        Ok(())
    }
}
