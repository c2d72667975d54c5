//! What a lane asks of its driver, and what the driver tells it.

use alloy_primitives::{B256, Bytes};
use serde::{Deserialize, Serialize};

use crate::{
    log::{EntryNumber, Head},
    mirror::{
        batch::{AuthorityRestriction, Batch},
        companion::PendingErrand,
        fees::{Gas, GasPrice, Market, Wei},
        plan::{Discharge, PendingRecord},
        record::WalletRecord,
    },
    wallet::{Version, WalletAddress},
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
    /// Every other wallet and authority.
    Approvals,
    /// What companions of the registry are told. One that refuses it keeps nobody
    /// else waiting.
    Errands,
}

impl Urgency {
    /// Each of them, the most urgent first.
    pub const ALL: [Self; 3] = [Self::Denials, Self::Errands, Self::Approvals];
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
    /// What companions are owed.
    Errands,
}

impl Part {
    /// How urgent this part is.
    pub const fn urgency(self) -> Urgency {
        match self {
            Self::Denials => Urgency::Denials,
            Self::Again | Self::After(_) => Urgency::Approvals,
            Self::Errands => Urgency::Errands,
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
    /// Of [`Part::Errands`]: what each takes, upon what the companion will hold.
    pub errands: Vec<PendingErrand>,
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
            Part::Denials | Part::Again | Part::Errands => EntryNumber::default(),
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
    /// What the signer paid for it.
    pub fee: Wei,
    /// Every record that it wrote, by its `WalletRecorded` logs.
    pub records: Vec<(WalletAddress, WalletRecord)>,
    /// What authorities became, by its `AuthorityRestricted` and
    /// `AuthorityReinstated` logs; a restriction without a number where it was to
    /// lift one and lifted none.
    pub authorities: Vec<AuthorityRestriction>,
}

/// What became of a nonce.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Mined and carried out, for good.
    Mined(Receipt),
    /// Mined, but not carried out. No wallet makes the registry refuse a
    /// batch, so what stands in the way is the mirror's role or the gas, and
    /// the wallets are queued again.
    Failed(Receipt),
    /// None of its transactions was mined, or none that anybody can show. The
    /// wallets are queued again, upon what the registry was seen to hold.
    Dropped(Inspection),
}

/// What the registry holds of the wallets of one nonce, in a block that counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inspection {
    /// That block.
    pub block_number: u64,
    /// Its records, in the order in which they were asked for.
    pub records: Vec<(WalletAddress, WalletRecord)>,
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
    /// It takes none like this, whatever it pays: too large for a block, say.
    Refused,
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
    /// Ask a node whether the registry would carry out this batch; answer with
    /// [`Input::Estimated`].
    Estimate {
        /// For whom.
        urgency: Urgency,
        /// The most gas it may use.
        gas_limit: Gas,
        /// The log's head that it would carry.
        head: Head,
        /// What it would write.
        batch: Batch,
    },
    /// Note that the registry would not take these records, so that people see
    /// it, and that the chain is not owed them until their wallets change; answer
    /// with [`Input::Discharged`].
    Quarantine {
        /// The wallets, with the versions that it would not take.
        wallets: Vec<(WalletAddress, Version)>,
        /// What the chain is no longer owed.
        discharge: Discharge,
    },
    /// Sign and store, together with what it discharges, in one database
    /// transaction; answer with [`Input::Stored`].
    Store(Envelope),
    /// Send bytes; answer with [`Input::Broadcast`].
    Broadcast {
        /// Whose.
        nonce: Nonce,
        /// Which try.
        attempt: Attempt,
        /// Of what it carries.
        urgency: Urgency,
        /// The stored bytes.
        raw: Bytes,
    },
    /// Read head, final block, fees, nonce, and the receipts of those of these
    /// whose nonce is used up; answer with [`Input::Observed`].
    Observe(Vec<(Nonce, Vec<B256>)>),
    /// Read what the registry holds of these wallets, in a block that counts;
    /// answer with [`Input::Inspected`].
    Inspect {
        /// The nonce that carries them.
        nonce: Nonce,
        /// Which.
        wallets: Vec<WalletAddress>,
    },
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
    /// The newest one that no reorganisation undoes; 0 where none is known.
    pub final_block: u64,
    /// What the newest one asks.
    pub market: Market,
    /// The signer's transaction count there: every lower nonce is used up.
    pub mined_nonce: Nonce,
    /// The receipts that were found, of those that were asked for.
    pub receipts: Vec<(Nonce, Receipt)>,
    /// Whether the registry takes no writes from the signer; read for former
    /// signers alone.
    pub barred: bool,
}

