//! What holds of every customer file, however it is spelled, broken or cut.

#![allow(clippy::unwrap_used, reason = "tests")]

use alloy_primitives::Address;
use proptest::{collection::vec, prelude::*, sample::select};
use symbolon_core::{
    country::Country,
    import::{CustomerRow, Field, HeaderError, Options, Reader, Row, Summary},
    time::UnixSeconds,
    wallet::WalletAddress,
};

const NOW: UnixSeconds = UnixSeconds(1_795_219_200);

type Outcome = (Vec<Row>, Summary, Option<HeaderError>);

fn read<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Outcome {
    let mut reader = Reader::new(Options::at(NOW));
    let mut rows = Vec::new();
    let mut drain = |reader: &mut Reader| loop {
        match reader.next_row() {
            Ok(Some(row)) => rows.push(row),
            Ok(None) => break None,
            Err(error) => break Some(error),
        }
    };
    for chunk in chunks {
        reader.feed(chunk);
        drain(&mut reader);
    }
    reader.finish();
    let error = drain(&mut reader);
    (rows, reader.summary(), error)
}

/// The file, cut at these places.
fn cut<'a>(file: &'a [u8], cuts: &[prop::sample::Index]) -> Vec<&'a [u8]> {
    let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(file.len() + 1)).collect();
    places.push(file.len());
    places.sort_unstable();
    let mut start = 0;
    places
        .into_iter()
        .map(|end| &file[std::mem::replace(&mut start, end)..end])
        .collect()
}

/// Bytes that look enough like a customer file to reach its every corner.
fn csv_like() -> impl Strategy<Value = Vec<u8>> {
    let bits: Vec<&[u8]> = vec![
        b"wallet",
        b"country",
        b"expiry",
        b"externalId",
        b"investorType",
        b",",
        b";",
        b"\"",
        b"\"\"",
        b"\n",
        b"\r",
        b"\r\n",
        b" ",
        b"\xef\xbb\xbf",
        b"\xff",
        b"\0",
        b"\t",
        b"DE",
        b"XK",
        b"2028-01-01",
        b"C-1",
        b"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        b"0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        b"wallet,country,externalId\n",
        b"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed,DE,C-1\n",
        "\u{202e}é".as_bytes(),
    ];
    let headed = prop_oneof![
        Just(&b""[..]),
        Just(&b"wallet,country\n"[..]),
        Just(&b"\xef\xbb\xbfuser;jurisdiction;level\r\n"[..])
    ];
    (headed, vec(select(bits), 0..60)).prop_map(|(head, bits)| [vec![head], bits].concat().concat())
}

/// A name spelled as somebody may spell it.
fn spelled(name: &'static str) -> impl Strategy<Value = String> {
    vec(
        (
            any::<bool>(),
            select(vec!["", "", "", " ", "_", "-", "\u{a0}"]),
        ),
        name.len(),
    )
    .prop_map(move |how| {
        name.chars()
            .zip(how)
            .flat_map(|(c, (upper, gap))| {
                let c = if upper { c.to_ascii_uppercase() } else { c };
                gap.chars().chain([c]).collect::<Vec<_>>()
            })
            .collect()
    })
}

fn any_spelling(field: Field) -> impl Strategy<Value = String> {
    select(field.aliases().to_vec()).prop_flat_map(spelled)
}

fn any_country() -> impl Strategy<Value = Country> {
    (0..900_u16).prop_filter_map("not assigned", Country::from_numeric)
}

fn any_wallet() -> impl Strategy<Value = WalletAddress> {
    any::<[u8; 20]>().prop_filter_map("zero", |bytes| {
        WalletAddress::new(Address::from(bytes)).ok()
    })
}

#[derive(Clone, Debug)]
struct Written {
    wallet: WalletAddress,
    country: Country,
    expiry: Option<UnixSeconds>,
    external_id: Option<String>,
}

