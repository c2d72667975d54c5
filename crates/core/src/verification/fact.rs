//! What a provider's record says, in the register's words.

use serde::{Deserialize, Serialize};

use crate::{
    country::Country,
    investor::{Accreditation, Level, RejectionReason, Residency},
    time::{Day, UnixMillis},
};

pub use crate::ids::{ProviderName, ProviderNameError};

/// A provider's record of one applicant or workflow run, read from the provider
/// itself: the only thing of a provider's that decides (I8). Whoever the person is
/// stays in the profile that was read with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// Which of the issuer's providers.
    pub provider: ProviderName,
    /// The provider's id of the applicant or workflow run.
    pub reference: String,
    /// Whom the provider took this for, as the register named it when it asked for a
    /// session.
    pub customer: Option<String>,
    /// Whether it is about anybody real.
    pub environment: Environment,
    /// When it became so, by the provider's clock.
    pub as_of: UnixMillis,
    /// Where the provider stands.
    pub standing: Standing,
    /// What was found.
    pub findings: Findings,
}

/// Whether a record is about anybody real.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Environment {
    /// It is.
    Production,
    /// It was made to try things out.
    Sandbox,
}

/// Where the provider stands with a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Under way: at the person, or at the provider.
    Open,
    /// It has verified the person.
    Approved,
    /// The person must hand in something again.
    Retry,
    /// It refuses the person for good.
    Refused(RejectionReason),
    /// Somebody at the provider or at the issuer must look.
    OnHold,
    /// Monitoring has found somebody on a list who may be this person, and nobody has
    /// said yet that it is somebody else.
    Listed,
    /// The person begins anew: what it had found was reset, or nothing was handed in.
    Withdrawn,
    /// It has deactivated or deleted what it had found.
    Deleted,
}

/// What a provider found. Where the issuer's field map names nothing, or the
/// provider said nothing, it is unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Findings {
    /// How thoroughly it looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// The jurisdiction of residence, or of the entity's register.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<Country>,
    /// What the investor may buy. Nothing else than what was asked about it says so;
    /// least of all where somebody resides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accreditation: Option<Accreditation>,
    /// The last day of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accreditation_ends: Option<Day>,
    /// Whether it declared to be a US person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub us_person: Option<bool>,
    /// How it resides in its country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub residency: Option<Residency>,
    /// The last day of the document by which it was identified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_expires: Option<Day>,
}
