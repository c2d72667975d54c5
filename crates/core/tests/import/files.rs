//! Files as a whole: their headers, broken lines, and where an import goes on.

use symbolon_core::import::{ColumnMap, HeaderError, MAX_LINE, Options, Reader, RowError, Summary};

use crate::{A, B, C, NOW, errors, refused, rows, rows_with};

#[test]
fn an_unknown_column_is_named_and_costs_nothing() {
    let file = format!("wallet,country,First Name,\n{A},DE,x,\n");
    let named = [
        (1, "First Name".to_owned(), "unknown_column"),
        (1, String::new(), "unknown_column"),
    ];
    assert_eq!(errors(&file), named);
    let (_, summary) = rows_with(Options::at(NOW), file.as_bytes()).unwrap();
    assert_eq!(
        summary,
        Summary {
            rows: 1,
            accepted: 1,
            refused: 0
        }
    );
}

#[test]
fn an_issuers_own_names_go_before_the_usual_ones() {
    let map =
        ColumnMap::parse(["Kunde Wallet=address", "Land=country", "level=externalId"]).unwrap();
    let file = format!("Address;KUNDE_WALLET;land;level\nMain Street 1;{A};AT;C-9\n");
    let options = Options::at(NOW).with_columns(map);
    let (rows, _) = rows_with(options.clone(), file.as_bytes()).unwrap();
    let notice = &rows[0].as_ref().unwrap_err()[0];
    assert_eq!(
        (notice.column.as_str(), notice.code),
        ("Address", "unknown_column")
    );
    let row = rows[1].as_ref().unwrap();
    assert_eq!(
        (row.wallet.to_string().as_str(), row.country.alpha2()),
        (A, "AT")
    );
    assert_eq!(row.external_id.as_ref().unwrap().as_str(), "C-9");
    let usual = format!("wallet,country\n{A},DE\n");
    assert!(
        rows_with(options, usual.as_bytes()).unwrap().0[0].is_ok(),
        "a map does no harm"
    );
}

/// Whoever names a column for one file means one that it has; an issuer's names are for
/// all its files.
#[test]
fn a_column_that_was_named_for_this_file_is_there() {
    let own = ColumnMap::parse(["Kunde=wallet", "Land = country", "Stufe=level"]).unwrap();
    let file = format!("KUNDE,land,Level\n{A},DE,basic\n");
    let read = |columns| rows_with(Options::at(NOW).with_columns(columns), file.as_bytes());
    assert!(read(own.clone()).is_ok(), "an issuer's names");
    let error = read(own.clone().needing(&own)).unwrap_err();
    assert_eq!(error.code(), "absent_column");
    assert_eq!(
        error.to_string(),
        "no column `Stufe`, which is mapped: the file has KUNDE, land, Level; name one of these"
    );
    let fits = ColumnMap::parse(["kunde=wallet"]).unwrap();
    assert!(read(own.needing(&fits)).is_ok());
}

#[test]
fn a_file_that_cannot_be_read_says_why_once() {
    for (file, code) in [
        (&b""[..], "empty_file"),
        (b"\n \n", "empty_file"),
        (b"wallet,country", "no_rows"),
        (b"wallet,country\r\n\r\n", "no_rows"),
        (b"\x89PNG\r\n\x1a\n\0\0", "not_csv"),
        (b"wallet,l\xe4nd\n", "not_csv"),
        (b"wallet,level\n0x,1\n", "missing_column"),
        (b"wallet,country,User\n", "repeated_field"),
        (b"\"wallet,country\n", "unclosed_quote"),
        (&[b'a'; 3 * MAX_LINE], "line_too_long"),
    ] {
        let error = refused(file);
        assert_eq!(error.code(), code, "{error}");
        let entry = RowError::from(&error);
        assert_eq!((entry.row, entry.code), (1, code));
    }
    let HeaderError::MissingColumn { found, .. } = refused(b"Kunde;Level\n1;2\n") else {
        panic!("country and wallet are missing");
    };
    assert_eq!(found, ["Kunde", "Level"]);
}

#[test]
fn broken_lines_cost_themselves_alone() {
    let file = format!(
        "wallet,country\n\"{A},DE\n{B},\"FR\"\n{}\n{C},IT\n",
        "x".repeat(70_000)
    );
    let found = errors(&file);
    assert_eq!(
        found
            .iter()
            .map(|(line, _, code)| (*line, *code))
            .collect::<Vec<_>>(),
        [(2, "wrong_field_count"), (4, "line_too_long")],
        "the second quote closes the first, so two lines are one row"
    );
    let file = format!("wallet,country\n\"{A},DE\n{B},FR\n");
    assert_eq!(errors(&file), [(2, String::new(), "unclosed_quote")]);
    assert_eq!(rows(&file)[1].as_ref().unwrap().line, 3);
}

#[test]
fn an_interrupted_import_goes_on_behind_its_line() {
    let file = format!("wallet,country,Name\n{A},DE,\n{B},FR,\n{A},DE,\n{C},IT,\n");
    let all = rows(&file);
    for line in 0..7 {
        let mut reader = Reader::new(Options::at(NOW));
        reader.skip_through(line);
        reader.feed(file.as_bytes());
        reader.finish();
        let mut rest = Vec::new();
        while let Some(row) = reader.next_row().unwrap() {
            rest.push(row);
        }
        let skipped = usize::try_from(line).unwrap().min(all.len());
        assert_eq!(rest, all[skipped..], "behind line {line}");
    }
}
