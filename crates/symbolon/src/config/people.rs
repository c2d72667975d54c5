//! How people are verified: the site that links lead to, the mail server that sends them,
//! and the issuers' accounts with providers.

use std::{path::Path, sync::Arc};

use symbolon_core::{
    ids::{IssuerId, ProviderName},
    verification::Requirements,
};
use symbolon_providers::{
    Clock, Provider, SetupError,
    entrust::{Entrust, EntrustAccount, EntrustSecrets},
    sumsub::{Sumsub, SumsubAccount, SumsubSecrets},
};
use symbolon_server::{Account, Accounts, Site, letters::Mailer};

use super::{
    Environment, SecretSource,
    file::{KindFile, MailFile, ProviderFile, SecretPlaces, Several, SiteFile},
};
use crate::exit::{Failure, Result};

/// `[mail]`.
#[derive(Debug)]
pub(crate) struct MailConfig {
    server: SecretSource,
    from: String,
}

impl MailConfig {
    pub(super) fn checked(file: MailFile, folder: &Path, environment: Environment) -> Result<Self> {
        let server = one("mail.url", file.url, folder, environment)?;
        Ok(Self {
            server,
            from: file.from,
        })
    }

    /// The mail server; its URL is looked up now.
    pub(crate) fn mailer(&self) -> Result<Mailer> {
        let url = self.server.read("mail.url")?;
        Mailer::new(&url, &self.from).map_err(|error| {
            let key = match error {
                symbolon_server::letters::MailError::Sender => "mail.from",
                _ => "mail.url",
            };
            Failure::configuration(format!("{key}: {error}"))
        })
    }
}

/// `[site]`.
pub(super) fn site(file: Option<SiteFile>, environment: Environment) -> Result<Option<Site>> {
    let named = environment("SYMBOLON_SITE_URL").map(|url| ("SYMBOLON_SITE_URL", url));
    let named = named.or_else(|| file.map(|file| ("site.url", file.url)));
    let Some((key, url)) = named else {
        return Ok(None);
    };
    let site = Site::new(&url);
    site.map(Some)
        .map_err(|error| Failure::configuration(format!("{key}: {error}")))
}

/// One `[[provider]]`.
#[derive(Debug)]
pub(crate) struct ProviderConfig {
    /// Whose account it is.
    pub(crate) issuer: IssuerId,
    /// As links name it.
    pub(crate) name: ProviderName,
    key: String,
    kind: KindConfig,
    requirements: Requirements,
}

#[derive(Debug)]
enum KindConfig {
    Sumsub {
        account: Box<SumsubAccount>,
        token: SecretSource,
        secret: SecretSource,
        webhooks: Vec<SecretSource>,
    },
    Entrust {
        account: Box<EntrustAccount>,
        token: SecretSource,
        webhooks: Vec<SecretSource>,
    },
}

impl ProviderConfig {
    pub(super) fn checked(
        place: usize,
        file: ProviderFile,
        folder: &Path,
        environment: Environment,
    ) -> Result<Self> {
        let key = format!("provider[{place}]");
        let wrong = |field: &str, error: &dyn std::fmt::Display| {
            Failure::configuration(format!("{key}.{field}: {error}"))
        };
        let issuer = file.issuer.parse();
        let issuer = issuer.map_err(|error| wrong("issuer", &error))?;
        let name = file.name.parse();
        let name = name.map_err(|error| wrong("name", &error))?;
        let secret = |field: &str, places: SecretPlaces| {
            one(&format!("{key}.{field}"), places, folder, environment)
        };
        let kind = match file.kind {
            KindFile::Sumsub {
                account,
                token,
                secret: signing,
                webhook_secret,
            } => KindConfig::Sumsub {
                account,
                token: secret("token", token)?,
                secret: secret("secret", signing)?,
                webhooks: Several::all(Some(webhook_secret))
                    .into_iter()
                    .map(|places| secret("webhook_secret", places))
                    .collect::<Result<_>>()?,
            },
            KindFile::Entrust {
                account,
                token,
                webhook_token,
            } => KindConfig::Entrust {
                account,
                token: secret("token", token)?,
                webhooks: Several::all(Some(webhook_token))
                    .into_iter()
                    .map(|places| secret("webhook_token", places))
                    .collect::<Result<_>>()?,
            },
        };
        Ok(Self {
            issuer,
            name,
            key,
            kind,
            requirements: file.requirements,
        })
    }

    /// The account; its secrets are looked up now.
    pub(crate) fn account(&self) -> Result<Account> {
        Ok(Account {
            provider: self.provider()?,
            requirements: self.requirements.clone(),
        })
    }

    fn provider(&self) -> Result<Arc<dyn Provider>> {
        let key = &self.key;
        let wrong = |error: SetupError| Failure::configuration(format!("{key}.account.{error}"));
        let all = |field: &str, sources: &[SecretSource]| {
            let read = |source: &SecretSource| source.read(&format!("{key}.{field}"));
            sources.iter().map(read).collect::<Result<Vec<_>>>()
        };
        match &self.kind {
            KindConfig::Sumsub {
                account,
                token,
                secret,
                webhooks,
            } => {
                let secrets = SumsubSecrets {
                    token: token.read(&format!("{key}.token"))?,
                    secret: secret.read(&format!("{key}.secret"))?,
                    webhook_secrets: all("webhook_secret", webhooks)?,
                };
                let (name, account) = (self.name.clone(), account.as_ref().clone());
                let made = Sumsub::new(name, account, secrets, Clock::system());
                Ok(Arc::new(made.map_err(wrong)?))
            }
            KindConfig::Entrust {
                account,
                token,
                webhooks,
            } => {
                let secrets = EntrustSecrets {
                    api_token: token.read(&format!("{key}.token"))?,
                    webhook_tokens: all("webhook_token", webhooks)?,
                };
                let (name, account) = (self.name.clone(), account.as_ref().clone());
                let made = Entrust::new(name, account, secrets, Clock::system());
                Ok(Arc::new(made.map_err(wrong)?))
            }
        }
    }
}

/// All accounts, with their secrets.
pub(crate) fn accounts(providers: &[ProviderConfig]) -> Result<Accounts> {
    let accounts = providers
        .iter()
        .map(|provider| Ok((provider.issuer.clone(), provider.account()?)))
        .collect::<Result<Vec<_>>>()?;
    Ok(Accounts::new(accounts))
}

/// An issuer's accounts are told apart by their names, which webhooks' addresses have.
pub(super) fn refuse_twins(providers: &[ProviderConfig]) -> Result<()> {
    for (place, one) in providers.iter().enumerate() {
        let twin = providers[..place]
            .iter()
            .any(|other| (&other.issuer, &other.name) == (&one.issuer, &one.name));
        if twin {
            return Err(Failure::configuration(format!(
                "provider[{place}].name: {} has an account `{}` already: give this one another name",
                one.issuer, one.name
            )));
        }
    }
    Ok(())
}

/// A secret that is in one place.
fn one(
    key: &str,
    places: SecretPlaces,
    folder: &Path,
    environment: Environment,
) -> Result<SecretSource> {
    match places {
        SecretPlaces::Env { env } => SecretSource::variable(key, &env, environment),
        SecretPlaces::File { file } => Ok(SecretSource::file(&file, folder)),
    }
}
