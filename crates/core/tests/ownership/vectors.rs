//! The vectors that implementations of EIP-4361 share.

use std::{collections::BTreeMap, path::Path};

use serde_json::Value;
use symbolon_core::{
    ownership::{
        Challenge, DomainError, Field, Message, MessageError, NonceError, StatementError,
        TimestampError, UriError,
    },
    time::parse_expiry,
    wallet::WalletAddressError,
};

type Vectors = BTreeMap<String, Value>;

/// The shared file, where it stands: it is not part of this repository.
fn vectors(name: &str, count: usize) -> Option<Vectors> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data/siwe")
        .join(name);
    let Ok(file) = std::fs::read(path) else {
        println!("skipped: ../shared/data/siwe/{name} does not stand beside this repository");
        return None;
    };
    let vectors: Vectors = serde_json::from_slice(&file).unwrap();
    assert_eq!(vectors.len(), count, "{name}");
    Some(vectors)
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

#[test]
fn right_messages_are_read_and_written_as_they_were() {
    let Some(vectors) = vectors("parsing_positive.json", 19) else {
        return;
    };
    for (name, vector) in vectors {
        let text = vector["message"].as_str().unwrap();
        let message: Message = text.parse().unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(message.to_string(), text, "{name}");
        let resources = message.resources.as_ref().map(|resources| {
            let texts: Vec<_> = resources.iter().map(|uri| uri.as_str()).collect();
            serde_json::to_string(&texts).unwrap()
        });
        for (field, read) in [
            ("scheme", message.scheme.as_ref().map(ToString::to_string)),
            ("domain", Some(message.domain.to_string())),
            ("address", Some(message.wallet.to_string())),
            (
                "statement",
                message.statement.as_ref().map(ToString::to_string),
            ),
            ("uri", Some(message.uri.to_string())),
            ("version", Some("1".to_owned())),
            ("chainId", Some(message.chain.to_string())),
            ("nonce", Some(message.nonce.to_string())),
            ("issuedAt", Some(message.issued_at.to_string())),
            ("resources", resources),
        ] {
            assert_eq!(read, text_of(&vector["fields"][field]), "{name}: {field}");
        }
    }
}

const NO_URI: &str = ":not_a_rfc3986_valid_uri_";
const NO_TIME: &str = "Wed Oct 05 2011 16:48:00 GMT+0200 (CEST)";

/// Why each vector is refused, by its name.
fn reason(name: &str) -> MessageError {
    let no_uri = || UriError(NO_URI.to_owned());
    let no_time = |field| MessageError::Time {
        field,
        error: TimestampError(NO_TIME.to_owned()),
    };
    match name {
        "missing domain" => MessageError::Missing(Field::Domain),
        "missing address" => MessageError::Missing(Field::Address),
        "missing uri" => MessageError::Missing(Field::Uri),
        "missing version" => MessageError::Missing(Field::Version),
        "missing chainId" => MessageError::Missing(Field::ChainId),
        "missing nonce" => MessageError::Missing(Field::Nonce),
        "missing issuedAt" => MessageError::Missing(Field::IssuedAt),
        "out of order uri" => MessageError::OutOfOrder(Field::Uri),
        "out of order version" => MessageError::OutOfOrder(Field::Version),
        // Its line is glued to the nonce's.
        "out of order chainId" => MessageError::Missing(Field::ChainId),
        "out of order nonce" => MessageError::OutOfOrder(Field::Nonce),
        "out of order issuedAt" => MessageError::OutOfOrder(Field::IssuedAt),
        "out of order expirationTime" => MessageError::OutOfOrder(Field::ExpirationTime),
        "out of order notBefore" => MessageError::OutOfOrder(Field::NotBefore),
        "out of order requestId" => MessageError::OutOfOrder(Field::RequestId),
        // What should come before the resources comes after them.
        "out of order resources" => MessageError::OutOfOrder(Field::NotBefore),
        "domain not RFC4501 authority" => DomainError("#notrfc4501".to_owned()).into(),
        "address not EIP-55" => MessageError::AddressSpelling(
            "0xe5A12547fe4E872D192E3eCecb76F2Ce1aeA4946"
                .parse()
                .unwrap(),
        ),
        "statement has line break" => MessageError::NoEmptyLine(Field::Statement),
        "uri is non-RFC 3986" => MessageError::Uri(no_uri()),
        "version not 1" => MessageError::Version("3".to_owned()),
        "not a valid chainId" => MessageError::ChainId("?".to_owned()),
        "nonce with less then 8 chars" => NonceError("1234567".to_owned()).into(),
        "non-ISO 8601 issuedAt" => no_time(Field::IssuedAt),
        "non-ISO 8601 expirationTime" => no_time(Field::ExpirationTime),
        "non-ISO 8601 notBefore" => no_time(Field::NotBefore),
        "resources not separated by line break" => MessageError::Resource {
            number: 1,
            error: UriError("https://service.org/login - https://service.org/login/2".to_owned()),
        },
        "first resource not-RFC 3986" => MessageError::Resource {
            number: 1,
            error: no_uri(),
        },
        "second resource is not-RFC3986" => MessageError::Resource {
            number: 2,
            error: no_uri(),
        },
        other => panic!("no such vector is known: {other}"),
    }
}

