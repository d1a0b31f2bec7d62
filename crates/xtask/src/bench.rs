//! Measuring the server: `crates/bench` against a release build, the table of a whole run into `docs/benchmarks.md`.

use std::process::Command;

use anyhow::Result;

use crate::{
    process::{cargo, run as call},
    workspace::{self, Profile},
};

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only these gates, separated by commas.
    #[arg(long)]
    only: Option<String>,
    /// Only to see that everything runs.
    #[arg(long)]
    short: bool,
    /// What else is to be known of this run, for the table: what ran beside it.
    #[arg(long, value_name = "TEXT")]
    note: Vec<String>,
}

/// Builds what it takes and measures. A run of all gates writes the table.
pub(crate) fn run(options: &Options) -> Result<()> {
    call(cargo().args(["build", "--release", "-p", "server", "-p", "bench"]))?;
    let mut bench = Command::new(workspace::target().join("release/bench"));
    bench.arg("--server").arg(workspace::server_binary(Profile::Release));
    bench.arg("--out").arg(workspace::target().join("bench"));
    if let Some(only) = &options.only {
        bench.args(["--only", only]);
    }
    for note in &options.note {
        bench.args(["--note", note]);
    }
    if options.short {
        bench.arg("--short");
    }
    if options.only.is_none() && !options.short {
        bench.arg("--table").arg(workspace::root().join("docs/benchmarks.md"));
    }
    call(&mut bench)
}
