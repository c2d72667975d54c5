//! E-mails: a link, by plain text and by HTML, through the issuer's mail server.

use std::{fmt, time::Duration};

use alloy_primitives::B128;
use askama::Template;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, MultiPart},
};
use secrecy::{ExposeSecret, SecretString};
use symbolon_core::{profile::Personal, time::UnixSeconds};
use thiserror::Error;
use url::Url;

use crate::{
    language::{Asks, Language, Occasion, Texts},
    site::leads_here,
};

const TIMEOUT: Duration = Duration::from_secs(20);

/// A mail server, and in whose name it sends. Cheap to clone.
#[derive(Clone)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    transit: Transit,
}

/// Who can read a letter on its way to the mail server, the password included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transit {
    /// Nobody: TLS, or no letter.
    Encrypted,
    /// Whoever keeps the server from offering TLS.
    IfOffered,
    /// Whoever is on the way.
    Plain,
    /// Nobody, since it stays on this machine.
    Here,
}

/// Why a mail server would take no letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum GreetingError {
    /// Nobody answers there.
    #[error("the mail server does not answer: check its host and port, and the way there")]
    Unreachable,
    /// It does not speak TLS, or not as who it should be.
    #[error(
        "there is no TLS with the mail server as its URL asks for: check the scheme, the port and the server's certificate"
    )]
    Tls,
    /// It offers no TLS, or no way to take a password, where the URL asks for that.
    #[error(
        "the mail server does not offer what its URL asks for: check `tls`, the port, and whether it takes a password"
    )]
    Unfit,
    /// It refuses, most of all the password.
    #[error("the mail server refuses: check the user and the password in its URL")]
    Refused,
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

/// What a letter says, and in which language.
#[derive(Debug)]
pub(crate) struct LinkLetter {
    /// In which.
    pub(crate) language: Language,
    /// Who asks.
    pub(crate) issuer: String,
    /// The link itself. A secret.
    pub(crate) url: SecretString,
    /// From when on it opens nothing.
    pub(crate) expires: UnixSeconds,
    /// What the person is to do.
    pub(crate) asks: Asks,
    /// Whether the person is verified, and is to be verified again.
    pub(crate) again: bool,
    /// Until when it is; nothing for ever.
    pub(crate) verified_until: Option<UnixSeconds>,
}

/// What a letter says, in its language.
struct Words {
    subject: String,
    asks: String,
    why: String,
    again: Option<String>,
    alone: String,
    ignore: String,
}

impl LinkLetter {
    fn occasion(&self) -> Occasion {
        match (self.asks, self.again) {
            (Asks::Wallet, _) => Occasion::Wallet,
            (_, true) => Occasion::Again,
            (_, false) => Occasion::First,
        }
    }

    fn words(&self) -> Words {
        let (t, language) = (self.language.texts(), self.language);
        let until = self.verified_until.map(|end| language.moment(end));
        Words {
            subject: (t.letter_subject)(&self.issuer, self.occasion()),
            asks: (t.letter_asks)(&self.issuer, self.asks),
            why: (t.why)(&self.issuer),
            again: self.again.then(|| (t.letter_again)(until.as_deref())),
            alone: (t.letter_alone)(&language.moment(self.expires)),
            ignore: (t.letter_ignore)(&self.issuer),
        }
    }
}

#[derive(Template)]
#[template(path = "letter.txt")]
struct Plain<'a> {
    t: &'static Texts,
    words: &'a Words,
    url: &'a str,
}

#[derive(Template)]
#[template(path = "letter.html")]
struct Html<'a> {
    language: Language,
    t: &'static Texts,
    words: &'a Words,
    url: &'a str,
}

impl Transit {
    fn of(url: &str) -> Option<Self> {
        let url: Url = url.parse().ok()?;
        let asked = url.query_pairs().find(|(name, _)| name == "tls");
        let asked = asked.map(|(_, value)| value);
        Some(match (url.scheme(), asked.as_deref()) {
            ("smtps", _) | (_, Some("required")) => Self::Encrypted,
            _ if leads_here(&url) => Self::Here,
            (_, Some("opportunistic")) => Self::IfOffered,
            _ => Self::Plain,
        })
    }
}

