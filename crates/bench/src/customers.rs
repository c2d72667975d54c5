//! Customer files of any length.

use std::fmt::Write;

use alloy::primitives::{Address, keccak256};
use anyhow::Result;
use symbolon_core::wallet::WalletAddress;

const COUNTRIES: [&str; 6] = ["DE", "CH", "FR", "SG", "GB", "US"];
const TYPES: [&str; 3] = ["retail", "professional", "institutional"];

/// One row: the columns that the floor stores too.
pub(crate) struct Customer {
    pub(crate) wallet: WalletAddress,
    pub(crate) country: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) expiry: &'static str,
}

/// The wallet of a customer.
pub(crate) fn wallet(salt: &str, n: usize) -> Result<WalletAddress> {
    let hash = keccak256(format!("symbolon bench {salt} {n}"));
    Ok(WalletAddress::new(Address::from_word(hash))?)
}

/// So many customers.
pub(crate) fn customers(salt: &str, count: usize) -> Result<Vec<Customer>> {
    (0..count)
        .map(|n| {
            Ok(Customer {
                wallet: wallet(salt, n)?,
                country: COUNTRIES[n % COUNTRIES.len()],
                kind: TYPES[n % TYPES.len()],
                expiry: if n % 4 == 0 { "" } else { "2029-12-31" },
            })
        })
        .collect()
}

/// Their file, with checksummed addresses as exports have them.
pub(crate) fn file(customers: &[Customer]) -> Result<String> {
    let mut file = "walletAddress,country,investorType,expiry\n".to_owned();
    for row in customers {
        writeln!(
            file,
            "{},{},{},{}",
            row.wallet, row.country, row.kind, row.expiry
        )?;
    }
    Ok(file)
}
