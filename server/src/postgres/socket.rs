//! Where the socket lies. Its address may have 107 bytes, and only its user may reach it.

use std::{
    fs::{self, DirBuilder},
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};

use super::account::Account;
use crate::{
    data_dir::cannot_use,
    failure::{Exit, Failure, Result},
    random::hex,
};

/// What PostgreSQL adds to the folder: `/.s.PGSQL.5432` and, beside it, `.lock`.
const ADDED: usize = "/.s.PGSQL.5432.lock".len();
/// macOS has the shorter limit: 103.
const LIMIT: usize = 103;

/// The socket's folder for this data folder; always the same one.
pub(crate) fn folder(data: &Path) -> PathBuf {
    let near = data.join("run");
    if near.as_os_str().len() + ADDED <= LIMIT {
        return near;
    }
    let name = hex(&Sha256::digest(data.as_os_str().as_encoded_bytes())[..8]);
    Path::new("/tmp").join(format!("mingcha-{name}"))
}

/// Makes the folder, for its user alone.
pub(crate) fn prepare(folder: &Path, account: Option<Account>) -> Result<()> {
    let fail = |error| cannot_use(folder, &error);
    if let Err(error) = DirBuilder::new().mode(0o700).create(folder)
        && error.kind() != std::io::ErrorKind::AlreadyExists
    {
        return Err(fail(error));
    }
    // Below /tmp somebody else may have been there first.
    let there = fs::symlink_metadata(folder).map_err(fail)?;
    let us = rustix::process::geteuid().as_raw();
    let owner = account.map_or(us, |account| account.uid);
    if !there.is_dir() || ![us, owner].contains(&there.uid()) || there.permissions().mode() & 0o077 != 0 {
        let name = folder.display();
        return Err(Failure::new(
            Exit::Data,
            format!("{name} 属于别人或别人可以进入。请删除它"),
            format!("{name} belongs to somebody else, or others may enter it. Remove it"),
        ));
    }
    account.map_or(Ok(()), |account| account.own(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_path_gets_a_short_folder() {
        assert_eq!(folder(Path::new("/srv/mc")), Path::new("/srv/mc/run"));
        let long = Path::new("/srv").join("x".repeat(100));
        let short = folder(&long);
        assert!(short.starts_with("/tmp") && short.as_os_str().len() < 40, "{short:?}");
        assert_eq!(short, folder(&long));
        assert_ne!(short, folder(&long.join("y")));
    }

    #[test]
    fn a_folder_that_others_may_enter_is_refused() {
        let outer = tempfile::tempdir().unwrap();
        let inner = outer.path().join("run");
        prepare(&inner, None).unwrap();
        prepare(&inner, None).unwrap();
        fs::set_permissions(&inner, fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(prepare(&inner, None).unwrap_err().exit, Exit::Data);
    }
}
