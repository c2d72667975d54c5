//! POST, once: the one way in which requests change the register.
//!
//! [`Post`] is the extractor of every POST handler. [`Post::commit`] runs the
//! handler's work in one transaction of the issuer's:
//!
//! 1. With an `Idempotency-Key`, it looks whether this request was answered
//!    before: the same request gets the same answer again, with
//!    `Idempotency-Replayed: true`; another one is refused. The owner, each of
//!    its people and each authority have such keys of their own.
//! 2. The handler decides and answers.
//! 3. The answer is stored under the key, and the transaction commits: what
//!    was done and the answer to it are there together or not at all.
//! 4. The lanes are woken.
//!
//! Only what was carried out is remembered. A refusal changes nothing, so the
//! same request may be tried again under the same key. Requests that come
//! together under one key wait for the issuer's lock: the second one finds the
//! first one's answer.

use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Serialize, de::DeserializeOwned};
use symbolon_core::{
    command::Command, custody::Retention, federation::FederationCommand, ids::InvestorId,
    investor::Investor, time::UnixSeconds,
};
use symbolon_store::{
    Decision, FederationDecision, IdempotentRequest, ImportJob, IssuerTransaction, NewImport,
    Recalled, Request as Asked, SealedChanges, StoreError, Subject,
};

use crate::{
    auth::Caller,
    extract::json,
    problem::{Problem, Result, catalog, unknown_investor},
    state::AppState,
};

pub(crate) const IDEMPOTENCY_KEY: &str = "Idempotency-Key";
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
const LONGEST_KEY: usize = 255;

/// How often a transaction is tried that the database gave up as the victim of
/// a conflict.
const TRIES: u32 = 3;

/// A POST request: who asks, for what, and under which key.
pub(crate) struct Post<T> {
    pub(crate) caller: Caller,
    pub(crate) once: Option<Once>,
    pub(crate) body: T,
}

/// A request that may be repeated.
#[derive(Clone, Debug)]
pub(crate) struct Once {
    key: String,
    method_path: String,
    body_hash: [u8; 32],
}

impl Once {
    /// The request's key, if it has one; `body` is whatever makes two bodies
    /// the same.
    pub(crate) fn read(
        caller: &Caller,
        headers: &HeaderMap,
        method_path: &str,
        body: &[u8],
    ) -> Result<Option<Self>> {
        let Some(key) = headers.get(IDEMPOTENCY_KEY) else {
            return Ok(None);
        };
        let fits = |key: &&str| {
            (1..=LONGEST_KEY).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic())
        };
        let key = key.to_str().ok().filter(fits).ok_or_else(|| {
            let message = format!("must be 1 to {LONGEST_KEY} visible ASCII characters");
            Problem::parameter(IDEMPOTENCY_KEY, "bad_idempotency_key", message)
        })?;
        Ok(Some(Self {
            key: caller.own_once(key),
            method_path: method_path.to_owned(),
            body_hash: caller.keyed_hash(body),
        }))
    }

    fn request<'a>(&'a self, caller: &'a Caller) -> IdempotentRequest<'a> {
        IdempotentRequest {
            actor: &caller.actor,
            key: &self.key,
            method_path: &self.method_path,
            body_hash: &self.body_hash,
        }
    }
}

impl<T: DeserializeOwned + Send> FromRequest<AppState> for Post<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &AppState) -> Result<Self> {
        let (mut parts, body) = request.into_parts();
        let caller = Caller::from_request_parts(&mut parts, state).await?;
        let headers = parts.headers.clone();
        let method_path = format!("{} {}", parts.method, parts.uri);
        let bytes = json::bytes(Request::from_parts(parts, body), state).await?;
        Ok(Self {
            once: Once::read(&caller, &headers, &method_path, &bytes)?,
            body: json::read(&bytes)?,
            caller,
        })
    }
}

impl<T> Post<T> {
    /// The same request with another body, once that is read.
    pub(crate) fn map<U>(self, read: impl FnOnce(T) -> Result<U>) -> Result<Post<U>> {
        let Self { caller, once, body } = self;
        let body = read(body)?;
        Ok(Post { caller, once, body })
    }
}

