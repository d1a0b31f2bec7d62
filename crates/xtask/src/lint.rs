//! Formatting and lints. Host and WASM are linted apart: their features exclude one another.

use anyhow::Result;

use crate::{
    process::{cargo, run},
    workspace::{FIELD, HOST, HOST_FEATURES, packages},
};

/// Everything.
pub(crate) fn all() -> Result<()> {
    format()?;
    host()?;
    field()?;
    hq()
}

/// No file differs from what rustfmt writes.
pub(crate) fn format() -> Result<()> {
    run(cargo().args(["fmt", "--all", "--check"]))
}

/// The host's crates, with their tests.
pub(crate) fn host() -> Result<()> {
    run(cargo()
        .args(["clippy", "--all-targets", "--features", HOST_FEATURES])
        .args(packages(&HOST))
        .args(["--", "-D", "warnings"]))
}

/// The phone's bundle, as WASM.
pub(crate) fn field() -> Result<()> {
    run(cargo()
        .args(["clippy", "--target", "wasm32-unknown-unknown", "-p", "frontend-field"])
        .args(packages(&FIELD))
        .args(["--", "-D", "warnings"]))
}

/// HQ's bundle, as WASM.
pub(crate) fn hq() -> Result<()> {
    run(cargo().args(["clippy", "--target", "wasm32-unknown-unknown", "-p", "frontend-hq", "-p", "hq"]).args([
        "--features",
        "hq/hydrate",
        "--",
        "-D",
        "warnings",
    ]))
}
