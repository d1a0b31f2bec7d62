//! `cargo xtask bench`: the server measured against what this machine can do, in one run.
//!
//! It starts a server with a PostgreSQL of its own in a fresh folder, makes cities in it, lets virtual phones speak
//! to it over loopback, and measures COPY, files and flushes beside them, alternating. Nothing else is touched.

mod city;
mod clock;
mod gates;
mod limits;
mod meter;
mod node;
mod report;

use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use clap::Parser;
use store::Yardstick;

use crate::{
    gates::{ALL, Bench},
    node::Ground,
    report::{Row, Run},
};

/// Measures the server against what this machine can do.
#[derive(Debug, Parser)]
struct Options {
    /// The server to measure: a release build of `mingcha`.
    #[arg(long, value_name = "PROGRAM")]
    server: PathBuf,
    /// Only these gates: 1 (with 4 and the cost of 16), 2, 3, 5, 12, 14, 16, 17 (two nodes).
    #[arg(long, value_delimiter = ',')]
    only: Vec<u32>,
    /// Only to see that everything runs: few rows, one run, nothing to be compared.
    #[arg(long)]
    short: bool,
    /// Ten million answers in gate 14 instead of one: takes minutes more.
    #[arg(long, conflicts_with = "short")]
    long: bool,
    /// From which everything is drawn.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How often each measurement is made.
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// Where the fresh folder is made: on the disk that is to be measured.
    #[arg(long, value_name = "FOLDER", default_value = "/tmp")]
    scratch: PathBuf,
    /// Where lines of JSON go.
    #[arg(long, value_name = "FOLDER", default_value = "target/bench")]
    out: PathBuf,
    /// What else is to be known of this run, for the table: what ran beside it, how the server was built.
    #[arg(long, value_name = "TEXT")]
    note: Vec<String>,
    /// Rows that others have measured in this run, one of JSON a line: the phone's, by its browser.
    #[arg(long, value_name = "FILE")]
    rows: Option<PathBuf>,
    /// Measure nothing here: only keep and show those rows.
    #[arg(long)]
    rows_only: bool,
    /// The table of a whole run.
    #[arg(long, value_name = "FILE")]
    table: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    let theirs = options.rows.as_deref().map(report::read).transpose()?.unwrap_or_default();
    if options.rows_only {
        let mut ground = vec![machine()];
        ground.extend(options.note.iter().cloned());
        let run = Run { ground, rows: theirs, broken: Vec::new() };
        run.rows.iter().try_for_each(Row::show)?;
        return run.keep(&options.out);
    }
    let ground = Ground::new(&options.server, &options.scratch)?;
    let node = ground.first().await?;
    let urls = ground.urls()?;
    let mut yardstick = Yardstick::open(&urls.0).await?;
    let mut lines = vec![
        machine(),
        yardstick.settings().await?,
        format!("seed {}, {} runs{}", options.seed, options.runs, if options.short { ", short" } else { "" }),
    ];
    lines.extend(options.note.iter().cloned());
    lines.iter().for_each(|line| println!("{line}"));
    let wanted: Vec<u32> =
        ALL.into_iter().filter(|gate| options.only.is_empty() || options.only.contains(gate)).collect();
    let ended = |gate: &u32| (*gate, "the run was ended before it".to_owned());
    let mut run = Run { ground: lines, rows: theirs, broken: wanted.iter().map(ended).collect() };
    let runs = if options.short { 1 } else { options.runs };
    let mut bench = Bench::new(ground, node, yardstick, urls, options.seed, runs, (options.short, options.long));
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
        if let Some(table) = &options.table {
            std::fs::write(table, run.table()).with_context(|| table.display().to_string())?;
        }
    }
    bench.node.stop().await?;
    run.keep(&options.out)?;
    ensure!(run.broken.is_empty(), "{} gates did not run to their end", run.broken.len());
    Ok(())
}

/// Processor, cores and memory.
fn machine() -> String {
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
