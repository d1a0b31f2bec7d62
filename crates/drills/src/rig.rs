//! One server with its own folder, port and embedded PostgreSQL; killed and started as often as it takes.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use domain::evidence::Sha256;
use ed25519_dalek::{Signature, Signer as _, SigningKey, Verifier as _, VerifyingKey};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use store::{Signed, Signer};
use tempfile::TempDir;
use tokio::process::{Child, Command};
use virtual_phone::{Ask, Wire};

use crate::wrong_clock::WrongClock;

/// How long a start may take on a busy machine.
const START: Duration = Duration::from_secs(180);

/// The server program: `MINGCHA_BIN`, or the one that was built with this program.
///
/// # Errors
/// It is not there.
pub fn binary() -> Result<PathBuf> {
    let built = || {
        let this = std::env::current_exe().ok()?;
        this.ancestors().skip(1).take(3).map(|folder| folder.join("mingcha")).find(|program| program.is_file())
    };
    let named = std::env::var_os("MINGCHA_BIN").map(PathBuf::from);
    named.or_else(built).context("mingcha is not built: cargo xtask test --only host builds it")
}

/// A server of our own.
pub(crate) struct Rig {
    pub(crate) data: PathBuf,
    pub(crate) address: SocketAddr,
    mutant: Option<String>,
    media: Option<PathBuf>,
    clock: Option<WrongClock>,
    child: Option<Child>,
    site: TempDir,
    _folder: Option<TempDir>,
}

impl Rig {
    /// With a new data folder, not started.
    pub(crate) fn new(mutant: Option<&str>) -> Result<Self> {
        // Under /tmp: as root the database's user must be able to walk there, and a socket's path is short.
        let folder = tempfile::Builder::new().prefix("mcd").tempdir_in("/tmp")?;
        let mut rig = Self::at(&folder.path().join("d"), mutant)?;
        open(folder.path())?;
        rig._folder = Some(folder);
        Ok(rig)
    }

