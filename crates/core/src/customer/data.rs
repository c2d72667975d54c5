//! What an instance keeps of its customers: an object of its own making, and notes.

use std::{fmt, str::FromStr};

use serde_json::Value;
use thiserror::Error;

use crate::profile::{Field, Personal, Profile, search_email};

/// Bytes of a customer's data as JSON.
const MOST_BYTES: usize = 16 * 1024;
/// Objects and lists within one another.
const MOST_DEPTH: usize = 6;
/// Characters of a field's name.
const MOST_OF_A_NAME: usize = 64;
/// Characters of a note, and of a name that is searched for.
const MOST_OF_A_NOTE: usize = 2_000;
const MOST_OF_A_TERM: usize = 200;

/// A field of the data by which an instance finds its customers again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SearchKey {
    /// `email`.
    Email,
    /// `name`.
    Name,
}

impl SearchKey {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Email, Self::Name];

    /// The field's name. It is bound to the digests of its values, so it never changes.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Name => "name",
        }
    }

    /// A value in the form in which the same one always is the same text.
    pub fn term(self, value: &str) -> Personal {
        Personal::new(match self {
            Self::Email => search_email(value),
            Self::Name => {
                let words = value.split_whitespace().map(str::to_lowercase);
                words.collect::<Vec<_>>().join(" ")
            }
        })
    }
}

impl fmt::Display for SearchKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for SearchKey {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        let mut all = Self::ALL.into_iter();
        all.find(|key| key.as_str() == word).ok_or(())
    }
}

/// What is wrong with a customer's data, and the remedy; never what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DataError {
    /// A list, a text or a number.
    #[error("write a JSON object, such as {{\"name\": \"Jane Doe\"}}")]
    NotAnObject,
    /// Too many bytes.
    #[error("has more than {MOST_BYTES} bytes: keep documents elsewhere")]
    TooLarge,
    /// Too many objects within one another.
    #[error("has more than {MOST_DEPTH} objects or lists within one another")]
    TooDeep,
    /// A field has a name that is none.
    #[error("names of fields have 1 to {MOST_OF_A_NAME} printable characters")]
    FieldName,
    /// A text steers terminals, or ends before its end.
    #[error("must not have control characters other than tabs and line breaks")]
    ControlCharacters,
    /// `email` is no address.
    #[error("email: write an e-mail address, such as name@example.com")]
    Email,
    /// `name` is no text that can be searched for.
    #[error("name: write a text of 1 to {MOST_OF_A_TERM} characters")]
    Name,
}

/// What an instance knows of a customer: an object of whatever fields it likes. By
/// `email` and `name`, where it has them, it is found.
#[derive(Clone, Debug)]
pub struct CustomerData {
    json: Personal,
    terms: Vec<(SearchKey, Personal)>,
}

impl CustomerData {
    /// Takes data in, as it must look.
    pub fn read(value: &Value) -> Result<Self, DataError> {
        let object = value.as_object().ok_or(DataError::NotAnObject)?;
        printable(value, MOST_DEPTH)?;
        let json = value.to_string();
        if json.len() > MOST_BYTES {
            return Err(DataError::TooLarge);
        }
        let mut terms = Vec::new();
        for key in SearchKey::ALL {
            match object.get(key.as_str()) {
                None | Some(Value::Null) => {}
                Some(value) => terms.push((key, key.term(searchable(key, value)?))),
            }
        }
        Ok(Self {
            json: Personal::new(json),
            terms,
        })
    }

    /// All of it, for the vault.
    pub fn json(&self) -> &Personal {
        &self.json
    }

    /// By what it is found.
    pub fn terms(&self) -> &[(SearchKey, Personal)] {
        &self.terms
    }
}

fn searchable(key: SearchKey, value: &Value) -> Result<&str, DataError> {
    match key {
        SearchKey::Email => {
            let mut address = Profile::empty(Default::default());
            address
                .set(Field::Email, value)
                .map_err(|_| DataError::Email)?;
            value.as_str().ok_or(DataError::Email)
        }
        SearchKey::Name => value
            .as_str()
            .filter(|name| !name.trim().is_empty() && name.chars().count() <= MOST_OF_A_TERM)
            .ok_or(DataError::Name),
    }
}

