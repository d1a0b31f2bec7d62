//! Gate 16: phones come back at 833 a second, as 100,000 would within two minutes; here 10,000, from one process.

use std::time::Duration;

use anyhow::Result;
use futures_util::future::try_join_all;
use tokio::time::{Instant, sleep_until};
use virtual_phone::{Photos, Standard};

use super::{Bench, row};
use crate::{
    meter::{ms, percentile},
    report::{Bound, Row},
};

/// Phones that come back a second.
const RATE: f64 = 833.0;

pub(super) async fn run(bench: &mut Bench<'_>) -> Result<Vec<Row>> {
    let count = if bench.short { 200 } else { 10_000 };
    // Each phone has a connection of its own while it speaks; the machine's limit on files sets how many at once.
    let wire = bench.wire(2_000);
    let mut city = bench.city().await?;
    let mut phones = city.phones(count, &wire).await?;
    city.give(&mut phones, 1).await?;
    let standard = Standard::with(Photos::default());
    for phone in &mut phones {
        for task in phone.open_tasks() {
            phone.visit(task, &standard)?;
        }
    }
    let before = bench.cpu()?;
    let begin = Instant::now() + Duration::from_millis(50);
    let coming = phones.into_iter().zip(0..).map(|(mut phone, n)| {
        let due = begin + Duration::from_secs_f64(f64::from(n) / RATE);
        tokio::spawn(async move {
            sleep_until(due).await;
            let fine = phone.push().await.is_ok() && phone.pull().await.is_ok() && phone.is_drained();
            (ms(due.elapsed()), fine)
        })
    });
    let done = try_join_all(coming).await?;
    let took = begin.elapsed().as_secs_f64();
    let spent = bench.cpu()?.since(before);
    let errors = done.iter().filter(|(_, fine)| !fine).count();
    let mut waited: Vec<f64> = done.into_iter().map(|(ms, _)| ms).collect();
    let p99 = percentile(&mut waited, 0.99);
    Ok(vec![row(
        16,
        "10,000 phones come back at 833 a second, one visit each (a twelve-second slice of 100,000 within two minutes)",
        "no error, p99 at most 2 s from the moment at which the phone was due",
        vec![
            Bound::at_most(0.0, "errors", errors as f64),
            Bound::at_most(2_000.0, "p99 until receipt and pull, ms", p99),
        ],
        vec![
            ("phones", count as f64),
            ("p50, ms", percentile(&mut waited, 0.5)),
            ("visits/s absorbed", count as f64 / took),
            ("CPU of server and PostgreSQL, ms a visit", spent.product() * 1_000.0 / count as f64),
            ("CPU of the phones, ms a visit", spent.phones * 1_000.0 / count as f64),
        ],
    )])
}
