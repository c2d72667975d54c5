//! Between PostgreSQL's types and the core's. What cannot be read is
//! [`StoreError::Damaged`].

use alloy_primitives::{Address, B256, U256, hex};
use serde::{Deserialize, de::DeserializeOwned, de::value::StrDeserializer};
use sha2::{Digest, Sha256};
use symbolon_core::{
    ids::{ChainId, InvestorId, IssuerId, RegistryId},
    investor::{InvestorKind, Level, RejectionReason, RevocationReason},
    log::EntryNumber,
    mirror::record::WalletRecord,
    time::UnixSeconds,
    wallet::{ChainScope, Version, Wallet, WalletAddress},
};

use crate::{Result, StoreError};

/// For numbers that stay far below 2^63 by their nature: entries, seconds,
/// blocks, and chain ids, which [`crate::Store::add_chain`] has checked.
pub(crate) fn bigint(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// The number by which an issuer goes inside the database. It leads every key:
/// as a text it cost an import a fifth of its time there. Two slugs of one
/// number are as likely as a 64-bit hash makes them, and the second is refused.
pub(crate) fn issuer_key(issuer: &IssuerId) -> i64 {
    let hash = Sha256::digest(issuer.as_str());
    let mut number = [0; 8];
    number.copy_from_slice(&hash[..8]);
    i64::from_be_bytes(number)
}

pub(crate) fn unsigned(value: i64, what: &'static str) -> Result<u64> {
    u64::try_from(value).map_err(|_| StoreError::damaged(format!("{what} is negative: {value}")))
}

pub(crate) fn count(value: Option<i64>) -> u64 {
    value
        .and_then(|value| u64::try_from(value).ok())
        .unwrap_or(0)
}

pub(crate) fn seconds(value: i64) -> Result<UnixSeconds> {
    unsigned(value, "a time").map(UnixSeconds)
}

pub(crate) fn entry_number(value: i64) -> Result<EntryNumber> {
    unsigned(value, "an entry's number").map(EntryNumber)
}

/// Which registry of its chain: the bits above a chain's id.
const PLACE_AT: u32 = 56;

/// The number by which a registry goes inside the database: its chain's id, and
/// above 2^56 its place there. [`crate::IssuerTransaction::add_chain`] lets in
/// no id that is larger; queries find a chain's id by `% 72057594037927936`.
pub(crate) fn registry_key(registry: RegistryId) -> i64 {
    let place = i64::from(registry.place & 0x7f) << PLACE_AT;
    place | bigint(registry.chain.0 & ((1 << PLACE_AT) - 1))
}

pub(crate) fn registry_id(value: i64) -> Result<RegistryId> {
    let key = unsigned(value, "a registry")?;
    Ok(RegistryId {
        chain: ChainId(key & ((1 << PLACE_AT) - 1)),
        place: (key >> PLACE_AT) as u8,
    })
}

/// Whether a registry has a number inside the database.
pub(crate) fn is_representable(registry: RegistryId) -> bool {
    registry.chain.0 < 1 << PLACE_AT && registry.place < 0x80
}

pub(crate) fn chain_id(value: i64) -> Result<ChainId> {
    unsigned(value, "a chain id").map(ChainId)
}

pub(crate) fn version(value: i32) -> Result<Version> {
    u16::try_from(value)
        .map(Version)
        .map_err(|_| StoreError::damaged(format!("{value} is no version")))
}

pub(crate) fn hash(bytes: &[u8]) -> Result<B256> {
    B256::try_from(bytes)
        .map_err(|_| StoreError::damaged(format!("a hash or id has {} bytes", bytes.len())))
}

pub(crate) fn investor_id(bytes: &[u8]) -> Result<InvestorId> {
    hash(bytes).map(InvestorId)
}

pub(crate) fn address(bytes: &[u8]) -> Result<Address> {
    Address::try_from(bytes)
        .map_err(|_| StoreError::damaged(format!("an address has {} bytes", bytes.len())))
}

pub(crate) fn wallet(bytes: &[u8]) -> Result<WalletAddress> {
    WalletAddress::new(address(bytes)?).map_err(|error| StoreError::damaged(error.to_string()))
}

pub(crate) fn record(bytes: &[u8]) -> Result<WalletRecord> {
    hash(bytes).map(|word| WalletRecord(U256::from_be_bytes(word.0)))
}

pub(crate) fn record_bytes(record: WalletRecord) -> [u8; 32] {
    record.0.to_be_bytes()
}

/// Wei travel as decimal text: sqlx has no bare type for `numeric`.
pub(crate) fn wei(text: &str) -> Result<u128> {
    text.parse()
        .map_err(|_| StoreError::damaged(format!("`{text}` is no amount of wei")))
}

pub(crate) fn scope(chains: Option<Vec<i64>>) -> Result<ChainScope> {
    match chains {
        None => Ok(ChainScope::All),
        Some(ids) => ids
            .into_iter()
            .map(chain_id)
            .collect::<Result<_>>()
            .map(ChainScope::Only),
    }
}

pub(crate) fn scope_array(scope: &ChainScope) -> Option<Vec<i64>> {
    match scope {
        ChainScope::All => None,
        ChainScope::Only(chains) => Some(chains.iter().map(|chain| bigint(chain.0)).collect()),
    }
}

/// A PostgreSQL array as text, since a parameter cannot be an array of arrays.
pub(crate) fn scope_text(scope: &ChainScope) -> Option<String> {
    let ids: Vec<_> = scope_array(scope)?.iter().map(i64::to_string).collect();
    Some(format!("{{{}}}", ids.join(",")))
}

/// An array of `bytea`, as text: arrays of arrays cannot be bound.
pub(crate) fn addresses_text(wallets: &[Wallet]) -> String {
    let texts: Vec<_> = wallets
        .iter()
        .map(|wallet| format!("\"\\\\x{}\"", hex::encode(wallet.address.address())))
        .collect();
    format!("{{{}}}", texts.join(","))
}

pub(crate) fn json<T: DeserializeOwned>(text: &str, what: &'static str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| StoreError::damaged(format!("{what}: {error}")))
}

/// Reads one of the core's words (`legal_entity`, `enhanced`, `sanctions`).
pub(crate) fn word<'a, T: Deserialize<'a>>(text: &'a str, what: &'static str) -> Result<T> {
    T::deserialize(StrDeserializer::<serde::de::value::Error>::new(text))
        .map_err(|_| StoreError::damaged(format!("`{text}` is no {what}")))
}

// The other way is spelt out, since it runs once a row of every import. The
// test below holds these words to the core's own.

pub(crate) const fn kind_word(kind: InvestorKind) -> &'static str {
    match kind {
        InvestorKind::NaturalPerson => "natural_person",
        InvestorKind::LegalEntity => "legal_entity",
    }
}

