//! What a run, and many, came to.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How one run ended.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Report {
    /// Which.
    pub seed: u64,
    /// What differed from what must be so; empty where nothing did.
    pub differences: Vec<String>,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// How long after the faults every chain equalled the register, in
    /// milliseconds.
    pub settled_after_ms: u64,
    /// What the issuer asked for, and was answered.
    pub operations: u64,
    /// How often each server died where it was told to, by the point's name.
    pub crashed: BTreeMap<String, u64>,
    /// How often each other fault struck; of nodes, how many questions it spoilt.
    pub struck: BTreeMap<String, u64>,
}

/// What many came to.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// How many.
    pub runs: u64,
    /// Those in which something differed.
    pub broken: Vec<Report>,
    /// Milliseconds of all together.
    pub took_ms: u64,
    /// The longest run, in milliseconds.
    pub longest_ms: u64,
    /// The longest that it took to settle, in milliseconds.
    pub slowest_ms: u64,
    /// What was asked.
    pub operations: u64,
    /// How often servers died, by point.
    pub crashed: BTreeMap<String, u64>,
    /// In how many runs each other fault struck, and how often in all.
    pub struck: BTreeMap<String, (u64, u64)>,
    /// In how many runs a crash point and a fault met.
    pub met: BTreeMap<(String, String), u64>,
}

impl Tally {
    /// Counts one more.
    pub fn add(&mut self, report: &Report) {
        self.runs += 1;
        self.took_ms += report.took_ms;
        self.longest_ms = self.longest_ms.max(report.took_ms);
        self.slowest_ms = self.slowest_ms.max(report.settled_after_ms);
        self.operations += report.operations;
        for (point, times) in &report.crashed {
            *self.crashed.entry(point.clone()).or_default() += times;
        }
        for (fault, times) in &report.struck {
            let (runs, all) = self.struck.entry(fault.clone()).or_default();
            *runs += 1;
            *all += times;
            for point in report.crashed.keys() {
                let pair = (point.clone(), fault.clone());
                *self.met.entry(pair).or_default() += 1;
            }
        }
        if !report.differences.is_empty() {
            self.broken.push(report.clone());
        }
    }
}
