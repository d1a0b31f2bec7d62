//! The embedded cluster on disk: made once, whole or not at all.

use std::{
    fs,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use super::{
    Urls,
    account::{self, Account},
    binaries::{self, Binaries},
    passwords::Passwords,
    socket,
};
use crate::{
    data_dir::{DataDir, cannot_use, full, write_private},
    failure::{Exit, Failure, Result},
    secret::Secret,
};

/// The superuser that `initdb` makes; it owns everything.
const OWNER: &str = "mingcha_owner";
/// The database.
const DATABASE: &str = "mingcha";

/// An embedded cluster: where it lies and who may sign in.
#[derive(Clone)]
pub(crate) struct Cluster {
    /// The folder of data.
    pub(crate) folder: PathBuf,
    /// The folder of the socket.
    pub(crate) socket: PathBuf,
    /// Who runs it, if not ourselves.
    pub(crate) account: Option<Account>,
    passwords: Passwords,
}

impl Cluster {
    /// The cluster of a data folder, made or not yet.
    pub(crate) fn of(data: &DataDir) -> Result<Self> {
        let folder = data.root().join("postgres");
        let account = account::choose(&folder)?;
        if account.is_some_and(|account| !account.can_reach(&folder)) {
            return Err(account::unreachable(data.root()));
        }
        Ok(Self { socket: socket::folder(data.root()), folder, account, passwords: Passwords::keep(data)? })
    }

    /// How to reach it.
    pub(crate) fn urls(&self) -> Result<Urls> {
        Ok(Urls {
            serve: self.url("mingcha_serve", &self.passwords.serve, DATABASE)?,
            owner: Some(self.url(OWNER, &self.passwords.owner, DATABASE)?),
            unit: Some(self.url("mingcha_unit", &self.passwords.unit, DATABASE)?),
        })
    }

    fn url(&self, user: &str, password: &str, database: &str) -> Result<Secret> {
        let socket = self.socket.to_str().ok_or_else(|| {
            Failure::new(Exit::Data, "数据目录的路径必须是 UTF-8", "the data folder's path must be UTF-8")
        })?;
        let socket: String = socket.bytes().map(percent).collect();
        Ok(Secret::new(format!("postgres://{user}:{password}@localhost/{database}?host={socket}")))
    }

    /// The programs to run it with.
    pub(crate) fn binaries(&self) -> Result<Binaries> {
        let made = fs::read_to_string(self.folder.join("PG_VERSION")).ok();
        binaries::find(made.and_then(|version| version.trim().parse().ok()))
    }

    /// Makes it if it is not there.
    pub(crate) fn make(&self, binaries: &Binaries) -> Result<()> {
        socket::prepare(&self.socket, self.account)?;
        if self.folder.join("PG_VERSION").exists() {
            return Ok(());
        }
        tracing::info!(version = binaries.major, "making the database's folder: about 4 seconds, once");
        // Made beside its place and moved there: half a cluster is never found.
        let draft = self.folder.with_extension("new");
        if draft.exists() {
            fs::remove_dir_all(&draft).map_err(|error| cannot_use(&draft, &error))?;
        }
        fs::create_dir(&draft).map_err(|error| cannot_use(&draft, &error))?;
        let password = self.socket.join("password");
        write_private(&password, self.passwords.owner.as_bytes()).map_err(|error| cannot_use(&password, &error))?;
        if let Some(account) = self.account {
            account.own(&draft)?;
            account.own(&password)?;
        }
        let made = self.initdb(binaries, &draft, &password, "C.UTF-8").or_else(|failure| {
            // macOS before 15 and musl know no C.UTF-8; C orders bytes all the same.
            let known = failure.to_string().contains("invalid locale");
            if known { self.initdb(binaries, &draft, &password, "C") } else { Err(failure) }
        });
        let forgotten = fs::remove_file(&password).map_err(|error| cannot_use(&password, &error));
        made.and(forgotten)?;
        fs::rename(&draft, &self.folder).map_err(|error| cannot_use(&self.folder, &error))
    }

    fn initdb(&self, binaries: &Binaries, folder: &Path, password: &Path, locale: &str) -> Result<()> {
        let mut command = self.command(binaries, "initdb");
        command
            .args(["--data-checksums", "--encoding=UTF8", "--auth=scram-sha-256", "--username", OWNER])
            .arg(format!("--locale={locale}"))
            .arg("--pwfile")
            .arg(password)
            .arg("--pgdata")
            .arg(folder);
        let output = command.stdin(Stdio::null()).output().map_err(|error| cannot_run("initdb", &error.to_string()))?;
        if output.status.success() {
            return Ok(());
        }
        Err(explain("initdb", &String::from_utf8_lossy(&output.stderr), folder))
    }

    /// A program of PostgreSQL, run as the cluster's user and apart from our terminal's Ctrl-C.
    pub(crate) fn command(&self, binaries: &Binaries, program: &str) -> Command {
        let mut command = Command::new(binaries.folder.join(program));
        for (name, _) in std::env::vars_os() {
            // PGPORT, PGDATA and the like are meant for somebody else's database.
            if name.as_encoded_bytes().starts_with(b"PG") {
                command.env_remove(name);
            }
        }
        command.env("LC_ALL", "C").current_dir(&self.socket).process_group(0);
        if let Some(account) = self.account {
            command.uid(account.uid).gid(account.gid);
        }
        command
    }
}

/// Makes the database and its logins, and brings it up to this build's schema.
pub(crate) async fn prepare(urls: &Urls) -> Result<()> {
    let owner = urls.owner()?;
    store::ensure_database(owner.reveal()).await.map_err(|error| broken(&error))?;
    bring_up_to_date(owner).await?;
    for (role, url) in [(store::ServedRole::Serve, Some(&urls.serve)), (store::ServedRole::Unit, urls.unit.as_ref())] {
        // Between the user's name and the @: we made it, it is hex.
        let password = url.and_then(|url| url.reveal().split_once('@')).and_then(|(login, _)| login.rsplit_once(':'));
        if let Some((_, password)) = password {
            store::set_password(owner.reveal(), role, password).await.map_err(|error| broken(&error))?;
        }
    }
    Ok(())
}

/// Brings the database up to this build's schema. Running it again changes nothing.
///
/// # Errors
/// [`Exit::Schema`].
pub async fn bring_up_to_date(owner: &Secret) -> Result<()> {
    store::migrate(owner.reveal()).await.map_err(|error| broken(&error))
}

fn broken(error: &store::Error) -> Failure {
    Failure::new(
        Exit::Schema,
        format!("数据库结构无法更新:{error}"),
        format!("the schema could not be brought up to date: {error}"),
    )
}

/// What PostgreSQL's own words mean.
pub(crate) fn explain(program: &str, words: &str, folder: &Path) -> Failure {
    if words.contains("No space left on device") || words.contains("Disk quota exceeded") {
        return full(folder);
    }
    cannot_run(program, words.trim())
}

fn cannot_run(program: &str, words: &str) -> Failure {
    Failure::new(
        Exit::Postgres,
        format!("PostgreSQL 无法启动({program}):{words}"),
        format!("PostgreSQL could not be started ({program}): {words}"),
    )
}

fn percent(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte) {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}
