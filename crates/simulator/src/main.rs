//! `simulator --seeds 10000`: runs worlds, says what they came to, writes down the history of one that broke a promise.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use clap::Parser;
use mutants::Mutant;
use serde_json::json;
use simulator::{Outcome, STEPS, Sum, rate, run, run_all};

/// What each of the simulator's promises is shown by, in the checker's counts.
const PROMISES: [&str; 8] = ["P2", "P3", "P8", "P9", "P10", "P12", "P13", "P14"];

/// Runs worlds, each decided by its seed.
#[derive(Parser)]
struct Options {
    /// How many worlds.
    #[arg(long, default_value_t = 10_000)]
    seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// One world only; its history is written down.
    #[arg(long)]
    seed: Option<u64>,
    /// Steps of a world.
    #[arg(long, default_value_t = STEPS)]
    steps: usize,
    /// With a planted bug awake: a world must break.
    #[arg(long)]
    mutant: Option<String>,
    /// Where histories go.
    #[arg(long, default_value = "target/trust")]
    into: PathBuf,
}

fn main() -> ExitCode {
    let options = Options::parse();
    if let Some(name) = &options.mutant {
        let Some(mutant) = Mutant::from_name(name) else {
            eprintln!("there is no planted bug {name}");
            return ExitCode::from(2);
        };
        mutants::wake(Some(mutant));
        if !mutants::planted(mutant) {
            eprintln!("this build has no planted bugs: add --features mutants/planted");
            return ExitCode::from(2);
        }
    }
    if let Some(seed) = options.seed {
        let outcome = run(seed, options.steps);
        show(&outcome, &options.into);
        return ExitCode::from(u8::from(!outcome.faults.is_empty()));
    }
    let begun = Instant::now();
    let tell = |done: u64| {
        if done.is_multiple_of(1_000) {
            println!("   {done} worlds, {} a second", rate(done, begun.elapsed()));
        }
    };
    let seeds = options.from..options.from + options.seeds;
    let sum = run_all(seeds, options.steps, 5, &tell);
    let seconds = begun.elapsed().as_secs_f64();
    println!("   {} worlds in {seconds:.1} s: {}", sum.worlds, json!(sum.counts));
    for outcome in &sum.broken {
        show(outcome, &options.into);
    }
    if options.mutant.is_none() {
        write_figures(&sum, &options, seconds);
    }
    // A planted bug that nothing notices is what is wrong then.
    let as_it_should_be = sum.broken.is_empty() == options.mutant.is_none();
    ExitCode::from(u8::from(!as_it_should_be))
}

fn show(outcome: &Outcome, into: &Path) {
    println!("   seed {}: {} events, {} faults", outcome.seed, outcome.history.len(), outcome.faults.len());
    for fault in outcome.faults.iter().take(12) {
        println!("      {fault}");
    }
    let file = into.join(format!("seed-{}.jsonl", outcome.seed));
    let lines: Vec<String> = outcome.history.iter().filter_map(|event| serde_json::to_string(event).ok()).collect();
    let written = fs::create_dir_all(into).and_then(|()| fs::write(&file, lines.join("\n") + "\n"));
    match written {
        Ok(()) => println!("      history: {}", file.display()),
        Err(error) => println!("      the history could not be written: {error}"),
    }
}

/// One line a promise, where the caller wants them.
fn write_figures(sum: &Sum, options: &Options, seconds: f64) {
    let Some(file) = std::env::var_os("MINGCHA_TRUST") else { return };
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let mut lines = String::new();
    for promise in PROMISES {
        let passed = !sum
            .broken
            .iter()
            .flat_map(|outcome| &outcome.faults)
            .any(|fault| fault.strip_prefix(promise).is_some_and(|rest| rest.starts_with(':')));
        let figures =
            json!({"worlds": sum.worlds, "steps": options.steps, "seconds": seconds as u64, "counts": sum.counts});
        let seed = sum.broken.first().map_or(options.from, |outcome| outcome.seed);
        let line = json!({"promise": promise, "suite": "simulator", "figures": figures, "seed": seed,
                          "date": since, "passed": passed});
        lines.push_str(&line.to_string());
        lines.push('\n');
    }
    let appended = fs::OpenOptions::new().create(true).append(true).open(&file);
    if let Err(error) = appended.and_then(|mut file| file.write_all(lines.as_bytes())) {
        eprintln!("the figures could not be written: {error}");
    }
}
