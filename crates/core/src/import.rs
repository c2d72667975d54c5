//! Customer files: CSV rows become commands, with an error per row and column.
//!
//! A [`Reader`] is fed the file in chunks of any size and gives back one result
//! a row, as soon as the row is complete: a [`CustomerRow`], or everything that
//! is wrong with it as [`RowError`]s. It does no IO and knows no clock (I10),
//! and its memory is bounded by one chunk, one line and an index of some 40
//! bytes a customer, whatever the file holds. How the file is cut makes no
//! difference.
//!
//! 1. **Opening** (`opening`): byte order mark, delimiter (`,` or `;`), and
//!    whether this is text at all.
//! 2. **Header** (`header`): which column holds which [`Field`], by its usual
//!    names or by the issuer's own [`ColumnMap`]. What is wrong here is wrong
//!    with the whole file: a [`HeaderError`]. A column that nobody knows is not:
//!    it is named once, as `unknown_column`, and the rows still count.
//! 3. **Records** (`records`): RFC 4180, by `csv-core`. A line that is too
//!    long or has an unclosed quote costs itself, not its neighbours.
//! 4. **Rows** (`row`, `values`): every field is judged, so that one look at the errors
//!    mends a row for good.
//! 5. **Across rows** (`duplicates`): a wallet stands in one row. Only an
//!    accepted row claims its wallet, so a bad row never takes a good one down.
//!
//! An interrupted import goes on where it stopped: [`Reader::skip_through`]
//! reads the rows up to that line for the index and yields those after it.
//!
//! ```
//! use symbolon_core::{import::{Options, Reader}, time::UnixSeconds};
//!
//! let mut reader = Reader::new(Options::at(UnixSeconds(1_795_000_000)));
//! reader.feed(b"wallet,country\n0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed,D");
//! assert!(reader.next_row()?.is_none(), "the row is not complete");
//! reader.feed(b"E\n0x12,XK\n");
//! reader.finish();
//! while let Some(row) = reader.next_row()? {
//!     match row {
//!         Ok(customer) => assert_eq!(customer.line, 2),
//!         Err(errors) => assert_eq!(
//!             errors.iter().map(|error| error.code).collect::<Vec<_>>(),
//!             ["bad_address", "no_numeric_code"],
//!         ),
//!     }
//! }
//! assert_eq!((reader.summary().accepted, reader.summary().refused), (1, 1));
//! # Ok::<(), symbolon_core::import::HeaderError>(())
//! ```

mod columns;
mod customer;
mod duplicates;
mod error;
mod header;
mod opening;
mod reader;
mod records;
mod row;
mod shown;
mod values;

pub use columns::{ColumnMap, ColumnMapError, Field, Mapping};
pub use customer::CustomerRow;
pub use error::{HeaderError, RowError};
pub use reader::{Options, Reader, Row, Summary};

/// The longest line in bytes, quoted line breaks included. Far beyond any
/// customer, and a bound on what a hostile file can make us hold.
pub const MAX_LINE: usize = 64 * 1024;
