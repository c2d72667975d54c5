//! Entrust Identity Verification, formerly Onfido.
//!
//! A person goes through a run of one of the issuer's workflows. What a run puts out
//! is whatever the issuer made its workflow put out, so the account says where the
//! values are. A webhook has no id and no signed time: it is a hint, and the run is
//! read at the configured server, whatever address the webhook names.

mod client;
mod mapping;
mod monitor;
mod run;
mod session;
mod webhook;

use ::http::HeaderMap;
use futures::future::BoxFuture;
pub use mapping::{EntrustMapping, FieldName, Pick, Pointer, WorkflowMapping};
pub use monitor::Monitor;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
pub use session::PlaceholderNames;
use symbolon_core::verification::{Environment, ProviderName};
use url::Url;

use self::client::Client;
use crate::{
    Clock, FetchError, Hint, HintError, Provider, Record, Session, SessionRequest, SetupError,
    Watching, id, setup,
};

/// Of the form of a run's id, and nobody's.
const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

/// An account with Entrust, but for its secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntrustAccount {
    /// Where the account is: regions know nothing of each other.
    pub region: Region,
    /// Another server than the region's, without a path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_url: Option<Url>,
    /// Whether the account's applicants are real: the token picks.
    pub environment: Environment,
    /// The workflow to which persons are sent, by its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow: Option<String>,
    /// The names of persons whose names are not known yet, which Entrust asks for.
    /// Without them such persons get no session: a search of lists for a name that
    /// is nobody's finds nothing, so this is for workflows that ask for the names
    /// before they search.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placeholder_names: Option<PlaceholderNames>,
    /// Which lists Entrust watches for those whom it approved; none by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub monitor: Option<Monitor>,
    /// What runs put out means to the register.
    pub mapping: EntrustMapping,
    /// How long an answer may take: 1 to 300 seconds, by default 20.
    #[serde(default = "setup::default_timeout")]
    pub timeout_seconds: u16,
}

/// Where an account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Region {
    /// The European Union.
    Eu,
    /// The United States.
    Us,
    /// Canada.
    Ca,
}

impl Region {
    const fn server(self) -> &'static str {
        match self {
            Self::Eu => "https://api.eu.onfido.com",
            Self::Us => "https://api.us.onfido.com",
            Self::Ca => "https://api.ca.onfido.com",
        }
    }
}

/// An account's secrets.
#[derive(Clone, Debug)]
pub struct EntrustSecrets {
    /// The API token. By how it begins it must fit the environment.
    pub api_token: SecretString,
    /// What webhooks are signed with, as Entrust told when each was made: two while
    /// one follows another.
    pub webhook_tokens: Vec<SecretString>,
}

/// Entrust, through one account.
pub struct Entrust {
    name: ProviderName,
    account: EntrustAccount,
    webhook_tokens: Vec<SecretString>,
    client: Client,
    clock: Clock,
}

impl Entrust {
    /// An account under the issuer's name for it. Nobody is asked yet.
    pub fn new(
        name: ProviderName,
        account: EntrustAccount,
        secrets: EntrustSecrets,
        clock: Clock,
    ) -> Result<Self, SetupError> {
        let EntrustSecrets {
            api_token,
            webhook_tokens,
        } = secrets;
        setup::secret("api_token", &api_token)?;
        setup::secrets("webhook_tokens", &webhook_tokens)?;
        setup::environment(&api_token, account.environment, "api_sandbox", "api_live")?;
        if account.workflow.as_deref().is_some_and(|id| !id::is_id(id)) {
            return Err(SetupError::new(
                "workflow",
                "write the workflow's id, not its name",
            ));
        }
        let server = setup::server(account.base_url.as_ref(), account.region.server())?;
        let timeout = setup::timeout(account.timeout_seconds)?;
        let client = Client::new(&server, timeout, &api_token)?;
        Ok(Self {
            name,
            account,
            webhook_tokens,
            client,
            clock,
        })
    }

