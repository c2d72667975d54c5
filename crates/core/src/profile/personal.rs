//! A value about a person.

use secrecy::{ExposeSecret, SecretString};

/// One value of a profile, as canonical JSON. What shows it must say so by
/// [`Personal::expose`]; it has no other way out, and is wiped when dropped.
#[derive(Clone)]
pub struct Personal(SecretString);

impl Personal {
    /// A value as the vault gives it back.
    pub fn new(json: String) -> Self {
        Self(json.into())
    }

    /// The value, for the vault, or for somebody whose reading is on record.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// The value where it is a plain text.
    pub fn text(&self) -> Option<String> {
        serde_json::from_str(self.expose()).ok()
    }
}

impl std::fmt::Debug for Personal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Personal(…)")
    }
}
