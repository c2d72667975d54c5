//! `make bench`: each promise measured against a floor or a peer in the same
//! run, since a machine's absolute speed says nothing about the code.
//!
//! Prints a table and writes `target/bench.json`. An argument runs those
//! measurements alone whose name contains it.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that prints"
)]

mod contracts;
mod customers;
mod gas;
mod import;
mod load;
mod lookup;
mod mirror;
mod pairs;
mod people;
mod program;
mod reconcile;
mod registrar;
mod revocation;
mod row;
mod signing;
mod stage;
mod trex;
mod vault;
mod webhooks;

use std::process::ExitCode;

use anyhow::{Context, Result};
use comfy_table::{Table, presets::UTF8_FULL_CONDENSED};
use futures::future::BoxFuture;

use row::Row;

/// As in the program that is measured.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Measurement = fn() -> BoxFuture<'static, Result<Vec<Row>>>;

/// Every measurement, by the word that selects it.
const MEASUREMENTS: [(&str, Measurement); 13] = [
    ("gas", || Box::pin(async { gas::measure() })),
    ("registrar", || Box::pin(async { registrar::measure() })),
    ("contracts", || Box::pin(contracts::measure())),
    ("trex", || Box::pin(trex::measure())),
    ("signing", || Box::pin(async { signing::measure() })),
    ("import", || Box::pin(import::measure())),
    ("lookup", || Box::pin(lookup::measure())),
    ("mirror", || Box::pin(mirror::measure())),
    ("reconcile", || Box::pin(reconcile::measure())),
    ("revocation", || Box::pin(revocation::measure())),
    ("vault", || Box::pin(vault::measure())),
    ("webhooks", || Box::pin(webhooks::measure())),
    ("people", || Box::pin(people::measure())),
];

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let only = std::env::args().nth(1).unwrap_or_default();
    let mut rows = Vec::new();
    for (name, measure) in MEASUREMENTS {
        if name.contains(&only) {
            eprintln!("measuring {name} …");
            rows.extend(
                measure()
                    .await
                    .with_context(|| format!("measuring {name}"))?,
            );
        }
    }
    print(&rows);
    let file = "target/bench.json";
    std::fs::create_dir_all("target")?;
    std::fs::write(file, serde_json::to_string_pretty(&rows)?)?;
    eprintln!("written to {file}");
    let broken = rows.iter().filter(|row| !row.holds).count();
    if broken > 0 {
        eprintln!("{broken} of {} bars do not hold", rows.len());
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

fn print(rows: &[Row]) {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header([
        "what",
        "measured",
        "unit",
        "floor or peer",
        "ratio",
        "bar",
        "holds",
    ]);
    // A twentieth would round to the same as a twenty-fifth.
    let ratio = |ratio: f64| {
        if ratio < 0.1 {
            format!("1/{:.1}", ratio.recip())
        } else {
            format!("{ratio:.2}")
        }
    };
    for row in rows {
        let number = |value: f64| {
            if value.abs() >= 100.0 {
                format!("{value:.0}")
            } else {
                format!("{value:.2}")
            }
        };
        table.add_row([
            row.name.clone(),
            number(row.value),
            row.unit.to_owned(),
            row.floor.map_or_else(|| "–".to_owned(), number),
            row.ratio.map_or_else(|| "–".to_owned(), ratio),
            row.bar.clone(),
            if row.holds { "yes" } else { "NO" }.to_owned(),
        ]);
    }
    println!("{table}");
}
