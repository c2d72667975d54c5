//! Whether an authority may touch an investor (I5).

use super::Refusal;
use crate::{
    authority::Mandate,
    command::{Command, Verdict},
    country::Country,
    investor::Investor,
    mirror::planted::{Bug, is_planted},
};

/// Refuses what the mandate does not reach: an authority that is cut off, an
/// investor of another country, a verdict for one; and whatever anybody asks
/// where a chain decides.
///
/// Where nobody has judged an investor yet, no country is known: then it is
/// the business of the authority that made it known, and of the owner. And only
/// the authority in charge lets an investor's wallets count, so that cutting it
/// off undoes all that it let count; a verdict of its own puts it in charge.
pub(super) fn check(
    mandate: &Mandate,
    investor: Option<&Investor>,
    command: &Command,
) -> Result<(), Refusal> {
    match (mandate, command) {
        // What decides nothing is no matter of the chain that decides.
        (Mandate::Owner, _)
        | (Mandate::Spectator, Command::Expire | Command::RenewRecord { .. }) => return Ok(()),
        (Mandate::Spectator, command) if concerns_profile(command) => return Ok(()),
        (Mandate::Spectator, _) => return Err(Refusal::WriterIsOnChain),
        (Mandate::Limited { .. }, _) => {}
    }
    let authority = mandate.authority();
    if mandate.is_restricted() {
        return Err(Refusal::AuthorityRestricted(authority));
    }
    if matches!(
        command,
        Command::Reassign { .. } | Command::MergeInvestor { .. }
    ) {
        return Err(Refusal::OwnerOnly);
    }
    // Whom an instance knows is no matter of who is in charge, as reading is not.
    if matches!(command, Command::AddCustomer { .. }) {
        return Ok(());
    }
    let reached = |country: Country| match mandate.covers(country) {
        true => Ok(()),
        false if is_planted(Bug::AnyCountry) => Ok(()),
        false => Err(Refusal::OutsideJurisdiction { authority, country }),
    };
    if let Some(investor) = investor {
        match investor.status.verdict() {
            Some(held) => {
                reached(held.country)?;
                if investor.authority != authority
                    && (approves(command) || concerns_profile(command))
                {
                    return Err(Refusal::OtherAuthority(investor.authority));
                }
            }
            None if investor.authority != authority => {
                return Err(Refusal::OtherAuthority(investor.authority));
            }
            None => {}
        }
    }
    verdict_in(command).map_or(Ok(()), |verdict| reached(verdict.country))
}

/// Whether a command may let a wallet count that did not, other than by a
/// verdict.
fn approves(command: &Command) -> bool {
    matches!(
        command,
        Command::LinkWallet { .. }
            | Command::ProveWallet(_)
            | Command::OfferLink { .. }
            | Command::SettleVerification { .. }
            | Command::ReactivateWallet { .. }
            | Command::RecoverWallet { .. }
            | Command::LiftRestriction
            | Command::UnfreezeAssets { .. }
            | Command::Certify { .. }
            | Command::IssueClaim { .. }
    )
}

/// Whether a command is about what the vault keeps, and decides about nobody.
fn concerns_profile(command: &Command) -> bool {
    matches!(
        command,
        Command::PlaceHold { .. }
            | Command::LiftHold { .. }
            | Command::ChangeProfile { .. }
            | Command::OpenProfile { .. }
            | Command::ExportProfile { .. }
            | Command::EraseProfile { .. }
            | Command::AddCustomer { .. }
            | Command::ChangeCustomer { .. }
            | Command::OpenCustomer { .. }
            | Command::ExportCustomer { .. }
            | Command::MergeInvestor { .. }
    )
}

fn verdict_in(command: &Command) -> Option<&Verdict> {
    match command {
        Command::Verify(verdict) | Command::Admit { verdict, .. } => Some(verdict),
        _ => None,
    }
}
