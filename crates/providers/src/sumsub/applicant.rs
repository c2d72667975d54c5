//! What an applicant's data says of where it stands.
//!
//! | `reviewStatus` | `reviewAnswer` | standing |
//! |---|---|---|
//! | `completed` | `GREEN` | approved, and nothing else is |
//! | `completed` | `RED`, `RETRY` | retry |
//! | `completed` | `RED`, anything else or nothing | refused, by its labels |
//! | `completed` | anything else or nothing | on hold |
//! | `onHold`, or one that is not known | | on hold |
//! | `init` | | withdrawn: new, or reset since |
//! | any other that is known | | open |
//!
//! An applicant that is `deleted`, as deactivated ones are, is deleted, whatever else it says.

use serde_json::Value;
use symbolon_core::{
    investor::{InvestorKind, RejectionReason},
    profile::{Field, Profile},
    time::UnixMillis,
    verification::{Fact, ProviderName, Standing},
};

use super::{SumsubAccount, company, mapping::SumsubMapping, person};
use crate::{
    FetchError, Record, id,
    read::{self, keep},
};

/// On the lists of sanctions.
const SANCTIONS: [&str; 1] = ["SANCTIONS"];
/// On other lists, Sumsub's or the issuer's: no identity was doubted, and the
/// register has no narrower word for them.
const LISTS: [&str; 6] = [
    "PEP",
    "ADVERSE_MEDIA",
    "CRIMINAL",
    "COMPROMISED_PERSONS",
    "BLOCKLIST",
    "BLACKLIST",
];
/// From a country that the level does not serve.
const REGION: [&str; 1] = ["WRONG_USER_REGION"];
/// The person or the document is not what it was said to be.
const IDENTITY: [&str; 9] = [
    "FORGERY",
    "DOCUMENT_TEMPLATE",
    "GRAPHIC_EDITOR",
    "ID_INVALID",
    "SELFIE_MISMATCH",
    "BAD_FACE_MATCHING",
    "FRAUDULENT_PATTERNS",
    "FRAUDULENT_LIVENESS",
    "INCONSISTENT_PROFILE",
];

/// Whether the applicant's data leaves open what its status would say.
pub(super) fn needs_status(applicant: &Value) -> bool {
    let review = |field: &str| read::text(applicant, &format!("/review/{field}"));
    match review("reviewStatus") {
        None => true,
        Some("completed") => {
            let answer = review("reviewResult/reviewAnswer");
            review("reviewDate").is_none()
                || answer.is_none()
                || (answer == Some("RED") && review("reviewResult/reviewRejectType").is_none())
        }
        Some(_) => false,
    }
}

/// The status has the fields of the data's `review`, and is the newer of the two.
pub(super) fn take_status(applicant: &mut Value, status: Value) {
    if let (Some(applicant), true) = (applicant.as_object_mut(), status.is_object()) {
        applicant.insert("review".to_owned(), status);
    }
}

/// The record of an applicant; `at` is when Sumsub answered, by its clock.
pub(super) fn record(
    provider: &ProviderName,
    account: &SumsubAccount,
    subject: &str,
    applicant: &Value,
    at: Option<UnixMillis>,
) -> Result<Record, FetchError> {
    if read::text(applicant, "/id") != Some(subject) {
        return Err(FetchError::Answer {
            problem: "the applicant of another id",
        });
    }
    let kind = match read::text(applicant, "/type") {
        Some("company") => InvestorKind::LegalEntity,
        Some("individual") | None => InvestorKind::NaturalPerson,
        Some(_) => {
            return Err(FetchError::Answer {
                problem: "an applicant of a type that is not known",
            });
        }
    };
    let standing = standing(applicant);
    let customer = read::text(applicant, "/externalUserId").filter(|name| id::is_customer(name));
    let fact = Fact {
        provider: provider.clone(),
        reference: subject.to_owned(),
        customer: customer.map(str::to_owned),
        environment: account.environment,
        as_of: as_of(standing, applicant, at).ok_or(FetchError::Answer {
            problem: "no time of a review",
        })?,
        standing,
        findings: person::findings(&account.mapping, kind, applicant),
    };
    let profile = profile(&account.mapping, kind, applicant);
    Ok(Record { fact, profile })
}

fn standing(applicant: &Value) -> Standing {
    let kept = [None, Some(&Value::Null), Some(&Value::Bool(false))];
    if !kept.contains(&applicant.get("deleted")) {
        return Standing::Deleted;
    }
    let review = |field: &str| read::text(applicant, &format!("/review/{field}"));
    match review("reviewStatus") {
        Some("completed") => match review("reviewResult/reviewAnswer") {
            Some("GREEN") => Standing::Approved,
            Some("RED") => match review("reviewResult/reviewRejectType") {
                Some("RETRY") => Standing::Retry,
                _ => Standing::Refused(reason(applicant)),
            },
            _ => Standing::OnHold,
        },
        Some("init") => Standing::Withdrawn,
        Some("pending" | "prechecked" | "queued" | "awaitingService" | "awaitingUser") => {
            Standing::Open
        }
        _ => Standing::OnHold,
    }
}

/// The gravest of the labels: whoever is on a list and forged a document is on a list.
fn reason(applicant: &Value) -> RejectionReason {
    let labels = read::list(applicant, "/review/reviewResult/rejectLabels");
    let labels: Vec<&str> = labels.iter().filter_map(Value::as_str).collect();
    let any = |of: &[&str]| labels.iter().any(|label| of.contains(label));
    if any(&SANCTIONS) {
        RejectionReason::Sanctions
    } else if any(&LISTS) {
        RejectionReason::Provider
    } else if any(&REGION) {
        RejectionReason::Country
    } else if any(&IDENTITY) {
        RejectionReason::Identity
    } else {
        RejectionReason::Provider
    }
}

/// When it became so. An approval is as old as its review. Of a hold, a reset or a
/// deactivation the data names no time, and the review that they undo is older: so
/// whatever is no approval became so, at the latest, when it was seen. Thus no
/// approval that was read before is newer than a denial (I2).
fn as_of(standing: Standing, applicant: &Value, at: Option<UnixMillis>) -> Option<UnixMillis> {
    let moment = |pointer| read::text(applicant, pointer).and_then(read::moment);
    let reviewed = moment("/review/reviewDate");
    let begun = moment("/review/createDate").max(moment("/createdAt"));
    match standing {
        Standing::Approved => reviewed.or(begun).or(at),
        _ => reviewed.max(begun).max(at),
    }
}

/// What is told of whoever it is.
fn profile(mapping: &SumsubMapping, kind: InvestorKind, applicant: &Value) -> Profile {
    let mut profile = Profile::empty(kind);
    match kind {
        InvestorKind::NaturalPerson => person::profile(&mut profile, mapping, applicant),
        InvestorKind::LegalEntity => company::profile(&mut profile, mapping, applicant),
    }
    for (field, pointer) in [(Field::Email, "/email"), (Field::Phone, "/phone")] {
        let value = read::text(applicant, pointer).map(Value::from);
        keep(&mut profile, field, value);
    }
    let funds = mapping.source_of_funds.as_ref();
    let funds = funds.and_then(|item| item.answer(applicant));
    keep(&mut profile, Field::SourceOfFunds, funds.map(Value::from));
    profile
}

#[cfg(test)]
mod tests;
