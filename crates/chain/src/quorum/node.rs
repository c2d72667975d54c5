//! One of the nodes: asked, timed out, left out.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use alloy::{
    primitives::U64,
    rpc::json_rpc::{
        ErrorPayload, Id, Request, RequestPacket, ResponsePacket, ResponsePayload,
        SerializedRequest,
    },
    transports::{TransportError, TransportErrorKind, TransportResult, http::Http},
};
use serde_json::value::RawValue;
use symbolon_core::ids::ChainId;
use tokio::time::Instant;
use tower::Service;

use super::health::Health;
use crate::ChainError;

const REQUESTS: &str = "symbolon_rpc_requests_total";

/// What a node made of a request.
#[derive(Debug)]
pub(super) enum Answer {
    /// It answered.
    Said(Box<RawValue>),
    /// It answered that it will not, or that the contract would not.
    Refused(ErrorPayload),
    /// It did not answer.
    Silent,
}

/// A node, by its URL.
pub(super) struct Node {
    /// Its URL without secrets.
    pub(super) host: String,
    transport: Http<reqwest::Client>,
    health: Mutex<Health>,
}

impl Node {
    /// A node that counts as down when an answer takes longer than this.
    pub(super) fn new(url: &str, timeout: Duration) -> Result<Self, ChainError> {
        let host = without_secrets(url);
        let refused = || ChainError::Url { url: host.clone() };
        let parsed: reqwest::Url = url.parse().map_err(|_| refused())?;
        if !matches!(parsed.scheme(), "http" | "https") {
            return Err(refused());
        }
        let mut client = reqwest::Client::builder()
            .timeout(timeout)
            .connect_timeout(Duration::from_secs(3))
            .redirect(reqwest::redirect::Policy::none());
        if parsed.scheme() == "http" {
            // Reading the system's certificates takes longer than many a call.
            client = client.tls_certs_only([]);
        }
        let client = client.build().map_err(|_| refused())?;
        Ok(Self {
            transport: Http::with_client(client, parsed),
            health: Mutex::default(),
            host,
        })
    }

    /// Whether it is on this machine, as far as its URL tells.
    pub(super) fn is_local(&self) -> bool {
        self.transport.guess_local()
    }

    /// What is known of it.
    pub(super) fn health(&self) -> MutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Passes a packet on as it is, and its answer back. A node that failed says
    /// first which chain it is on; one that asks to be left alone is.
    pub(super) async fn pass(
        &self,
        packet: RequestPacket,
        chain: ChainId,
    ) -> TransportResult<ResponsePacket> {
        let asks_for_chain = packet.method_names().all(|method| method == "eth_chainId");
        if !self.health().may_be_asked(Instant::now()) {
            let words = "the node asked to be left alone".to_owned();
            return Err(TransportErrorKind::http_error(429, words));
        }
        let is_lost = self.health().is_lost(chain) && !asks_for_chain;
        if is_lost && (self.connect(chain).await.is_err() || !self.health().is_on(chain)) {
            return Err(TransportErrorKind::custom_str("the node is lost"));
        }
        let answer = self.transport.clone().call(packet).await;
        let outcome = match &answer {
            Ok(packet) => {
                self.health().answered();
                match packet.is_error() {
                    true => "refused",
                    false => "answered",
                }
            }
            Err(error) => self.noted(error, Instant::now()),
        };
        self.count(chain, outcome);
        answer
    }

    /// Asks it, once it has said that it is on this chain (I12).
    pub(super) async fn ask(&self, request: SerializedRequest, chain: ChainId) -> Answer {
        let is_connected = self.health().is_on(chain);
        if !is_connected && let Err(answer) = self.connect(chain).await {
            return answer;
        }
        self.exchange(request, chain).await
    }

    /// Asks it which chain it is on, and uses it for no other.
    pub(super) async fn connect(&self, chain: ChainId) -> Result<Box<RawValue>, Answer> {
        let request = Request::new("eth_chainId", Id::Number(0), ()).serialize();
        let request = request.map_err(|_| Answer::Silent)?;
        let said = match self.exchange(request, chain).await {
            Answer::Said(said) => said,
            other => return Err(other),
        };
        let found = serde_json::from_str::<U64>(said.get());
        let found = found.map_err(|_| {
            self.health().failed(Instant::now());
            Answer::Silent
        })?;
        let found = ChainId(found.to());
        if found == chain {
            self.health().connected(chain);
        } else {
            self.count(chain, "wrong_chain");
            if self.health().strayed(Instant::now(), found) {
                tracing::error!(%chain, %found, host = %self.host, "a node is of another chain, and is not used: check its URL");
            }
        }
        Ok(said)
    }

