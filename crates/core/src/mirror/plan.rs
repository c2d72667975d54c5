//! The cheapest writes that lead from what a chain holds to what it must hold.

use super::{
    batch::{AuthorityRestriction, Denial, Upsert},
    companion::PendingErrand,
    record::WalletRecord,
    rules::{Grounds, MAX_LEAP, denied, upserted},
};
use crate::{
    log::EntryNumber,
    wallet::{Version, WalletAddress},
};

/// A chain is owed news of a wallet because of an entry of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owed {
    /// Because of which entry.
    pub entry: EntryNumber,
    /// Which wallet.
    pub wallet: WalletAddress,
}

/// What a chain is no longer owed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Discharge {
    /// Rows of the outbox.
    pub rows: Vec<Owed>,
    /// Every change up to this entry, what the outbox holds aside.
    pub through: Option<EntryNumber>,
    /// What an authority has become.
    pub authority: Option<AuthorityRestriction>,
    /// What companions are told, or need no telling of.
    pub errands: Vec<PendingErrand>,
}

/// A wallet that a chain must be told about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PendingRecord {
    /// Because of what.
    pub owed: Owed,
    /// What the chain must hold.
    pub desired: WalletRecord,
    /// What it held when it was last looked at.
    pub observed: WalletRecord,
}

/// One wallet's way to what the chain must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The chain holds it already.
    Nothing,
    /// Write the whole record.
    Upsert(Upsert),
    /// Deny: fewer bytes, and it lands whatever the version.
    Deny(Denial),
    /// The chain stands at this version or a newer one that the register did
    /// not give: nothing the register may send would be taken (I12).
    Outranked,
}

/// The step for one wallet, given what the chain will hold once everything
/// under way has been mined.
pub fn step(wallet: WalletAddress, desired: WalletRecord, held: WalletRecord) -> Step {
    if desired.is_met_by(held) {
        return Step::Nothing;
    }
    if desired.version().0 > held.version().0.saturating_add(MAX_LEAP) {
        // Too far for one approval to count: climb by a denial first, which
        // leaves the wallet unverified for a while rather than wrongly verified.
        let version = Version(held.version().0.saturating_add(MAX_LEAP));
        let grounds = Grounds::REVOKED;
        return Step::Deny(Denial {
            wallet,
            version,
            grounds,
        });
    }
    if desired.denies() {
        let denial = Denial {
            wallet,
            version: desired.version(),
            grounds: Grounds::of(desired),
        };
        let by_denial = denied(held, denial.version, denial.grounds);
        let by_upsert = upserted(held, desired);
        if by_denial == desired || by_upsert != desired {
            return if by_denial == held {
                Step::Outranked
            } else {
                Step::Deny(denial)
            };
        }
    } else if upserted(held, desired) != desired {
        return Step::Outranked;
    }
    Step::Upsert(Upsert {
        wallet,
        record: desired,
    })
}

/// The step for a wallet to which something else is under way that may land
/// later, or never: a record that is written whole is the same word all the same.
pub fn whole_step(wallet: WalletAddress, desired: WalletRecord, held: WalletRecord) -> Step {
    match step(wallet, desired, held) {
        Step::Deny(denial)
            if denial.version == desired.version() && upserted(held, desired) == desired =>
        {
            Step::Upsert(Upsert {
                wallet,
                record: desired,
            })
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::Address;

    use super::*;

    fn wallet() -> WalletAddress {
        WalletAddress::new(Address::with_last_byte(1)).unwrap()
    }

    fn approved(version: u16) -> WalletRecord {
        WalletRecord::tombstone(Version(version))
            .with_identity(Address::with_last_byte(2))
            .with_approval(true)
    }

    #[test]
    fn a_first_approval_is_an_upsert() {
        let desired = approved(1);
        let upsert = Upsert {
            wallet: wallet(),
            record: desired,
        };
        assert_eq!(
            step(wallet(), desired, WalletRecord::EMPTY),
            Step::Upsert(upsert)
        );
        assert_eq!(step(wallet(), desired, desired), Step::Nothing);
    }

    #[test]
    fn a_revocation_is_a_denial() {
        let desired = approved(2).with_approval(false);
        let denial = Denial {
            wallet: wallet(),
            version: Version(2),
            grounds: Grounds::REVOKED,
        };
        assert_eq!(step(wallet(), desired, approved(1)), Step::Deny(denial));
    }

    #[test]
    fn beside_a_former_signer_a_revocation_is_a_whole_record() {
        let desired = approved(2).with_approval(false);
        let upsert = Upsert {
            wallet: wallet(),
            record: desired,
        };
        assert_eq!(
            whole_step(wallet(), desired, approved(1)),
            Step::Upsert(upsert)
        );
        let outranked = approved(7);
        assert!(matches!(
            whole_step(wallet(), desired, outranked),
            Step::Deny(_)
        ));
    }

    #[test]
    fn lifting_one_of_two_bars_needs_the_whole_record() {
        let held = approved(3).with_restriction(true).with_freeze(true);
        let desired = approved(4).with_freeze(true);
        assert!(matches!(step(wallet(), desired, held), Step::Upsert(_)));
    }

    /// What a chain was seen to hold may be older than an approval under way, by
    /// this signer or by a former one.
    #[test]
    fn a_removal_is_told_though_nothing_was_seen() {
        let desired = WalletRecord::tombstone(Version(2));
        for plan in [step, whole_step] {
            let planned = plan(wallet(), desired, WalletRecord::EMPTY);
            assert!(!matches!(planned, Step::Nothing), "{planned:?}");
        }
        let first = WalletRecord::tombstone(Version(1));
        let planned = step(wallet(), first, WalletRecord::EMPTY);
        assert_eq!(planned, Step::Nothing, "no chain was ever told of it");
    }

    #[test]
    fn a_removal_leaves_a_tombstone() {
        let desired = WalletRecord::tombstone(Version(2));
        let Step::Deny(denial) = step(wallet(), desired, approved(1)) else {
            panic!("a removal is a denial");
        };
        assert_eq!(denied(approved(1), denial.version, denial.grounds), desired);
    }

    #[test]
    fn an_approval_that_the_chain_outranks_is_not_sent() {
        assert_eq!(step(wallet(), approved(3), approved(7)), Step::Outranked);
    }

    #[test]
    fn a_denial_that_the_chain_outranks_still_lands() {
        let desired = approved(3).with_approval(false);
        assert!(matches!(
            step(wallet(), desired, approved(7)),
            Step::Deny(_)
        ));
    }

    #[test]
    fn the_longest_leap_is_one_approval() {
        let longest = approved(MAX_LEAP);
        let planned = step(wallet(), longest, WalletRecord::EMPTY);
        assert!(matches!(planned, Step::Upsert(_)), "{planned:?}");
    }

    #[test]
    fn a_leap_too_far_is_climbed_unverified() {
        let Step::Deny(denial) = step(wallet(), approved(5000), WalletRecord::EMPTY) else {
            panic!("climb first");
        };
        let climbed = denied(WalletRecord::EMPTY, denial.version, denial.grounds);
        assert!(climbed.denies());
        assert!(matches!(
            step(wallet(), approved(5000), climbed),
            Step::Upsert(_)
        ));
    }
}
