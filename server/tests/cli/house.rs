//! A data folder of one's own, and the program in it.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::{LazyLock, mpsc},
    time::Duration,
};

use tempfile::TempDir;

/// How long anything may take on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(180);

/// A data folder with an empty embedded database, made once: the others are copies of it.
static EMPTY: LazyLock<House> = LazyLock::new(|| {
    let house = House::bare();
    house.run(&["migrate"]).succeeds();
    house
});

/// A folder for one test.
pub(crate) struct House {
    folder: TempDir,
}

/// What a command came to.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ended {
    fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }

    pub(crate) fn succeeds(self) -> Self {
        assert_eq!(self.code, Some(0), "{self:#?}");
        self
    }

    /// Ends with `code`, says so in both languages, and `words` are among what it says.
    pub(crate) fn fails(self, code: i32, words: &[&str]) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        assert!(self.err.contains("错误:") && self.err.contains("error: "), "{self:#?}");
        for word in words {
            assert!(self.err.contains(word), "{word}: {self:#?}");
        }
        self
    }
}

impl House {
    /// Nothing is there yet, not even a database.
    pub(crate) fn bare() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        // As root the database runs as somebody else, who must be able to walk here.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o711)).expect("permissions");
        let site = folder.path().join("site");
        fs::create_dir(&site).expect("a site");
        fs::write(site.join("manifest.json"), r#"{"build":"test","files":[]}"#).expect("a manifest");
        Self { folder }
    }

    /// With an empty database.
    pub(crate) fn empty() -> Self {
        let house = Self::bare();
        let copied = Command::new("cp").arg("-a").arg(EMPTY.data()).arg(house.data()).status().expect("cp");
        assert!(copied.success());
        // Signing keys are made by whoever first needs one: two houses must not share theirs.
        fs::remove_file(house.data().join("keys/0001.ed25519")).ok();
        house
    }

    /// With a company, its units and one hall, and the people that tests need.
    pub(crate) fn furnished() -> Self {
        let house = Self::empty();
        house.run(&["tenant", "add", "yc", "--name", "云川市分公司"]).succeeds();
        let units = house.file("units.csv", "代码,名称,类型,上级\nYC,云川,市公司,\nCD,城东,县分公司,YC\n".as_bytes());
        house.run(&["import", "org", &units]).succeeds();
        let venues = house.file("venues.csv", "代码,名称,类型,单位\nH1,清河路营业厅,营业厅,CD\n".as_bytes());
        house.run(&["import", "venues", &venues]).succeeds();
        house
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Writes a file; gives its path.
    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).expect("a file");
        path.to_str().expect("UTF-8").to_owned()
    }

    /// The program, with nothing of ours in its environment.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mingcha"));
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            if name.starts_with("MINGCHA_") || name.starts_with("PG") || name == "DATABASE_URL" {
                command.env_remove(name);
            }
        }
        command.args(arguments).arg("--data-dir").arg(self.data());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        self.run_with(arguments, "")
    }

    /// Runs it with something on its standard input.
    pub(crate) fn run_with(&self, arguments: &[&str], input: &str) -> Ended {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        // Who reads nothing may have gone already.
        child.stdin.take().expect("stdin").write_all(input.as_bytes()).ok();
        Ended::of(&child.wait_with_output().expect("it ends"))
    }

    /// Serves until it is dropped or stopped.
    pub(crate) fn serve(&self, more: &[&str]) -> Serving {
        let site = self.path().join("site");
        let mut command = self.command(&["serve", "--addr", "127.0.0.1:0", "--site", site.to_str().expect("UTF-8")]);
        let mut child = command.args(more).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let (line, lines) = mpsc::channel();
        let out = BufReader::new(child.stdout.take().expect("stdout"));
        std::thread::spawn(move || out.lines().map_while(Result::ok).for_each(|text| drop(line.send(text))));
        let mut err = child.stderr.take().expect("stderr");
        let words = std::thread::spawn(move || {
            let mut text = String::new();
            err.read_to_string(&mut text).ok();
            text
        });
        let mut said: Vec<String> = Vec::new();
        let mut address = None;
        while address.is_none()
            && let Ok(text) = lines.recv_timeout(PATIENCE)
        {
            address = text.strip_prefix("ready: http://").map(str::to_owned);
            said.push(text);
        }
        if address.is_none() {
            child.kill().ok();
        }
        let mut serving = Serving { child: Some(child), address: String::new(), said, words: Some(words) };
        let Some(address) = address else {
            let said = serving.said.join("\n");
            panic!("it did not become ready: {said} {}", serving.stop_now());
        };
        serving.address = address;
        serving
    }

    /// The owner's address of the embedded database while somebody serves it.
    pub(crate) fn owner_url(&self) -> String {
        self.url("owner")
    }

    /// The server's.
    pub(crate) fn serve_url(&self) -> String {
        self.url("serve")
    }

    fn url(&self, role: &str) -> String {
        let text = fs::read(self.data().join("keys/postgres.json")).expect("passwords");
        let passwords: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
        let socket = self.data().join("run").to_str().expect("UTF-8").replace('/', "%2F");
        let password = passwords[role].as_str().expect("a password");
        format!("postgres://mingcha_{role}:{password}@localhost/mingcha?host={socket}")
    }
}

/// A server that serves.
pub(crate) struct Serving {
    child: Option<Child>,
    /// Host and port.
    pub(crate) address: String,
    /// What it printed until it was ready.
    pub(crate) said: Vec<String>,
    words: Option<std::thread::JoinHandle<String>>,
}

impl Serving {
    /// Asks it to stop; what it logged.
    pub(crate) fn stop(mut self) -> String {
        let child = self.child.take().expect("it runs");
        let (status, words) = end(child, self.words.take());
        assert!(status.success(), "{status} {words}");
        words
    }
}

impl Serving {
    /// Ends it, however it fares; what it logged.
    fn stop_now(&mut self) -> String {
        self.child.take().map(|child| end(child, self.words.take()).1).unwrap_or_default()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.stop_now();
    }
}

fn end(mut child: Child, words: Option<std::thread::JoinHandle<String>>) -> (std::process::ExitStatus, String) {
    let pid = child.id().to_string();
    Command::new("kill").args(["-TERM", &pid]).status().expect("kill");
    let status = child.wait().expect("it ends");
    (status, words.and_then(|words| words.join().ok()).unwrap_or_default())
}
