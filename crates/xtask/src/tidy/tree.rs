//! What the phone's bundle may not contain, from `cargo tree`.

use super::none;
use crate::{
    process::{cargo, output_or_fail},
    workspace::WASM,
};

/// Each costs tens of kilobytes on a phone, or does there what only a server may do.
const BANNED: [&str; 21] = [
    "chrono",
    "config",
    "fluent",
    "icu_datetime",
    "idna",
    "image",
    "jiff",
    "leptos",
    "leptos_i18n",
    "leptos_router",
    "rand",
    "regex",
    "reqwest",
    "server_fn",
    "sqlx",
    "tachys",
    "time",
    "tokio",
    "toml",
    "url",
    "walkdir",
];

fn tree(arguments: &[&str]) -> Vec<String> {
    let fixed = ["tree", "-p", "frontend-field", "--target", WASM, "-e", "normal,no-proc-macro"];
    let text = output_or_fail(cargo().args(fixed).args(arguments)).unwrap();
    String::from_utf8(text).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn the_phone_carries_nothing_heavy() {
    let lines = tree(&["--prefix", "none"]);
    let crates: Vec<_> = lines.iter().filter_map(|line| line.split(' ').next()).collect();
    assert!(crates.contains(&"face"), "the tree is that of the phone: {crates:?}");
    let banned = BANNED.iter().filter(|name| crates.contains(name));
    none("banned from the phone's bundle", banned.map(|name| (*name).to_owned()).collect());
}
