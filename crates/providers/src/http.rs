//! A client for JSON that follows nobody elsewhere, waits and reads so much and no
//! more, and makes of a refusal an error that says when to come again.

use std::time::Duration;

use ::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use reqwest::{Client, Response, redirect::Policy};
use secrecy::SecretString;
use serde_json::Value;
use symbolon_core::time::UnixMillis;
use url::Url;

use crate::{FetchError, SetupError, read, setup};

/// The largest answer that is read, in bytes.
const MOST_OF_AN_ANSWER: usize = 4 << 20;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Whoever is told to come back later than this looks again all the same.
const LONGEST_PAUSE: Duration = Duration::from_secs(24 * 60 * 60);

/// A request as it is sent. It has no `Debug`: it holds tokens and names.
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    /// JSON, or nothing.
    pub(crate) body: Vec<u8>,
}

/// An answer of the 2xx.
pub(crate) struct Answer {
    /// `Null` where there was no body.
    pub(crate) json: Value,
    /// When it was given, by the provider's clock.
    pub(crate) at: Option<UnixMillis>,
}

/// The client of one account.
pub(crate) struct Http {
    client: Client,
}

impl Http {
    pub(crate) fn new(server: &Url, timeout: Duration) -> Result<Self, SetupError> {
        let builder = Client::builder()
            .redirect(Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(timeout)
            .user_agent(concat!("symbolon/", env!("CARGO_PKG_VERSION")));
        let builder = if setup::is_here(server) {
            // A proxy from the environment could not reach our loopback interface.
            builder.no_proxy()
        } else {
            builder.https_only(true)
        };
        let client = builder.build().map_err(|_| {
            SetupError::new(
                "base_url",
                "no TLS client can be made: install the system's root certificates",
            )
        })?;
        Ok(Self { client })
    }

    pub(crate) async fn send(&self, call: Call) -> Result<Answer, FetchError> {
        let mut request = self
            .client
            .request(call.method, call.url)
            .headers(call.headers)
            .header(header::ACCEPT, "application/json");
        if !call.body.is_empty() {
            request = request
                .header(header::CONTENT_TYPE, "application/json")
                .body(call.body);
        }
        let answer = request.send().await.map_err(|error| unreachable(&error))?;
        refused(answer.status(), answer.headers())?;
        let at = answer.headers().get(header::DATE).and_then(text);
        let at = at.and_then(read::http_date);
        let body = body(answer).await?;
        if body.is_empty() {
            let json = Value::Null;
            return Ok(Answer { json, at });
        }
        // What serde says of it would quote it.
        let json = serde_json::from_slice(&body);
        let json = json.map_err(|_| FetchError::Answer { problem: "no JSON" })?;
        Ok(Answer { json, at })
    }
}

/// A value that no log shows.
pub(crate) fn sensitive(field: &'static str, text: &str) -> Result<HeaderValue, SetupError> {
    let value = HeaderValue::from_str(text);
    let mut value = value.map_err(|_| SetupError::new(field, "it has characters of no token"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// A link that a provider gave: by TLS, unless the provider itself is on this machine.
pub(crate) fn link(link: Option<&str>, server: &Url) -> Result<SecretString, FetchError> {
    let unreadable = |problem| FetchError::Answer { problem };
    let link = link.ok_or(unreadable("no link"))?;
    let url: Url = link.parse().map_err(|_| unreadable("no link"))?;
    if url.scheme() == "https" || (url.scheme() == "http" && setup::is_here(server)) {
        Ok(link.to_owned().into())
    } else {
        Err(unreadable("a link without TLS"))
    }
}

fn text(value: &HeaderValue) -> Option<&str> {
    value.to_str().ok()
}

/// The error itself names the URL, and with it whom it was about.
fn unreachable(error: &reqwest::Error) -> FetchError {
    let why = if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the connection broke"
    };
    FetchError::Unreachable { why }
}

fn refused(status: StatusCode, headers: &HeaderMap) -> Result<(), FetchError> {
    let named = headers.get(header::RETRY_AFTER);
    let retry_after = named.and_then(text).and_then(pause);
    let code = status.as_u16();
    match code {
        200..=299 => Ok(()),
        300..=399 => Err(FetchError::Answer {
            problem: "it leads elsewhere",
        }),
        401 | 403 => Err(FetchError::Refused { status: code }),
        404 | 410 => Err(FetchError::NotFound),
        429 | 503 => Err(FetchError::Busy { retry_after }),
        409 if named.is_some() => Err(FetchError::Busy { retry_after }),
        400..=499 => Err(FetchError::Rejected { status: code }),
        500..=599 => Err(FetchError::Unreachable {
            why: "its server failed",
        }),
        _ => Err(FetchError::Answer {
            problem: "no status of HTTP's",
        }),
    }
}

/// `Retry-After` in seconds. Its other form is a date, and clocks differ: whoever
/// gets one comes again as if nothing had been said.
fn pause(text: &str) -> Option<Duration> {
    let seconds = text.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_PAUSE))
}

async fn body(mut answer: Response) -> Result<Vec<u8>, FetchError> {
    let too_long = FetchError::Answer {
        problem: "too long",
    };
    let told = answer.content_length().unwrap_or_default();
    if usize::try_from(told).map_or(true, |told| told > MOST_OF_AN_ANSWER) {
        return Err(too_long);
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| unreachable(&error))? {
        if body.len() + chunk.len() > MOST_OF_AN_ANSWER {
            return Err(too_long);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(status: u16, retry_after: Option<&'static str>) -> Result<(), FetchError> {
        let mut headers = HeaderMap::new();
        if let Some(text) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static(text));
        }
        refused(StatusCode::from_u16(status).unwrap(), &headers)
    }

    #[test]
    fn a_refusal_says_when_to_come_again() {
        let busy = |seconds: Option<u64>| {
            let retry_after = seconds.map(Duration::from_secs);
            Err(FetchError::Busy { retry_after })
        };
        for status in [409, 429, 503] {
            assert_eq!(refusal(status, Some("7")), busy(Some(7)), "{status}");
            let date = refusal(status, Some("Fri, 31 Dec 1999 23:59:59 GMT"));
            assert_eq!(date, busy(None), "{status}");
        }
        assert_eq!(refusal(429, Some("999999999")), busy(Some(86_400)));
        assert_eq!(refusal(429, Some("-1")), busy(None));
        assert_eq!(refusal(503, None), busy(None));
        assert_eq!(
            refusal(409, None),
            Err(FetchError::Rejected { status: 409 })
        );
    }

    #[test]
    fn every_status_is_one_of_the_errors() {
        for status in 100..1000 {
            let right = (200..300).contains(&status);
            assert_eq!(refusal(status, None).is_ok(), right, "{status}");
        }
        assert_eq!(refusal(404, None), Err(FetchError::NotFound));
        assert!(matches!(refusal(302, None), Err(FetchError::Answer { .. })));
        assert!(refusal(500, None).unwrap_err().passes());
        assert!(!refusal(401, None).unwrap_err().passes());
    }
}
