//! Rules about the text of the sources.

use super::{Source, none, sources};

/// Where the clock is read and random bytes are drawn; everybody else is handed them.
const ADAPTERS: [&str; 8] = [
    "crates/bench/src/clock.rs",
    "crates/device/src/clock.rs",
    "crates/device/src/random.rs",
    "crates/drills/src/clock.rs",
    "crates/simulator/src/main.rs",
    "crates/xtask/",
    "server/src/clock.rs",
    "server/src/random.rs",
];

/// Clocks and randomness.
const AMBIENT: [&str; 9] = [
    "Utc::now",
    "SystemTime::now",
    "Date::now",
    "Date::new_0",
    "thread_rng",
    "rand::rng(",
    "OsRng",
    "Uuid::new_v4",
    "Uuid::now_v7",
];

/// Files in which a feature may switch code on or off.
const GATES: [&str; 4] =
    ["app/hq/src/lib.rs", "crates/domain/src/checklist.rs", "crates/face/src/lib.rs", "crates/mutants/src/lib.rs"];

/// Places in Rust code at which one of `words` stands.
fn places(words: &[&str], skip: impl Fn(&Source) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources().iter().filter(|source| source.is_rust() && !skip(source)) {
        for (n, line) in source.code() {
            let line = line.split("//").next().unwrap_or(line);
            if let Some(word) = words.iter().find(|word| line.contains(**word)) {
                found.push(format!("{}:{n}: {word}", source.path));
            }
        }
    }
    found
}

fn is_xtask(source: &Source) -> bool {
    source.path.starts_with("crates/xtask/")
}

#[test]
fn sql_lives_in_store() {
    let is_statement = |line: &str| {
        let line = line.to_ascii_lowercase();
        let starts = ["select ", "insert into ", "delete from ", "update ", "create ", "alter ", "grant "];
        line.split('"').skip(1).any(|literal| {
            let literal = literal.trim_start();
            starts.iter().any(|start| literal.starts_with(start))
                && [" from ", " set ", " into ", " table ", " role ", " schema ", "select 1", "select set_config"]
                    .iter()
                    .any(|part| literal.contains(part))
        })
    };
    let mut found = places(&["sqlx::query", "query_as!", "query!(", "query_scalar!"], |source| {
        is_xtask(source) || source.path.starts_with("crates/store/")
    });
    for source in sources().iter().filter(|s| s.is_rust() && !is_xtask(s)) {
        if source.path.starts_with("crates/store/") {
            continue;
        }
        let lines = source.code().filter(|(_, line)| is_statement(line));
        found.extend(lines.map(|(n, line)| format!("{}:{n}: {}", source.path, line.trim())));
    }
    none("SQL outside crates/store", found);
}

#[test]
fn clock_and_randomness_are_passed_in() {
    let found =
        places(&AMBIENT, |source| source.is_test() || ADAPTERS.iter().any(|adapter| source.path.starts_with(adapter)));
    none("a clock or randomness outside its adapter", found);
}

#[test]
fn features_gate_modules_in_few_places() {
    let found = places(&["cfg(feature", "cfg(not(feature", "cfg(all(feature", "cfg(any(feature"], |source| {
        is_xtask(source) || source.is_test() || GATES.contains(&source.path.as_str())
    });
    none("a feature gate in a file that is not listed for it", found);
}

#[test]
fn modules_are_named_after_themselves() {
    let found = sources().into_iter().filter(|source| source.path.ends_with("/mod.rs"));
    none("mod.rs instead of foo.rs beside foo/", found.map(|source| source.path).collect());
}

#[test]
fn no_lint_is_silenced_for_good() {
    // `expect` says why and complains when it is no longer needed.
    none("allow instead of expect", places(&["#[allow(", "#![allow("], is_xtask));
}

#[test]
fn the_repository_stands_alone() {
    let outside = concat!("..", "/shared");
    let found = sources().into_iter().filter(|source| source.text.contains(outside));
    none("a reference to a folder outside", found.map(|source| source.path).collect());
}

#[test]
fn server_functions_have_fixed_addresses() {
    let mut found = Vec::new();
    for source in sources().iter().filter(|source| source.is_rust() && !is_xtask(source)) {
        for (at, _) in source.text.match_indices("#[server") {
            let attribute = source.text[at..].split(']').next().unwrap_or_default();
            // An attribute of an argument.
            if attribute == "#[server(default)" {
                continue;
            }
            if !attribute.contains("prefix") || !attribute.contains("endpoint") {
                found.push(format!("{}: {attribute}]", source.path));
            }
        }
    }
    none("a server function without prefix and endpoint: tabs would not survive a deployment", found);
}

#[test]
fn views_carry_no_inline_styles() {
    // `style:width=…` in a view; a struct's field has a space after the colon.
    let is_styled = |line: &str| {
        let mut rest = line.split(" style:").skip(1);
        line.contains(" style=") || rest.any(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()))
    };
    let mut found = Vec::new();
    for source in sources().iter().filter(|source| source.path.starts_with("app/") && source.is_rust()) {
        let lines = source.code().filter(|(_, line)| is_styled(line));
        found.extend(lines.map(|(n, _)| format!("{}:{n}", source.path)));
    }
    none("inline styles, which the content security policy ignores", found);
}

#[test]
fn nothing_wipes_a_phone() {
    let found = sources().into_iter().filter(|source| {
        !is_xtask(source)
            && !source.path.ends_with(".md")
            && ["Clear-Site-Data", "clear-site-data", "localStorage.clear", "LocalStorage::clear"]
                .iter()
                .any(|word| source.text.contains(word))
    });
    none("this would wipe the drafts on the same origin", found.map(|source| source.path).collect());
}
