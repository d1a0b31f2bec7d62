//! Phones, server and HQ in one deterministic process.
//!
//! The phones run the product's own code: [`sync::Engine`], [`sync::Pass`] and
//! [`sync::TaskAtHand`], over a disk whose transactions are atomic and before
//! or after each of which the app may die. The server decides and applies with
//! `domain`; what surrounds that in `store` is modelled (see [`server`]). The
//! network loses, doubles and reorders; clocks jump by years, the server's by days; the server is put
//! back to a random past; sessions end, accounts are closed, tasks are called
//! back, phones are lost and taken over. In the end everything heals and
//! drains, and the independent checker decides over the history.
//!
//! A seed decides everything. `simulator --seed N` does it again and writes
//! the history down.

mod city;
mod luck;
mod phone;
pub mod server;
mod world;

use std::time::Duration;

use checker::{Counts, Event, Fault};

pub use luck::Luck;

/// The steps of one world, as a rule; some 500 events with what they bring about.
pub const STEPS: usize = 900;

/// What one world came to.
#[derive(Debug)]
pub struct Outcome {
    /// The seed.
    pub seed: u64,
    /// What was looked at.
    pub counts: Counts,
    /// What was broken.
    pub faults: Vec<String>,
    /// Everything that was recorded.
    pub history: Vec<Event>,
}

/// Runs the world of `seed`.
#[must_use]
pub fn run(seed: u64, steps: usize) -> Outcome {
    let mut world = world::World::new(seed);
    world.run(steps);
    let report = checker::check(&world.history);
    let mut faults = world.broken;
    faults.extend(report.faults.into_iter().map(|Fault { promise, what }| format!("{promise}: {what}")));
    Outcome { seed, counts: report.counts, faults, history: world.history }
}

/// What many worlds came to.
#[derive(Debug, Default)]
pub struct Sum {
    /// How many worlds.
    pub worlds: u64,
    /// What was looked at in all of them.
    pub counts: Counts,
    /// The worlds in which something was broken.
    pub broken: Vec<Outcome>,
}

impl Sum {
    fn add(&mut self, outcome: Outcome) {
        self.worlds += 1;
        let (sum, one) = (&mut self.counts, &outcome.counts);
        sum.events += one.events;
        sum.ops += one.ops;
        sum.acknowledged += one.acknowledged;
        sum.unknown += one.unknown;
        sum.restores += one.restores;
        sum.values += one.values;
        sum.evidence += one.evidence;
        sum.devices += one.devices;
        if !outcome.faults.is_empty() {
            self.broken.push(outcome);
        }
    }
}

/// Runs the worlds of `seeds` on every core; `patience`: stop after so many broken ones. `tell` hears how many are done.
pub fn run_all(seeds: std::ops::Range<u64>, steps: usize, patience: usize, tell: &(dyn Fn(u64) + Sync)) -> Sum {
    use std::sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    };
    let next = AtomicU64::new(seeds.start);
    let sum = Mutex::new(Sum::default());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end {
                        return;
                    }
                    let outcome = run(seed, steps);
                    let mut sum = sum.lock().unwrap_or_else(PoisonError::into_inner);
                    sum.add(outcome);
                    tell(sum.worlds);
                    if sum.broken.len() >= patience {
                        next.store(seeds.end, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let mut sum = sum.into_inner().unwrap_or_else(PoisonError::into_inner);
    sum.broken.sort_by_key(|outcome| outcome.seed);
    sum
}

/// How many of `done` in `time`, a second.
#[must_use]
pub fn rate(done: u64, time: Duration) -> u64 {
    (done as f64 / time.as_secs_f64().max(0.001)) as u64
}
