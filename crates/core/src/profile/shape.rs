//! What values must look like. They are kept as canonical JSON, so that the same
//! value is the same text.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use thiserror::Error;
use time::Date;

use super::Personal;
use crate::{country::Country, investor::Residency, time::parse_date};

/// Of any list.
const MOST_ENTRIES: usize = 50;
const MOST_OF_A_LINE: usize = 200;

/// What a field's value is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    Text { most: usize },
    Date,
    Country,
    Countries,
    Residency,
    NationalId,
    Documents,
    Address,
    Email,
    Phone,
    Lei,
    Persons,
    Owners,
}

/// What is wrong with a value, and the remedy; never the value itself.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ShapeError {
    /// Empty, too long, or with control characters.
    #[error("write 1 to {most} printable characters")]
    Text {
        /// So many characters at most.
        most: usize,
    },
    /// No date, or one that nobody alive can have been born on.
    #[error("write a date as YYYY-MM-DD, from 1880 on")]
    Date,
    /// No country.
    #[error(
        "write a country as ISO 3166-1 has it, in two or three letters; XK has no number there"
    )]
    Country,
    /// None of the three words.
    #[error("write citizen, permanent_resident or temporary_resident")]
    Residency,
    /// No address.
    #[error("write an e-mail address, such as name@example.com")]
    Email,
    /// No number.
    #[error("write a telephone number in international form, such as +4930123456")]
    Phone,
    /// The check digits are wrong.
    #[error("an LEI has 18 letters or digits and two check digits (ISO 17442): one is mistyped")]
    Lei,
    /// The parts of it are not what they must be.
    #[error("write {example}")]
    Parts {
        /// How it looks.
        example: &'static str,
    },
    /// Too many.
    #[error("give at most {most} entries")]
    TooMany {
        /// So many at most.
        most: usize,
    },
    /// Of all owners together.
    #[error("shares are percentages above 0 and together at most 100")]
    Shares,
}