fn any_customer() -> impl Strategy<Value = Written> {
    (
        any_wallet(),
        any_country(),
        proptest::option::of(NOW.0 + 1..=UnixSeconds::MAX_ON_CHAIN.0),
        proptest::option::of(
            "[A-Za-z0-9 ;,\"'é#-]{1,40}".prop_filter("blank", |id| !id.trim().is_empty()),
        ),
    )
        .prop_map(|(wallet, country, expiry, external_id)| Written {
            wallet,
            country,
            expiry: expiry.map(UnixSeconds),
            external_id,
        })
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_bytes_make_it_panic(file in vec(any::<u8>(), 0..3000)) {
        read([file.as_slice()]);
    }

    #[test]
    fn how_a_file_is_cut_makes_no_difference(
        file in prop_oneof![csv_like(), vec(any::<u8>(), 0..300)],
        cuts in vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let whole = read([file.as_slice()]);
        prop_assert_eq!(&read(cut(&file, &cuts)), &whole);
        prop_assert_eq!(&read(file.chunks(1)), &whole);
    }

    #[test]
    fn every_row_is_counted_once_and_in_order(file in csv_like()) {
        let (rows, summary, _) = read([file.as_slice()]);
        let notice = |row: &Row| matches!(row, Err(errors) if errors[0].code == "unknown_column");
        let lines: Vec<u64> = rows
            .iter()
            .filter(|row| !notice(row))
            .map(|row| row.as_ref().map_or_else(|errors| errors[0].row, |row| row.line))
            .collect();
        prop_assert!(lines.is_sorted_by(|a, b| a < b), "{lines:?}");
        prop_assert_eq!(summary.rows, lines.len() as u64);
        prop_assert_eq!(summary.accepted + summary.refused, summary.rows);
        for error in rows.iter().filter_map(|row| row.as_ref().err()).flatten() {
            prop_assert!(!error.message.chars().any(|c| c.is_control()));
            prop_assert!(error.message.chars().count() < 400);
        }
    }

    #[test]
    fn a_header_is_known_in_every_spelling(
        (wallet, country, expiry, kind, level, id) in (
            any_spelling(Field::Wallet),
            any_spelling(Field::Country),
            any_spelling(Field::Expiry),
            any_spelling(Field::InvestorType),
            any_spelling(Field::Level),
            any_spelling(Field::ExternalId),
        ),
        delimiter in select(vec![",", ";"]),
        mark in select(vec!["", "\u{feff}"]),
        end in select(vec!["\n", "\r\n", "\r"]),
    ) {
        let head = [wallet, country, expiry, kind, level, id].join(delimiter);
        let row = ["0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", "DE", "2028-01-01", "retail", "basic", "C-1"].join(delimiter);
        let file = format!("{mark}{head}{end}{row}{end}");
        let (rows, summary, error) = read([file.as_bytes()]);
        prop_assert_eq!(error, None, "{}", file);
        prop_assert_eq!(summary, Summary { rows: 1, accepted: 1, refused: 0 });
        prop_assert_eq!(rows[0].as_ref().unwrap().line, 2);
    }

    #[test]
    fn every_accepted_row_says_what_was_written(
        customers in vec(any_customer(), 1..20),
        lower in any::<bool>(),
        alpha3 in any::<bool>(),
        cuts in vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let mut file = String::from("externalId;wallet;country;expiry\n");
        for Written { wallet, country, expiry, external_id } in &customers {
            let wallet = if lower { wallet.to_string().to_lowercase() } else { wallet.to_string() };
            let id = quoted(external_id.as_deref().unwrap_or_default());
            let code = if alpha3 {
                let found = rust_iso3166::from_alpha2(country.alpha2());
                found.unwrap().alpha3.to_lowercase()
            } else {
                country.alpha2().to_owned()
            };
            let expiry = expiry.map_or(String::new(), |at| at.to_string());
            file.push_str(&format!("{id};{wallet};{code};{expiry}\r\n"));
        }
        let (rows, _, error) = read(cut(file.as_bytes(), &cuts));
        prop_assert_eq!(error, None);
        prop_assert_eq!(rows.len(), customers.len());
        for ((place, row), written) in rows.iter().enumerate().zip(&customers) {
            match row {
                Ok(CustomerRow { line, wallet, country, expiry, external_id, us_person, .. }) => {
                    prop_assert_eq!(*line, place as u64 + 2);
                    prop_assert_eq!(*wallet, written.wallet);
                    prop_assert_eq!(*country, written.country);
                    prop_assert_eq!(*us_person, written.country.is_united_states());
                    prop_assert_eq!(*expiry, written.expiry);
                    prop_assert_eq!(
                        external_id.as_ref().map(|id| id.as_str()),
                        written.external_id.as_deref().map(str::trim)
                    );
                }
                // Short ids do meet by chance.
                Err(errors) => prop_assert!(
                    errors.iter().all(|error| error.code == "conflicting_external_id"),
                    "{:?}", errors
                ),
            }
        }
    }
}
