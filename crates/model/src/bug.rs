//! What may be planted into the model.

/// A mistake that the protocol must not contain, to show that it would be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bug {
    /// The registry takes any approval, whatever its version.
    VersionGuardDropped,
    /// The registry skips a denial whose version is not newer.
    OldDenialIgnored,
    /// Bytes are sent first, and stored then.
    BroadcastBeforeStore,
    /// The chain counts as told before the bytes are stored.
    DischargeBeforeStore,
    /// An approval that a reorganisation lost is written anew, with whatever
    /// version its wallet has by then.
    ApprovalReplayed,
    /// A denial that may never find what it was planned upon is laid over what
    /// is there, rather than written whole.
    DenialLaidOverUnmined,
    /// A removal counts as told where nothing was ever seen.
    RemovalMetByNothing,
    /// A settlement in vain owes nobody anything.
    VainSettlementForgotten,
    /// A lane that starts anew forgets what is stored and not mined.
    StoredNotResent,
}
