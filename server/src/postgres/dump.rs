//! `pg_dump` and `pg_restore`, found as the server's own programs are. The password never stands in an argument.

use std::{path::Path, process::Stdio};

use tokio::process::Command;

use super::binaries;
use crate::{
    failure::{Exit, Failure, Result},
    secret::Secret,
};

/// Writes the rows of our schemas to `file`, as of the snapshot `snapshot`, without those of `left_out`.
pub(crate) async fn dump(owner: &Secret, major: u32, snapshot: &str, left_out: &[&str], file: &Path) -> Result<()> {
    let mut command = client("pg_dump", owner, major)?;
    command.args(["--format=custom", "--data-only", "--no-password"]);
    command.args(["--schema=app", "--schema=identity", "--schema=unit"]);
    command.arg(format!("--snapshot={snapshot}"));
    for table in left_out {
        command.arg(format!("--exclude-table-data={table}"));
    }
    command.arg("--file").arg(file);
    run(command, "pg_dump").await
}

/// Reads what [`dump`] wrote into the same schema, empty, all or nothing.
pub(crate) async fn load(owner: &Secret, major: u32, file: &Path) -> Result<()> {
    let mut command = client("pg_restore", owner, major)?;
    command.args(["--data-only", "--no-password", "--single-transaction", "--exit-on-error"]);
    command.arg(file);
    run(command, "pg_restore").await
}

fn client(program: &str, url: &Secret, major: u32) -> Result<Command> {
    let mut command = Command::new(binaries::tool(program, major)?);
    for (name, _) in std::env::vars_os() {
        // PGOPTIONS, PGPASSFILE and the like are meant for somebody else's database.
        if name.as_encoded_bytes().starts_with(b"PG") {
            command.env_remove(name);
        }
    }
    let (shown, password) = apart(url.reveal());
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    command.arg("--dbname").arg(shown).env("LC_ALL", "C");
    Ok(command)
}

/// The address without its password, and the password.
fn apart(url: &str) -> (String, Option<String>) {
    let without = |scheme: &str, rest: &str| {
        // The last @ before the parameters: a password may hold one.
        let (place, query) = rest.split_once('?').map_or((rest, None), |(place, query)| (place, Some(query)));
        let (login, host) = place.rsplit_once('@')?;
        let (user, password) = login.split_once(':')?;
        let query = query.map(|query| format!("?{query}")).unwrap_or_default();
        Some((format!("{scheme}://{user}@{host}{query}"), Some(unescaped(password))))
    };
    url.split_once("://").and_then(|(scheme, rest)| without(scheme, rest)).unwrap_or_else(|| (url.to_owned(), None))
}

fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| core::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

async fn run(mut command: Command, program: &str) -> Result<()> {
    let output = command.stdin(Stdio::null()).kill_on_drop(true).output().await;
    let output = output.map_err(|error| Failure::unexpected(program, &error))?;
    if output.status.success() {
        return Ok(());
    }
    let words = String::from_utf8_lossy(&output.stderr);
    // A statement or a row would hold what people wrote.
    let words: Vec<&str> = words.lines().filter(|line| line.starts_with(program)).collect();
    let words = words.join("\n");
    Err(Failure::new(Exit::Postgres, format!("{program} 失败:{words}"), format!("{program} failed: {words}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_leaves_the_address() {
        for (url, shown, password) in [
            ("postgres://a:b@h:5/d", "postgres://a@h:5/d", Some("b")),
            ("postgres://a:b%40c@h/d?host=%2Frun", "postgres://a@h/d?host=%2Frun", Some("b@c")),
            ("postgresql://a:b@c@h/d", "postgresql://a@h/d", Some("b@c")),
            ("postgres://a@h/d", "postgres://a@h/d", None),
            ("postgres://h/d?user=a", "postgres://h/d?user=a", None),
        ] {
            assert_eq!(apart(url), (shown.to_owned(), password.map(str::to_owned)), "{url}");
        }
        assert_eq!(unescaped("100%"), "100%");
    }
}
