//! The command line.

pub(crate) mod arguments;
mod backup;
mod bench;
mod demo;
mod import;
mod migrate;
pub(crate) mod owner;
mod password;
mod restore;
mod say;
mod tenant;
mod user;
mod verify;

pub use arguments::{
    Arguments, BenchOptions, Command, ImportCommand, OfTenant, ServeOptions, TenantCommand, UserCommand, VerifyOptions,
};

use std::process::ExitCode;

use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _, parser::ValueSource};

use crate::{
    config::{Layer, Settings},
    failure::{Failure, Result},
    logs, serve,
};

/// Reads the command line and does what it says.
#[must_use]
pub fn main() -> ExitCode {
    let matches = Arguments::command().get_matches();
    match run(&matches) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("{failure}");
            failure.code()
        }
    }
}

fn run(matches: &ArgMatches) -> Result<ExitCode> {
    let arguments = Arguments::from_arg_matches(matches).unwrap_or_else(|error| error.exit());
    let settings = settings(&arguments, matches)?;
    logs::start(settings.log_format, &settings.log)?;
    tokio::runtime::Runtime::new()
        .map_err(|error| Failure::unexpected("tokio", &error))?
        .block_on(dispatch(arguments.command, &settings))
}

async fn dispatch(command: Command, settings: &Settings) -> Result<ExitCode> {
    match command {
        Command::Serve(options) => serve::serve(settings, &options).await,
        Command::Migrate => migrate::run(settings).await,
        Command::Demo => demo::run(settings).await,
        Command::Tenant(command) => tenant::run(settings, command).await,
        Command::User(command) => user::run(settings, command).await,
        Command::Import(command) => import::run(settings, command).await,
        Command::Verify(options) => verify::run(settings, options).await,
        Command::Bench(options) => bench::run(settings, options).await,
        Command::Backup { to } => backup::run(settings, &to).await,
        Command::Restore { from } => restore::run(settings, &from).await,
    }
    .map(|()| ExitCode::SUCCESS)
}

/// The settings in force for this command line.
///
/// # Errors
/// [`crate::failure::Exit::Usage`].
pub fn settings(arguments: &Arguments, matches: &ArgMatches) -> Result<Settings> {
    let file = match &arguments.config {
        Some(path) => Layer::read(path)?,
        None => Layer::default(),
    };
    // Global flags are found in the matches of the innermost subcommand.
    let mut matches = matches;
    while let Some((_, below)) = matches.subcommand() {
        matches = below;
    }
    let from_environment = |name: &str| {
        matches.try_contains_id(name).is_ok() && matches.value_source(name) == Some(ValueSource::EnvVariable)
    };
    Settings::resolve(&arguments.layer, &file, &from_environment)
}
