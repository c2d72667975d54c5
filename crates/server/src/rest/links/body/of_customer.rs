//! A link for an instance's customer, in JSON.

use serde::Deserialize;
use symbolon_core::ids::{ChainId, InvestorId};
use utoipa::ToSchema;

use super::NewLinkBody;
use crate::{links::NewLink, problem::FieldError};

/// A link that is to be made for a customer. It has no field for whom it is, and none that
/// changes what other instances share: the person's address, or which wallet is lost.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewCustomerLink)]
pub(in crate::rest::links) struct NewCustomerLinkBody {
    /// Whether a provider is to verify the person; true unless you say otherwise.
    check: Option<bool>,
    /// Which of the issuer's accounts with providers; the only one where there is one.
    #[schema(example = "sumsub")]
    provider: Option<String>,
    /// The provider's level or workflow; the account's own by default.
    level: Option<String>,
    /// Whether the person is to prove a wallet; true unless you say otherwise.
    prove_wallet: Option<bool>,
    /// Which wallet; any of the person's choice by default.
    wallet: Option<String>,
    /// The chains on which the wallet counts, by id; all of the issuer's by default.
    chains: Option<Vec<u64>>,
    /// In which language the person is spoken to; by default that of the browser, and in letters English.
    #[schema(example = "de")]
    language: Option<String>,
    /// For how many hours the link may be used.
    #[schema(minimum = 24, maximum = 720, default = 168)]
    hours: Option<u32>,
    /// Whether it is sent to the e-mail address in the person's profile. Else the answer has
    /// its `url`.
    #[serde(default)]
    send: bool,
}

impl NewCustomerLinkBody {
    /// The link, for the investor on whom the customer stands.
    pub(in crate::rest::links) fn read(
        &self,
        investor: InvestorId,
        known: &[ChainId],
    ) -> Result<NewLink, Vec<FieldError>> {
        let body = NewLinkBody {
            investor: None,
            kind: None,
            external_id: None,
            email: None,
            check: self.check,
            provider: self.provider.clone(),
            level: self.level.clone(),
            prove_wallet: self.prove_wallet,
            wallet: self.wallet.clone(),
            replaces: None,
            chains: self.chains.clone(),
            language: self.language.clone(),
            hours: self.hours,
            send: self.send,
            attestation: None,
        };
        let new = body.read(known)?;
        Ok(NewLink {
            investor: Some(investor),
            ..new
        })
    }
}
