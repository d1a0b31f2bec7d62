//! A clock that can be set for a server and its database while they run, by libfaketime. Durations stay what they are: as on
//! a real machine nobody sets the monotonic clock.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use tempfile::TempDir;

/// What to do where the library is not there.
const REMEDY: &str = "libfaketime is not here: apt-get install faketime (dnf install libfaketime)";

/// The library for processes of many threads.
const LIBRARY: &str = "faketime/libfaketimeMT.so.1";

/// How long the keeper of the shared memory may take to begin.
const BEGINNING: Duration = Duration::from_secs(20);

/// A clock to run processes under. It begins with the right time.
pub(crate) struct WrongClock {
    library: PathBuf,
    folder: TempDir,
    /// Holds the memory that all processes under the clock share; ends, and takes it away, when its input does.
    keeper: Child,
}

impl WrongClock {
    /// A clock that is right.
    pub(crate) async fn new() -> Result<Self> {
        let library = library().context(REMEDY)?;
        // Under /tmp: the database's user must be able to read there.
        let folder = tempfile::Builder::new().prefix("mct").tempdir_in("/tmp")?;
        crate::rig::open(folder.path())?;
        let keeper = Command::new("cat")
            .env("LD_PRELOAD", &library)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .context("the keeper of the clock starts")?;
        let clock = Self { library, folder, keeper };
        clock.set(0)?;
        clock.share().await?;
        Ok(clock)
    }

    /// Sets it so many seconds ahead of the right time; whatever asks from now on gets the new one.
    pub(crate) fn set(&self, ahead_s: i64) -> Result<()> {
        // Moved into its place: nobody may find half of it.
        let draft = self.folder.path().join("draft");
        fs::write(&draft, format!("{ahead_s:+}"))?;
        readable(&draft, 0o644)?;
        fs::rename(draft, self.file()).context("the clock is set")
    }

    /// What puts a process and its children under this clock.
    pub(crate) fn environment(&self) -> [(&'static str, PathBuf); 6] {
        let [semaphore, memory] = self.shared();
        [
            ("LD_PRELOAD", self.library.clone()),
            ("FAKETIME_TIMESTAMP_FILE", self.file()),
            // A jump is there at once, and not within ten seconds.
            ("FAKETIME_NO_CACHE", "1".into()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()),
            // What lies on the disk keeps the times that it has.
            ("NO_FAKE_STAT", "1".into()),
            ("FAKETIME_SHARED", format!("/{semaphore} /{memory}").into()),
        ]
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("ahead")
    }

    /// The names of what the keeper holds.
    fn shared(&self) -> [String; 2] {
        ["sem", "shm"].map(|kind| format!("faketime_{kind}_{}", self.keeper.id()))
    }

    /// The library shares memory among a process and its children, and ends whoever cannot open it: as root the server makes
    /// it for root alone, and its database runs as somebody else.
    async fn share(&self) -> Result<()> {
        let [semaphore, memory] = self.shared();
        let files = [format!("/dev/shm/sem.{semaphore}"), format!("/dev/shm/{memory}")];
        let begun = Instant::now();
        while !files.iter().all(|file| Path::new(file).exists()) {
            ensure!(begun.elapsed() < BEGINNING, "libfaketime shares nothing");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        files.iter().try_for_each(|file| readable(Path::new(file), 0o666))
    }
}

impl Drop for WrongClock {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// Where distributions put it: below a folder of the machine's kind, or not.
fn library() -> Option<PathBuf> {
    let below = |folder: &str| fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let folders = ["/usr/lib", "/usr/lib64", "/usr/local/lib"].into_iter();
    let folders = folders.flat_map(|folder| std::iter::once(PathBuf::from(folder)).chain(below(folder)));
    folders.map(|folder| folder.join(LIBRARY)).find(|library| library.is_file())
}

/// Others may open a file.
fn readable(file: &Path, mode: u32) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(file, fs::Permissions::from_mode(mode)).with_context(|| file.display().to_string())
}
