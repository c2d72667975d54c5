//! Batches of up to 500: an answer for each entry, and a bad one never loses
//! the good ones.

use axum::{extract::State, http::StatusCode, response::Response};
use serde::{Deserialize, Serialize};
use symbolon_core::{
    command::{Command, Verdict},
    ids::{ChainId, InvestorId},
    investor::Source,
    time::UnixSeconds,
};
use symbolon_store::{Decision, Request, Subject};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Refused, decides_here,
    entries::{BatchResult, Entries},
    known_chains,
    verdicts::{AttestationBody, person},
    words::{InvestorType, Level, ResidencyWord, RevocationWord, StatusWord},
};
use crate::{
    change::{Done, Post, Transaction},
    extract::Check,
    problem::{FieldError, Problem, Result, catalog},
    state::{AppState, fresh_investor},
};

const MOST: usize = 500;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(verify))
        .routes(routes!(revoke))
}

/// Customers to admit, and who answers for their verdicts.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct VerificationBatch {
    attestation: AttestationBody,
    /// 1 to 500 customers.
    #[schema(value_type = Vec<VerificationEntry>, min_items = 1, max_items = 500)]
    entries: Entries,
}

/// A customer to admit: registered and linked if need be, and verified.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct VerificationEntry {
    /// The customer's wallet.
    #[schema(example = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    wallet: String,
    /// The jurisdiction of residence, ISO 3166-1 alpha-2 or alpha-3.
    #[schema(example = "DE")]
    country: String,
    #[serde(default)]
    #[schema(default = "retail")]
    investor_type: InvestorType,
    /// As is usual for the investor type, if absent.
    level: Option<Level>,
    /// An RFC 3339 moment or a date; without it the verdict never ends.
    #[schema(example = "2027-12-31")]
    expiry: Option<String>,
    /// The issuer's own reference. Entries with the same one are one customer.
    #[schema(example = "CRM-10042")]
    external_id: Option<String>,
    /// Whoever resides in the US is one, unless this says otherwise.
    us_person: Option<bool>,
    /// A natural person is at least so old, in years.
    #[schema(example = 18, maximum = 130)]
    least_age: Option<u8>,
    /// How a natural person resides in its country.
    residency: Option<ResidencyWord>,
    /// The chains that a newly bound wallet counts on; all by default.
    chains: Option<Vec<u64>>,
}

impl VerificationEntry {
    fn read(
        &self,
        source: &Source,
        known: &[ChainId],
        now: UnixSeconds,
    ) -> Result<Request, Vec<FieldError>> {
        let mut check = Check::default();
        let wallet = check.wallet("wallet", &self.wallet);
        let country = check.country("country", &self.country);
        let expiry = check.expiry("expiry", self.expiry.as_deref(), now);
        let external_id = check.external_id("external_id", self.external_id.as_deref());
        let chains = check.chains("chains", self.chains.as_deref(), known);
        let person = person(&mut check, self.least_age, self.residency);
        let (kind, accreditation, usual) = self.investor_type.meaning();
        let request = (|| {
            let (wallet, country, external_id) = (wallet?, country?, external_id?);
            Some(Request {
                subject: Subject::Row {
                    new: fresh_investor(),
                    wallet,
                    external_id: external_id.clone(),
                },
                command: Command::Admit {
                    kind,
                    external_id,
                    wallet,
                    chains: chains?,
                    verdict: Verdict {
                        level: self.level.map_or(usual, Into::into),
                        country,
                        accreditation,
                        accreditation_ends: None,
                        us_person: self.us_person.unwrap_or(country.is_united_states()),
                        person: person?,
                        expiry: expiry?,
                        source: source.clone(),
                    },
                },
            })
        })();
        check.finish(request)
    }
}

/// Verify a batch
///
/// Registers, links and verifies up to 500 customers in one transaction, with
/// a result for each in the order of the entries. A refused entry changes
/// nothing and concerns nobody else. An entry whose customer stands so already
/// is `ok` with `changed: false`. A customer that was revoked is refused: it is
/// verified again by name.
#[utoipa::path(
    post, path = "/verifications/batch", operation_id = "verify_batch", tag = "Batches",
    request_body = VerificationBatch,
    responses((status = 200, description = "A result for each entry", body = BatchResult<Decided>), Refused)
)]
async fn verify(State(state): State<AppState>, post: Post<VerificationBatch>) -> Result<Response> {
    decides_here(&state, &post.caller).await?;
    let known = known_chains(&state, &post.caller).await?;
    let now = state.clock.now();
    let post = post.map(|body| {
        let mut check = Check::default();
        let source = body.attestation.read(&mut check);
        let source = check.finish(source)?;
        let read = |entry: VerificationEntry| Ok(entry.read(&source, &known, now)?);
        body.entries.read(("entries", MOST), read)
    })?;
    post.commit(&state, |transaction| decide(transaction, &post.body))
        .await
}

