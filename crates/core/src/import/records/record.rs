//! What the bytes of a file turn out to be.

/// A complete record.
#[derive(Clone, Copy, Debug)]
pub(in crate::import) struct Record<'a> {
    /// The line on which it begins.
    pub(in crate::import) line: u64,
    pub(super) text: &'a [u8],
    pub(super) ends: &'a [usize],
}

impl<'a> Record<'a> {
    /// How many fields.
    pub(in crate::import) fn len(&self) -> usize {
        self.ends.len()
    }

    /// One field, unquoted; empty where there is none.
    pub(in crate::import) fn field(&self, place: usize) -> &'a [u8] {
        let start = match place.checked_sub(1) {
            None => Some(&0),
            Some(before) => self.ends.get(before),
        };
        match (start, self.ends.get(place)) {
            (Some(&start), Some(&end)) => self.text.get(start..end).unwrap_or_default(),
            _ => &[],
        }
    }

    /// All fields, unquoted.
    pub(in crate::import) fn fields(self) -> impl Iterator<Item = &'a [u8]> {
        (0..self.len()).map(move |place| self.field(place))
    }

    /// A line of nothing but blanks, which means nothing.
    pub(in crate::import) fn is_blank(&self) -> bool {
        self.len() == 1 && self.text.trim_ascii().is_empty()
    }
}

/// Lines that make no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::import) struct Broken {
    /// The line on which they begin.
    pub(in crate::import) line: u64,
    /// Why.
    pub(in crate::import) loss: Loss,
    /// The last line that is lost with it.
    pub(in crate::import) through: u64,
}

/// Why lines make no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::import) enum Loss {
    /// The file ends within quotes.
    Unclosed,
    /// More than [`MAX_LINE`](crate::import::MAX_LINE).
    TooLong {
        /// It stood within quotes even then.
        quoted: bool,
    },
}
