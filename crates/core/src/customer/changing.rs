//! What an instance changes of its customers, and what the log says of it.
//!
//! The log keeps what was changed and who did it. It has the word of a status, which is
//! one of three of ours, and nothing that the instance wrote itself: data may say who the
//! person is, and so may an external id that is changed because it should not have.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::CustomerStatus;
use crate::ids::ExternalId;

/// What was changed of a customer, as the log has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CustomerChange {
    /// It stands so with its instance from then on.
    Status(CustomerStatus),
    /// It was put away.
    Archived,
    /// It was taken out of the archive.
    Restored,
    /// Other data is known of it.
    DataReplaced,
    /// No data is known of it any more.
    DataForgotten,
    /// It has another reference key.
    ReferenceRenewed,
    /// The instance has another reference for it, or none.
    ExternalIdChanged,
    /// A note was written.
    Noted,
}

impl CustomerChange {
    /// Whether it takes somebody of whom the register knows who it is: an erased person's
    /// customer may be closed and put away, and nothing new is known of it.
    pub const fn needs_person(self) -> bool {
        matches!(
            self,
            Self::DataReplaced | Self::DataForgotten | Self::ReferenceRenewed | Self::Noted
        )
    }
}

/// What somebody wants to be changed of a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WantedChange<'a> {
    /// Let it stand so with its instance.
    SetStatus(CustomerStatus),
    /// Put it away.
    Archive,
    /// Take it out of the archive.
    Restore,
    /// Know this of it.
    ReplaceData,
    /// Know nothing of it any more.
    ForgetData,
    /// Give it another reference key.
    RenewReference,
    /// Let the instance have this reference for it, or none.
    SetExternalId(Option<&'a ExternalId>),
    /// Keep a note.
    Note,
}

/// How a customer stands with its instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing<'a> {
    /// Its status.
    pub status: CustomerStatus,
    /// Whether it is archived.
    pub archived: bool,
    /// Whether there is data about it.
    pub has_data: bool,
    /// The instance's own reference.
    pub external_id: Option<&'a ExternalId>,
}

/// An archived customer changes no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("an archived customer changes no more: restore it first")]
pub struct Archived;

impl Standing<'_> {
    /// Refuses a customer that is archived.
    pub const fn changeable(&self) -> Result<(), Archived> {
        match self.archived {
            true => Err(Archived),
            false => Ok(()),
        }
    }

    /// What is changed by this; nothing where all is so already.
    pub fn change(&self, wanted: WantedChange<'_>) -> Result<Option<CustomerChange>, Archived> {
        let (differs, change) = match wanted {
            WantedChange::Archive => {
                return Ok((!self.archived).then_some(CustomerChange::Archived));
            }
            WantedChange::Restore => return Ok(self.archived.then_some(CustomerChange::Restored)),
            WantedChange::SetStatus(status) => {
                (status != self.status, CustomerChange::Status(status))
            }
            // What is sealed is compared with nothing.
            WantedChange::ReplaceData => (true, CustomerChange::DataReplaced),
            WantedChange::ForgetData => (self.has_data, CustomerChange::DataForgotten),
            WantedChange::RenewReference => (true, CustomerChange::ReferenceRenewed),
            WantedChange::Note => (true, CustomerChange::Noted),
            WantedChange::SetExternalId(id) => {
                (id != self.external_id, CustomerChange::ExternalIdChanged)
            }
        };
        self.changeable()?;
        Ok(differs.then_some(change))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id(text: &str) -> ExternalId {
        text.parse().unwrap()
    }

    #[test]
    fn the_log_has_words_of_ours_alone() {
        let words = [
            (
                CustomerChange::Status(CustomerStatus::OnHold),
                r#"{"status":"on_hold"}"#,
            ),
            (CustomerChange::Archived, r#""archived""#),
            (CustomerChange::DataReplaced, r#""data_replaced""#),
            (CustomerChange::ReferenceRenewed, r#""reference_renewed""#),
            (CustomerChange::Noted, r#""noted""#),
            (
                CustomerChange::ExternalIdChanged,
                r#""external_id_changed""#,
            ),
        ];
        for (change, json) in words {
            assert_eq!(serde_json::to_string(&change).unwrap(), json);
            assert_eq!(
                serde_json::from_str::<CustomerChange>(json).unwrap(),
                change
            );
        }
    }

    proptest! {
        /// Said twice, nothing changes the second time; and of what is archived, nothing
        /// does but that.
        #[test]
        fn a_change_is_news_once(
            status in prop::sample::select(&CustomerStatus::ALL[..]),
            wanted in prop::sample::select(&CustomerStatus::ALL[..]),
            archived in any::<bool>(),
            has_data in any::<bool>(),
            named in any::<bool>(),
            named_so in any::<bool>(),
        ) {
            let (one, other) = (id("CRM-1"), id("CRM-2"));
            let standing = Standing {
                status,
                archived,
                has_data,
                external_id: named.then_some(if named_so { &one } else { &other }),
            };
            let set = standing.change(WantedChange::SetStatus(wanted));
            let forgotten = standing.change(WantedChange::ForgetData);
            let renamed = standing.change(WantedChange::SetExternalId(Some(&one)));
            let unnamed = standing.change(WantedChange::SetExternalId(None));
            let all = [
                (set, status != wanted, CustomerChange::Status(wanted)),
                (forgotten, has_data, CustomerChange::DataForgotten),
                (renamed, !(named && named_so), CustomerChange::ExternalIdChanged),
                (unnamed, named, CustomerChange::ExternalIdChanged),
                (
                    standing.change(WantedChange::Note),
                    true,
                    CustomerChange::Noted,
                ),
                (
                    standing.change(WantedChange::RenewReference),
                    true,
                    CustomerChange::ReferenceRenewed,
                ),
                (
                    standing.change(WantedChange::ReplaceData),
                    true,
                    CustomerChange::DataReplaced,
                ),
            ];
            for (answer, differs, change) in all {
                let expected = match archived {
                    true => Err(Archived),
                    false => Ok(differs.then_some(change)),
                };
                prop_assert_eq!(answer, expected);
            }
            let away = standing.change(WantedChange::Archive);
            prop_assert_eq!(away, Ok((!archived).then_some(CustomerChange::Archived)));
            let back = standing.change(WantedChange::Restore);
            prop_assert_eq!(back, Ok(archived.then_some(CustomerChange::Restored)));
        }
    }
}
