//! Names in paths.

use std::{fmt::Display, str::FromStr};

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};
use symbolon_core::{
    customer::CustomerId,
    federation::ProposalId,
    ids::{AuthorityIndex, ChainId, InstanceName, InvestorId, RegistryId},
    link::LinkId,
    verification::VerificationId,
    wallet::WalletAddress,
};

use crate::{
    auth::INSTANCE,
    problem::{Problem, Result, catalog},
};

/// `{id}` of an investor.
pub(crate) struct InvestorPath(pub(crate) InvestorId);

/// `{address}` of a wallet.
pub(crate) struct WalletPath(pub(crate) WalletAddress);

/// `{id}` of an investor and `{address}` of one of its wallets.
pub(crate) struct HeldWalletPath(pub(crate) InvestorId, pub(crate) WalletAddress);

/// `{chain_id}` and `{place}` of a registry.
pub(crate) struct RegistryPath(pub(crate) RegistryId);

/// `{number}` of an authority.
pub(crate) struct AuthorityPath(pub(crate) AuthorityIndex);

/// `{id}` of a proposal.
pub(crate) struct ProposalPath(pub(crate) ProposalId);

/// `{id}` of a link.
pub(crate) struct LinkPath(pub(crate) LinkId);

/// `{id}` of a verification.
pub(crate) struct VerificationPath(pub(crate) VerificationId);

/// `{instance}`.
pub(crate) struct InstancePath(pub(crate) InstanceName);

/// `{instance}`, and `{id}` of one of its customers.
pub(crate) struct CustomerPath(pub(crate) InstanceName, pub(crate) CustomerId);

/// `{instance}`, `{id}` of one of its customers, and `{link}` of one of that one's links.
pub(crate) struct CustomerLinkPath(
    pub(crate) InstanceName,
    pub(crate) CustomerId,
    pub(crate) LinkId,
);

/// `{id}` of an import.
pub(crate) struct JobPath(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for InvestorPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        Ok(Self(read(&parameters(parts, state).await?, "id")?))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for VerificationPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        Ok(Self(read(&parameters(parts, state).await?, "id")?))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for LinkPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        Ok(Self(read(&parameters(parts, state).await?, "id")?))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for WalletPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        Ok(Self(read(&parameters(parts, state).await?, "address")?))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for HeldWalletPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let parameters = parameters(parts, state).await?;
        Ok(Self(
            read(&parameters, "id")?,
            read(&parameters, "address")?,
        ))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for RegistryPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let parameters = parameters(parts, state).await?;
        Ok(Self(RegistryId {
            chain: ChainId(read(&parameters, "chain_id")?),
            place: read(&parameters, "place")?,
        }))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for AuthorityPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let number = read(&parameters(parts, state).await?, "number")?;
        Ok(Self(AuthorityIndex(number)))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ProposalPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        Ok(Self(ProposalId(read(
            &parameters(parts, state).await?,
            "id",
        )?)))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for InstancePath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        Ok(Self(read(&parameters(parts, state).await?, INSTANCE)?))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for CustomerPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let parameters = parameters(parts, state).await?;
        Ok(Self(read(&parameters, INSTANCE)?, read(&parameters, "id")?))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for CustomerLinkPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let parameters = parameters(parts, state).await?;
        Ok(Self(
            read(&parameters, INSTANCE)?,
            read(&parameters, "id")?,
            read(&parameters, "link")?,
        ))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for JobPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let parameters = parameters(parts, state).await?;
        Ok(Self(find(&parameters, "id").unwrap_or_default().to_owned()))
    }
}

async fn parameters<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<RawPathParams> {
    let invalid = || Problem::new(&catalog::INVALID_PARAMETER, "the path is no UTF-8");
    RawPathParams::from_request_parts(parts, state)
        .await
        .map_err(|_| invalid())
}

fn find<'a>(parameters: &'a RawPathParams, name: &str) -> Option<&'a str> {
    parameters
        .iter()
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value)
}

fn read<T>(parameters: &RawPathParams, name: &'static str) -> Result<T>
where
    T: FromStr,
    T::Err: Display,
{
    find(parameters, name)
        .unwrap_or_default()
        .parse()
        .map_err(|error: T::Err| Problem::parameter(name, "invalid", error.to_string()))
}
