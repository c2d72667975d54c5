//! The command line: global options here, each command's own beside its work.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand};
use symbolon_core::ids::IssuerId;

use crate::{commands, exit};

const EXAMPLES: &str = "\
Examples:
  symbolon demo                                  the whole story, on two local chains
  symbolon issuer create acme                    a register of your own
  symbolon import customers.csv --dry-run        what is wrong with a file
  symbolon serve                                 REST on http://127.0.0.1:8080, docs at /docs
  symbolon doctor                                what is missing, and how to mend it

Without DATABASE_URL a private PostgreSQL keeps its data in .symbolon.";

/// A self-hosted register of verified investors for tokenised assets.
#[derive(Debug, Parser)]
#[command(
    name = "symbolon",
    version,
    max_term_width = 100,
    arg_required_else_help = true,
    disable_help_subcommand = false,
    after_help = format!("{EXAMPLES}\n\n{}", exit::HELP)
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) globals: Globals,

    /// What to do
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct Globals {
    /// The configuration [default: symbolon.toml in the current folder, if it is there]
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "SYMBOLON_CONFIG",
        hide_env_values = true
    )]
    pub(crate) config: Option<PathBuf>,

    /// Whose register [default: the only issuer's, if there is one]
    #[arg(
        long,
        global = true,
        value_name = "NAME",
        env = "SYMBOLON_ISSUER",
        hide_env_values = true
    )]
    pub(crate) issuer: Option<IssuerId>,

    /// Print one JSON document on stdout; words for people go to stderr
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Tell the whole story on a private database and two local chains
    Demo(DemoArgs),
    /// Serve REST and mirror the register to its chains
    Serve(commands::serve::ServeArgs),
    /// Verify the customers of a CSV file
    Import(commands::import::ImportArgs),
    /// Verify one investor by hand
    Verify(commands::verify::VerifyArgs),
    /// Withdraw verdicts
    Revoke(commands::revoke::RevokeArgs),
    /// Show where the register, a wallet or an investor stands
    Status(commands::status::StatusArgs),
    /// Make and list the deployments that share a register
    Instances(commands::instances::InstancesArgs),
    /// Keep what an instance knows of its customers, and link their wallets
    Customers(commands::customers::CustomersArgs),
    /// Make, list, send and take back links by which people are verified
    Links(commands::links::LinksArgs),
    /// Show when a wallet's denials reached each chain, against what was promised
    Receipt(commands::receipt::ReceiptArgs),
    /// Write out one investor's case, signed, or check such a file
    Case(commands::case::CaseArgs),
    /// Write out all investors and wallets
    Export(commands::export::ExportArgs),
    /// Prove that the log was not touched, or write it out
    Audit(commands::audit::AuditArgs),
    /// Check everything that the register needs, and say how to mend it
    Doctor(commands::doctor::DoctorArgs),
    /// Make, list and revoke keys of the REST API
    ApiKey(commands::api_key::ApiKeyArgs),
    /// Add, deploy and compare the chains that the register is mirrored to
    Chain(commands::chain::ChainArgs),
    /// Say who may verify investors beside the issuer, and where
    Authority(commands::federation::authority::AuthorityArgs),
    /// Say who must approve what the owner decides
    Approvers(commands::federation::approvers::ApproversArgs),
    /// Approve what the owner decides, or see what waits
    Proposal(commands::federation::proposal::ProposalArgs),
    /// Say who may hold the tokens, by country, and rehearse it
    Rules(commands::rules::RulesArgs),
    /// What investors are certified for, and on which chains
    Certificates(commands::certificates::CertificatesArgs),
    /// What is claimed of investors' identities, and on which chains
    Claims(commands::claims::ClaimsArgs),
    /// What is known of investors beyond their verdicts, and until when it is kept
    Vault(commands::vault::VaultArgs),
    /// Make tokens known, and rehearse how one would do with our registry
    Token(commands::token::TokenArgs),
    /// Make and list issuers
    Issuer(commands::issuer::IssuerArgs),
}

/// The arguments of `symbolon demo`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon demo
  symbolon demo --exit --json --fresh --customers customers.csv")]
pub(crate) struct DemoArgs {
    /// The customers to import [default: the example file]
    #[arg(long, value_name = "FILE")]
    pub(crate) customers: Option<PathBuf>,

    /// Where database and chains keep their data
    #[arg(long, value_name = "DIR", default_value = ".symbolon/demo")]
    pub(crate) data_dir: PathBuf,

    /// Begin anew: delete what an earlier run left in the data folder
    #[arg(long)]
    pub(crate) fresh: bool,

    /// End after the story instead of serving
    #[arg(long)]
    pub(crate) exit: bool,

    /// Leave the story out: start everything, and serve
    #[arg(long, conflicts_with = "exit")]
    pub(crate) stage: bool,

    /// Where to serve afterwards
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,

    /// The global `--json`, filled in by `main`.
    #[arg(skip)]
    pub(crate) json: bool,
}
