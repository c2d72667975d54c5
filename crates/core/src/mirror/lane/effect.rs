//! What a lane asks of its driver, and what the driver tells it.

use alloy_primitives::{B256, Bytes};
use serde::{Deserialize, Serialize};

use crate::{
    log::{EntryNumber, Head},
    mirror::{
        batch::{AuthorityRestriction, Batch},
        fees::{Gas, GasPrice, Market},
        plan::{Discharge, PendingRecord},
        record::WalletRecord,
    },
    wallet::WalletAddress,
};

/// A signer's transaction count on one chain.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Nonce(pub u64);

impl Nonce {
    /// The following one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// Which try at one nonce, from 0; each is dearer than the one before it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Attempt(pub u16);

impl Attempt {
    /// The following one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// What goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Urgency {
    /// Revocations, restrictions, freezes, removals: first (I3).
    Denials,
    /// Everything else.
    Approvals,
}

/// Which of the wallets that a chain is owed to ask for.
///
/// Most are told in the order in which they changed. The outbox holds those
/// that cannot wait for their turn, or had it and must be told again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The authorities to be cut off, and the outbox's denials.
    Denials,
    /// The outbox's other wallets, and the authorities to be reinstated.
    Again,
    /// Those whose newest change is a later entry than this.
    After(EntryNumber),
}

impl Part {
    /// How urgent this part is.
    pub const fn urgency(self) -> Urgency {
        match self {
            Self::Denials => Urgency::Denials,
            Self::Again | Self::After(_) => Urgency::Approvals,
        }
    }
}

/// Wallets that a chain is owed, read at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pulled {
    /// The wallets, in the order of their entries.
    pub records: Vec<PendingRecord>,
    /// Of [`Part::Denials`]: the authorities that are to be cut off. Of
    /// [`Part::Again`]: those to be reinstated, once no denial waits that was
    /// decided before ([`may_reinstate`](crate::mirror::reinstatement::may_reinstate)).
    pub authorities: Vec<AuthorityRestriction>,
    /// The log's head at that moment, or an earlier one.
    pub head: Head,
    /// Of [`Part::After`]: the entry up to which nothing is left out.
    pub through: EntryNumber,
    /// Whether there may be more.
    pub more: bool,
}

impl Pulled {
    /// Nothing for now, and nothing left out.
    pub fn nothing(part: Part, head: Head) -> Self {
        let through = match part {
            Part::After(entry) => entry,
            Part::Denials | Part::Again => EntryNumber::default(),
        };
        Self {
            head,
            through,
            ..Self::default()
        }
    }
}

/// A transaction before it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The nonce it takes.
    pub nonce: Nonce,
    /// Which try at this nonce.
    pub attempt: Attempt,
    /// The most gas it may use.
    pub gas_limit: Gas,
    /// The most it may cost, per gas.
    pub price: GasPrice,
    /// The head of the issuer's log that it carries (I9).
    pub head: Head,
    /// What it writes.
    pub batch: Batch,
    /// What the chain is no longer owed once it is stored; nothing for a
    /// further try, since the first has discharged it.
    pub discharge: Discharge,
}

impl Envelope {
    /// The oldest entry whose denial it is stored for. One that cuts an authority
    /// off is as old as the log was when it was read: only after that can it have
    /// been reinstated. A denial that had its turn among approvals is owed out of
    /// turn as well, and counts there.
    pub fn oldest_denial(&self) -> Option<EntryNumber> {
        match &self.batch {
            Batch::Authority(authority) => authority.restricted.then_some(self.head.number),
            batch if batch.denies() => self.discharge.rows.iter().map(|row| row.entry).min(),
            _ => None,
        }
    }
}

/// A transaction that is signed and stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// What was signed.
    pub envelope: Envelope,
    /// Its hash.
    pub hash: B256,
    /// Its bytes, as nodes take them.
    pub raw: Bytes,
    /// When it was stored.
    pub stored_at: crate::time::UnixMillis,
}

