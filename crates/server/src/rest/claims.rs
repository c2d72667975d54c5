//! Claims (ERC-735): what investors' identities are told of them.

use alloy_primitives::{Address, B256};
use axum::{Json, extract::State, response::Response};
use serde::{Deserialize, Serialize};
use symbolon_core::{
    claim::{ClaimTopic, record::ClaimRecord},
    command::Command,
    identity::mirrored::Purposes,
    wallet::WalletAddress,
};
use symbolon_store::IdentityOnChain;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Refused, act, model::InvestorBody};
use crate::{
    auth::Caller,
    change::Post,
    extract::{Check, InvestorPath},
    problem::{Result, unknown_investor},
    state::AppState,
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(issue))
        .routes(routes!(revoke))
        .routes(routes!(identities))
}

/// A claim to be issued.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewClaim {
    /// About what: `kyc`, `aml`, `accreditation`, or a number of your own, decimal or
    /// hexadecimal with `0x`.
    #[schema(example = "kyc")]
    topic: String,
    /// An RFC 3339 moment or a date; without it the claim ends with the verdict.
    #[schema(example = "2027-12-31")]
    expiry: Option<String>,
    /// What it says beyond its topic, the hash of a document for instance. Never
    /// personal data: every chain shows it.
    #[schema(value_type = Option<String>)]
    content: Option<B256>,
}

/// Claim something of an investor
///
/// The investor's identity gets the claim on every chain that has identities, and is
/// deployed there for the first one. The claim stands while the investor is verified
/// and not barred. Issued again, it is renewed; what was revoked stands again.
#[utoipa::path(
    post, path = "/investors/{id}/claims", operation_id = "issue_claim",
    tag = "Claims",
    params(("id" = String, Path, description = "The investor's id")),
    request_body = NewClaim,
    responses((status = 200, description = "The investor", body = InvestorBody), Refused)
)]
async fn issue(
    InvestorPath(id): InvestorPath,
    State(state): State<AppState>,
    post: Post<NewClaim>,
) -> Result<Response> {
    let now = state.clock.now();
    let post = post.map(|body| {
        let mut check = Check::default();
        let topic = topic(&mut check, &body.topic);
        let expiry = check.expiry("expiry", body.expiry.as_deref(), now);
        let command = topic
            .zip(expiry)
            .map(|(topic, expiry)| Command::IssueClaim {
                topic,
                expiry,
                content: body.content,
            });
        Ok(check.finish(command)?)
    })?;
    act(&state, &post, id, Clone::clone).await
}

/// A claim to be taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClaimRevocation {
    /// About what.
    #[schema(example = "kyc")]
    topic: String,
}

/// Revoke a claim
///
/// On every chain, ahead of approvals: its issuer stands by it no more, wherever it is
/// held. Of an investor of whom it never was claimed the refusal is kept.
#[utoipa::path(
    post, path = "/investors/{id}/claims/revoke", operation_id = "revoke_claim",
    tag = "Claims",
    params(("id" = String, Path, description = "The investor's id")),
    request_body = ClaimRevocation,
    responses((status = 200, description = "The investor", body = InvestorBody), Refused)
)]
async fn revoke(
    InvestorPath(id): InvestorPath,
    State(state): State<AppState>,
    post: Post<ClaimRevocation>,
) -> Result<Response> {
    let post = post.map(|body| {
        let mut check = Check::default();
        let topic = topic(&mut check, &body.topic);
        Ok(check.finish(topic)?)
    })?;
    act(&state, &post, id, |topic| Command::RevokeClaim {
        topic: *topic,
    })
    .await
}

fn topic(check: &mut Check, text: &str) -> Option<ClaimTopic> {
    match text.parse() {
        Ok(topic) => Some(topic),
        Err(error) => {
            check.refuse("topic", "no_topic", format!("{error}"));
            None
        }
    }
}

/// An investor's identity (ERC-734, ERC-735) on one chain.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Identity)]
struct IdentityBody {
    /// The chain, by its EIP-155 id.
    #[schema(example = 8453)]
    chain_id: u64,
    /// Which of the issuer's registries there.
    place: u8,
    /// Where it is, or will be once something is claimed.
    #[schema(value_type = String)]
    address: Address,
    /// Whether it was there when the chain was last read.
    deployed: bool,
    /// Which wallets act for it.
    keys: Vec<KeyBody>,
    /// What is claimed.
    claims: Vec<ClaimOnChainBody>,
    /// Whether all of this is what the register wants there.
    settled: bool,
}

/// A wallet's key of an identity.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = IdentityKey)]
struct KeyBody {
    #[schema(value_type = String)]
    wallet: WalletAddress,
    /// ERC-734's: 1 manages, 2 acts, 3 signs claims, 4 encrypts. Null where they are
    /// to be read.
    purposes: Option<Vec<u8>>,
}

/// A claim as a chain holds it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ClaimOnChain)]
struct ClaimOnChainBody {
    /// About what.
    #[schema(example = "kyc")]
    topic: String,
    /// Whether the identity holds one that its issuer stands by, its end aside. Null
    /// where that is to be read.
    stands: Option<bool>,
    /// Which version of it; 0 is none.
    version: Option<u16>,
    /// When that ends; null is never.
    #[schema(format = DateTime)]
    ends: Option<String>,
}

impl IdentityBody {
    fn new(identity: IdentityOnChain) -> Self {
        Self {
            chain_id: identity.registry.chain.0,
            place: identity.registry.place,
            address: identity.address,
            deployed: identity.is_deployed(),
            settled: !identity.is_under_way,
            keys: identity
                .keys
                .into_iter()
                .map(|(wallet, held)| KeyBody {
                    wallet,
                    purposes: held.map(Purposes::listed),
                })
                .collect(),
            claims: identity
                .claims
                .into_iter()
                .map(|(topic, held)| ClaimOnChainBody {
                    topic: topic.to_string(),
                    stands: held.map(ClaimRecord::stands),
                    version: held.map(|held| held.version().0),
                    ends: held
                        .and_then(ClaimRecord::ends)
                        .map(|ends| ends.to_string()),
                })
                .collect(),
        }
    }
}

/// List an investor's identities
///
/// One for each registry that has identities, as its chain was last read. The address
/// is known before the identity is there, and differs on every chain.
#[utoipa::path(
    get, path = "/investors/{id}/identities", operation_id = "list_identities",
    tag = "Claims",
    params(("id" = String, Path, description = "The investor's id")),
    responses(
        (status = 200, description = "The identities, by chain", body = Vec<IdentityBody>),
        Refused
    )
)]
async fn identities(
    InvestorPath(id): InvestorPath,
    caller: Caller,
    State(state): State<AppState>,
) -> Result<Json<Vec<IdentityBody>>> {
    let store = &state.store;
    let known = store.investor(&caller.issuer, id).await;
    known.map_err(unknown_investor)?;
    let found = store.identity_on_chains(&caller.issuer, id).await?;
    Ok(Json(found.into_iter().map(IdentityBody::new).collect()))
}
