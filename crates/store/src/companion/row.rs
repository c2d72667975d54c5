//! What a companion is owed of a key, with what is known of that key.

use alloy_primitives::{Address, B256, U256};
use symbolon_core::{
    log::EntryNumber, mirror::companion::Errand, time::UnixSeconds, wallet::Version,
};

use super::{companion, key, word};
use crate::{
    Result,
    codec::{address, entry_number, hash, seconds, version},
};

/// What a contract took no notice of is told again after twice as many seconds each
/// time, up to a day and a half.
pub(super) const LEAST_PATIENCE_S: u64 = 30;
pub(super) const MOST_DOUBLINGS: i32 = 12;

/// A row of what is owed, with what is known of its key.
pub(super) struct OwedRow {
    pub(super) companion: String,
    pub(super) key: Vec<u8>,
    pub(super) entry_number: i64,
    pub(super) told: Option<Vec<u8>>,
    pub(super) told_entry: Option<i64>,
    pub(super) observed: Option<Vec<u8>>,
    pub(super) vain: i32,
    pub(super) ended_s: i64,
    pub(super) highest_version: i32,
    pub(super) hash: Option<Vec<u8>>,
    pub(super) contract: Vec<u8>,
    pub(super) waits: bool,
}

/// The same, read.
pub(super) struct Owed {
    pub(super) errand: Errand,
    pub(super) contract: Address,
    /// The word that it will hold once everything under way is mined; nothing where
    /// it is to be read.
    pub(super) held: Option<U256>,
    /// Whether the companion was told of nothing since that entry, and the entry is none
    /// after which decisions may have been lost.
    pub(super) is_news: bool,
    /// The highest version that was ever told.
    pub(super) highest: Version,
    /// What was told in vain is not told again before.
    pub(super) not_before: UnixSeconds,
    /// Of the entry.
    pub(super) hash: B256,
    /// Whether it is told of denials alone until something else is there.
    pub(super) waits: bool,
}

impl OwedRow {
    pub(super) fn read(self, doubted: EntryNumber) -> Result<Owed> {
        let companion = companion(&self.companion)?;
        let held = self.told.or(self.observed);
        let patience = LEAST_PATIENCE_S << self.vain.clamp(0, MOST_DOUBLINGS);
        let not_before = match self.vain {
            0 => UnixSeconds(0),
            _ => UnixSeconds(seconds(self.ended_s)?.0 + patience),
        };
        let entry = entry_number(self.entry_number)?;
        let told = self.told_entry.map(entry_number).transpose()?;
        Ok(Owed {
            is_news: entry > doubted && told.is_none_or(|told| told < entry),
            errand: Errand {
                entry,
                key: key(companion, &self.key)?,
            },
            contract: address(&self.contract)?,
            held: held.as_deref().map(word).transpose()?,
            highest: version(self.highest_version)?,
            not_before,
            waits: self.waits,
            hash: self.hash.as_deref().map_or(Ok(B256::ZERO), hash)?,
        })
    }
}