/// What a transaction did to the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Which try was mined.
    pub attempt: Attempt,
    /// The block that includes it.
    pub block_number: u64,
    /// Whether it was carried out.
    pub succeeded: bool,
    /// The gas that it used.
    pub gas_used: Gas,
    /// Every record that it wrote, by its `WalletRecorded` logs.
    pub records: Vec<(WalletAddress, WalletRecord)>,
    /// What authorities became, by its `AuthorityRestrictionSet` logs.
    pub authorities: Vec<AuthorityRestriction>,
}

/// What became of a nonce.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Mined and carried out, deep enough to count.
    Mined(Receipt),
    /// Mined, but not carried out. No wallet makes the registry refuse a
    /// batch, so what stands in the way is the mirror's role or the gas, and
    /// the wallets are queued again.
    Failed(Receipt),
    /// Another transaction took the nonce; the wallets are queued again.
    Dropped,
}

/// What a node answered to a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broadcast {
    /// It has it now.
    Accepted,
    /// It had it already.
    Known,
    /// The nonce is used up: perhaps by this very transaction.
    NonceTooLow,
    /// It asks a higher fee.
    Underpriced,
    /// The signer cannot pay for it.
    Unfunded,
    /// No answer, or one that says nothing: try again later.
    Unreachable,
}

/// What the driver must do next. Effects may be carried out side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Ask the store for wallets; answer with [`Input::Pulled`].
    Pull {
        /// Which of them.
        part: Part,
        /// How many at most, or a few more where one entry changed several.
        limit: usize,
    },
    /// Note that the chain needs no telling; answer with [`Input::Discharged`].
    Discharge(Discharge),
    /// Sign and store, together with what it discharges, in one database
    /// transaction; answer with [`Input::Stored`].
    Store(Envelope),
    /// Send bytes; answer with [`Input::Broadcast`].
    Broadcast {
        /// Whose.
        nonce: Nonce,
        /// Which try.
        attempt: Attempt,
        /// The stored bytes.
        raw: Bytes,
    },
    /// Read head, fees, nonce, and the receipts of those of these whose nonce
    /// is used up; answer with [`Input::Observed`].
    Observe(Vec<(Nonce, Vec<B256>)>),
    /// Record what became of these nonces, in this order; answer with
    /// [`Input::Settled`].
    Settle(Vec<(Nonce, Outcome)>),
    /// Note that the chain is owed what these nonces carry again, while they
    /// stay open; answer with [`Input::ToldAgain`].
    TellAgain(Vec<Nonce>),
}

/// What the chain shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// The newest block.
    pub block_number: u64,
    /// What it asks.
    pub market: Market,
    /// The signer's transaction count there: every lower nonce is used up.
    pub mined_nonce: Nonce,
    /// The receipts that were found.
    pub receipts: Vec<(Nonce, Receipt)>,
    /// Whether the registry takes no writes from the signer; read for former
    /// signers alone.
    pub barred: bool,
}

/// What the driver tells the lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// The chain may be owed something new.
    Woken,
    /// The answer to [`Effect::Pull`].
    Pulled {
        /// What was asked.
        part: Part,
        /// What was found.
        pulled: Pulled,
    },
    /// [`Effect::Discharge`] is done.
    Discharged,
    /// The answer to [`Effect::Store`].
    Stored(Signed),
    /// The answer to [`Effect::Broadcast`].
    Broadcast {
        /// Whose.
        nonce: Nonce,
        /// Which try.
        attempt: Attempt,
        /// What the node said.
        outcome: Broadcast,
    },
    /// The answer to [`Effect::Observe`].
    Observed(Observation),
    /// The chain did not answer.
    ObserveFailed,
    /// [`Effect::Settle`] is done.
    Settled(Vec<Nonce>),
    /// [`Effect::TellAgain`] is done.
    ToldAgain,
    /// Nothing of the signers before this one is open any more.
    FormerEnded,
}
