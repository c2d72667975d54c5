//! Links in JSON.

mod of_customer;

use std::fmt;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use symbolon_core::{
    ids::{ChainId, ProviderName},
    language::LanguageTag,
    link::{LinkLifetime, LinkStatus},
    time::UnixSeconds,
    wallet::ChainScope,
};
use symbolon_store::Link;
use utoipa::ToSchema;

use crate::{
    extract::Check,
    links::{self, NewLink, WantedWallet},
    problem::FieldError,
    rest::{verdicts::AttestationBody, words::Kind},
};

pub(super) use of_customer::NewCustomerLinkBody;

/// A link that is to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewLink)]
pub(super) struct NewLinkBody {
    /// For whom. Without it somebody new is registered.
    #[schema(value_type = Option<String>)]
    investor: Option<String>,
    /// What somebody new is.
    kind: Option<Kind>,
    /// Your own reference of somebody new.
    #[schema(example = "CRM-10042")]
    external_id: Option<String>,
    /// Where mail reaches the person: it goes to the vault.
    #[schema(value_type = Option<String>, example = "jane@example.com")]
    email: Option<SecretString>,
    /// Whether a provider is to verify the person; true unless you say otherwise.
    check: Option<bool>,
    /// Which of your accounts with providers; your only one where you have one.
    #[schema(example = "sumsub")]
    provider: Option<String>,
    /// The provider's level or workflow; the account's own by default.
    level: Option<String>,
    /// Whether the person is to prove a wallet; true unless you say otherwise.
    prove_wallet: Option<bool>,
    /// Which wallet; any of the person's choice by default.
    wallet: Option<String>,
    /// The investor's wallet whose key is lost: it is barred once the new one is proved.
    replaces: Option<String>,
    /// The chains on which the wallet counts, by id; all of the issuer's by default.
    chains: Option<Vec<u64>>,
    /// In which language the person is spoken to, by BCP 47: the pages and letters speak en, de,
    /// fr, es and it. Without one the pages go by the person's browser, and letters are in English.
    #[schema(example = "de")]
    language: Option<String>,
    /// For how many hours the link may be used.
    #[schema(minimum = 24, maximum = 720, default = 168)]
    hours: Option<u32>,
    /// Whether it is sent to the person's e-mail address. Else the answer has its `url`.
    #[serde(default)]
    send: bool,
    /// Who answers for it that whoever proves a wallet is the investor, where nothing but an
    /// e-mail would say so to a register that has judged the investor.
    attestation: Option<AttestationBody>,
}

impl fmt::Debug for NewLinkBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewLink(…)")
    }
}

impl NewLinkBody {
    pub(super) fn read(&self, known: &[ChainId]) -> Result<NewLink, Vec<FieldError>> {
        let mut check = Check::default();
        let investor = self.investor.as_deref().map(|text| {
            let read = text.parse();
            read.map_err(|_| {
                check.refuse("investor", "bad_id", "an investor id is 0x and 64 digits")
            })
            .ok()
        });
        let external_id = check.external_id("external_id", self.external_id.as_deref());
        let hours = LinkLifetime::hours(self.hours.unwrap_or(LinkLifetime::WEEK.into()));
        let lifetime = hours
            .map_err(|error| check.refuse("hours", "out_of_range", error.to_string()))
            .ok();
        let chains = check.chains("chains", self.chains.as_deref(), known);
        let wallet = match (self.prove_wallet, self.wallet.as_deref()) {
            (Some(false), Some(_)) => {
                let message = "names a wallet that is not to be proved: leave one of the two out";
                check.refuse("wallet", "contradiction", message);
                None
            }
            (_, Some(text)) => check.wallet("wallet", text).map(WantedWallet::This),
            (Some(false), None) => Some(WantedWallet::None),
            (_, None) => Some(WantedWallet::Any),
        };
        let replaces = self
            .replaces
            .as_deref()
            .map(|text| check.wallet("replaces", text));
        let language = self.language.as_deref().map(|text| {
            let read = text.parse::<LanguageTag>();
            read.map_err(|error| check.refuse("language", "bad_language", error.to_string()))
                .ok()
        });
        let provider = self.provider(&mut check);
        let attested = self.attestation.as_ref();
        let attested = attested.map(|word| word.attested(&mut check));
        if self.attestation.is_some() && self.prove_wallet == Some(false) {
            let message = "is for a wallet that is not to be proved: leave one of the two out";
            check.refuse("attestation", "contradiction", message);
        }
        let new = (|| {
            Some(NewLink {
                investor: investor.map_or(Some(None), |id| id.map(Some))?,
                kind: self.kind.map(Into::into).unwrap_or_default(),
                external_id: external_id?,
                email: self.email.clone(),
                check: provider?,
                wallet: wallet?,
                replaces: replaces.map_or(Some(None), |wallet| wallet.map(Some))?,
                chains: chains?,
                language: language.map_or(Some(None), |tag| tag.map(Some))?,
                lifetime: lifetime?,
                send: self.send,
                attested: attested.map_or(Some(None), |word| word.map(Some))?,
            })
        })();
        check.finish(new)
    }

