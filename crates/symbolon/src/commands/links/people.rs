//! The file of people for whom links are to be made.

use std::{
    collections::{HashMap, hash_map::Entry},
    io::Read,
    path::Path,
};

use secrecy::SecretString;
use symbolon_core::{
    ids::{ExternalId, InvestorId},
    investor::InvestorKind,
    language::LanguageTag,
    wallet::WalletAddress,
};

use crate::{
    csv_text::source,
    exit::{Failure, Result},
};

/// For whom a link is to be made.
#[derive(Default)]
pub(super) struct Person {
    pub(super) email: Option<SecretString>,
    pub(super) external_id: Option<ExternalId>,
    pub(super) investor: Option<InvestorId>,
    pub(super) wallet: Option<WalletAddress>,
    pub(super) language: Option<LanguageTag>,
    pub(super) kind: Option<InvestorKind>,
}

/// A row of the file.
pub(super) struct Row {
    /// The line of the file at which it begins, the first being 1.
    pub(super) line: usize,
    /// The issuer's reference, however wrong the rest is.
    pub(super) external_id: Option<ExternalId>,
    /// For whom; or what is wrong, without the value where it may be personal.
    pub(super) person: Result<Person, String>,
}

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    Email,
    ExternalId,
    Investor,
    Wallet,
    Language,
    Kind,
}

impl Column {
    const ALL: [Self; 6] = [
        Self::Email,
        Self::ExternalId,
        Self::Investor,
        Self::Wallet,
        Self::Language,
        Self::Kind,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::ExternalId => "external_id",
            Self::Investor => "investor",
            Self::Wallet => "wallet",
            Self::Language => "language",
            Self::Kind => "kind",
        }
    }

    fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }
}

/// Reads the file, or stdin for `-`.
pub(super) fn read(path: &Path) -> Result<Vec<Row>> {
    let (mut input, _) = source(path)?;
    let mut bytes = Vec::new();
    input
        .read_to_end(&mut bytes)
        .map_err(Failure::file("read", path))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::refused("--csv: the file is not UTF-8: save it as \"CSV UTF-8\""))?;
    rows(text.strip_prefix('\u{feff}').unwrap_or(&text))
}

/// The rows of a file with a header, blank lines aside.
fn rows(text: &str) -> Result<Vec<Row>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .delimiter(delimiter(text))
        .from_reader(text.as_bytes());
    let mut lines = Lines::of(text);
    let mut columns = None;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record =
            record.map_err(|_| Failure::refused("--csv: the file cannot be read as CSV"))?;
        if record.iter().all(str::is_empty) {
            continue;
        }
        let start = record.position().map_or(0, csv::Position::byte);
        let line = lines.at(usize::try_from(start).unwrap_or(usize::MAX));
        match &columns {
            None => columns = Some(header(&record)?),
            Some(columns) => rows.push(row(line, columns, &record)),
        }
    }
    match (columns, rows.is_empty()) {
        (None, _) => Err(Failure::refused(format!(
            "--csv: the file is empty: give it a header ({}) and a row for each link",
            Column::names()
        ))),
        (Some(_), true) => Err(Failure::refused(
            "--csv: the file has a header alone: add a row for each link",
        )),
        (Some(_), false) => {
            refuse_repeated(&mut rows);
            Ok(rows)
        }
    }
}

/// One file makes one link a person: of two rows nobody knows which address is right.
fn refuse_repeated(rows: &mut [Row]) {
    let mut lines = HashMap::new();
    for row in rows {
        let investor = row.person.as_ref().ok().and_then(|person| person.investor);
        let names = [
            row.external_id.as_ref().map(ToString::to_string),
            investor.map(|id| id.to_string()),
        ];
        for name in names.into_iter().flatten() {
            match lines.entry(name) {
                Entry::Vacant(first) => {
                    first.insert(row.line);
                }
                Entry::Occupied(first) => {
                    row.person = Err(format!(
                        "line {} names the same person: leave one of the two out",
                        first.get()
                    ));
                }
            }
        }
    }
}

/// `;` where the first line has more of these, as spreadsheets write it in some countries.
fn delimiter(text: &str) -> u8 {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let first = lines.next().unwrap_or_default();
    match first.matches(';').count() > first.matches(',').count() {
        true => b';',
        false => b',',
    }
}

fn header(record: &csv::StringRecord) -> Result<Vec<Column>> {
    let mut columns = Vec::with_capacity(record.len());
    for name in record {
        let mut known = Column::ALL.into_iter();
        let column = known.find(|column| column.name() == name);
        let wrong = match column {
            None if name.is_empty() => "a column has no name".to_owned(),
            None => format!("no column `{}` is known", crate::exit::one_line(name)),
            Some(column) if columns.contains(&column) => format!("two columns are named `{name}`"),
            Some(column) => {
                columns.push(column);
                continue;
            }
        };
        return Err(Failure::refused(format!(
            "--csv: the header is wrong, {wrong}: name any of {}, each once",
            Column::names()
        )));
    }
    Ok(columns)
}

