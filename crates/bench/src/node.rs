//! Server processes: one with a PostgreSQL of its own, and others that share its database and media.

use std::{
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use store::Yardstick;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
    time::timeout,
};

use crate::meter::postmaster_of;

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

/// Addresses of a database, with names and passwords.
#[derive(Clone, Debug)]
pub struct Logins {
    /// The owner's.
    pub owner: String,
    /// The server's.
    pub serve: String,
}

/// A database on a PostgreSQL that is there.
#[derive(Debug)]
struct Guest {
    logins: Logins,
    /// `None`: it runs on another machine.
    postmaster: Option<u32>,
}

/// A folder with a database, and how to reach it.
#[derive(Debug)]
pub(crate) struct Ground {
    program: PathBuf,
    folder: tempfile::TempDir,
    guest: Option<Guest>,
    /// What it serves; nothing where only phones without a screen speak to it.
    site: Option<PathBuf>,
}

impl Ground {
    /// A fresh folder below `parent`, and where `database` names one a fresh database beside it. `program` is the server.
    pub(crate) async fn new(program: &Path, parent: &Path, database: Option<Logins>) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("mcbench").tempdir_in(parent)?;
        // The database's own user must be able to walk in.
        std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
        let site = folder.path().join("site");
        std::fs::create_dir(&site)?;
        std::fs::write(site.join("manifest.json"), r#"{"build":"bench","files":[]}"#)?;
        let mut ground = Self { program: program.to_owned(), folder, guest: None, site: None };
        if let Some(there) = database {
            let name = ground.name();
            let logins = Logins {
                owner: store::at_database(&there.owner, &name)?,
                serve: store::at_database(&there.serve, &name)?,
            };
            store::ensure_database(&logins.owner).await.context("a database for the run cannot be made")?;
            ground.guest = Some(Guest { logins, postmaster: None });
            // From here on it is there, and has to go again.
            if let Err(error) = ground.furnish().await {
                ground.leave().await?;
                return Err(error);
            }
        }
        Ok(ground)
    }

    /// The same with a site to serve.
    pub(crate) fn with_site(self, site: PathBuf) -> Self {
        Self { site: Some(site), ..self }
    }

    /// Fills the database beside the real one, and finds out where it runs.
    async fn furnish(&mut self) -> Result<()> {
        let Some(guest) = &mut self.guest else { return Ok(()) };
        store::migrate(&guest.logins.owner).await?;
        let mut asked = Yardstick::open(&guest.logins.owner).await?;
        guest.postmaster = postmaster_of(asked.backend().await?);
        Ok(())
    }

    /// Leaves nothing behind.
    pub(crate) async fn leave(&self) -> Result<()> {
        match &self.guest {
            Some(guest) => Ok(store::drop_database(&guest.logins.owner).await?),
            None => Ok(()),
        }
    }

    /// What is to be known of the database.
    pub(crate) fn note(&self) -> Option<String> {
        let guest = self.guest.as_ref()?;
        Some(match guest.postmaster {
            Some(_) => format!("a database of its own ({}) on the PostgreSQL that is there", self.name()),
            None => format!("a database of its own ({}) on another machine: its CPU is in no figure", self.name()),
        })
    }

    /// What a database for it is called: no two runs share one.
    fn name(&self) -> String {
        self.path().file_name().unwrap_or_default().to_string_lossy().to_lowercase()
    }

    /// Its path.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    /// The process id of its PostgreSQL, if that runs here.
    pub(crate) fn postmaster(&self) -> Option<u32> {
        if let Some(guest) = &self.guest {
            return guest.postmaster;
        }
        let text = std::fs::read_to_string(self.data().join("postgres/postmaster.pid")).ok()?;
        text.lines().next()?.trim().parse().ok()
    }

    /// The address of the database as its owner, and as the server.
    pub(crate) fn urls(&self) -> Result<(String, String)> {
        if let Some(Guest { logins, .. }) = &self.guest {
            return Ok((logins.owner.clone(), logins.serve.clone()));
        }
        let text = std::fs::read(self.data().join("keys/postgres.json"))?;
        let passwords: Passwords = serde_json::from_slice(&text)?;
        let socket = self.data().join("run");
        let url = |user: &str, password: &str| {
            format!("postgres://{user}:{password}@localhost/mingcha?host={}", socket.display())
        };
        Ok((url("mingcha_owner", &passwords.owner), url("mingcha_serve", &passwords.serve)))
    }

    /// Starts the first node, which brings the database along unless one is there.
    pub(crate) async fn first(&self) -> Result<Node> {
        if self.guest.is_some() { self.another().await } else { self.start(&[]).await }
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
            .env("MINGCHA_SITE", self.site.clone().unwrap_or_else(|| self.path().join("site")))
            .env("MINGCHA_LOG", "warn")
            .env_remove("DATABASE_URL")
            .env_remove("MINGCHA_CONFIG")
            .env_remove("MINGCHA_OWNER_DATABASE_URL")
            .env_remove("MINGCHA_UNIT_DATABASE_URL")
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
