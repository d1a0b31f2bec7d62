//! How much is tried, from which seed, and what came of it.

use std::{
    fs::OpenOptions,
    io::Write as _,
    time::{SystemTime, UNIX_EPOCH},
};

use serde_json::Value;

/// Names the file that the figures go to; with it all is tried that is promised, else what CI has time for.
pub(crate) const VARIABLE: &str = "MINGCHA_TRUST";
/// No more than so many times, where a suite only has to show that it notices.
pub(crate) const SAMPLE: &str = "MINGCHA_SAMPLE";
/// Another seed than the one that is always tried.
const SEED: &str = "MINGCHA_SEED";

pub(crate) fn is_full() -> bool {
    std::env::var_os(VARIABLE).is_some()
}

/// How many times something is tried.
pub(crate) fn times(in_ci: usize, in_full: usize) -> usize {
    if is_full() {
        return in_full;
    }
    let most = std::env::var(SAMPLE).ok().and_then(|text| text.parse().ok()).unwrap_or(usize::MAX);
    in_ci.min(most)
}

/// From a seed everything follows. It is printed, so that a failure can be had again.
pub(crate) fn seed(of: &str) -> u64 {
    let seed = the_seed();
    println!("{of}: {SEED}={seed}");
    seed
}

fn the_seed() -> u64 {
    std::env::var(SEED).ok().and_then(|text| text.parse().ok()).unwrap_or(20_261_124)
}

/// Says every so often how far a long run is.
pub(crate) fn progress(of: &str, done: usize, all: usize) {
    if is_full() && done > 0 && done.is_multiple_of((all / 20).max(1)) {
        println!("{of}: {done} of {all}");
    }
}

/// Says what a suite found, when all of it held: one line of JSON for a promise.
pub(crate) fn report(promise: &str, figures: &Value) {
    let date = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let line = serde_json::json!({ "promise": promise, "suite": "http", "figures": figures, "seed": the_seed(),
                                   "date": date, "passed": true });
    println!("{line}");
    if let Some(file) = std::env::var_os(VARIABLE) {
        let mut file = OpenOptions::new().append(true).create(true).open(file).expect("a file for the figures");
        writeln!(file, "{line}").expect("the figures are written");
    }
}

/// Numbers that follow from a seed.
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// 0 to `below`, without the latter.
    pub(crate) const fn below(&mut self, below: usize) -> usize {
        (self.next() % below as u64) as usize
    }

    pub(crate) fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    pub(crate) fn uuid(&mut self) -> uuid::Uuid {
        uuid::Uuid::from_u64_pair(self.next(), self.next())
    }
}
