//! E-mails: a link, by plain text and by HTML, through the issuer's mail server.

use std::{fmt, time::Duration};

use askama::Template;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, MultiPart},
};
use secrecy::{ExposeSecret, SecretString};
use symbolon_core::profile::Personal;
use thiserror::Error;

const TIMEOUT: Duration = Duration::from_secs(20);

/// A mail server, and in whose name it sends. Cheap to clone.
#[derive(Clone)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mailer({})", self.from.email.domain())
    }
}

/// Why no mail can be sent, or this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum MailError {
    /// The URL of the mail server.
    #[error(
        "write the mail server as smtps://user:password@host:465, or smtp://host:587?tls=required"
    )]
    Server,
    /// In whose name.
    #[error("write the sender as `Acme <kyc@example.com>`")]
    Sender,
    /// To whom.
    #[error("the profile's e-mail address cannot be written to: correct it")]
    Recipient,
    /// Its text could not be made.
    #[error("the letter could not be written")]
    Text,
    /// The mail server takes this one from nobody.
    #[error("the mail server refuses the letter for good: check the address and the sender")]
    Refused,
    /// The mail server does not answer, or not now.
    #[error("the mail server does not take it now")]
    Unreachable,
}

/// What a letter says.
#[derive(Debug)]
pub(crate) struct LinkLetter {
    /// Who asks.
    pub(crate) issuer: String,
    /// The link itself. A secret.
    pub(crate) url: SecretString,
    /// From when on it opens nothing.
    pub(crate) expires: String,
    /// Whether a wallet is to be proved.
    pub(crate) wants_wallet: bool,
    /// Whether a provider is to verify the person.
    pub(crate) wants_check: bool,
}

#[derive(Template)]
#[template(path = "letter.txt")]
struct Plain<'a> {
    letter: &'a LinkLetter,
    url: &'a str,
}

#[derive(Template)]
#[template(path = "letter.html")]
struct Html<'a> {
    letter: &'a LinkLetter,
    url: &'a str,
}

impl Mailer {
    /// Sends through the server of this URL, as this sender.
    pub fn new(url: &SecretString, from: &str) -> Result<Self, MailError> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose_secret())
            .map_err(|_| MailError::Server)?
            .timeout(Some(TIMEOUT))
            .build();
        Ok(Self {
            transport,
            from: from.parse().map_err(|_| MailError::Sender)?,
        })
    }

    /// Sends a link to a profile's address.
    pub(crate) async fn send(&self, to: &Personal, letter: &LinkLetter) -> Result<(), MailError> {
        let to = to.text().and_then(|address| address.parse().ok());
        let to = Mailbox::new(None, to.ok_or(MailError::Recipient)?);
        let url = letter.url.expose_secret();
        let plain = Plain { letter, url }.render();
        let html = Html { letter, url }.render();
        let (Ok(plain), Ok(html)) = (plain, html) else {
            return Err(MailError::Text);
        };
        let message = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(format!("{}: please verify your identity", letter.issuer))
            .multipart(MultiPart::alternative_plain_html(plain, html))
            .map_err(|_| MailError::Text)?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => Err(MailError::Refused),
            Err(_) => Err(MailError::Unreachable),
        }
    }
}
