//! For contributors: a development build that follows the files.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Child,
    thread::sleep,
    time::{Duration, SystemTime},
};

use anyhow::{Context, Result};

use crate::{
    build::{self, build},
    process::{command, run},
    run::Options,
    workspace::{self, Profile},
};

const WATCHED: [&str; 6] = ["app", "crates", "server", "style", "public", "Cargo.toml"];

/// Builds and serves; builds again and restarts at every change. Pages of a
/// development build reload themselves when their server comes back.
pub(crate) fn watch(options: &Options) -> Result<()> {
    let mut server: Option<Child> = None;
    loop {
        let seen = newest_change();
        match build(&build::Options::all(Profile::Dev)) {
            Ok(()) => {
                if let Some(old) = server.take() {
                    stop(old)?;
                }
                let call = &mut options.serve(Profile::Dev);
                server = Some(call.spawn().context("the server could not be started")?);
            }
            // What runs goes on; the next change may mend it.
            Err(error) => eprintln!("error: {error:#}"),
        }
        println!("watching {}", WATCHED.join(", "));
        while newest_change() == seen {
            sleep(Duration::from_millis(500));
        }
    }
}

/// Asks the server to stop and waits: its database stops with it.
fn stop(mut server: Child) -> Result<()> {
    run(command("kill").args(["-TERM", &server.id().to_string()]))?;
    server.wait().context("waiting for the server to stop")?;
    Ok(())
}

fn newest_change() -> Option<SystemTime> {
    let mut newest = None;
    let mut open: Vec<PathBuf> = WATCHED.iter().map(|name| workspace::root().join(name)).collect();
    while let Some(path) = open.pop() {
        if is_noise(&path) {
            continue;
        }
        if path.is_dir() {
            open.extend(fs::read_dir(&path).into_iter().flatten().flatten().map(|entry| entry.path()));
        } else {
            let changed = fs::metadata(&path).and_then(|data| data.modified()).ok();
            newest = newest.max(changed);
        }
    }
    newest
}

fn is_noise(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == "node_modules" || name.to_string_lossy().starts_with('.'))
}
