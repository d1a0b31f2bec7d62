//! `cargo xtask`: everything that builds, runs and checks Mingcha.
//!
//! Cargo alone cannot build it: two WASM bundles, styles and the list of files
//! that a phone keeps for offline use belong to one build, under one build id.
//! Why this is a program of our own: `docs/adr/0001-xtask-builds-two-bundles.md`.

mod lint;
mod process;
mod tally;
mod test;
mod workspace;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Builds, runs and checks Mingcha.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check formatting and lints, on the host and for WASM.
    Lint,
    /// Everything that must pass before a change lands, with a table of times.
    Test(test::Options),
}

fn main() -> Result<()> {
    match Cli::parse().command {
        Command::Lint => lint::all(),
        Command::Test(options) => test::run(&options),
    }
}
