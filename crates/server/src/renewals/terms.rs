//! What issuers want of renewals.

use std::{collections::HashMap, sync::Arc};

use symbolon_core::{ids::IssuerId, renewal::RemindDays};

/// What one issuer wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RenewalTerms {
    /// How long before its end a verdict is taken notice of.
    pub remind: RemindDays,
    /// Whether the person is sent a link then; else it is on the list alone.
    pub send: bool,
}

/// What each issuer wants. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Renewals(Arc<HashMap<IssuerId, RenewalTerms>>);

impl Renewals {
    /// These; whoever is not named has the default.
    pub fn new(terms: impl IntoIterator<Item = (IssuerId, RenewalTerms)>) -> Self {
        Self(Arc::new(terms.into_iter().collect()))
    }

    /// Whether anybody wants links to be sent.
    pub(crate) fn are_sent(&self) -> bool {
        self.0.values().any(|terms| terms.send)
    }

    /// What an issuer wants.
    pub fn of(&self, issuer: &IssuerId) -> RenewalTerms {
        self.0.get(issuer).copied().unwrap_or_default()
    }
}
