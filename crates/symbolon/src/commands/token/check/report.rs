//! What was found, and what it comes to. [`text`] has it for people.

use alloy_primitives::Address;
mod text;

use serde::Serialize;
use symbolon_core::ids::ChainId;

use super::{
    cast::Cast,
    gaps::{self, Gap},
    plan::Plan,
    subject::Subject,
    trials::{Outcome, Wanted},
};

/// One operation through all stages.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Line {
    pub(super) operation: &'static str,
    pub(super) wanted: Wanted,
    /// With the token's own registry.
    pub(super) today: Outcome,
    /// With ours.
    pub(super) registry: Outcome,
    /// With senders asked about too.
    pub(super) guarded: Option<Outcome>,
    /// After the way back.
    pub(super) back: Outcome,
}

/// What became of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Finding {
    /// As it must be, before and after.
    Works,
    /// As it must be after, and was not before.
    Mended,
    /// As it must be before, and not after.
    Breaks,
    /// Not as it must be, before and after.
    FailsToday,
    /// What must be refused passes, before and after.
    Unprotected,
    /// It could not be tried at some stage.
    Untried,
}

/// The whole report.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Report {
    /// Whether every operation works after all transactions, and the way back leads back.
    pub(super) works: bool,
    chain_id: ChainId,
    block: u64,
    token: Subject,
    cast: Cast,
    operations: Vec<Judged>,
    /// Verified today, and not in our registry before the rehearsal copied them.
    not_in_our_registry: Vec<Address>,
    unprotected: Vec<Gap>,
    pub(super) transactions: Plan,
}

/// A line with what it comes to.
#[derive(Clone, Debug, Serialize)]
struct Judged {
    finding: Finding,
    returns: bool,
    gas_ratio: Option<f64>,
    #[serde(flatten)]
    line: Line,
}

impl Line {
    /// After all transactions.
    fn last(&self) -> &Outcome {
        self.guarded.as_ref().unwrap_or(&self.registry)
    }

    fn finding(&self) -> Finding {
        match (self.today.is(self.wanted), self.last().is(self.wanted)) {
            (Some(true), Some(true)) => Finding::Works,
            (Some(false), Some(true)) => Finding::Mended,
            (Some(true), Some(false)) => Finding::Breaks,
            (Some(false), Some(false)) if self.wanted == Wanted::Refuse => Finding::Unprotected,
            (Some(false), Some(false)) => Finding::FailsToday,
            (None, _) | (_, None) => Finding::Untried,
        }
    }

    /// Whether the way back led back.
    fn returns(&self) -> bool {
        self.today.is(self.wanted) == self.back.is(self.wanted)
    }

    fn gas_ratio(&self) -> Option<f64> {
        Some(self.last().gas()? as f64 / self.today.gas()? as f64)
    }
}

impl Report {
    pub(super) fn new(
        (chain_id, block): (ChainId, u64),
        token: Subject,
        cast: Cast,
        plan: Plan,
        lines: Vec<Line>,
        missing: Vec<Address>,
    ) -> Self {
        let unprotected = gaps::of(&token, &plan, &lines);
        let operations: Vec<_> = lines
            .into_iter()
            .map(|line| Judged {
                finding: line.finding(),
                returns: line.returns(),
                gas_ratio: line.gas_ratio(),
                line,
            })
            .collect();
        let works = operations.iter().all(|judged| {
            judged.returns && !matches!(judged.finding, Finding::Breaks | Finding::FailsToday)
        });
        Self {
            works,
            chain_id,
            block,
            token,
            cast,
            operations,
            not_in_our_registry: missing,
            unprotected,
            transactions: plan,
        }
    }
}