fn row(line: usize, columns: &[Column], record: &csv::StringRecord) -> Row {
    let mut person = Person::default();
    let mut wrong = Vec::new();
    if record.len() != columns.len() {
        wrong.push(format!(
            "the row has {} values, and the header {} columns: put values with a separator in them between quotes",
            record.len(),
            columns.len()
        ));
    }
    for (column, value) in columns.iter().zip(record) {
        if value.is_empty() {
            continue;
        }
        if let Err(problem) = person.take(*column, value) {
            wrong.push(format!("column {}: {problem}", column.name()));
        }
    }
    Row {
        line,
        external_id: person.external_id.clone(),
        person: match wrong.is_empty() {
            true => Ok(person),
            false => Err(wrong.join("; ")),
        },
    }
}

impl Person {
    fn take(&mut self, column: Column, value: &str) -> Result<(), String> {
        let told = |error: &dyn std::fmt::Display| error.to_string();
        match column {
            // Whether it is an address, the vault says.
            Column::Email => self.email = Some(value.to_owned().into()),
            Column::ExternalId => {
                self.external_id = Some(value.parse().map_err(|error| told(&error))?);
            }
            Column::Investor => {
                self.investor = Some(value.parse().map_err(|error| told(&error))?);
            }
            Column::Wallet => self.wallet = Some(value.parse().map_err(|error| told(&error))?),
            Column::Language => {
                self.language = Some(value.parse().map_err(|error| told(&error))?);
            }
            Column::Kind => {
                self.kind = Some(match value {
                    "natural_person" => InvestorKind::NaturalPerson,
                    "legal_entity" => InvestorKind::LegalEntity,
                    _ => return Err("write natural_person or legal_entity".to_owned()),
                });
            }
        }
        Ok(())
    }
}

/// Which line of a text a byte is in, asked for in the order of the text.
struct Lines<'a> {
    text: &'a [u8],
    line: usize,
    seen: usize,
}

impl<'a> Lines<'a> {
    const fn of(text: &'a str) -> Self {
        Self {
            text: text.as_bytes(),
            line: 1,
            seen: 0,
        }
    }

    /// The line of the first byte from `start` on that ends no line.
    fn at(&mut self, start: usize) -> usize {
        while let Some(byte) = self.text.get(self.seen) {
            let ends = matches!(byte, b'\n' | b'\r');
            if self.seen >= start && !ends {
                break;
            }
            self.line += usize::from(*byte == b'\n');
            self.seen += 1;
        }
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        rows(text)
            .err()
            .map_or_else(String::new, |failure| failure.to_string())
    }

    #[test]
    fn rows_have_the_lines_that_people_see() {
        for end in ["\n", "\r\n"] {
            let text = [
                "",
                "external_id;language",
                "",
                "C-1;de",
                " ; ",
                "\"C-2\";fr",
                "",
                "C-3;",
            ];
            let rows = rows(&text.join(end)).unwrap();
            let seen: Vec<_> = rows
                .iter()
                .map(|row| (row.line, row.external_id.as_ref().unwrap().as_str()))
                .collect();
            assert_eq!(seen, [(4, "C-1"), (6, "C-2"), (8, "C-3")], "{end:?}");
            assert!(rows.iter().all(|row| row.person.is_ok()));
        }
    }

    #[test]
    fn what_is_wrong_names_its_column_and_repeats_no_address() {
        let text = "email,external_id,wallet,kind\na@b.example,C-1,0x12,x\na@b.example,C-2\n";
        let rows = rows(text).unwrap();
        let said: Vec<_> = rows
            .iter()
            .map(|row| row.person.as_ref().err().unwrap())
            .collect();
        assert!(said[0].starts_with("column wallet: "), "{said:?}");
        assert!(
            said[0].contains("; column kind: write natural_person"),
            "{said:?}"
        );
        assert!(
            said[1].starts_with("the row has 2 values, and the header 4"),
            "{said:?}"
        );
        assert!(said.iter().all(|text| !text.contains("a@b")), "{said:?}");
        assert_eq!(rows[0].external_id.as_ref().unwrap().as_str(), "C-1");
    }

    #[test]
    fn a_person_is_named_by_one_row() {
        let text = "email,external_id\na@b.example,C-1\nc@d.example,C-2\ne@f.example,C-1\n";
        let rows = rows(text).unwrap();
        assert!(rows[..2].iter().all(|row| row.person.is_ok()));
        let said = rows[2].person.as_ref().err().unwrap();
        assert!(said.starts_with("line 2 names the same person"), "{said}");
    }

    #[test]
    fn a_file_without_rows_or_with_other_columns_is_refused_once() {
        for (text, says) in [
            ("", "the file is empty"),
            ("\n \n", "the file is empty"),
            ("email\n\n", "a header alone"),
            ("mail,external_id\nx,y\n", "no column `mail` is known"),
            ("email,,kind\n", "a column has no name"),
            ("email;email\n", "two columns are named `email`"),
        ] {
            let said = refused(text);
            assert!(said.contains(says), "{text:?}: {said}");
        }
        assert!(refused("mail\n").contains("external_id, investor"));
    }
}
