//! The server measured against what its machine can do, in one run.
//!
//! It starts a server with a PostgreSQL of its own in a fresh folder, or with a database of its own on a PostgreSQL that is
//! there, makes cities in it, lets virtual phones speak to it over loopback, and measures COPY, files and flushes beside
//! them, alternating. Nothing else is touched, and nothing is left.

mod city;
mod clock;
mod gates;
mod lend;
mod limits;
mod meter;
mod node;
mod report;

use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use store::Yardstick;

pub use crate::{
    gates::ALL,
    lend::{Loan, lend},
    node::Logins,
    report::{Row, Run, read},
};
use crate::{gates::Bench, node::Ground};

/// What to measure, and how.
#[derive(Clone, Debug)]
pub struct Order {
    /// The server to measure.
    pub server: PathBuf,
    /// Where its folder is made: on the disk that is to be measured.
    pub scratch: PathBuf,
    /// A PostgreSQL that is there, on which a database is made for the run; `None`: one of its own.
    pub database: Option<Logins>,
    /// Only these gates; none for all.
    pub only: Vec<u32>,
    /// Few rows, one run, nothing to be compared.
    pub short: bool,
    /// Ten times as many answers, where their number matters.
    pub long: bool,
    /// From which everything is drawn.
    pub seed: u64,
    /// How often each measurement is made.
    pub runs: usize,
    /// What else is to be known of this run.
    pub notes: Vec<String>,
    /// Rows that others have measured in this run.
    pub rows: Vec<Row>,
    /// Where lines of JSON go.
    pub out: Option<PathBuf>,
    /// Where the table of the whole run goes.
    pub table: Option<PathBuf>,
}

/// Measures, and prints what came out.
///
/// # Errors
/// There is no such gate; the server does not begin; or a gate did not run to its end, after all others have.
pub async fn measure(order: Order) -> Result<()> {
    if let Some(gate) = order.only.iter().find(|gate| !ALL.contains(gate)) {
        let known = ALL.map(|gate| gate.to_string()).join(", ");
        anyhow::bail!("there is no gate {gate} here: {known} (1 brings 4 and the cost of 16)");
    }
    let ground = Ground::new(&order.server, &order.scratch, order.database.clone()).await?;
    let measured = on(&ground, order).await;
    ground.leave().await?;
    measured
}

async fn on(ground: &Ground, order: Order) -> Result<()> {
    let node = ground.first().await?;
    let urls = ground.urls()?;
    let mut yardstick = Yardstick::open(&urls.0).await?;
    let mut lines = vec![
        machine(),
        yardstick.settings().await?,
        format!("seed {}, {} runs{}", order.seed, order.runs, if order.short { ", short" } else { "" }),
    ];
    lines.extend(ground.note());
    lines.extend(order.notes);
    lines.iter().for_each(|line| println!("{line}"));
    let wanted: Vec<u32> = ALL.into_iter().filter(|gate| order.only.is_empty() || order.only.contains(gate)).collect();
    let ended = |gate: &u32| (*gate, "the run was ended before it".to_owned());
    let mut run = Run { ground: lines, rows: order.rows, broken: wanted.iter().map(ended).collect() };
    let runs = if order.short { 1 } else { order.runs };
    let mut bench = Bench::new(ground, node, yardstick, urls, order.seed, runs, (order.short, order.long));
    for gate in wanted {
        println!("\nmeasuring gate {gate} …");
        run.broken.retain(|(broken, _)| *broken != gate);
        // One that fails does not take the others' figures with it: it stands in the table as not measured.
        match bench.run(gate).await {
            Ok(rows) => {
                for row in &rows {
                    row.show()?;
                }
                run.rows.extend(rows);
            }
            Err(error) => {
                println!("gate {gate} did not run to its end: {error:#}");
                run.broken.push((gate, format!("{error:#}")));
            }
        }
        run.rows.sort_by_key(|row| row.gate);
        // After each gate: whoever ends a run early keeps what it measured.
        if let Some(table) = &order.table {
            std::fs::write(table, run.table()).with_context(|| table.display().to_string())?;
        }
    }
    bench.node.stop().await?;
    if let Some(out) = &order.out {
        run.keep(out)?;
    }
    ensure!(run.broken.is_empty(), "{} gates did not run to their end", run.broken.len());
    Ok(())
}

/// Processor, cores and memory.
#[must_use]
pub fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let (cpu, memory, load) = (read("/proc/cpuinfo"), read("/proc/meminfo"), read("/proc/loadavg"));
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.split_once(':')).map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
    };
    let cores = cpu.lines().filter(|line| line.starts_with("processor")).count();
    let load = load.split_whitespace().next().unwrap_or_default().to_owned();
    format!(
        "{}, {cores} cores, {}, load at the beginning {load}, mingcha {}",
        field(&cpu, "model name"),
        field(&memory, "MemTotal"),
        env!("CARGO_PKG_VERSION")
    )
}
