//! What is known of the chains that issuers use most: the table from which
//! `chain deploy` and `chain add` take what nobody says.
//!
//! What is mined counts once it is final: by the chain's own word where it has
//! one ([`Preset::finality`]), else by depth ([`Preset::confirmations`]). All of them have EIP-1559 fees, without
//! which no lane sends anything.

use symbolon_core::{ids::ChainId, mirror::fees::Wei, time::Millis};

const GWEI: u128 = 1_000_000_000;

/// How a node names the newest block that cannot be reorganised away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FinalityTag {
    /// By `finalized`.
    Finalized,
    /// Not at all, or not known: depth decides.
    None,
}

impl FinalityTag {
    /// As JSON-RPC has it.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Finalized => Some("finalized"),
            Self::None => None,
        }
    }
}

/// What is known of one chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// Its name on the command line.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// Its id; `None` where every endpoint has its own.
    pub chain: Option<ChainId>,
    /// Without a tag a block is final when this many include or follow it.
    pub confirmations: u32,
    /// How its nodes tell what is final.
    pub finality: FinalityTag,
    /// The most that a unit of gas may cost, far above a usual day.
    pub max_fee: Wei,
    /// How long a block takes; zero where blocks come as they are needed.
    pub block_time: Millis,
    /// How often to look while something is under way.
    pub poll: Millis,
}

/// Every preset.
///
/// Sources: the ids are EIP-155's; Ethereum's slots take 12 s, Base's blocks
/// 2 s, Arbitrum's a quarter of one. Rollups order once, so a few blocks guard
/// against a sequencer's restart, not against a fork. Plume (an Arbitrum chain
/// whose coin is PLUME) makes blocks as they are needed: what waits for further
/// ones may wait all night. The EVM endpoints of Canton commit at once.
pub const PRESETS: &[Preset] = &[
    Preset {
        name: "ethereum",
        title: "Ethereum",
        chain: Some(ChainId(1)),
        confirmations: 12,
        finality: FinalityTag::Finalized,
        max_fee: Wei(300 * GWEI),
        block_time: Millis(12_000),
        poll: Millis(2_000),
    },
    Preset {
        name: "sepolia",
        title: "Sepolia",
        chain: Some(ChainId(11_155_111)),
        confirmations: 3,
        finality: FinalityTag::Finalized,
        max_fee: Wei(300 * GWEI),
        block_time: Millis(12_000),
        poll: Millis(2_000),
    },
    Preset {
        name: "base",
        title: "Base",
        chain: Some(ChainId(8_453)),
        confirmations: 12,
        finality: FinalityTag::Finalized,
        max_fee: Wei(20 * GWEI),
        block_time: Millis(2_000),
        poll: Millis(500),
    },
    Preset {
        name: "plume",
        title: "Plume",
        chain: Some(ChainId(98_866)),
        confirmations: 1,
        finality: FinalityTag::Finalized,
        max_fee: Wei(10_000 * GWEI),
        block_time: Millis(0),
        poll: Millis(250),
    },
    Preset {
        name: "arbitrum",
        title: "Arbitrum One",
        chain: Some(ChainId(42_161)),
        confirmations: 20,
        finality: FinalityTag::Finalized,
        max_fee: Wei(20 * GWEI),
        block_time: Millis(250),
        poll: Millis(250),
    },
    Preset {
        name: "canton",
        title: "Canton",
        chain: None,
        confirmations: 1,
        finality: FinalityTag::None,
        max_fee: Wei(500 * GWEI),
        block_time: Millis(0),
        poll: Millis(500),
    },
    Preset {
        name: "anvil",
        title: "Anvil",
        chain: Some(ChainId(31_337)),
        confirmations: 1,
        finality: FinalityTag::None,
        max_fee: Wei(500 * GWEI),
        block_time: Millis(0),
        poll: Millis(250),
    },
];

impl Preset {
    /// The preset of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        PRESETS.iter().find(|preset| preset.name == name)
    }

    /// The preset of the chain with this id.
    pub fn of(chain: ChainId) -> Option<&'static Self> {
        PRESETS.iter().find(|preset| preset.chain == Some(chain))
    }

    /// Whether it can serve the chain with this id. Development chains and
    /// Canton's endpoints have any id that is nobody else's.
    pub fn fits(&self, chain: ChainId) -> bool {
        match Self::of(chain) {
            Some(known) => known.name == self.name,
            None => self.chain.is_none() || self.name == "anvil",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_and_ids_are_one_chains_each() {
        let names: HashSet<_> = PRESETS.iter().map(|preset| preset.name).collect();
        assert_eq!(names.len(), PRESETS.len());
        for preset in PRESETS {
            assert_eq!(Preset::named(preset.name), Some(preset));
            assert!(preset.confirmations > 0 && preset.poll > Millis(0));
            if let Some(chain) = preset.chain {
                assert_eq!(Preset::of(chain), Some(preset), "{}", preset.name);
                assert!(preset.fits(chain));
            }
        }
    }

    #[test]
    fn a_preset_of_another_chain_does_not_fit() {
        let fits = |name: &str, id| Preset::named(name).unwrap().fits(ChainId(id));
        assert!(!fits("base", 1) && !fits("base", 31_337) && !fits("base", 77));
        assert!(fits("canton", 1_337) && !fits("canton", 8_453));
        assert!(fits("anvil", 31_338) && !fits("anvil", 1));
    }
}
