//! What an issuer says of its own Sumsub account: what levels mean, and where the
//! answers are that Sumsub has no field for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use symbolon_core::investor::{Accreditation, Level, Residency};

use crate::read;

/// What applicants' data means to the register. Whatever is not named here, or not
/// answered, is unknown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SumsubMapping {
    /// How thorough each of Sumsub's levels (`review.levelName`) is. One that is not
    /// here verifies nobody.
    pub levels: BTreeMap<String, Level>,
    /// Where the country of residence is. An entity's is `companyInfo.country`.
    #[serde(default)]
    pub residence: Residence,
    /// The question about accreditation. Sumsub has no field for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accreditation: Option<Choice<Accreditation>>,
    /// The question for the last day of that, answered as `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accreditation_ends: Option<Item>,
    /// The question whether it is a US person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub us_person: Option<Choice<bool>>,
    /// The question how the person resides in its country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub residency: Option<Choice<Residency>>,
    /// The question for a company's Legal Entity Identifier. Sumsub has no field for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lei: Option<Item>,
    /// The question where the money is from, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_of_funds: Option<Item>,
}

/// Where the country of residence is. `fixedInfo` is none of the places: it is what
/// somebody declared, and is compared with what was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Residence {
    /// `info.addresses[].country`, if all addresses agree: from proof of address.
    #[default]
    Addresses,
    /// `info.country`. Whether it is that of the residence or of the document is not
    /// documented, so this is for accounts where somebody has made sure.
    InfoCountry,
    /// A question, answered by a country.
    Questionnaire(Item),
}

/// Where an answer is: `questionnaires[].sections.{section}.items.{item}.value`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// The questionnaire's id.
    pub questionnaire: String,
    /// The section's id.
    pub section: String,
    /// The question's id.
    pub item: String,
}

/// A question, and what its answers mean.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice<T> {
    /// Where the answer is.
    pub at: Item,
    /// What each means, as the provider writes it: `"true"` and `"false"` for a tick.
    /// Another answer is none.
    pub values: BTreeMap<String, T>,
}

impl Item {
    /// The answer. Two questionnaires of one id that contradict each other give none.
    pub(super) fn answer<'a>(&self, applicant: &'a Value) -> Option<&'a str> {
        let all = read::list(applicant, "/questionnaires").iter();
        let these = all.filter(|one| read::text(one, "/id") == Some(&self.questionnaire));
        read::agreed(these.map(|one| {
            let section = one.get("sections")?.get(&self.section)?;
            let value = section.get("items")?.get(&self.item)?.get("value")?;
            value
                .as_str()
                .map(str::trim)
                .filter(|text| !text.is_empty())
        }))?
    }
}

impl<T: Copy> Choice<T> {
    pub(super) fn answer(&self, applicant: &Value) -> Option<T> {
        self.values.get(self.at.answer(applicant)?).copied()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn applicant(values: &[Value]) -> Value {
        let one = |value: &Value| {
            let items = json!({"isAccredited": {"value": value, "values": null}});
            json!({"id": "accreditation", "sections": {"main": {"items": items}}})
        };
        json!({ "questionnaires": values.iter().map(one).collect::<Vec<_>>() })
    }

    fn choice() -> Choice<Accreditation> {
        let choice = json!({
            "at": {"questionnaire": "accreditation", "section": "main", "item": "isAccredited"},
            "values": {"true": "qualified", "false": "none"},
        });
        serde_json::from_value(choice).unwrap()
    }

    #[test]
    fn an_answer_means_what_the_issuer_says() {
        let answer = |values: &[Value]| choice().answer(&applicant(values));
        assert_eq!(answer(&[json!("true")]), Some(Accreditation::Qualified));
        assert_eq!(answer(&[json!("false")]), Some(Accreditation::None));
    }

    #[test]
    fn whatever_else_is_no_answer() {
        for values in [
            &[][..],
            &[json!("yes")],
            &[json!(true)],
            &[json!(null)],
            &[json!("")],
            &[json!("true"), json!("false")],
        ] {
            assert_eq!(choice().answer(&applicant(values)), None, "{values:?}");
        }
    }
}
