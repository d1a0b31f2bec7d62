//! `drill`: the full suites of real faults. `cargo xtask trust --only server-kills|…` calls it.

use clap::{Parser, Subcommand};
use drills::{clocks, full, kills, lines, power, proxy, restores};

/// Real processes under real faults.
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    suite: Suite,
}

#[derive(Subcommand)]
enum Suite {
    /// P1: server and postmaster are killed under load.
    ServerKills(kills::Kills),
    /// P1: the power is cut: a copy of the running disk is recovered.
    PowerCuts(power::Cuts),
    /// P9: the server is lost and put back from a backup while phones work.
    Restores(restores::Restores),
    /// P22: the disk runs full, everybody comes at once, slow clients hold on.
    Disk(full::Full),
    /// P10, P11: evidence over lines that damage and break.
    Lines(lines::Lines),
    /// P14: the clock of server and database is set to and fro while phones work.
    Clocks(clocks::Clocks),
    /// No suite: a bad line before a server, for the browser's benchmarks.
    Proxy(proxy::Proxy),
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match Cli::parse().suite {
        Suite::ServerKills(kills) => kills::run(&kills).await,
        Suite::PowerCuts(cuts) => power::run(&cuts).await,
        Suite::Restores(restores) => restores::run(&restores).await,
        Suite::Disk(full) => full::run(&full).await,
        Suite::Lines(lines) => lines::run(&lines).await,
        Suite::Clocks(clocks) => clocks::run(&clocks).await,
        Suite::Proxy(proxy) => proxy::run(&proxy).await,
    }
}
