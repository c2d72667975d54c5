//! Configurations are refused before anybody is sent to a provider (I12).

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use symbolon_core::verification::Environment;
use thiserror::Error;
use url::{Host, Url};

/// Why an account cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{field}: {problem}")]
pub struct SetupError {
    /// Where in the configuration.
    pub field: &'static str,
    /// What is wrong, and the remedy.
    pub problem: &'static str,
}

impl SetupError {
    pub(crate) const fn new(field: &'static str, problem: &'static str) -> Self {
        Self { field, problem }
    }
}

/// The most that anybody waits for an answer.
const LONGEST_TIMEOUT: u16 = 300;

/// Of a request, until its answer was read.
pub(crate) fn timeout(seconds: u16) -> Result<Duration, SetupError> {
    if (1..=LONGEST_TIMEOUT).contains(&seconds) {
        Ok(Duration::from_secs(seconds.into()))
    } else {
        Err(SetupError::new("timeout_seconds", "write 1 to 300"))
    }
}

/// What is told when nobody wrote it.
pub(crate) const fn default_timeout() -> u16 {
    20
}

/// A server to which personal data and tokens go: by TLS, or on this machine.
pub(crate) fn server(url: Option<&Url>, vendors: &str) -> Result<Url, SetupError> {
    let problem = |problem| Err(SetupError::new("base_url", problem));
    let Some(url) = url else {
        let vendors = vendors.parse();
        return vendors.or_else(|_| problem("write the server's address"));
    };
    match url.scheme() {
        "https" => {}
        "http" if is_here(url) => {}
        _ => return problem("write an https address; http will do on this machine alone"),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return problem("write it without a user name: credentials have fields of their own");
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return problem("write the server alone, without a path: signatures cover the path");
    }
    Ok(url.clone())
}

/// Whether it is an address of this machine's own.
pub(crate) fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// A secret that is empty signs for everybody.
pub(crate) fn secret(field: &'static str, secret: &SecretString) -> Result<(), SetupError> {
    if secret.expose_secret().trim().is_empty() {
        return Err(SetupError::new(field, "it is empty: write the provider's"));
    }
    Ok(())
}

/// The secrets of webhooks: one, and for a while two.
pub(crate) fn secrets(field: &'static str, secrets: &[SecretString]) -> Result<(), SetupError> {
    if secrets.is_empty() {
        return Err(SetupError::new(
            field,
            "there is none: without one no webhook is believed",
        ));
    }
    secrets.iter().try_for_each(|each| secret(field, each))
}

/// Tokens tell by how they begin whom they are for.
pub(crate) fn environment(
    token: &SecretString,
    environment: Environment,
    sandbox: &str,
    production: &str,
) -> Result<(), SetupError> {
    let contradicted = match environment {
        Environment::Production => sandbox,
        Environment::Sandbox => production,
    };
    if token.expose_secret().starts_with(contradicted) {
        return Err(SetupError::new(
            "environment",
            "the token is of the other one: a sandbox verifies nobody real",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_goes_out_in_the_clear() {
        for text in [
            "https://api.example.com",
            "http://127.0.0.1:9",
            "http://[::1]",
        ] {
            assert!(server(Some(&text.parse().unwrap()), "").is_ok(), "{text}");
        }
        for text in [
            "http://api.example.com",
            "http://10.0.0.1",
            "ftp://127.0.0.1",
            "https://user@api.example.com",
            "https://api.example.com/v1",
            "https://api.example.com/?a=b",
        ] {
            assert!(server(Some(&text.parse().unwrap()), "").is_err(), "{text}");
        }
    }

    #[test]
    fn a_token_tells_whom_it_is_for() {
        let check = |token: &str, of| environment(&token.into(), of, "sbx:", "prd:");
        assert!(check("sbx:a", Environment::Production).is_err());
        assert!(check("prd:a", Environment::Sandbox).is_err());
        assert!(check("prd:a", Environment::Production).is_ok());
        assert!(check("a", Environment::Production).is_ok());
    }

    #[test]
    fn an_empty_secret_is_none() {
        assert!(secrets("webhook_secrets", &[]).is_err());
        assert!(secrets("webhook_secrets", &["a".into(), " ".into()]).is_err());
        assert!(secrets("webhook_secrets", &["a".into()]).is_ok());
    }
}
