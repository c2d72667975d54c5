//! `symbolon vault`: what is known of investors beyond their verdicts, and until when
//! it is kept.
//!
//! No value of a profile is an argument, since shells and process lists remember
//! arguments: values come from files or stdin, and go to stdout or into an encrypted
//! archive, each time for a purpose that the log has before.

mod custody;
mod due;
mod erase;
pub(super) mod export;
mod known;
pub(super) mod profile;
pub(super) mod retention;
mod rotate;

use clap::{Args, Subcommand};
use symbolon_core::{actor::Actor, command::Command, custody::Remark};

use crate::{
    context::Context,
    decided::{WhomArgs, decide},
    exit::{Exit, Result},
    subject::operator,
};

/// The arguments of `symbolon vault`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon vault put 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed jane.json
  symbolon vault show --external-id C-00042 --purpose \"yearly review\"
  symbolon vault hold --external-id C-00042 --reference \"BaFin 2026-118\"
  symbolon vault erase --due --yes --json

It needs a master key: [vault] of the configuration names one, see `symbolon
serve --help`. Beside a private PostgreSQL one is made by itself.")]
pub(crate) struct VaultArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Change what is known of an investor
    Put(profile::PutArgs),
    /// Make somebody new known, by a profile
    Register(profile::RegisterArgs),
    /// Open a profile; the log keeps who did and what for
    Show(profile::ShowArgs),
    /// Find investors by a whole e-mail address or national id, read from stdin
    Find(profile::FindArgs),
    /// Show until when a profile is kept, and for whom
    Custody(custody::CustodyArgs),
    /// Place a legal hold: profiles are kept until it is lifted
    #[command(after_help = "\
Example:
  symbolon vault hold --external-id C-00042 --reference \"BaFin 2026-118\"")]
    Hold(HoldArgs),
    /// Lift a legal hold; others stay, and so does the clock
    #[command(after_help = "\
Example:
  symbolon vault lift --external-id C-00042 --reference \"BaFin 2026-118\"")]
    Lift(HoldArgs),
    /// Show or set for how many years profiles are kept after the relation has ended
    Retention(retention::RetentionArgs),
    /// List the profiles that the law keeps no longer
    Due(due::DueArgs),
    /// Erase profiles whose time has come; it cannot be undone
    Erase(erase::EraseArgs),
    /// Put every key under the present master key, while everything goes on
    Rotate(rotate::RotateArgs),
    /// Give profiles out to a regulator, encrypted; the log keeps whose and what for
    Export(export::ExportArgs),
}

/// A legal hold.
#[derive(Debug, Args)]
struct HoldArgs {
    #[command(flatten)]
    whom: WhomArgs,

    /// Who needs it kept, such as a case number; the log keeps it, so nothing about the person
    #[arg(long, value_name = "TEXT")]
    reference: Remark,
}

/// Who asks for it.
#[derive(Debug, Args)]
pub(in crate::commands) struct ByArgs {
    /// Who asks for it [default: the user of this machine]
    #[arg(
        long,
        value_name = "NAME",
        env = "SYMBOLON_OPERATOR",
        hide_env_values = true
    )]
    operator: Option<String>,
}

impl ByArgs {
    /// Whoever asks, as the log names them.
    pub(in crate::commands) fn actor(&self) -> Result<Actor> {
        let operator = operator(self.operator.as_deref())?;
        Ok(Actor::command_line(&operator))
    }
}

/// Runs `symbolon vault`.
pub(crate) async fn run(args: VaultArgs, context: &Context) -> Result<Exit> {
    match args.action {
        Action::Put(args) => profile::put(&args, context).await,
        Action::Register(args) => profile::register(&args, context).await,
        Action::Show(args) => profile::show(&args, context).await,
        Action::Find(args) => profile::find(&args, context).await,
        Action::Custody(args) => custody::show(&args, context).await,
        Action::Hold(HoldArgs { whom, reference }) => {
            let hold = Command::PlaceHold { reference };
            decide(whom, &hold, "held", context).await
        }
        Action::Lift(HoldArgs { whom, reference }) => {
            let lift = Command::LiftHold { reference };
            decide(whom, &lift, "lifted", context).await
        }
        Action::Retention(args) => retention::run(&args, context).await,
        Action::Due(args) => due::run(&args, context).await,
        Action::Erase(args) => erase::run(args, context).await,
        Action::Rotate(args) => rotate::run(&args, context).await,
        Action::Export(args) => export::run(&args, context).await,
    }
}
