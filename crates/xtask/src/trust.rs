//! The suites that prove what is promised, in full. CI runs a short version of each with the other tests.
//!
//! A suite is a command. It shows its progress as it likes and appends one JSON
//! line for each promise that it looked at to the file that `MINGCHA_TRUST`
//! names: `{"promise","suite","figures","seed","date","passed"}`, `figures` an
//! object of numbers. A suite that ends well and writes nothing has proved
//! nothing, and fails. To add one, add a row to [`SUITES`].

use std::{
    collections::BTreeSet,
    fs,
    path::PathBuf,
    process::{Command, exit},
    time::Instant,
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{
    process::{cargo, run as call},
    test::browser_tests,
    workspace::{self, HOST, HOST_FEATURES, packages},
};

/// What to prove.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only these suites, separated by commas.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// How many seeds, where a suite has seeds.
    #[arg(long)]
    seeds: Option<u64>,
    /// The suites at their full length: takes a night.
    #[arg(long)]
    long: bool,
    /// Name the suites and run none.
    #[arg(long)]
    list: bool,
}

/// A suite: its name, what it proves, and its command.
struct Suite {
    name: &'static str,
    proves: &'static str,
    command: fn(&Options) -> Result<Command>,
}

const SUITES: &[Suite] = &[
    Suite {
        name: "simulator",
        proves: "P2 P3 P8 P9 P10 P12 P13 P14 in one process: 10,000 worlds, a million with --long",
        command: simulator,
    },
    Suite {
        name: "server-kills",
        proves: "P1: server and database are killed under load, and nothing acknowledged is lost",
        command: |options| drill("server-kills", options, &["--servers=50", "--postmasters=50", "--ops=5000"]),
    },
    Suite {
        name: "power-cuts",
        proves: "P1: the power is cut, the copy of the disk recovers, and nothing acknowledged is lost",
        command: |options| drill("power-cuts", options, &["--cuts=25"]),
    },
    Suite {
        name: "restores",
        proves: "P9: the server is lost in traffic and put back from a backup, and phones bring back what that lacks",
        command: |options| drill("restores", options, &["--restores=6"]),
    },
    Suite {
        name: "lines",
        proves: "P10, P11: evidence over lines that damage, break and die",
        command: |options| drill("lines", options, &["--uploads=500", "--equal=200", "--overwrites=50", "--large=40"]),
    },
    Suite {
        name: "disk",
        proves: "P22: a full disk, a crowd, slow clients: refused and never lied about",
        command: |options| drill("disk", options, &["--fills=6", "--crowd=200"]),
    },
    Suite {
        name: "clocks",
        proves: "P14: the clock of server and database is set to and fro while phones work, by libfaketime",
        command: |options| drill("clocks", options, &["--runs=5"]),
    },
    Suite {
        name: "tamper",
        proves: "P16: whatever a superuser of the database changes is found; 10,000 changes take half an hour",
        command: tamper,
    },
    Suite {
        name: "http",
        proves: "P2, P15, P17, P18, P20: the server by its public doors, with everything that can be sent",
        command: http,
    },
    Suite {
        name: "phone",
        proves: "P3-P6, P8, P18, P23-P26: browsers killed and taken apart, the power cut, full phones, stores that die or are old, other people's hands, hostile texts, four tabs at once, bad releases; `cargo xtask test --only host,bundles` first",
        command: phone,
    },
];

fn http(_: &Options) -> Result<Command> {
    let mut command = cargo();
    command.args(["test", "--features", HOST_FEATURES]).args(packages(&HOST)).args([
        "--test",
        "http",
        "--",
        "--nocapture",
    ]);
    Ok(command)
}

fn phone(options: &Options) -> Result<Command> {
    let mut command = browser_tests()?;
    command.args(["-c", "trust.config.ts"]);
    if options.long {
        command.env("MINGCHA_LONG", "1");
    }
    Ok(command)
}