    async fn read(&self, subject: &str) -> Result<Record, FetchError> {
        let subject = monitor::run_of(&self.client, subject).await?;
        let run = self.client.run(&subject).await?;
        let applicant = self.client.applicant(run::applicant(&run)?).await?;
        let mut record = run::record(&self.name, &self.account, &subject, &run, &applicant)?;
        if self.account.monitor.is_some() {
            monitor::hold(&self.client, run::applicant(&run)?, &mut record.fact).await?;
        }
        Ok(record)
    }

    async fn forget(&self, subject: &str) -> Result<(), FetchError> {
        let run = match self.client.run(id::subject(subject)?).await {
            Err(FetchError::NotFound) => return Ok(()),
            run => run?,
        };
        let applicant = run::applicant(&run)?;
        monitor::end(&self.client, applicant).await?;
        match self.client.delete_applicant(applicant).await {
            Err(FetchError::NotFound) => Ok(()),
            deleted => deleted,
        }
    }
}

impl std::fmt::Debug for Entrust {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Entrust({})", self.name)
    }
}

impl Provider for Entrust {
    fn name(&self) -> &ProviderName {
        &self.name
    }

    fn hint(&self, headers: &HeaderMap, body: &[u8]) -> Result<Hint, HintError> {
        webhook::read(&self.webhook_tokens, headers, body)
    }

    fn probe(&self) -> BoxFuture<'_, Result<(), FetchError>> {
        Box::pin(async { id::nobody(self.client.run(NOBODY).await.map(drop)) })
    }

    /// Of a monitor, the run is read after which it was made.
    fn fetch<'a>(&'a self, subject: &'a str) -> BoxFuture<'a, Result<Record, FetchError>> {
        Box::pin(self.read(subject))
    }

    /// Entrust says what it calls a run before anybody is sent there.
    fn subject_of(&self, _customer: &str) -> Option<String> {
        None
    }

    fn open<'a>(
        &'a self,
        request: &'a SessionRequest<'a>,
    ) -> BoxFuture<'a, Result<Session, FetchError>> {
        Box::pin(session::open(
            &self.account,
            &self.client,
            &self.clock,
            request,
        ))
    }

    fn watch<'a>(&'a self, subject: &'a str) -> BoxFuture<'a, Result<Watching, FetchError>> {
        Box::pin(async move {
            let subject = id::subject(subject)?;
            match self.account.monitor {
                None => Ok(Watching::NotAsked),
                Some(lists) => monitor::begin(&self.client, lists, subject).await,
            }
        })
    }

    /// Ends the applicant's monitors and deletes the applicant, which Entrust does
    /// after a while.
    fn deactivate<'a>(&'a self, subject: &'a str) -> BoxFuture<'a, Result<(), FetchError>> {
        Box::pin(self.forget(subject))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_its_region_its_environment_and_a_mapping() {
        let account = r#"{"region": "eu", "environment": "production",
            "monitor": "watchlist_aml", "mapping": {"workflows": {}}}"#;
        let account: EntrustAccount = serde_json::from_str(account).unwrap();
        let again = serde_json::to_string(&account).unwrap();
        assert_eq!(
            serde_json::from_str::<EntrustAccount>(&again).unwrap(),
            account
        );
        assert!(serde_json::from_str::<EntrustAccount>(r#"{"region": "eu"}"#).is_err());
        for (region, host) in [
            (Region::Eu, "api.eu.onfido.com"),
            (Region::Us, "api.us.onfido.com"),
            (Region::Ca, "api.ca.onfido.com"),
        ] {
            let server = setup::server(None, region.server()).unwrap();
            assert_eq!(server.host_str(), Some(host), "{region:?}");
        }
    }

    #[test]
    fn a_token_of_the_other_environment_is_refused() {
        let account =
            r#"{"region": "us", "environment": "production", "mapping": {"workflows": {}}}"#;
        let account: EntrustAccount = serde_json::from_str(account).unwrap();
        let secrets = EntrustSecrets {
            api_token: "api_sandbox_us.abc".into(),
            webhook_tokens: vec!["token".into()],
        };
        let name = "entrust".parse().unwrap();
        let error = Entrust::new(name, account, secrets, Clock::system()).unwrap_err();
        assert_eq!(error.field, "environment");
    }
}
