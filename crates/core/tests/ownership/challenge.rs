//! A challenge takes its own message in its own time, and nothing else.

use symbolon_core::{
    ids::ChainId,
    ownership::{Challenge, Field, Message, Nonce, OwnershipRefusal, Timestamp},
    time::UnixSeconds,
    wallet::WalletAddress,
};

const ISSUED: UnixSeconds = UnixSeconds(1_772_359_200);
const EXPIRES: UnixSeconds = UnixSeconds(1_772_359_800);
const NOW: UnixSeconds = UnixSeconds(1_772_359_500);

fn challenge() -> Challenge {
    Challenge {
        scheme: Some("https".parse().unwrap()),
        domain: "kyc.example.com".parse().unwrap(),
        uri: "https://kyc.example.com/wallets".parse().unwrap(),
        statement: Some("Link this wallet to my verified identity.".parse().unwrap()),
        nonce: Nonce::drawn([7; 16]),
        request_id: "bind-0001".parse().unwrap(),
        chains: [ChainId(1), ChainId(8453)].into(),
        issued_at: Timestamp::at(ISSUED).unwrap(),
        expires_at: Timestamp::at(EXPIRES).unwrap(),
    }
}

fn wallet() -> WalletAddress {
    "0xe5A12547fe4E872D192E3eCecb76F2Ce1aeA4946"
        .parse()
        .unwrap()
}

#[test]
fn its_message_is_written_as_the_standard_has_it() {
    let message = challenge().message(wallet(), ChainId(8453));
    let text = "https://kyc.example.com wants you to sign in with your Ethereum account:\n\
        0xe5A12547fe4E872D192E3eCecb76F2Ce1aeA4946\n\n\
        Link this wallet to my verified identity.\n\n\
        URI: https://kyc.example.com/wallets\nVersion: 1\nChain ID: 8453\n\
        Nonce: 07070707070707070707070707070707\nIssued At: 2026-03-01T10:00:00Z\n\
        Expiration Time: 2026-03-01T10:10:00Z\nRequest ID: bind-0001";
    assert_eq!(message.to_string(), text);
    let read: Message = text.parse().unwrap();
    let checked = challenge().check(&read, NOW);
    assert_eq!(checked, Ok((wallet(), ChainId(8453))));
}

#[test]
fn it_lasts_from_its_first_second_to_the_one_before_its_end() {
    let challenge = challenge();
    let message = challenge.message(wallet(), ChainId(1));
    for (now, code) in [
        (ISSUED.0 - 1, Some("challenge_too_early")),
        (ISSUED.0, None),
        (EXPIRES.0 - 1, None),
        (EXPIRES.0, Some("challenge_expired")),
        (u64::MAX, Some("challenge_expired")),
    ] {
        let refusal = challenge.check(&message, UnixSeconds(now)).err();
        assert_eq!(refusal.map(|refusal| refusal.code()), code, "{now}");
    }
}

/// Makes one field another one.
type Change = fn(&mut Message);

#[test]
fn any_other_field_is_refused_by_its_name() {
    let changes: [(&str, &str, Change); 17] = [
        ("scheme_differs", "scheme is `http`, not `https`", |m| {
            m.scheme = "http".parse().ok()
        }),
        ("scheme_differs", "scheme `https` is missing", |m| {
            m.scheme = None
        }),
        ("domain_differs", "domain is `kyc.example.com:80`", |m| {
            m.domain = "kyc.example.com:80".parse().unwrap()
        }),
        ("domain_differs", "domain is `KYC.example.com`", |m| {
            m.domain = "KYC.example.com".parse().unwrap()
        }),
        ("statement_differs", "statement is ``, not `Link", |m| {
            m.statement = "".parse().ok()
        }),
        ("statement_differs", "statement `Link", |m| {
            m.statement = None
        }),
        (
            "uri_differs",
            "URI is `https://kyc.example.com/wallets/`",
            |m| m.uri = "https://kyc.example.com/wallets/".parse().unwrap(),
        ),
        ("chain_not_allowed", "Chain ID 2 is none of 1, 8453", |m| {
            m.chain = ChainId(2)
        }),
        ("nonce_differs", "Nonce is `0808", |m| {
            m.nonce = Nonce::drawn([8; 16])
        }),
        (
            "issued_at_differs",
            "Issued At is `2026-03-01T11:00:00+01:00`",
            |m| m.issued_at = "2026-03-01T11:00:00+01:00".parse().unwrap(),
        ),
        (
            "issued_at_differs",
            "Issued At is `2026-03-01T10:00:00.0Z`",
            |m| m.issued_at = "2026-03-01T10:00:00.0Z".parse().unwrap(),
        ),
        ("expiration_time_differs", "Expiration Time is `2027", |m| {
            m.expiration_time = "2027-03-01T10:10:00Z".parse().ok()
        }),
        (
            "expiration_time_differs",
            "Expiration Time `2026-03-01T10:10:00Z` is missing",
            |m| m.expiration_time = None,
        ),
        ("not_before_differs", "Not Before was not asked for", |m| {
            m.not_before = Some(m.issued_at.clone())
        }),
        ("request_id_differs", "Request ID is `bind-0002`", |m| {
            m.request_id = "bind-0002".parse().ok()
        }),
        (
            "request_id_differs",
            "Request ID `bind-0001` is missing",
            |m| m.request_id = None,
        ),
        ("resources_differ", "Resources was not asked for", |m| {
            m.resources = Some(Vec::new())
        }),
    ];
    for (code, words, change) in changes {
        let mut message = challenge().message(wallet(), ChainId(1));
        change(&mut message);
        let refusal = challenge().check(&message, NOW).unwrap_err();
        assert_eq!(refusal.code(), code);
        assert!(refusal.to_string().starts_with(words), "{refusal}");
        assert!(refusal.to_string().contains(": "), "a remedy: {refusal}");
    }
}

#[test]
fn what_was_not_asked_for_is_refused() {
    let plain = Challenge {
        scheme: None,
        statement: None,
        ..challenge()
    };
    let message = challenge().message(wallet(), ChainId(1));
    let refusal = plain.check(&message, NOW);
    assert_eq!(refusal, Err(OwnershipRefusal::Unasked(Field::Scheme)));
    let nowhere = Challenge {
        chains: Default::default(),
        ..challenge()
    };
    let refusal = nowhere.check(&message, NOW).unwrap_err();
    assert_eq!(refusal.code(), "chain_not_allowed");
}
