//! One run: a storm, calm, and what came of it.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Result, anyhow};
use futures::future::{Either, join_all, select};
use symbolon_sandbox::{PrivatePostgres, Shutdown};
use tokio::time::{Instant, sleep_until, timeout};

use crate::{
    chain::Chain,
    issuer::Issuer,
    plan::{Fault, Mood, Plan, STORM_MS},
    program::Program,
    promises,
    report::Report,
    servers::Servers,
    stage::Stage,
};

/// By when the chains must have followed, once nothing is broken any more. Anvil
/// keeps a transaction for ever that it took while a block included the one before
/// it: a lane replaces such a one after some eight seconds of blocks without it.
const BOUND: Duration = Duration::from_secs(40);

/// What runs share, and where they write.
#[derive(Debug)]
pub struct Ground {
    program: Program,
    postgres: PrivatePostgres,
    logs: PathBuf,
}

impl Ground {
    /// Starts a PostgreSQL in this folder; of runs that fail, the logs are left
    /// there.
    pub async fn prepare(program: Program, folder: &Path) -> Result<Self> {
        let postgres = PrivatePostgres::start_disposable(&folder.join("postgres")).await?;
        Ok(Self {
            program,
            postgres,
            logs: folder.join("logs"),
        })
    }

    /// Where this run's processes write.
    pub fn logs_of(&self, seed: u64) -> PathBuf {
        self.logs.join(format!("run-{seed}"))
    }

    /// Lives through a plan.
    pub async fn run(&mut self, plan: &Plan, told: impl Fn(&str)) -> Report {
        let begun = Instant::now();
        let folder = self.logs_of(plan.seed);
        let mut report = Report {
            seed: plan.seed,
            ..Report::default()
        };
        let _ = std::fs::remove_dir_all(&folder);
        if let Err(error) = self.live(plan, &folder, &mut report, &told).await {
            report.differences.push(format!("{error:#}"));
        }
        if report.differences.is_empty() {
            let _ = std::fs::remove_dir_all(&folder);
        }
        report.took_ms = millis(begun);
        report
    }

    async fn live(
        &mut self,
        plan: &Plan,
        folder: &Path,
        report: &mut Report,
        told: &impl Fn(&str),
    ) -> Result<()> {
        let stage = Stage::set(plan, &self.postgres, folder).await?;
        told("the stage is set");
        let program = &self.program.path;
        let servers = Servers::start(program, folder, plan.servers, &plan.crashes);
        let issuer = Issuer::new(&stage.key, servers.shared().clone())?;
        let postgres = &mut self.postgres;
        let storm = async {
            let wallets = issuer.begin(plan).await?;
            told("the customers are known");
            let begun = Instant::now();
            let (expected, struck) = tokio::join!(
                issuer.live(plan, wallets, begun),
                storm(plan, &stage, postgres, begun, told)
            );
            Ok::<_, anyhow::Error>((expected?, struck?))
        };
        let settled = async {
            let (expected, struck) = storm.await?;
            for node in stage.chains.iter().flat_map(|chain| &chain.nodes) {
                node.be(Mood::Well);
            }
            servers.shared().calm_down();
            told("calm");
            let calm = Instant::now();
            if timeout(BOUND, promises::until_settled(&stage))
                .await
                .is_err()
            {
                let owed = promises::owed(&stage).await;
                return Err(anyhow!("not settled within {BOUND:?}: {owed}"));
            }
            told("settled");
            let after = millis(calm);
            let differences = promises::differences(&stage, program, &issuer, &expected).await?;
            Ok((expected, struck, after, differences))
        };
        let watched = join_watch(&stage.chains, &issuer);
        let outcome = match select(Box::pin(settled), Box::pin(watched)).await {
            Either::Left((outcome, _)) => outcome,
            Either::Right((broken, _)) => Err(anyhow!(broken)),
        };
        told("everything is compared");
        let (crashed, broken) = servers.end().await?;
        told("the servers have ended");
        report.differences.extend(broken);
        for crash in crashed {
            let name = crash.point.name().to_owned();
            *report.crashed.entry(name).or_default() += 1;
        }
        let (expected, struck, after, differences) = outcome?;
        report.differences.extend(differences);
        report.settled_after_ms = after;
        report.operations = plan.customers.iter().map(|life| life.len() as u64).sum();
        report.operations += expected.len() as u64;
        report.struck = struck;
        let spoilt = stage.chains.iter().flat_map(|chain| &chain.nodes);
        for (mood, times) in spoilt.flat_map(|node| node.fired()) {
            *report.struck.entry(format!("node {mood}")).or_default() += u64::from(times);
        }
        stage.strike(&self.postgres).await
    }

