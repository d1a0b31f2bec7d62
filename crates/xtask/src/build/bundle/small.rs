//! The phone's bundle with a standard library that is built for size and panics without a word.
//!
//! Every index that may be wrong has a sentence and a place for its panic, and the code that formats both: a sixth of
//! the bundle. On a phone nobody reads them. The panic becomes a trap, `boot.js` hears of it and shows the rescue page.
//!
//! The options are those of one version of the compiler, and not stable; with another, or without the sources of the
//! standard library, the bundle is built as usual and is larger.

use std::{path::PathBuf, process::Command};

use crate::{
    process::{command, output},
    workspace,
};

/// The compiler whose options these are.
const COMPILER: &str = "rustc 1.95.";

/// Beside what .cargo/config.toml says. Nothing of the phone's is told to people by its Debug form, and a value of more
/// than one word is copied by one instruction of the engine's instead of a load and a store for each eight bytes.
const RUSTFLAGS: &str =
    "['-Zlocation-detail=none','-Zfmt-debug=none','-Cllvm-args=-max-store-memcpy=1 -max-store-memmove=1']";

/// Whether this compiler knows how, and has the sources.
pub(in crate::build) fn is_possible() -> bool {
    let says = |arguments: &[&str]| output(command("rustc").args(arguments));
    says(&["--version"]).is_some_and(|version| version.starts_with(COMPILER))
        && says(&["--print", "sysroot"])
            .is_some_and(|root| PathBuf::from(root.trim()).join("lib/rustlib/src/rust/library/Cargo.lock").exists())
}

/// Adds it to a call of cargo; gives the target folder of that call. It is one of its own, because what the variable
/// changes would build everything else anew each time.
pub(super) fn add(call: &mut Command) -> PathBuf {
    let target = workspace::target().join("small");
    call.env("RUSTC_BOOTSTRAP", "1")
        .arg("--target-dir")
        .arg(&target)
        .args(["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size", "-Zpanic-immediate-abort"])
        .args(["--config", "profile.wasm-release.panic='immediate-abort'"])
        .args(["--config", &format!("target.wasm32-unknown-unknown.rustflags={RUSTFLAGS}")]);
    target
}
