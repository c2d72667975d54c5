//! What an applicant's data says of a company, and of who acts for it and owns it.
//!
//! A company names its *beneficiaries*. What each is to it stands in `types` or, in
//! Sumsub's older flow, in `type` and `positions`; who it is, in an applicant of its own
//! (`applicantId`), or in `beneficiaryInfo` where it has none.

use serde_json::{Map, Value, json};
use symbolon_core::{
    investor::InvestorKind,
    profile::{Field, Profile},
};

use super::{SumsubMapping, client::Client, person};
use crate::{
    FetchError, id,
    read::{self, keep, keep_each},
};

const BENEFICIARIES: &str = "/info/companyInfo/beneficiaries";
/// More than that no profile holds.
const MOST_BENEFICIARIES: usize = 50;

/// Puts each beneficiary's own applicant beside it, as it is by now.
pub(super) async fn join(client: &Client, applicant: &mut Value) -> Result<(), FetchError> {
    let list = applicant.pointer_mut(BENEFICIARIES);
    let Some(list) = list.and_then(Value::as_array_mut) else {
        return Ok(());
    };
    for one in list.iter_mut().take(MOST_BENEFICIARIES) {
        let named = read::text(one, "/applicantId").filter(|id| id::is_id(id));
        let found = match named.map(str::to_owned) {
            None => Value::Null,
            Some(id) => match client.applicant(&id).await {
                Ok(answer) if read::text(&answer.json, "/id") == Some(&id) => answer.json,
                Ok(_) => {
                    return Err(FetchError::Answer {
                        problem: "the applicant of another id",
                    });
                }
                // It was deleted there: what the company says of it is left.
                Err(FetchError::NotFound) => Value::Null,
                Err(error) => return Err(error),
            },
        };
        if let Some(one) = one.as_object_mut() {
            one.insert("applicant".to_owned(), found);
        }
    }
    Ok(())
}

/// The company itself, its directors and its owners.
pub(super) fn profile(profile: &mut Profile, mapping: &SumsubMapping, applicant: &Value) {
    let info = |field: &str| read::text(applicant, &format!("/info/companyInfo/{field}"));
    for (field, name) in [
        (Field::LegalName, "companyName"),
        (Field::RegistrationNumber, "registrationNumber"),
        (Field::RegistrationCountry, "country"),
        (Field::Email, "email"),
        (Field::Phone, "phone"),
    ] {
        keep(profile, field, info(name).map(Value::from));
    }
    let lei = mapping.lei.as_ref().and_then(|item| item.answer(applicant));
    keep(profile, Field::Lei, lei.map(Value::from));
    let lines = applicant.pointer("/info/companyInfo/address");
    let address = lines.and_then(person::postal).or_else(|| {
        let street = info("legalAddress")?;
        Some(json!({"street": street, "country": info("country")?}))
    });
    keep(profile, Field::Address, address);
    let all = read::list(applicant, BENEFICIARIES);
    let those = |role: &'static str| {
        let all = all.iter().take(MOST_BENEFICIARIES);
        all.filter(move |one| has_role(one, role))
    };
    let directors = those("director").filter_map(|one| Some(who(mapping, one)?.into()));
    keep_each(profile, Field::Directors, directors.collect());
    // Shareholders may be companies, behind which are the owners, whose shares are the
    // same ones: they count where nobody is said to be behind them.
    let owns = match those("ubo").next() {
        Some(_) => "ubo",
        None => "shareholder",
    };
    let owners = those(owns).filter_map(|one| owner(mapping, one));
    keep_each(profile, Field::BeneficialOwners, owners.collect());
}

fn has_role(beneficiary: &Value, role: &str) -> bool {
    let named = |pointer| {
        let mut words = read::list(beneficiary, pointer).iter();
        words.any(|word| word.as_str() == Some(role))
    };
    named("/types") || named("/positions") || read::text(beneficiary, "/type") == Some(role)
}

/// The name, and what else is known.
fn who(mapping: &SumsubMapping, beneficiary: &Value) -> Option<Map<String, Value>> {
    let own = beneficiary.get("applicant").filter(|own| own.is_object());
    let mut who = match own {
        Some(own) if read::text(own, "/type") == Some("company") => {
            named(read::text(own, "/info/companyInfo/companyName")?.to_owned())
        }
        Some(own) => natural(own.get("info")?)?,
        None => natural(beneficiary.get("beneficiaryInfo")?)?,
    };
    let kind = own.map(|own| match read::text(own, "/type") {
        Some("company") => InvestorKind::LegalEntity,
        _ => InvestorKind::NaturalPerson,
    });
    let country = kind.and_then(|kind| person::country(mapping, kind, own?));
    if let Some(country) = country {
        who.insert("country".to_owned(), country.alpha2().into());
    }
    Some(who)
}

fn natural(info: &Value) -> Option<Map<String, Value>> {
    let names = ["/firstName", "/middleName", "/lastName"];
    let names = names.map(|pointer| read::text(info, pointer));
    names[2]?;
    let names: Vec<&str> = names.into_iter().flatten().collect();
    let mut who = named(names.join(" "));
    if let Some(born) = read::text(info, "/dob") {
        who.insert("birth_date".to_owned(), born.into());
    }
    Some(who)
}

fn named(name: String) -> Map<String, Value> {
    Map::from_iter([("name".to_owned(), name.into())])
}

/// Whoever controls it otherwise owns no share, and an owner's share may be unknown.
fn owner(mapping: &SumsubMapping, beneficiary: &Value) -> Option<Value> {
    let mut who = who(mapping, beneficiary)?;
    let share = beneficiary.get("shareSize").and_then(Value::as_f64);
    if let Some(share) = share.filter(|share| *share > 0.0) {
        who.insert("share_percent".to_owned(), share.into());
    }
    Some(who.into())
}
