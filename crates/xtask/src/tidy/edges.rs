//! Which crate may depend on which: the walls of the house, from `cargo metadata`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::none;
use crate::{
    process::{cargo, output_or_fail},
    workspace::{FIELD, HOST},
};

/// What each crate may use of ours. Tests may use more.
const MAY_DEPEND_ON: [(&str, &[&str]); 21] = [
    // What everybody reads and writes JSON with.
    ("json", &[]),
    ("domain", &["json", "mutants"]),
    // Pure: neither a file nor a database.
    ("lists", &["domain"]),
    // Planted bugs: a constant `false` in every build but those of the suites.
    ("mutants", &[]),
    ("protocol", &["domain", "json", "mutants"]),
    ("sync", &["domain", "json", "protocol", "mutants"]),
    ("device", &["domain", "json", "protocol", "sync", "mutants"]),
    // Receipts and the leaves they stand on are written down once, in `protocol`.
    ("store", &["domain", "protocol", "mutants"]),
    // leptos for HQ; on the phone its signals and macros with one type of view behind them.
    ("face", &[]),
    ("ui", &["domain", "face"]),
    // What its phones decide is decided by the engine of the real one.
    ("virtual-phone", &["domain", "protocol", "sync"]),
    ("field", &["face", "ui", "sync", "device", "domain", "json", "protocol"]),
    // `store` only on the server's side: see the test below.
    ("hq", &["ui", "domain", "store", "mutants"]),
    ("frontend-field", &["field"]),
    ("frontend-hq", &["hq"]),
    // `bench` for the operator's command alone.
    ("server", &["domain", "lists", "protocol", "store", "hq", "ui", "mutants", "bench"]),
    // Drives real processes from outside; reads the log over the owner's login.
    ("drills", &["checker", "domain", "protocol", "store", "sync", "virtual-phone"]),
    // The owner's door into a database of its own, and phones that speak to it.
    ("bench", &["domain", "protocol", "store", "virtual-phone"]),
    // It shares no mistake with what it judges.
    ("checker", &[]),
    ("simulator", &["domain", "json", "protocol", "sync", "mutants", "checker"]),
    ("xtask", &[]),
];

fn metadata() -> Vec<Value> {
    let text = output_or_fail(cargo().args(["metadata", "--format-version", "1", "--no-deps"])).unwrap();
    let metadata: Value = serde_json::from_slice(&text).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

fn name(value: &Value) -> &str {
    value["name"].as_str().unwrap()
}

#[test]
fn crates_use_only_what_they_may() {
    let allowed: BTreeMap<_, _> = MAY_DEPEND_ON.into_iter().collect();
    let packages = metadata();
    let ours: Vec<_> = packages.iter().map(name).collect();
    let mut broken = Vec::new();
    for package in &packages {
        let Some(allowed) = allowed.get(name(package)) else {
            broken.push(format!("{} is in no list of crates/xtask/src/tidy/edges.rs", name(package)));
            continue;
        };
        for dependency in package["dependencies"].as_array().unwrap() {
            let used = name(dependency);
            if dependency["kind"] != "dev" && ours.contains(&used) && !allowed.contains(&used) {
                broken.push(format!("{} -> {used}", name(package)));
            }
        }
    }
    none("edges between crates that nobody decided on", broken);
}

#[test]
fn hq_reaches_the_store_only_on_the_server() {
    for package in metadata().iter().filter(|package| name(package) == "hq") {
        let dependencies = package["dependencies"].as_array().unwrap();
        for store in dependencies.iter().filter(|d| name(d) == "store" && d["kind"] != "dev") {
            assert_eq!(store["optional"], true, "store is optional in hq");
        }
        let hydrate = package["features"]["hydrate"].to_string();
        assert!(!hydrate.contains("store"), "{hydrate}");
    }
}

#[test]
fn only_the_entry_points_are_cdylibs() {
    let mut found: Vec<_> = Vec::new();
    for package in metadata() {
        for target in package["targets"].as_array().unwrap() {
            if target["crate_types"].as_array().unwrap().iter().any(|kind| kind == "cdylib") {
                found.push(name(&package).to_owned());
            }
        }
    }
    found.sort();
    assert_eq!(found, ["frontend-field", "frontend-hq"]);
}

#[test]
fn every_crate_is_linted_and_tested_somewhere() {
    let entry_points = ["frontend-field", "frontend-hq"];
    let mut listed: Vec<&str> = [&HOST[..], &FIELD, &entry_points].concat();
    let packages = metadata();
    let mut ours: Vec<_> = packages.iter().map(name).collect();
    listed.sort_unstable();
    ours.sort_unstable();
    assert_eq!(listed, ours, "crates/xtask/src/workspace.rs");
}
