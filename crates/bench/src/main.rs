//! `cargo xtask bench`: the server measured, and the phone's rows kept beside its own.

use std::path::PathBuf;

use anyhow::Result;
use bench::{Loan, Order, Row, Run, lend, machine, measure};
use clap::Parser;

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
    /// Measure nothing here: lend a server with so many supervisors to a browser, until the input ends.
    #[arg(long, value_name = "PEOPLE", requires = "site")]
    lend: Option<usize>,
    /// How many tasks each of them has.
    #[arg(long, default_value_t = 5_000)]
    tasks: usize,
    /// What that server serves.
    #[arg(long, value_name = "FOLDER")]
    site: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    if let (Some(people), Some(site)) = (options.lend, options.site) {
        let Options { server, scratch, seed, tasks, .. } = options;
        return lend(Loan { server, site, scratch, seed, people, tasks }).await;
    }
    let rows = options.rows.as_deref().map(bench::read).transpose()?.unwrap_or_default();
    if options.rows_only {
        let mut ground = vec![machine()];
        ground.extend(options.note);
        rows.iter().try_for_each(Row::show)?;
        return Run::of(ground, rows).keep(&options.out);
    }
    measure(Order {
        server: options.server,
        scratch: options.scratch,
        database: None,
        only: options.only,
        short: options.short,
        long: options.long,
        seed: options.seed,
        runs: options.runs,
        notes: options.note,
        rows,
        out: Some(options.out),
        table: options.table,
    })
    .await
}