impl<T> Post<T> {
    /// Carries the request out, once. Should the database choose it as the
    /// victim of a conflict, `work` runs again in a new transaction.
    pub(crate) async fn commit<R: Serialize, F>(
        &self,
        state: &AppState,
        work: impl Fn(Transaction) -> F,
    ) -> Result<Response>
    where
        F: Future<Output = Result<Done<R>>>,
    {
        let mut tried = 1;
        loop {
            match self.attempt(state, &work).await {
                Err(problem) if problem.again && tried < TRIES => tried += 1,
                answered => return answered,
            }
        }
    }

    /// Carries the request out, once, with what was `prepared` for it before the issuer's
    /// lock. What went wrong there is told only once it is known that this was not answered
    /// before: a repeated request may find what the first one made.
    pub(crate) async fn commit_prepared<'a, P, R: Serialize, F>(
        &self,
        state: &AppState,
        prepared: &'a Result<P>,
        work: impl Fn(Transaction, &'a P) -> F,
    ) -> Result<Response>
    where
        F: Future<Output = Result<Done<R>>>,
    {
        if let (None, Err(problem)) = (&self.once, prepared) {
            return Err(problem.clone());
        }
        let work = &work;
        self.commit(state, |transaction| async move {
            let prepared = prepared.as_ref().map_err(Problem::clone)?;
            work(transaction, prepared).await
        })
        .await
    }

    async fn attempt<R: Serialize, F>(
        &self,
        state: &AppState,
        work: &impl Fn(Transaction) -> F,
    ) -> Result<Response>
    where
        F: Future<Output = Result<Done<R>>>,
    {
        let (issuer, now) = (&self.caller.issuer, state.clock.now());
        let mut inner = state.store.begin(issuer).await.map_err(for_good)?;
        if let Some(once) = &self.once {
            match inner.recall_idempotent(once.request(&self.caller)).await? {
                Recalled::Unknown => {}
                Recalled::Answer { status, body } => return Ok(replay(status, body)),
                Recalled::OtherRequest => {
                    return Err(Problem::plain(&catalog::IDEMPOTENCY_KEY_REUSED));
                }
            }
        }
        let caller = self.caller.clone();
        let Done {
            transaction,
            status,
            answer,
        } = work(Transaction { inner, caller, now }).await?;
        let mut inner = transaction.inner;
        let body = serde_json::to_string(&answer).map_err(|error| Problem::internal(&error))?;
        if let Some(once) = &self.once {
            inner
                .remember_idempotent(once.request(&self.caller), status.as_u16(), &body, now)
                .await?;
        }
        inner.commit().await.map_err(for_good)?;
        state.wake.wake(issuer);
        Ok(answered(status, body))
    }

    /// Answers a question, once: nothing changes, and without a key nobody
    /// waits for the issuer's lock.
    pub(crate) async fn answer<R: Serialize, F>(
        &self,
        state: &AppState,
        work: impl Fn() -> F,
    ) -> Result<Response>
    where
        F: Future<Output = Result<R>>,
    {
        // Before the issuer's lock, not under it: its holder must not wait for
        // another connection, which those may have who wait for the lock.
        let answer = work().await;
        if self.once.is_none() {
            let body =
                serde_json::to_string(&answer?).map_err(|error| Problem::internal(&error))?;
            return Ok(answered(StatusCode::OK, body));
        }
        let answer = &answer;
        self.commit(state, |transaction| async move {
            let answer = answer.as_ref().map_err(Problem::clone)?;
            Ok(transaction.done(StatusCode::OK, answer))
        })
        .await
    }
}

/// The issuer's transaction, with who asks and when.
pub(crate) struct Transaction {
    inner: IssuerTransaction,
    caller: Caller,
    pub(crate) now: UnixSeconds,
}

/// A transaction in which all is done, and the answer that goes with it.
pub(crate) struct Done<R> {
    transaction: Transaction,
    status: StatusCode,
    answer: R,
}

