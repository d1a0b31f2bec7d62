//! Where things lie, and which crates are built together.

use std::{
    env,
    path::{Path, PathBuf},
};

/// The crates of the host, built and tested in one cargo call with `hq` in its
/// `ssr` mode. A test compares this list and the two below with the workspace.
pub(crate) const HOST: [&str; 8] = [
    "domain", "protocol", "sync", "store", "xtask", "ui", "hq", "server",
];

/// What [`HOST`] needs so that HQ renders on the server.
pub(crate) const HOST_FEATURES: &str = "hq/ssr";

/// The phone's half. Its pure parts are tested on the host, in a cargo call of
/// its own: leptos' csr and ssr exclude one another.
pub(crate) const FIELD: [&str; 2] = ["device", "field"];

/// The repository.
pub(crate) fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// Where cargo puts what it builds.
pub(crate) fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// `-p` for each of `crates`.
pub(crate) fn packages<'a>(crates: &[&'a str]) -> Vec<&'a str> {
    crates.iter().flat_map(|name| ["-p", name]).collect()
}