/// Nothing in it steers a terminal, or is deeper than so.
fn printable(value: &Value, deep: usize) -> Result<(), DataError> {
    match value {
        Value::String(text) if text.chars().any(steers) => Err(DataError::ControlCharacters),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
        Value::Array(_) | Value::Object(_) if deep == 0 => Err(DataError::TooDeep),
        Value::Array(values) => values.iter().try_for_each(|one| printable(one, deep - 1)),
        Value::Object(fields) => fields.iter().try_for_each(|(name, one)| {
            let length = name.chars().count();
            if !(1..=MOST_OF_A_NAME).contains(&length) || name.chars().any(char::is_control) {
                return Err(DataError::FieldName);
            }
            printable(one, deep - 1)
        }),
    }
}

fn steers(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\r' | '\t')
}

/// What is wrong with a note; never what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "write 1 to {MOST_OF_A_NOTE} characters, none of them control characters other than tabs and line breaks"
)]
pub struct NoteError;

/// A note as it is sealed.
pub fn note(text: &str) -> Result<Personal, NoteError> {
    let text = text.trim();
    let fits = (1..=MOST_OF_A_NOTE).contains(&text.chars().count());
    match fits && !text.chars().any(steers) {
        true => Ok(Personal::new(Value::from(text).to_string())),
        false => Err(NoteError),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn wrong(value: Value) -> DataError {
        CustomerData::read(&value).unwrap_err()
    }

    #[test]
    fn each_mistake_has_its_name() {
        assert_eq!(wrong(json!([1])), DataError::NotAnObject);
        assert_eq!(wrong(json!({"a": "x".repeat(20_000)})), DataError::TooLarge);
        assert_eq!(wrong(json!({"": 1})), DataError::FieldName);
        assert_eq!(wrong(json!({"a\u{1b}": 1})), DataError::FieldName);
        assert_eq!(wrong(json!({"x".repeat(65): 1})), DataError::FieldName);
        let steering = json!({"a": [{"b": "\u{1b}[31m"}]});
        assert_eq!(wrong(steering), DataError::ControlCharacters);
        assert_eq!(wrong(json!({"email": "jane"})), DataError::Email);
        assert_eq!(wrong(json!({"email": 7})), DataError::Email);
        assert_eq!(wrong(json!({"name": " "})), DataError::Name);
        let mut deep = json!(1);
        for _ in 0..7 {
            deep = json!({"a": deep});
        }
        assert_eq!(wrong(deep.clone()), DataError::TooDeep);
        assert!(CustomerData::read(&deep["a"]).is_ok());
    }

    #[test]
    fn one_value_is_one_search_term() {
        let read = |value| CustomerData::read(&value).unwrap();
        let jane = read(json!({"email": " Jane@Example.com ", "name": "Jane  DOE"}));
        let terms: Vec<_> = jane.terms().iter().map(|(_, term)| term.expose()).collect();
        assert_eq!(terms, ["jane@example.com", "jane doe"]);
        assert!(read(json!({"email": null, "tier": 3})).terms().is_empty());
        assert!(!format!("{jane:?}").contains("ane"));
    }

    #[test]
    fn a_note_has_something_to_say() {
        assert_eq!(note(" called back \n").unwrap().expose(), "\"called back\"");
        for text in ["", "  ", "a\u{0}b", &"x".repeat(2_001)] {
            assert_eq!(note(text).unwrap_err(), NoteError);
        }
    }

    proptest! {
        #[test]
        fn what_is_taken_in_is_given_back(name in "[a-z]{1,20}", text in "[ -~äß€\n]{0,80}", number in any::<i64>()) {
            prop_assume!(name != "email" && name != "name");
            let value = json!({ name: {"text": text, "number": [number, null, true]} });
            let data = CustomerData::read(&value).unwrap();
            let again: Value = serde_json::from_str(data.json().expose()).unwrap();
            prop_assert_eq!(again, value);
        }

        #[test]
        fn no_value_breaks_it(text in any::<String>()) {
            if let Ok(value) = serde_json::from_str(&text) {
                let _ = CustomerData::read(&value);
            }
            let _ = CustomerData::read(&json!({ text.clone(): text.clone(), "email": text.clone(), "name": text }));
        }
    }
}
