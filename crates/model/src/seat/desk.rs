//! The two desks of a lane.

use super::books::Part;

/// Whose turn it is to plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Desk {
    /// Denials, first (I3).
    Denials,
    /// Everything else.
    Approvals,
}

impl Desk {
    pub(super) const fn of(part: Part) -> Self {
        match part {
            Part::Denials => Self::Denials,
            Part::Again | Part::InTurn => Self::Approvals,
        }
    }
}
