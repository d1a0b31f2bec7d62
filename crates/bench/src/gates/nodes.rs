//! Two nodes on one database and one media folder, phones spread over both, one node killed under load.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use futures_util::future::try_join_all;
use virtual_phone::{Photos, Standard};

use super::{Bench, row};
use crate::{
    city::wire,
    report::{Bound, Row},
};

pub(super) async fn run(bench: &mut Bench<'_>) -> Result<Vec<Row>> {
    let count: u64 = if bench.short { 20 } else { 200 };
    let (each, photos) = (3, Photos { count: 2, size: 20 * 1024 });
    let mut other = bench.ground.another().await?;
    let wires = [bench.wire(32), wire(other.address, 32)];
    let mut city = bench.city().await?;
    let mut phones = city.phones(count, &wires[0]).await?;
    city.give(&mut phones, each).await?;
    let standard = Standard::with(photos);
    for phone in &mut phones {
        for task in phone.open_tasks() {
            phone.visit(task, &standard)?;
        }
    }
    let before = bench.yardstick.counts(city.tenant).await?;
    let start = Instant::now();
    let working = phones.into_iter().enumerate().map(|(n, mut phone)| {
        let wires = wires.clone();
        tokio::spawn(async move {
            let mut misses = 0_usize;
            // Round robin: whoever gets no answer goes to the next node, with the same bytes.
            while !phone.is_drained() && misses < 200 {
                phone.use_wire(wires[(n + misses) % 2].clone());
                if phone.pass_once().await.is_err() {
                    misses += 1;
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
            (phone.is_drained(), misses)
        })
    });
    let killing = async {
        tokio::time::sleep(Duration::from_millis(if bench.short { 30 } else { 300 })).await;
        other.kill().await
    };
    let (done, killed) = tokio::join!(try_join_all(working), killing);
    killed?;
    let done = done?;
    let took = start.elapsed().as_secs_f64();
    let undone = done.iter().filter(|(drained, _)| !drained).count();
    let misses: usize = done.iter().map(|(_, misses)| misses).sum();
    let after = bench.yardstick.counts(city.tenant).await?;
    let visits = count * each as u64;
    let lost = visits as i64 - (after.documents - before.documents);
    // The log itself says whether anything is missing, doubled or out of order, and whether every row follows from it.
    let differences = {
        let signer = crate::city::signer();
        let report = store::verify(&bench.urls.0, city.tenant, signer.as_ref()).await?;
        // Whose signature it is the server's keys know; here the chain is what counts.
        report.differences.iter().filter(|difference| difference.what != store::Fault::Signature).count()
    };
    ensure!(undone == 0, "{undone} phones could not hand in");
    Ok(vec![row(
        17,
        "two nodes on one database and one media folder, one of them killed under load",
        "nothing lost, nothing twice, the log in order",
        vec![
            Bound::at_most(0.0, "visits lost", lost as f64),
            Bound::at_most(0.0, "differences that verify finds", differences as f64),
        ],
        vec![
            ("visits", visits as f64),
            ("phones that got no answer and went to the other node, times", misses as f64),
            ("visits/s through it", visits as f64 / took),
        ],
    )])
}
