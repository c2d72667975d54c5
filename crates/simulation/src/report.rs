//! What one world, and many, came to.

use crate::{faults::Fault, policy::SWIFT};

/// How one world ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Which world.
    pub seed: u64,
    /// The hash over all that happened: the same seed gives the same.
    pub trace: u64,
    /// Which promises were broken, and how; empty where all were kept.
    pub broken: Vec<String>,
    /// How often each fault made a difference, in the order of [`Fault::ALL`].
    pub fired: [u32; Fault::ALL.len()],
    /// What was asked of the register.
    pub operations: u32,
    /// What of it was refused.
    pub refused: u32,
    /// Transactions that were signed.
    pub signed: u32,
    /// How long after the faults every chain equalled the register for good, in ms.
    pub equal_after_ms: u64,
    /// How long after the faults nothing was owed or under way any more, in ms.
    pub settled_after_ms: u64,
}

/// What many worlds came to.
#[derive(Clone, Debug)]
pub struct Tally {
    /// How many.
    pub worlds: u64,
    /// Those that broke a promise.
    pub broken: Vec<Report>,
    /// In how many worlds each fault made a difference.
    pub fired_in: [u64; Fault::ALL.len()],
    /// In how many each two did.
    pub pairs: [[u64; Fault::ALL.len()]; Fault::ALL.len()],
    /// What was asked of the registers.
    pub operations: u64,
    /// What of it was refused.
    pub refused: u64,
    /// Transactions that were signed.
    pub signed: u64,
    /// In how many the chains equalled the register within [`SWIFT`].
    pub swift: u64,
    /// The longest that it took until they did, in ms.
    pub slowest_equal_ms: u64,
    /// The longest that it took to settle, in ms.
    pub slowest_ms: u64,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            worlds: 0,
            broken: Vec::new(),
            fired_in: [0; Fault::ALL.len()],
            pairs: [[0; Fault::ALL.len()]; Fault::ALL.len()],
            operations: 0,
            refused: 0,
            signed: 0,
            swift: 0,
            slowest_equal_ms: 0,
            slowest_ms: 0,
        }
    }
}

impl Tally {
    /// Counts one more.
    pub fn add(&mut self, report: Report) {
        self.worlds += 1;
        self.operations += u64::from(report.operations);
        self.refused += u64::from(report.refused);
        self.signed += u64::from(report.signed);
        let is_swift = report.broken.is_empty() && report.equal_after_ms <= SWIFT;
        self.swift += u64::from(is_swift);
        self.slowest_equal_ms = self.slowest_equal_ms.max(report.equal_after_ms);
        self.slowest_ms = self.slowest_ms.max(report.settled_after_ms);
        for (a, first) in report.fired.iter().enumerate() {
            self.fired_in[a] += u64::from(*first > 0);
            for (b, second) in report.fired.iter().enumerate() {
                self.pairs[a][b] += u64::from(*first > 0 && *second > 0);
            }
        }
        if !report.broken.is_empty() {
            self.broken.push(report);
        }
    }

    /// Adds what others counted.
    pub fn merge(&mut self, other: Self) {
        self.worlds += other.worlds;
        self.broken.extend(other.broken);
        self.operations += other.operations;
        self.refused += other.refused;
        self.signed += other.signed;
        self.swift += other.swift;
        self.slowest_equal_ms = self.slowest_equal_ms.max(other.slowest_equal_ms);
        self.slowest_ms = self.slowest_ms.max(other.slowest_ms);
        for a in 0..Fault::ALL.len() {
            self.fired_in[a] += other.fired_in[a];
            for b in 0..Fault::ALL.len() {
                self.pairs[a][b] += other.pairs[a][b];
            }
        }
    }

    /// The two faults that met least often, and in how many worlds.
    pub fn rarest_pair(&self) -> (Fault, Fault, u64) {
        let mut rarest = (Fault::ALL[0], Fault::ALL[1], u64::MAX);
        for (a, first) in Fault::ALL.into_iter().enumerate() {
            for (b, second) in Fault::ALL.into_iter().enumerate().skip(a + 1) {
                if self.pairs[a][b] < rarest.2 {
                    rarest = (first, second, self.pairs[a][b]);
                }
            }
        }
        rarest
    }
}
