//! What a seed comes to: everything that a run will do, and when.
//!
//! A plan repeats a run's choices, never its exact timing: the processes are
//! real.

use fastrand::Rng;
use serde::Serialize;
use symbolon_sandbox::Shutdown;
use symbolon_store::CrashPoint;

/// Faults and requests begin within this many milliseconds.
pub const STORM_MS: u64 = 2_500;

/// How deep a block may be when it counts as final, in a run.
const CONFIRMATIONS: [u32; 5] = [2, 5, 12, 33, 65];
/// No reorganisation is deeper.
pub const DEEPEST: u64 = 64;
/// Coprime with the number of points, so that neighbouring seeds spread over
/// them all.
const STRIDE: u64 = 5;

/// What may happen beyond what every lane withstands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Switches {
    /// Reorganisations may undo what was final.
    pub beyond: bool,
    /// Lanes have three nodes, two of which must agree, and one may lie.
    pub nodes: bool,
}

/// A run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Where it comes from.
    pub seed: u64,
    /// The chains.
    pub chains: [ChainPlan; 2],
    /// How many servers share the database.
    pub servers: usize,
    /// Each customer's share, in the order of its operations.
    pub customers: Vec<Vec<Errand>>,
    /// Where servers die: each start of one takes the next.
    pub crashes: Vec<Crash>,
    /// What happens to everything else, in order.
    pub strikes: Vec<Strike>,
}

/// One chain.
#[derive(Clone, Copy, Debug)]
pub struct ChainPlan {
    /// How deep a block must be to count, the newest being 1 deep.
    pub confirmations: u32,
    /// A block so often, whether anything waits or not.
    pub block_ms: u64,
    /// Whether each transaction makes a block besides.
    pub automatic: bool,
    /// How many nodes the lane is given.
    pub nodes: usize,
}

/// A server kills itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crash {
    /// Where.
    pub point: CrashPoint,
    /// At which passage.
    pub passage: u32,
}

/// A customer is judged.
#[derive(Clone, Copy, Debug)]
pub struct Errand {
    /// Not before this moment of the storm.
    pub at_ms: u64,
    /// How.
    pub operation: Operation,
}

/// What the issuer decides about a verified customer, or takes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// The verdict is withdrawn.
    Revoke,
    /// It is given again.
    VerifyAgain,
    /// It is prolonged.
    Renew,
    /// All wallets are barred.
    Restrict,
    /// They are not any more.
    Lift,
    /// Nothing moves at all.
    Freeze,
    /// It moves again.
    Unfreeze,
}

/// Something breaks.
#[derive(Clone, Copy, Debug)]
pub struct Strike {
    /// When in the storm.
    pub at_ms: u64,
    /// What.
    pub fault: Fault,
}

/// What breaks beside the servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// So many blocks are replaced by empty ones.
    Reorganisation {
        /// On which chain.
        chain: usize,
        /// How many.
        depth: u64,
    },
    /// A node behaves so for a while.
    Node {
        /// On which chain.
        chain: usize,
        /// Which of the lane's nodes there.
        node: usize,
        /// How.
        mood: Mood,
        /// For how long, in milliseconds.
        for_ms: u64,
    },
    /// PostgreSQL is stopped and started.
    Database(Shutdown),
}

/// How a node behaves towards a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mood {
    /// As it should.
    Well,
    /// It takes its time.
    Slow,
    /// Connections break.
    Dead,
    /// It answers with errors.
    Failing,
    /// It accepts transactions and drops them.
    Swallowing,
    /// It does what it is asked, and the answer is lost.
    Unheard,
    /// It knows of no receipts.
    Blind,
    /// It makes up receipts and records: for lanes of several nodes.
    Lying,
}

impl Mood {
    /// What a single node may be without being believed what is not so.
    pub const HONEST: [Self; 6] = [
        Self::Slow,
        Self::Dead,
        Self::Failing,
        Self::Swallowing,
        Self::Unheard,
        Self::Blind,
    ];

    /// Its name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::Slow => "slow",
            Self::Dead => "dead",
            Self::Failing => "failing",
            Self::Swallowing => "swallowing",
            Self::Unheard => "unheard",
            Self::Blind => "blind",
            Self::Lying => "lying",
        }
    }
}

impl Plan {
    /// The same seed and switches give the same plan.
    pub fn of(seed: u64, switches: Switches) -> Self {
        let mut random = Rng::with_seed(seed);
        let chains = [0, 1].map(|place| {
            let confirmations = CONFIRMATIONS[(seed as usize + 2 * place) % CONFIRMATIONS.len()];
            ChainPlan {
                confirmations,
                // Whatever is deep comes fast, so that a run stays short.
                block_ms: match confirmations {
                    0..=5 => random.u64(60..=250),
                    _ => random.u64(20..=50),
                },
                automatic: random.bool(),
                nodes: if switches.nodes { 3 } else { 1 },
            }
        });
        let customers = (0..random.usize(8..=40))
            .map(|_| life(&mut random))
            .collect();
        let points = CrashPoint::ALL.len() as u64;
        let crashes = (0..random.u64(2..=4))
            .map(|life| Crash {
                point: CrashPoint::ALL[((seed + life * STRIDE) % points) as usize],
                passage: random.u32(1..=2),
            })
            .collect();
        let mut strikes = strikes(seed, &chains, switches, &mut random);
        strikes.sort_by_key(|strike| strike.at_ms);
        Self {
            seed,
            chains,
            servers: 1 + usize::from(random.u8(0..3) == 0),
            customers,
            crashes,
            strikes,
        }
    }
}

