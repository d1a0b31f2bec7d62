//! Where PostgreSQL's programs are.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::failure::{Exit, Failure, Result};

/// The oldest major version that is served.
const OLDEST: u32 = 15;

/// PostgreSQL's programs of one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Binaries {
    /// The folder of `postgres` and `initdb`.
    pub(crate) folder: PathBuf,
    /// The major version.
    pub(crate) major: u32,
}

/// Finds programs: of the version `wanted` if a cluster is there already, else the newest.
pub(crate) fn find(wanted: Option<u32>) -> Result<Binaries> {
    let found: Vec<Binaries> = folders().into_iter().filter_map(|folder| inspect(&folder)).collect();
    choose(&found, wanted).cloned().ok_or_else(|| missing(&found, wanted))
}

/// Finds one of PostgreSQL's client programs that can talk to a server of `major`: of the same version if it is
/// there, else the oldest of the newer ones.
pub(crate) fn tool(program: &str, major: u32) -> Result<PathBuf> {
    let found: Vec<(u32, PathBuf)> = folders()
        .into_iter()
        .map(|folder| folder.join(program))
        .filter_map(|path| Some((version(&path)?, path)))
        .collect();
    let fits = found.iter().filter(|(version, _)| *version >= major).min_by_key(|(version, _)| *version);
    fits.map(|(_, path)| path.clone()).ok_or_else(|| {
        Failure::new(
            Exit::Postgres,
            format!(
                "找不到 {major} 或更新版本的 {program}。Debian/Ubuntu:apt-get install postgresql-client-{major};macOS:brew install libpq"
            ),
            format!(
                "no {program} of version {major} or newer was found. Debian/Ubuntu: apt-get install postgresql-client-{major}; macOS: brew install libpq"
            ),
        )
    })
}

fn version(program: &Path) -> Option<u32> {
    if !program.is_file() {
        return None;
    }
    let output = Command::new(program).arg("--version").output().ok()?;
    major(&String::from_utf8_lossy(&output.stdout))
}

fn choose(found: &[Binaries], wanted: Option<u32>) -> Option<&Binaries> {
    match wanted {
        Some(major) => found.iter().find(|binaries| binaries.major == major),
        // The first of the newest: PATH comes first.
        None => found.iter().rev().filter(|binaries| binaries.major >= OLDEST).max_by_key(|binaries| binaries.major),
    }
}

fn missing(found: &[Binaries], wanted: Option<u32>) -> Failure {
    const REMEDY: &str = "Debian/Ubuntu: apt-get install postgresql; Fedora: dnf install postgresql-server; macOS: brew install postgresql@17; DATABASE_URL=postgres://…";
    if let Some(major) = wanted {
        let there: Vec<String> = found.iter().map(|binaries| binaries.major.to_string()).collect();
        let there = if there.is_empty() { "-".to_owned() } else { there.join(", ") };
        return Failure::new(
            Exit::Postgres,
            format!(
                "数据目录由 PostgreSQL {major} 创建,本机只有:{there}。请安装 PostgreSQL {major};升级大版本请先用旧版本 pg_dump 备份"
            ),
            format!(
                "the data folder was made by PostgreSQL {major}; this machine has: {there}. Install PostgreSQL {major}; to move to another major version, take a pg_dump with the old one first"
            ),
        );
    }
    Failure::new(
        Exit::Postgres,
        format!("找不到 PostgreSQL {OLDEST} 或更新版本。请安装,或指定已有的数据库。{REMEDY}"),
        format!("PostgreSQL {OLDEST} or newer was not found. Install it, or name an existing one. {REMEDY}"),
    )
}

/// Folders in which the programs may lie, the likeliest first.
fn folders() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        env::var_os("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default();
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output()
        && output.status.success()
    {
        folders.push(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    }
    for (parent, below) in [
        ("/usr/lib/postgresql", "bin"),
        ("/usr/local", "bin"),
        ("/usr/local/opt", "bin"),
        ("/opt/homebrew/opt", "bin"),
        ("/usr", "bin"),
        ("/Applications/Postgres.app/Contents/Versions", "bin"),
    ] {
        let entries = fs::read_dir(parent).into_iter().flatten().flatten();
        let mut versions: Vec<PathBuf> = entries
            .map(|entry| entry.path())
            .filter(|path| parent.ends_with("postgresql") || parent.ends_with("Versions") || is_versioned(path))
            .map(|path| path.join(below))
            .collect();
        versions.sort();
        folders.extend(versions);
    }
    folders
}

/// `postgresql@17`, `pgsql-17`.
fn is_versioned(path: &Path) -> bool {
    path.file_name().is_some_and(|name| {
        let name = name.to_string_lossy();
        name.starts_with("postgresql") || name.starts_with("pgsql")
    })
}

fn inspect(folder: &Path) -> Option<Binaries> {
    let postgres = folder.join("postgres");
    if !postgres.is_file() || !folder.join("initdb").is_file() {
        return None;
    }
    Some(Binaries { folder: folder.to_owned(), major: version(&postgres)? })
}

/// `postgres (PostgreSQL) 15.9 (Debian 15.9-0+deb12u1)` is 15.
fn major(version: &str) -> Option<u32> {
    let number = version.split(')').nth(1)?.trim_start();
    number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(folder: &str, major: u32) -> Binaries {
        Binaries { folder: PathBuf::from(folder), major }
    }

    #[test]
    fn versions_are_read() {
        assert_eq!(major("postgres (PostgreSQL) 15.9 (Debian 15.9-0+deb12u1)\n"), Some(15));
        assert_eq!(major("postgres (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(major("something else"), None);
    }

    #[test]
    fn a_cluster_keeps_its_version_and_a_new_one_gets_the_newest() {
        let found = [at("/path", 15), at("/a", 17), at("/b", 17), at("/c", 14)];
        assert_eq!(choose(&found, None), Some(&found[1]));
        assert_eq!(choose(&found, Some(15)), Some(&found[0]));
        assert_eq!(choose(&found, Some(16)), None);
        assert_eq!(choose(&[at("/c", 14)], None), None);
    }

    #[test]
    fn what_is_missing_is_said_with_its_remedy() {
        let none = missing(&[], None);
        assert_eq!(none.exit, Exit::Postgres);
        assert!(none.to_string().contains("apt-get install postgresql"));
        assert!(missing(&[at("/a", 17)], Some(15)).to_string().contains("this machine has: 17"));
    }
}
