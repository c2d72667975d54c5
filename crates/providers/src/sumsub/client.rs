//! The calls that are made to Sumsub.

use std::time::Duration;

use ::http::{HeaderMap, HeaderName, HeaderValue, Method};
use secrecy::SecretString;
use serde_json::Value;
use url::Url;

use super::{link, link::LinkForm, signing};
use crate::{
    Clock, FetchError, SessionRequest, SetupError,
    http::{Answer, Call, Http, sensitive},
    read,
};

/// What speaks to Sumsub in the account's name.
pub(super) struct Client {
    http: Http,
    server: Url,
    token: HeaderValue,
    secret: SecretString,
    clock: Clock,
}

impl Client {
    pub(super) fn new(
        server: &Url,
        timeout: Duration,
        token: &SecretString,
        secret: SecretString,
        clock: Clock,
    ) -> Result<Self, SetupError> {
        use secrecy::ExposeSecret;

        Ok(Self {
            http: Http::new(server, timeout)?,
            server: server.clone(),
            token: sensitive("token", token.expose_secret())?,
            secret,
            clock,
        })
    }

    /// `GET …/applicants/{id}/one`.
    pub(super) async fn applicant(&self, id: &str) -> Result<Answer, FetchError> {
        self.call(Method::GET, self.at(&["applicants", id, "one"]), None)
            .await
    }

    /// `GET …/applicants/-;externalUserId={customer}/one`.
    pub(super) async fn applicant_of(&self, customer: &str) -> Result<Answer, FetchError> {
        let who = format!("-;externalUserId={customer}");
        self.call(Method::GET, self.at(&["applicants", &who, "one"]), None)
            .await
    }

    /// `GET …/applicants/{id}/status`.
    pub(super) async fn status(&self, id: &str) -> Result<Answer, FetchError> {
        self.call(Method::GET, self.at(&["applicants", id, "status"]), None)
            .await
            .map_err(|error| error.of_part("an applicant without a status"))
    }

    /// `PATCH …/applicants/{id}/presence/deactivated`.
    pub(super) async fn deactivate(&self, id: &str) -> Result<(), FetchError> {
        let url = self.at(&["applicants", id, "presence", "deactivated"]);
        match self.call(Method::PATCH, url, None).await {
            Ok(_) | Err(FetchError::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// A link to Sumsub's pages.
    pub(super) async fn link(
        &self,
        form: LinkForm,
        level: Option<&str>,
        request: &SessionRequest<'_>,
    ) -> Result<SecretString, FetchError> {
        let wanted = link::wanted(form, level, request)?;
        let mut url = self.at(&["sdkIntegrations", "levels", wanted.level, "websdkLink"]);
        if !wanted.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&wanted.query);
        }
        let answer = self.call(Method::POST, url, Some(&wanted.body)).await?;
        let link = read::text(&answer.json, "/url");
        crate::http::link(link, &self.server)
    }

    /// Each part is one segment of the path, whatever it holds.
    fn at(&self, parts: &[&str]) -> Url {
        let mut url = self.server.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push("resources").extend(parts);
        }
        url
    }

    async fn call(
        &self,
        method: Method,
        url: Url,
        body: Option<&Value>,
    ) -> Result<Answer, FetchError> {
        let body = body.map(Value::to_string).unwrap_or_default().into_bytes();
        let path = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        let at = self.clock.now();
        let signature = signing::signature(&self.secret, at, method.as_str(), &path, &body);
        let mut headers = HeaderMap::new();
        let mut head = |name, value| headers.insert(HeaderName::from_static(name), value);
        head(signing::TOKEN, self.token.clone());
        head(signing::TIMESTAMP, at.0.into());
        let unreadable = |_| FetchError::Request {
            field: "secret",
            problem: "no signature could be made: check the account's secret",
        };
        let signature = HeaderValue::try_from(signature).map_err(unreadable)?;
        head(signing::SIGNATURE, signature);
        let call = Call {
            method,
            url,
            headers,
            body,
        };
        self.http.send(call).await
    }
}
