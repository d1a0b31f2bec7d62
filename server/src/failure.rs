//! Why the program ends before its work is done: an exit code, and what to do, in both languages.

use std::{fmt, process::ExitCode};

/// Exit codes. They are part of the interface: `mingcha --help` lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Something that nobody foresaw.
    Unexpected = 1,
    /// A wrong flag, variable, settings file or input file. Nothing was changed.
    Usage = 2,
    /// PostgreSQL is missing, cannot be started or cannot be reached.
    Postgres = 3,
    /// The address is taken or cannot be bound.
    Address = 4,
    /// The data folder cannot be used: not writable, in use, full, with half a demo city.
    Data = 5,
    /// The database may lie about what it has kept, or the login may do too much.
    Unsafe = 6,
    /// The schema is missing, older or newer than this build.
    Schema = 7,
    /// Certificate or key cannot be used.
    Tls = 8,
    /// `verify` found a difference, also where it looked at what `restore` wrote; or `backup` found media missing or changed.
    Differs = 9,
}

/// The lines of `--help` about exit codes.
pub const EXIT_CODES: &str = "\
Exit codes:
  0  done, or stopped by Ctrl-C / SIGTERM
  1  something unforeseen
  2  a wrong flag, variable, settings file or input file; nothing was changed
  3  PostgreSQL is missing, cannot be started or cannot be reached
  4  the address is taken or cannot be bound
  5  the data folder cannot be used: not writable, in use, the disk is full, or a demo city in it is half made
  6  the database may lose what it confirmed, or the serving login may do too much
  7  the schema is missing, or older or newer than this build
  8  the certificate or its key cannot be used
  9  `verify` or `restore` found a difference, or `backup` found media missing or changed; the rest was done";

/// An end with an exit code. Shown once, by `main`.
#[derive(Debug)]
pub struct Failure {
    /// The exit code.
    pub exit: Exit,
    zh: String,
    en: String,
}

/// A result of the process' own parts.
pub type Result<T> = core::result::Result<T, Failure>;

impl Failure {
    /// What happened and what to do, in Chinese and in English.
    #[must_use]
    pub fn new(exit: Exit, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { exit, zh: zh.into(), en: en.into() }
    }

    /// A failure that nobody foresaw; `what` was being done.
    #[must_use]
    pub fn unexpected(what: &str, error: &dyn fmt::Display) -> Self {
        Self::new(Exit::Unexpected, format!("意外错误({what}):{error}"), format!("unexpected ({what}): {error}"))
    }

    /// The code to end with.
    #[must_use]
    pub fn code(&self) -> ExitCode {
        ExitCode::from(self.exit as u8)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "错误:{}\nerror: {}", self.zh, self.en)
    }
}

impl std::error::Error for Failure {}
