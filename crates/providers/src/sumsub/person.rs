//! What an applicant's data says of the person or the entity. Compliance facts are
//! read from `info`, which was recognised, and never from `fixedInfo`, which was
//! declared.

use serde_json::{Map, Value, json};
use symbolon_core::{
    country::Country,
    investor::InvestorKind,
    profile::{Field, Profile},
    time::Day,
    verification::Findings,
};

use super::mapping::{Residence, SumsubMapping};
use crate::read::{self, keep, keep_each};

pub(super) fn findings(mapping: &SumsubMapping, kind: InvestorKind, applicant: &Value) -> Findings {
    let level = read::text(applicant, "/review/levelName");
    let day = read::day;
    Findings {
        level: level.and_then(|level| mapping.levels.get(level)).copied(),
        country: country(mapping, kind, applicant),
        accreditation: answer(mapping.accreditation.as_ref(), applicant),
        accreditation_ends: {
            let item = mapping.accreditation_ends.as_ref();
            item.and_then(|item| item.answer(applicant)).and_then(day)
        },
        us_person: answer(mapping.us_person.as_ref(), applicant),
        residency: answer(mapping.residency.as_ref(), applicant),
        document_expires: document_expires(applicant),
    }
}

fn answer<T: Copy>(choice: Option<&super::Choice<T>>, applicant: &Value) -> Option<T> {
    choice.and_then(|choice| choice.answer(applicant))
}

pub(super) fn country(
    mapping: &SumsubMapping,
    kind: InvestorKind,
    applicant: &Value,
) -> Option<Country> {
    if kind == InvestorKind::LegalEntity {
        return read::text(applicant, "/info/companyInfo/country").and_then(read::country);
    }
    match &mapping.residence {
        Residence::Addresses => {
            let addresses = read::list(applicant, "/info/addresses").iter();
            // One that cannot be read contradicts those that can.
            read::agreed(addresses.map(|one| read::text(one, "/country").and_then(read::country)))?
        }
        Residence::InfoCountry => read::text(applicant, "/info/country").and_then(read::country),
        Residence::Questionnaire(item) => item.answer(applicant).and_then(read::country),
    }
}

/// The kinds of documents that tell who somebody is, and the vault's words for them.
fn document_kind(of: &str) -> Option<&'static str> {
    match of {
        "PASSPORT" => Some("passport"),
        "ID_CARD" => Some("id_card"),
        "RESIDENCE_PERMIT" => Some("residence_permit"),
        "DRIVERS" => Some("driving_licence"),
        _ => None,
    }
}

fn documents(applicant: &Value) -> impl Iterator<Item = (&'static str, &Value)> {
    let documents = read::list(applicant, "/info/idDocs").iter();
    documents.filter_map(|document| {
        let kind = read::text(document, "/idDocType").and_then(document_kind)?;
        Some((kind, document))
    })
}

/// The first last day of the documents that name one: which of them decided is not
/// said. One that cannot be read leaves all unknown.
fn document_expires(applicant: &Value) -> Option<Day> {
    let named = documents(applicant).filter_map(|(_, document)| {
        let value = document.get("validUntil")?;
        (!value.is_null()).then(|| value.as_str().and_then(read::day))
    });
    let days: Option<Vec<Day>> = named.collect();
    days?.into_iter().min()
}

pub(super) fn profile(profile: &mut Profile, mapping: &SumsubMapping, applicant: &Value) {
    let info = |field: &str| read::text(applicant, &format!("/info/{field}"));
    let given = info("firstName").map(|first| match info("middleName") {
        Some(middle) => format!("{first} {middle}").into(),
        None => first.into(),
    });
    keep(profile, Field::GivenNames, given);
    keep(
        profile,
        Field::FamilyName,
        info("lastName").map(Value::from),
    );
    keep(profile, Field::BirthDate, info("dob").map(Value::from));
    let nationality = info("nationality").map(|country| json!([country]));
    keep(profile, Field::Nationalities, nationality);
    let residence = country(mapping, InvestorKind::NaturalPerson, applicant);
    let residence = residence.map(|country| country.alpha2().into());
    keep(profile, Field::Residence, residence);
    let residency = answer(mapping.residency.as_ref(), applicant);
    let residency = residency.and_then(|residency| serde_json::to_value(residency).ok());
    keep(profile, Field::Residency, residency);
    let address = read::list(applicant, "/info/addresses").first();
    keep(profile, Field::Address, address.and_then(postal));
    keep_each(
        profile,
        Field::Documents,
        documents(applicant).map(document).collect(),
    );
}

fn document((kind, document): (&'static str, &Value)) -> Value {
    let fields = [
        ("country", "/country"),
        ("number", "/number"),
        ("issued", "/issuedDate"),
        ("expires", "/validUntil"),
    ];
    let mut value = picked(document, &fields);
    value.insert("kind".to_owned(), kind.into());
    Value::Object(value)
}

pub(super) fn postal(address: &Value) -> Option<Value> {
    let fields = [
        ("street", "/street"),
        ("postal_code", "/postCode"),
        ("city", "/town"),
        ("region", "/state"),
        ("country", "/country"),
    ];
    address.is_object().then(|| picked(address, &fields).into())
}

fn picked(from: &Value, fields: &[(&str, &str)]) -> Map<String, Value> {
    let values = fields.iter().filter_map(|(name, pointer)| {
        let text = read::text(from, pointer)?;
        Some(((*name).to_owned(), text.into()))
    });
    values.collect()
}
