//! How a lane is driven.

use symbolon_chain::{finality::Finality, preset::FinalityTag, quorum::Nodes, signer::LaneSigner};
use symbolon_core::{
    ids::{IssuerId, RegistryId},
    mirror::{
        fees::{FeePolicy, Gas, Wei},
        lane::LanePolicy,
    },
    time::Millis,
};

use crate::jobs::lease::LeaseTerms;

/// Where a lane leads, and how it is driven.
#[derive(Clone, Debug)]
pub struct LaneSettings {
    /// Whose register.
    pub issuer: IssuerId,
    /// To which registry.
    pub registry: RegistryId,
    /// Through which nodes, of which enough must agree.
    pub nodes: Nodes,
    /// How they tell what is final; where not, the policy's confirmations do.
    pub finality: FinalityTag,
    /// Signed by whom.
    pub signer: LaneSigner,
    /// Whose key claims are signed with; without one, claims wait.
    pub claim_signer: Option<LaneSigner>,
    /// How.
    pub policy: LanePolicy,
    /// How this server takes the lane: one server at a time drives it.
    pub lease: LeaseTerms,
}

impl LaneSettings {
    /// When a block of the lane's chain counts for good.
    pub fn finality(&self) -> Finality {
        Finality {
            tag: self.finality,
            confirmations: self.policy.confirmations,
        }
    }
}

/// A policy for chains that nobody has tuned: a transaction of 350 wallets
/// stays well under the 16,777,216 gas that EIP-7825 allows.
pub fn default_policy(confirmations: u64, fee_cap: Wei) -> LanePolicy {
    LanePolicy {
        confirmations,
        max_upserts: 350,
        max_denials: 500,
        max_errands: 200,
        max_in_flight: 12,
        denial_reserve: 52,
        base_gas: Gas(80_000),
        gas_per_upsert: Gas(29_000),
        // One of a wallet that the chain never held fills an empty slot.
        gas_per_denial: Gas(29_000),
        fees: FeePolicy {
            cap: fee_cap,
            bump_percent: 13,
        },
        eager_interval: Millis(25),
        busy_interval: Millis(250),
        idle_interval: Millis(2_000),
        rebroadcast_after: Millis(15_000),
        replace_after: Millis(45_000),
    }
}
