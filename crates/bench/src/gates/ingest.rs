//! Gates 1, 2 and 4, and what a visit costs: phones hand in five visits each, over 32 connections.

use std::time::Instant;

use anyhow::{Result, ensure};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use virtual_phone::{Dice, Phone, Photos, Standard};

use super::{Bench, row};
use crate::{
    city::ANSWERS,
    limits,
    meter::{Cpu, median},
    report::{Bound, Row},
};

/// Connections.
const CONNECTIONS: usize = 32;
/// Visits that each phone hands in.
const EACH: usize = 5;
/// How often an outbox is sent again.
const AGAIN: usize = 10;
/// What the peer takes in a second with photos, on a machine like this one.
const PEER_WITH_PHOTOS: f64 = 143.0;

/// Runs everything that waits, text and photos.
async fn drain(phones: &mut [Phone]) -> Result<f64> {
    let start = Instant::now();
    stream::iter(phones.iter_mut().map(Phone::pass_once)).buffer_unordered(CONNECTIONS).try_collect::<Vec<_>>().await?;
    let took = start.elapsed().as_secs_f64();
    ensure!(phones.iter().all(Phone::is_drained), "a phone still has something");
    Ok(took)
}

fn hand_in(phones: &mut [Phone], standard: &Standard) -> Result<usize> {
    let mut visits = 0;
    for phone in phones {
        for task in phone.open_tasks() {
            phone.visit(task, standard)?;
            visits += 1;
        }
    }
    Ok(visits)
}

/// Gates 1 and 4, and the cost that gate 16 names.
pub(super) async fn text(bench: &mut Bench<'_>) -> Result<Vec<Row>> {
    let count = if bench.short { 20 } else { 200 };
    let visits = count as usize * EACH;
    let wire = bench.wire(CONNECTIONS);
    let mut city = bench.city().await?;
    let mut phones = city.phones(count, &wire).await?;
    let rows = limits::rows(visits as u64 * if bench.short { 1 } else { 5 }, ANSWERS, &mut Dice::new(bench.seed));
    let standard = Standard::with(Photos::default());
    let (mut ours, mut limit) = (Vec::new(), Vec::new());
    let mut first = Cpu::default();
    let mut sizes = None;
    let batches = bench.yardstick.counts(city.tenant).await?.batches;
    // One more than is counted: plans and caches are warm from the second on.
    for run in 0..=bench.runs {
        let start = Instant::now();
        let copied = bench.yardstick.copy_in(&rows).await?;
        let copy = copied as f64 / start.elapsed().as_secs_f64();
        city.give(&mut phones, EACH).await?;
        ensure!(hand_in(&mut phones, &standard)? == visits, "tasks are missing");
        if run == 1 {
            sizes = Some(bench.yardstick.sizes().await?);
        }
        if run == bench.runs {
            phones.iter_mut().for_each(Phone::keep_sent);
        }
        let before = bench.cpu()?;
        let took = drain(&mut phones).await?;
        let spent = bench.cpu()?.since(before);
        println!("  run {run}: {:.0} visits/s, COPY {copy:.0} rows/s", visits as f64 / took);
        if run > 0 {
            ours.push(visits as f64 / took);
            limit.push(copy);
            first += spent;
        }
    }
    let counted = (visits * bench.runs) as f64;
    let per = |seconds: f64| seconds * 1_000.0 / counted;
    let ratios: Vec<f64> = ours.iter().zip(&limit).map(|(ours, limit)| ours * ANSWERS as f64 / limit).collect();
    let ratio = median(ratios);
    bench.visits_per_second = median(ours);
    let after = bench.yardstick.counts(city.tenant).await?;
    let gate1 = row(
        1,
        "ingest: 200 phones, 5 visits each, 32 connections, no photos",
        "answers/s at least 0.5 of COPY into a table with 4 indexes",
        vec![Bound::at_least(0.5, "answers/s against COPY's rows/s", ratio)],
        vec![
            ("visits/s", bench.visits_per_second),
            ("answers/s", bench.visits_per_second * ANSWERS as f64),
            ("COPY, rows/s", median(limit)),
            ("visits a commit", (visits * (bench.runs + 1)) as f64 / (after.batches - batches) as f64),
            ("CPU of the server, ms a visit", per(first.server)),
            ("CPU of PostgreSQL, ms a visit", per(first.postgres)),
            ("CPU of the phones, ms a visit", per(first.phones)),
        ],
    );
    let mut rows = vec![gate1, replay(bench, &phones, city.tenant, per(first.product())).await?];
    if let Some(before) = sizes {
        let now = bench.yardstick.sizes().await?;
        // Since the run that is not counted: what was made by then is not in it.
        let answers = (visits * bench.runs) as f64 * ANSWERS as f64;
        let each = |now: i64, before: i64| (now - before) as f64 / answers;
        let (documents, log, table) =
            (each(now.documents, before.documents), each(now.log, before.log), each(now.visits, before.visits));
        let bytes = documents + log + table;
        rows.push(row(
            16,
            "what a visit costs",
            "at most 87 B an answer (documents, log, visits, with indexes), 620 B a finding and 1.5 ms CPU a visit",
            vec![
                Bound::at_most(87.0, "bytes an answer", bytes),
                Bound::at_most(620.0, "bytes a finding", each(now.findings, before.findings) * ANSWERS as f64 / 3.0),
                Bound::at_most(1.5, "CPU of server and PostgreSQL, ms a visit", per(first.product())),
            ],
            vec![
                ("documents, bytes an answer", documents),
                ("log, bytes an answer", log),
                ("visits, bytes an answer", table),
                ("everything else with identity, bytes an answer", each(now.rest, before.rest)),
            ],
        ));
    }
    Ok(rows)
}

