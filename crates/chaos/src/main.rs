//! `make chaos RUNS=N`: lives through many runs, and tells in which anything
//! differed.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command")]

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use anyhow::{Context, Result};
use clap::Parser;
use futures::future::try_join_all;
use symbolon_chaos::{
    memory::Memory,
    plan::{Plan, Switches},
    program::Program,
    report::{Report, Tally},
    run::Ground,
};
use symbolon_store::CrashPoint;

/// Lives through runs of real faults, each from its seed, and tells in which
/// anything differed.
#[derive(Debug, Parser)]
#[command(after_help = "\
Ctrl-C and the same command go on: runs that have passed with the same build are not
repeated.

Examples:
  make chaos RUNS=300
  make chaos ARGS=\"--seed 17 --told\"")]
struct Arguments {
    /// How many runs
    #[arg(long, default_value_t = 12)]
    runs: u64,
    /// The first one's seed
    #[arg(long, default_value_t = 0)]
    first: u64,
    /// Only this run, whether it has passed or not
    #[arg(long)]
    seed: Option<u64>,
    /// How many side by side
    #[arg(long, default_value_t = 1)]
    side_by_side: u64,
    /// Prints the plans, and what happens
    #[arg(long)]
    told: bool,
    /// Reorganisations may undo what was final
    #[arg(long)]
    beyond: bool,
    /// Lanes have three nodes, of which one may lie
    #[arg(long)]
    nodes: bool,
    /// Prints the result as JSON
    #[arg(long)]
    json: bool,
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let program = Program::build()?;
    let folder = program.target()?.join("chaos");
    std::fs::create_dir_all(&folder)?;
    let begun = Instant::now();
    let tally = live(&arguments, &program, &folder).await?;
    tell(&arguments, &tally, begun.elapsed().as_secs_f64());
    Ok(match tally.broken.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

impl Arguments {
    fn switches(&self) -> Switches {
        Switches {
            beyond: self.beyond,
            nodes: self.nodes,
        }
    }
}

async fn live(arguments: &Arguments, program: &Program, folder: &Path) -> Result<Tally> {
    let switches = arguments.switches();
    let memory = Memory::open(&folder.join("passed.jsonl"), &program.fingerprint, switches)?;
    let seeds: Vec<_> = match arguments.seed {
        Some(seed) => vec![seed],
        None => (arguments.first..arguments.first.saturating_add(arguments.runs)).collect(),
    };
    let mut tally = Tally::default();
    let mut to_do = Vec::new();
    for seed in seeds {
        match memory.passed.get(&seed) {
            Some(report) if arguments.seed.is_none() => tally.add(report),
            _ => to_do.push(seed),
        }
    }
    if tally.runs > 0 {
        eprintln!("{} runs have passed already", tally.runs);
    }
    let shared = Shared {
        to_do,
        next: AtomicU64::new(0),
        outcome: Mutex::new((memory, tally)),
    };
    let worker = |number| {
        work(
            arguments,
            program,
            folder.join(format!("ground-{number}")),
            &shared,
        )
    };
    try_join_all((0..arguments.side_by_side.max(1)).map(worker)).await?;
    let (_, tally) = shared
        .outcome
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    Ok(tally)
}

struct Shared {
    to_do: Vec<u64>,
    next: AtomicU64,
    outcome: Mutex<(Memory, Tally)>,
}

async fn work(
    arguments: &Arguments,
    program: &Program,
    folder: PathBuf,
    shared: &Shared,
) -> Result<()> {
    let ground = Ground::prepare(program.clone(), &folder).await;
    let mut ground = ground.context("no ground to run on")?;
    loop {
        let place = shared.next.fetch_add(1, Ordering::Relaxed);
        let place = usize::try_from(place)?;
        let Some(seed) = shared.to_do.get(place).copied() else {
            return ground.leave().await;
        };
        let plan = Plan::of(seed, arguments.switches());
        if arguments.told {
            eprintln!("{plan:#?}");
        }
        let begun = Instant::now();
        let report = ground
            .run(&plan, |what| {
                if arguments.told {
                    eprintln!("{:>7.3} {what}", begun.elapsed().as_secs_f64());
                }
            })
            .await;
        let mut outcome = shared
            .outcome
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let (memory, tally) = &mut *outcome;
        tally.add(&report);
        if report.differences.is_empty() {
            memory.note(&report)?;
        } else {
            broken(&report, &plan, &ground.logs_of(seed));
        }
        let (done, all) = (place + 1, shared.to_do.len());
        let seconds = report.took_ms as f64 / 1_000.0;
        eprintln!("{done} of {all}: run {seed} took {seconds:.1} s");
    }
}

fn broken(report: &Report, plan: &Plan, logs: &Path) {
    eprintln!("run {} DIFFERS:", report.seed);
    for difference in &report.differences {
        eprintln!("  {difference}");
    }
    eprintln!("its plan: {plan:?}");
    eprintln!("its logs: {}", logs.display());
}

fn tell(arguments: &Arguments, tally: &Tally, seconds: f64) {
    let mean = tally.took_ms as f64 / 1_000.0 / tally.runs.max(1) as f64;
    if arguments.json {
        let broken = tally.broken.iter().map(
            |report| serde_json::json!({"seed": report.seed, "differences": report.differences}),
        );
        let document = serde_json::json!({
            "runs": tally.runs, "differences": broken.collect::<Vec<_>>(),
            "operations": tally.operations, "mean_ms": (mean * 1_000.0).round(),
            "longest_ms": tally.longest_ms, "slowest_to_settle_ms": tally.slowest_ms,
            "crashed": tally.crashed, "struck": tally.struck,
        });
        println!("{document}");
        return;
    }
    println!(
        "{} runs in {seconds:.0} s, {mean:.1} s each, the longest {:.1} s; {} operations",
        tally.runs,
        tally.longest_ms as f64 / 1_000.0,
        tally.operations
    );
    println!("servers killed themselves:");
    for point in CrashPoint::ALL.map(CrashPoint::name) {
        let times = tally.crashed.get(point).copied().unwrap_or_default();
        println!("  {point:<28}{times}");
    }
    println!("and beside that:");
    for (fault, (runs, times)) in &tally.struck {
        println!("  {fault:<28}{times} in {runs} runs");
    }
    println!("both in one run:");
    let faults: Vec<_> = tally.struck.keys().collect();
    for point in CrashPoint::ALL.map(CrashPoint::name) {
        let met = |fault: &&String| {
            let pair = (point.to_owned(), (*fault).clone());
            tally
                .met
                .get(&pair)
                .copied()
                .unwrap_or_default()
                .to_string()
        };
        let met: Vec<_> = faults.iter().map(met).collect();
        println!("  {point:<28}{}", met.join(" "));
    }
    println!(
        "the slowest settled {:.1} s after the faults",
        tally.slowest_ms as f64 / 1_000.0
    );
    println!("{} runs differed", tally.broken.len());
}
