//! New rows by `COPY … FROM STDIN (FORMAT binary)`.
//!
//! An import writes five rows a customer. `COPY` puts many rows on a page and
//! in the write-ahead log at once, where `INSERT` goes row by row: measured, it
//! takes a third less time for the same rows and indexes. PostgreSQL goes on
//! storing what it has received while we encode the rest.
//!
//! These are the only statements that the compiler does not check against the
//! schema, so each names its columns, and every test that stores something
//! runs them.

use sqlx::PgConnection;
use symbolon_core::wallet::Wallet;

use crate::{Result, StoreError};

const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";
/// How much is encoded before it is sent.
const PART: usize = 1 << 16;
/// Types, for the headers of arrays.
const BIGINT: i32 = 20;
const BYTEA: i32 = 17;

/// A `COPY` under way.
pub(crate) struct Copy<'c> {
    inner: sqlx::postgres::PgCopyIn<&'c mut PgConnection>,
    buffer: Vec<u8>,
    columns: i16,
}

impl<'c> Copy<'c> {
    /// Begins to copy rows of so many columns.
    pub(crate) async fn begin(
        connection: &'c mut PgConnection,
        statement: &'static str,
        columns: i16,
    ) -> Result<Self> {
        let inner = connection.copy_in_raw(statement).await?;
        let mut buffer = Vec::with_capacity(2 * PART);
        buffer.extend_from_slice(SIGNATURE);
        buffer.extend_from_slice(&[0; 8]); // neither flags nor a header extension
        Ok(Self {
            inner,
            buffer,
            columns,
        })
    }

    /// The next row, to be filled column by column.
    pub(crate) async fn row(&mut self) -> Result<Row<'_>> {
        if self.buffer.len() >= PART {
            self.inner.send(self.buffer.as_slice()).await?;
            self.buffer.clear();
        }
        self.buffer.extend_from_slice(&self.columns.to_be_bytes());
        Ok(Row(&mut self.buffer))
    }

    /// Stores the rows; `what` names a row that is there already.
    pub(crate) async fn finish(mut self, what: &'static str) -> Result<()> {
        self.buffer.extend_from_slice(&(-1_i16).to_be_bytes());
        self.inner.send(self.buffer.as_slice()).await?;
        self.inner
            .finish()
            .await
            .map_err(StoreError::unless_unique(what))?;
        Ok(())
    }
}

/// A row that is being filled, in the order of the statement's columns.
pub(crate) struct Row<'b>(&'b mut Vec<u8>);

impl Row<'_> {
    pub(crate) fn bytes(self, value: &[u8]) -> Self {
        // No value here comes near 2 GiB; were one to, PostgreSQL would refuse it.
        let length = i32::try_from(value.len()).unwrap_or(i32::MAX);
        self.0.extend_from_slice(&length.to_be_bytes());
        self.0.extend_from_slice(value);
        self
    }

    pub(crate) fn null(self) -> Self {
        self.0.extend_from_slice(&(-1_i32).to_be_bytes());
        self
    }

    pub(crate) fn text(self, value: &str) -> Self {
        self.bytes(value.as_bytes())
    }

    pub(crate) fn optional_text(self, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.text(value),
            None => self.null(),
        }
    }

    pub(crate) fn boolean(self, value: bool) -> Self {
        self.bytes(&[value.into()])
    }

    pub(crate) fn optional_boolean(self, value: Option<bool>) -> Self {
        match value {
            Some(value) => self.boolean(value),
            None => self.null(),
        }
    }

    pub(crate) fn smallint(self, value: Option<i16>) -> Self {
        match value {
            Some(value) => self.bytes(&value.to_be_bytes()),
            None => self.null(),
        }
    }

    pub(crate) fn integer(self, value: Option<i32>) -> Self {
        match value {
            Some(value) => self.bytes(&value.to_be_bytes()),
            None => self.null(),
        }
    }

    pub(crate) fn bigint(self, value: i64) -> Self {
        self.bytes(&value.to_be_bytes())
    }

    pub(crate) fn optional_bigint(self, value: Option<i64>) -> Self {
        match value {
            Some(value) => self.bigint(value),
            None => self.null(),
        }
    }

    pub(crate) fn bigints(self, values: Option<&[i64]>) -> Self {
        match values {
            Some(values) => self.array(BIGINT, values.iter().map(|value| value.to_be_bytes())),
            None => self.null(),
        }
    }

    pub(crate) fn addresses(self, wallets: &[Wallet]) -> Self {
        let addresses = wallets.iter().map(|wallet| wallet.address.address());
        self.array(BYTEA, addresses)
    }

    /// A one-dimensional array without nulls.
    fn array(self, of: i32, items: impl ExactSizeIterator<Item = impl AsRef<[u8]>>) -> Self {
        let count = i32::try_from(items.len()).unwrap_or(i32::MAX);
        let mut array = Vec::with_capacity(20 + 24 * items.len());
        let dimensions = i32::from(count > 0);
        for word in [dimensions, 0, of] {
            array.extend_from_slice(&word.to_be_bytes());
        }
        if dimensions == 1 {
            for word in [count, 1] {
                array.extend_from_slice(&word.to_be_bytes());
            }
        }
        let mut row = Row(&mut array);
        for item in items {
            row = row.bytes(item.as_ref());
        }
        self.bytes(&array)
    }
}
