//! How the lanes of a world are driven.

use symbolon_core::{
    mirror::{
        fees::{FeePolicy, Gas, Wei},
        lane::LanePolicy,
    },
    time::Millis,
};

/// The time between two blocks, in milliseconds.
pub const BLOCK_TIME: u64 = 1_000;

/// The store is asked this often even when nobody hints at news.
pub const UNPROMPTED: u64 = 1_000;

/// How long people watch a former signer that is overdue before they have the
/// registry take no more from it, in milliseconds.
pub const BEFORE_REMOVAL: u64 = 4_000;

/// After the faults end, every chain equals the register within twice finality
/// and a look, in milliseconds: what is decided last is mined and seen in one, and
/// what was lost on the way is sent again in the other.
pub const SWIFT: u64 = 2 * (POLICY.confirmations * BLOCK_TIME + POLICY.idle_interval.0);

/// Where a chain shows what the register cannot explain, that has to be final
/// first, and so has whatever may still be mined beside it: only then is it known
/// what follows. And what a replaced signer left people may have to end.
pub const UNTIL_EXPLAINED: u64 = 2 * SWIFT;

/// What made a chain equal is final by then, and nothing is under way any more.
pub const UNTIL_FINAL: u64 = SWIFT / 2;

/// The production policy with small batches and for three confirmations, and its
/// patience cut as short as blocks are: bytes go again after one or two of them,
/// and are replaced after four.
pub const POLICY: LanePolicy = LanePolicy {
    confirmations: 3,
    max_upserts: 3,
    max_denials: 4,
    max_errands: 4,
    max_in_flight: 4,
    denial_reserve: 4,
    base_gas: Gas(80_000),
    gas_per_upsert: Gas(29_000),
    gas_per_denial: Gas(29_000),
    fees: FeePolicy {
        cap: Wei(500_000_000_000),
        bump_percent: 13,
    },
    eager_interval: Millis(25),
    busy_interval: Millis(250),
    idle_interval: Millis(2_000),
    rebroadcast_after: Millis(2_000),
    replace_after: Millis(4_000),
};
