//! What a transaction may cost.

use serde::{Deserialize, Serialize};

/// An amount of wei.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Wei(pub u128);

/// An amount of gas.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Gas(pub u64);

/// The price of one unit of gas, as EIP-1559 splits it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GasPrice {
    /// The most that is paid in all, per gas.
    pub max_fee: Wei,
    /// The part of it that goes to the block's builder, per gas.
    pub priority_fee: Wei,
}

/// What the chain asks now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Market {
    /// The base fee of the newest block, per gas.
    pub base_fee: Wei,
    /// The usual tip, per gas.
    pub tip: Wei,
}

/// How fees are bounded on one chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeePolicy {
    /// Never pay more than this per gas.
    pub cap: Wei,
    /// Nodes refuse a replacement that raises both fees by less than this.
    pub bump_percent: u16,
}

impl FeePolicy {
    /// The price of a first attempt: room for the base fee to double, within the cap.
    pub fn first(&self, market: Market) -> GasPrice {
        let max_fee = market
            .base_fee
            .0
            .saturating_mul(2)
            .saturating_add(market.tip.0);
        self.bounded(max_fee, market.tip.0)
    }

    /// The price of the next attempt with the same nonce: enough for nodes to
    /// accept it and no less than the market; `None` when the cap leaves no room.
    pub fn replacement(&self, previous: GasPrice, market: Market) -> Option<GasPrice> {
        let bumped = |wei: Wei| {
            let raise = wei.0.saturating_mul(self.bump_percent.into()).div_ceil(100);
            wei.0.saturating_add(raise.max(1))
        };
        let least = (bumped(previous.max_fee), bumped(previous.priority_fee));
        let fresh = self.first(market);
        let max_fee = least.0.max(fresh.max_fee.0);
        let priority_fee = least.1.max(fresh.priority_fee.0);
        let price = self.bounded(max_fee, priority_fee);
        (price.max_fee.0 >= least.0 && price.priority_fee.0 >= least.1).then_some(price)
    }

    fn bounded(&self, max_fee: u128, priority_fee: u128) -> GasPrice {
        let max_fee = max_fee.clamp(1, self.cap.0.max(1));
        GasPrice {
            max_fee: Wei(max_fee),
            priority_fee: Wei(priority_fee.min(max_fee)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: FeePolicy = FeePolicy {
        cap: Wei(1_000),
        bump_percent: 13,
    };
    const MARKET: Market = Market {
        base_fee: Wei(100),
        tip: Wei(10),
    };

    #[test]
    fn a_replacement_is_accepted_and_bounded() {
        let mut price = POLICY.first(MARKET);
        assert_eq!(price.max_fee, Wei(210));
        let mut attempts = 0;
        while let Some(next) = POLICY.replacement(price, MARKET) {
            assert!(next.max_fee.0 * 100 >= price.max_fee.0 * 113);
            assert!(next.priority_fee.0 * 100 >= price.priority_fee.0 * 113);
            assert!(next.max_fee <= POLICY.cap);
            price = next;
            attempts += 1;
        }
        assert!((10..30).contains(&attempts));
    }

    #[test]
    fn a_dear_market_is_capped() {
        let market = Market {
            base_fee: Wei(u128::MAX),
            tip: Wei(u128::MAX),
        };
        assert_eq!(POLICY.first(market).max_fee, POLICY.cap);
    }
}
