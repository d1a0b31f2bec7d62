//! Installs what is missing. What needs root and a package manager that this
//! program does not have is printed as one command, and the exit code is 2.
//!
//! Checked on Debian 12. The hints for Fedora and macOS were written with care
//! and not tried.

mod system;

use std::{fmt, fs, path::Path};

use anyhow::{Context, Result, bail};

use crate::{
    build::sha256_hex,
    process::{command, output, run},
    workspace::{self, WASM},
};

pub(crate) use system::chromium;

/// For what to set up.
#[derive(clap::Args, Clone, Copy, Default)]
pub(crate) struct Options {
    /// Also what the tests need: a browser, fonts, rustfmt, clippy.
    #[arg(long)]
    test: bool,
}

/// Something has to be installed by hand. The text says what and how.
#[derive(Debug)]
pub(crate) struct Missing(pub(crate) String);

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Missing {}

/// Installs what is missing.
pub(crate) fn setup(options: &Options) -> Result<()> {
    // First what needs packages of the system: npm may be one of them.
    let missing = system::install(options.test);
    rust(options.test)?;
    if output(command("npm").arg("--version")).is_some() {
        npm(&workspace::npm(), "build tools: binaryen, esbuild, Lightning CSS", "about 10 s")?;
        let end2end = workspace::root().join("end2end");
        if options.test && end2end.join("package-lock.json").exists() {
            npm(&end2end, "browser tests: Playwright, axe", "about 10 s")?;
        }
    }
    missing
}

fn rust(test: bool) -> Result<()> {
    if !has_wasm_target() {
        rustup(&["target", "add", WASM], "the WASM target", "10 to 60 s")?;
    }
    if !has_sources() && rustup(&["component", "add", "rust-src"], "the standard library's sources", "10 s").is_err() {
        println!("  without them the phone's bundle is built with the library as it comes, and larger");
    }
    if test {
        for (component, call) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
            if output(command("cargo").args([call, "--version"])).is_none() {
                rustup(&["component", "add", component], component, "about 10 s")?;
            }
        }
    }
    Ok(())
}

fn has_wasm_target() -> bool {
    output(command("rustc").args(["--print", "target-libdir", "--target", WASM]))
        .is_some_and(|folder| Path::new(folder.trim()).exists())
}

/// The phone's bundle is built with a standard library of its own where it can be.
fn has_sources() -> bool {
    output(command("rustc").args(["--print", "sysroot"]))
        .is_some_and(|root| Path::new(root.trim()).join("lib/rustlib/src/rust/library/Cargo.lock").exists())
}

fn rustup(arguments: &[&str], what: &str, takes: &str) -> Result<()> {
    println!("installing {what} ({takes})");
    if output(command("rustup").arg("--version")).is_none() {
        bail!(Missing(format!("{what} is missing and so is rustup: install it from https://rustup.rs")));
    }
    run(command("rustup").args(arguments)).with_context(|| {
        format!("{what} could not be installed; is the network up? Retry: rustup {}", arguments.join(" "))
    })
}

/// `npm ci`, unless the lock file is the one that was installed last.
pub(crate) fn npm(folder: &Path, what: &str, takes: &str) -> Result<()> {
    let lock = folder.join("package-lock.json");
    let lock = fs::read(&lock).with_context(|| format!("reading {}", lock.display()))?;
    let stamp = folder.join("node_modules/.xtask-lock");
    let wanted = sha256_hex(&lock);
    if fs::read_to_string(&stamp).is_ok_and(|old| old == wanted) {
        return Ok(());
    }
    println!("installing the {what} ({takes})");
    // No package's own script runs: none of them needs to.
    run(command("npm").current_dir(folder).args([
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
    ]))
    .with_context(|| format!("npm could not install the {what}; is its registry reachable?"))?;
    fs::write(&stamp, wanted).with_context(|| format!("writing {}", stamp.display()))
}
