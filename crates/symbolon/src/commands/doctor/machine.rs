//! Configuration, database, clock and tools.

use std::path::PathBuf;

use symbolon_core::time::UnixSeconds;
use symbolon_server::Clock;
use symbolon_store::{Diagnosis, Store};

use super::Findings;
use crate::{config::Config, database::Database, exit::Result, output::counted};

/// When this was written: no honest clock shows less.
const WRITTEN: UnixSeconds = UnixSeconds(1_763_683_200);

/// Clocks this far apart would make expiries a matter of opinion.
const CLOCKS_APART_S: u64 = 5;

/// The file, and who can read its secrets.
pub(super) fn configuration(config: &Config, findings: &mut Findings) {
    let source = match &config.file {
        Some(file) => file.display().to_string(),
        None => "no file, defaults and environment".to_owned(),
    };
    let lanes = counted(config.lanes.len() as u64, "lane", "lanes");
    findings.ok("configuration", format!("{source}; {lanes}"));
    let of_lanes = config.lanes.iter().flat_map(|lane| lane.weaknesses());
    let of_registrars = config
        .registrars
        .iter()
        .filter_map(|found| found.weakness());
    let of_vault = config.vault.weaknesses();
    for weakness in of_lanes.chain(of_registrars).chain(of_vault) {
        match weakness.rsplit_once(": ") {
            Some((detail, remedy)) => findings.warn("secrets", detail, remedy),
            None => findings.warn("secrets", weakness, "chmod 600 the file"),
        }
    }
}

/// Whether the machine's clock is set at all. The chains' heads tell more.
pub(super) fn clock(clock: &Clock, findings: &mut Findings) {
    let now = clock.now();
    if now < WRITTEN {
        findings.fail(
            "clock",
            format!("it says {now}"),
            "set the clock, and keep it by NTP: expiries depend on it",
        );
    } else {
        findings.ok("clock", format!("it says {now}"));
    }
}

/// Reached and migrated it is; whether it takes writes, and what is in it.
pub(super) async fn database(database: &Database, findings: &mut Findings) {
    let kind = if database.is_private() {
        "private PostgreSQL"
    } else {
        "PostgreSQL"
    };
    match database.store.diagnose().await {
        Ok(found) => diagnosed(kind, &found, findings),
        Err(error) => findings.failure("database", error),
    }
    match writable(&database.store).await {
        Ok(0) => findings.warn(
            "issuers",
            "there is no issuer yet",
            "make one with `symbolon issuer create NAME`",
        ),
        Ok(issuers) => findings.ok(
            "issuers",
            format!(
                "{}; the register takes writes",
                counted(issuers, "issuer", "issuers")
            ),
        ),
        Err(failure) => findings.failure("database writes", failure),
    }
}

/// The version, the schema, and whether the two clocks agree.
fn diagnosed(kind: &str, found: &Diagnosis, findings: &mut Findings) {
    if found.schema_is_current {
        let version = &found.version;
        findings.ok(
            "database",
            format!("{kind} {version}, reachable, its schema up to date"),
        );
    } else {
        let detail = "its schema is another version's";
        findings.fail("database", detail, "run the `symbolon` that belongs to it");
    }
    let ours = Clock::system().now();
    let apart = ours.0.abs_diff(found.now.0);
    if apart > CLOCKS_APART_S {
        let detail = format!("{apart} s from the database's");
        findings.fail("clocks", detail, "keep both machines' clocks by NTP");
    } else {
        findings.ok("clocks", "this machine's and the database's agree");
    }
}

/// Locks an issuer's row and commits it unchanged.
async fn writable(store: &Store) -> Result<u64> {
    let issuers = store.issuers().await?;
    if let Some(first) = issuers.first() {
        store.begin(&first.id).await?.commit().await?;
    }
    Ok(issuers.len() as u64)
}

/// What only the demo and development need.
pub(super) fn tools(findings: &mut Findings) {
    for (tool, purpose, remedy) in [
        (
            "anvil",
            "local chains of `symbolon demo`",
            "run `make setup`; serving does not need it",
        ),
        (
            "node",
            "`make setup`",
            "install Node 20 or newer; serving does not need it",
        ),
    ] {
        match found(tool) {
            Some(_) => findings.ok(tool, format!("found, for {purpose}")),
            None => findings.warn(tool, format!("not found; it is for {purpose}"), remedy),
        }
    }
}

/// On PATH, or among the npm packages of a folder above this one or above the
/// program, where the sandbox looks too.
fn found(tool: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let named = std::env::var_os(format!("SYMBOLON_{}", tool.to_ascii_uppercase()));
    let here = [std::env::current_dir(), std::env::current_exe()];
    let packaged = here.iter().flatten().flat_map(|place| place.ancestors());
    let packaged = packaged.map(|folder| folder.join("node_modules/.bin").join(tool));
    let on_path = std::env::split_paths(&path).map(|folder| folder.join(tool));
    named
        .map(PathBuf::from)
        .into_iter()
        .chain(packaged)
        .chain(on_path)
        .find(|candidate| candidate.is_file())
}
