//! What the register asks of any provider.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use ::http::HeaderMap;
use alloy_primitives::B256;
use futures::future::BoxFuture;
use secrecy::SecretString;
use symbolon_core::{
    investor::InvestorKind,
    profile::Profile,
    time::{UnixMillis, UnixSeconds},
    verification::{Environment, Fact, ProviderName},
};
use url::Url;

use crate::{FetchError, HintError};

/// One of the issuer's accounts with a provider.
pub trait Provider: Send + Sync {
    /// As the issuer's configuration names it.
    fn name(&self) -> &ProviderName;

    /// Reads a webhook, once its signature over the raw bytes was found right by one
    /// of the configured secrets. Neither time nor network is asked.
    fn hint(&self, headers: &HeaderMap, body: &[u8]) -> Result<Hint, HintError>;

    /// Whether the provider answers and takes the credentials: it is asked for a record
    /// that nobody has. Nothing is changed, and nobody's data is read.
    fn probe(&self) -> BoxFuture<'_, Result<(), FetchError>>;

    /// Reads the provider's own record of a subject: a [`Hint::subject`], or a
    /// [`Session::reference`]. The fact's reference is the provider's id of the
    /// applicant or run, whatever the subject was.
    ///
    /// [`FetchError::NotFound`] after a decision means that the provider has deleted
    /// what the decision stood on: of a part of a record it is never said.
    fn fetch<'a>(&'a self, subject: &'a str) -> BoxFuture<'a, Result<Record, FetchError>>;

    /// What to fetch of somebody of whom the provider has not said yet what it calls
    /// them, by the register's name for them; `None` where records are found by the
    /// provider's own ids alone.
    fn subject_of(&self, customer: &str) -> Option<String>;

    /// Asks for a link by which a person verifies itself.
    fn open<'a>(
        &'a self,
        request: &'a SessionRequest<'a>,
    ) -> BoxFuture<'a, Result<Session, FetchError>>;

    /// Asks the provider to keep watching somebody whom it approved, if the account
    /// is configured so. Asking twice does nothing twice.
    fn watch<'a>(&'a self, subject: &'a str) -> BoxFuture<'a, Result<Watching, FetchError>>;

    /// Asks the provider to forget a person, as far as it can: an erasure at the
    /// issuer's is not complete before it (I7). Asking twice does nothing twice, and
    /// somebody whom it does not know is forgotten.
    fn deactivate<'a>(&'a self, subject: &'a str) -> BoxFuture<'a, Result<(), FetchError>>;
}

/// What a webhook says: look there. Nothing is decided by it (I8).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// What to fetch: an applicant's id or a run's, or `monitor:` and a monitor's.
    pub subject: String,
    /// Whom the provider takes it for, as the register named it.
    pub customer: Option<String>,
    /// The provider's name of the event: letters, digits, `_` and `.`.
    pub event: String,
    /// When it happened, by the provider's clock. Nobody signed a time of sending.
    pub happened_at: Option<UnixMillis>,
    /// SHA-256 of the raw body: the same body is the same webhook.
    pub digest: B256,
    /// Whether it is about anybody real, where the provider says so.
    pub environment: Option<Environment>,
}

/// What a provider's record says.
#[derive(Debug)]
pub struct Record {
    /// What the register may rely on.
    pub fact: Fact,
    /// Who the person is, for the vault.
    pub profile: Profile,
}

/// What a session is asked for.
#[derive(Debug)]
pub struct SessionRequest<'a> {
    /// How the register names the investor to the provider: 1 to 128 letters,
    /// digits, `_` and `-`, always the same for the same investor, and saying
    /// nothing about the person (I6).
    pub customer: &'a str,
    /// Person or entity.
    pub kind: InvestorKind,
    /// Sumsub's level or Entrust's workflow; the account's own where it is `None`.
    pub level: Option<&'a str>,
    /// Where the person's browser goes afterwards.
    pub return_to: &'a ReturnTo,
    /// How long the link works. Counted in whole seconds.
    pub lasts: Duration,
    /// What is known of the person: its e-mail address and telephone number reach
    /// Sumsub, its names and e-mail address Entrust.
    pub profile: Option<&'a Profile>,
    /// Two letters of ISO 639-1, such as `de`; the provider's choice where it does
    /// not speak it.
    pub language: Option<&'a str>,
    /// The [`Session::reference`] of the last session of the same attempt: while its link
    /// works, the provider gives that one again, if it can.
    pub begun: Option<&'a str>,
}

/// Where a person's browser goes from the provider's pages. What it then says proves
/// nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnTo {
    /// After everything was handed in.
    pub success: Url,
    /// After a refusal, or when the link no longer works.
    pub failure: Url,
}

/// A link that is the person's alone.
#[derive(Debug)]
pub struct Session {
    /// Whoever has it can verify itself as this investor.
    pub url: SecretString,
    /// What to fetch, where the provider says so before the person has come.
    pub reference: Option<String>,
}

/// Who watches whether an approved person appears on a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watching {
    /// The provider, from now on.
    Begun,
    /// The provider, as asked before.
    Already,
    /// The account is not configured to ask: either the provider's own settings say
    /// so, or nobody does.
    NotAsked,
}

/// What time it is: providers want signatures of this minute and links that end.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> UnixSeconds + Send + Sync>);

impl Clock {
    /// A clock of the caller's.
    pub fn new(now: impl Fn() -> UnixSeconds + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// This machine's.
    pub fn system() -> Self {
        Self::new(|| {
            let since = SystemTime::now().duration_since(UNIX_EPOCH);
            UnixSeconds(since.map_or(0, |since| since.as_secs()))
        })
    }

    /// Now.
    pub fn now(&self) -> UnixSeconds {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}
