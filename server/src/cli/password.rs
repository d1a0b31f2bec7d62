//! A password from the terminal or from standard input: never from the command line, where everybody may read it.

use std::io::{BufRead as _, IsTerminal as _, Read as _, Write as _};

use hq::ssr::PASSWORD_MIN;
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

use crate::failure::{Exit, Failure, Result};

/// No password is longer.
const LONGEST: u64 = 1024;

/// Asks twice on a terminal, without showing what is typed; elsewhere reads one line.
///
/// # Errors
/// [`Exit::Usage`]: too short, not the same twice, or nothing there.
pub(super) fn read(login: &str) -> Result<String> {
    let password = if std::io::stdin().is_terminal() {
        let first = ask(&format!("{login} 的新密码(至少 {PASSWORD_MIN} 位) new password, {PASSWORD_MIN} or more: "))?;
        let second = ask("再输一次 once more: ")?;
        if first != second {
            return Err(Failure::new(Exit::Usage, "两次输入不一致,没有改动", "they differ; nothing was changed"));
        }
        first
    } else {
        line()?
    };
    checked(password)
}

fn checked(password: String) -> Result<String> {
    if password.chars().count() >= PASSWORD_MIN {
        return Ok(password);
    }
    Err(Failure::new(
        Exit::Usage,
        format!("密码至少 {PASSWORD_MIN} 位;请在终端输入,或从标准输入给出一行"),
        format!("a password has {PASSWORD_MIN} characters or more; type it, or give one line on standard input"),
    ))
}

fn ask(what: &str) -> Result<String> {
    let fail = |error: &dyn std::fmt::Display| Failure::unexpected("terminal", error);
    let stdin = std::io::stdin();
    let before = tcgetattr(&stdin).map_err(|error| fail(&error))?;
    let mut silent = before.clone();
    silent.local_modes.remove(LocalModes::ECHO);
    eprint!("{what}");
    std::io::stderr().flush().map_err(|error| fail(&error))?;
    tcsetattr(&stdin, OptionalActions::Flush, &silent).map_err(|error| fail(&error))?;
    let typed = line();
    tcsetattr(&stdin, OptionalActions::Flush, &before).map_err(|error| fail(&error))?;
    eprintln!();
    typed
}

fn line() -> Result<String> {
    let mut text = String::new();
    let read = std::io::stdin().lock().take(LONGEST).read_line(&mut text);
    read.map_err(|error| {
        Failure::new(Exit::Usage, format!("读不到密码:{error}"), format!("the password cannot be read: {error}"))
    })?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}