    async fn exchange(&self, request: SerializedRequest, chain: ChainId) -> Answer {
        if !self.health().may_be_asked(Instant::now()) {
            return Answer::Silent;
        }
        let answer = self.transport.clone().call(request.into()).await;
        let now = Instant::now();
        let (answer, outcome) = match answer {
            Ok(packet) => match only(packet) {
                Some(ResponsePayload::Success(said)) => (Answer::Said(said), "answered"),
                Some(ResponsePayload::Failure(payload)) if asks_for_rest(&payload.message) => {
                    self.health().limited(now, None);
                    (Answer::Refused(payload), "limited")
                }
                Some(ResponsePayload::Failure(payload)) => (Answer::Refused(payload), "refused"),
                None => {
                    self.health().failed(now);
                    (Answer::Silent, "failed")
                }
            },
            Err(error) => (Answer::Silent, self.noted(&error, now)),
        };
        if matches!(outcome, "answered" | "refused") {
            self.health().answered();
        } else {
            tracing::debug!(%chain, host = %self.host, outcome, "a node is left out for a while");
        }
        self.count(chain, outcome);
        answer
    }

    /// Notes that it did not answer, and says what to call that.
    fn noted(&self, error: &TransportError, now: Instant) -> &'static str {
        match error.as_transport_err().and_then(limit_of) {
            Some(rest) => {
                self.health().limited(now, rest);
                "limited"
            }
            None => {
                self.health().failed(now);
                "failed"
            }
        }
    }

    /// Counts a request by what came of it.
    pub(super) fn count(&self, chain: ChainId, outcome: &'static str) {
        let (chain, host) = (chain.to_string(), self.host.clone());
        metrics::counter!(REQUESTS, "chain" => chain, "host" => host, "outcome" => outcome)
            .increment(1);
    }
}

fn only(packet: ResponsePacket) -> Option<ResponsePayload> {
    match packet {
        ResponsePacket::Single(response) => Some(response.payload),
        ResponsePacket::Batch(_) => None,
    }
}

/// Whether the node asks for fewer requests, and for how long it wants none.
fn limit_of(error: &TransportErrorKind) -> Option<Option<Duration>> {
    let http = error.as_http_error()?;
    let asked = error.retry_after();
    (http.status == 429 || (http.status == 503 && asked.is_some())).then_some(asked)
}

/// The same where the node says so in words. That it gives no more than so many
/// logs at a time is another matter.
fn asks_for_rest(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    [
        "rate limit",
        "too many requests",
        "per second",
        "request limit",
        "daily request",
        "exceeded its",
    ]
    .iter()
    .any(|words| message.contains(words))
}

/// An RPC URL often carries an API key in its user, path or query: only its
/// scheme and host may be shown.
fn without_secrets(url: &str) -> String {
    let Ok(parsed) = url.parse::<reqwest::Url>() else {
        return "(unreadable)".to_owned();
    };
    let host = parsed.host_str().unwrap_or_default();
    let port = parsed
        .port()
        .map(|port| format!(":{port}"))
        .unwrap_or_default();
    format!("{}://{host}{port}", parsed.scheme())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_of_requests_is_none_of_logs() {
        for words in [
            "rate limit exceeded",
            "Your app has exceeded its compute units per second capacity",
            "Too Many Requests",
            "daily request count exceeded, request rate limited",
        ] {
            assert!(asks_for_rest(words), "{words}");
        }
        for words in [
            "query returned more than 10000 results",
            "block range is too wide",
            "exceed maximum block range: 5000",
            "header not found",
        ] {
            assert!(!asks_for_rest(words), "{words}");
        }
    }

    #[test]
    fn keys_in_urls_are_not_shown() {
        assert_eq!(
            without_secrets("https://user:pw@node.example:8443/v2/key?token=x"),
            "https://node.example:8443"
        );
    }
}
