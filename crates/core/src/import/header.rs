//! The header: which column of this file holds which field.

use super::{
    columns::{ColumnMap, Field},
    error::{HeaderError, RowError},
    records::Record,
    shown::shown,
};

/// The columns of one file.
#[derive(Clone, Debug)]
pub(super) struct Header {
    /// The names as the file has them, fit to be shown.
    names: Vec<String>,
    places: [Option<usize>; Field::ALL.len()],
}

impl Header {
    /// Reads the header, and names every column that is not read.
    pub(super) fn read(
        record: &Record<'_>,
        map: &ColumnMap,
    ) -> Result<(Self, Vec<RowError>), HeaderError> {
        let mut texts = Vec::with_capacity(record.len());
        for field in record.fields() {
            let text = std::str::from_utf8(field).map_err(|_| {
                HeaderError::NotText("its header is not UTF-8: save the file as \"CSV UTF-8\"")
            })?;
            texts.push(text);
        }
        let names: Vec<String> = texts.iter().map(|text| shown(text)).collect();
        let absent: Vec<String> = map.absent(&texts).map(shown).collect();
        if !absent.is_empty() {
            let found = names;
            return Err(HeaderError::AbsentColumn { absent, found });
        }
        let mapped: Vec<Option<Field>> = texts.iter().map(|text| map.field_of(text)).collect();
        let mut header = Self {
            names,
            places: [None; Field::ALL.len()],
        };
        let mut notices = Vec::new();
        for (place, text) in texts.iter().enumerate() {
            let usual = || Field::named(text).filter(|field| !mapped.contains(&Some(*field)));
            match mapped[place].or_else(usual) {
                Some(field) => header.take(field, place)?,
                None => notices.push(header.unread(record.line, place, text)),
            }
        }
        let missing: Vec<Field> = [Field::Wallet, Field::Country]
            .into_iter()
            .filter(|field| header.place(*field).is_none())
            .collect();
        if !missing.is_empty() {
            let found = header.names;
            return Err(HeaderError::MissingColumn { missing, found });
        }
        Ok((header, notices))
    }

    fn take(&mut self, field: Field, place: usize) -> Result<(), HeaderError> {
        match self.places[field as usize].replace(place) {
            None => Ok(()),
            Some(first) => Err(HeaderError::RepeatedField {
                field,
                first: self.names[first].clone(),
                second: self.names[place].clone(),
                found: self.names.clone(),
            }),
        }
    }

    fn unread(&self, line: u64, place: usize, text: &str) -> RowError {
        let name = &self.names[place];
        let message = if name.is_empty() {
            format!(
                "column {} has no name and is not read: name it or remove it",
                place + 1
            )
        } else if let Some(field) = Field::named(text) {
            format!("column `{name}` is not read: your column map takes {field} from another")
        } else {
            format!("column `{name}` is unknown and not read: remove it, or map it to a field")
        };
        RowError {
            row: line,
            column: name.clone(),
            code: "unknown_column",
            message,
        }
    }

    /// How many columns.
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// The column that holds a field.
    pub(super) fn place(&self, field: Field) -> Option<usize> {
        self.places[field as usize]
    }

    /// The file's own name for a field's column.
    pub(super) fn name(&self, field: Field) -> &str {
        self.place(field).map_or("", |place| &self.names[place])
    }
}
