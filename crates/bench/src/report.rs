//! What was measured: one line of JSON a gate, and the table of the last run.

use std::{fmt::Write as _, fs, io::Write as _, path::Path};

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};

/// One gate's result.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Row {
    /// Its number.
    pub(crate) gate: u32,
    /// What was measured.
    pub(crate) what: String,
    /// What it must reach, in words.
    pub(crate) must: String,
    /// What counts, each against its limit.
    pub(crate) bounds: Vec<Bound>,
    /// The other figures, by name with unit.
    pub(crate) figures: Vec<(String, f64)>,
}

/// A figure that has to keep to a limit.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Bound {
    /// The figure, with its unit.
    name: String,
    /// What was measured.
    value: f64,
    /// What it is held to.
    limit: f64,
    /// The limit is the least and not the most.
    least: bool,
}

impl Bound {
    /// `value` must be `limit` or more.
    pub(crate) fn at_least(limit: f64, name: &str, value: f64) -> Self {
        Self { name: name.to_owned(), value, limit, least: true }
    }

    /// `value` must be `limit` or less.
    pub(crate) fn at_most(limit: f64, name: &str, value: f64) -> Self {
        Self { name: name.to_owned(), value, limit, least: false }
    }

    /// Whether it keeps to it.
    pub(crate) fn holds(&self) -> bool {
        if self.least { self.value >= self.limit } else { self.value <= self.limit }
    }

    /// The figure, its limit, and by how much it was met or missed.
    fn told(&self) -> String {
        let Self { name, value, limit, least } = self;
        let most = if *least { "at least" } else { "at most" };
        let verdict = match (self.holds(), *limit) {
            (true, _) => "met".to_owned(),
            (false, 0.0) => "**missed**".to_owned(),
            (false, limit) => format!("**missed** by {:.0} %", (value / limit - 1.0).abs() * 100.0),
        };
        format!("{name}: {} ({most} {}), {verdict}", number(*value), number(*limit))
    }
}

/// What is not measured here, by the number of its gate.
const ELSEWHERE: [(u32, &str); 8] = [
    (6, "saving on the phone: not in this run"),
    (7, "the phone under load: not in this run"),
    (8, "the phone's cold start: not in this run"),
    (9, "photos on the phone and over a bad line: not in this run"),
    (
        10,
        "the first visit's bytes: measured by each release build and by `make size`; missed, see \
          [the decision](adr/0006-bundle-over-its-gate.md)",
    ),
    (11, "Lighthouse: not in this run"),
    (13, "search in 750,000 findings: no benchmark yet"),
    (15, "a dashboard over ten million answers: no benchmark yet"),
];

/// A run: where, with what, and what came out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Run {
    /// Machine, database and settings.
    pub(crate) ground: Vec<String>,
    /// The gates.
    pub(crate) rows: Vec<Row>,
    /// Gates that did not run to their end, and why.
    pub(crate) broken: Vec<(u32, String)>,
}

/// Rows that others have measured, one of JSON a line.
///
/// # Errors
/// There is no such file, or a line is no row.
pub fn read(file: &Path) -> Result<Vec<Row>> {
    let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    text.lines().map(|line| serde_json::from_str(line).with_context(|| line.to_owned())).collect()
}

impl Row {
    /// Whether everything that counts keeps to its limit.
    pub(crate) fn reached(&self) -> bool {
        self.bounds.iter().all(Bound::holds)
    }

    /// Prints it, and insists that every figure is one.
    ///
    /// # Errors
    /// One is none.
    pub fn show(&self) -> Result<()> {
        println!("\ngate {}: {} -> {}", self.gate, self.what, if self.reached() { "reached" } else { "missed" });
        println!("  must: {}", self.must);
        for bound in &self.bounds {
            println!("  {}", bound.told());
            ensure!(
                bound.value.is_finite() && bound.limit.is_finite(),
                "gate {}: {} is no number",
                self.gate,
                bound.name
            );
        }
        for (name, value) in &self.figures {
            println!("  {name:<58} {}", number(*value));
            ensure!(value.is_finite(), "gate {}: {name} is no number", self.gate);
        }
        Ok(())
    }
}

