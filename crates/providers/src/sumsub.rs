//! Sumsub.
//!
//! Requests are signed with the account's secret, webhooks by secrets of their own.
//! A webhook carries no personal data and no signed time, arrives late, twice or in
//! another order, and several verdicts may follow one another: so it is taken as a
//! hint, and the applicant is read.

mod applicant;
mod client;
mod company;
mod link;
mod mapping;
mod person;
mod signing;
mod webhook;

use ::http::HeaderMap;
use futures::future::BoxFuture;
pub use link::LinkForm;
pub use mapping::{Choice, Item, Residence, SumsubMapping};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use symbolon_core::{
    investor::InvestorKind,
    verification::{Environment, ProviderName},
};
use url::Url;

use self::client::Client;
use crate::{
    Clock, Digest, FetchError, Hint, HintError, Provider, Record, Session, SessionRequest,
    SetupError, Watching, http::Answer, id, read, setup,
};

/// An account with Sumsub, but for its secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SumsubAccount {
    /// The server of the API, without a path; Sumsub's own by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_url: Option<Url>,
    /// Whether the account's applicants are real: one host serves both, and the
    /// token picks.
    pub environment: Environment,
    /// How webhooks are signed, as set with each webhook. The header that names an
    /// algorithm is compared with this and otherwise not believed.
    #[serde(default)]
    pub digest: Digest,
    /// By which of Sumsub's calls links are made.
    #[serde(default)]
    pub link_form: LinkForm,
    /// The level to which persons are sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person_level: Option<String>,
    /// The level to which legal entities are sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity_level: Option<String>,
    /// What applicants' data means to the register.
    pub mapping: SumsubMapping,
    /// How long an answer may take: 1 to 300 seconds, by default 20.
    #[serde(default = "setup::default_timeout")]
    pub timeout_seconds: u16,
}

const VENDORS_SERVER: &str = "https://api.sumsub.com";
/// Of the form of an applicant's id, and nobody's.
const NOBODY: &str = "000000000000000000000000";

/// What a subject begins with that is the register's name for somebody.
const CUSTOMER: &str = "customer:";

/// An account's secrets.
#[derive(Clone, Debug)]
pub struct SumsubSecrets {
    /// The app token. By its `sbx:` or `prd:` it must fit the environment.
    pub token: SecretString,
    /// What requests are signed with.
    pub secret: SecretString,
    /// What webhooks are signed with: two while one follows another.
    pub webhook_secrets: Vec<SecretString>,
}

/// Sumsub, through one account.
pub struct Sumsub {
    name: ProviderName,
    account: SumsubAccount,
    webhook_secrets: Vec<SecretString>,
    client: Client,
}

impl Sumsub {
    /// An account under the issuer's name for it. Nobody is asked yet.
    pub fn new(
        name: ProviderName,
        account: SumsubAccount,
        secrets: SumsubSecrets,
        clock: Clock,
    ) -> Result<Self, SetupError> {
        let SumsubSecrets {
            token,
            secret,
            webhook_secrets,
        } = secrets;
        setup::secret("token", &token)?;
        setup::secret("secret", &secret)?;
        setup::secrets("webhook_secrets", &webhook_secrets)?;
        setup::environment(&token, account.environment, "sbx:", "prd:")?;
        for level in [&account.person_level, &account.entity_level] {
            if level.as_deref().is_some_and(|level| !link::is_level(level)) {
                return Err(SetupError::new(
                    "level",
                    "write 1 to 128 printable characters",
                ));
            }
        }
        let server = setup::server(account.base_url.as_ref(), VENDORS_SERVER)?;
        let timeout = setup::timeout(account.timeout_seconds)?;
        let client = Client::new(&server, timeout, &token, secret, clock)?;
        Ok(Self {
            name,
            account,
            webhook_secrets,
            client,
        })
    }

    async fn read(&self, subject: &str) -> Result<Record, FetchError> {
        let (subject, answer) = self.applicant(subject).await?;
        let (mut applicant, mut at) = (answer.json, answer.at);
        if applicant::needs_status(&applicant) {
            let answer = self.client.status(&subject).await?;
            at = answer.at.or(at);
            applicant::take_status(&mut applicant, answer.json);
        }
        company::join(&self.client, &mut applicant).await?;
        applicant::record(&self.name, &self.account, &subject, &applicant, at)
    }

