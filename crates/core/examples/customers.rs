//! Writes the example file, always the same:
//! `cargo run -p symbolon-core --example customers > examples/customers.csv`.
//!
//! Nobody stands behind these wallets: each is the end of a hash of a sentence,
//! so that no one has its key, and the rest is arithmetic.

use std::{fmt::Write as _, io::Write as _};

use alloy_primitives::{Address, keccak256};

const CUSTOMERS: u32 = 640;

/// Countries by how often they come up, of a hundred.
const COUNTRIES: [(&str, u32); 24] = [
    ("DE", 14),
    ("CH", 9),
    ("FR", 9),
    ("GB", 8),
    ("US", 8),
    ("IT", 6),
    ("ES", 5),
    ("NL", 5),
    ("AT", 5),
    ("SG", 4),
    ("LU", 4),
    ("LI", 3),
    ("SE", 3),
    ("JP", 3),
    ("AE", 2),
    ("CA", 2),
    ("IE", 2),
    ("PT", 1),
    ("PL", 1),
    ("DK", 1),
    ("FI", 1),
    ("NO", 1),
    ("AU", 1),
    ("BR", 2),
];

const INVESTOR_TYPES: [(&str, u32); 5] = [
    ("retail", 58),
    ("professional", 20),
    ("qualified", 10),
    ("institutional", 9),
    ("eligible_counterparty", 3),
];

const EXPIRIES: [(&str, u32); 7] = [
    ("", 12),
    ("2027-09-30", 14),
    ("2027-12-31", 18),
    ("2028-06-30", 18),
    ("2028-12-31T12:00:00Z", 6),
    ("2029-06-30", 18),
    ("2030-03-31", 14),
];

/// The whole file.
pub(crate) fn customers() -> String {
    let mut file = String::from("walletAddress,country,investorType,expiry,externalId\n");
    for number in 1..=CUSTOMERS {
        let hash = keccak256(format!("symbolon example customer {number}"));
        let wallet = Address::from_slice(&hash[12..]);
        // The hash's other bytes choose the rest.
        let country = pick(&COUNTRIES, &hash[0..4]);
        let investor_type = pick(&INVESTOR_TYPES, &hash[4..8]);
        let expiry = pick(&EXPIRIES, &hash[8..12]);
        let written = writeln!(
            file,
            "{wallet},{country},{investor_type},{expiry},C-{number:05}"
        );
        debug_assert!(written.is_ok(), "a String takes everything");
    }
    file
}

fn pick<'a>(weighted: &[(&'a str, u32)], bytes: &[u8]) -> &'a str {
    let total: u32 = weighted.iter().map(|(_, weight)| weight).sum();
    let mut left = bytes.iter().fold(0, |n: u32, b| n << 8 | u32::from(*b)) % total;
    for (word, weight) in weighted {
        match left.checked_sub(*weight) {
            Some(rest) => left = rest,
            None => return word,
        }
    }
    ""
}

fn main() -> std::io::Result<()> {
    std::io::stdout().lock().write_all(customers().as_bytes())
}
