//! What each value of a row means, and what is said where it means nothing.

use symbolon_core::{
    command::Command,
    import::{Options, Summary},
    investor::{Accreditation, InvestorKind, Level, Residency, Source, Years},
    time::{UnixSeconds, parse_expiry},
    wallet::ChainScope,
};

use crate::{A, B, C, NOW, customer, errors, rows, rows_with};

#[test]
fn a_full_row_becomes_a_command() {
    let row = customer(&format!(
        "\u{feff}Wallet Address;COUNTRY_CODE;investor type;Level;Expiry;external-id\r\n{A};che; Eligible Counterparty ;enhanced;2027-12-31;\"C;1\"\r\n"
    ));
    assert_eq!(row.line, 2);
    assert_eq!(row.expiry, parse_expiry("2027-12-31").ok());
    let source = Source::Provider {
        name: "sumsub".into(),
        reference: "1".into(),
    };
    let Command::Admit {
        kind,
        external_id,
        wallet,
        chains,
        verdict,
    } = row.into_command(source.clone())
    else {
        panic!("a row admits");
    };
    assert_eq!(kind, InvestorKind::LegalEntity);
    assert_eq!(external_id.unwrap().as_str(), "C;1");
    assert_eq!((wallet.to_string().as_str(), chains), (A, ChainScope::All));
    assert_eq!(verdict.country.alpha2(), "CH");
    assert_eq!(verdict.accreditation, Accreditation::Professional);
    assert_eq!(verdict.level, Level::Enhanced);
    assert_eq!((verdict.us_person, verdict.source), (false, source));
}

#[test]
fn a_row_says_what_was_seen_of_a_person() {
    let row = |age: &str, residency: &str| {
        customer(&format!(
            "wallet,country,leastAge,residency_status\n{A},DE,{age},{residency}\n"
        ))
    };
    let seen = row("21", "Permanent Resident").person;
    assert_eq!(seen.least_age, Some(Years(21)));
    assert_eq!(seen.residency, Some(Residency::PermanentResident));
    assert!(row("", "").person.is_empty());
    let found = errors(&format!(
        "wallet,country,least_age,residency\n{A},DE,1990-04-01,tourist\n{B},DE,131,\n"
    ));
    let codes: Vec<_> = found.iter().map(|error| error.2).collect();
    assert_eq!(
        codes,
        ["bad_least_age", "unknown_residency", "bad_least_age"]
    );
}

#[test]
fn an_investor_type_says_kind_accreditation_and_level() {
    use Accreditation::{None, Professional, Qualified};
    use InvestorKind::{LegalEntity, NaturalPerson};
    for (word, kind, accreditation, level) in [
        ("", NaturalPerson, None, Level::Basic),
        ("Retail", NaturalPerson, None, Level::Basic),
        ("PROFESSIONAL", NaturalPerson, Professional, Level::Basic),
        ("qualified", NaturalPerson, Qualified, Level::Basic),
        ("accredited", NaturalPerson, Qualified, Level::Basic),
        ("institutional", LegalEntity, Professional, Level::Corporate),
        (
            "eligible_counterparty",
            LegalEntity,
            Professional,
            Level::Corporate,
        ),
        (
            "Eligible-Counterparty",
            LegalEntity,
            Professional,
            Level::Corporate,
        ),
    ] {
        let row = customer(&format!("user,jurisdiction,investorType\n{A},DE,{word}\n"));
        assert_eq!(
            (row.kind, row.accreditation, row.level),
            (kind, accreditation, level),
            "{word}"
        );
    }
    let bare = customer(&format!("user,jurisdiction\n{A},USA\n"));
    assert_eq!(bare.kind, NaturalPerson);
    assert!(
        bare.us_person,
        "whoever resides in the US is taken for a US person"
    );
    assert_eq!(bare.expiry, Option::None, "no expiry is never");
}

