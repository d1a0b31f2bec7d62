//! One run of the `postgres` process.

use std::{
    collections::VecDeque,
    fs,
    path::Path,
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, ChildStderr, Command},
    time::{sleep, timeout},
};

use super::{
    binaries::Binaries,
    cluster::{Cluster, explain},
};
use crate::failure::{Failure, Result};

/// How often we look whether it is ready.
const LOOK: Duration = Duration::from_millis(20);
/// How many of its last words are kept for the error message.
const LAST_WORDS: usize = 12;

/// A running `postgres`.
pub(crate) struct Running {
    child: Child,
    pid: Pid,
    words: Arc<Mutex<VecDeque<String>>>,
}

impl Running {
    /// Starts it and waits until it takes connections; recovery after a crash may take a while.
    pub(crate) async fn start(cluster: &Cluster, binaries: &Binaries) -> Result<Self> {
        let mut command = Command::from(cluster.command(binaries, "postgres"));
        command.arg("-D").arg(&cluster.folder);
        for setting in settings(&cluster.socket) {
            command.arg("-c").arg(setting);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| explain("postgres", &error.to_string(), &cluster.folder))?;
        let words = Arc::default();
        if let Some(stderr) = child.stderr.take() {
            tokio::spawn(listen(stderr, Arc::clone(&words)));
        }
        let pid = child.id().and_then(|pid| Pid::from_raw(pid.cast_signed()));
        let pid = pid.ok_or_else(|| explain("postgres", "it ended at once", &cluster.folder))?;
        let mut running = Self { child, pid, words };
        running.wait_until_ready(cluster).await?;
        Ok(running)
    }

    async fn wait_until_ready(&mut self, cluster: &Cluster) -> Result<()> {
        let file = cluster.folder.join("postmaster.pid");
        let mut looks = 0_u32;
        while !is_ready(&file, self.pid) {
            if let Ok(Some(_)) = self.child.try_wait() {
                return Err(self.explain(&cluster.folder).await);
            }
            looks += 1;
            if looks.is_multiple_of(500) {
                tracing::info!("the database is recovering; this may take minutes after a crash");
            }
            sleep(LOOK).await;
        }
        Ok(())
    }

    async fn explain(&self, folder: &Path) -> Failure {
        // Its last words may still be on their way.
        sleep(LOOK * 5).await;
        let words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        explain("postgres", &words.iter().map(String::as_str).collect::<Vec<_>>().join("\n"), folder)
    }

    /// Waits until it ends by itself, which it should not.
    pub(crate) async fn ended(&mut self) -> String {
        self.child.wait().await.map_or_else(|error| error.to_string(), |status| status.to_string())
    }

    /// Fast shutdown, and the wait for its end. A server that hangs is ended harder; nothing confirmed is lost by that.
    pub(crate) async fn stop(mut self) {
        for (signal, patience) in [(Signal::INT, 60), (Signal::QUIT, 10), (Signal::KILL, 10)] {
            if let Err(error) = kill_process(self.pid, signal) {
                tracing::debug!(%error, "the signal did not arrive");
            }
            if timeout(Duration::from_secs(patience), self.child.wait()).await.is_ok() {
                return;
            }
            tracing::warn!(?signal, "the database has not stopped yet");
        }
    }
}

/// What we ask of it beyond its own defaults. Durability is not among them: its
/// defaults are right, and the start-up check notices whoever changed them.
fn settings(socket: &Path) -> [String; 9] {
    [
        "listen_addresses=".to_owned(),
        format!("unix_socket_directories={}", socket.display()),
        "unix_socket_permissions=0700".to_owned(),
        "port=5432".to_owned(),
        "max_connections=120".to_owned(),
        "timezone=UTC".to_owned(),
        "logging_collector=off".to_owned(),
        "log_destination=stderr".to_owned(),
        // Never a row's content in a log.
        "log_error_verbosity=terse".to_owned(),
    ]
}

/// The last line of `postmaster.pid` tells, as it tells `pg_ctl`.
fn is_ready(file: &Path, pid: Pid) -> bool {
    let Ok(text) = fs::read_to_string(file) else { return false };
    let mut lines = text.lines();
    let ours = lines.next().is_some_and(|line| line.trim() == pid.as_raw_pid().to_string());
    ours && lines.nth(6).is_some_and(|line| line.trim() == "ready")
}

/// Hands its words on to our log.
async fn listen(stderr: ChildStderr, words: Arc<Mutex<VecDeque<String>>>) {
    let mut lines = BufReader::new(stderr).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        // A statement holds what people wrote.
        if line.contains("STATEMENT:") || line.contains("DETAIL:") || line.starts_with('\t') {
            continue;
        }
        if ["FATAL:", "PANIC:", "WARNING:"].iter().any(|level| line.contains(level)) {
            tracing::warn!(target: "postgres", "{line}");
        } else {
            tracing::debug!(target: "postgres", "{line}");
        }
        let mut words = words.lock().unwrap_or_else(PoisonError::into_inner);
        if words.len() == LAST_WORDS {
            words.pop_front();
        }
        words.push_back(line);
    }
}
