//! Scripts and styles: bundled and minified for the oldest browsers that Mingcha supports.

use std::{fs, path::Path};

use anyhow::{Context, Result};

use crate::{
    process::{command, output_or_fail},
    workspace,
};

/// Shape of a script in the result.
#[derive(Clone, Copy)]
pub(crate) enum Script {
    /// Imports are pulled in; what is exported stays.
    Module,
    /// Runs as it is, also where modules are not known.
    Classic,
}

/// Bundles and minifies a script. `defines` replace names in it by JSON values.
pub(crate) fn script(file: &Path, shape: Script, defines: &[(&str, String)]) -> Result<Vec<u8>> {
    let mut call = command(workspace::npm().join("node_modules/.bin/esbuild"));
    call.arg(file).args(["--minify", "--log-level=warning", "--legal-comments=none"]);
    match shape {
        Script::Module => {
            call.args(["--bundle", "--format=esm", "--target=chrome111,safari16.4"]);
        }
        Script::Classic => {
            call.arg("--target=es2017");
        }
    }
    for (name, value) in defines {
        call.arg(format!("--define:{name}={value}"));
    }
    output_or_fail(&mut call)
}

/// Bundles a style sheet with what it imports and minifies it.
pub(crate) fn style(file: &Path) -> Result<Vec<u8>> {
    output_or_fail(
        command(lightning_css()?)
            .args(["--bundle", "--minify", "--targets", "chrome >= 111, safari >= 16.4, firefox >= 113"])
            .arg(file),
    )
}

/// The program itself lies in the one optional package that fits this machine.
fn lightning_css() -> Result<std::path::PathBuf> {
    let folder = workspace::npm().join("node_modules");
    fs::read_dir(&folder)
        .with_context(|| format!("{} is missing; `cargo xtask setup` makes it", folder.display()))?
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("lightningcss-cli-"))
        .map(|entry| entry.path().join("lightningcss"))
        .find(|program| program.exists())
        .context("Lightning CSS is not installed for this machine; run `cargo xtask setup`")
}
