//! One row of an export.

use serde::Serialize;
use symbolon_core::{
    investor::{Investor, Residency},
    time::UnixSeconds,
    verdict::{self, RestrictedAuthorities},
    wallet::Wallet,
};

use crate::kind::word;

/// The header of the CSV form.
pub(super) const COLUMNS: [&str; 19] = [
    "investor",
    "externalId",
    "kind",
    "status",
    "wallet",
    "active",
    "verified",
    "country",
    "level",
    "rating",
    "accreditationEnds",
    "usPerson",
    "leastAge",
    "residency",
    "expiry",
    "verifiedAt",
    "restricted",
    "frozen",
    "authority",
];

/// A wallet with what is known of its holder.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row {
    investor: String,
    external_id: Option<String>,
    kind: String,
    status: String,
    wallet: Option<String>,
    active: Option<bool>,
    verified: bool,
    country: Option<String>,
    level: Option<String>,
    rating: Option<u8>,
    accreditation_ends: Option<String>,
    us_person: Option<bool>,
    least_age: Option<u8>,
    residency: Option<&'static str>,
    expiry: Option<String>,
    verified_at: Option<String>,
    restricted: bool,
    frozen: bool,
    authority: u8,
}

impl Row {
    /// One wallet of an investor, or an investor without any.
    pub(super) fn of(
        investor: &Investor,
        wallet: Option<&Wallet>,
        restricted: RestrictedAuthorities,
        now: UnixSeconds,
    ) -> Self {
        let verdict = investor.status.verdict();
        let verified = wallet.is_some_and(|wallet| {
            verdict::reasons(investor, wallet, None, restricted, now).is_empty()
        });
        Self {
            investor: investor.id.to_string(),
            external_id: investor.external_id.as_ref().map(ToString::to_string),
            kind: word(&investor.kind),
            status: investor.status.name().to_string(),
            wallet: wallet.map(|wallet| wallet.address.to_string()),
            active: wallet.map(|wallet| wallet.active),
            verified,
            country: verdict.map(|verdict| verdict.country.to_string()),
            level: verdict.map(|verdict| word(&verdict.level)),
            rating: verdict.map(|verdict| verdict.accreditation.rating()),
            accreditation_ends: verdict
                .and_then(|verdict| verdict.accreditation_ends)
                .map(|day| UnixSeconds(day.end().0 - 1).to_string()),
            us_person: verdict.map(|verdict| verdict.us_person),
            least_age: verdict
                .and_then(|verdict| verdict.person.least_age)
                .map(|years| years.0),
            residency: verdict
                .and_then(|verdict| verdict.person.residency)
                .map(Residency::as_str),
            expiry: verdict
                .and_then(|verdict| verdict.expiry)
                .map(|at| at.to_string()),
            verified_at: verdict.map(|verdict| verdict.verified_at.to_string()),
            restricted: investor.restricted,
            frozen: investor.frozen,
            authority: investor.authority.0,
        }
    }

    /// In the order of [`COLUMNS`].
    pub(super) fn fields(&self) -> [String; COLUMNS.len()] {
        fn text<T: ToString>(value: Option<&T>) -> String {
            value.map(ToString::to_string).unwrap_or_default()
        }
        [
            self.investor.clone(),
            text(self.external_id.as_ref()),
            self.kind.clone(),
            self.status.clone(),
            text(self.wallet.as_ref()),
            text(self.active.as_ref()),
            self.verified.to_string(),
            text(self.country.as_ref()),
            text(self.level.as_ref()),
            text(self.rating.as_ref()),
            text(self.accreditation_ends.as_ref()),
            text(self.us_person.as_ref()),
            text(self.least_age.as_ref()),
            text(self.residency.as_ref()),
            text(self.expiry.as_ref()),
            text(self.verified_at.as_ref()),
            self.restricted.to_string(),
            self.frozen.to_string(),
            self.authority.to_string(),
        ]
    }
}