    fn provider(&self, check: &mut Check) -> Option<links::Check> {
        let level = self.level.clone();
        match (self.check, self.provider.as_deref()) {
            (Some(false), None) => Some(links::Check::None),
            (Some(false), Some(_)) => {
                let message = "names a provider for no check: leave one of the two out";
                check.refuse("provider", "contradiction", message);
                None
            }
            (_, None) => Some(links::Check::Only { level }),
            (_, Some(name)) => match name.parse::<ProviderName>() {
                Ok(provider) => Some(links::Check::Named { provider, level }),
                Err(error) => {
                    check.refuse("provider", "bad_provider", error.to_string());
                    None
                }
            },
        }
    }
}

/// A link, without what opens it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Link)]
pub(super) struct LinkBody {
    id: String,
    /// Who is to be verified.
    investor: String,
    /// Your own reference of that investor; null in links of customers, since instances have
    /// references of their own.
    #[schema(example = "CRM-10042")]
    external_id: Option<String>,
    #[schema(value_type = String, example = "pending")]
    status: LinkStatus,
    /// By which of your accounts with providers; null: by none.
    provider: Option<String>,
    /// Whether a wallet is to be proved.
    prove_wallet: bool,
    /// Which one; null: any.
    wallet: Option<String>,
    /// In whose place it comes.
    replaces: Option<String>,
    /// Where it counts; null: on all of the issuer's chains.
    chains: Option<Vec<u64>>,
    /// In which language the person is spoken to; null: the browser's.
    language: Option<String>,
    /// Who answers for it that whoever proves a wallet is the investor; null: nobody need.
    attestation: Option<AttestationBody>,
    /// The wallet that signed.
    proved: Option<String>,
    /// The attempt that began by it.
    verification: Option<String>,
    #[schema(format = DateTime)]
    created: String,
    /// Who made it, as the log names them.
    created_by: String,
    #[schema(format = DateTime)]
    expires: String,
    #[schema(format = DateTime)]
    opened: Option<String>,
    #[schema(format = DateTime)]
    completed: Option<String>,
    /// What opens it, where it is not sent: shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

impl LinkBody {
    /// The same, with room for what opens it.
    #[must_use]
    pub(super) fn shown_if(self, shown: bool) -> Self {
        Self {
            url: shown.then(String::new),
            ..self
        }
    }

    /// As an instance sees it: the issuer's own reference is none of its.
    pub(super) fn of_customer(link: &Link, now: UnixSeconds) -> Self {
        Self {
            external_id: None,
            ..Self::new(link, now)
        }
    }

    pub(super) fn new(link: &Link, now: UnixSeconds) -> Self {
        let purpose = &link.purpose;
        Self {
            id: link.id.to_string(),
            investor: purpose.investor.to_string(),
            external_id: link.external_id.as_ref().map(ToString::to_string),
            status: link.progress.at(now),
            provider: purpose.provider.as_ref().map(ToString::to_string),
            prove_wallet: purpose.wants_wallet,
            wallet: purpose.wallet.map(|wallet| wallet.to_string()),
            replaces: purpose.replaces.map(|wallet| wallet.to_string()),
            chains: match &purpose.chains {
                ChainScope::All => None,
                ChainScope::Only(chains) => Some(chains.iter().map(|chain| chain.0).collect()),
            },
            language: purpose.language.as_ref().map(ToString::to_string),
            attestation: purpose.attested.as_ref().map(Into::into),
            proved: link.proved.map(|wallet| wallet.to_string()),
            verification: link.verification.map(|id| id.to_string()),
            created: link.created.to_string(),
            created_by: link.created_by.clone(),
            expires: link.progress.expires.to_string(),
            opened: link.progress.opened.map(|at| at.to_string()),
            completed: link.progress.completed.map(|at| at.to_string()),
            url: None,
        }
    }
}
