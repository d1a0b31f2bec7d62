//! The product, running.

use std::{os::unix::process::CommandExt as _, process::Command};

use anyhow::{Context, Result};

use crate::{
    build::{self, build},
    process::{command, show},
    workspace::{self, Profile},
};

/// What to hand on to `mingcha serve`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Also serve https on the local network, for real phones.
    #[arg(long)]
    lan: bool,
    /// Further arguments of `mingcha serve`.
    #[arg(last = true)]
    rest: Vec<String>,
}

impl Options {
    /// The call that serves a build.
    pub(crate) fn serve(&self, profile: Profile) -> Command {
        let mut call = command(workspace::server_binary(profile));
        // Into an empty database only: whoever tries it finds a city, and keeps what they did in it.
        call.args(["serve", "--demo"]).arg("--site").arg(workspace::site(profile));
        if self.lan {
            call.arg("--lan");
        }
        call.args(&self.rest);
        call
    }
}

/// Builds the release and becomes the server, so that Ctrl-C reaches it and nobody else.
pub(crate) fn run(options: &Options) -> Result<()> {
    println!("building the release: 15 to 20 minutes the first time on two cores, seconds when nothing changed");
    build(&build::Options::all(Profile::Release))?;
    let mut call = options.serve(Profile::Release);
    println!("  $ {}", show(&call));
    Err(call.exec()).context("the server could not be started")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `server/tests/cli/start.rs` shows what `serve --demo` does.
    #[test]
    fn make_run_serves_the_release_with_its_demo_city() {
        let call = Options { lan: false, rest: vec!["--addr".into(), "127.0.0.1:0".into()] }.serve(Profile::Release);
        let said: Vec<_> = call.get_args().map(|argument| argument.to_string_lossy().into_owned()).collect();
        let site = workspace::site(Profile::Release).to_string_lossy().into_owned();
        assert_eq!(said, ["serve", "--demo", "--site", &site, "--addr", "127.0.0.1:0"]);
    }
}
