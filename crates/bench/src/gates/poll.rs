//! Gate 5, the server's part: a phone asks, and there is nothing new.

use anyhow::{Result, ensure};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::{Bench, row};
use crate::report::{Bound, Row};

pub(super) async fn run(bench: &mut Bench<'_>) -> Result<Vec<Row>> {
    let rounds = if bench.short { 20 } else { 500 };
    let wire = bench.wire(8);
    let mut city = bench.city().await?;
    let mut phones = city.phones(8, &wire).await?;
    city.give(&mut phones, 1).await?;
    let (before, received) = (bench.cpu()?, wire.traffic().1);
    for _ in 0..rounds {
        let polls = stream::iter(phones.iter_mut().map(virtual_phone::Phone::pull)).buffer_unordered(8);
        let fresh: Vec<bool> = polls.try_collect().await?;
        ensure!(!fresh.contains(&true), "there was something new");
    }
    let polls = f64::from(rounds) * 8.0;
    let cpu = bench.cpu()?.since(before).product() * 1_000.0 / polls;
    let bytes = (wire.traffic().1 - received) as f64 / polls;
    Ok(vec![row(
        5,
        "an idle poll: one request",
        "at most 0.3 ms CPU and 300 B with headers",
        vec![
            Bound::at_most(0.3, "CPU of server and PostgreSQL, ms", cpu),
            Bound::at_most(300.0, "bytes of the answer with headers", bytes),
        ],
        vec![("polls", polls)],
    )])
}
