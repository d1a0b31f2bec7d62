//! `cargo xtask`: everything that builds, runs and checks Mingcha.
//!
//! Cargo alone cannot build it: two WASM bundles, styles and the list of files
//! that a phone keeps for offline use belong to one build, under one build id.
//! Why this is a program of our own: `docs/adr/0001-xtask-builds-two-bundles.md`.

mod bench;
mod build;
mod lint;
mod process;
mod run;
mod setup;
mod tally;
mod test;
#[cfg(test)]
mod tidy;
mod trust;
mod watch;
mod workspace;

use std::process::ExitCode;

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
    /// Install what is missing, or say how; does nothing where nothing is.
    Setup(setup::Options),
    /// Build server, bundles and site; the release unless --dev.
    Build(build::Options),
    /// Build the release and serve it.
    Run(run::Options),
    /// Serve a development build; build and restart at every change.
    Watch(run::Options),
    /// Everything that must pass before a change lands, with a table of times.
    Test(test::Options),
    /// Prove what is promised: the suites of docs/trust.md, in full.
    Trust(trust::Options),
    /// Measure the server against what this machine can do.
    Bench(bench::Options),
    /// Check formatting and lints, on the host and for WASM.
    Lint,
    /// Show what a phone loads on its first visit.
    Size,
    /// Build the one-file release into dist/.
    Dist,
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Setup(options) => setup::setup(&options),
        Command::Build(options) => build::build(&options),
        Command::Run(options) => run::run(&options),
        Command::Watch(options) => watch::watch(&options),
        Command::Test(options) => test::run(&options),
        Command::Trust(options) => trust::run(&options),
        Command::Bench(options) => bench::run(&options),
        Command::Lint => lint::all(),
        Command::Size => build::size(),
        Command::Dist => build::dist(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            // 2: nothing is broken, but a person has to install something first.
            ExitCode::from(if error.is::<setup::Missing>() { 2 } else { 1 })
        }
    }
}
