//! Many worlds, side by side.

use std::{
    ops::Range,
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use anyhow::{Result, anyhow};

use crate::{report::Tally, world};

/// Lives through the worlds of these seeds on all processors; `progress` is
/// told of each seed that is done.
pub fn run_all(seeds: Range<u64>, told: bool, progress: impl Fn(u64) + Sync) -> Result<Tally> {
    let next = AtomicU64::new(seeds.start);
    let workers = match told {
        true => 1,
        false => thread::available_parallelism().map_or(1, usize::from),
    };
    let work = || {
        let mut tally = Tally::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return Ok(tally);
            }
            tally.add(world::run(seed, told)?);
            progress(seed);
        }
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        let mut tally = Tally::default();
        for worker in workers {
            let one: Result<Tally> = worker
                .join()
                .map_err(|_| anyhow!("a world ended in a panic"))?;
            tally.merge(one?);
        }
        Ok(tally)
    })
}
