//! One lane's gauges. A registry's address is public, and no issuer's name.

use alloy_primitives::Address;
use metrics::{Unit, describe_gauge, gauge};
use symbolon_core::ids::ChainId;

/// What is shown of a lane.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lane {
    pub(crate) chain: ChainId,
    pub(crate) registry: Address,
    pub(crate) is_well: bool,
    pub(crate) seen_seconds_ago: u64,
    pub(crate) head_age_seconds: u64,
    pub(crate) owed_approvals: u64,
    pub(crate) owed_denials: u64,
    pub(crate) lag_seconds: u64,
    pub(crate) oldest_denial_seconds: u64,
    pub(crate) open_transactions: u64,
    pub(crate) replaced_transactions: u64,
    pub(crate) quarantined_wallets: u64,
    pub(crate) disputed_wallets: u64,
    pub(crate) owed_errands: u64,
    pub(crate) balance_wei: Option<u128>,
    pub(crate) balance_days: Option<u64>,
}

/// Every gauge, with its unit and what it tells.
const GAUGES: [(&str, Unit, &str); 14] = [
    (
        "symbolon_lane_well",
        Unit::Count,
        "1 while nothing is wrong with the lane, else 0",
    ),
    (
        "symbolon_lane_seen_age_seconds",
        Unit::Seconds,
        "Since the chain was last looked at",
    ),
    (
        "symbolon_lane_head_age_seconds",
        Unit::Seconds,
        "Since the newest block that was seen, by its own time",
    ),
    (
        "symbolon_lane_owed_approvals",
        Unit::Count,
        "Wallets that wait for their turn",
    ),
    (
        "symbolon_lane_owed_denials",
        Unit::Count,
        "Denials that no transaction carries yet",
    ),
    (
        "symbolon_lane_lag_seconds",
        Unit::Seconds,
        "For how long the oldest change has waited for a transaction",
    ),
    (
        "symbolon_lane_oldest_denial_seconds",
        Unit::Seconds,
        "For how long the oldest denial has waited that is in no block that counts",
    ),
    (
        "symbolon_lane_open_transactions",
        Unit::Count,
        "Signed transactions of which nobody knows yet what became",
    ),
    (
        "symbolon_lane_replaced_transactions",
        Unit::Count,
        "Nonces of those that were sent with a higher fee since",
    ),
    (
        "symbolon_lane_quarantined_wallets",
        Unit::Count,
        "Wallets whose approval the registry would not carry out",
    ),
    (
        "symbolon_lane_disputed_wallets",
        Unit::Count,
        "Wallets that the register approves and the chain denies: a person must decide",
    ),
    (
        "symbolon_lane_owed_errands",
        Unit::Count,
        "Keys of which a contract beside the registry is yet to be told, or read",
    ),
    (
        "symbolon_lane_signer_balance_wei",
        Unit::Count,
        "What the signer has left for gas",
    ),
    (
        "symbolon_lane_signer_balance_days",
        Unit::Count,
        "For how many days that lasts; absent where nothing was paid yet",
    ),
];

pub(super) fn describe() {
    for (name, unit, tells) in GAUGES {
        describe_gauge!(name, unit, tells);
    }
}

/// Shows a lane.
pub(crate) fn show(lane: &Lane) {
    let (chain, registry) = (lane.chain.to_string(), lane.registry.to_string());
    let set = |name: &'static str, value: f64| {
        gauge!(name, "chain" => chain.clone(), "registry" => registry.clone()).set(value);
    };
    set("symbolon_lane_well", f64::from(u8::from(lane.is_well)));
    for (name, value) in [
        ("symbolon_lane_seen_age_seconds", lane.seen_seconds_ago),
        ("symbolon_lane_head_age_seconds", lane.head_age_seconds),
        ("symbolon_lane_owed_approvals", lane.owed_approvals),
        ("symbolon_lane_owed_denials", lane.owed_denials),
        ("symbolon_lane_lag_seconds", lane.lag_seconds),
        (
            "symbolon_lane_oldest_denial_seconds",
            lane.oldest_denial_seconds,
        ),
        ("symbolon_lane_open_transactions", lane.open_transactions),
        (
            "symbolon_lane_replaced_transactions",
            lane.replaced_transactions,
        ),
        (
            "symbolon_lane_quarantined_wallets",
            lane.quarantined_wallets,
        ),
        ("symbolon_lane_disputed_wallets", lane.disputed_wallets),
        ("symbolon_lane_owed_errands", lane.owed_errands),
    ] {
        set(name, value as f64);
    }
    if let Some(wei) = lane.balance_wei {
        set("symbolon_lane_signer_balance_wei", wei as f64);
    }
    if let Some(days) = lane.balance_days {
        set("symbolon_lane_signer_balance_days", days as f64);
    }
}
