//! How far the model goes.

use crate::{bug::Bug, register::Decision, seat::fault::Fault, word::Word};

/// How far a model goes. The state space is finite, since every step but a
/// decision and a fault leads nearer to quiet.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// Chains, each with a lane of its own.
    pub chains: usize,
    /// Wallets, one or two.
    pub wallets: usize,
    /// Decisions upon each wallet, at most.
    pub decisions: u8,
    /// What may be decided.
    pub alphabet: &'static [Decision],
    /// Faults on each chain, at most.
    pub faults: u8,
    /// Whether each kind of fault strikes once at most, so that many faults are
    /// many kinds.
    pub each_kind_once: bool,
    /// Which.
    pub may_strike: &'static [Fault],
    /// Whether to pass over waits that decide nothing: what is stored is sent at
    /// once, and once no fault is left that could undo a block, it is final.
    pub swift: bool,
    /// Whether to begin where a backup was restored: the chain holds an approval
    /// of the first wallet whose version the register has yet to give.
    pub restored: bool,
    /// Whether a denial must be on its very grounds. What a former signer barred
    /// may stay barred beyond that for as long as it is denied (see the crate's
    /// page).
    pub exact: bool,
    /// What is wrong with the protocol, if anything.
    pub bug: Option<Bug>,
}

impl Bounds {
    /// The version that the chain is ahead where a backup was restored.
    const FORGOTTEN_VERSION: u8 = 2;

    /// What the chain holds of the first wallet where a backup was restored.
    pub(crate) fn forgotten() -> Word {
        Word::of_register(Self::FORGOTTEN_VERSION, true, false)
    }

    /// Whether this is an approval that a restored backup has forgotten.
    pub(crate) fn is_forgotten(&self, wallet: usize, held: Word) -> bool {
        self.restored && wallet == 0 && held == Self::forgotten()
    }
}
