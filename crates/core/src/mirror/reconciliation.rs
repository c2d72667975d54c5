//! What follows where a chain holds something else than the register: a foreign
//! write, a log that was missed, a register restored from a backup.
//!
//! 1. Whom the register denies, the chain is told to deny at once.
//! 2. Whom the chain denies and the register approves stays denied there, and a
//!    person decides (I12): the denial may be a decision that the register lost.
//! 3. Where both approve, the register's record is written anew.
//!
//! A record that the chain would not take as it stands, since the chain has seen
//! a newer version, is given a version above that one first ([`lands`]).

#[cfg(test)]
mod tests;

use super::{
    planted::{Bug, is_planted},
    record::WalletRecord,
    rules::{Grounds, denied},
};
use crate::time::UnixSeconds;

/// How a wallet's record on a chain compares with what it must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Finding {
    /// The chain holds what it must, or denies where no more is due.
    InStep,
    /// The chain is owed the right record, or a transaction carries it.
    OnItsWay,
    /// An agent's write, within the term for which it counts.
    Provisional,
    /// The chain approves whom the register denies, or does not know.
    ChainApproves,
    /// The chain denies whom the register approves.
    ChainDenies,
    /// Both deny or both approve, by different records; or the chain never heard
    /// of a wallet that the register approves.
    Differs,
}

/// Compares what a chain must hold of a wallet with what a final block showed
/// there, at `now` by the chain's time. `on_its_way`: whether the chain is still
/// owed it, or a transaction that may yet be mined carries it.
pub fn finding(
    desired: WalletRecord,
    held: WalletRecord,
    on_its_way: bool,
    now: UnixSeconds,
) -> Finding {
    if desired.is_met_by(held) {
        return Finding::InStep;
    }
    if on_its_way {
        return Finding::OnItsWay;
    }
    // What no chain was ever told of is not denied: an agent may know more.
    let never_told = desired.version().is_zero();
    if held.is_provisional() && counts(held, now) && (never_told || counts(desired, now)) {
        return Finding::Provisional;
    }
    match (desired.denies(), counts(desired, now)) {
        (true, _) if !held.denies() => Finding::ChainApproves,
        // Who is nobody may be denied in any words.
        (true, _) if !desired.is_contained() => Finding::InStep,
        (true, _) => Finding::Differs,
        (false, false) if counts(held, now) => Finding::ChainApproves,
        // The verdict has ended here, and there it does not count either.
        (false, false) => Finding::InStep,
        (false, true) if counts(held, now) || held == WalletRecord::EMPTY => Finding::Differs,
        (false, true) => Finding::ChainDenies,
    }
}

/// Whether what a chain is owed is on its way there. An approval is not that waits
/// because the register may have lost decisions (`lossy`), and that the chain would
/// not take: what it denies may be such a decision.
pub fn is_on_its_way(desired: WalletRecord, held: WalletRecord, lossy: bool) -> bool {
    !lossy || desired.denies() || lands(desired, held)
}

/// What is known of a wallet beside its records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Circumstances {
    /// Somebody holds it, so that the log can give it a version.
    pub bound: bool,
    /// A transaction that may yet be mined writes it.
    pub carried: bool,
    /// A person is to decide about it already, on any chain.
    pub disputed: bool,
    /// It is suspect on another chain too, and was not understood there yet.
    pub unclear_elsewhere: bool,
    /// Nobody expected what was seen: what is on its way was planned upon
    /// something else.
    pub unexpected: bool,
    /// The register may have lost decisions, as any chain has shown, so whatever it
    /// cannot explain waits for a person.
    pub lossy: bool,
}

/// What follows from a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Remedy {
    /// Nothing, and nobody need decide about it here.
    Nothing,
    /// The chain is being told.
    Wait,
    /// It is compared again: what is on its way may be of no use there, or not
    /// do all.
    LookAgain,
    /// It is compared again once it is known what other chains hold: a newer version
    /// would be written there, too, and might lift what somebody has denied.
    AwaitOthers,
    /// The chain is told again, and nobody need decide about it here: what it was
    /// seen to deny may be undone.
    Tell {
        /// By a newer version, since it would not take the record as it stands.
        renewed: bool,
    },
    /// A person decides.
    Dispute,
}

/// What is done about a wallet that compares so.
pub fn remedy(
    finding: Finding,
    desired: WalletRecord,
    held: WalletRecord,
    known: Circumstances,
) -> Remedy {
    let lands = lands(desired, held);
    let renewed = !lands && known.bound;
    let overwriting = match known.lossy {
        true => Bug::RestoreReapproves,
        false => Bug::ForeignDenialOverwritten,
    };
    match finding {
        // What is mined late, after a reorganisation say, may leave another word.
        Finding::InStep | Finding::Provisional if known.carried => Remedy::LookAgain,
        Finding::InStep | Finding::Provisional => Remedy::Nothing,
        Finding::OnItsWay if !lands || known.unexpected => Remedy::LookAgain,
        Finding::OnItsWay => Remedy::Wait,
        Finding::ChainDenies if is_planted(overwriting) => Remedy::Tell { renewed },
        Finding::ChainDenies => Remedy::Dispute,
        // To renew it would write it where it is disputed, too.
        Finding::ChainApproves | Finding::Differs
            if !desired.denies() && (known.lossy || (renewed && known.disputed)) =>
        {
            Remedy::Dispute
        }
        Finding::Differs if renewed && !desired.denies() && known.unclear_elsewhere => {
            Remedy::AwaitOthers
        }
        // Who is nobody here may be approved elsewhere, where a renewal would lift
        // what is denied; a denial lands as it stands (I2).
        Finding::ChainApproves | Finding::Differs => {
            let lifts = !desired.is_contained() && (known.disputed || known.unclear_elsewhere);
            Remedy::Tell {
                renewed: renewed && !lifts,
            }
        }
    }
}

/// Whether the chain, which holds `held`, would take the register's record as it
/// stands, though it climb to its version first. If not, the record must be given
/// a newer version.
pub fn lands(desired: WalletRecord, held: WalletRecord) -> bool {
    let by_denial = || denied(held, desired.version(), Grounds::of(desired));
    desired.version() > held.version() || (desired.denies() && by_denial() == desired)
}

/// Whether a record lets its wallet pass at this moment, authorities aside.
fn counts(record: WalletRecord, now: UnixSeconds) -> bool {
    record.is_contained() && !record.denies() && record.expiry().is_none_or(|expiry| now < expiry)
}
