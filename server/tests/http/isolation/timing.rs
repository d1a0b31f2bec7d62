//! Another company's thing takes as long to refuse as one that nobody has: who asks by the clock learns nothing either.

use std::time::{Duration, Instant};

use axum::http::Method;
use domain::role::Role;

use super::{
    Actor, Ids, Side, addresses,
    probe::{Needs, probe},
};
use crate::{
    extent::{Dice, progress, report, seed, times},
    house::House,
    web::Ask,
};

/// The two kinds of answer are told apart when one of them is slower in so many more pairs than in half of them, counted in
/// standard deviations. By chance that happens once in three million comparisons.
const SIGMAS: f64 = 5.0;

/// Two requests, asked in turns.
struct Comparison {
    /// In how many of the pairs the first of the two took longer.
    slower: usize,
    pairs: usize,
    /// How far apart their medians are.
    apart: Duration,
}

impl Comparison {
    /// Asks both so many times, by chance the one or the other first: whatever else slows the machine down meets both.
    async fn of(house: &House, [one, other]: [&Ask; 2], pairs: usize, dice: &mut Dice) -> Self {
        let took = async |ask: &Ask| {
            let ask = ask.clone();
            let begun = Instant::now();
            house.ask(ask).await;
            begun.elapsed()
        };
        let (mut ones, mut others, mut slower) = (Vec::new(), Vec::new(), 0);
        for _ in 0..pairs {
            let (first, second) = if dice.below(2) == 0 {
                (took(one).await, took(other).await)
            } else {
                let second = took(other).await;
                (took(one).await, second)
            };
            slower += usize::from(first > second);
            ones.push(first);
            others.push(second);
        }
        ones.sort_unstable();
        others.sort_unstable();
        Self { slower, pairs, apart: ones[pairs / 2].abs_diff(others[pairs / 2]) }
    }

    /// How many standard deviations it is away from a coin.
    fn sigmas(&self) -> f64 {
        let (slower, pairs) = (self.slower as f64, self.pairs as f64);
        (slower - pairs / 2.0).abs() / (pairs.sqrt() / 2.0)
    }
}

/// Whoever has a right to ask for such a thing, in their own company.
fn who<'a>(actors: &'a [Actor], method: &Method, path: &str, ids: &Ids) -> Option<&'a Actor> {
    actors.iter().find(|actor| {
        let sent = probe(method, path, ids, actor);
        let asks = if sent.needs == Needs::Api { actor.roles.has(Role::Visitor) } else { actor.hq.is_some() };
        asks && sent.is_for(actor)
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn another_companys_thing_takes_as_long_as_none() {
    let house = House::new().await;
    let (ours, theirs) = (Side::new(&house, "a").await, Side::new(&house, "b").await);
    let mut dice = Dice::new(seed("timing"));
    let actors = ours.actors(&house).await;
    let nobodys = Ids::of_nothing(&mut dice);
    let pairs = times(60, 1_000);
    let mut reads = addresses();
    reads.retain(|(method, path)| *method == Method::GET || path.contains("evidence"));
    let (mut compared, mut most, mut apart) = (0, 0.0_f64, Duration::ZERO);
    for (n, (method, path)) in reads.iter().enumerate() {
        progress("timing", n, reads.len());
        let Some(actor) = who(&actors, method, path, &nobodys) else { continue };
        let sent = probe(method, path, &theirs.ids, actor);
        if !sent.names_one {
            continue;
        }
        let (their, none) = (sent.by(actor), probe(method, path, &nobodys, actor).by(actor));
        // What is asked for the first time is read from further away.
        Comparison::of(&house, [&their, &none], 3, &mut dice).await;
        let found = Comparison::of(&house, [&their, &none], pairs, &mut dice).await;
        let sigmas = found.sigmas();
        assert!(
            sigmas < SIGMAS,
            "{method} {path}: {} of {pairs} times the other company's was slower, by {:?}",
            found.slower,
            found.apart
        );
        (compared, most, apart) = (compared + 1, most.max(sigmas), apart.max(found.apart));
    }
    assert!(compared > 15, "{compared}");

    // It would be noticed: a visit that is there takes longer than one that is not.
    let actor = who(&actors, &Method::GET, "/hq/read/visit", &nobodys).expect("a reviewer");
    let ask = |ids| probe(&Method::GET, "/hq/read/visit", ids, actor).by(actor);
    let twin = Comparison::of(&house, [&ask(&ours.ids), &ask(&nobodys)], pairs, &mut dice).await;
    assert!(twin.sigmas() > SIGMAS, "{} of {pairs}", twin.slower);
    report(
        "P15",
        &serde_json::json!({ "timed_addresses": compared, "pairs_each": pairs, "told_apart": 0,
            "most_sigmas": (most * 10.0).round() / 10.0, "medians_apart_us": apart.as_micros() as u64,
            "twin_sigmas": (twin.sigmas() * 10.0).round() / 10.0 }),
    );
}