    /// An applicant and its id, where a subject may be the register's name for it.
    async fn applicant(&self, subject: &str) -> Result<(String, Answer), FetchError> {
        let Some(customer) = subject.strip_prefix(CUSTOMER) else {
            let subject = id::subject(subject)?;
            let answer = self.client.applicant(subject).await?;
            return Ok((subject.to_owned(), answer));
        };
        let answer = self.client.applicant_of(id::customer(customer)?).await?;
        let unreadable = |problem| FetchError::Answer { problem };
        if read::text(&answer.json, "/externalUserId") != Some(customer) {
            return Err(unreadable("the applicant of another customer"));
        }
        let id = read::text(&answer.json, "/id").filter(|id| id::is_id(id));
        let id = id.ok_or_else(|| unreadable("an applicant without an id"))?;
        Ok((id.to_owned(), answer))
    }

    async fn forget(&self, subject: &str) -> Result<(), FetchError> {
        let id = match subject.starts_with(CUSTOMER) {
            false => id::subject(subject)?.to_owned(),
            true => match self.applicant(subject).await {
                Ok((id, _)) => id,
                Err(FetchError::NotFound) => return Ok(()),
                Err(error) => return Err(error),
            },
        };
        self.client.deactivate(&id).await
    }

    async fn link(&self, request: &SessionRequest<'_>) -> Result<Session, FetchError> {
        let own = match request.kind {
            InvestorKind::NaturalPerson => &self.account.person_level,
            InvestorKind::LegalEntity => &self.account.entity_level,
        };
        let level = request.level.or(own.as_deref());
        let url = self.client.link(self.account.link_form, level, request);
        let url = url.await?;
        // The applicant is made when the person comes.
        let reference = None;
        Ok(Session { url, reference })
    }
}

impl std::fmt::Debug for Sumsub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sumsub({})", self.name)
    }
}

impl Provider for Sumsub {
    fn name(&self) -> &ProviderName {
        &self.name
    }

    fn hint(&self, headers: &HeaderMap, body: &[u8]) -> Result<Hint, HintError> {
        let of = self.account.environment;
        webhook::read(
            self.account.digest,
            &self.webhook_secrets,
            of,
            headers,
            body,
        )
    }

    fn probe(&self) -> BoxFuture<'_, Result<(), FetchError>> {
        Box::pin(async { id::nobody(self.client.applicant(NOBODY).await.map(drop)) })
    }

    fn fetch<'a>(&'a self, subject: &'a str) -> BoxFuture<'a, Result<Record, FetchError>> {
        Box::pin(self.read(subject))
    }

    /// Sumsub makes an applicant when the person comes, and finds it by our name for it.
    fn subject_of(&self, customer: &str) -> Option<String> {
        Some(format!("{CUSTOMER}{customer}"))
    }

    fn open<'a>(
        &'a self,
        request: &'a SessionRequest<'a>,
    ) -> BoxFuture<'a, Result<Session, FetchError>> {
        Box::pin(self.link(request))
    }

    /// Sumsub watches whom its dashboard says, and asks for nothing here.
    fn watch<'a>(&'a self, _subject: &'a str) -> BoxFuture<'a, Result<Watching, FetchError>> {
        Box::pin(async { Ok(Watching::NotAsked) })
    }

    /// Sumsub ignores a deactivated applicant, and keeps what it must. One who is
    /// being checked cannot be deactivated: that is [`FetchError::Rejected`].
    fn deactivate<'a>(&'a self, subject: &'a str) -> BoxFuture<'a, Result<(), FetchError>> {
        Box::pin(self.forget(subject))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_its_environment_and_a_mapping() {
        let account = r#"{"environment": "sandbox", "mapping": {"levels": {}}}"#;
        let account: SumsubAccount = serde_json::from_str(account).unwrap();
        let server = setup::server(account.base_url.as_ref(), VENDORS_SERVER);
        assert_eq!(server.unwrap().as_str(), "https://api.sumsub.com/");
        assert_eq!(account.digest, Digest::Sha256);
        assert_eq!(account.link_form, LinkForm::Current);
        let again = serde_json::to_string(&account).unwrap();
        assert_eq!(
            serde_json::from_str::<SumsubAccount>(&again).unwrap(),
            account
        );
    }

    #[test]
    fn sha1_and_unknown_words_are_refused() {
        for account in [
            r#"{"environment": "sandbox", "mapping": {"levels": {}}, "digest": "sha1"}"#,
            r#"{"environment": "sandbox", "mapping": {"levels": {}}, "token": "t"}"#,
            r#"{"environment": "sandbox", "mapping": {"levels": {}, "country": 1}}"#,
            r#"{"mapping": {"levels": {}}}"#,
        ] {
            assert!(
                serde_json::from_str::<SumsubAccount>(account).is_err(),
                "{account}"
            );
        }
    }
}
