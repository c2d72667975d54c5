//! Reading a message, by the ERC's grammar line by line.

use std::str::FromStr;

use super::{Field, Message, MessageError, Scheme, Timestamp, Uri, text::QUOTED};
use crate::{ids::ChainId, wallet::WalletAddress};

/// What follows the domain.
pub(super) const OPENING: &str = " wants you to sign in with your Ethereum account:";

/// The lines that are yet to be read; `None` once there are no more.
struct Lines<'t>(Option<&'t str>);

impl<'t> Lines<'t> {
    fn peek(&self) -> Option<&'t str> {
        self.0.and_then(|rest| rest.split('\n').next())
    }

    fn next(&mut self) -> Option<&'t str> {
        let rest = self.0?;
        let (line, rest) = match rest.split_once('\n') {
            Some((line, rest)) => (line, Some(rest)),
            None => (rest, None),
        };
        self.0 = rest;
        Some(line)
    }

    fn empty_after(&mut self, field: Field) -> Result<(), MessageError> {
        match self.next() {
            Some("") => Ok(()),
            _ => Err(MessageError::NoEmptyLine(field)),
        }
    }

    fn optional(&mut self, field: Field) -> Option<&'t str> {
        let value = field.in_line(self.peek()?)?;
        self.next();
        Some(value)
    }

    fn required(&mut self, field: Field) -> Result<&'t str, MessageError> {
        self.optional(field).ok_or_else(|| {
            let mut later = self.0.unwrap_or_default().split('\n');
            match later.any(|line| field.in_line(line).is_some()) {
                true => MessageError::OutOfOrder(field),
                false => MessageError::Missing(field),
            }
        })
    }

    fn resources(&mut self) -> Result<Option<Vec<Uri>>, MessageError> {
        if self.optional(Field::Resources).is_none() {
            return Ok(None);
        }
        let mut resources = Vec::new();
        while let Some(text) = self.peek().and_then(|line| line.strip_prefix("- ")) {
            let number = resources.len() + 1;
            let resource = text.parse();
            resources.push(resource.map_err(|error| MessageError::Resource { number, error })?);
            self.next();
        }
        Ok(Some(resources))
    }

    fn end(&mut self) -> Result<(), MessageError> {
        let Some(line) = self.next() else {
            return Ok(());
        };
        let known = Field::LABELLED
            .into_iter()
            .find(|field| field.in_line(line).is_some());
        Err(match known {
            Some(field) => MessageError::OutOfOrder(field),
            None => MessageError::Trailing(line.chars().take(QUOTED).collect()),
        })
    }
}

impl FromStr for Message {
    type Err = MessageError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut lines = Lines(Some(text));
        let asker = lines.next().and_then(|line| line.strip_suffix(OPENING));
        let (scheme, domain) = origin(asker.ok_or(MessageError::Opening)?)?;
        let wallet = address(lines.next().unwrap_or_default())?;
        lines.empty_after(Field::Address)?;
        let statement = match lines.next() {
            // An empty statement leaves one more empty line than none.
            Some("") => match lines.peek() {
                Some("") => {
                    lines.next();
                    Some("".parse()?)
                }
                _ => None,
            },
            Some(statement) => {
                let statement = statement.parse()?;
                lines.empty_after(Field::Statement)?;
                Some(statement)
            }
            None => return Err(MessageError::NoEmptyLine(Field::Address)),
        };
        let uri = lines.required(Field::Uri)?;
        let uri = uri.parse().map_err(MessageError::Uri)?;
        match lines.required(Field::Version)? {
            "1" => {}
            other => return Err(MessageError::Version(other.chars().take(QUOTED).collect())),
        }
        let chain = chain(lines.required(Field::ChainId)?)?;
        let nonce = lines.required(Field::Nonce)?.parse()?;
        let issued_at = time(Field::IssuedAt, lines.required(Field::IssuedAt)?)?;
        let mut optional_time = |field| {
            let text = lines.optional(field);
            text.map(|text| time(field, text)).transpose()
        };
        let expiration_time = optional_time(Field::ExpirationTime)?;
        let not_before = optional_time(Field::NotBefore)?;
        let request_id = lines.optional(Field::RequestId);
        let message = Self {
            scheme,
            domain: domain.parse()?,
            wallet,
            statement,
            uri,
            chain,
            nonce,
            issued_at,
            expiration_time,
            not_before,
            request_id: request_id.map(str::parse).transpose()?,
            resources: lines.resources()?,
        };
        lines.end()?;
        Ok(message)
    }
}

/// An authority has no slash, so the first `://` ends a scheme.
fn origin(asker: &str) -> Result<(Option<Scheme>, &str), MessageError> {
    let (scheme, domain) = match asker.split_once("://") {
        Some((scheme, domain)) => (Some(scheme.parse()?), domain),
        None => (None, asker),
    };
    if domain.is_empty() {
        return Err(MessageError::Missing(Field::Domain));
    }
    Ok((scheme, domain))
}

fn address(text: &str) -> Result<WalletAddress, MessageError> {
    if text.is_empty() {
        return Err(MessageError::Missing(Field::Address));
    }
    let wallet: WalletAddress = text.parse()?;
    if wallet.to_string() == text {
        Ok(wallet)
    } else {
        Err(MessageError::AddressSpelling(wallet))
    }
}

fn chain(text: &str) -> Result<ChainId, MessageError> {
    match text.parse() {
        // What was read is written the same again, so neither `+1` nor `01`.
        Ok(id) if ChainId(id).to_string() == text => Ok(ChainId(id)),
        _ => Err(MessageError::ChainId(text.chars().take(QUOTED).collect())),
    }
}

fn time(field: Field, text: &str) -> Result<Timestamp, MessageError> {
    text.parse()
        .map_err(|error| MessageError::Time { field, error })
}
