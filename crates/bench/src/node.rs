//! Server processes: one with a PostgreSQL of its own, and others that share its database and media.

use std::{
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
    time::timeout,
};

/// How long a node may take to begin.
const PATIENCE: Duration = Duration::from_secs(120);

/// One server process. Killed when it is dropped.
#[derive(Debug)]
pub(crate) struct Node {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

/// Logins of the database of the first node.
#[derive(Deserialize)]
struct Passwords {
    owner: String,
    serve: String,
}

/// A folder with a database, and how to reach it.
#[derive(Debug)]
pub(crate) struct Ground {
    program: PathBuf,
    folder: tempfile::TempDir,
}

impl Ground {
    /// A fresh folder below `parent`. `program` is the server.
    pub(crate) fn new(program: &Path, parent: &Path) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("mcbench").tempdir_in(parent)?;
        // The database's own user must be able to walk in.
        std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
        let site = folder.path().join("site");
        std::fs::create_dir(&site)?;
        std::fs::write(site.join("manifest.json"), r#"{"build":"bench","files":[]}"#)?;
        Ok(Self { program: program.to_owned(), folder })
    }

    /// Its path.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    /// The process id of its PostgreSQL.
    pub(crate) fn postmaster(&self) -> Result<u32> {
        let text = std::fs::read_to_string(self.data().join("postgres/postmaster.pid"))?;
        text.lines().next().and_then(|line| line.trim().parse().ok()).context("postmaster.pid")
    }

    /// The address of the database as its owner, and as the server.
    pub(crate) fn urls(&self) -> Result<(String, String)> {
        let text = std::fs::read(self.data().join("keys/postgres.json"))?;
        let passwords: Passwords = serde_json::from_slice(&text)?;
        let socket = self.data().join("run");
        let url = |user: &str, password: &str| {
            format!("postgres://{user}:{password}@localhost/mingcha?host={}", socket.display())
        };
        Ok((url("mingcha_owner", &passwords.owner), url("mingcha_serve", &passwords.serve)))
    }

    /// Starts the first node, which brings the database along.
    pub(crate) async fn first(&self) -> Result<Node> {
        self.start(&[]).await
    }

    /// Starts another node on the same database, keys and media.
    pub(crate) async fn another(&self) -> Result<Node> {
        let (_, serve) = self.urls()?;
        self.start(&[("DATABASE_URL", serve)]).await
    }

    async fn start(&self, more: &[(&str, String)]) -> Result<Node> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let media = self.path().join("media");
        let mut command = Command::new(&self.program);
        command
            .arg("serve")
            .env("MINGCHA_ADDR", address.to_string())
            .env("MINGCHA_DATA_DIR", self.data())
            .env("MINGCHA_MEDIA_URL", format!("file://{}", media.display()))
            .env("MINGCHA_SITE", self.path().join("site"))
            .env("MINGCHA_LOG", "warn")
            .env_remove("DATABASE_URL")
            .envs(more.iter().map(|(name, value)| (*name, value.as_str())))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(self.path().join(format!("node-{}.log", address.port())))?)
            .kill_on_drop(true);
        let mut child = command.spawn().with_context(|| format!("starting {}", self.program.display()))?;
        let stdout = child.stdout.take().context("no output")?;
        let mut lines = BufReader::new(stdout).lines();
        let ready = async {
            while let Some(line) = lines.next_line().await? {
                if line.starts_with("ready:") {
                    return Ok(());
                }
            }
            bail!("the server ended before it was ready")
        };
        timeout(PATIENCE, ready).await.context("the server does not begin")??;
        // Whatever it says from now on is of no interest, but must not fill the pipe.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Node { child, address })
    }
}

impl Node {
    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id().unwrap_or(0)
    }

    /// Ends it at once, as a power cut would.
    pub(crate) async fn kill(&mut self) -> Result<()> {
        Ok(self.child.kill().await?)
    }

    /// Asks it to stop, and waits: the database that it brought along stops with it.
    pub(crate) async fn stop(mut self) -> Result<()> {
        let stopped = Command::new("kill").arg("-TERM").arg(self.pid().to_string()).status().await?;
        if !stopped.success() || timeout(Duration::from_secs(60), self.child.wait()).await.is_err() {
            self.child.kill().await?;
        }
        Ok(())
    }
}