impl Mailer {
    /// Sends through the server of this URL, as this sender.
    pub fn new(url: &SecretString, from: &str) -> Result<Self, MailError> {
        let transit = Transit::of(url.expose_secret()).ok_or(MailError::Server)?;
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose_secret())
            .map_err(|_| MailError::Server)?
            .timeout(Some(TIMEOUT))
            .build();
        Ok(Self {
            transport,
            from: from.parse().map_err(|_| MailError::Sender)?,
            transit,
        })
    }

    /// Who can read a letter on its way to the mail server.
    pub const fn transit(&self) -> Transit {
        self.transit
    }

    /// Whether the mail server would take a letter: it greets, speaks TLS where its URL
    /// asks for that, and takes the password. Nothing is sent.
    pub async fn greet(&self) -> Result<(), GreetingError> {
        match self.transport.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err(GreetingError::Unreachable),
            Err(error) if error.is_tls() => Err(GreetingError::Tls),
            Err(error) if error.is_permanent() => Err(GreetingError::Refused),
            Err(error) if error.is_client() => Err(GreetingError::Unfit),
            Err(_) => Err(GreetingError::Unreachable),
        }
    }

    /// Sends a link to a profile's address.
    pub(crate) async fn send(&self, to: &Personal, letter: &LinkLetter) -> Result<(), MailError> {
        let to = to.text().and_then(|address| address.parse().ok());
        let to = Mailbox::new(None, to.ok_or(MailError::Recipient)?);
        let url = letter.url.expose_secret();
        let (language, t, words) = (letter.language, letter.language.texts(), &letter.words());
        let plain = Plain { t, words, url }.render();
        let html = Html {
            language,
            t,
            words,
            url,
        };
        let html = html.render();
        let (Ok(plain), Ok(html)) = (plain, html) else {
            return Err(MailError::Text);
        };
        // Of the sender's domain: this machine's name is nobody's to know.
        let id = B128::from(rand::random::<[u8; 16]>());
        let id = format!("<{id:x}@{}>", self.from.email.domain());
        let message = Message::builder()
            .message_id(Some(id))
            .from(self.from.clone())
            .to(to)
            .subject(words.subject.as_str())
            .multipart(MultiPart::alternative_plain_html(plain, html))
            .map_err(|_| MailError::Text)?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => Err(MailError::Refused),
            Err(_) => Err(MailError::Unreachable),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(language: Language) -> LinkLetter {
        LinkLetter {
            language,
            issuer: "Rot & <Weiß>".to_owned(),
            url: "https://kyc.example.com/v/acme/1".into(),
            expires: UnixSeconds(1_772_323_380),
            asks: Asks::IdentityAndWallet,
            again: true,
            verified_until: Some(UnixSeconds(1_772_323_380)),
        }
    }

    #[test]
    fn a_letter_is_in_its_language_and_names_the_issuer_without_markup() {
        for language in Language::ALL {
            let letter = letter(language);
            let (t, words) = (language.texts(), &letter.words());
            let url = letter.url.expose_secret();
            let plain = Plain { t, words, url }.render().unwrap();
            let html = Html {
                language,
                t,
                words,
                url,
            }
            .render()
            .unwrap();
            assert!(html.contains(&format!("<html lang=\"{}\">", language.code())));
            assert!(
                !html.contains("<Weiß>") && !html.contains("Rot & "),
                "{html}"
            );
            assert!(plain.contains("Rot & <Weiß>"), "{plain}");
            assert!(words.subject.contains("Rot & <Weiß>"), "{}", words.subject);
            let end = language.moment(letter.expires);
            assert_eq!(plain.matches(&end).count(), 2, "{plain}");
            for sentence in [t.letter_hello, t.letter_open, url] {
                assert!(plain.contains(sentence), "{sentence}: {plain}");
            }
            assert!(
                html.contains(t.letter_begin) && html.contains(url),
                "{html}"
            );
        }
    }

    #[test]
    fn a_letter_asks_for_no_more_than_its_link() {
        for language in Language::ALL {
            let asks = language.texts().letter_asks;
            let said = [Asks::Identity, Asks::IdentityAndWallet, Asks::Wallet]
                .map(|what| asks("Acme", what));
            assert!(said.iter().all(|words| words.contains("Acme")), "{said:?}");
            assert!(said[1].len() > said[0].len() && said[1].len() > said[2].len());
            let first = LinkLetter {
                again: false,
                ..letter(language)
            };
            assert_eq!(first.words().again, None);
        }
    }

    #[test]
    fn who_reads_letters_on_their_way_follows_from_the_url() {
        for (url, transit) in [
            ("smtps://user:password@mail.example:465", Transit::Encrypted),
            ("smtp://mail.example:587?tls=required", Transit::Encrypted),
            ("smtp://mail.example?tls=opportunistic", Transit::IfOffered),
            ("smtp://mail.example", Transit::Plain),
            ("smtp://127.0.0.1:25", Transit::Here),
            ("smtp://[::1]:25", Transit::Here),
            ("smtp://localhost", Transit::Here),
        ] {
            assert_eq!(Transit::of(url), Some(transit), "{url}");
        }
    }
}
