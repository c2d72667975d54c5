//! What may go wrong on one chain.

/// A class of faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The process dies, with all that it remembers, and another one starts.
    Crash,
    /// One or two blocks are undone, and what they included waits again.
    Reorganisation,
    /// One or two blocks are undone, and what they included is gone.
    ReorganisationThatLoses,
    /// A node forgets bytes that wait, or never took those that it accepted.
    BytesForgotten,
    /// An agent registers a wallet.
    AgentRegisters,
    /// An agent deletes a wallet.
    AgentDeletes,
    /// Somebody's transaction takes a nonce for good.
    NonceTaken,
    /// Another signer follows; what the former one has signed may still land.
    SignerReplaced,
}

impl Fault {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Crash,
        Self::Reorganisation,
        Self::ReorganisationThatLoses,
        Self::BytesForgotten,
        Self::AgentRegisters,
        Self::AgentDeletes,
        Self::NonceTaken,
        Self::SignerReplaced,
    ];
}
