//! Rules about the code that no compiler checks: who may depend on whom, where
//! SQL, clocks, randomness and feature gates may stand, and words that may not
//! stand anywhere.

mod edges;
mod source;
mod tree;

use std::{fs, path::Path};

use crate::workspace;

/// A file of the repository that people write.
struct Source {
    /// Relative to the root, with `/`.
    path: String,
    text: String,
}

impl Source {
    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Whether it only runs in tests.
    fn is_test(&self) -> bool {
        ["/tests/", "/tests.rs", "/benches/"].iter().any(|part| self.path.contains(part))
    }

    /// Lines with their numbers, up to the unit tests at the end of the file.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate();
        lines.map(|(n, line)| (n + 1, line)).take_while(|(_, line)| line.trim() != "#[cfg(test)]")
    }
}

/// Every file that people write, in the order of their paths.
fn sources() -> Vec<Source> {
    const SKIPPED: [&str; 6] = ["target", "node_modules", "data", "dist", "test-results", "playwright-report"];
    const ENDS: [&str; 13] =
        ["rs", "toml", "sql", "js", "mjs", "ts", "css", "html", "md", "json", "sh", "svg", "webmanifest"];
    let mut found = Vec::new();
    let mut open = vec![workspace::root().to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap().flatten() {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            if path.is_dir() {
                let hidden = name.starts_with('.') && name != ".ci" && name != ".cargo";
                // Folders of these names further down are the project's own.
                let skipped = SKIPPED.contains(&name.as_str())
                    && (folder == workspace::root() || name == "node_modules" || name == "test-results");
                if !hidden && !skipped {
                    open.push(path);
                }
            } else if is_written(&path, &ENDS) {
                found.push(Source { path: relative(&path), text: fs::read_to_string(&path).unwrap_or_default() });
            }
        }
    }
    assert!(found.len() > 50, "the walk finds the repository: {}", found.len());
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn is_written(path: &Path, ends: &[&str]) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let end = path.extension().and_then(|end| end.to_str()).unwrap_or_default();
    name != "package-lock.json" && (ends.contains(&end) || name == "Makefile" || path.ends_with(".ci/run"))
}

fn relative(path: &Path) -> String {
    path.strip_prefix(workspace::root()).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

/// Fails with every place at which `rule` was broken.
fn none(rule: &str, broken: Vec<String>) {
    assert!(broken.is_empty(), "{rule}:\n  {}", broken.join("\n  "));
}
