//! What a provider's record tells of the person, for the vault.

use std::{collections::BTreeSet, time::Duration};

use symbolon_core::{
    command::Command,
    ids::{InvestorId, IssuerId},
    profile::{Field, Profile},
    register::Refusal,
    verification::{Concern, Outcome, Standing},
};
use symbolon_providers::Record;
use symbolon_store::{SealedChanges, StoreError};

use super::LookFailure;
use crate::{state::AppState, vault::ProfileChanges};

/// For so long a denial waits for what was found to be sealed.
const DENIAL_WAITS: Duration = Duration::from_secs(2);

/// Where the issuer's letters go: whoever could change these would be sent its links.
const ADDRESSES: [Field; 2] = [Field::Email, Field::Phone];

/// What the record tells of the person beyond what the vault has.
pub(super) struct Found {
    sealed: SealedChanges,
    /// Those of the fields of which the vault has another value.
    other: BTreeSet<Field>,
}

impl Found {
    /// What is to be kept of it. Only what the provider has approved takes the place of
    /// what is known: others may have handed in whatever they liked. Of nobody real, or of
    /// somebody else, nothing is kept.
    pub(super) fn worth_keeping(
        self,
        standing: Standing,
        outcome: &Outcome,
    ) -> Option<(BTreeSet<Field>, SealedChanges)> {
        let (replaces, nothing) = match outcome {
            Outcome::Review(concerns) => (
                standing == Standing::Approved,
                concerns.contains(&Concern::Sandbox) || concerns.contains(&Concern::OtherCustomer),
            ),
            Outcome::Decide(command) => (matches!(**command, Command::Verify(_)), false),
            Outcome::Unchanged => (standing == Standing::Approved, false),
            Outcome::Stale | Outcome::Waiting | Outcome::Retry => (false, false),
        };
        let Self { mut sealed, other } = self;
        let kept = |field: &Field| {
            !nothing && !(other.contains(field) && (!replaces || ADDRESSES.contains(field)))
        };
        sealed.values.retain(|(field, _)| kept(field));
        sealed.terms.retain(|(field, _)| kept(field));
        let fields: BTreeSet<_> = sealed.values.iter().map(|(field, _)| *field).collect();
        (!fields.is_empty()).then_some((fields, sealed))
    }
}

/// Seals what the record tells.
pub(super) async fn seal(
    state: &AppState,
    issuer: &IssuerId,
    id: InvestorId,
    record: &Record,
) -> Result<Option<Found>, LookFailure> {
    let is_told = matches!(
        record.fact.standing,
        Standing::Approved | Standing::OnHold | Standing::Listed | Standing::Refused(_)
    );
    if !is_told || record.profile.is_empty() {
        return Ok(None);
    }
    let vault = state.vault()?;
    let investor = match state.store.investor(issuer, id).await {
        Ok(found) => found.investor,
        Err(StoreError::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    if Refusal::unless_known(&investor).is_err() || investor.kind != record.profile.kind() {
        return Ok(None);
    }
    let before = vault.open(issuer, id, investor.kind).await?;
    let mut known = Profile::empty(investor.kind);
    let mut other = BTreeSet::new();
    for (field, value) in record.profile.values() {
        match before.get(field) {
            Some(held) if held.expose() == value.expose() => continue,
            Some(_) => {
                other.insert(field);
            }
            None => {}
        }
        known.restore(field, value.clone());
    }
    if known.is_empty() {
        return Ok(None);
    }
    let changes = ProfileChanges {
        known,
        forgotten: BTreeSet::new(),
    };
    let sealed = vault.seal(issuer, id, &changes).await?;
    Ok(Some(Found { sealed, other }))
}

/// The same for a denial, which waits for no vault.
pub(super) async fn seal_soon(
    state: &AppState,
    issuer: &IssuerId,
    id: InvestorId,
    record: &Record,
) -> Result<Option<Found>, LookFailure> {
    match tokio::time::timeout(DENIAL_WAITS, seal(state, issuer, id, record)).await {
        Ok(Err(LookFailure::Vault(failure))) => {
            tracing::warn!(%issuer, %failure, "what a provider found was not kept: the vault failed");
            Ok(None)
        }
        Ok(sealed) => sealed,
        Err(_) => {
            tracing::warn!(%issuer, "what a provider found was not kept: the vault does not answer");
            Ok(None)
        }
    }
}

#[cfg(test)]
mod tests {
    use symbolon_core::{investor::RevocationReason, profile::Sealed};

    use super::*;

    fn kept(standing: Standing, outcome: &Outcome) -> Vec<Field> {
        let value = |field| (field, Some(Sealed(vec![1])));
        let found = Found {
            sealed: SealedChanges {
                values: [Field::BirthDate, Field::Email, Field::Phone, Field::Address]
                    .map(value)
                    .into(),
                terms: Vec::new(),
            },
            other: [Field::BirthDate, Field::Email].into(),
        };
        let kept = found.worth_keeping(standing, outcome);
        kept.map_or_else(Vec::new, |(fields, _)| fields.into_iter().collect())
    }

    fn sorted<const N: usize>(fields: [Field; N]) -> Vec<Field> {
        BTreeSet::from(fields).into_iter().collect()
    }

    #[test]
    fn what_was_refused_or_doubted_takes_the_place_of_nothing() {
        let revoked = Outcome::Decide(Box::new(Command::Revoke(RevocationReason::Documents)));
        let review = |concern| Outcome::Review(vec![concern]);
        for (standing, outcome) in [
            (Standing::OnHold, review(Concern::OnHold)),
            (Standing::OnHold, revoked),
            (Standing::OnHold, Outcome::Unchanged),
            (Standing::Approved, Outcome::Waiting),
        ] {
            let expected = sorted([Field::Phone, Field::Address]);
            assert_eq!(kept(standing, &outcome), expected, "{outcome:?}");
        }
        let approved = sorted([Field::BirthDate, Field::Phone, Field::Address]);
        for outcome in [review(Concern::CountryUnknown), Outcome::Unchanged] {
            assert_eq!(kept(Standing::Approved, &outcome), approved, "{outcome:?}");
        }
        for doubt in [Concern::Sandbox, Concern::OtherCustomer] {
            assert_eq!(kept(Standing::Approved, &review(doubt)), []);
        }
    }
}