#[test]
fn wrong_messages_are_refused_for_their_own_reason() {
    let Some(vectors) = vectors("parsing_negative.json", 29) else {
        return;
    };
    for (name, text) in vectors {
        let read = text.as_str().unwrap().parse::<Message>();
        assert_eq!(read, Err(reason(&name)), "{name}");
    }
}

/// A message of these fields as whoever does not look at them would write it.
fn written(fields: &Value) -> String {
    let line = |label: &str, name: &str| {
        let value = text_of(&fields[name]);
        value.map_or(String::new(), |value| format!("\n{label}: {value}"))
    };
    let text = |name: &str| text_of(&fields[name]).unwrap_or_default();
    let resources = fields["resources"].as_array().map_or(String::new(), |all| {
        let all = all
            .iter()
            .map(|uri| format!("\n- {}", uri.as_str().unwrap()));
        format!("\nResources:{}", all.collect::<String>())
    });
    [
        text("domain"),
        " wants you to sign in with your Ethereum account:\n".to_owned(),
        text("address"),
        format!("\n\n{}\n", text("statement")),
        line("URI", "uri"),
        line("Version", "version"),
        line("Chain ID", "chainId"),
        line("Nonce", "nonce"),
        line("Issued At", "issuedAt"),
        line("Expiration Time", "expirationTime"),
        line("Not Before", "notBefore"),
        line("Request ID", "requestId"),
        resources,
    ]
    .concat()
}

#[test]
fn messages_of_wrong_fields_are_refused_for_the_same_reasons() {
    let Some(vectors) = vectors("parsing_negative_objects.json", 18) else {
        return;
    };
    for (name, fields) in vectors {
        let read = written(&fields).parse::<Message>();
        let reason = match name.as_str() {
            // Here a capital is wrong; in the other file there are none.
            "address not EIP-55" => WalletAddressError::Checksum.into(),
            name => reason(name),
        };
        assert_eq!(read, Err(reason), "{name}");
    }
}

