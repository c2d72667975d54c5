//! An investor's row, read into the core's type. Columns that contradict each
//! other are damage (I12): a `verified` without a country is nobody's guess.

use symbolon_core::{
    country::Country,
    investor::{Accreditation, Investor, PersonFacts, Status, Verified},
    time::Day,
    wallet::Wallet,
};

use crate::{
    Result, StoreError, authority,
    codec::{investor_id, json, seconds, word},
};

pub(crate) struct InvestorRow {
    pub(crate) investor: Vec<u8>,
    pub(crate) external_id: Option<String>,
    pub(crate) kind: String,
    pub(crate) status: String,
    pub(crate) reason: Option<String>,
    pub(crate) restricted: bool,
    pub(crate) frozen: bool,
    pub(crate) authority: i16,
    pub(crate) level: Option<String>,
    pub(crate) country: Option<i16>,
    pub(crate) rating: Option<i16>,
    pub(crate) accreditation_ends: Option<i32>,
    pub(crate) us_person: Option<bool>,
    pub(crate) expiry_s: Option<i64>,
    pub(crate) source: Option<String>,
    pub(crate) verified_s: Option<i64>,
    /// The addresses that it holds.
    pub(crate) wallets: Vec<Vec<u8>>,
    pub(crate) certificates: Option<String>,
    pub(crate) claims: Option<String>,
    pub(crate) custody: Option<String>,
    pub(crate) proofs: Option<String>,
    pub(crate) person: Option<String>,
    pub(crate) created_entry: i64,
    pub(crate) changed_entry: i64,
}

impl InvestorRow {
    pub(crate) fn read(self, wallets: Vec<Wallet>) -> Result<Investor> {
        let id = investor_id(&self.investor)?;
        let damaged = |what: &str| StoreError::damaged(format!("investor {id}: {what}"));
        let external_id = match &self.external_id {
            None => None,
            Some(text) => Some(text.parse().map_err(|_| damaged("its external id"))?),
        };
        Ok(Investor {
            id,
            kind: word(&self.kind, "kind of investor")?,
            external_id,
            authority: authority::index(self.authority)?,
            status: self.status().map_err(|error| damaged(&error.to_string()))?,
            restricted: self.restricted,
            frozen: self.frozen,
            wallets,
            certificates: match &self.certificates {
                None => Default::default(),
                Some(text) => json(text, "an investor's certificates")?,
            },
            claims: match &self.claims {
                None => Default::default(),
                Some(text) => json(text, "an investor's claims")?,
            },
            proofs: match &self.proofs {
                None => Default::default(),
                Some(text) => json(text, "the proofs of an investor's wallets")?,
            },
            custody: match &self.custody {
                None => Default::default(),
                Some(text) => json(text, "what lies on an investor's profile")?,
            },
        })
    }

    fn status(&self) -> Result<Status> {
        let verdict = self.verdict()?;
        match (self.status.as_str(), self.reason.as_deref(), verdict) {
            ("pending", None, None) => Ok(Status::Pending),
            ("verified", None, Some(verdict)) => Ok(Status::Verified(verdict)),
            ("expired", None, Some(verdict)) => Ok(Status::Expired(verdict)),
            ("rejected", Some(reason), None) => {
                Ok(Status::Rejected(word(reason, "reason for a rejection")?))
            }
            ("revoked", Some(reason), Some(verdict)) => Ok(Status::Revoked {
                reason: word(reason, "reason for a revocation")?,
                verdict,
            }),
            (status, ..) => Err(StoreError::damaged(format!(
                "status `{status}` contradicts the other columns"
            ))),
        }
    }

    fn verdict(&self) -> Result<Option<Verified>> {
        let columns = (
            &self.level,
            self.country,
            self.rating,
            self.us_person,
            &self.source,
            self.verified_s,
        );
        let (level, country, rating, us_person, source, verified_s) = match columns {
            (None, None, None, None, None, None)
                if self.expiry_s.is_none() && self.accreditation_ends.is_none() =>
            {
                return Ok(None);
            }
            (Some(a), Some(b), Some(c), Some(d), Some(e), Some(f)) => (a, b, c, d, e, f),
            _ => return Err(StoreError::damaged("half a verdict")),
        };
        let unreadable = |what: &'static str| move || StoreError::damaged(what);
        Ok(Some(Verified {
            level: word(level, "level")?,
            country: u16::try_from(country)
                .ok()
                .and_then(Country::from_numeric)
                .ok_or_else(unreadable("no such country"))?,
            accreditation: u8::try_from(rating)
                .ok()
                .and_then(Accreditation::from_rating)
                .ok_or_else(unreadable("no such rating"))?,
            accreditation_ends: match self.accreditation_ends {
                None => None,
                Some(day) => Some(Day(
                    u16::try_from(day).map_err(|_| unreadable("no such day")())?
                )),
            },
            us_person,
            person: match &self.person {
                None => PersonFacts::default(),
                Some(text) => json(text, "what was seen of a person")?,
            },
            expiry: self.expiry_s.map(seconds).transpose()?,
            source: json(source, "the source of a verdict")?,
            verified_at: seconds(verified_s)?,
        }))
    }
}
