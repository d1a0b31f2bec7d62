//! What the phone's bundle may not contain, from `cargo tree`.

use super::none;
use crate::{
    process::{cargo, output_or_fail},
    workspace::WASM,
};

/// Each costs tens of kilobytes on a phone, or does there what only a server may do.
const BANNED: [&str; 12] = [
    "chrono",
    "fluent",
    "icu_datetime",
    "image",
    "jiff",
    "leptos_i18n",
    "leptos_router",
    "rand",
    "reqwest",
    "sqlx",
    "time",
    "tokio",
];

/// leptos brings these itself (for its configuration and server functions) and the linker
/// drops what the phone never calls; our own crates must not start to call them.
const NOT_BY_US: [&str; 7] = ["config", "idna", "regex", "server_fn", "toml", "url", "walkdir"];

fn tree(arguments: &[&str]) -> Vec<String> {
    let fixed = ["tree", "-p", "frontend-field", "--target", WASM, "-e", "normal"];
    let text = output_or_fail(cargo().args(fixed).args(arguments)).unwrap();
    String::from_utf8(text).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn the_phone_carries_nothing_heavy() {
    let lines = tree(&["--prefix", "none"]);
    let crates: Vec<_> = lines.iter().filter_map(|line| line.split(' ').next()).collect();
    assert!(crates.contains(&"leptos"), "the tree is that of the phone: {crates:?}");
    let banned = BANNED.iter().filter(|name| crates.contains(name));
    none("banned from the phone's bundle", banned.map(|name| (*name).to_owned()).collect());
}

#[test]
fn what_leptos_brings_is_not_called_by_us() {
    let mut broken = Vec::new();
    for name in NOT_BY_US {
        let users = tree(&["--prefix", "none", "--depth", "1", "-i", name]);
        // Our crates are those whose line names a folder.
        broken.extend(users.iter().filter(|line| line.contains("(/")).map(|line| format!("{line} uses {name}")));
    }
    none("banned from the phone's own crates", broken);
}