pub(crate) const fn level_word(level: Level) -> &'static str {
    match level {
        Level::Basic => "basic",
        Level::Enhanced => "enhanced",
        Level::Corporate => "corporate",
    }
}

pub(crate) const fn rejection_word(reason: RejectionReason) -> &'static str {
    match reason {
        RejectionReason::Identity => "identity",
        RejectionReason::Sanctions => "sanctions",
        RejectionReason::SourceOfFunds => "source_of_funds",
        RejectionReason::Country => "country",
        RejectionReason::Provider => "provider",
    }
}

pub(crate) const fn revocation_word(reason: RevocationReason) -> &'static str {
    match reason {
        RevocationReason::Sanctions => "sanctions",
        RevocationReason::ComplianceViolation => "compliance_violation",
        RevocationReason::Documents => "documents",
        RevocationReason::Provider => "provider",
        RevocationReason::Departure => "departure",
        RevocationReason::AccountClosed => "account_closed",
        RevocationReason::Mistake => "mistake",
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use super::*;

    fn survives<T: DeserializeOwned + PartialEq + Debug + Copy>(
        values: &[T],
        spell: fn(T) -> &'static str,
    ) {
        for value in values {
            assert_eq!(word::<T>(spell(*value), "word").unwrap(), *value);
        }
    }

    #[test]
    fn every_word_is_the_cores_own() {
        survives(
            &[InvestorKind::NaturalPerson, InvestorKind::LegalEntity],
            kind_word,
        );
        survives(
            &[Level::Basic, Level::Enhanced, Level::Corporate],
            level_word,
        );
        survives(
            &[
                RejectionReason::Identity,
                RejectionReason::Sanctions,
                RejectionReason::SourceOfFunds,
                RejectionReason::Country,
                RejectionReason::Provider,
            ],
            rejection_word,
        );
        survives(
            &[
                RevocationReason::Sanctions,
                RevocationReason::ComplianceViolation,
                RevocationReason::Documents,
                RevocationReason::Provider,
                RevocationReason::Departure,
                RevocationReason::AccountClosed,
                RevocationReason::Mistake,
            ],
            revocation_word,
        );
        assert!(matches!(
            word::<Level>("platinum", "level"),
            Err(StoreError::Damaged { .. })
        ));
    }

    #[test]
    fn what_cannot_be_read_is_damage() {
        assert!(matches!(version(65_536), Err(StoreError::Damaged { .. })));
        assert!(matches!(version(-1), Err(StoreError::Damaged { .. })));
        assert!(matches!(wallet(&[0; 20]), Err(StoreError::Damaged { .. })));
        assert!(matches!(wallet(&[1; 19]), Err(StoreError::Damaged { .. })));
        assert!(matches!(record(&[0; 31]), Err(StoreError::Damaged { .. })));
        assert!(matches!(seconds(-1), Err(StoreError::Damaged { .. })));
    }

    #[test]
    fn a_scope_survives_the_database() {
        let some = ChainScope::Only([ChainId(1), ChainId(10)].into());
        assert_eq!(scope_text(&some).as_deref(), Some("{1,10}"));
        assert_eq!(scope(Some(vec![1, 10])).unwrap(), some);
        assert_eq!(scope(None).unwrap(), ChainScope::All);
    }
}
