//! Short names for what a bundle and its glue know each other by.
//!
//! wasm-bindgen names each function that it passes in either direction by what it is and a hash, once in the module and
//! once in the script: names that no compressor can shorten.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

/// What wasm-opt says that it has renamed: for each the module, the name before and the name now.
#[derive(Deserialize)]
struct Renamed {
    imports: Vec<(String, String, String)>,
    exports: Vec<(String, String)>,
}

/// The name that every module of imports has now.
const MODULE: &str = "a";

/// Renames in the glue what wasm-opt has renamed in the module.
pub(super) fn follow(glue: &Path, said: &[u8]) -> Result<()> {
    let renamed: Renamed = serde_json::from_slice(said).context("reading what wasm-opt has renamed")?;
    let mut modules = renamed.imports.iter().map(|(module, ..)| module);
    let first = modules.next();
    ensure!(modules.all(|module| Some(module) == first), "the glue is of several modules");
    let script = fs::read_to_string(glue).with_context(|| format!("reading {}", glue.display()))?;
    fs::write(glue, rename(&script, &renamed)).with_context(|| format!("writing {}", glue.display()))
}

fn rename(script: &str, renamed: &Renamed) -> String {
    let imports: BTreeMap<&str, &str> = renamed.imports.iter().map(|(_, old, new)| (&**old, &**new)).collect();
    let exports: BTreeMap<&str, &str> = renamed.exports.iter().map(|(old, new)| (&**old, &**new)).collect();
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '$';
    let mut out = String::with_capacity(script.len());
    let mut rest = script;
    while let Some(start) = rest.find(is_name) {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let (name, after) = rest.split_at(rest.find(|letter| !is_name(letter)).unwrap_or(rest.len()));
        let new = if out.ends_with("wasm.") {
            exports.get(name)
        } else if after.starts_with(": function") {
            imports.get(name)
        } else {
            None
        };
        out.push_str(new.copied().unwrap_or(name));
        rest = after;
    }
    out.push_str(rest);
    match renamed.imports.first() {
        Some((module, ..)) => out.replace(&format!("\"{module}\": "), &format!("\"{MODULE}\": ")),
        None => out,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_change_where_module_and_glue_meet_and_nowhere_else() {
        let script = "\
function start() { wasm.start(); }
const import0 = {
    __wbg_get_12: function(start) { return start.get(wasm.memory, wasm.__wbindgen_free); },
};
return { \"./field_bg.js\": import0, memory: 1 };
";
        let renamed = Renamed {
            imports: vec![("./field_bg.js".to_owned(), "__wbg_get_12".to_owned(), "$a".to_owned())],
            exports: [("start", "b"), ("memory", "c")].map(|(old, new)| (old.to_owned(), new.to_owned())).into(),
        };
        let expected = "\
function start() { wasm.b(); }
const import0 = {
    $a: function(start) { return start.get(wasm.c, wasm.__wbindgen_free); },
};
return { \"a\": import0, memory: 1 };
";
        assert_eq!(rename(script, &renamed), expected);
    }
}
