//! Mistakes that the mirror must not contain, to test its tests with.
//!
//! Each stands at the place where the production rule does, here or in the
//! simulation's adapters, and none exists unless the feature `planted-bugs` is
//! on: then a world of the simulation may plant one into its own thread. No
//! binary is built with that feature; a test holds the workspace to that.

/// A mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bug {
    /// Bytes are sent before they are stored.
    BroadcastBeforeStore,
    /// The registry takes any approval, whatever its version.
    VersionGuardDropped,
    /// The registry skips a denial whose version is not newer.
    OldDenialIgnored,
    /// What was to be sent once counts as broadcast, whatever the node said.
    SlotsCountedAsBroadcast,
    /// The store takes writes of whoever had the lane once.
    FencingTokenIgnored,
    /// A transaction that waits is replaced at the same fee.
    ReplacementWithoutFeeBump,
    /// What a reorganisation has undone counts as confirmed.
    ReorganisationKeepsConfirmed,
    /// One node is believed.
    QuorumOfOne,
    /// What came to nothing is owed to nobody.
    VainSettlementForgotten,
    /// A transaction counts as final in the block that includes it.
    FinalAtOnce,
    /// A denial that may never find what it was planned upon is laid over what
    /// is there, rather than written whole.
    DenialLaidOverUnmined,
    /// What a lane before this one left open is not reckoned with.
    InheritanceForgotten,
    /// A gap among the nonces is left open.
    GapLeftOpen,
    /// Bytes that a node has taken are never sent again.
    NeverSentAgain,
    /// A transaction that failed counts as carried out.
    FailureTakenForSuccess,
    /// A former signer's transactions that wait for long are nobody's business.
    FormerNeverToldAgain,
    /// A chain counts as told of every change that was decided, not of those
    /// that were read.
    TurnSkipsUnread,
    /// An authority may act for any country.
    AnyCountry,
    /// What a restored backup has lost is taken for a mistake of the chain's.
    RestoreReapproves,
    /// What a reorganisation past finality has undone stays settled.
    DeepReorganisationKeepsSettled,
    /// What somebody else denied is approved anew.
    ForeignDenialOverwritten,
}

impl Bug {
    /// All of them.
    pub const ALL: [Self; 21] = [
        Self::BroadcastBeforeStore,
        Self::VersionGuardDropped,
        Self::OldDenialIgnored,
        Self::SlotsCountedAsBroadcast,
        Self::FencingTokenIgnored,
        Self::ReplacementWithoutFeeBump,
        Self::ReorganisationKeepsConfirmed,
        Self::QuorumOfOne,
        Self::VainSettlementForgotten,
        Self::FinalAtOnce,
        Self::DenialLaidOverUnmined,
        Self::InheritanceForgotten,
        Self::GapLeftOpen,
        Self::NeverSentAgain,
        Self::FailureTakenForSuccess,
        Self::FormerNeverToldAgain,
        Self::TurnSkipsUnread,
        Self::AnyCountry,
        Self::RestoreReapproves,
        Self::DeepReorganisationKeepsSettled,
        Self::ForeignDenialOverwritten,
    ];
}

#[cfg(feature = "planted-bugs")]
mod switch {
    use std::cell::Cell;

    use super::Bug;

    thread_local! {
        static PLANTED: Cell<Option<Bug>> = const { Cell::new(None) };
    }

    /// Plants a mistake into everything that this thread runs, or none.
    pub fn plant(bug: Option<Bug>) {
        PLANTED.set(bug);
    }

    /// Whether this mistake is made.
    pub fn is_planted(bug: Bug) -> bool {
        PLANTED.get() == Some(bug)
    }
}

#[cfg(feature = "planted-bugs")]
pub use switch::{is_planted, plant};

/// Whether this mistake is made: never.
#[cfg(not(feature = "planted-bugs"))]
pub const fn is_planted(_: Bug) -> bool {
    false
}
