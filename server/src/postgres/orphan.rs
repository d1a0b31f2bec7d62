//! A database that outlived its server, and pid files that outlived their process.

use std::{fs, path::Path, process::Command, time::Duration};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use tokio::time::sleep;

/// Stops what still runs in `cluster`, and removes pid files that name somebody else.
///
/// We hold the data folder, so nobody else supervises a database there.
pub(crate) async fn clear(cluster: &Path, socket: &Path) {
    for file in [cluster.join("postmaster.pid"), socket.join(".s.PGSQL.5432.lock")] {
        let Some(pid) = first_pid(&file) else { continue };
        if is_database(pid, cluster) {
            tracing::warn!(pid = pid.as_raw_pid(), "a database outlived its server: stopping it");
            stop(pid, cluster).await;
        }
        // After a reboot or in a new container the number may be anybody's;
        // PostgreSQL would take that process for its own and refuse to start.
        if file.exists() && !is_database(pid, cluster) {
            tracing::info!(file = %file.display(), "removing a pid file whose process is gone");
            if let Err(error) = fs::remove_file(&file) {
                tracing::warn!(%error, "the pid file stays");
            }
        }
    }
}

/// Fast shutdown; after half a minute immediate shutdown, which recovers at the next start.
async fn stop(pid: Pid, cluster: &Path) {
    for (signal, tenths) in [(Signal::INT, 300), (Signal::QUIT, 100), (Signal::KILL, 100)] {
        if let Err(error) = kill_process(pid, signal) {
            tracing::debug!(%error, "the signal did not arrive");
        }
        for _ in 0..tenths {
            if !is_database(pid, cluster) {
                return;
            }
            sleep(Duration::from_millis(100)).await;
        }
    }
}

fn first_pid(file: &Path) -> Option<Pid> {
    let text = fs::read_to_string(file).ok()?;
    Pid::from_raw(text.lines().next()?.trim().parse().ok()?)
}

/// Whether the process lives and is a server of this cluster (a zombie is neither).
fn is_database(pid: Pid, cluster: &Path) -> bool {
    if test_kill_process(pid).is_err() {
        return false;
    }
    let Ok(output) = Command::new("ps").args(["-o", "args=", "-p", &pid.as_raw_pid().to_string()]).output() else {
        // Without ps (bare containers) Linux tells in /proc.
        let line = fs::read(format!("/proc/{}/cmdline", pid.as_raw_pid())).unwrap_or_default();
        return names(&String::from_utf8_lossy(&line).replace('\0', " "), cluster);
    };
    names(&String::from_utf8_lossy(&output.stdout), cluster)
}

fn names(line: &str, cluster: &Path) -> bool {
    line.contains("postgres") && line.contains(&*cluster.to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_pid_file_with_somebody_elses_number_goes() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("postmaster.pid");
        // Ourselves: alive, and no database.
        fs::write(&file, format!("{}\n/elsewhere\n", std::process::id())).unwrap();
        clear(folder.path(), folder.path()).await;
        assert!(!file.exists());
    }
}