/// Customers to revoke.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RevocationBatch {
    /// 1 to 500 customers.
    #[schema(value_type = Vec<RevocationEntry>, min_items = 1, max_items = 500)]
    entries: Entries,
}

/// A customer to revoke, named in exactly one way.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RevocationEntry {
    /// One of its wallets. All of its wallets are revoked.
    #[schema(example = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    wallet: Option<String>,
    /// Its id.
    investor: Option<String>,
    /// The issuer's own reference.
    #[schema(example = "CRM-10042")]
    external_id: Option<String>,
    reason: RevocationWord,
}

impl RevocationEntry {
    fn read(&self) -> Result<Request, Vec<FieldError>> {
        let mut check = Check::default();
        let subject = match (&self.wallet, &self.investor, &self.external_id) {
            (Some(wallet), None, None) => check.wallet("wallet", wallet).map(Subject::Wallet),
            (None, Some(id), None) => match id.parse::<InvestorId>() {
                Ok(id) => Some(Subject::Investor(id)),
                Err(error) => {
                    check.refuse("investor", "bad_investor_id", error.to_string());
                    None
                }
            },
            (None, None, Some(id)) => check
                .external_id("external_id", Some(id))
                .flatten()
                .map(Subject::ExternalId),
            _ => {
                let message =
                    "name the customer in exactly one way: wallet, investor or external_id";
                check.refuse("", "ambiguous_subject", message);
                None
            }
        };
        check.finish(subject.map(|subject| Request {
            subject,
            command: Command::Revoke(self.reason.into()),
        }))
    }
}

/// Revoke a batch
///
/// Withdraws up to 500 verdicts in one transaction, with a result for each in
/// the order of the entries. Denials overtake everything else that waits for a
/// chain.
#[utoipa::path(
    post, path = "/revocations/batch", operation_id = "revoke_batch", tag = "Batches",
    request_body = RevocationBatch,
    responses((status = 200, description = "A result for each entry", body = BatchResult<Decided>), Refused)
)]
async fn revoke(State(state): State<AppState>, post: Post<RevocationBatch>) -> Result<Response> {
    decides_here(&state, &post.caller).await?;
    let post = post.map(|body| {
        let read = |entry: RevocationEntry| Ok(entry.read()?);
        body.entries.read(("entries", MOST), read)
    })?;
    post.commit(&state, |transaction| decide(transaction, &post.body))
        .await
}

/// What was decided of an entry.
#[derive(Debug, Default, Serialize, ToSchema)]
struct Decided {
    /// Of `ok`: the investor's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    investor: Option<String>,
    /// Of `ok`: where the investor stands now.
    #[serde(skip_serializing_if = "Option::is_none")]
    investor_status: Option<StatusWord>,
    /// Of `ok`: whether anything changed by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    changed: Option<bool>,
}

impl From<Decision> for Decided {
    fn from(decision: Decision) -> Self {
        Self {
            investor: Some(decision.investor.id.to_string()),
            investor_status: Some(decision.investor.status.name().into()),
            changed: Some(decision.entry.is_some()),
        }
    }
}

/// Decides all that could be read together.
async fn decide(
    mut transaction: Transaction,
    entries: &[Result<Request>],
) -> Result<Done<BatchResult<Decided>>> {
    let requests = entries.iter().filter_map(|entry| entry.as_ref().ok());
    let decided = transaction.decide_all(requests.cloned().collect()).await?;
    let mut decided = decided.into_iter();
    let mut result = BatchResult::new();
    for entry in entries {
        result.add(match entry {
            Err(problem) => Err(problem.clone()),
            Ok(_) => decided
                .next()
                .unwrap_or_else(|| Err(Problem::plain(&catalog::INTERNAL)))
                .map(Decided::from),
        })?;
    }
    Ok(transaction.done(StatusCode::OK, result))
}
