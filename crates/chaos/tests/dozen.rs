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
    for point in CrashPoint::ALL {
        let times = tally.crashed.get(point.name());
        assert!(times.is_some(), "no server died at {}", point.name());
    }
    let moods = Mood::HONEST.map(|mood| format!("node {}", mood.name()));
    let faults = moods.iter().map(String::as_str);
    let faults = faults.chain([
        "PostgreSQL fast",
        "PostgreSQL immediate",
        "reorganisation of 1 to 4",
        "reorganisation of 5 to 16",
        "reorganisation of 17 to 64",
    ]);
    for fault in faults {
        assert!(tally.struck.contains_key(fault), "never: {fault}");
    }
}
