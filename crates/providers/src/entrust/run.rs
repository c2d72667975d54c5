//! What a workflow run says.
//!
//! | `status` | standing |
//! |---|---|
//! | `approved` | approved, and nothing else is |
//! | `declined` | refused, by the workflow's reasons |
//! | `review` | on hold |
//! | `error`, or one that is not known | on hold: no person can mend it |
//! | `abandoned` | withdrawn |
//! | `processing`, `awaiting_input`, `awaiting_client_input` | open |

use serde_json::{Value, json};
use symbolon_core::{
    investor::{InvestorKind, RejectionReason},
    profile::{Field, Profile},
    time::Day,
    verification::{Environment, Fact, Findings, ProviderName, Standing},
};

use super::{EntrustAccount, WorkflowMapping};
use crate::{
    FetchError, Record, id,
    read::{self, keep, keep_each},
};

/// Whose run it is.
pub(super) fn applicant(run: &Value) -> Result<&str, FetchError> {
    let applicant = read::text(run, "/applicant_id").filter(|id| id::is_id(id));
    applicant.ok_or(FetchError::Answer {
        problem: "a run of no applicant",
    })
}

/// The record of a run and its applicant.
pub(super) fn record(
    provider: &ProviderName,
    account: &EntrustAccount,
    subject: &str,
    run: &Value,
    applicant: &Value,
) -> Result<Record, FetchError> {
    let of = |problem| Err(FetchError::Answer { problem });
    if read::text(run, "/id") != Some(subject) {
        return of("the run of another id");
    }
    if read::text(applicant, "/id") != read::text(run, "/applicant_id") {
        return of("the applicant of another id");
    }
    let workflow = read::text(run, "/workflow_id");
    let mapping = workflow.and_then(|id| account.mapping.workflows.get(id));
    let moment = |pointer| read::text(run, pointer).and_then(read::moment);
    let Some(as_of) = moment("/updated_at").max(moment("/created_at")) else {
        return of("no time of the run");
    };
    let output = run.get("output").unwrap_or(&Value::Null);
    let customer = read::text(run, "/customer_user_id").filter(|name| id::is_customer(name));
    let fact = Fact {
        provider: provider.clone(),
        reference: subject.to_owned(),
        customer: customer.map(str::to_owned),
        environment: environment(account, applicant),
        as_of,
        standing: standing(mapping, run),
        findings: mapping.map_or_else(Findings::default, |map| findings(map, output)),
    };
    let profile = profile(account, mapping, output, applicant);
    Ok(Record { fact, profile })
}

/// An applicant of the sandbox is nobody real, whatever was configured.
fn environment(account: &EntrustAccount, applicant: &Value) -> Environment {
    match applicant.get("sandbox") {
        None | Some(Value::Null | Value::Bool(false)) => account.environment,
        Some(_) => Environment::Sandbox,
    }
}

fn standing(mapping: Option<&WorkflowMapping>, run: &Value) -> Standing {
    match read::text(run, "/status") {
        Some("approved") => Standing::Approved,
        Some("declined") => Standing::Refused(reason(mapping, run)),
        Some("abandoned") => Standing::Withdrawn,
        Some("processing" | "awaiting_input" | "awaiting_client_input") => Standing::Open,
        _ => Standing::OnHold,
    }
}

/// Sanctions before all others; where the reasons mean several, it is the provider's.
fn reason(mapping: Option<&WorkflowMapping>, run: &Value) -> RejectionReason {
    let Some(mapping) = mapping else {
        return RejectionReason::Provider;
    };
    let reasons = read::list(run, "/reasons").iter();
    let meant = reasons.filter_map(|text| mapping.reasons.get(text.as_str()?).copied());
    let meant: Vec<RejectionReason> = meant.collect();
    if meant.contains(&RejectionReason::Sanctions) {
        return RejectionReason::Sanctions;
    }
    read::agreed(meant.into_iter()).unwrap_or(RejectionReason::Provider)
}