/// What a node says of a batch that it was asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Estimate {
    /// It would be carried out.
    Passes,
    /// It would not, and another one would: it is this one's own fault.
    Refused,
    /// Nobody knows.
    Unknown,
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
    /// [`Effect::Discharge`] or [`Effect::Quarantine`] is done.
    Discharged,
    /// The answer to [`Effect::Estimate`].
    Estimated(Urgency, Estimate),
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
    /// The answer to [`Effect::Inspect`]; nothing where the chain gave none.
    Inspected(Nonce, Option<Inspection>),
    /// [`Effect::Settle`] is done.
    Settled(Vec<Nonce>),
    /// [`Effect::TellAgain`] is done.
    ToldAgain,
    /// Nothing of the signers before this one is open any more.
    FormerEnded,
}

#[cfg(test)]
mod tests {
    use alloy_primitives::Address;

    use super::*;
    use crate::{
        ids::AuthorityIndex,
        mirror::{
            batch::{Denial, RestrictionNumber, Upsert},
            plan::Owed,
            rules::Grounds,
        },
    };

    fn wallet() -> WalletAddress {
        WalletAddress::new(Address::with_last_byte(1)).unwrap()
    }

    /// What is stored because of the fourth entry and the seventh, where the log has
    /// nine.
    fn envelope(batch: Batch) -> Envelope {
        let rows = [7, 4].map(|entry| Owed {
            entry: EntryNumber(entry),
            wallet: wallet(),
        });
        Envelope {
            nonce: Nonce(0),
            attempt: Attempt(0),
            gas_limit: Gas(0),
            price: GasPrice::default(),
            head: head(),
            batch,
            discharge: Discharge {
                rows: rows.to_vec(),
                ..Discharge::default()
            },
        }
    }

    fn head() -> Head {
        Head {
            number: EntryNumber(9),
            ..Head::default()
        }
    }

    #[test]
    fn a_transaction_is_as_old_as_the_oldest_denial_in_it() {
        let denial = Batch::Deny(vec![Denial {
            wallet: wallet(),
            version: Version(2),
            grounds: Grounds::REVOKED,
        }]);
        assert_eq!(envelope(denial).oldest_denial(), Some(EntryNumber(4)));
        let approval = Batch::Upsert(vec![Upsert {
            wallet: wallet(),
            record: WalletRecord::tombstone(Version(1))
                .with_identity(Address::with_last_byte(2))
                .with_approval(true),
        }]);
        assert_eq!(envelope(approval).oldest_denial(), None);
        let authority = AuthorityIndex(3);
        let cut_off = Batch::Authority(AuthorityRestriction::cut_off(authority));
        assert_eq!(envelope(cut_off).oldest_denial(), Some(EntryNumber(9)));
        let lifted = AuthorityRestriction::lifted(authority, RestrictionNumber(1));
        assert_eq!(envelope(Batch::Authority(lifted)).oldest_denial(), None);
    }

    #[test]
    fn nothing_leaves_nothing_out() {
        let after = Pulled::nothing(Part::After(EntryNumber(5)), head());
        assert_eq!((after.through, after.head), (EntryNumber(5), head()));
        assert!(after.records.is_empty() && !after.more);
    }
}
