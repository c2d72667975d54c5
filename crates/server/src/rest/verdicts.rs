//! Verdicts by hand: verifying, rejecting, revoking.

use axum::{extract::State, response::Response};
use serde::{Deserialize, Serialize};
use symbolon_core::{
    command::{Command, Verdict},
    investor::{Attestation, Attested, MOST_YEARS, PersonFacts, Source, Years},
    time::UnixSeconds,
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Refused, act,
    model::InvestorBody,
    words::{AccreditationWord, Level, RejectionWord, ResidencyWord, RevocationWord},
};
use crate::{
    change::Post,
    extract::{Check, InvestorPath},
    problem::{FieldError, Result},
    state::AppState,
};

const LONGEST_NAME: usize = 128;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(verify))
        .routes(routes!(reject))
        .routes(routes!(revoke))
}

/// Whoever says so by hand answers for it: by name, and by the text signed.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Attestation)]
pub(super) struct AttestationBody {
    /// The person's name, as the issuer's staff list has it.
    #[schema(example = "maria.keller", max_length = 128)]
    operator: String,
    /// The whole text that they signed.
    #[schema(
        example = "I have seen the original documents and compared them with the person.",
        max_length = 4_000
    )]
    text: String,
    /// The issuer's version of that text.
    #[schema(example = "2026-03", max_length = 64)]
    version: String,
}

impl AttestationBody {
    pub(super) fn read(&self, check: &mut Check) -> Option<Source> {
        self.attested(check).map(by_hand)
    }

    /// The word itself, whatever it is for.
    pub(super) fn attested(&self, check: &mut Check) -> Option<Attested> {
        let (operator, text, version) = (&self.operator, &self.text, &self.version);
        attested(check, "attestation.", operator, text, version)
    }
}

impl From<&Attested> for AttestationBody {
    fn from(word: &Attested) -> Self {
        Self {
            operator: word.operator.clone(),
            text: word.attestation.text.clone(),
            version: word.attestation.version.clone(),
        }
    }
}

fn by_hand(word: Attested) -> Source {
    let Attested {
        operator,
        attestation,
    } = word;
    Source::Operator {
        operator,
        attestation,
    }
}

/// Reads who answers for verdicts given by hand, wherever the three texts stand.
pub(super) fn source(
    check: &mut Check,
    within: &str,
    operator: &str,
    text: &str,
    version: &str,
) -> Option<Source> {
    attested(check, within, operator, text, version).map(by_hand)
}

fn attested(
    check: &mut Check,
    within: &str,
    operator: &str,
    text: &str,
    version: &str,
) -> Option<Attested> {
    let (longest, longest_version) = (Attestation::LONGEST_TEXT, Attestation::LONGEST_VERSION);
    let operator = check.line(&format!("{within}operator"), operator, LONGEST_NAME);
    let text = check.prose(&format!("{within}text"), text, longest);
    let version = check.line(&format!("{within}version"), version, longest_version);
    let attestation = Attestation {
        text: text?,
        version: version?,
    };
    Some(Attested {
        operator: operator?,
        attestation,
    })
}

/// A verdict in the investor's favour, given by hand.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewVerification {
    level: Level,
    /// The jurisdiction of residence, ISO 3166-1 alpha-2 or alpha-3.
    #[schema(example = "DE")]
    country: String,
    #[serde(default)]
    #[schema(default = "none")]
    accreditation: AccreditationWord,
    /// The accreditation's last day. Afterwards the investor counts as not
    /// accredited, and stays verified.
    #[schema(format = Date, example = "2027-12-31")]
    accreditation_ends: Option<String>,
    /// Whether US law treats the investor as a US person, wherever it resides.
    #[serde(default)]
    us_person: bool,
    /// A natural person is at least so old, in years. Give no more than rules ask for,
    /// and no date of birth.
    #[schema(example = 18, maximum = 130)]
    least_age: Option<u8>,
    /// How a natural person resides in its country.
    residency: Option<ResidencyWord>,
    /// When the verdict ends: an RFC 3339 moment, or a date, which lasts until
    /// the end of that day in UTC. Without it the verdict never ends.
    #[schema(example = "2027-12-31")]
    expiry: Option<String>,
    attestation: AttestationBody,
}

