//! Values in the one form by which the same person is recognised again.

use super::{Field, Personal, Profile, shape::NationalId};
use crate::investor::InvestorKind;

impl Profile {
    /// The fields by which people search, in the form in which the same value
    /// always is the same text.
    pub fn search_terms(&self) -> impl Iterator<Item = (Field, Personal)> {
        let terms = self.values().filter_map(|(field, value)| {
            let term = match field {
                Field::Email => search_email(&value.text()?),
                Field::NationalId => {
                    let id: NationalId = serde_json::from_str(value.expose()).ok()?;
                    search_national_id(id.country.alpha2(), &id.number)
                }
                _ => return None,
            };
            Some((field, Personal::new(term)))
        });
        terms.collect::<Vec<_>>().into_iter()
    }

    /// The text that `KYCRegistrar` hashes to an investor's id: of a person its
    /// names, birth date as `DDMMYYYY` and national id in capitals without blanks,
    /// of an entity its LEI. `None` where some of it is not known.
    ///
    /// Whoever knows a person can guess this text, so its bare hash names the
    /// person to everybody (I6): hash it with a key.
    pub fn standard_identity(&self) -> Option<Personal> {
        if self.kind() == InvestorKind::LegalEntity {
            return self.text(Field::Lei).map(Personal::new);
        }
        let names = self.text(Field::GivenNames)? + &self.text(Field::FamilyName)?;
        let born = self.text(Field::BirthDate)?;
        let (year, rest) = born.split_once('-')?;
        let (month, day) = rest.split_once('-')?;
        let id: NationalId = serde_json::from_str(self.get(Field::NationalId)?.expose()).ok()?;
        let text = format!("{names}{day}{month}{year}{}", id.number);
        let text = text.chars().filter(|c| c.is_alphanumeric());
        let text: String = text.flat_map(char::to_uppercase).collect();
        Some(Personal::new(text))
    }
}

/// Of an e-mail address: in small letters, since no provider in use tells them
/// apart.
pub fn search_email(email: &str) -> String {
    email.trim().to_lowercase()
}

/// Of a national id: letters and digits alone, behind its country.
pub fn search_national_id(country: &str, number: &str) -> String {
    let number = number.chars().filter(|c| c.is_alphanumeric());
    let number: String = number.flat_map(char::to_uppercase).collect();
    format!("{country}:{number}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn jane() -> Profile {
        let mut jane = Profile::empty(InvestorKind::NaturalPerson);
        for (field, value) in [
            (Field::GivenNames, json!("Jane")),
            (Field::FamilyName, json!("Doe")),
            (Field::BirthDate, json!("1980-12-31")),
            (
                Field::NationalId,
                json!({"country": "USA", "number": "123 456-789"}),
            ),
            (Field::Email, json!("Jane@Example.com")),
        ] {
            jane.set(field, &value).unwrap();
        }
        jane
    }

    #[test]
    fn the_registrars_own_example() {
        let text = jane().standard_identity().unwrap();
        assert_eq!(text.expose(), "JANEDOE31121980123456789");
        let mut entity = Profile::empty(InvestorKind::LegalEntity);
        assert!(entity.standard_identity().is_none());
        entity
            .set(Field::Lei, &json!("5493001KJTIIGC8Y1R12"))
            .unwrap();
        let text = entity.standard_identity().unwrap();
        assert_eq!(text.expose(), "5493001KJTIIGC8Y1R12");
    }

    #[test]
    fn one_value_is_one_search_term() {
        let terms: Vec<_> = jane().search_terms().collect();
        assert_eq!(terms[0].1.expose(), "US:123456789");
        assert_eq!(terms[1].1.expose(), "jane@example.com");
    }
}
