//! Gate 3: how long a phone waits for its receipt, at half of what the server takes.

use std::time::Duration;

use anyhow::{Result, ensure};
use futures_util::future::try_join_all;
use tokio::time::{Instant, sleep_until};
use virtual_phone::{Photos, Standard};

use super::{Bench, ingest, row};
use crate::{
    limits,
    meter::{ms, percentile},
    report::{Bound, Row},
};

pub(super) async fn run(bench: &mut Bench<'_>) -> Result<Vec<Row>> {
    if bench.visits_per_second == 0.0 {
        ingest::text(bench).await?;
    }
    let rate = bench.visits_per_second / 2.0;
    let seconds = if bench.short { 1.0 } else { 8.0 };
    let count = (rate * seconds).ceil() as u64;
    let wire = bench.wire(256);
    let mut city = bench.city().await?;
    let mut phones = city.phones(count, &wire).await?;
    city.give(&mut phones, 1).await?;
    let standard = Standard::with(Photos::default());
    for phone in &mut phones {
        for task in phone.open_tasks() {
            phone.visit(task, &standard)?;
        }
    }
    let flush = limits::flush_ms(bench.ground.path(), 200)?;
    let before = bench.cpu()?;
    let begin = Instant::now() + Duration::from_millis(50);
    // By the clock, not one after the other: a server that stalls is not spared the phones that come meanwhile.
    let waiting = phones.into_iter().zip(0..).map(|(mut phone, n)| {
        let due = begin + Duration::from_secs_f64(f64::from(n) / rate);
        tokio::spawn(async move {
            sleep_until(due).await;
            phone.push().await?;
            anyhow::Ok((ms(due.elapsed()), phone.is_drained()))
        })
    });
    let mut took = Vec::new();
    let mut drained = true;
    for done in try_join_all(waiting).await? {
        let (ms, is_drained) = done?;
        took.push(ms);
        drained &= is_drained;
    }
    ensure!(drained, "a phone still has something");
    let per = 1_000.0 / took.len() as f64;
    let spent = bench.cpu()?.since(before);
    let flush = (flush + limits::flush_ms(bench.ground.path(), 200)?) / 2.0;
    let (p50, p99) = (percentile(&mut took, 0.5), percentile(&mut took, 0.99));
    Ok(vec![row(
        3,
        "acknowledgement at half of gate 1's rate",
        "p99 at most 4 flushes + 10 ms",
        vec![Bound::at_most(4.0 * flush + 10.0, "p99, ms", p99)],
        vec![
            ("p50, ms", p50),
            ("a flush, ms", flush),
            ("visits/s offered", rate),
            ("CPU of the server, ms a visit", spent.server * per),
            ("CPU of PostgreSQL, ms a visit", spent.postgres * per),
            ("CPU of the phones, ms a visit", spent.phones * per),
        ],
    )])
}
