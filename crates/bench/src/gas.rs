//! Gas, by the repository's own bytecode in an in-process EVM.

use anyhow::{Result, anyhow};
use symbolon_testkit::evm::gas;

use crate::row::Row;

/// A cold account and a cold slot: what the EVM asks for any external check.
const COLD_CHECK: f64 = 4_700.0;
/// A cold account and two cold slots.
const COLD_PAIR: f64 = 6_800.0;

pub(crate) fn measure() -> Result<Vec<Row>> {
    let figures =
        gas::measure().map_err(|revert| anyhow!("a measured call reverted: {revert:?}"))?;
    let gas = |value: u64| value as f64;
    Ok(vec![
        Row::at_most(
            "isVerified called by a contract, cold",
            gas(figures.is_verified),
            "gas",
            5_400.0,
        )
        .above(COLD_CHECK),
        Row::at_most(
            "both parties checked, added to a transfer",
            gas(figures.added_to_a_transfer()),
            "gas",
            8_000.0,
        )
        .above(COLD_PAIR),
        Row::at_most(
            "upsert of a new wallet, batch of 350",
            gas(figures.upsert_new),
            "gas a wallet",
            26_600.0,
        ),
        Row::at_most(
            "revocation, batch of 350",
            gas(figures.revoke),
            "gas a wallet",
            7_400.0,
        ),
    ])
}