impl Transaction {
    /// A transaction to read in, as of one moment.
    pub(crate) async fn begin(state: &AppState, caller: Caller) -> Result<Self> {
        let inner = state.store.begin(&caller.issuer).await?;
        let now = state.clock.now();
        Ok(Self { inner, caller, now })
    }

    /// Decides one command, which either happens or is the request's problem.
    pub(crate) async fn decide(&mut self, subject: Subject, command: Command) -> Result<Decision> {
        let mut answers = self.decide_all(vec![Asked { subject, command }]).await?;
        answers
            .pop()
            .unwrap_or_else(|| Err(Problem::plain(&catalog::INTERNAL)))
    }

    /// Decides a batch: an answer for each, in order.
    pub(crate) async fn decide_all(
        &mut self,
        requests: Vec<Asked>,
    ) -> Result<Vec<Result<Decision>>> {
        let answers = self
            .inner
            .decide(requests, &self.caller.actor, self.now)
            .await?;
        Ok(answers
            .into_iter()
            .map(|answer| answer.map_err(Problem::from))
            .collect())
    }

    /// Decides a command of the owner's, which either happens or is the request's
    /// problem.
    pub(crate) async fn govern(
        &mut self,
        command: FederationCommand,
    ) -> Result<FederationDecision> {
        let decided = self.inner.govern(command, &self.caller.actor, self.now);
        Ok(decided.await??)
    }

    /// The import to go on with: the one of the same file that is running, or
    /// this one.
    pub(crate) async fn begin_import(&mut self, new: &NewImport) -> Result<ImportJob> {
        Ok(self.inner.begin_import(new, self.now).await?)
    }

    /// An investor, whatever was asked of it.
    pub(crate) async fn investor(&mut self, id: InvestorId) -> Result<Investor> {
        let found = self.inner.investor(id).await;
        Ok(found.map_err(unknown_investor)?.investor)
    }

    /// Stores what was sealed of a profile, once that is decided.
    pub(crate) async fn keep_profile(
        &mut self,
        id: InvestorId,
        sealed: &SealedChanges,
    ) -> Result<()> {
        Ok(self.inner.keep_profile(id, sealed, self.now).await?)
    }

    /// When an investor's status became what it is, and how long the issuer keeps
    /// profiles after the end.
    pub(crate) async fn retention(&mut self, id: InvestorId) -> Result<(UnixSeconds, Retention)> {
        let since = self.inner.status_since(id).await;
        let since = since.map_err(unknown_investor)?.at;
        Ok((since, self.inner.retention().await?))
    }

    /// Forgets an investor's profile, if its time has come. Its key is still to be
    /// destroyed, once this is committed.
    pub(crate) async fn erase_profile(&mut self, id: InvestorId) -> Result<()> {
        let (since, Retention { years, .. }) = self.retention(id).await?;
        let erased = Command::EraseProfile {
            since,
            retention: years,
        };
        self.decide(Subject::Investor(id), erased).await?;
        Ok(self.inner.erase_profile(id, self.now).await?)
    }

    /// The issuer's transaction itself.
    pub(crate) fn inner(&mut self) -> &mut IssuerTransaction {
        &mut self.inner
    }

    /// All is done, and this is the answer.
    pub(crate) fn done<R>(self, status: StatusCode, answer: R) -> Done<R> {
        Done {
            transaction: self,
            status,
            answer,
        }
    }
}

/// Not to be tried again by us: without a connection there is no use, and a
/// commit that failed may have happened.
fn for_good(error: StoreError) -> Problem {
    let mut problem = Problem::from(error);
    problem.again = false;
    problem
}

fn answered(status: StatusCode, body: String) -> Response {
    let json = HeaderValue::from_static("application/json");
    (status, [(header::CONTENT_TYPE, json)], body).into_response()
}

fn replay(status: u16, body: String) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let mut response = answered(status, body);
    response
        .headers_mut()
        .insert(REPLAYED, HeaderValue::from_static("true"));
    response
}
