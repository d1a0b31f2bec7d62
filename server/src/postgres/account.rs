//! Who runs the database: PostgreSQL refuses root, so as root it runs as somebody who may do little.

use std::{
    fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown},
    path::Path,
    process::Command,
};

use crate::{
    data_dir::cannot_use,
    failure::{Exit, Failure, Result},
};

/// A user of the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

/// Who the database runs as; `None` means ourselves.
pub(crate) fn choose(cluster: &Path) -> Result<Option<Account>> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    // Whoever made the cluster goes on with it.
    if let Ok(made) = fs::metadata(cluster)
        && made.uid() != 0
    {
        return Ok(Some(Account { uid: made.uid(), gid: made.gid() }));
    }
    ["postgres", "nobody"].into_iter().find_map(look_up).map(Some).ok_or_else(|| {
        Failure::new(
            Exit::Postgres,
            "PostgreSQL 不能以 root 运行,而本机没有 postgres 或 nobody 用户。请以普通用户运行 mingcha",
            "PostgreSQL refuses to run as root, and there is no user postgres or nobody. Run mingcha as an ordinary user",
        )
    })
}

fn look_up(name: &str) -> Option<Account> {
    let ask = |what: &str| {
        let output = Command::new("id").args([what, name]).output().ok()?;
        String::from_utf8_lossy(&output.stdout).trim().parse().ok()
    };
    Some(Account { uid: ask("-u")?, gid: ask("-g")? })
}

impl Account {
    /// Gives a file or folder to this user.
    pub(crate) fn own(self, path: &Path) -> Result<()> {
        chown(path, Some(self.uid), Some(self.gid)).map_err(|error| cannot_use(path, &error))
    }

    /// Whether this user can walk to `path` through all folders above it.
    pub(crate) fn can_reach(self, path: &Path) -> bool {
        path.ancestors().skip(1).all(|folder| {
            let Ok(data) = fs::metadata(folder) else { return true };
            let mode = data.permissions().mode();
            let bit = if data.uid() == self.uid {
                0o100
            } else if data.gid() == self.gid {
                0o010
            } else {
                0o001
            };
            mode & bit != 0
        })
    }
}

/// Whether an embedded database could live in `data`: as root its user must be able to walk there.
#[must_use]
pub fn is_reachable(data: &Path) -> bool {
    let cluster = data.join("postgres");
    match choose(&cluster) {
        Ok(Some(account)) => account.can_reach(&cluster),
        _ => true,
    }
}

/// The error of a folder that the database's user cannot walk to.
pub(crate) fn unreachable(data: &Path) -> Failure {
    let name = data.display();
    Failure::new(
        Exit::Data,
        format!(
            "PostgreSQL 不能以 root 运行,而它的用户进不了 {name}。请用 --data-dir /var/lib/mingcha,或以普通用户运行"
        ),
        format!(
            "PostgreSQL does not run as root, and its user cannot enter {name}. Use --data-dir /var/lib/mingcha, or run as an ordinary user"
        ),
    )
}