    /// Ends what runs share.
    pub async fn leave(self) -> Result<()> {
        Ok(self.postgres.stop().await?)
    }
}

/// Returns with the first broken promise of any chain.
async fn join_watch(chains: &[Chain; 2], issuer: &Issuer) -> String {
    let [first, second] = chains;
    let first = Box::pin(promises::watch(first, issuer));
    let second = Box::pin(promises::watch(second, issuer));
    select(first, second).await.factor_first().0
}

/// Everything breaks, as the plan has it. Returns how often each fault struck.
async fn storm(
    plan: &Plan,
    stage: &Stage,
    postgres: &mut PrivatePostgres,
    begun: Instant,
    told: &impl Fn(&str),
) -> Result<BTreeMap<String, u64>> {
    let mut struck = BTreeMap::new();
    let mut count = |name: &str, times: u64| {
        if times > 0 {
            *struck.entry(name.to_owned()).or_default() += times;
        }
    };
    let moods = plan.strikes.iter().filter_map(|strike| match strike.fault {
        Fault::Node {
            chain,
            node,
            mood,
            for_ms,
        } => Some((strike.at_ms, &stage.chains[chain].nodes[node], mood, for_ms)),
        _ => None,
    });
    let moods = moods.map(|(at_ms, node, mood, for_ms)| async move {
        sleep_until(begun + Duration::from_millis(at_ms)).await;
        node.be(mood);
        sleep_until(begun + Duration::from_millis(at_ms + for_ms)).await;
        node.be(Mood::Well);
    });
    let rest = async {
        for strike in &plan.strikes {
            match strike.fault {
                Fault::Node { .. } => continue,
                Fault::Reorganisation { chain, depth } => {
                    sleep_until(begun + Duration::from_millis(strike.at_ms)).await;
                    let undone = stage.chains[chain].reorganise(depth).await?;
                    told(&format!(
                        "{depth} blocks of chain {chain} replaced, {undone} transactions undone"
                    ));
                    count(depth_class(depth), 1);
                    count("transactions undone", undone);
                }
                Fault::Database(shutdown) => {
                    sleep_until(begun + Duration::from_millis(strike.at_ms)).await;
                    postgres.restart(shutdown).await?;
                    told("PostgreSQL restarted");
                    count(
                        match shutdown {
                            Shutdown::Fast => "PostgreSQL fast",
                            Shutdown::Immediate => "PostgreSQL immediate",
                        },
                        1,
                    );
                }
            }
        }
        Ok::<_, anyhow::Error>(())
    };
    let (_, rest) = tokio::join!(join_all(moods), rest);
    rest?;
    sleep_until(begun + Duration::from_millis(STORM_MS)).await;
    Ok(struck)
}

fn depth_class(depth: u64) -> &'static str {
    match depth {
        0..=4 => "reorganisation of 1 to 4",
        5..=16 => "reorganisation of 5 to 16",
        _ => "reorganisation of 17 to 64",
    }
}

fn millis(since: Instant) -> u64 {
    since.elapsed().as_millis().try_into().unwrap_or(u64::MAX)
}