impl NewVerification {
    fn read(&self, now: UnixSeconds) -> Result<Verdict, Vec<FieldError>> {
        let mut check = Check::default();
        let country = check.country("country", &self.country);
        let accreditation_ends =
            check.day("accreditation_ends", self.accreditation_ends.as_deref());
        let expiry = check.expiry("expiry", self.expiry.as_deref(), now);
        let source = self.attestation.read(&mut check);
        let person = person(&mut check, self.least_age, self.residency);
        let verdict = (|| {
            Some(Verdict {
                level: self.level.into(),
                country: country?,
                accreditation: self.accreditation.into(),
                accreditation_ends: accreditation_ends?,
                us_person: self.us_person,
                person: person?,
                expiry: expiry?,
                source: source?,
            })
        })();
        check.finish(verdict)
    }
}

/// What was seen of a person.
pub(super) fn person(
    check: &mut Check,
    least_age: Option<u8>,
    residency: Option<ResidencyWord>,
) -> Option<PersonFacts> {
    if least_age.is_some_and(|years| years > MOST_YEARS) {
        let message = format!("nobody is older than {MOST_YEARS}: give whole years, such as 18");
        check.refuse("least_age", "bad_least_age", message);
        return None;
    }
    Some(PersonFacts {
        least_age: least_age.map(Years),
        residency: residency.map(Into::into),
    })
}

/// Verify an investor by hand
///
/// Gives the first verdict or a renewal; also lifts a rejection, an expiry or,
/// since it names the investor, a revocation. A restriction or an asset freeze
/// stays. Every chain that the investor's wallets count on follows.
#[utoipa::path(
    post, path = "/investors/{id}/verifications", operation_id = "verify_investor",
    tag = "Verdicts",
    params(("id" = String, Path, description = "The investor's id")),
    request_body = NewVerification,
    responses((status = 200, description = "The investor, verified", body = InvestorBody), Refused)
)]
async fn verify(
    InvestorPath(id): InvestorPath,
    State(state): State<AppState>,
    post: Post<NewVerification>,
) -> Result<Response> {
    let now = state.clock.now();
    let post = post.map(|body| Ok(body.read(now)?))?;
    act(&state, &post, id, |verdict| {
        Command::Verify(verdict.clone())
    })
    .await
}

/// Why an investor is refused.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewRejection {
    reason: RejectionWord,
}

/// Reject a first verification
///
/// For an investor that is `pending`. A later verification lifts it.
#[utoipa::path(
    post, path = "/investors/{id}/rejections", operation_id = "reject_investor",
    tag = "Verdicts",
    params(("id" = String, Path, description = "The investor's id")),
    request_body = NewRejection,
    responses((status = 200, description = "The investor, rejected", body = InvestorBody), Refused)
)]
async fn reject(
    InvestorPath(id): InvestorPath,
    State(state): State<AppState>,
    post: Post<NewRejection>,
) -> Result<Response> {
    act(&state, &post, id, |body| {
        Command::Reject(body.reason.into())
    })
    .await
}

/// Why a verdict is withdrawn.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewRevocation {
    reason: RevocationWord,
}

/// Revoke an investor
///
/// Withdraws the verdict, on every chain and before anything else that waits
/// there. The balance stays, and neither sends nor receives.
#[utoipa::path(
    post, path = "/investors/{id}/revocations", operation_id = "revoke_investor",
    tag = "Verdicts",
    params(("id" = String, Path, description = "The investor's id")),
    request_body = NewRevocation,
    responses((status = 200, description = "The investor, revoked", body = InvestorBody), Refused)
)]
async fn revoke(
    InvestorPath(id): InvestorPath,
    State(state): State<AppState>,
    post: Post<NewRevocation>,
) -> Result<Response> {
    act(&state, &post, id, |body| {
        Command::Revoke(body.reason.into())
    })
    .await
}