/// A number that a state gave a person.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NationalId {
    pub(super) country: Country,
    pub(super) number: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    kind: DocumentKind,
    country: Country,
    number: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    issued: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum DocumentKind {
    Passport,
    IdCard,
    ResidencePermit,
    DrivingLicence,
    Other,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Address {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    street: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    postal_code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    city: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    country: Country,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Director {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    birth_date: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    country: Option<Country>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Owner {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    birth_date: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    country: Option<Country>,
    /// Nothing where it is not known, or somebody controls the entity otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    share_percent: Option<f64>,
}

/// The value in its canonical form.
pub(super) fn read(shape: Shape, value: &Value) -> Result<Personal, ShapeError> {
    let canonical = match shape {
        Shape::Text { most } => json(&line(value, most)?),
        Shape::Date => {
            let text = value.as_str().map(str::trim).ok_or(ShapeError::Date)?;
            date(text).ok_or(ShapeError::Date)?;
            json(&text)
        }
        Shape::Country => {
            let country: Country = parts(value).ok_or(ShapeError::Country)?;
            json(&country)
        }
        Shape::Countries => {
            let mut countries: Vec<Country> = parts(value).ok_or(ShapeError::Country)?;
            not_too_many(&countries)?;
            countries.sort_unstable();
            countries.dedup();
            json(&countries)
        }
        Shape::Residency => json(&parts::<Residency>(value).ok_or(ShapeError::Residency)?),
        Shape::Email => json(&email(value)?),
        Shape::Phone => json(&phone(value)?),
        Shape::Lei => json(&lei(value)?),
        Shape::NationalId => json(&national_id(value)?),
        Shape::Documents => json(&documents(value)?),
        Shape::Address => json(&address(value)?),
        Shape::Persons => json(&directors(value)?),
        Shape::Owners => json(&owners(value)?),
    };
    Ok(Personal::new(canonical))
}

/// `YYYY-MM-DD` of somebody who may be alive.
pub(super) fn date(text: &str) -> Option<Date> {
    parse_date(text).filter(|date| date.year() >= 1880)
}

/// Every birth date in a value that [`read`] made.
pub(super) fn birth_dates(shape: Shape, value: &Personal) -> Vec<Date> {
    #[derive(Deserialize)]
    struct Born {
        birth_date: Option<String>,
    }
    let texts = match shape {
        Shape::Date => vec![value.text()],
        Shape::Persons | Shape::Owners => {
            let persons: Vec<Born> = serde_json::from_str(value.expose()).unwrap_or_default();
            persons.into_iter().map(|one| one.birth_date).collect()
        }
        _ => Vec::new(),
    };
    texts
        .iter()
        .flatten()
        .filter_map(|text| date(text))
        .collect()
}

fn json(value: &impl Serialize) -> String {
    // What is made here has no maps with keys of another kind than text.
    serde_json::to_string(value).unwrap_or_default()
}

fn parts<T: DeserializeOwned>(value: &Value) -> Option<T> {
    T::deserialize(value).ok()
}

fn is_line(text: &str, most: usize) -> bool {
    !text.is_empty() && text.chars().count() <= most && !text.chars().any(char::is_control)
}

fn line(value: &Value, most: usize) -> Result<String, ShapeError> {
    let text = value.as_str().map(str::trim).unwrap_or_default();
    if is_line(text, most) {
        Ok(text.to_owned())
    } else {
        Err(ShapeError::Text { most })
    }
}

fn email(value: &Value) -> Result<String, ShapeError> {
    let text = line(value, 254).map_err(|_| ShapeError::Email)?;
    let (local, domain) = text.rsplit_once('@').ok_or(ShapeError::Email)?;
    let plain = |text: &str| {
        !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || "<>(),;:\"".contains(c))
    };
    let dotted = domain.contains('.') && domain.split('.').all(|label| !label.is_empty());
    if plain(local) && plain(domain) && dotted && local.len() <= 64 {
        Ok(text)
    } else {
        Err(ShapeError::Email)
    }
}

fn phone(value: &Value) -> Result<String, ShapeError> {
    let text = line(value, 40).map_err(|_| ShapeError::Phone)?;
    let mut number: String = text.chars().filter(|c| !" ()-./".contains(*c)).collect();
    let digits = number.strip_prefix('+').ok_or(ShapeError::Phone)?;
    if !(6..=15).contains(&digits.len()) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(ShapeError::Phone);
    }
    number.shrink_to_fit();
    Ok(number)
}

/// ISO 17442 takes its check digits from ISO 7064, MOD 97-10.
fn lei(value: &Value) -> Result<String, ShapeError> {
    let text = line(value, 20).map_err(|_| ShapeError::Lei)?;
    let text = text.to_ascii_uppercase();
    let remainder = text.bytes().try_fold(0_u32, |rest, byte| {
        let digit = char::from(byte).to_digit(36)?;
        let shift = if digit < 10 { 10 } else { 100 };
        Some((rest * shift + digit) % 97)
    });
    let checked = text.len() == 20 && text[18..].bytes().all(|b| b.is_ascii_digit());
    if checked && remainder == Some(1) {
        Ok(text)
    } else {
        Err(ShapeError::Lei)
    }
}

fn national_id(value: &Value) -> Result<NationalId, ShapeError> {
    let wrong = ShapeError::Parts {
        example: r#"{"country": "DE", "number": "1 to 50 characters"}"#,
    };
    match parts::<NationalId>(value) {
        Some(id) if is_line(&id.number, 50) && id.number.contains(char::is_alphanumeric) => Ok(id),
        _ => Err(wrong),
    }
}

fn documents(value: &Value) -> Result<Vec<Document>, ShapeError> {
    let wrong = ShapeError::Parts {
        example: r#"[{"kind": "passport", "country": "FR", "number": "…", "expires": "2030-01-01"}], of the kinds passport, id_card, residence_permit, driving_licence and other"#,
    };
    let documents: Vec<Document> = parts(value).ok_or(wrong.clone())?;
    not_too_many(&documents)?;
    let dated = |text: &Option<String>| text.as_deref().is_none_or(|text| date(text).is_some());
    let right = documents.iter().all(|document| {
        is_line(&document.number, 50) && dated(&document.issued) && dated(&document.expires)
    });
    right.then_some(documents).ok_or(wrong)
}

fn address(value: &Value) -> Result<Address, ShapeError> {
    let wrong = ShapeError::Parts {
        example: r#"{"street": "…", "postal_code": "10115", "city": "Berlin", "region": "…", "country": "DE"}"#,
    };
    let address: Address = parts(value).ok_or(wrong.clone())?;
    let lines = [
        &address.street,
        &address.postal_code,
        &address.city,
        &address.region,
    ];
    let mut given = lines.iter().copied().flatten();
    let right = given.all(|line| is_line(line, MOST_OF_A_LINE));
    right.then_some(address).ok_or(wrong)
}

fn is_person(name: &str, birth_date: Option<&str>) -> bool {
    is_line(name, MOST_OF_A_LINE) && birth_date.is_none_or(|text| date(text).is_some())
}

fn directors(value: &Value) -> Result<Vec<Director>, ShapeError> {
    let wrong = ShapeError::Parts {
        example: r#"[{"name": "…", "birth_date": "1980-12-31", "country": "DE"}]"#,
    };
    let directors: Vec<Director> = parts(value).ok_or(wrong.clone())?;
    not_too_many(&directors)?;
    let mut all = directors.iter();
    let right = all.all(|one| is_person(&one.name, one.birth_date.as_deref()));
    right.then_some(directors).ok_or(wrong)
}

fn owners(value: &Value) -> Result<Vec<Owner>, ShapeError> {
    let wrong = ShapeError::Parts {
        example: r#"[{"name": "…", "birth_date": "1980-12-31", "country": "DE", "share_percent": 25.5}]"#,
    };
    let owners: Vec<Owner> = parts(value).ok_or(wrong.clone())?;
    not_too_many(&owners)?;
    let mut all = owners.iter();
    if !all.all(|one| is_person(&one.name, one.birth_date.as_deref())) {
        return Err(wrong);
    }
    let shares = owners.iter().filter_map(|owner| owner.share_percent);
    let total: f64 = shares.clone().sum();
    // What is rounded to hundredths may come to a little more.
    if shares.clone().any(|share| share <= 0.0) || total > 100.01 {
        return Err(ShapeError::Shares);
    }
    Ok(owners)
}

fn not_too_many<T>(entries: &[T]) -> Result<(), ShapeError> {
    if entries.len() > MOST_ENTRIES {
        return Err(ShapeError::TooMany { most: MOST_ENTRIES });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn canonical(shape: Shape, value: Value) -> Result<String, ShapeError> {
        read(shape, &value).map(|value| value.expose().to_owned())
    }

    #[test]
    fn each_has_one_form() {
        for (shape, value, form) in [
            (Shape::Text { most: 5 }, json!(" Ana "), r#""Ana""#),
            (Shape::Country, json!("DEU"), r#""DE""#),
            (
                Shape::Countries,
                json!(["FRA", "de", "FR"]),
                r#"["FR","DE"]"#,
            ),
            (Shape::Phone, json!("+49 (30) 123-456"), r#""+4930123456""#),
            (
                Shape::Lei,
                json!("5493001kjtiigc8y1r12"),
                r#""5493001KJTIIGC8Y1R12""#,
            ),
            (
                Shape::NationalId,
                json!({"number": "12 34", "country": "deu"}),
                r#"{"country":"DE","number":"12 34"}"#,
            ),
        ] {
            assert_eq!(canonical(shape, value), Ok(form.to_owned()), "{shape:?}");
        }
    }

    #[test]
    fn the_rest_is_refused() {
        for (shape, value) in [
            (Shape::Text { most: 3 }, json!("Anna")),
            (Shape::Text { most: 3 }, json!("")),
            (Shape::Text { most: 3 }, json!("a\nb")),
            (Shape::Text { most: 3 }, json!(7)),
            (Shape::Date, json!("1879-12-31")),
            (Shape::Date, json!("1980-02-30")),
            (Shape::Country, json!("XK")),
            (Shape::Residency, json!("resident")),
            (Shape::Email, json!("nobody")),
            (Shape::Email, json!("a@b")),
            (Shape::Email, json!("a b@c.de")),
            (Shape::Email, json!("a@c..de")),
            (Shape::Phone, json!("030 123456")),
            (Shape::Lei, json!("5493001KJTIIGC8Y1R13")),
            (Shape::NationalId, json!({"country": "DE", "number": "--"})),
            (
                Shape::NationalId,
                json!({"country": "DE", "number": "1", "x": 1}),
            ),
            (Shape::Documents, json!([{"kind": "visa"}])),
            (
                Shape::Documents,
                json!([{"kind": "passport", "country": "FR", "number": "1", "expires": "soon"}]),
            ),
            (Shape::Address, json!({"city": "Berlin"})),
            (Shape::Persons, json!([{"name": ""}])),
            (Shape::Owners, json!([{"name": "A", "share_percent": 0}])),
            (
                Shape::Owners,
                json!([{"name": "A", "share_percent": 60}, {"name": "B", "share_percent": 50}]),
            ),
            (Shape::Persons, json!(vec![json!({"name": "A"}); 51])),
        ] {
            assert!(read(shape, &value).is_err(), "{shape:?} {value}");
        }
    }
}
