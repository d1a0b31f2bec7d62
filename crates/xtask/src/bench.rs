//! Measuring: the phone by `end2end/bench`, the server by `crates/bench` against a release build, the table of a whole
//! run into `docs/benchmarks.md`.

use std::{
    fs,
    process::{Command, exit},
};

use anyhow::{Context as _, Result};

use crate::{
    build::{self, build},
    process::{cargo, run as call},
    setup,
    test::browser_tests,
    workspace::{self, Profile},
};

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only these gates, separated by commas.
    #[arg(long, value_delimiter = ',')]
    only: Vec<u32>,
    /// Only to see that everything runs.
    #[arg(long)]
    short: bool,
    /// What else is to be known of this run, for the table: what ran beside it.
    #[arg(long, value_name = "TEXT")]
    note: Vec<String>,
}

/// The gates that a browser measures, each with its file.
const PHONE: [(u32, &str); 6] = [
    (POLL, "pull.spec"),
    (6, "save.spec"),
    (7, "load.spec"),
    (8, "start.spec"),
    (9, "photos.spec"),
    (11, "lighthouse.spec"),
];

/// The gate of which the server measures a part too.
const POLL: u32 = 5;

/// Builds what it takes and measures. A run of all gates writes the table.
pub(crate) fn run(options: &Options) -> Result<()> {
    call(cargo().args(["build", "--release", "-p", "server", "-p", "bench", "-p", "drills"]))?;
    let out = workspace::target().join("bench");
    fs::create_dir_all(&out).with_context(|| format!("making {}", out.display()))?;
    let rows = out.join("phone.jsonl");
    let whole = phone(options, &rows)?;
    let server: Vec<String> = options
        .only
        .iter()
        .filter(|gate| **gate == POLL || !PHONE.iter().any(|(one, _)| one == *gate))
        .map(u32::to_string)
        .collect();
    let mut bench = Command::new(workspace::target().join("release/bench"));
    bench.arg("--server").arg(workspace::server_binary(Profile::Release));
    bench.arg("--out").arg(&out).arg("--rows").arg(&rows);
    if !server.is_empty() {
        bench.args(["--only", &server.join(",")]);
    } else if !options.only.is_empty() {
        bench.arg("--rows-only");
    }
    for note in &options.note {
        bench.args(["--note", note]);
    }
    if options.short {
        bench.arg("--short");
    }
    if options.only.is_empty() && !options.short {
        bench.arg("--table").arg(workspace::root().join("docs/benchmarks.md"));
    }
    call(&mut bench)?;
    if !whole {
        println!("a gate of the phone did not run to its end");
        exit(1);
    }
    Ok(())
}

/// Lets a browser measure the phone's gates; `false` if one of them did not run to its end. The others' rows are kept.
fn phone(options: &Options, rows: &std::path::Path) -> Result<bool> {
    fs::write(rows, "").with_context(|| format!("emptying {}", rows.display()))?;
    let wanted = PHONE.iter().filter(|(gate, _)| options.only.is_empty() || options.only.contains(gate));
    let files: Vec<&str> = wanted.map(|(_, file)| *file).collect();
    if files.is_empty() {
        return Ok(true);
    }
    build(&build::Options::bundles(Profile::Release))?;
    if files.contains(&"lighthouse.spec") {
        setup::npm(&workspace::root().join("end2end/lighthouse"), "Lighthouse", "about 30 s")?;
    }
    let mut runner = browser_tests()?;
    runner
        .args(["-c", "bench.config.ts"])
        .args(files)
        .env("MINGCHA_BIN", workspace::server_binary(Profile::Release))
        .env("MINGCHA_DRILL", workspace::target().join("release/drill"))
        .env("MINGCHA_LENDER", workspace::target().join("release/bench"))
        .env("MINGCHA_BENCH", rows);
    if options.short {
        runner.env("MINGCHA_SHORT", "1");
    }
    Ok(runner.status().context("starting Playwright")?.success())
}
