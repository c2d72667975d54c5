//! What it takes to verify people: the site, the mail server, the accounts with
//! providers.

use symbolon_server::letters::Transit;

use super::Findings;
use crate::config::{Config, ProviderConfig};

const SITE: &str = "site";
const MAIL: &str = "mail";

pub(super) async fn check(config: &Config, findings: &mut Findings) {
    let people = !config.providers.is_empty() || config.mail.is_some();
    site(config, people, findings);
    if config.mail.is_some() {
        mail(config, findings).await;
    }
    for provider in &config.providers {
        account(provider, findings).await;
    }
}

/// Whether links lead where people and providers can come.
fn site(config: &Config, people: bool, findings: &mut Findings) {
    let nowhere = || {
        let listen = config.server.listen;
        format!(
            "there is none: `symbolon links create` makes links to http://{listen}, whatever `symbolon serve --listen` says"
        )
    };
    match &config.site {
        Some(site) if site.is_secure() => {
            findings.ok(SITE, format!("links lead to {}", site.origin()))
        }
        Some(site) if site.is_here() => findings.warn(
            SITE,
            format!(
                "links lead to {}, which only this machine reaches",
                site.origin()
            ),
            "set site.url to the address by which people reach this server",
        ),
        Some(site) => findings.fail(
            SITE,
            format!(
                "links lead to {}: whoever is on the way reads them",
                site.origin()
            ),
            "put TLS in front of the server, and write site.url with https",
        ),
        None if people => findings.warn(
            SITE,
            nowhere(),
            "set site.url to the address by which people reach this server",
        ),
        None => findings.ok(
            SITE,
            format!("{}; set site.url before you make any", nowhere()),
        ),
    }
}

async fn mail(config: &Config, findings: &mut Findings) {
    let mailer = match config.mail.as_ref().map(|mail| mail.mailer()) {
        None => return,
        Some(Ok(mailer)) => mailer,
        Some(Err(failure)) => {
            findings.failure(MAIL, failure);
            return;
        }
    };
    if let Err(error) = mailer.greet().await {
        findings.failure(MAIL, error);
        return;
    }
    match mailer.transit() {
        Transit::Encrypted => findings.ok(MAIL, "the mail server greets, by TLS"),
        Transit::Here => findings.ok(MAIL, "the mail server greets, on this machine"),
        Transit::IfOffered => findings.warn(
            MAIL,
            "the mail server greets, but letters go without TLS where none is offered",
            "write mail.url with tls=required, or as smtps://",
        ),
        Transit::Plain => findings.warn(
            MAIL,
            "the mail server greets, but links and password travel without TLS",
            "write mail.url as smtps://, or with ?tls=required",
        ),
    }
}

/// Whether a provider answers, and takes the account's credentials.
async fn account(provider: &ProviderConfig, findings: &mut Findings) {
    let name = format!("provider {}/{}", provider.issuer, provider.name);
    let account = match provider.account() {
        Ok(account) => account,
        Err(failure) => {
            findings.failure(name, failure);
            return;
        }
    };
    match account.provider.probe().await {
        Ok(()) if account.requirements.sandbox => findings.warn(
            name,
            "answers, and what its sandbox says of nobody real makes people verified",
            "take `sandbox = true` out of the account's requirements, unless nobody real and no real token is here",
        ),
        Ok(()) => findings.ok(name, "answers, and takes the credentials"),
        Err(error) if error.passes() => {
            let detail = error.to_string();
            let detail = detail
                .split_once(": ")
                .map_or(detail.as_str(), |(what, _)| what);
            let remedy =
                "check the way to it, and the account's base_url; links wait until it answers";
            findings.fail(name, detail, remedy);
        }
        Err(error) => findings.failure(name, error),
    }
}
