//! What the tests share. Each part is a feature, so that a test builds only
//! what it uses: `evm`, an in-process EVM; `database`, a private PostgreSQL.

#[cfg(feature = "database")]
pub mod database;
#[cfg(feature = "evm")]
pub mod evm;
