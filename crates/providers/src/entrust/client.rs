//! The calls that are made to Entrust.

use std::time::Duration;

use ::http::{HeaderMap, HeaderValue, Method, header};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::Url;

use crate::{
    FetchError, SetupError,
    http::{Call, Http, sensitive},
};

const VERSION: &str = "v3.6";

/// What speaks to Entrust in the account's name.
pub(super) struct Client {
    http: Http,
    server: Url,
    token: HeaderValue,
}

impl Client {
    pub(super) fn new(
        server: &Url,
        timeout: Duration,
        token: &SecretString,
    ) -> Result<Self, SetupError> {
        let token = format!("Token token={}", token.expose_secret());
        Ok(Self {
            http: Http::new(server, timeout)?,
            server: server.clone(),
            token: sensitive("api_token", &token)?,
        })
    }

    pub(super) fn server(&self) -> &Url {
        &self.server
    }

    pub(super) async fn run(&self, id: &str) -> Result<Value, FetchError> {
        self.get(self.at(&["workflow_runs", id])).await
    }

    pub(super) async fn applicant(&self, id: &str) -> Result<Value, FetchError> {
        self.get(self.at(&["applicants", id])).await
    }

    pub(super) async fn monitor(&self, id: &str) -> Result<Value, FetchError> {
        self.get(self.at(&["watchlist_monitors", id])).await
    }

    /// Those of an applicant that were not ended.
    pub(super) async fn monitors(&self, applicant: &str) -> Result<Value, FetchError> {
        let mut url = self.at(&["watchlist_monitors"]);
        url.query_pairs_mut().append_pair("applicant_id", applicant);
        let monitors = self.get(url).await;
        monitors.map_err(|error| error.of_part("an applicant without monitors"))
    }

    pub(super) async fn matches(&self, monitor: &str) -> Result<Value, FetchError> {
        let matches = self.get(self.at(&["watchlist_monitors", monitor, "matches"]));
        let matches = matches.await;
        matches.map_err(|error| error.of_part("a monitor without matches"))
    }

    pub(super) async fn create(&self, what: &str, body: &Value) -> Result<Value, FetchError> {
        self.call(Method::POST, self.at(&[what]), Some(body)).await
    }

    pub(super) async fn delete_applicant(&self, id: &str) -> Result<(), FetchError> {
        let url = self.at(&["applicants", id]);
        self.call(Method::DELETE, url, None).await.map(drop)
    }

    pub(super) async fn delete_monitor(&self, id: &str) -> Result<(), FetchError> {
        let url = self.at(&["watchlist_monitors", id]);
        self.call(Method::DELETE, url, None).await.map(drop)
    }

    /// Each part is one segment of the path, whatever it holds.
    fn at(&self, parts: &[&str]) -> Url {
        let mut url = self.server.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push(VERSION).extend(parts);
        }
        url
    }

    async fn get(&self, url: Url) -> Result<Value, FetchError> {
        self.call(Method::GET, url, None).await
    }

    async fn call(
        &self,
        method: Method,
        url: Url,
        body: Option<&Value>,
    ) -> Result<Value, FetchError> {
        let headers = HeaderMap::from_iter([(header::AUTHORIZATION, self.token.clone())]);
        let body = body.map(Value::to_string).unwrap_or_default().into_bytes();
        let call = Call {
            method,
            url,
            headers,
            body,
        };
        Ok(self.http.send(call).await?.json)
    }
}