#[test]
fn every_value_that_is_wrong_has_its_code() {
    let zero = format!("0x{}", "0".repeat(40));
    let wrong = A.replacen("aA", "Aa", 1);
    let long = "x".repeat(129);
    for (row, column, code) in [
        (",DE,,,,", "address", "missing_wallet"),
        ("0x12,DE,,,,", "address", "bad_address"),
        (&format!("{wrong},DE,,,,"), "address", "bad_checksum"),
        (&format!("{zero},DE,,,,"), "address", "zero_address"),
        (&format!("{A}, ,,,,"), "Country", "missing_country"),
        (&format!("{A},ZZ,,,,"), "Country", "unknown_country"),
        (&format!("{A},xkx,,,,"), "Country", "no_numeric_code"),
        (&format!("{A},DE,31.12.2027,,,"), "expiry", "bad_expiry"),
        (&format!("{A},DE,2026-11-20,,,"), "expiry", "expiry_passed"),
        (
            &format!("{A},DE,2026-11-21T00:00:00Z,,,"),
            "expiry",
            "expiry_passed",
        ),
        (
            &format!("{A},DE,2600-01-01,,,"),
            "expiry",
            "expiry_out_of_range",
        ),
        (
            &format!("{A},DE,,wholesale,,"),
            "investorType",
            "unknown_investor_type",
        ),
        (&format!("{A},DE,,,high,"), "level", "unknown_level"),
        (
            &format!("{A},DE,,,,max@example.org"),
            "externalId",
            "bad_external_id",
        ),
        (
            &format!("{A},DE,,,,{long}"),
            "externalId",
            "bad_external_id",
        ),
        (&format!("{A},DE,,,"), "", "wrong_field_count"),
        (&format!("{A},DE,,,,,"), "", "wrong_field_count"),
    ] {
        let file =
            format!("address,Country,expiry,investorType,level,externalId\n{row}\n{B},FR,,,,\n");
        assert_eq!(errors(&file), [(2, column.to_owned(), code)], "{row}");
        assert_eq!(
            rows(&file)[1].as_ref().unwrap().line,
            3,
            "the good row is not lost"
        );
    }
    let at_the_moment = format!("address,country,expiry\n{A},DE,2026-11-21T00:00:01Z\n");
    assert_eq!(
        customer(&at_the_moment).expiry,
        Some(UnixSeconds(NOW.0 + 1))
    );
}

#[test]
fn a_row_names_all_its_problems_at_once() {
    let file = "address,country,expiry,investorType,level,externalId\n0x,XK,soon,rich,high,a@b\n";
    let codes: Vec<_> = errors(file).into_iter().map(|(_, _, code)| code).collect();
    assert_eq!(
        codes,
        [
            "bad_address",
            "no_numeric_code",
            "unknown_investor_type",
            "unknown_level",
            "bad_expiry",
            "bad_external_id"
        ]
    );
}

#[test]
fn bytes_that_are_no_text_spoil_only_what_is_read_of_them() {
    let mut file = format!("wallet,country,Name\n{A},DE,M").into_bytes();
    file.extend_from_slice(b"\xfcller\n");
    file.extend_from_slice(format!("{B},").as_bytes());
    file.extend_from_slice(b"\xfc,x\n");
    let (rows, summary) = rows_with(Options::at(NOW), &file).unwrap();
    assert!(rows[1].is_ok());
    let error = &rows[2].as_ref().unwrap_err()[0];
    assert_eq!(
        (error.row, error.column.as_str(), error.code),
        (3, "country", "not_utf8")
    );
    assert_eq!(
        summary,
        Summary {
            rows: 2,
            accepted: 1,
            refused: 1
        }
    );
}

#[test]
fn a_wallet_stands_in_one_row_and_only_a_good_row_claims_it() {
    let lower = A.to_lowercase();
    let file = format!("wallet,country\n{A},ZZ\n{lower},DE\n{A},DE\n{A},\n");
    let wallet = "wallet".to_owned();
    let country = "country".to_owned();
    assert_eq!(
        errors(&file),
        [
            (2, country.clone(), "unknown_country"),
            (4, wallet.clone(), "duplicate_wallet"),
            (5, country, "missing_country"),
            (5, wallet, "duplicate_wallet"),
        ]
    );
    let message = rows(&file)[2].as_ref().unwrap_err()[0].message.clone();
    assert!(message.contains("line 3"), "{message}");
}

#[test]
fn one_external_id_may_have_several_wallets_that_agree() {
    let file = |second: &str| {
        format!(
            "wallet,country,expiry,level,investorType,externalId\n{A},DE,2028-01-01,basic,retail,C-1\n{B},{second},C-1\n{C},FR,,,,\n"
        )
    };
    assert_eq!(errors(&file("DEU,2028-01-01,,")), []);
    for (second, word) in [
        ("FR,2028-01-01,,", "country"),
        ("DE,2028-01-02,,", "expiry"),
        ("DE,2028-01-01,enhanced,", "level"),
        ("DE,2028-01-01,,qualified", "investor type"),
    ] {
        let code = "conflicting_external_id";
        assert_eq!(errors(&file(second)), [(3, "externalId".to_owned(), code)]);
        let message = rows(&file(second))[1].as_ref().unwrap_err()[0]
            .message
            .clone();
        assert!(
            message.contains(word) && message.contains("line 2"),
            "{message}"
        );
    }
}

#[test]
fn an_error_is_written_as_the_interface_says() {
    let error = rows("wallet,country\n0x1,DE\n")
        .remove(0)
        .unwrap_err()
        .remove(0);
    assert_eq!(
        serde_json::to_string(&error).unwrap(),
        r#"{"row":2,"column":"wallet","code":"bad_address","message":"wallet: `0x1` is none: an address is `0x` and 40 hexadecimal digits; copy it again"}"#
    );
}