fn findings(mapping: &WorkflowMapping, output: &Value) -> Findings {
    let text = |pointer: Option<&super::Pointer>| pointer.and_then(|at| at.text(output));
    Findings {
        level: Some(mapping.level),
        country: text(mapping.country.as_ref()).and_then(read::country),
        accreditation: mapping
            .accreditation
            .as_ref()
            .and_then(|pick| pick.answer(output)),
        accreditation_ends: text(mapping.accreditation_ends.as_ref()).and_then(read::day),
        us_person: mapping
            .us_person
            .as_ref()
            .and_then(|pick| pick.answer(output)),
        residency: mapping
            .residency
            .as_ref()
            .and_then(|pick| pick.answer(output)),
        document_expires: document_expires(mapping, output),
    }
}

fn document<'a>(mapping: &WorkflowMapping, output: &'a Value) -> Option<&'a Value> {
    mapping.document.as_ref().and_then(|at| at.value(output))
}

fn document_expires(mapping: &WorkflowMapping, output: &Value) -> Option<Day> {
    let text = match &mapping.document_expires {
        Some(at) => at.text(output),
        None => read::text(document(mapping, output)?, "/date_of_expiry"),
    };
    text.and_then(read::day)
}

/// What the workflow found. Of the applicant, whom we declared ourselves or a person
/// did, only the names and the e-mail address where the workflow found none: whatever
/// a rule may ask for must have been found.
fn profile(
    account: &EntrustAccount,
    mapping: Option<&WorkflowMapping>,
    output: &Value,
    applicant: &Value,
) -> Profile {
    let mut profile = Profile::empty(InvestorKind::NaturalPerson);
    declared(&mut profile, account, applicant);
    let Some(mapping) = mapping else {
        return profile;
    };
    if let Some(properties) = document(mapping, output) {
        identified(&mut profile, properties);
    }
    let residence = mapping.country.as_ref().and_then(|at| at.text(output));
    keep(&mut profile, Field::Residence, residence.map(Value::from));
    let residency = mapping.residency.as_ref();
    let residency = residency.and_then(|pick| pick.answer(output));
    let residency = residency.and_then(|residency| serde_json::to_value(residency).ok());
    keep(&mut profile, Field::Residency, residency);
    for (field, at) in &mapping.profile {
        keep(&mut profile, field.0, at.value(output).cloned());
    }
    profile
}

fn declared(profile: &mut Profile, account: &EntrustAccount, applicant: &Value) {
    let [given, family, email] =
        ["/first_name", "/last_name", "/email"].map(|pointer| read::text(applicant, pointer));
    let nobody = account.placeholder_names.as_ref().is_some_and(|names| {
        (given, family) == (Some(names.given.as_str()), Some(names.family.as_str()))
    });
    if !nobody {
        keep(profile, Field::GivenNames, given.map(Value::from));
        keep(profile, Field::FamilyName, family.map(Value::from));
    }
    keep(profile, Field::Email, email.map(Value::from));
}

fn identified(profile: &mut Profile, properties: &Value) {
    let value = |field: &str| read::text(properties, &format!("/{field}"));
    for (field, name) in [
        (Field::GivenNames, "first_name"),
        (Field::FamilyName, "last_name"),
        (Field::BirthDate, "date_of_birth"),
    ] {
        keep(profile, field, value(name).map(Value::from));
    }
    let nationality = value("nationality").map(|country| json!([country]));
    keep(profile, Field::Nationalities, nationality);
    let number = value("document_number").or_else(|| numbered(properties));
    let mut document = json!({
        "kind": document_kind(value("document_type")),
        "country": value("issuing_country"),
        "number": number,
    });
    if let (Some(expires), Some(document)) = (value("date_of_expiry"), document.as_object_mut()) {
        document.insert("expires".to_owned(), expires.into());
    }
    keep_each(profile, Field::Documents, vec![document]);
}

fn numbered(properties: &Value) -> Option<&str> {
    let numbers = read::list(properties, "/document_numbers").iter();
    let mut these = numbers.filter(|number| read::text(number, "/type") == Some("document_number"));
    read::text(these.next()?, "/value")
}

fn document_kind(of: Option<&str>) -> &'static str {
    match of {
        Some("passport") => "passport",
        Some("national_identity_card") => "id_card",
        Some("residence_permit") => "residence_permit",
        Some("driving_licence") => "driving_licence",
        _ => "other",
    }
}

#[cfg(test)]
mod tests;
