//! Which promise catches which planted bug, and in which world first.

use std::{
    fmt, panic,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use anyhow::{Result, anyhow};
use symbolon_core::mirror::planted::{Bug, plant};

use crate::world;

/// Worlds in which a bug must be caught.
pub const WORLDS: u64 = 1_000;

/// What caught a bug.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caught {
    /// Which one.
    pub bug: Bug,
    /// In which world first, and how that broke; nothing if none did.
    pub by: Option<(u64, String)>,
}

impl fmt::Display for Caught {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bug = format!("{:?}", self.bug);
        match &self.by {
            Some((seed, how)) => write!(f, "{bug:<30} caught in world {seed:<4} {how}"),
            None => write!(f, "{bug:<30} NOT CAUGHT"),
        }
    }
}

/// Plants each into worlds of its own until one breaks a promise; `progress` is
/// told of each bug that is done.
pub fn all_caught(progress: impl Fn(&Caught) + Sync) -> Result<Vec<Caught>> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut caught = Vec::new();
        while let Some(bug) = Bug::ALL.get(next.fetch_add(1, Ordering::Relaxed)) {
            let one = catch(*bug)?;
            progress(&one);
            caught.push(one);
        }
        Ok(caught)
    };
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let mut caught = thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        let mut all = Vec::new();
        for worker in workers {
            let some: Result<Vec<Caught>> =
                worker.join().map_err(|_| anyhow!("a worker panicked"))?;
            all.extend(some?);
        }
        Ok::<_, anyhow::Error>(all)
    })?;
    caught.sort_by_key(|caught| Bug::ALL.iter().position(|bug| *bug == caught.bug));
    Ok(caught)
}

fn catch(bug: Bug) -> Result<Caught> {
    plant(Some(bug));
    let found = (0..WORLDS).find_map(|seed| {
        let lived = panic::catch_unwind(|| world::run(seed, false));
        match lived {
            Ok(Ok(report)) => {
                let how = report.broken.into_iter().next()?;
                Some(Ok((seed, promise(&how).to_owned())))
            }
            Ok(Err(error)) => Some(Err(error)),
            Err(_) => Some(Ok((seed, "a panic".to_owned()))),
        }
    });
    plant(None);
    Ok(Caught {
        bug,
        by: found.transpose()?,
    })
}

/// Which promise a story of its breach is about.
fn promise(how: &str) -> &'static str {
    let known = [
        ("a denial is lost", "no denial is lost"),
        ("is not stored", "nothing is sent that is not stored"),
        (
            "before its block was final",
            "nothing counts before it is final",
        ),
        ("as it never was", "nobody is verified as it never was"),
        ("denied for good", "a final denial stands"),
        (
            "though nobody decided",
            "what the chain denied waits for a decision",
        ),
        (
            "outside authority",
            "no record outside its authority's countries",
        ),
        (
            "wrote where it may not",
            "no authority writes outside its countries",
        ),
    ];
    let found = known.into_iter().find(|(word, _)| how.contains(word));
    found.map_or("the chain equals the register in time", |(_, promise)| {
        promise
    })
}