impl Run {
    /// A run of which others have measured everything.
    #[must_use]
    pub const fn of(ground: Vec<String>, rows: Vec<Row>) -> Self {
        Self { ground, rows, broken: Vec::new() }
    }

    /// Appends one line of JSON a gate to `folder`.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn keep(&self, folder: &Path) -> Result<()> {
        fs::create_dir_all(folder)?;
        for row in &self.rows {
            let path = folder.join(format!("gate-{:02}.jsonl", row.gate));
            let mut file = fs::OpenOptions::new().create(true).append(true).open(&path)?;
            let line = serde_json::to_string(&serde_json::json!({ "ground": self.ground, "row": row }))?;
            writeln!(file, "{line}").with_context(|| path.display().to_string())?;
        }
        Ok(())
    }

    /// The table, as `docs/benchmarks.md` has it.
    pub(crate) fn table(&self) -> String {
        let mut text = String::from(
            "# Benchmarks\n\nWritten by `make bench` as its gates end, never by hand. Every figure that is compared with a limit is\n\
             compared with that limit measured in the same run, alternating; medians. What each gate is:\n`crates/bench/src/gates`, and \
             `end2end/bench` for those of the phone.\n\n",
        );
        for line in &self.ground {
            // Writing into a string cannot fail.
            let _ = writeln!(text, "* {line}");
        }
        text.push_str("\n| gate | what | must | came out | |\n|---|---|---|---|---|\n");
        for row in &self.rows {
            let reached = if row.reached() { "reached" } else { "**missed**" };
            let told: Vec<String> = row.bounds.iter().map(Bound::told).collect();
            let _ = writeln!(text, "| {} | {} | {} | {} | {reached} |", row.gate, row.what, row.must, told.join("; "));
        }
        for (gate, why) in &self.broken {
            let _ = writeln!(text, "| {gate} | | | it did not run to its end: {why} | **not measured** |");
        }
        text.push_str("\n## Not measured here\n\n| gate | |\n|---|---|\n");
        let is_here = |gate: u32| self.rows.iter().any(|row| row.gate == gate);
        for (gate, what) in ELSEWHERE.into_iter().filter(|(gate, _)| !is_here(*gate)) {
            let _ = writeln!(text, "| {gate} | {what} |");
        }
        for row in &self.rows {
            let _ = write!(text, "\n## Gate {}: {}\n\n| figure | |\n|---|---|\n", row.gate, row.what);
            let bounds = row.bounds.iter().map(|bound| (&bound.name, &bound.value));
            for (name, value) in bounds.chain(row.figures.iter().map(|(name, value)| (name, value))) {
                let _ = writeln!(text, "| {name} | {} |", number(*value));
            }
        }
        text
    }
}

fn number(value: f64) -> String {
    match value.abs() {
        1_000.0.. => format!("{value:.0}"),
        10.0.. => format!("{value:.1}"),
        _ => format!("{value:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(value: f64) -> Row {
        let bounds = vec![Bound::at_most(10.0, "x", value)];
        Row { gate: 1, what: String::new(), must: String::new(), bounds, figures: Vec::new() }
    }

    #[test]
    fn a_figure_that_is_none_is_an_error() {
        assert!(row(1.0).show().is_ok());
        assert!(row(f64::NAN).show().is_err());
    }

    #[test]
    fn the_table_says_by_how_much_a_gate_was_missed_and_what_was_not_measured() {
        let broken = vec![(12, "no room".to_owned())];
        let table = Run { ground: vec!["here".to_owned()], rows: vec![row(12.0), row(9.0)], broken }.table();
        assert!(table.contains("x: 12.0 (at most 10.0), **missed** by 20 % | **missed** |"), "{table}");
        assert!(table.contains("x: 9.000 (at most 10.0), met | reached |"), "{table}");
        assert!(table.contains("| 12 | | | it did not run to its end: no room | **not measured** |"), "{table}");
        assert!(table.contains("| 13 | search"), "{table}");
        assert!(!Bound::at_least(0.5, "y", 0.4).holds() && Bound::at_least(0.5, "y", 0.5).holds());
    }
}
