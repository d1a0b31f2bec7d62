//! A PostgreSQL of our own, gone with this process.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
};

use sqlx::{Connection as _, PgConnection};

/// The cluster that runs for this program.
pub(crate) struct Cluster {
    /// As its superuser.
    pub(crate) owner: String,
    /// As `mingcha_serve`.
    pub(crate) serve: String,
    /// As `mingcha_unit`.
    pub(crate) unit: String,
    /// What came of the first migration of all, by an owner who may make roles and is no superuser.
    pub(crate) plain_owner: Result<(), String>,
    /// `None`: another program of ours runs it.
    _watch: Option<(Child, tempfile::TempDir)>,
}

/// Names the port of a cluster that runs already: a suite that starts itself again shares its own.
pub(crate) const SHARED: &str = "MINGCHA_TEST_CLUSTER";

/// The cluster, begun and migrated by whoever asks first.
pub(crate) fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| std::thread::spawn(begin).join().expect("the cluster begins"))
}

impl Cluster {
    fn at(port: &str, watch: Option<(Child, tempfile::TempDir)>) -> Self {
        let url = |user: &str| format!("postgres://{user}@127.0.0.1:{port}/postgres");
        Self {
            owner: url("owner"),
            serve: url("mingcha_serve"),
            unit: url("mingcha_unit"),
            plain_owner: Ok(()),
            _watch: watch,
        }
    }
}

fn begin() -> Cluster {
    if let Ok(port) = std::env::var(SHARED) {
        return Cluster::at(&port, None);
    }
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let bin = programs();
    let port = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port").port();
    // PostgreSQL refuses root.
    let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
    if root {
        run(Command::new("chown").arg("postgres").arg(folder.path()));
    }
    let initdb = format!(
        "{} -D {} -U owner --auth=trust --encoding=UTF8 --locale=C --no-sync",
        bin.join("initdb").display(),
        data.display()
    );
    run(&mut as_postgres(root, &initdb));
    // It lives as long as its standard input, which is ours: however this process ends, it ends.
    let serve = format!(
        "{} -D {} -p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200 \
         -c fsync=off & pid=$!; cat > /dev/null; kill -INT $pid; wait $pid",
        bin.join("postgres").display(),
        data.display()
    );
    let log = std::fs::File::create(folder.path().join("log")).expect("a log");
    let watch = as_postgres(root, &serve)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .expect("postgres starts");
    let mut cluster = Cluster::at(&port.to_string(), Some((watch, folder)));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut tries = 0;
        while let Err(error) = store::inspect(&cluster.owner).await {
            tries += 1;
            assert!(tries < 300, "postgres does not answer: {error}");
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        cluster.plain_owner = by_plain_owner(&cluster.owner).await.map_err(|error| error.to_string());
        store::migrate(&cluster.owner).await.expect("migrated");
        store::migrate(&cluster.owner).await.expect("migrated again, which changes nothing");
    });
    cluster
}

/// On a PostgreSQL that somebody else runs the owner is no superuser: a database of its own is made by one.
async fn by_plain_owner(superuser: &str) -> Result<(), Box<dyn std::error::Error>> {
    let mut connection = PgConnection::connect(superuser).await?;
    for statement in ["CREATE ROLE plain LOGIN CREATEROLE", "CREATE DATABASE plain OWNER plain"] {
        sqlx::raw_sql(statement).execute(&mut connection).await?;
    }
    connection.close().await?;
    let url = superuser.replace("owner@", "plain@").replace("/postgres", "/plain");
    store::migrate(&url).await?;
    Ok(store::migrate(&url).await?)
}

fn as_postgres(root: bool, script: &str) -> Command {
    let mut command = Command::new("/bin/sh");
    if root {
        command = Command::new("su");
        command.args(["postgres", "-s", "/bin/sh"]);
    }
    command.arg("-c").arg(script).current_dir("/tmp");
    command
}

fn run(command: &mut Command) {
    let output = command.output().expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The newest PostgreSQL of this machine.
fn programs() -> PathBuf {
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .filter(|bin| bin.join("initdb").exists())
        .collect();
    found.sort();
    found.pop().or_else(from_path).expect("PostgreSQL is installed: make setup")
}

fn from_path() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().ok()?;
    let folder = String::from_utf8(output.stdout).ok()?;
    Some(Path::new(folder.trim()).to_path_buf()).filter(|bin| bin.join("initdb").exists())
}
