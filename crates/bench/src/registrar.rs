//! Gas of the registrar that a federation keeps, by the repository's own
//! bytecode in an in-process EVM.

use anyhow::{Result, anyhow};
use symbolon_testkit::evm::registrar;

use crate::row::Row;

pub(crate) fn measure() -> Result<Vec<Row>> {
    let figures =
        registrar::measure().map_err(|revert| anyhow!("a measured call reverted: {revert:?}"))?;
    let row = |name, value: u64, bar| Row::at_most(name, value as f64, "gas", bar);
    Ok(vec![
        row(
            "addInvestor with one address, by one signer",
            figures.add_investor,
            130_000.0,
        ),
        row(
            "getInvestors called by a contract, cold",
            figures.get_investors,
            16_000.0,
        ),
        row(
            "KYCRegistrar's authority of 350 investors restricted",
            figures.restriction,
            60_000.0,
        ),
    ])
}
