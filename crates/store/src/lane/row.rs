//! A lane's transaction as the database keeps it.

use symbolon_core::{
    log::Head,
    mirror::{
        batch::{Batch, Call},
        fees::{GasPrice, Wei},
        lane::{Attempt, Nonce, OpenTransaction},
    },
    time::UnixMillis,
};

use crate::{
    Result, StoreError,
    codec::{entry_number, hash, unsigned, wei},
};

pub(super) struct LaneRow {
    pub(super) nonce: i64,
    pub(super) attempt: i32,
    pub(super) hash: Vec<u8>,
    pub(super) raw: Vec<u8>,
    pub(super) call: String,
    pub(super) batch: Vec<u8>,
    pub(super) head_number: i64,
    pub(super) head_hash: Vec<u8>,
    pub(super) max_fee_wei: String,
    pub(super) priority_fee_wei: String,
    pub(super) stored_ms: i64,
}

impl LaneRow {
    pub(super) fn read(self) -> Result<OpenTransaction> {
        let attempt = u16::try_from(self.attempt)
            .map_err(|_| StoreError::damaged("a transaction's attempt"))?;
        Ok(OpenTransaction {
            nonce: Nonce(unsigned(self.nonce, "a nonce")?),
            attempt: Attempt(attempt),
            hash: hash(&self.hash)?,
            raw: self.raw.into(),
            price: GasPrice {
                max_fee: Wei(wei(&self.max_fee_wei)?),
                priority_fee: Wei(wei(&self.priority_fee_wei)?),
            },
            head: Head {
                number: entry_number(self.head_number)?,
                hash: hash(&self.head_hash)?,
            },
            batch: batch(&self.call, &self.batch)?,
            stored_at: UnixMillis(unsigned(self.stored_ms, "a time")?),
        })
    }
}

pub(crate) fn batch(call: &str, packed: &[u8]) -> Result<Batch> {
    let call = Call::from_name(call)
        .ok_or_else(|| StoreError::damaged(format!("`{call}` is no call of the registry")))?;
    Batch::unpack(call, packed).map_err(|error| StoreError::damaged(error.to_string()))
}