async fn replay(bench: &mut Bench<'_>, phones: &[Phone], tenant: domain::ids::TenantId, first: f64) -> Result<Row> {
    let visits = phones.len() * EACH;
    let (rows, wal, before) = (bench.yardstick.counts(tenant).await?, bench.yardstick.wal().await?, bench.cpu()?);
    for _ in 0..AGAIN {
        let again = stream::iter(phones.iter().map(Phone::replay)).buffer_unordered(CONNECTIONS);
        let ops: Vec<usize> = again.try_collect().await?;
        ensure!(ops.iter().sum::<usize>() >= visits * 3, "an op was not answered");
    }
    let spent = bench.cpu()?.since(before).product();
    let wal = bench.yardstick.wal().await? - wal;
    let new = bench.yardstick.counts(tenant).await?.since(rows);
    let each = spent * 1_000.0 / (visits * AGAIN) as f64;
    let per_push = wal as f64 / (phones.len() * AGAIN) as f64;
    Ok(row(
        4,
        "replay of whole outboxes, ten times",
        "no new row; at most 5 % of the first time's CPU or 0.1 ms a visit; at most 1 KB of WAL a batch",
        vec![
            Bound::at_most(0.0, "new rows", new as f64),
            // Whichever is more: 5 % of the first time, or 0.1 ms.
            Bound::at_most((first * 0.05).max(0.1), "CPU, ms a visit", each),
            Bound::at_most(1_024.0, "WAL, bytes a push (a batch has one or more)", per_push),
        ],
        vec![("CPU against the first time", each / first)],
    ))
}

/// Gate 2.
pub(super) async fn photos(bench: &mut Bench<'_>) -> Result<Vec<Row>> {
    let photos = Photos { count: 6, size: 20 * 1024 };
    let count = if bench.short { 10 } else { 60 };
    let visits = count as usize * EACH;
    let wire = bench.wire(CONNECTIONS);
    let mut city = bench.city().await?;
    let mut phones = city.phones(count, &wire).await?;
    let standard = Standard::with(photos);
    let (mut ours, mut limit, mut spent) = (Vec::new(), Vec::new(), Cpu::default());
    let sizes = bench.yardstick.sizes().await?;
    for run in 0..=bench.runs {
        let files = limits::files_per_second(bench.ground.path(), visits * 6, photos.size)?;
        city.give(&mut phones, EACH).await?;
        hand_in(&mut phones, &standard)?;
        let before = bench.cpu()?;
        let took = drain(&mut phones).await?;
        let cpu = bench.cpu()?.since(before);
        println!("  run {run}: {:.0} visits/s with photos, {files:.0} files/s", visits as f64 / took);
        if run > 0 {
            ours.push(visits as f64 / took);
            limit.push(files);
            spent += cpu;
        }
    }
    let ratio = median(ours.iter().zip(&limit).map(|(ours, files)| ours * 6.0 / files).collect());
    let visits_per_second = median(ours);
    let per = |seconds: f64| seconds * 1_000.0 / (visits * bench.runs) as f64;
    // Whoever has every byte is told so at once; that they count follows within moments.
    let mut counted = 0;
    for _ in 0..100 {
        counted = bench.yardstick.counts(city.tenant).await?.verified;
        if counted == (visits * 6 * (bench.runs + 1)) as i64 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    ensure!(counted == (visits * 6 * (bench.runs + 1)) as i64, "{counted} photos count");
    let rows = (bench.yardstick.sizes().await?.evidence - sizes.evidence) as f64 / counted as f64;
    let ingest = row(
        2,
        "ingest with 6 photos of 20 KB, each hashed and synced",
        "photos/s at least 0.5 of 32 threads that hash, write, sync and rename as many files",
        vec![Bound::at_least(0.5, "photos/s against files/s", ratio)],
        vec![
            ("visits/s", visits_per_second),
            ("against 143 visits/s of ODK Central", visits_per_second / PEER_WITH_PHOTOS),
            ("files/s of 32 threads", median(limit)),
            ("CPU of the server, ms a visit", per(spent.server)),
            ("CPU of PostgreSQL, ms a visit", per(spent.postgres)),
            ("CPU of the phones, ms a visit", per(spent.phones)),
        ],
    );
    let cost = row(
        16,
        "what a photo costs in the database",
        "at most 420 B a row with indexes",
        vec![Bound::at_most(420.0, "bytes a photo's row", rows)],
        vec![("photos", counted as f64)],
    );
    Ok(vec![ingest, cost])
}
