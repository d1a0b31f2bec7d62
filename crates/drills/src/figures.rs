//! What a suite came to: shown, and written down where `cargo xtask trust` asks for it.

use std::{fs::OpenOptions, io::Write as _};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::clock::today;

/// The figures of one promise.
#[derive(Debug)]
pub struct Figures {
    /// Which promise.
    pub promise: &'static str,
    /// The suite.
    pub suite: &'static str,
    /// From which seed.
    pub seed: u64,
    /// Numbers.
    pub figures: Value,
    /// What was broken, in words; empty where all was kept.
    pub broken: Vec<String>,
}

impl Figures {
    /// Shows the figures and writes them down; an error where the promise was broken.
    ///
    /// # Errors
    /// The promise was broken, or the file cannot be written.
    pub fn publish(&self) -> Result<()> {
        let passed = self.broken.is_empty();
        let line = json!({
            "promise": self.promise, "suite": self.suite, "figures": self.figures, "seed": self.seed,
            "date": today(), "passed": passed,
        });
        println!("{line}");
        if let Some(file) = std::env::var_os("MINGCHA_TRUST") {
            let mut file = OpenOptions::new().append(true).create(true).open(file).context("the file of figures")?;
            writeln!(file, "{line}")?;
        }
        anyhow::ensure!(passed, "{} is broken, seed {}: {:#?}", self.promise, self.seed, self.broken);
        Ok(())
    }
}
