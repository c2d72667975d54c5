//! `make simulate SEEDS=N`: lives through many worlds, and tells which broke a
//! promise.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command")]

use std::{process::ExitCode, time::Instant};

use anyhow::Result;
use clap::Parser;
use symbolon_simulation::{Fault, Tally, run_all};

/// Lives through many worlds, each from its seed, and tells which broke a promise.
#[derive(Debug, Parser)]
#[command(after_help = "\
Examples:
  make simulate SEEDS=100000
  make simulate ARGS=\"--first 51 --seeds 1 --told\"")]
struct Arguments {
    /// How many worlds
    #[arg(long, default_value_t = 1_000)]
    seeds: u64,
    /// The first one's seed
    #[arg(long, default_value_t = 0)]
    first: u64,
    /// Prints all that happens in each
    #[arg(long)]
    told: bool,
    /// Plants each of the known bugs instead, and tells what catches it
    #[cfg(feature = "planted-bugs")]
    #[arg(long)]
    planted: bool,
    /// Prints the result as JSON
    #[arg(long)]
    json: bool,
}

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    #[cfg(feature = "planted-bugs")]
    if arguments.planted {
        return tell_planted();
    }
    let begun = Instant::now();
    let seeds = arguments.first..arguments.first.saturating_add(arguments.seeds);
    let tally = run_all(seeds, arguments.told, |seed| {
        let done = seed + 1 - arguments.first;
        if done.is_multiple_of(10_000) {
            eprintln!("{done} worlds");
        }
    })?;
    let seconds = begun.elapsed().as_secs_f64();
    tell(&arguments, &tally, seconds);
    Ok(match tally.broken.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

#[cfg(feature = "planted-bugs")]
fn tell_planted() -> Result<ExitCode> {
    let caught = symbolon_simulation::planted::all_caught(|each| println!("{each}"))?;
    Ok(match caught.iter().all(|each| each.by.is_some()) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

fn tell(arguments: &Arguments, tally: &Tally, seconds: f64) {
    let rate = tally.worlds as f64 / seconds;
    let (first, second, together) = tally.rarest_pair();
    if arguments.json {
        let fired: serde_json::Map<_, _> = Fault::ALL
            .into_iter()
            .zip(tally.fired_in)
            .map(|(fault, worlds)| (format!("{fault:?}"), worlds.into()))
            .collect();
        let document = serde_json::json!({
            "first_seed": arguments.first, "worlds": tally.worlds,
            "worlds_a_second": rate.round(),
            "broken": tally.broken.iter().map(|report| serde_json::json!({
                "seed": report.seed, "how": report.broken })).collect::<Vec<_>>(),
            "operations": tally.operations, "refused": tally.refused, "signed": tally.signed,
            "equal_within_twice_finality_and_a_look": tally.swift,
            "slowest_to_be_equal_ms": tally.slowest_equal_ms,
            "slowest_to_settle_ms": tally.slowest_ms,
            "faults_fired_in": fired,
            "rarest_pair": [format!("{first:?}"), format!("{second:?}")],
            "rarest_pair_in": together,
        });
        println!("{document}");
        return;
    }
    println!(
        "{} worlds from seed {}, {rate:.0} a second: {} operations, {} transactions signed",
        tally.worlds, arguments.first, tally.operations, tally.signed
    );
    for (fault, worlds) in Fault::ALL.into_iter().zip(tally.fired_in) {
        println!(
            "  {:<28}made a difference in {worlds}",
            format!("{fault:?}")
        );
    }
    println!("  the rarest pair, {first:?} and {second:?}, met in {together}");
    println!(
        "  in {} all chains equalled the register within twice finality and a look, in the slowest {:.1} s after the faults; nothing was under way any more after {:.1} s",
        tally.swift,
        tally.slowest_equal_ms as f64 / 1_000.0,
        tally.slowest_ms as f64 / 1_000.0
    );
    for report in tally.broken.iter().take(20) {
        println!(
            "BROKEN in world {}: {}",
            report.seed,
            report.broken.join("; ")
        );
    }
    println!("{} worlds broke a promise", tally.broken.len());
}
