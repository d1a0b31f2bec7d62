//! How long a suite is.

/// What is common to all suites.
#[derive(Clone, Debug, clap::Args)]
pub struct Common {
    /// From which all luck follows.
    #[arg(long, default_value_t = 20_261_124)]
    pub seed: u64,
    /// A planted bug that the server is to have: the suite must then fail.
    #[arg(long)]
    pub mutant: Option<String>,
}

impl Default for Common {
    fn default() -> Self {
        Self { seed: 20_261_124, mutant: None }
    }
}

impl Common {
    /// The same with a planted bug.
    #[must_use]
    pub fn with_mutant(mutant: &str) -> Self {
        Self { mutant: Some(mutant.to_owned()), ..Self::default() }
    }
}
