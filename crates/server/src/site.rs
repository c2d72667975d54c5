//! Where people reach this server.

use std::net::IpAddr;

use symbolon_core::{
    link::LinkToken,
    ownership::{Domain, Uri},
};
use thiserror::Error;
use url::Url;

/// The address that stands in links, and that wallets show when they are to sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    url: Url,
    domain: Domain,
}

/// A URL that is no site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("write the site's address without a path, such as https://kyc.example.com")]
pub struct SiteError;

impl Site {
    /// The site of this URL, which has no path.
    pub fn new(url: &str) -> Result<Self, SiteError> {
        let url: Url = url.parse().map_err(|_| SiteError)?;
        let plain = matches!(url.scheme(), "http" | "https")
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty();
        let host = url.host_str().filter(|_| plain).ok_or(SiteError)?;
        let domain = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        Ok(Self {
            domain: domain.parse().map_err(|_| SiteError)?,
            url,
        })
    }

    /// Its host and port, as browsers and wallets show it.
    pub fn domain(&self) -> &Domain {
        &self.domain
    }

    /// The address of its pages, which wallets are asked to be bound at.
    pub fn uri(&self) -> Result<Uri, SiteError> {
        self.page("v").as_str().parse().map_err(|_| SiteError)
    }

    /// How browsers name it as the origin of a request.
    pub fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// Whether it is reached by TLS.
    pub fn is_secure(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Whether only this machine reaches it.
    pub fn is_here(&self) -> bool {
        leads_here(&self.url)
    }

    /// One of its pages.
    pub fn page(&self, path: &str) -> Url {
        let mut page = self.url.clone();
        page.set_path(path);
        page
    }

    /// The link that a token opens. A secret.
    pub fn link(&self, token: &LinkToken) -> Url {
        self.page(&format!("v/{}/{}", token.issuer(), token.expose()))
    }
}

/// Whether a URL leads to this machine.
pub(crate) fn leads_here(url: &Url) -> bool {
    // Of other schemes than the web's an address is a mere text.
    let host = url.host_str().unwrap_or_default();
    let address: Result<IpAddr, _> = host.trim_matches(['[', ']']).parse();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_a_host_alone() {
        let site = Site::new("https://kyc.example.com").unwrap();
        assert_eq!(site.domain().as_str(), "kyc.example.com");
        assert_eq!(site.origin(), "https://kyc.example.com");
        assert_eq!(site.uri().unwrap().as_str(), "https://kyc.example.com/v");
        let local = Site::new("http://127.0.0.1:8080/").unwrap();
        assert_eq!(local.domain().as_str(), "127.0.0.1:8080");
        assert!(!local.is_secure() && local.is_here());
        assert!(!site.is_here());
        for url in [
            "kyc.example.com",
            "https://a.com/x",
            "ftp://a.com",
            "https://a.com?b",
        ] {
            assert!(Site::new(url).is_err(), "{url}");
        }
    }
}
