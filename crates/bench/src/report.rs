//! What was measured: one line of JSON a gate, and the table of the last run.

use std::{fmt::Write as _, fs, io::Write as _, path::Path};

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};

/// One gate's result.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Row {
    /// Its number.
    pub(crate) gate: u32,
    /// What was measured.
    pub(crate) what: String,
    /// What it must reach, in words.
    pub(crate) must: String,
    /// Whether it did.
    pub(crate) reached: bool,
    /// The figures, by name with unit.
    pub(crate) figures: Vec<(String, f64)>,
}

/// A run: where, with what, and what came out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Run {
    /// Machine, database and settings.
    pub(crate) ground: Vec<String>,
    /// The gates.
    pub(crate) rows: Vec<Row>,
}

impl Row {
    /// Prints it, and insists that every figure is one.
    pub(crate) fn show(&self) -> Result<()> {
        println!("\ngate {}: {} -> {}", self.gate, self.what, if self.reached { "reached" } else { "missed" });
        println!("  must: {}", self.must);
        for (name, value) in &self.figures {
            println!("  {name:<58} {}", number(*value));
            ensure!(value.is_finite(), "gate {}: {name} is no number", self.gate);
        }
        Ok(())
    }
}

impl Run {
    /// Appends one line of JSON a gate to `folder`.
    pub(crate) fn keep(&self, folder: &Path) -> Result<()> {
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
            "# Benchmarks\n\nWritten by `make bench` after each whole run, never by hand. Every figure that is compared with a limit is\n\
             compared with that limit measured in the same run, alternating; medians. What each gate is:\n`crates/bench/src/gates`.\n\n",
        );
        for line in &self.ground {
            // Writing into a string cannot fail.
            let _ = writeln!(text, "* {line}");
        }
        text.push_str("\n| gate | what | must | |\n|---|---|---|---|\n");
        for row in &self.rows {
            let reached = if row.reached { "reached" } else { "**missed**" };
            let _ = writeln!(text, "| {} | {} | {} | {reached} |", row.gate, row.what, row.must);
        }
        for row in &self.rows {
            let _ = write!(text, "\n## Gate {}: {}\n\n| figure | |\n|---|---|\n", row.gate, row.what);
            for (name, value) in &row.figures {
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

    #[test]
    fn a_figure_that_is_none_is_an_error() {
        let row = |value| Row {
            gate: 1,
            what: String::new(),
            must: String::new(),
            reached: true,
            figures: vec![("x".to_owned(), value)],
        };
        assert!(row(1.0).show().is_ok());
        assert!(row(f64::NAN).show().is_err());
        assert!(Run { ground: vec!["here".to_owned()], rows: vec![row(12.0)] }.table().contains("| x | 12.0 |"));
    }
}
