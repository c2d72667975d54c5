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
    /// What it is a variety of, as a bit: bounds may let each kind strike once.
    pub(super) const fn kind(self) -> u8 {
        match self {
            Self::Crash => 1,
            Self::Reorganisation | Self::ReorganisationThatLoses => 1 << 1,
            Self::AgentRegisters | Self::AgentDeletes => 1 << 2,
            Self::BytesForgotten => 1 << 3,
            Self::NonceTaken => 1 << 4,
            Self::SignerReplaced => 1 << 5,
        }
    }

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
