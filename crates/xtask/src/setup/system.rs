//! Packages of the operating system.

use std::{
    env,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use super::Missing;
use crate::process::{command, output, run};

/// A package of the system under its three names.
struct Package {
    what: &'static str,
    debian: &'static str,
    fedora: &'static str,
    homebrew: &'static str,
    is_there: fn() -> bool,
}

const NODE: Package = Package {
    what: "Node.js with npm",
    debian: "nodejs npm",
    fedora: "nodejs npm",
    homebrew: "node@20",
    is_there: || output(command("npm").arg("--version")).is_some(),
};

const POSTGRESQL: Package = Package {
    what: "PostgreSQL",
    debian: "postgresql",
    fedora: "postgresql-server",
    homebrew: "postgresql@17",
    is_there: has_postgresql,
};

const CHROMIUM: Package = Package {
    what: "Chromium",
    debian: "chromium",
    fedora: "chromium",
    homebrew: "--cask google-chrome",
    is_there: || chromium().is_some(),
};

const FONTS: Package = Package {
    what: "Chinese fonts",
    debian: "fonts-noto-cjk",
    fedora: "google-noto-sans-cjk-fonts",
    homebrew: "",
    is_there: has_chinese_fonts,
};

/// Sets the clock of a server under test. Linux alone has the library in this form.
const FAKETIME: Package = Package {
    what: "libfaketime",
    debian: "faketime",
    fedora: "libfaketime",
    homebrew: "",
    is_there: || !cfg!(target_os = "linux") || on_path("faketime"),
};

/// The second engine of the journeys. Where it cannot be installed that journey says so and is skipped.
const WEBKIT: Package = Package {
    what: "WebKitGTK with its driver",
    debian: "webkit2gtk-driver xvfb gir1.2-webkit2-4.1 python3-gi",
    fedora: "",
    homebrew: "",
    is_there: || on_path("WebKitWebDriver") && on_path("Xvfb"),
};

/// Installs what is missing where apt and root are at hand; else says how.
pub(super) fn install(test: bool) -> Result<()> {
    let mut needs = vec![NODE, POSTGRESQL];
    if test {
        needs.extend([CHROMIUM, FONTS, FAKETIME]);
        if can_install() {
            needs.push(WEBKIT);
        }
    }
    needs.retain(|package| !(package.is_there)());
    if needs.is_empty() {
        return Ok(());
    }
    if !can_install() {
        return Err(Missing(remedy(&needs)).into());
    }
    let what: Vec<_> = needs.iter().map(|package| package.what).collect();
    println!("installing {} with apt (1 to 3 minutes)", what.join(", "));
    let names = needs.iter().flat_map(|package| package.debian.split(' '));
    // Without recommended packages: a fifth of the download.
    run(command("apt-get").args(["update", "-qq"]))
        .context("the package lists could not be updated; check the network and /etc/apt/sources.list")?;
    run(command("apt-get")
        .env("DEBIAN_FRONTEND", "noninteractive")
        .args(["install", "-y", "-qq", "--no-install-recommends"])
        .args(names))
    .with_context(|| format!("apt could not install them. By hand:\n{}", remedy(&needs)))
}

fn remedy(needs: &[Package]) -> String {
    let what: Vec<_> = needs.iter().map(|package| package.what).collect();
    let list = |name: fn(&Package) -> &str| {
        let names: Vec<_> = needs.iter().map(name).filter(|name| !name.is_empty()).collect();
        names.join(" ")
    };
    format!(
        "{} must be installed by you. One of:\n  \
         Debian, Ubuntu:  sudo apt-get install {}\n  \
         Fedora:          sudo dnf install {}\n  \
         macOS:           brew install {}\n\
         Then run the same command again.",
        what.join(", "),
        list(|package| package.debian),
        list(|package| package.fedora),
        list(|package| package.homebrew),
    )
}

fn can_install() -> bool {
    is_root() && on_path("apt-get")
}

fn is_root() -> bool {
    output(command("id").arg("-u")).is_some_and(|id| id.trim() == "0")
}

fn on_path(program: &str) -> bool {
    find(program).is_some()
}

fn find(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(program)).find(|path| path.is_file())
}

/// As the server looks for it; a database of one's own makes it needless.
fn has_postgresql() -> bool {
    if env::var_os("DATABASE_URL").is_some() || on_path("initdb") {
        return true;
    }
    let asked = output(command("pg_config").arg("--bindir"));
    if asked.is_some_and(|folder| Path::new(folder.trim()).join("initdb").is_file()) {
        return true;
    }
    // Debian; Fedora's own lies on PATH; PGDG's RPMs; Homebrew on both kinds of Mac.
    ["/usr/lib/postgresql", "/usr", "/opt/homebrew/opt", "/usr/local/opt"].iter().any(|folder| {
        std::fs::read_dir(folder)
            .is_ok_and(|entries| entries.filter_map(Result::ok).any(|entry| entry.path().join("bin/initdb").is_file()))
    })
}

fn has_chinese_fonts() -> bool {
    cfg!(target_os = "macos") || output(command("fc-list").arg(":lang=zh")).is_some_and(|list| !list.trim().is_empty())
}

/// The browser that the journeys drive: `$CHROMIUM`, else an installed one.
pub(crate) fn chromium() -> Option<PathBuf> {
    if let Some(path) = env::var_os("CHROMIUM") {
        return Some(path.into());
    }
    let mac = Path::new("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome");
    ["chromium", "chromium-browser", "google-chrome"]
        .iter()
        .find_map(|name| find(name))
        .or_else(|| mac.exists().then(|| mac.to_owned()))
}
