//! The first bytes of a file: is it text, where does its header end, and what
//! divides its fields?

use super::{MAX_LINE, error::HeaderError};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Looks for the end of the header line, however the file is cut.
#[derive(Clone, Debug, Default)]
pub(super) struct Opening {
    /// Up to where it has looked, so that no byte is looked at twice.
    seen: usize,
    quoted: bool,
    inked: bool,
    commas: usize,
    semicolons: usize,
}

/// What the opening says of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Opened {
    /// Where the text begins: behind a byte order mark.
    pub(super) start: usize,
    /// `,` or `;`, whichever the header line has more of outside quotes.
    pub(super) delimiter: u8,
}

impl Opening {
    /// Takes all bytes of the file so far. `None` asks for more of them.
    pub(super) fn look(
        &mut self,
        bytes: &[u8],
        finished: bool,
    ) -> Result<Option<Opened>, HeaderError> {
        let awaited = bytes.len() < BYTE_ORDER_MARK.len() && BYTE_ORDER_MARK.starts_with(bytes);
        if awaited && !finished {
            return Ok(None);
        }
        let start = if bytes.starts_with(BYTE_ORDER_MARK) {
            BYTE_ORDER_MARK.len()
        } else {
            0
        };
        let opened = |this: &Self| Opened {
            start,
            delimiter: if this.semicolons > this.commas {
                b';'
            } else {
                b','
            },
        };
        self.seen = self.seen.max(start);
        while let Some(&byte) = bytes.get(self.seen) {
            match byte {
                b'\n' | b'\r' if self.inked && !self.quoted => return Ok(Some(opened(self))),
                b'"' => self.quoted = !self.quoted,
                b',' if !self.quoted => self.commas += 1,
                b';' if !self.quoted => self.semicolons += 1,
                b'\t' | b'\n' | b'\r' => {}
                0..0x20 | 0x7f => return Err(HeaderError::NotText(kind(&bytes[..=self.seen]))),
                _ => {}
            }
            self.inked |= !byte.is_ascii_whitespace();
            self.seen += 1;
            if self.seen > start + MAX_LINE {
                return Err(match (self.inked, self.quoted) {
                    (false, _) => HeaderError::Empty,
                    (true, true) => HeaderError::UnclosedQuote,
                    (true, false) => HeaderError::TooLong,
                });
            }
        }
        match (finished, self.inked, self.quoted) {
            (false, ..) => Ok(None),
            (true, false, _) => Err(HeaderError::Empty),
            (true, true, true) => Err(HeaderError::UnclosedQuote),
            (true, true, false) => Ok(Some(opened(self))),
        }
    }
}

/// What a file seems to be that is no text, by its bytes up to the one that
/// betrays it.
fn kind(bytes: &[u8]) -> &'static str {
    match bytes {
        [b'P', b'K', ..] => "it looks like a spreadsheet or an archive: save it as \"CSV UTF-8\"",
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, ..] | [_, 0, ..] => {
            "it looks like UTF-16: save it as \"CSV UTF-8\""
        }
        _ => "it has bytes that no text has: save it as \"CSV UTF-8\"",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delimiter(text: &str) -> u8 {
        let opened = Opening::default().look(text.as_bytes(), true);
        opened.unwrap().unwrap().delimiter
    }

    #[test]
    fn the_header_line_tells_the_delimiter() {
        assert_eq!(delimiter("wallet,country\na;b;c;d"), b',');
        assert_eq!(delimiter("wallet;country\na,b,c,d"), b';');
        assert_eq!(delimiter("\"a,b,c\";country;level\n"), b';');
        assert_eq!(delimiter("wallet"), b',');
        assert_eq!(delimiter("\u{feff}\r\n\r\nwallet;country"), b';');
    }

    #[test]
    fn what_is_no_csv_is_named() {
        let refused = |bytes: &[u8]| Opening::default().look(bytes, true).unwrap_err();
        assert_eq!(refused(b""), HeaderError::Empty);
        assert_eq!(refused(b"\xef\xbb\xbf \r\n"), HeaderError::Empty);
        assert_eq!(refused(&[b'\n'; MAX_LINE * 2]), HeaderError::Empty);
        assert_eq!(refused(&[b'a'; MAX_LINE * 2]), HeaderError::TooLong);
        assert_eq!(
            refused(b"\"wallet,country\n0x,DE"),
            HeaderError::UnclosedQuote
        );
        for (bytes, word) in [
            (&b"PK\x03\x04\x14"[..], "spreadsheet"),
            (b"\xff\xfew\0a\0", "UTF-16"),
            (b"w\0a\0", "UTF-16"),
            (b"\x7fELF", "no text"),
        ] {
            assert!(refused(bytes).to_string().contains(word), "{bytes:?}");
        }
    }

    #[test]
    fn it_waits_until_the_header_is_whole() {
        let mut opening = Opening::default();
        let bytes = b"\xef\xbb\xbfwallet;country\n";
        for end in 0..bytes.len() {
            assert_eq!(opening.look(&bytes[..end], false), Ok(None), "{end}");
        }
        let opened = Opened {
            start: 3,
            delimiter: b';',
        };
        assert_eq!(opening.look(bytes, false), Ok(Some(opened)));
    }
}
