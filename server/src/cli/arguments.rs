//! Every word of the command line, with its explanation.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::{config::Layer, failure::EXIT_CODES};

const EXAMPLES: &str = "\
Examples:
  mingcha serve --demo                          try it: http://127.0.0.1:3000, with a demo city
  mingcha serve --lan                           the same for phones on this network (https, QR code)
  mingcha serve --config /etc/mingcha.toml      settings from a file
  DATABASE_URL=postgres://mingcha_serve:…@db/mingcha mingcha serve
                                                with a PostgreSQL that is already there

A settings file is TOML, with the names of the flags and _ for -:
  addr = \"127.0.0.1:3000\"
  data_dir = \"/var/lib/mingcha\"
  public_url = \"https://mingcha.example.cn\"";

fn after_help() -> String {
    format!("{EXAMPLES}\n\n{EXIT_CODES}")
}

/// Mingcha 明察: mystery visits, made offline on a phone, seen at HQ.
///
/// One program: it serves the phone's app at /field and HQ at /hq, and runs its
/// own PostgreSQL unless DATABASE_URL names another.
#[derive(Debug, Parser)]
#[command(name = "mingcha", version, after_help = after_help(), subcommand_required = true, arg_required_else_help = true)]
pub struct Arguments {
    /// A settings file (TOML). A name that nobody knows in it is an error.
    #[arg(long, env = "MINGCHA_CONFIG", value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// Settings.
    #[command(flatten)]
    pub layer: Layer,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve phones and HQ until Ctrl-C. Prints `ready: <url>` when it really serves.
    Serve(ServeOptions),
    /// Bring the database up to this build's schema (needs the owner's login; an embedded one does it by itself).
    Migrate,
}

/// What is said to `serve` alone.
#[derive(Args, Clone, Debug, Default)]
pub struct ServeOptions {
    /// Install the demo city first if the database is empty, and print its accounts.
    #[arg(long)]
    pub demo: bool,
}
