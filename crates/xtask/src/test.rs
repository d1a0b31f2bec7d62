//! Everything that must pass before a change lands, in a fixed order.

use std::{
    fs,
    process::{Command, exit},
    time::Instant,
};

use anyhow::{Context, Result};
use clap::ValueEnum;

use crate::{
    build::{self, build},
    lint,
    process::{cargo, command, counted, run as call},
    setup::{Missing, chromium},
    tally::Tally,
    workspace::{self, FIELD, HOST, HOST_FEATURES, Profile, packages},
};

/// What to run.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only these steps, separated by commas.
    #[arg(long, value_delimiter = ',')]
    only: Vec<Step>,
    /// Further arguments of the browser journeys' runner, such as a file name.
    #[arg(last = true)]
    rest: Vec<String>,
}

/// A step, in the order of running.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Step {
    /// rustfmt
    Fmt,
    /// clippy, the host's crates and their tests
    ClippyHost,
    /// clippy, the phone's bundle
    ClippyField,
    /// clippy, HQ's bundle
    ClippyHq,
    /// tests of the host's crates
    Host,
    /// tests of the phone's crates that need no browser
    Field,
    /// both bundles as they are released, with the limit on the phone's first visit
    Bundles,
    /// the browser journeys, against the server that the tests have built
    Journeys,
    /// what is promised about the phone, in short: `cargo xtask trust --only phone` is the whole
    Phone,
}

const STEPS: [Step; 9] = [
    Step::Fmt,
    Step::ClippyHost,
    Step::ClippyField,
    Step::ClippyHq,
    Step::Host,
    Step::Field,
    Step::Bundles,
    Step::Journeys,
    Step::Phone,
];

struct Row {
    name: String,
    seconds: u64,
    tally: Tally,
    passed: bool,
}

/// Runs the steps, prints the table of times and ends with what failed and `N passed, N failed`.
///
/// A step that fails without a failed test (a lint, a build) counts as one failure.
pub(crate) fn run(options: &Options) -> Result<()> {
    let mut rows = Vec::new();
    for step in STEPS {
        if options.only.is_empty() || options.only.contains(&step) {
            rows.push(time(step, &options.rest));
        }
    }
    let total = print_table(&rows);
    let mut lines: Vec<String> = total.failures.iter().map(|name| format!("failed: {name}")).collect();
    lines.push(format!("{} passed, {} failed", total.passed, total.failed));
    let summary = lines.join("\n");
    let file = workspace::target().join("test-summary.txt");
    fs::write(&file, format!("{summary}\n")).with_context(|| format!("writing {}", file.display()))?;
    println!("{summary}");
    exit(i32::from(total.failed > 0));
}

fn time(step: Step, rest: &[String]) -> Row {
    let name = step.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
    println!("\n== {name}");
    let start = Instant::now();
    let mut tally = Tally::default();
    let passed = perform(step, rest, &mut tally).unwrap_or_else(|error| {
        println!("{error:#}");
        false
    });
    if !passed && tally.failed == 0 {
        tally.failed = 1;
        tally.failures.push(format!("the step {name}"));
    }
    Row { name, seconds: start.elapsed().as_secs(), tally, passed }
}

fn perform(step: Step, rest: &[String], tally: &mut Tally) -> Result<bool> {
    match step {
        Step::Fmt => lint::format().map(|()| true),
        Step::ClippyHost => lint::host().map(|()| true),
        Step::ClippyField => lint::field().map(|()| true),
        Step::ClippyHq => lint::hq().map(|()| true),
        Step::Host => host(tally),
        Step::Field => {
            let mut cargo = cargo();
            cargo.args(["test", "--no-fail-fast"]).args(packages(&FIELD));
            counted(&mut cargo, tally)
        }
        Step::Bundles => build(&build::Options::bundles(Profile::Release)).map(|()| true),
        Step::Journeys => counted(browser_tests()?.args(rest), tally),
        Step::Phone => {
            let mut runner = browser_tests()?;
            if std::env::var_os("MINGCHA_SEED").is_none() {
                runner.env("MINGCHA_SEED", SEED);
            }
            counted(runner.args(["-c", "trust.config.ts"]).args(rest), tally)
        }
    }
}

/// Builds tests and binaries in one call, so that the journeys' server is the one tested here.
fn host(tally: &mut Tally) -> Result<bool> {
    let host = |what: &[&str]| {
        let mut cargo = cargo();
        cargo.args(what).args(["--features", HOST_FEATURES]).args(packages(&HOST));
        cargo
    };
    call(&mut host(&["build", "--bins", "--tests"]))?;
    counted(host(&["test", "--no-fail-fast"]).env("PROPTEST_RNG_SEED", SEED), tally)
}

/// The same inputs each time: who looks for new ones runs `cargo test` or `cargo xtask trust`, which draw them.
const SEED: &str = "20261124";

/// Playwright's runner on the server and the site that were tested here.
pub(crate) fn browser_tests() -> Result<Command> {
    let Some(browser) = chromium() else {
        let remedy = "no Chromium was found; `cargo xtask setup --test` installs it";
        return Err(Missing(remedy.to_owned()).into());
    };
    let end2end = workspace::root().join("end2end");
    let mut runner = command(end2end.join("node_modules/.bin/playwright"));
    runner
        .current_dir(&end2end)
        .env("CHROMIUM", browser)
        .env("MINGCHA_BIN", workspace::server_binary(Profile::Dev))
        .env("MINGCHA_SITE", workspace::site(Profile::Release))
        .arg("test");
    Ok(runner)
}

fn print_table(rows: &[Row]) -> Tally {
    let mut total = Tally::default();
    let mut seconds = 0;
    println!("\n{:<14} {:>8} {:>7} {:>7}", "step", "min:s", "passed", "failed");
    for row in rows {
        let mark = if row.passed { "" } else { "  <- failed" };
        print_row(&row.name, row.seconds, &row.tally, mark);
        total.failures.extend(row.tally.failures.iter().cloned());
        total.passed += row.tally.passed;
        total.failed += row.tally.failed;
        seconds += row.seconds;
    }
    print_row("all", seconds, &total, "");
    println!();
    total
}

fn print_row(name: &str, seconds: u64, tally: &Tally, mark: &str) {
    let time = format!("{}:{:02}", seconds / 60, seconds % 60);
    println!("{name:<14} {time:>8} {:>7} {:>7}{mark}", tally.passed, tally.failed);
}