/// What happens to one customer, who begins verified.
fn life(random: &mut Rng) -> Vec<Errand> {
    let mut last = Operation::VerifyAgain;
    let mut moments: Vec<_> = (0..random.usize(1..=4))
        .map(|_| random.u64(0..STORM_MS))
        .collect();
    moments.sort_unstable();
    let step = |at_ms| {
        let choices: &[Operation] = match last {
            Operation::Revoke => &[Operation::VerifyAgain],
            Operation::Restrict => &[Operation::Lift],
            Operation::Freeze => &[Operation::Unfreeze],
            _ => &[
                Operation::Revoke,
                Operation::Revoke,
                Operation::Revoke,
                Operation::Renew,
                Operation::Restrict,
                Operation::Freeze,
            ],
        };
        last = choices[random.usize(..choices.len())];
        Errand {
            at_ms,
            operation: last,
        }
    };
    moments.into_iter().map(step).collect()
}

fn strikes(
    seed: u64,
    chains: &[ChainPlan; 2],
    switches: Switches,
    random: &mut Rng,
) -> Vec<Strike> {
    let mut strikes = Vec::new();
    for (place, chain) in chains.iter().enumerate() {
        let most = match switches.beyond {
            true => DEEPEST,
            false => DEEPEST.min(u64::from(chain.confirmations) - 1),
        };
        for _ in 0..random.u8(1..=3) {
            let depth = random.u64(1..=most);
            let fault = Fault::Reorganisation {
                chain: place,
                depth,
            };
            let at_ms = random.u64(200..STORM_MS);
            strikes.push(Strike { at_ms, fault });
        }
        let node = random.usize(..chain.nodes);
        let moods = Mood::HONEST.len();
        let first = (seed as usize + place * 3) % moods;
        let mut mood = Mood::HONEST[first];
        if chain.nodes > 1 && random.bool() {
            mood = Mood::Lying;
        }
        let fault = Fault::Node {
            chain: place,
            node,
            mood,
            for_ms: match mood {
                Mood::Slow | Mood::Dead | Mood::Failing => random.u64(200..=1_200),
                // It must be asked for just that meanwhile.
                _ => random.u64(900..=1_600),
            },
        };
        let at_ms = random.u64(0..STORM_MS / 2);
        strikes.push(Strike { at_ms, fault });
    }
    if !seed.is_multiple_of(3) {
        let shutdown = match seed % 3 {
            1 => Shutdown::Fast,
            _ => Shutdown::Immediate,
        };
        let at_ms = random.u64(300..STORM_MS);
        let fault = Fault::Database(shutdown);
        strikes.push(Strike { at_ms, fault });
    }
    strikes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_plan_again() {
        for seed in 0..50 {
            let plan = |seed| format!("{:?}", Plan::of(seed, Switches::default()));
            assert_eq!(plan(seed), plan(seed));
            assert_ne!(plan(seed), plan(seed + 1));
        }
    }

    #[test]
    fn nothing_final_is_undone_unless_it_is_asked_for() {
        let undoes = |switches, seed| {
            let plan = Plan::of(seed, switches);
            plan.strikes.iter().any(|strike| match strike.fault {
                Fault::Reorganisation { chain, depth } => {
                    depth >= u64::from(plan.chains[chain].confirmations)
                }
                _ => false,
            })
        };
        let beyond = Switches {
            beyond: true,
            ..Switches::default()
        };
        assert!(!(0..200).any(|seed| undoes(Switches::default(), seed)));
        assert!((0..200).any(|seed| undoes(beyond, seed)));
    }

    #[test]
    fn a_dozen_plans_have_each_point_and_each_fault() {
        let plans: Vec<_> = (0..12)
            .map(|seed| Plan::of(seed, Switches::default()))
            .collect();
        for point in CrashPoint::ALL {
            let crashes = plans.iter().flat_map(|plan| &plan.crashes);
            assert!(
                crashes.clone().any(|crash| crash.point == point),
                "{point:?}"
            );
        }
        let mut strikes = plans.iter().flat_map(|plan| &plan.strikes);
        for mood in Mood::HONEST {
            let is =
                |strike: &Strike| matches!(strike.fault, Fault::Node { mood: m, .. } if m == mood);
            assert!(strikes.clone().any(is), "{mood:?}");
        }
        for shutdown in [Shutdown::Fast, Shutdown::Immediate] {
            assert!(strikes.any(|strike| strike.fault == Fault::Database(shutdown)));
        }
    }
}
