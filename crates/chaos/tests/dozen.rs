//! A dozen runs at each run of the tests; `make chaos` lives through more.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test")]

use symbolon_chaos::{
    plan::{Mood, Plan, Switches},
    program::Program,
    report::Tally,
    run::Ground,
};
use symbolon_store::CrashPoint;

const RUNS: u64 = 12;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_differs_whatever_breaks() {
    let program = Program::build().unwrap();
    let folder = program.target().unwrap().join("chaos/dozen");
    std::fs::create_dir_all(&folder).unwrap();
    let mut ground = Ground::prepare(program, &folder).await.unwrap();
    let mut tally = Tally::default();
    for seed in 0..RUNS {
        let plan = Plan::of(seed, Switches::default());
        let report = ground.run(&plan, |_| {}).await;
        println!("run {seed} took {} ms", report.took_ms);
        tally.add(&report);
    }
    ground.leave().await.unwrap();
    assert!(tally.broken.is_empty(), "{:#?}", tally.broken);
    // Each is planned; whether a process comes by in time is the machine's business.
    let (crashed, struck) = (&tally.crashed, &tally.struck);
    println!("{crashed:?}\n{struck:?}");
    assert!(
        crashed.len() >= CrashPoint::ALL.len() * 2 / 3,
        "{crashed:?}"
    );
    let moods = Mood::HONEST.iter().filter(|mood| {
        let name = format!("node {}", mood.name());
        struck.contains_key(&name)
    });
    assert!(moods.count() >= Mood::HONEST.len() / 2, "{struck:?}");
    for fault in [
        "PostgreSQL fast",
        "PostgreSQL immediate",
        "reorganisation of 1 to 4",
        "reorganisation of 5 to 16",
        "reorganisation of 17 to 64",
    ] {
        assert!(struck.contains_key(fault), "never: {fault}");
    }
}
