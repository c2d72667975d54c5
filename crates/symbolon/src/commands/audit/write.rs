//! The log, written out so that somebody else can check its hashes.

use std::{io::Write, path::Path};

use serde::Serialize;
use serde_json::{json, value::RawValue};
use symbolon_core::{
    ids::{InvestorId, IssuerId},
    log::EntryNumber,
};
use symbolon_store::{Store, StoredEntry};

use crate::{
    context::Context,
    csv_text::Target,
    exit::{Exit, Failure, Result},
    output::{counted, written},
};

const PAGE: u32 = 2000;

#[derive(Serialize)]
struct Line<'a> {
    issuer: &'a IssuerId,
    number: u64,
    at: u64,
    actor: &'a str,
    investor: InvestorId,
    /// Byte for byte as they were hashed.
    events: &'a RawValue,
    hash: alloy_primitives::B256,
}

/// Writes JSON lines; with `--json` and no file, one array of them.
pub(super) async fn run(output: Option<&Path>, context: &Context) -> Result<Exit> {
    let array = context.output.is_json() && output.is_none();
    let (entries, head) = context
        .with_issuer(async |store, issuer| {
            let mut target = Target::open(output)?;
            let entries = write_all(store, issuer, array, &mut target).await?;
            target.finish()?;
            Ok((entries, store.head(issuer).await?))
        })
        .await?;
    if let Some(path) = output {
        let document = json!({ "entries": entries, "file": path, "head": head.hash });
        let text = || {
            format!(
                "{} in {}",
                counted(entries, "entry", "entries"),
                path.display()
            )
        };
        context.output.result(&document, text)?;
    }
    Ok(Exit::Done)
}

async fn write_all(
    store: &Store,
    issuer: &IssuerId,
    array: bool,
    target: &mut Target,
) -> Result<u64> {
    let mut after = EntryNumber::default();
    let mut entries = 0;
    loop {
        let page = store.entries(issuer, after, PAGE).await?;
        let Some(last) = page.last() else {
            let end = match (array, entries) {
                (false, _) => "",
                (true, 0) => "[]\n",
                (true, _) => "\n]\n",
            };
            written(write!(target, "{end}"))?;
            return Ok(entries);
        };
        after = last.entry.number;
        for stored in &page {
            let before = match (array, entries) {
                (false, _) => "",
                (true, 0) => "[\n",
                (true, _) => ",\n",
            };
            let after = if array { "" } else { "\n" };
            written(write!(target, "{before}{}{after}", line(issuer, stored)?))?;
            entries += 1;
        }
    }
}

pub(crate) fn line(issuer: &IssuerId, stored: &StoredEntry) -> Result<String> {
    let entry = &stored.entry;
    let unreadable = |error: serde_json::Error| {
        Failure::new(
            Exit::Tampering,
            format!(
                "entry {} is no JSON ({error}): run `symbolon audit verify`",
                entry.number.0
            ),
        )
    };
    let line = Line {
        issuer,
        number: entry.number.0,
        at: entry.at.0,
        actor: &entry.actor,
        investor: entry.investor,
        events: serde_json::from_str(&entry.events).map_err(unreadable)?,
        hash: stored.hash,
    };
    serde_json::to_string(&line).map_err(unreadable)
}
