//! One WASM bundle: cargo, wasm-bindgen, wasm-opt.

mod names;
mod order;
pub(super) mod small;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use super::asset::sha256_hex;
use crate::{
    process::{cargo, command, output_or_fail, run},
    workspace::{self, Profile, WASM},
};

/// Part of every stamp: raise it when this file makes something else of the same input.
const RECIPE: &str = "4";

/// A front with a bundle of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Front {
    /// The phone.
    Field,
    /// HQ.
    Hq,
}

impl Front {
    /// Its name in paths.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Field => "field",
            Self::Hq => "hq",
        }
    }

    /// Where its `name.js` and `name_bg.wasm` are put.
    pub(crate) fn folder(self, profile: Profile) -> PathBuf {
        workspace::target().join("bundle").join(profile.name()).join(self.name())
    }
}

/// Builds a bundle. wasm-bindgen and wasm-opt run only if cargo's result changed.
pub(crate) fn build(front: Front, profile: Profile) -> Result<()> {
    let name = front.name();
    let input = compile(front, profile)?;
    let bytes = fs::read(&input).with_context(|| format!("reading {}", input.display()))?;
    let stamp = format!("{RECIPE} {}", sha256_hex(&bytes));
    let folder = front.folder(profile);
    let stamp_file = folder.join("stamp");
    if fs::read_to_string(&stamp_file).is_ok_and(|old| old == stamp) {
        return Ok(());
    }
    println!("  {name}: wasm-bindgen");
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("emptying {}", folder.display()))?;
    }
    Bindgen::new()
        .input_bytes(name, bytes)
        .web(true)?
        .typescript(false)
        .keep_debug(profile == Profile::Dev)
        .remove_name_section(profile == Profile::Release)
        .remove_producers_section(true)
        .out_name(name)
        .generate(&folder)?;
    if profile == Profile::Release {
        let module = folder.join(format!("{name}_bg.wasm"));
        optimise(&module)?;
        // HQ's glue takes from several modules, whose names must stay apart.
        if front == Front::Field {
            shorten(&module, &folder.join(format!("{name}.js")))?;
        }
        arrange(&module)?;
    }
    fs::write(&stamp_file, stamp).with_context(|| format!("writing {}", stamp_file.display()))
}

fn compile(front: Front, profile: Profile) -> Result<PathBuf> {
    let name = front.name();
    let package = format!("frontend-{name}");
    let mut call = cargo();
    // An own RUSTFLAGS would replace what .cargo/config.toml says.
    call.env_remove("RUSTFLAGS").args(["build", "--target", WASM, "-p", &package]);
    let mut target = workspace::target();
    let folder = match profile {
        Profile::Dev => "debug",
        Profile::Release => {
            call.args(["--profile", "wasm-release"]);
            if front == Front::Field && small::is_possible() {
                target = small::add(&mut call);
            }
            "wasm-release"
        }
    };
    run(&mut call)?;
    Ok(target.join(WASM).join(folder).join(format!("frontend_{name}.wasm")))
}

/// A call of wasm-opt from a file to another.
fn wasm_opt(from: &Path, to: &Path) -> Command {
    let mut call = command(workspace::npm().join("node_modules/.bin/wasm-opt"));
    // What every supported browser has (Chromium 111, Safari 16.4) and rustc emits.
    call.args(["--enable-bulk-memory", "--enable-nontrapping-float-to-int", "--enable-sign-ext"])
        .args(["--enable-mutable-globals", "--enable-multivalue", "--enable-reference-types"])
        .arg(from)
        .arg("-o")
        .arg(to);
    call
}

fn optimise(file: &Path) -> Result<()> {
    let small = file.with_extension("small");
    run(wasm_opt(file, &small)
        .args(["--strip-debug", "--strip-producers", "--strip-target-features"])
        // Never `--traps-never-happen`: it takes out the checks before the traps.
        .args(["--low-memory-unused", "-Oz", "--gufa", "-Oz"]))?;
    fs::rename(&small, file).with_context(|| format!("replacing {}", file.display()))
}

/// Shortens the names that module and glue know each other by.
fn shorten(module: &Path, glue: &Path) -> Result<()> {
    let short = module.with_extension("short");
    let renamed = output_or_fail(wasm_opt(module, &short).arg("--minify-imports-and-exports-and-modules"))?;
    fs::rename(&short, module).with_context(|| format!("replacing {}", module.display()))?;
    names::follow(glue, &renamed)
}

/// Makes the module easier to compress: its functions in another order, and no alignments, which are hints that no
/// engine heeds. Last of all: any other pass would work the alignments out again.
fn arrange(module: &Path) -> Result<()> {
    let named = module.with_extension("named");
    let bytes = fs::read(module).with_context(|| format!("reading {}", module.display()))?;
    fs::write(&named, order::name(&bytes)?).with_context(|| format!("writing {}", named.display()))?;
    run(wasm_opt(&named, module).args(["--reorder-functions-by-name", "--dealign", "--strip-debug"]))?;
    fs::remove_file(&named).with_context(|| format!("removing {}", named.display()))
}
