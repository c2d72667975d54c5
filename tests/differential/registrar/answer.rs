//! What becomes of a call.

/// On either side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    CarriedOut,
    /// It needs more approvals.
    Waits,
    Refused,
}

/// What core says of a call of the registrar's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    CarriedOut,
    Waits,
    /// With the stable word for why.
    Refused(&'static str),
    /// Here the two differ on purpose, for this reason: nobody is asked.
    Apart(&'static str),
}