/// What the published vectors leave out.
#[test]
fn further_mistakes_have_their_names() {
    const RIGHT: &str = "https://a.example wants you to sign in with your Ethereum account:\n\
        0xe5A12547fe4E872D192E3eCecb76F2Ce1aeA4946\n\nHello\n\nURI: https://a.example\nVersion: 1\n\
        Chain ID: 1\nNonce: 12341234\nIssued At: 2022-03-17T12:45:13Z\nRequest ID: %41:@";
    assert_eq!(RIGHT.parse::<Message>().unwrap().to_string(), RIGHT);
    for (from, to, error) in [
        ("sign in", "log in", MessageError::Opening),
        (
            "Hello",
            "Grüezi",
            StatementError("Grüezi".to_owned()).into(),
        ),
        ("Hello", "100%", StatementError("100%".to_owned()).into()),
        (
            "4946\n\n",
            "4946\n",
            MessageError::NoEmptyLine(Field::Address),
        ),
        (
            "%41:@",
            "a b",
            MessageError::RequestId(
                "a b"
                    .parse::<symbolon_core::ownership::RequestId>()
                    .unwrap_err(),
            ),
        ),
        ("%41:@", "a\n", MessageError::Trailing(String::new())),
        (
            "%41:@",
            "a\nRequest ID: b",
            MessageError::OutOfOrder(Field::RequestId),
        ),
        (
            "%41:@",
            "a\nAnd: b",
            MessageError::Trailing("And: b".to_owned()),
        ),
        (
            "Version: 1",
            "Version: 1\r",
            MessageError::Version("1\r".to_owned()),
        ),
        (
            "ID: 1\n",
            "ID: 01\n",
            MessageError::ChainId("01".to_owned()),
        ),
        (
            "ID: 1\n",
            "ID: +1\n",
            MessageError::ChainId("+1".to_owned()),
        ),
        (
            "ID: 1\n",
            "ID: 18446744073709551616\n",
            MessageError::ChainId("18446744073709551616".to_owned()),
        ),
        (
            "0xe5A12547fe4E872D192E3eCecb76F2Ce1aeA4946",
            "0x0000000000000000000000000000000000000000",
            WalletAddressError::Zero.into(),
        ),
        ("4946", "494", WalletAddressError::Shape.into()),
        (
            "a.example wants",
            ":80 wants",
            DomainError(":80".to_owned()).into(),
        ),
    ] {
        let text = RIGHT.replacen(from, to, 1);
        assert_eq!(text.parse::<Message>(), Err(error), "{text}");
    }
    let odd = RIGHT.replacen("https://a", "1s://a", 1);
    assert!(matches!(
        odd.parse::<Message>(),
        Err(MessageError::Scheme(_))
    ));
}

/// Of the vectors of signatures those whose signature is right, and the message
/// is not what was asked for or not in time. They have no Request ID, which our
/// challenges do, so one is given to them; the time is 2023 where none is said.
#[test]
fn a_right_signature_of_another_message_does_not_meet_a_challenge() {
    let Some(vectors) = vectors("verification_negative.json", 10) else {
        return;
    };
    for (name, code) in [
        ("expired message", "challenge_expired"),
        ("domain binding", "domain_differs"),
        ("custom time", "challenge_expired"),
        ("custom nonce", "nonce_differs"),
        ("not yet valid", "expiration_time_differs"),
    ] {
        let mut fields = vectors[name].clone();
        fields["requestId"] = "bind-0001".into();
        let message: Message = written(&fields).parse().unwrap();
        let text = |key: &str, otherwise: &str| {
            let value = fields.get(key).and_then(Value::as_str);
            value.unwrap_or(otherwise).to_owned()
        };
        let challenge = Challenge {
            scheme: None,
            domain: text("domainBinding", message.domain.as_str())
                .parse()
                .unwrap(),
            uri: message.uri.clone(),
            statement: message.statement.clone(),
            nonce: text("matchNonce", message.nonce.as_str()).parse().unwrap(),
            request_id: "bind-0001".parse().unwrap(),
            chains: [message.chain].into(),
            issued_at: message.issued_at.clone(),
            expires_at: text("expirationTime", "2100-01-01T00:00:00Z")
                .parse()
                .unwrap(),
        };
        let now = parse_expiry(&text("time", "2023-01-01T00:00:00Z")).unwrap();
        let refusal = challenge.check(&message, now).unwrap_err();
        assert_eq!(refusal.code(), code, "{name}: {refusal}");
    }
}
