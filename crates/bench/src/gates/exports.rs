//! Gate 14: HQ takes the answers of a million questions away, while COPY takes as many rows out of a table.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use virtual_phone::{Ask, Dice, Wire};

use super::{Bench, row};
use crate::{
    city::ANSWERS,
    limits,
    meter::{forget_peak, median, ms, peak_mb},
    report::{Bound, Row},
};

/// What a peer takes out in a second, on a machine like this one: a flat form, and the rows of a repeat.
const PEER: (f64, f64) = (262_000.0, 26_000.0);
/// How long a download may take.
const PATIENCE: Duration = Duration::from_secs(900);

pub(super) async fn run(bench: &mut Bench<'_>) -> Result<Vec<Row>> {
    let visits: i64 = match (bench.short, bench.long) {
        (true, _) => 300,
        (_, true) => 250_000,
        _ => 25_000,
    };
    let answers = visits as u64 * ANSWERS;
    let mut city = bench.city().await?;
    let cookie = format!("mc_hq={}", city.desk().await?);
    bench.yardstick.fill_lists(city.tenant, visits).await?;
    let filled = bench.yardstick.fill_answers(city.tenant, &city.list).await?;
    ensure!(filled == visits as u64, "{filled} visits have answers");
    println!("  {answers} answers are there");
    bench.yardstick.copy_in(&limits::rows(visits as u64, ANSWERS, &mut Dice::new(bench.seed))).await?;
    // A process of its own: what the gates before have left in the memory of the other is no export's.
    let node = bench.ground.another().await?;
    let wire = Wire::new(node.address, 1, PATIENCE);
    let headers = [("cookie", cookie.as_str())];
    let ask = Ask { method: "GET", path: "/hq/export/answers.csv", headers: &headers, body: b"" };
    let (mut ours, mut limit, mut first, mut peak, mut cpu) = (Vec::new(), Vec::new(), Vec::new(), 0.0_f64, 0.0);
    let mut sent = 0;
    let runs = bench.runs.min(3);
    for run in 0..=runs {
        let start = Instant::now();
        bench.yardstick.copy_out().await?;
        let copied = answers as f64 / start.elapsed().as_secs_f64();
        forget_peak(node.pid())?;
        let before = bench.cpu_of(&node)?;
        let (mut rows, mut bytes, mut began) = (0_u64, 0_u64, None);
        let start = Instant::now();
        let (status, _) = wire
            .read(&ask, |part| {
                began.get_or_insert_with(|| start.elapsed());
                rows += part.iter().filter(|byte| **byte == b'\n').count() as u64;
                bytes += part.len() as u64;
            })
            .await?;
        let took = start.elapsed().as_secs_f64();
        ensure!(status == 200, "status {status}");
        ensure!(rows == answers + 1, "{rows} rows of {answers} answers and their heads");
        println!("  run {run}: {:.0} answers/s, COPY out {copied:.0} rows/s", answers as f64 / took);
        if run > 0 {
            ours.push(answers as f64 / took);
            limit.push(copied);
            first.push(began.map_or(f64::NAN, ms));
            peak = peak.max(peak_mb(node.pid()));
            cpu += bench.cpu_of(&node)?.since(before).product();
            sent = bytes;
        }
    }
    node.stop().await?;
    let ratio = median(ours.iter().zip(&limit).map(|(ours, limit)| ours / limit).collect());
    let per_second = median(ours);
    Ok(vec![row(
        14,
        "HQ takes all answers away as CSV",
        "answers/s at least 0.6 of COPY out of as many rows; first byte within 100 ms; at most 64 MB of memory",
        vec![
            Bound::at_least(0.6, "answers/s against COPY's rows/s", ratio),
            Bound::at_most(100.0, "first byte, ms", median(first)),
            Bound::at_most(64.0, "memory of the server at its most, MB", peak),
        ],
        vec![
            ("answers", answers as f64),
            ("answers/s", per_second),
            ("against 262,000 answers/s of ODK Central (flat)", per_second / PEER.0),
            ("against 26,000 answers/s of ODK Central (repeats)", per_second / PEER.1),
            ("COPY out, rows/s", median(limit)),
            ("bytes a row", sent as f64 / answers as f64),
            ("CPU of server and PostgreSQL, us an answer", cpu * 1e6 / (answers as f64 * runs as f64)),
        ],
    )])
}
