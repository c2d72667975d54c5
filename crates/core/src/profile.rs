//! What an issuer knows of an investor beyond its verdict: names, birth date,
//! documents, owners. It lives in the vault and nowhere else (I6), one value for
//! each [`Field`], and what holds a value shows nothing of it to a log.

mod field;
mod personal;
mod sealed;
mod shape;
mod standard;

use std::collections::BTreeMap;

pub use field::{Field, UnknownField};
pub use personal::Personal;
pub use sealed::{MasterKeyId, Sealed, TermDigest, WrappedKey};
pub use shape::ShapeError;
pub use standard::{search_email, search_national_id};
use thiserror::Error;
use time::{Date, OffsetDateTime};

use crate::{
    country::Country,
    investor::{InvestorKind, Years},
    time::UnixSeconds,
};

/// So far the clocks of the easternmost places are ahead of UTC.
const MOST_AHEAD_SECONDS: u64 = 14 * 3_600;

/// Why a value has no place in a profile. It never repeats the value.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProfileError {
    /// Persons have no LEI, and entities no birth date.
    #[error("{field}: {} have no such field: leave it out", plural(*kind))]
    NotOfThisKind {
        /// Which.
        field: Field,
        /// Of whom.
        kind: InvestorKind,
    },
    /// It does not look as such a value must.
    #[error("{field}: {error}")]
    Shape {
        /// Which.
        field: Field,
        /// What is wrong, and the remedy.
        error: ShapeError,
    },
    /// Somebody is born after today.
    #[error("{field}: a birth date is still to come: correct its year")]
    NotBornYet {
        /// Which.
        field: Field,
    },
}

impl ProfileError {
    /// Where the problem is.
    pub const fn field(&self) -> Field {
        match self {
            Self::NotOfThisKind { field, .. }
            | Self::Shape { field, .. }
            | Self::NotBornYet { field } => *field,
        }
    }
}

const fn plural(kind: InvestorKind) -> &'static str {
    match kind {
        InvestorKind::NaturalPerson => "natural persons",
        InvestorKind::LegalEntity => "legal entities",
    }
}

/// The values of one investor, or those that are to change.
#[derive(Debug)]
pub struct Profile {
    kind: InvestorKind,
    values: BTreeMap<Field, Personal>,
}

impl Profile {
    /// Nothing is known yet.
    pub const fn empty(kind: InvestorKind) -> Self {
        Self {
            kind,
            values: BTreeMap::new(),
        }
    }

    /// Person or entity.
    pub const fn kind(&self) -> InvestorKind {
        self.kind
    }

    /// Takes a value in, as its field's shape asks; what was there before goes.
    pub fn set(&mut self, field: Field, value: &serde_json::Value) -> Result<(), ProfileError> {
        let kind = self.kind;
        if !field.is_of(kind) {
            return Err(ProfileError::NotOfThisKind { field, kind });
        }
        let read = shape::read(field.shape(), value);
        let value = read.map_err(|error| ProfileError::Shape { field, error })?;
        self.values.insert(field, value);
        Ok(())
    }

    /// Whether everybody in a value is born by `now`, wherever on earth it is read.
    pub fn check_births(&self, field: Field, now: UnixSeconds) -> Result<(), ProfileError> {
        let value = self.get(field);
        let mut born = value
            .into_iter()
            .flat_map(|value| shape::birth_dates(field.shape(), value));
        let last = day(UnixSeconds(now.0.saturating_add(MOST_AHEAD_SECONDS)));
        match born.any(|born| last.is_some_and(|last| born > last)) {
            true => Err(ProfileError::NotBornYet { field }),
            false => Ok(()),
        }
    }

    /// Takes back what was sealed, which had its shape then.
    pub fn restore(&mut self, field: Field, value: Personal) {
        self.values.insert(field, value);
    }

    /// What is known.
    pub fn values(&self) -> impl Iterator<Item = (Field, &Personal)> {
        self.values.iter().map(|(field, value)| (*field, value))
    }

