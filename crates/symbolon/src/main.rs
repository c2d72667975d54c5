//! The `symbolon` command: a register of verified investors, run by hand, by
//! scripts and by a service manager.
//!
//! [`cli`] reads the command line, [`config`] file and environment,
//! [`context`] opens what a command needs, and `commands` has a file for each.
//! What is printed where is [`output`]'s business alone; how a command ends,
//! [`exit`]'s.

mod cli;
mod commands;
mod compare;
mod config;
mod context;
mod csv_text;
mod database;
mod decided;
mod demo;
mod exit;
mod kind;
mod logs;
mod output;
mod subject;
mod vault;

use std::process::ExitCode;

use clap::Parser;
use cli::{Cli, Command};
use context::Context;
use exit::{Exit, Failure, Result};
use output::Output;

/// An import makes and drops a dozen small values a row.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    logs::start(matches!(cli.command, Command::Serve(_)));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let outcome = match runtime {
        Ok(runtime) => {
            let outcome = runtime.block_on(run(cli));
            // A read of stdin cannot be called off, and nobody waits for it.
            runtime.shutdown_background();
            outcome
        }
        Err(error) => Err(Failure::new(Exit::Unexpected, error)),
    };
    outcome.unwrap_or_else(|failure| {
        Output::error(&failure);
        failure.exit.into()
    })
}

async fn run(cli: Cli) -> Result<ExitCode> {
    let Cli { globals, command } = cli;
    let json = globals.json;
    let context = || Context::load(&globals);
    let exit = match command {
        Command::Demo(args) => return Ok(demo::run(cli::DemoArgs { json, ..args }).await?),
        // Needs neither configuration nor database.
        Command::Import(args) if args.dry_run => {
            commands::import::dry_run(&args, Output::new(json))?
        }
        Command::Token(args) => commands::token::run(&args, &globals, context).await?,
        Command::Doctor(args) => commands::doctor::run(&args, &globals).await?,
        Command::Serve(args) => commands::serve::run(&args, context()?).await?,
        Command::Import(args) => commands::import::run(&args, &context()?).await?,
        Command::Verify(args) => commands::verify::run(args, &context()?).await?,
        Command::Revoke(args) => commands::revoke::run(args, &context()?).await?,
        Command::Status(args) => commands::status::run(&args, &context()?).await?,
        Command::Receipt(args) => commands::receipt::run(&args, &context()?).await?,
        Command::Case(args) => commands::case::run(args, &context()?).await?,
        Command::Instances(args) => commands::instances::run(&args, &context()?).await?,
        Command::Customers(args) => commands::customers::run(args, &context()?).await?,
        Command::Links(args) => commands::links::run(args, &context()?).await?,
        Command::Export(args) => commands::export::run(&args, &context()?).await?,
        Command::Audit(args) => commands::audit::run(&args, &context()?).await?,
        Command::ApiKey(args) => commands::api_key::run(&args, &context()?).await?,
        Command::Chain(args) => commands::chain::run(args, &context()?).await?,
        Command::Authority(args) => commands::federation::authority::run(args, &context()?).await?,
        Command::Approvers(args) => commands::federation::approvers::run(args, &context()?).await?,
        Command::Proposal(args) => commands::federation::proposal::run(args, &context()?).await?,
        Command::Rules(args) => commands::rules::run(args, &context()?).await?,
        Command::Certificates(args) => commands::certificates::run(args, &context()?).await?,
        Command::Claims(args) => commands::claims::run(args, &context()?).await?,
        Command::Vault(args) => commands::vault::run(args, &context()?).await?,
        Command::Issuer(args) => commands::issuer::run(&args, &context()?).await?,
    };
    Ok(exit.into())
}
