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
pub const BEFORE_REMOVAL: u64 = 20_000;

/// After the faults end, every chain equals the register within twice finality
/// and a look: what is decided last is mined and seen in one, and what was lost
/// on the way is sent again in the other.
pub const SWIFT: u64 = 2 * (POLICY.confirmations * BLOCK_TIME + POLICY.idle_interval.0);

/// Longer where a fault ended less than one wait of the lane's ago, which is
/// over by then: bytes that a node took and dropped go again, and so do kinds of
/// transactions that the registry had refused.
pub const PATIENT: u64 = SWIFT + POLICY.rebroadcast_after.0;

/// Where gas became dear, what was priced before has to be replaced.
pub const WITH_DEAR_GAS: u64 = PATIENT + POLICY.replace_after.0;

/// Where a signer was replaced, people may have to end what it left.
pub const WITH_FORMERS: u64 = PATIENT + POLICY.replace_after.0 + BEFORE_REMOVAL;

/// Longer where a chain has to be compared with the register: what lanes have
/// under way is waited for, and then what follows is told.
pub const WHILE_COMPARED: u64 = POLICY.replace_after.0 + SWIFT;

/// The production policy for three confirmations, with small batches.
pub const POLICY: LanePolicy = LanePolicy {
    confirmations: 3,
    max_upserts: 3,
    max_denials: 4,
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
    rebroadcast_after: Millis(15_000),
    replace_after: Millis(45_000),
};
