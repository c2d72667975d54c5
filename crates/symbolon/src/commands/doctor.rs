//! `symbolon doctor`: is everything there that the register needs? Each check
//! says what it found and how to mend it.

mod chains;
mod machine;
mod nodes;
mod people;
mod registrars;
mod retention;
mod vault;

use clap::Args;
use serde::Serialize;
use symbolon_core::ids::IssuerId;
use symbolon_server::Clock;

use crate::{
    cli::Globals,
    config::{self, Config},
    database::{BEGIN, Database, missing},
    exit::{Exit, Result},
    output::{Output, counted},
};

/// The arguments of `symbolon doctor`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon doctor
  symbolon doctor --json | jq '.checks[] | select(.status != \"ok\")'

Warnings exit with 0, failures with 9.")]
pub(crate) struct DoctorArgs {}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    /// As it should be.
    Ok,
    /// It works, but somebody should look.
    Warn,
    /// It does not work.
    Fail,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Check {
    name: String,
    status: Status,
    detail: String,
    remedy: Option<String>,
}

/// What was found so far.
#[derive(Debug, Default)]
struct Findings(Vec<Check>);

impl Findings {
    fn ok(&mut self, name: impl Into<String>, detail: impl Into<String>) {
        self.add(name.into(), Status::Ok, detail.into(), None);
    }

    fn warn(
        &mut self,
        name: impl Into<String>,
        detail: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.add(
            name.into(),
            Status::Warn,
            detail.into(),
            Some(remedy.into()),
        );
    }

    fn fail(
        &mut self,
        name: impl Into<String>,
        detail: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.add(
            name.into(),
            Status::Fail,
            detail.into(),
            Some(remedy.into()),
        );
    }

    /// A failure of the usual form, `what: remedy`.
    fn failure(&mut self, name: impl Into<String>, failure: impl std::fmt::Display) {
        let text = failure.to_string();
        match text.rsplit_once(": ") {
            Some((detail, remedy)) => self.fail(name, detail, remedy),
            None => self.fail(name, text, "see `symbolon --help`"),
        }
    }

    fn add(&mut self, name: String, status: Status, detail: String, remedy: Option<String>) {
        self.0.push(Check {
            name,
            status,
            detail,
            remedy,
        });
    }

    fn count(&self, status: Status) -> u64 {
        self.0.iter().filter(|check| check.status == status).count() as u64
    }
}

#[derive(Serialize)]
struct Report<'a> {
    ok: bool,
    checks: &'a [Check],
}

/// Runs `symbolon doctor`.
pub(crate) async fn run(_args: &DoctorArgs, globals: &Globals) -> Result<Exit> {
    let output = Output::new(globals.json);
    let mut findings = Findings::default();
    let config = match Config::load(globals.config.as_deref(), config::environment) {
        Ok(config) => {
            machine::configuration(&config, &mut findings);
            Some(config)
        }
        Err(failure) => {
            findings.failure("configuration", failure);
            None
        }
    };
    machine::clock(&Clock::system(), &mut findings);
    if let Some(config) = &config {
        people::check(config, &mut findings).await;
        on_database(config, globals.issuer.as_ref(), output, &mut findings).await;
    }
    machine::tools(&mut findings);
    let ok = findings.count(Status::Fail) == 0;
    let report = Report {
        ok,
        checks: &findings.0,
    };
    output.result(&report, || text(&findings))?;
    Ok(if ok { Exit::Done } else { Exit::Unhealthy })
}

async fn on_database(
    config: &Config,
    issuer: Option<&IssuerId>,
    output: Output,
    findings: &mut Findings,
) {
    if let Some(folder) = missing(config) {
        let detail = format!("there is no register in {} yet", folder.display());
        findings.warn("database", detail, BEGIN);
        return;
    }
    let database = match Database::open(config, output).await {
        Ok(database) => database,
        Err(failure) => {
            findings.failure("database", failure);
            return;
        }
    };
    machine::database(&database, findings).await;
    let clock = Clock::system();
    chains::check(config, &database.store, issuer, &clock, findings).await;
    registrars::check(config, &database.store, issuer, findings).await;
    vault::check(config, &database, findings).await;
    retention::check(&database.store, &clock, findings).await;
    database.close().await;
}

fn text(findings: &Findings) -> String {
    let mut lines = Vec::new();
    for check in &findings.0 {
        let mark = match check.status {
            Status::Ok => "ok  ",
            Status::Warn => "warn",
            Status::Fail => "FAIL",
        };
        lines.push(format!("{mark}  {}: {}", check.name, check.detail));
        if let Some(remedy) = &check.remedy {
            lines.push(format!("      → {remedy}"));
        }
    }
    let (warnings, failures) = (findings.count(Status::Warn), findings.count(Status::Fail));
    lines.push(format!(
        "{}, {}",
        counted(failures, "failure", "failures"),
        counted(warnings, "warning", "warnings")
    ));
    lines.join("\n")
}