/// A suite of real processes, at full length where that is asked for.
fn drill(suite: &str, options: &Options, short: &[&str]) -> Result<Command> {
    // `cargo run` takes one package only, and built alone it would be another build than the rest.
    let mut build = cargo();
    build
        .args(["build", "--features", HOST_FEATURES])
        .args(packages(&HOST))
        .args(["--bin", "mingcha", "--bin", "drill"]);
    call(&mut build)?;
    let server = workspace::server_binary(workspace::Profile::Dev);
    let mut command = Command::new(server.with_file_name("drill"));
    command.arg(suite).env("MINGCHA_BIN", server);
    if !options.long {
        command.args(short);
    }
    Ok(command)
}

fn simulator(options: &Options) -> Result<Command> {
    let seeds = options.seeds.unwrap_or(if options.long { 1_000_000 } else { 10_000 });
    let mut command = cargo();
    command.args(["run", "--profile", "trust", "-p", "simulator", "--", "--seeds", &seeds.to_string()]);
    Ok(command)
}

fn tamper(options: &Options) -> Result<Command> {
    let (changes, clean) = if options.long { ("10000", "1000") } else { ("2000", "200") };
    let mut command = cargo();
    command
        .args(["test", "--features", HOST_FEATURES])
        .args(packages(&HOST))
        .args(["--test", "store", "tampering", "--", "--nocapture"])
        .env("MINGCHA_TAMPER_CHANGES", changes)
        .env("MINGCHA_TAMPER_CLEAN", clean);
    Ok(command)
}

/// Runs the suites and prints what each promise came to.
pub(crate) fn run(options: &Options) -> Result<()> {
    if options.list {
        for suite in SUITES {
            println!("{:<12} {}", suite.name, suite.proves);
        }
        return Ok(());
    }
    let known: BTreeSet<&str> = SUITES.iter().map(|suite| suite.name).collect();
    if let Some(name) = options.only.iter().find(|name| !known.contains(name.as_str())) {
        bail!("there is no suite {name}; `cargo xtask trust --list` names them");
    }
    let mut failed = Vec::new();
    for suite in SUITES.iter().filter(|suite| options.only.is_empty() || options.only.iter().any(|o| o == suite.name)) {
        println!("\n== {}: {}", suite.name, suite.proves);
        let start = Instant::now();
        if let Err(error) = prove(suite, options) {
            println!("{error:#}");
            failed.push(suite.name);
        }
        println!("   {} s", start.elapsed().as_secs());
    }
    if !failed.is_empty() {
        println!("\nbroken: {}", failed.join(", "));
    }
    exit(i32::from(!failed.is_empty()));
}

fn prove(suite: &Suite, options: &Options) -> Result<()> {
    let file = figures(suite)?;
    let ended = call((suite.command)(options)?.env("MINGCHA_TRUST", &file));
    let written = fs::read_to_string(&file).unwrap_or_default();
    let mut broken = false;
    for line in written.lines() {
        let line: Value = serde_json::from_str(line).with_context(|| format!("a line of {}", file.display()))?;
        let passed = line["passed"] == true;
        broken |= !passed;
        let mark = if passed { "kept" } else { "BROKEN" };
        println!("   {:<4} {mark:<7} {}", line["promise"].as_str().unwrap_or("?"), line["figures"]);
    }
    ended?;
    if written.is_empty() {
        bail!("{} proved nothing: it wrote no line to {}", suite.name, file.display());
    }
    if broken {
        bail!("a promise is broken");
    }
    Ok(())
}

/// Where the suite writes its figures; empty before it begins.
fn figures(suite: &Suite) -> Result<PathBuf> {
    let folder = workspace::target().join("trust");
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    let file = folder.join(format!("{}.jsonl", suite.name));
    fs::write(&file, "").with_context(|| format!("emptying {}", file.display()))?;
    Ok(file)
}
