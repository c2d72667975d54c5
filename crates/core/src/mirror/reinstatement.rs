//! When a chain may be told that an authority counts again.
//!
//! A reinstatement is an approval of everybody whom the authority verified, at
//! one stroke. Whoever is to be denied by then must be denied on the chain
//! first, or it would count there for a moment. Whoever is denied later was
//! verified in between, and what the chain shows until it hears of the denial is
//! no worse than for anybody else. So a reinstatement waits for the denials that
//! were decided before it, and for no others: else it would wait for ever where
//! denials never cease.
//!
//! What makes that safe, for each wallet that was denied before the
//! reinstatement and is so still:
//!
//! 1. Entries are numbered in the order in which they are decided, and a denial
//!    is owed in the same transaction (I1). So whoever sees the reinstatement
//!    sees, among what is owed or unmined, every denial before it that no
//!    confirmed block has shown.
//! 2. A denial is owed by the number of its own entry for as long as the wallet
//!    is to be denied. A later change that denies it as well does not make it
//!    younger.
//! 3. A stored transaction is as old as the oldest denial that it was stored
//!    for ([`Envelope::oldest_denial`]), and all that are open as the oldest
//!    that was struck because one of them carries it already.
//! 4. If it comes to nothing, its wallets are owed again by that number.
//!
//! So the wallet keeps a number before the reinstatement's until a confirmed
//! block has shown its denial, whatever fails, restarts or is told twice.
//!
//! [`Envelope::oldest_denial`]: super::lane::Envelope::oldest_denial

use crate::log::EntryNumber;

/// Whether a chain may be told of a reinstatement that this entry decided, where
/// the oldest denial that it is owed, or that is yet to be confirmed, is of that one.
pub fn may_reinstate(decided: EntryNumber, oldest_denial: Option<EntryNumber>) -> bool {
    oldest_denial.is_none_or(|oldest| oldest > decided)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reinstatement_waits_for_older_denials_alone() {
        let decided = EntryNumber(5);
        assert!(may_reinstate(decided, None));
        assert!(may_reinstate(decided, Some(EntryNumber(6))));
        assert!(!may_reinstate(decided, Some(EntryNumber(5))));
        assert!(!may_reinstate(decided, Some(EntryNumber(4))));
    }
}
