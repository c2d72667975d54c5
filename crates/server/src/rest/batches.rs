//! Batches of up to 500: an answer for each entry, and a bad one never loses
//! the good ones.

mod results;

use axum::{extract::State, response::Response};
use serde::Deserialize;
use serde_json::value::RawValue;
use symbolon_core::{
    command::{Command, Verdict},
    ids::{ChainId, InvestorId},
    investor::Source,
    time::UnixSeconds,
};
use symbolon_store::{Request, Subject};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use results::{BatchResult, Entries};

use super::{
    Refused, decides_here, known_chains,
    verdicts::{AttestationBody, person},
    words::{InvestorType, Level, ResidencyWord, RevocationWord},
};
use crate::{
    change::Post,
    extract::Check,
    problem::{FieldError, Result},
    state::{AppState, fresh_investor},
};

const MOST: usize = 500;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(verify))
        .routes(routes!(revoke))
}

/// Customers to admit, and who answers for their verdicts.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct VerificationBatch {
    attestation: AttestationBody,
    /// 1 to 500 customers.
    #[schema(value_type = Vec<VerificationEntry>, min_items = 1, max_items = 500)]
    entries: Vec<Box<RawValue>>,
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
    responses((status = 200, description = "A result for each entry", body = BatchResult), Refused)
)]
async fn verify(State(state): State<AppState>, post: Post<VerificationBatch>) -> Result<Response> {
    decides_here(&state, &post.caller).await?;
    let known = known_chains(&state, &post.caller).await?;
    let now = state.clock.now();
    let post = post.map(|body| {
        let mut check = Check::default();
        count(&mut check, body.entries.len());
        let source = body.attestation.read(&mut check);
        let source = check.finish(source)?;
        Ok(Entries::read(&body.entries, |entry: VerificationEntry| {
            entry.read(&source, &known, now)
        }))
    })?;
    post.commit(&state, |transaction| post.body.decide(transaction))
        .await
}

/// Customers to revoke.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RevocationBatch {
    /// 1 to 500 customers.
    #[schema(value_type = Vec<RevocationEntry>, min_items = 1, max_items = 500)]
    entries: Vec<Box<RawValue>>,
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
    responses((status = 200, description = "A result for each entry", body = BatchResult), Refused)
)]
async fn revoke(State(state): State<AppState>, post: Post<RevocationBatch>) -> Result<Response> {
    decides_here(&state, &post.caller).await?;
    let post = post.map(|body| {
        let mut check = Check::default();
        count(&mut check, body.entries.len());
        check.finish(Some(()))?;
        Ok(Entries::read(&body.entries, |entry: RevocationEntry| {
            entry.read()
        }))
    })?;
    post.commit(&state, |transaction| post.body.decide(transaction))
        .await
}

fn count(check: &mut Check, entries: usize) {
    if !(1..=MOST).contains(&entries) {
        check.refuse(
            "entries",
            "wrong_count",
            format!("a batch has 1 to {MOST} entries, this one {entries}"),
        );
    }
}
