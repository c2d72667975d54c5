//! Certificates (ERC-5851): what an investor was certified for beyond its verdict.

use axum::{extract::State, response::Response};
use serde::Deserialize;
use symbolon_core::{
    certificate::{CertificateId, RequirementVersion},
    command::Command,
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Refused, act, model::InvestorBody};
use crate::{
    change::Post,
    extract::{Check, InvestorPath},
    problem::Result,
    state::AppState,
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(issue))
        .routes(routes!(revoke))
}

/// A certificate to be issued.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewCertificate {
    /// For what: the id that the chains' certificate registries know it by.
    #[schema(example = 7)]
    certificate: u64,
    /// The version of its requirements by which the investor was examined.
    #[serde(default = "first")]
    #[schema(minimum = 1, default = 1)]
    requirements: u32,
    /// An RFC 3339 moment or a date; without it the certificate ends with the
    /// verdict.
    #[schema(example = "2027-12-31")]
    expiry: Option<String>,
}

fn first() -> u32 {
    RequirementVersion::default().0
}

/// Certify an investor
///
/// Each of its wallets holds the certificate on every chain that has a certificate
/// registry, while the investor is verified and not barred. Issued again, it is
/// renewed; what was revoked counts again.
#[utoipa::path(
    post, path = "/investors/{id}/certificates", operation_id = "issue_certificate",
    tag = "Certificates",
    params(("id" = String, Path, description = "The investor's id")),
    request_body = NewCertificate,
    responses((status = 200, description = "The investor", body = InvestorBody), Refused)
)]
async fn issue(
    InvestorPath(id): InvestorPath,
    State(state): State<AppState>,
    post: Post<NewCertificate>,
) -> Result<Response> {
    let now = state.clock.now();
    let post = post.map(|body| {
        let mut check = Check::default();
        if body.requirements == 0 {
            let message = "versions begin with 1";
            check.refuse("requirements", "no_requirements", message);
        }
        let expiry = check.expiry("expiry", body.expiry.as_deref(), now);
        let command = expiry.map(|expiry| Command::Certify {
            certificate: CertificateId(body.certificate),
            requirements: RequirementVersion(body.requirements),
            expiry,
        });
        Ok(check.finish(command)?)
    })?;
    act(&state, &post, id, Clone::clone).await
}

/// A certificate to be taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CertificateRevocation {
    /// Which.
    #[schema(example = 7)]
    certificate: u64,
}

/// Revoke a certificate
///
/// On every chain, ahead of approvals. Of an investor that never held it the
/// revocation is kept, so that no proof earns it.
#[utoipa::path(
    post, path = "/investors/{id}/certificates/revoke", operation_id = "revoke_certificate",
    tag = "Certificates",
    params(("id" = String, Path, description = "The investor's id")),
    request_body = CertificateRevocation,
    responses((status = 200, description = "The investor", body = InvestorBody), Refused)
)]
async fn revoke(
    InvestorPath(id): InvestorPath,
    State(state): State<AppState>,
    post: Post<CertificateRevocation>,
) -> Result<Response> {
    act(&state, &post, id, |body| Command::RevokeCertificate {
        certificate: CertificateId(body.certificate),
    })
    .await
}
