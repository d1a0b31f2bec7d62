//! Where things lie, and which crates are built together.

use std::{
    env,
    path::{Path, PathBuf},
};

/// The crates of the host, built and tested in one cargo call with `hq` in its
/// `ssr` mode. A test compares this list and the two below with the workspace.
pub(crate) const HOST: [&str; 16] = [
    "domain",
    "json",
    "lists",
    "mutants",
    "protocol",
    "sync",
    "store",
    "checker",
    "simulator",
    "virtual-phone",
    "drills",
    "xtask",
    "ui",
    "hq",
    "server",
    "bench",
];

/// What [`HOST`] needs: HQ rendered on the server, the five checklists at hand. Tests have the planted bugs in them,
/// asleep.
pub(crate) const HOST_FEATURES: &str = "domain/builtin,hq/ssr,mutants/planted";

/// The phone's half. Its pure parts are tested on the host, in a cargo call of
/// its own: the features `phone` and `whole` of `face` exclude one another.
pub(crate) const FIELD: [&str; 3] = ["device", "face", "field"];

/// The target of both bundles.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// How something is built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Quickly, for the one who changes it.
    Dev,
    /// As it is used.
    Release,
}

impl Profile {
    /// Its name in paths and in the manifest.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Release => "release",
        }
    }
}

/// The repository.
pub(crate) fn root() -> &'static Path {
    // The parent of crates/xtask; both steps exist, or this crate could not have been built.
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    crates.parent().unwrap_or(crates)
}

/// Where cargo puts what it builds.
pub(crate) fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// The files that the server hands out: `manifest.json` and what it lists.
pub(crate) fn site(profile: Profile) -> PathBuf {
    target().join("site").join(profile.name())
}

/// The binary `mingcha`.
pub(crate) fn server_binary(profile: Profile) -> PathBuf {
    let folder = match profile {
        Profile::Dev => "debug",
        Profile::Release => "release",
    };
    target().join(folder).join("mingcha")
}

/// The npm packages that the build calls.
pub(crate) fn npm() -> PathBuf {
    root().join("crates/xtask/npm")
}

/// `-p` for each of `crates`.
pub(crate) fn packages<'a>(crates: &[&'a str]) -> Vec<&'a str> {
    crates.iter().flat_map(|name| ["-p", name]).collect()
}
