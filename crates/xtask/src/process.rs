//! Other programs: shown, started, waited for.

use std::{
    ffi::OsStr,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::{tally::Tally, workspace};

/// A call of `program` in the repository's root.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(workspace::root());
    command
}

/// A call of cargo that does not inherit what `cargo run` told this program.
pub(crate) fn cargo() -> Command {
    let mut command = command("cargo");
    for (name, _) in std::env::vars_os() {
        let Some(text) = name.to_str() else { continue };
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}

/// Shows a call as one would type it.
pub(crate) fn show(command: &Command) -> String {
    let mut line =
        Path::new(command.get_program()).file_name().unwrap_or(command.get_program()).to_string_lossy().into_owned();
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}

/// Runs a call; fails when it fails.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    println!("  $ {}", show(command));
    let status = command.status().with_context(|| missing(command))?;
    if !status.success() {
        bail!("`{}` failed ({status})", show(command));
    }
    Ok(())
}

/// Runs a test runner, shows what it prints and counts what it says passed and
/// failed. Whether it succeeded.
pub(crate) fn counted(command: &mut Command, tally: &mut Tally) -> Result<bool> {
    println!("  $ {}", show(command));
    let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| missing(command))?;
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).split(b'\n') {
            let line = line.context("reading a test runner's output")?;
            let line = String::from_utf8_lossy(&line);
            println!("{line}");
            tally.read(&line);
        }
    }
    Ok(child.wait().context("waiting for a test runner")?.success())
}

/// What a call prints; `None` when it cannot be started or fails.
pub(crate) fn output(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// What a call prints; fails when it fails, with what it said.
pub(crate) fn output_or_fail(command: &mut Command) -> Result<Vec<u8>> {
    let output = command.stderr(Stdio::inherit()).output().with_context(|| missing(command))?;
    if !output.status.success() {
        bail!("`{}` failed ({})", show(command), output.status);
    }
    Ok(output.stdout)
}

fn missing(command: &Command) -> String {
    format!("`{}` cannot be started; `cargo xtask setup` installs what is missing", show(command))
}