    /// One value.
    pub fn get(&self, field: Field) -> Option<&Personal> {
        self.values.get(&field)
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The age in whole years; `None` where the birth date is not known.
    pub fn age_at(&self, now: UnixSeconds) -> Option<Years> {
        let born = shape::date(&self.text(Field::BirthDate)?)?;
        age(born, day(now)?)
    }

    /// Where it resides, or is registered.
    pub fn country(&self) -> Option<Country> {
        let field = match self.kind {
            InvestorKind::NaturalPerson => Field::Residence,
            InvestorKind::LegalEntity => Field::RegistrationCountry,
        };
        self.text(field)?.parse().ok()
    }

    fn text(&self, field: Field) -> Option<String> {
        self.get(field)?.text()
    }
}

fn day(moment: UnixSeconds) -> Option<Date> {
    let seconds = i64::try_from(moment.0).ok()?;
    let moment = OffsetDateTime::from_unix_timestamp(seconds).ok()?;
    Some(moment.date())
}

/// Whoever was born on the 29th of February has a birthday on the 1st of March in
/// other years.
fn age(born: Date, today: Date) -> Option<Years> {
    let had = (today.month() as u8, today.day()) >= (born.month() as u8, born.day());
    let years = today.year() - born.year() - i32::from(!had);
    u8::try_from(years).ok().map(Years)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use time::macros::date;

    use super::*;

    #[test]
    fn nobody_is_older_before_the_birthday() {
        let born = date!(2000 - 02 - 29);
        assert_eq!(age(born, date!(2018 - 02 - 28)), Some(Years(17)));
        assert_eq!(age(born, date!(2018 - 03 - 01)), Some(Years(18)));
        assert_eq!(age(born, date!(2020 - 02 - 29)), Some(Years(20)));
        assert_eq!(age(born, date!(1999 - 01 - 01)), None);
    }

    #[test]
    fn a_value_is_shown_by_nothing_but_its_own_word() {
        let mut profile = Profile::empty(InvestorKind::NaturalPerson);
        profile
            .set(Field::FamilyName, &json!("Sample-Canary"))
            .unwrap();
        assert!(!format!("{profile:?}").contains("Canary"));
        let error = profile
            .set(Field::BirthDate, &json!("31.12.1980"))
            .unwrap_err();
        assert!(!error.to_string().contains("1980"), "{error}");
        assert_eq!(error.field(), Field::BirthDate);
    }

    #[test]
    fn nobody_is_born_tomorrow() {
        const NOON: UnixSeconds = UnixSeconds(1_795_000_000 / 86_400 * 86_400 + 43_200);
        let today = day(NOON).unwrap();
        let tomorrow = today.next_day().unwrap();
        let later = tomorrow.next_day().unwrap();
        let person = InvestorKind::NaturalPerson;
        let entity = InvestorKind::LegalEntity;
        let named =
            |born: Date| json!([{"name": "A"}, {"name": "B", "birth_date": born.to_string()}]);
        for (kind, field, value, is_born) in [
            (person, Field::BirthDate, json!(today.to_string()), true),
            // Where it is tomorrow already.
            (person, Field::BirthDate, json!(tomorrow.to_string()), true),
            (person, Field::BirthDate, json!(later.to_string()), false),
            (entity, Field::Directors, named(today), true),
            (entity, Field::Directors, named(later), false),
            (entity, Field::BeneficialOwners, named(later), false),
        ] {
            let mut profile = Profile::empty(kind);
            profile.set(field, &value).unwrap();
            let wanted = match is_born {
                true => Ok(()),
                false => Err(ProfileError::NotBornYet { field }),
            };
            assert_eq!(profile.check_births(field, NOON), wanted, "{value}");
        }
        let nothing = Profile::empty(person);
        assert_eq!(nothing.check_births(Field::BirthDate, NOON), Ok(()));
    }

    #[test]
    fn persons_and_entities_have_fields_of_their_own() {
        let mut person = Profile::empty(InvestorKind::NaturalPerson);
        let error = person.set(Field::Lei, &json!("5493001KJTIIGC8Y1R12"));
        assert_eq!(
            error.unwrap_err().to_string(),
            "lei: natural persons have no such field: leave it out"
        );
        for field in Field::ALL {
            let kinds = [InvestorKind::NaturalPerson, InvestorKind::LegalEntity];
            assert!(kinds.into_iter().any(|kind| field.is_of(kind)), "{field}");
            assert_eq!(field.as_str().parse(), Ok(field));
            let example = serde_json::from_str(field.example()).unwrap();
            for kind in kinds.into_iter().filter(|kind| field.is_of(*kind)) {
                Profile::empty(kind).set(field, &example).unwrap();
            }
        }
    }
}
