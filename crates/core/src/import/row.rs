//! One record becomes one customer, or everything that is wrong with it.

use super::{
    columns::Field,
    customer::CustomerRow,
    duplicates::{Clash, Duplicates},
    error::RowError,
    header::Header,
    records::{Broken, Loss, Record},
    values::{self, Fault},
};
use crate::{investor::PersonFacts, time::UnixSeconds};

/// Judges every field of a record, then the row against earlier ones.
pub(super) fn read(
    record: &Record<'_>,
    header: &Header,
    now: UnixSeconds,
    duplicates: &mut Duplicates,
) -> Result<CustomerRow, Vec<RowError>> {
    let line = record.line;
    if record.len() != header.len() {
        return Err(vec![wrong_field_count(record, header)]);
    }
    let mut row = Fields {
        record,
        header,
        errors: Vec::new(),
    };
    let wallet = row.read(Field::Wallet, values::wallet);
    let country = row.read(Field::Country, values::country);
    let class = row.read(Field::InvestorType, values::class);
    let level = row.read(Field::Level, values::level);
    let expiry = row.read(Field::Expiry, |text| values::expiry(text, now));
    let external_id = row.read(Field::ExternalId, values::external_id);
    let least_age = row.read(Field::LeastAge, values::least_age);
    let residency = row.read(Field::Residency, values::residency);
    row.require(
        Field::Wallet,
        "missing_wallet",
        "give an address, 0x and 40 hexadecimal digits",
    );
    row.require(
        Field::Country,
        "missing_country",
        "give an ISO 3166-1 code, such as DE or DEU",
    );
    let (Some(wallet), Some(country), true) = (wallet, country, row.errors.is_empty()) else {
        if let Some(line) = wallet.and_then(|wallet| duplicates.line_of(wallet)) {
            row.clash(Clash::Wallet { line });
        }
        return Err(row.errors);
    };
    let class = class.unwrap_or(values::RETAIL);
    let customer = CustomerRow {
        line,
        wallet,
        country,
        kind: class.kind,
        accreditation: class.accreditation,
        level: level.unwrap_or(class.level),
        us_person: country.is_united_states(),
        person: PersonFacts {
            least_age,
            residency,
        },
        expiry,
        external_id,
    };
    match duplicates.claim(&customer) {
        Ok(()) => Ok(customer),
        Err(clashes) => {
            clashes.into_iter().for_each(|clash| row.clash(clash));
            Err(row.errors)
        }
    }
}

/// The fields of one record, and what is wrong with them.
struct Fields<'a> {
    record: &'a Record<'a>,
    header: &'a Header,
    errors: Vec<RowError>,
}

impl<'a> Fields<'a> {
    /// Reads a field if the file has it and it is not blank.
    fn read<T>(
        &mut self,
        field: Field,
        parse: impl FnOnce(&'a str) -> Result<T, Fault>,
    ) -> Option<T> {
        let bytes = self.record.field(self.header.place(field)?);
        let parsed = match std::str::from_utf8(bytes) {
            Ok(text) => match text.trim() {
                "" => return None,
                text => parse(text),
            },
            Err(_) => Err((
                "not_utf8",
                "not UTF-8: save the file as \"CSV UTF-8\"".to_owned(),
            )),
        };
        match parsed {
            Ok(value) => Some(value),
            Err((code, problem)) => {
                self.refuse(field, code, &problem);
                None
            }
        }
    }

    fn require(&mut self, field: Field, code: &'static str, remedy: &str) {
        let bytes = self
            .header
            .place(field)
            .map(|place| self.record.field(place));
        let blank = bytes
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .is_some_and(|text| text.trim().is_empty());
        if blank {
            self.refuse(field, code, &format!("empty: {remedy}"));
        }
    }

    fn clash(&mut self, clash: Clash) {
        match clash {
            Clash::Wallet { line } => {
                let problem = format!("stands in line {line} already: keep one of the two rows");
                self.refuse(Field::Wallet, "duplicate_wallet", &problem);
            }
            Clash::Customer { line, differs } => {
                let problem = format!(
                    "stands in line {line} with another {differs}: one customer has one of each; mend one of the two rows"
                );
                self.refuse(Field::ExternalId, "conflicting_external_id", &problem);
            }
        }
    }

    fn refuse(&mut self, field: Field, code: &'static str, problem: &str) {
        self.errors.push(RowError {
            row: self.record.line,
            column: self.header.name(field).to_owned(),
            code,
            message: format!("{field}: {problem}"),
        });
    }
}

fn wrong_field_count(record: &Record<'_>, header: &Header) -> RowError {
    let (has, wants) = (record.len(), header.len());
    RowError {
        row: record.line,
        column: String::new(),
        code: "wrong_field_count",
        message: format!(
            "the row has {has} fields and the header {wants}: put a value with a delimiter in double quotes, and leave no field out"
        ),
    }
}

/// What to say of lines that make no record.
pub(super) fn broken(broken: Broken) -> RowError {
    const QUOTE: &str = "a field opens a double quote and does not close it: close it, or double a quote that is meant";
    let Broken {
        line,
        loss,
        through,
    } = broken;
    let limit = super::MAX_LINE / 1024;
    let (code, mut message) = match loss {
        Loss::Unclosed => ("unclosed_quote", QUOTE.to_owned()),
        Loss::TooLong { quoted: true } => (
            "line_too_long",
            format!("after {limit} KiB the row has not ended: {QUOTE}"),
        ),
        Loss::TooLong { quoted: false } => (
            "line_too_long",
            format!("the line is longer than {limit} KiB: shorten it"),
        ),
    };
    if through > line {
        message.push_str(&format!("; the lines up to {through} are lost with it"));
    }
    RowError {
        row: line,
        column: String::new(),
        code,
        message,
    }
}
