//! What the demo found out, for programs.

use serde::Serialize;

/// Printed as one line of JSON by `symbolon demo --json`.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Summary {
    /// Rows of the first file that the register took.
    pub(super) imported: u64,
    /// Rows of the first file that it refused.
    pub(super) refused: u64,
    /// Each chain after the first import.
    pub(super) chains: Vec<ChainSummary>,
    /// How transfers ended.
    pub(super) transfers: Transfers,
    /// From the request to the refusal on every chain, in milliseconds.
    pub(super) revocation_ms: u64,
    /// The authority that was cut off.
    pub(super) authority: CutOff,
    /// A person verified by a link, and denied by monitoring.
    pub(super) people: People,
    /// The crash and what came after it.
    pub(super) kill_test: KillTest,
}

/// One chain after the first import.
#[derive(Clone, Debug, Serialize)]
pub(super) struct ChainSummary {
    pub(super) chain_id: u64,
    /// Wallets that the chain itself calls verified.
    pub(super) verified: u64,
    /// Whether every wallet's record on the chain is the register's.
    pub(super) equals_register: bool,
    /// Gas for one wallet of a batch, transaction included.
    pub(super) gas_per_wallet: u64,
}

/// How transfers ended: `ok`, or the token's words of refusal.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Transfers {
    pub(super) verified_to_verified: String,
    pub(super) verified_to_unverified: String,
    pub(super) from_revoked: String,
    pub(super) to_revoked: String,
    pub(super) after_renewal: String,
    pub(super) to_expired: String,
    pub(super) to_us_retail: String,
    pub(super) to_us_accredited: String,
}

/// The authority that was cut off.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct CutOff {
    /// Whom it had verified, and who count no more.
    pub(super) investors: u64,
    /// What it took on each chain.
    pub(super) transactions_a_chain: u64,
    /// From the request to the refusal on every chain, in milliseconds.
    pub(super) restriction_ms: u64,
}

/// A person verified by a link, and denied by monitoring.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct People {
    /// From the provider's page to both chains, in milliseconds.
    pub(super) verified_ms: u64,
    /// From the provider's finding to both chains, in milliseconds.
    pub(super) denied_ms: u64,
}

/// The crash and what came after it.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct KillTest {
    /// How often the server was killed and came back.
    pub(super) restarts: u32,
    /// Whether both chains equal the register afterwards.
    pub(super) equals_register: bool,
    /// Wallets' versions found on both chains since the kill test began.
    pub(super) versions_mined: u64,
    /// Of these, mined more than once; must be 0.
    pub(super) mined_twice: u64,
}
