//! What goes wrong, when, and whether it made a difference.

use symbolon_core::time::UnixMillis;

/// A class of faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// The server dies, and another one starts.
    Crash,
    /// The database fails before it has stored anything.
    DatabaseFails,
    /// The database fails after it has stored everything, and nobody knows.
    DatabaseForgetsToAnswer,
    /// The node does not answer, and does nothing.
    NodeDown,
    /// The node does as it is told, and its answer is lost.
    AnswerLost,
    /// The node takes bytes, and drops them at once.
    AcceptedAndDropped,
    /// The node keeps a transaction, and mines it never.
    KeptAndNotMined,
    /// The node forgets everything that waits.
    PoolForgotten,
    /// The node is some blocks late.
    NodeLate,
    /// Bytes arrive long after they were sent, perhaps after a restart.
    BytesLate,
    /// Blocks are undone, and what they included waits again.
    Reorganisation,
    /// Blocks are undone, and what they included is gone.
    ReorganisationThatLoses,
    /// Gas becomes dear.
    FeesRise,
    /// The signer cannot pay.
    OutOfFunds,
    /// Somebody else uses one of the signer's nonces.
    NonceTaken,
    /// The registry takes no writes.
    RoleLost,
    /// Nobody builds blocks.
    BlocksStall,
    /// One of three nodes lies, and another may say nothing.
    NodeLies,
    /// A worker's lease ends before it knows, and another takes the lane.
    LeaseEnds,
    /// Another signer follows; the registry may take no more writes from the one
    /// before it.
    SignerReplaced,
    /// A job is done once more, long after: the chain is written an old approval.
    JobTwice,
    /// The database is as it was at an earlier moment, and chains carry decisions
    /// that the register has forgotten.
    BackupRestored,
    /// Somebody with the mirror's role approves or denies a wallet.
    ForeignWrite,
    /// Blocks are undone that counted.
    ReorganisationPastFinality,
    /// One of three nodes leaves logs out.
    LogsTruncated,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 25] = [
        Self::Crash,
        Self::DatabaseFails,
        Self::DatabaseForgetsToAnswer,
        Self::NodeDown,
        Self::AnswerLost,
        Self::AcceptedAndDropped,
        Self::KeptAndNotMined,
        Self::PoolForgotten,
        Self::NodeLate,
        Self::BytesLate,
        Self::Reorganisation,
        Self::ReorganisationThatLoses,
        Self::FeesRise,
        Self::OutOfFunds,
        Self::NonceTaken,
        Self::RoleLost,
        Self::BlocksStall,
        Self::NodeLies,
        Self::LeaseEnds,
        Self::SignerReplaced,
        Self::JobTwice,
        Self::BackupRestored,
        Self::ForeignWrite,
        Self::ReorganisationPastFinality,
        Self::LogsTruncated,
    ];

    /// Its place in [`Self::ALL`].
    pub const fn place(self) -> usize {
        self as usize
    }

    /// How often it is at large in a world, at most. Short reorganisations are what
    /// chains are known for.
    const fn most_spells(self) -> u8 {
        match self {
            Self::Reorganisation | Self::ReorganisationThatLoses => 8,
            _ => 3,
        }
    }

    /// Whether it strikes once, rather than for a while.
    pub(crate) const fn is_sudden(self) -> bool {
        matches!(
            self,
            Self::Crash
                | Self::PoolForgotten
                | Self::Reorganisation
                | Self::ReorganisationThatLoses
                | Self::NonceTaken
                | Self::LeaseEnds
                | Self::SignerReplaced
                | Self::JobTwice
                | Self::BackupRestored
                | Self::ForeignWrite
                | Self::ReorganisationPastFinality
        )
    }
}

/// A time in which a fault is at large, on one chain or on all.
#[derive(Clone, Copy, Debug)]
struct Spell {
    fault: Fault,
    from: UnixMillis,
    to: UnixMillis,
    chain: Option<usize>,
    /// Of a hundred chances to strike, how many it takes.
    percent: u8,
}

/// All spells of one world, and which faults made a difference.
#[derive(Debug)]
pub(crate) struct Faults {
    spells: Vec<Spell>,
    pub(crate) fired: [u32; Fault::ALL.len()],
}

impl Faults {
    /// Between these times a seed lets some of the classes strike, a few times
    /// each.
    pub(crate) fn plan(dice: &mut fastrand::Rng, from: u64, to: u64, chains: usize) -> Self {
        let mut spells = Vec::new();
        for fault in Fault::ALL {
            if dice.u8(..100) >= 45 {
                continue;
            }
            for _ in 0..dice.u8(1..=fault.most_spells()) {
                let begin = dice.u64(from..to);
                let length = match fault.is_sudden() {
                    true => 0,
                    false => dice.u64(500..12_000),
                };
                spells.push(Spell {
                    fault,
                    from: UnixMillis(begin),
                    to: UnixMillis((begin + length).min(to)),
                    chain: dice.bool().then(|| dice.usize(..chains)),
                    percent: dice.u8(30..=100),
                });
            }
        }
        Self {
            spells,
            fired: [0; Fault::ALL.len()],
        }
    }

    /// The spells that strike once, and when.
    pub(crate) fn sudden(&self) -> Vec<(usize, UnixMillis)> {
        let spells = self.spells.iter().enumerate();
        spells
            .filter(|(_, spell)| spell.fault.is_sudden())
            .map(|(place, spell)| (place, spell.from))
            .collect()
    }

    /// What a spell is, and where it strikes.
    pub(crate) fn of(&self, place: usize) -> (Fault, usize) {
        let spell = &self.spells[place];
        (spell.fault, spell.chain.unwrap_or_default())
    }

    /// Whether this fault is at large on this chain.
    pub(crate) fn is_at_large(&self, fault: Fault, chain: usize, now: UnixMillis) -> bool {
        self.percent(fault, chain, now).is_some()
    }

    /// Of a hundred chances to strike, how many it takes there now.
    fn percent(&self, fault: Fault, chain: usize, now: UnixMillis) -> Option<u8> {
        let spell = self.spells.iter().find(|spell| {
            let here = spell.chain.is_none_or(|only| only == chain);
            spell.fault == fault && here && spell.from <= now && now < spell.to
        })?;
        Some(spell.percent)
    }

    /// Whether it strikes now; whoever asks lets it make a difference.
    pub(crate) fn strikes(
        &mut self,
        dice: &mut fastrand::Rng,
        fault: Fault,
        chain: usize,
        now: UnixMillis,
    ) -> bool {
        let strikes = self
            .percent(fault, chain, now)
            .is_some_and(|percent| dice.u8(..100) < percent);
        if strikes {
            self.fired[fault.place()] += 1;
        }
        strikes
    }

    /// It made a difference.
    pub(crate) fn fire(&mut self, fault: Fault) {
        self.fired[fault.place()] += 1;
    }
}