    /// On the data folder `data`, which may be there already.
    pub(crate) fn at(data: &Path, mutant: Option<&str>) -> Result<Self> {
        let site = tempfile::tempdir()?;
        fs::write(site.path().join("manifest.json"), r#"{"build":"drill","files":[]}"#)?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        Ok(Self {
            data: data.to_owned(),
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            mutant: mutant.map(str::to_owned),
            media: None,
            clock: None,
            child: None,
            site,
            _folder: None,
        })
    }

    /// Photos lie there and not in the data folder.
    pub(crate) fn media_at(&mut self, media: &Path) {
        self.media = Some(media.to_owned());
    }

    /// From its next start on it lives by `clock`, and its database too.
    pub(crate) fn live_by(&mut self, clock: WrongClock) {
        self.clock = Some(clock);
    }

    /// Sets the clock that it lives by so many seconds ahead of the right one.
    pub(crate) fn set_clock(&self, ahead_s: i64) -> Result<()> {
        self.clock.as_ref().context("a clock of its own")?.set(ahead_s)
    }

    /// The program, with nothing of our own environment in its way.
    fn program(&self) -> Result<Command> {
        let mut command = Command::new(binary()?);
        command.env_remove("DATABASE_URL").env_remove("MINGCHA_MUTANT").stdin(Stdio::null()).kill_on_drop(true);
        if let Some(clock) = &self.clock {
            command.env_remove("FAKETIME").envs(clock.environment());
        }
        Ok(command)
    }

    fn command(&self) -> Result<Command> {
        let mut command = self.program()?;
        command
            .arg("serve")
            .arg("--addr")
            .arg(self.address.to_string())
            .arg("--data-dir")
            .arg(&self.data)
            .arg("--site")
            .arg(self.site.path())
            .args(["--log", "warn"])
            .stdout(Stdio::null())
            .process_group(0);
        if let Some(media) = &self.media {
            command.arg("--media-url").arg(format!("file://{}", media.display()));
        }
        if let Some(mutant) = &self.mutant {
            command.env("MINGCHA_MUTANT", mutant);
        }
        let log = fs::OpenOptions::new().append(true).create(true).open(self.data.with_extension("log"))?;
        command.stderr(log);
        Ok(command)
    }

    /// Starts the process and does not wait.
    pub(crate) fn spawn(&mut self) -> Result<()> {
        self.child = Some(self.command()?.spawn().context("mingcha starts")?);
        Ok(())
    }

    /// Starts a process that ends by itself; gives its exit code and what it said.
    pub(crate) async fn begin_and_end(&self) -> Result<(Option<i32>, String)> {
        let ended = self.command()?.stderr(Stdio::piped()).output();
        let ended = tokio::time::timeout(START, ended).await.context("it does not end")??;
        Ok((ended.status.code(), String::from_utf8_lossy(&ended.stderr).into_owned()))
    }

    /// Starts it and waits until it answers.
    pub(crate) async fn start(&mut self) -> Result<()> {
        self.spawn()?;
        self.ready().await
    }

    /// Runs a command of the operator's in the data folder, over another `folder` if it has one, and waits until it has
    /// succeeded.
    pub(crate) async fn operate(&self, command: &str, folder: Option<&Path>) -> Result<()> {
        let output = self.program()?.arg(command).args(folder).arg("--data-dir").arg(&self.data).output();
        let output = tokio::time::timeout(START, output).await.with_context(|| format!("{command} does not end"))??;
        if !output.status.success() {
            bail!("{command} ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr));
        }
        Ok(())
    }

    /// SIGKILL for server and database both, and waits until they are gone.
    pub(crate) async fn crash(&mut self) -> Result<()> {
        let pids = self.pids();
        self.kill().await?;
        for pid in &pids {
            // It may have ended with the server.
            let _ = kill_process(*pid, Signal::KILL);
        }
        let begun = Instant::now();
        while pids.iter().any(|pid| is_alive(*pid)) {
            if begun.elapsed() > START {
                bail!("the database does not die");
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    /// Runs it where it must refuse; its exit code.
    pub(crate) async fn refused(&mut self) -> Result<Option<i32>> {
        let mut child = self.command()?.spawn()?;
        let ended = tokio::time::timeout(START, child.wait()).await;
        if ended.is_err() {
            child.kill().await?;
            bail!("it serves where it must refuse");
        }
        Ok(ended??.code())
    }

    /// Waits until it answers.
    pub(crate) async fn ready(&mut self) -> Result<()> {
        let wire = Wire::new(self.address, 1, Duration::from_secs(5));
        let begun = Instant::now();
        loop {
            let asked = wire.ask(&Ask { method: "GET", path: "/readyz", headers: &[], body: b"" }).await;
            if asked.is_ok_and(|answer| answer.status == 200) {
                return Ok(());
            }
            if let Some(child) = &mut self.child
                && let Some(status) = child.try_wait()?
            {
                bail!("the server ended ({status}): {}", self.last_words());
            }
            if begun.elapsed() > START {
                bail!("the server is not ready after {} s: {}", START.as_secs(), self.last_words());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn last_words(&self) -> String {
        let log = fs::read_to_string(self.data.with_extension("log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().rev().take(12).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }

    /// SIGKILL for the server's process group; the database lives on as an orphan.
    pub(crate) async fn kill(&mut self) -> Result<()> {
        let Some(mut child) = self.child.take() else { return Ok(()) };
        if let Some(pid) = child.id().and_then(|id| Pid::from_raw(id.cast_signed())) {
            kill_process_group(pid, Signal::KILL).context("the server is killed")?;
        }
        child.wait().await?;
        Ok(())
    }

    /// SIGKILL for the postmaster alone. `false`: there was none at that moment.
    pub(crate) fn kill_postmaster(&self) -> bool {
        self.postmaster().is_some_and(|pid| kill_process(pid, Signal::KILL).is_ok())
    }

    /// Server, postmaster and all its children.
    pub(crate) fn pids(&self) -> Vec<Pid> {
        let server =
            self.child.as_ref().and_then(tokio::process::Child::id).and_then(|id| Pid::from_raw(id.cast_signed()));
        let postmaster = self.postmaster();
        let children = postmaster.map(children).unwrap_or_default();
        server.into_iter().chain(postmaster).chain(children).collect()
    }

    fn postmaster(&self) -> Option<Pid> {
        let file = fs::read_to_string(self.data.join("postgres/postmaster.pid")).ok()?;
        Pid::from_raw(file.lines().next()?.trim().parse().ok()?)
    }

    /// Stops it as a person would, and waits.
    pub(crate) async fn stop(&mut self) -> Result<()> {
        let Some(mut child) = self.child.take() else { return Ok(()) };
        if let Some(pid) = child.id().and_then(|id| Pid::from_raw(id.cast_signed())) {
            kill_process(pid, Signal::INT)?;
        }
        tokio::time::timeout(START, child.wait()).await.context("it stops")??;
        Ok(())
    }

    /// The address of the database under its owner's login.
    pub(crate) fn owner_url(&self) -> Result<String> {
        let text = fs::read_to_string(self.data.join("keys/postgres.json"))?;
        let passwords: serde_json::Value = serde_json::from_str(&text)?;
        let password = passwords["owner"].as_str().context("the owner's password")?;
        let socket = self.data.join("run");
        Ok(format!("postgres://mingcha_owner:{password}@localhost/mingcha?host={}", socket.display()))
    }

    /// The key that signs, as its owner may read it.
    pub(crate) fn signer(&self) -> Result<Arc<dyn Signer>> {
        let text = fs::read_to_string(self.data.join("keys/0001.ed25519"))?;
        let seed: Sha256 = text.trim().parse().map_err(|_| anyhow::anyhow!("a key file of another form"))?;
        Ok(Arc::new(Key(SigningKey::from_bytes(&seed.0))))
    }

    /// What `GET /api/v1/keys` publishes: enough to verify, not to sign.
    pub(crate) async fn published(&self) -> Result<Published> {
        let wire = Wire::new(self.address, 1, Duration::from_secs(20));
        let answer = wire.ask(&Ask { method: "GET", path: "/api/v1/keys", headers: &[], body: b"" }).await?;
        let keys: protocol::receipt::PublishedKeys = serde_json::from_slice(&answer.body)?;
        let read = |text: &str| text.parse::<Sha256>().ok().and_then(|key| VerifyingKey::from_bytes(&key.0).ok());
        let keys = keys.keys.iter().filter_map(|key| Some((key.id.clone(), read(&key.public)?)));
        Ok(Published(keys.collect()))
    }

    /// The file of some evidence.
    pub(crate) fn evidence(&self, tenant: domain::ids::TenantId, sha256: Sha256) -> PathBuf {
        let media = self.media.clone().unwrap_or_else(|| self.data.join("media"));
        let name = sha256.to_string();
        media.join("evidence").join(tenant.to_string()).join(&name[..2]).join(name)
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        // The server dies with its handle; its database would outlive both.
        if let Some(child) = &self.child
            && let Some(pid) = child.id().and_then(|id| Pid::from_raw(id.cast_signed()))
        {
            let _ = kill_process_group(pid, Signal::KILL);
        }
        if let Some(pid) = self.postmaster() {
            let _ = kill_process(pid, Signal::QUIT);
            for _ in 0..100 {
                if rustix::process::test_kill_process(pid).is_err() {
                    break;
                }
                std::thread::sleep(Duration::from_millis(50));
            }
        }
    }
}

/// The processes whose parent is `parent`.
fn children(parent: Pid) -> Vec<Pid> {
    let parent = parent.as_raw_pid().to_string();
    let folders = fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = folders.filter_map(|folder| folder.file_name().to_str()?.parse::<i32>().ok());
    numbers
        .filter(|number| {
            // After the name, which may hold anything but ends with the last ')': state, parent, …
            let stat = fs::read_to_string(format!("/proc/{number}/stat")).unwrap_or_default();
            stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1)) == Some(&parent)
        })
        .filter_map(Pid::from_raw)
        .collect()
}

/// Whether a process runs: one that only nobody has waited for does not.
fn is_alive(pid: Pid) -> bool {
    let stat = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_pid())).unwrap_or_default();
    stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().next()).is_some_and(|state| state != "Z")
}

/// Others may pass through a folder.
pub(crate) fn open(folder: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755))?;
    Ok(())
}

/// Signs as the server does: for ops that are planned beside it.
#[derive(Debug)]
struct Key(SigningKey);

impl Key {
    fn id(&self) -> String {
        Sha256::of(self.0.verifying_key().as_bytes()).to_string().chars().take(16).collect()
    }
}

impl Signer for Key {
    fn sign(&self, hash: Sha256) -> Signed {
        let signature = self.0.sign(&hash.0).to_bytes();
        Signed { key: self.id(), signature: signature.iter().map(|byte| format!("{byte:02x}")).collect() }
    }

    fn signed(&self, hash: Sha256, signed: &Signed) -> bool {
        *signed == self.sign(hash)
    }
}

/// Verifies with published keys, and cannot sign.
#[derive(Debug)]
pub(crate) struct Published(std::collections::BTreeMap<String, VerifyingKey>);

impl Published {
    /// Whether the key of that id is among them.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }
}

impl Signer for Published {
    fn sign(&self, _hash: Sha256) -> Signed {
        Signed { key: String::new(), signature: String::new() }
    }

    fn signed(&self, hash: Sha256, signed: &Signed) -> bool {
        let Some(key) = self.0.get(&signed.key) else { return false };
        let half = |n: usize| signed.signature.get(n..n + 64).and_then(|half| half.parse::<Sha256>().ok());
        let (Some(first), Some(second), 128) = (half(0), half(64), signed.signature.len()) else { return false };
        let bytes: Vec<u8> = first.0.into_iter().chain(second.0).collect();
        Signature::from_slice(&bytes).is_ok_and(|signature| key.verify(&hash.0, &signature).is_ok())
    }
}
