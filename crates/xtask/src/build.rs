//! The build: server, two WASM bundles, styles, and the one list of files that
//! the HTML, the server and the phone's service worker all read.

mod asset;
mod bundle;
mod site;
mod template;
mod web;

use std::{env, fs};

use anyhow::{Context, Result, ensure};

use crate::{
    process::{cargo, command, run},
    workspace::{self, Profile},
};

pub(crate) use asset::sha256_hex;
use bundle::Front;
use site::Manifest;

/// What a phone should load on its first visit at most, bytes at brotli 11 (gate 10). Not met yet: see `docs/adr/0006`.
const FIRST_VISIT_GATE: u64 = 200_000;
/// What it loads at most until then: a commit that needs more says for what. The waiting page of `public/field/shell.html`
/// says it in megabytes.
const FIRST_VISIT_LIMIT: u64 = 268_100;
/// The same where the sources of the standard library are missing, and the bundle is built with the one that is there.
const FIRST_VISIT_LIMIT_WITHOUT_SOURCES: u64 = 430_000;

/// What to build. Without a part named, all three.
#[derive(clap::Args, Clone, Default)]
pub(crate) struct Options {
    /// Quickly, unoptimised, uncompressed.
    #[arg(long)]
    dev: bool,
    /// As it is used (the default).
    #[arg(long, conflicts_with = "dev")]
    release: bool,
    /// The phone's bundle.
    #[arg(long)]
    field: bool,
    /// HQ's bundle.
    #[arg(long)]
    hq: bool,
    /// The binary `mingcha`.
    #[arg(long)]
    server: bool,
}

impl Options {
    /// How to build.
    pub(crate) const fn profile(&self) -> Profile {
        if self.dev { Profile::Dev } else { Profile::Release }
    }

    /// Everything.
    pub(crate) fn all(profile: Profile) -> Self {
        Self { dev: profile == Profile::Dev, ..Self::default() }
    }

    /// Both bundles, without the server.
    pub(crate) fn bundles(profile: Profile) -> Self {
        Self { field: true, hq: true, ..Self::all(profile) }
    }
}

/// What `boot.js` may weigh, bytes: it stands between the phone and its first paint.
const BOOT_LIMIT: u64 = 2048;

/// Builds what was asked for. What is up to date is not built again.
pub(crate) fn build(options: &Options) -> Result<()> {
    let profile = options.profile();
    let all = !(options.field || options.hq || options.server);
    if all || options.server {
        server(profile)?;
    }
    if all || options.field {
        bundle::build(Front::Field, profile)?;
    }
    if all || options.hq {
        bundle::build(Front::Hq, profile)?;
    }
    if all || options.field || options.hq {
        let manifest = site::assemble(profile)?;
        if profile == Profile::Release {
            check_first_visit(&manifest)?;
        }
    }
    Ok(())
}

fn server(profile: Profile) -> Result<()> {
    let mut call = cargo();
    call.args(["build", "-p", "server"]);
    if profile == Profile::Release {
        call.arg("--release");
    }
    run(&mut call)
}

fn check_first_visit(manifest: &Manifest) -> Result<()> {
    let bytes = manifest.first_visit.brotli;
    let short = bytes.saturating_sub(FIRST_VISIT_GATE);
    let (limit, how) = if bundle::small::is_possible() {
        (FIRST_VISIT_LIMIT, "with a standard library built for size")
    } else {
        (FIRST_VISIT_LIMIT_WITHOUT_SOURCES, "with the standard library as it comes: `rustup component add rust-src`")
    };
    println!("  the phone's first visit: {bytes} bytes at brotli 11 (gate {FIRST_VISIT_GATE}, {short} too many)");
    println!("  {how}");
    for boot in manifest.files.iter().filter(|file| file.logical == "boot.js") {
        ensure!(boot.bytes <= BOOT_LIMIT, "boot.js is {} bytes, more than {BOOT_LIMIT}", boot.bytes);
    }
    ensure!(
        bytes <= limit,
        "the phone's first visit is {bytes} bytes, more than {limit}; \
         `cargo xtask size` shows what it consists of"
    );
    Ok(())
}

/// Prints what the phone loads on its first visit, file by file.
pub(crate) fn size() -> Result<()> {
    build(&Options::bundles(Profile::Release))?;
    let manifest = Manifest::read(&workspace::site(Profile::Release))?;
    println!("\n{:<20} {:>9} {:>9}", "first visit", "bytes", "brotli");
    for file in manifest.files.iter().filter(|file| file.first_visit) {
        println!("{:<20} {:>9} {:>9}", file.logical, file.bytes, file.brotli.unwrap_or(file.bytes));
    }
    let sum = &manifest.first_visit;
    println!("{:<20} {:>9} {:>9}", "all", sum.bytes, sum.brotli);
    for file in manifest.files.iter().filter(|file| file.logical.starts_with("hq.")) {
        println!("{:<20} {:>9} {:>9}", file.logical, file.bytes, file.brotli.unwrap_or(file.bytes));
    }
    Ok(())
}

/// Builds the release for handing out: the server with fat LTO and its site beside it,
/// in one archive below `dist/`.
pub(crate) fn dist() -> Result<()> {
    build(&Options::bundles(Profile::Release))?;
    run(cargo().args(["build", "-p", "server", "--profile", "dist"]))?;
    let name = format!("mingcha-{}-{}-{}", env!("CARGO_PKG_VERSION"), env::consts::OS, env::consts::ARCH);
    let folder = workspace::root().join("dist").join(&name);
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("emptying {}", folder.display()))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    fs::copy(workspace::target().join("dist/mingcha"), folder.join("mingcha"))?;
    run(command("cp").arg("-R").arg(workspace::site(Profile::Release)).arg(folder.join("site")))?;
    run(command("tar").args(["-C", "dist", "-czf"]).arg(format!("dist/{name}.tar.gz")).arg(&name))
}
