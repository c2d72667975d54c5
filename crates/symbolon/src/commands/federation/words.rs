//! What the owner does, in words.

use symbolon_core::{
    country::Country,
    federation::{Federation, OwnerOperation},
    ids::AuthorityIndex,
};

use crate::{
    commands::rules::{changes_in_words, whose},
    output::counted,
};

/// An operation as people speak of it, where `federation` knows its authorities.
pub(super) fn in_words(operation: &OwnerOperation, federation: &Federation) -> String {
    let name = |index: &AuthorityIndex| match federation.authorities.get(index) {
        Some(authority) => authority.name.to_string(),
        None if index.is_owner() => "the issuer itself".to_owned(),
        None => format!("authority {index}"),
    };
    match operation {
        OwnerOperation::AddAuthority { name, countries } => {
            format!("add {name} for {}", codes(countries))
        }
        OwnerOperation::SetAuthorityCountries {
            authority,
            countries,
        } => format!("let {} act in {}", name(authority), codes(countries)),
        OwnerOperation::RestrictAuthority { authority } => format!("cut off {}", name(authority)),
        OwnerOperation::ReinstateAuthority { authority } => {
            format!("reinstate {}", name(authority))
        }
        OwnerOperation::ReassignInvestors {
            authority,
            investors,
        } => {
            let whom = counted(investors.len() as u64, "investor", "investors");
            format!("put {} in charge of {whom}", name(authority))
        }
        OwnerOperation::AnnounceRules { changes } => changes_in_words(changes),
        OwnerOperation::WithdrawRules { rules } => {
            let names: Vec<_> = rules.iter().map(whose).collect();
            format!("withdraw what is announced for {}", names.join(", "))
        }
        OwnerOperation::SetApprovalPolicy { policy } if policy.is_immediate() => {
            "nobody approves any more".to_owned()
        }
        OwnerOperation::SetApprovalPolicy { policy } => {
            let names: Vec<_> = policy.approvers.iter().map(ToString::to_string).collect();
            format!("{} of {} approve", policy.required, names.join(", "))
        }
    }
}

fn codes<'a>(countries: impl IntoIterator<Item = &'a Country>) -> String {
    let mut codes: Vec<_> = countries.into_iter().map(|one| one.alpha2()).collect();
    codes.sort_unstable();
    match codes.is_empty() {
        true => "no country".to_owned(),
        false => codes.join(", "),
    }
}
