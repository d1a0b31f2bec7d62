//! The data folder: keys, media and the embedded database, held by one process at a time.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io::{self, ErrorKind, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use crate::failure::{Exit, Failure, Result};

/// Below this nothing is started: a database that runs full helps nobody.
const LEAST_FREE_BYTES: u64 = 128 * 1024 * 1024;

/// The data folder.
#[derive(Debug)]
pub struct DataDir {
    root: PathBuf,
    /// Held until it is dropped; `None` if another process has it.
    lock: Option<File>,
}

impl DataDir {
    /// Makes the folder if it is missing, and takes hold of it unless another process has.
    ///
    /// # Errors
    /// [`Exit::Data`] if it cannot be written or the disk is full.
    pub fn open(root: &Path) -> Result<Self> {
        let fail = |error| cannot_use(root, &error);
        // Others may pass through (as root the database runs as somebody else), but not look around.
        DirBuilder::new().recursive(true).mode(0o711).create(root).map_err(fail)?;
        let free = free_bytes(root).map_err(fail)?;
        if free < LEAST_FREE_BYTES {
            return Err(full(root));
        }
        probe(root).map_err(fail)?;
        let mut options = OpenOptions::new();
        let file =
            options.create(true).truncate(false).write(true).mode(0o600).open(root.join("lock")).map_err(fail)?;
        let lock = match file.try_lock() {
            Ok(()) => Some(file),
            Err(TryLockError::WouldBlock) => None,
            Err(TryLockError::Error(error)) => return Err(fail(error)),
        };
        Ok(Self { root: root.to_owned(), lock })
    }

    /// Whether this process holds the folder; otherwise a server is running on it.
    #[must_use]
    pub const fn is_ours(&self) -> bool {
        self.lock.is_some()
    }

    /// The error of those who must hold the folder and don't.
    #[must_use]
    pub fn in_use(&self) -> Failure {
        let root = self.root.display();
        Failure::new(
            Exit::Data,
            format!("数据目录 {root} 正被另一个 mingcha 使用。请先停止它,或用 --data-dir 换一个目录"),
            format!(
                "the data folder {root} is in use by another mingcha. Stop it, or name another folder with --data-dir"
            ),
        )
    }

    /// The folder itself.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A folder below that only its owner may enter, made if it is missing.
    ///
    /// # Errors
    /// [`Exit::Data`].
    pub fn private(&self, name: &str) -> Result<PathBuf> {
        let path = self.root.join(name);
        DirBuilder::new().recursive(true).mode(0o700).create(&path).map_err(|error| cannot_use(&path, &error))?;
        Ok(path)
    }
}

/// Writes a file that only its owner may read, whole or not at all, also through a power cut.
///
/// # Errors
/// The system's.
pub fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut draft = path.as_os_str().to_owned();
    draft.push(".new");
    let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&draft, path)?;
    settle(path)
}

/// Takes a file away so that no power cut brings it back.
///
/// # Errors
/// The system's.
pub fn remove(path: &Path) -> io::Result<()> {
    fs::remove_file(path)?;
    settle(path)
}

/// Makes what was renamed or removed at `path` last.
fn settle(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

/// What an error of the file system means for the one who starts the server.
#[must_use]
pub fn cannot_use(path: &Path, error: &io::Error) -> Failure {
    let name = path.display();
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => full(path),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Failure::new(
            Exit::Data,
            format!("{name} 不可写:{error}。请修改权限,或用 --data-dir 指定别的目录"),
            format!("{name} is not writable: {error}. Change its permissions, or name another folder with --data-dir"),
        ),
        _ => Failure::new(Exit::Data, format!("{name} 无法使用:{error}"), format!("{name} cannot be used: {error}")),
    }
}

/// The error of a full disk.
#[must_use]
pub fn full(path: &Path) -> Failure {
    let (name, least) = (path.display(), LEAST_FREE_BYTES / 1024 / 1024);
    Failure::new(
        Exit::Data,
        format!("{name} 所在磁盘已满(至少需要 {least} MB 空闲)。请腾出空间,或用 --data-dir 指定别的磁盘"),
        format!(
            "the disk of {name} is full ({least} MB free are needed). Free some space, or name another disk with --data-dir"
        ),
    )
}

fn free_bytes(path: &Path) -> io::Result<u64> {
    let stat = rustix::fs::statvfs(path)?;
    Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
}

/// Writes for real: permissions alone tell nothing about quotas and read-only mounts.
fn probe(root: &Path) -> io::Result<()> {
    let path = root.join(format!(".probe-{}", std::process::id()));
    let mut file = File::create(&path)?;
    file.write_all(&[0; 4096])?;
    file.sync_all()?;
    fs::remove_file(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_process_holds_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let first = DataDir::open(folder.path()).unwrap();
        assert!(first.is_ours());
        assert!(!DataDir::open(folder.path()).unwrap().is_ours());
        drop(first);
        assert!(DataDir::open(folder.path()).unwrap().is_ours());
    }

    #[test]
    fn errors_say_what_to_do() {
        let path = Path::new("/somewhere");
        let full = cannot_use(path, &io::Error::from(ErrorKind::StorageFull));
        assert_eq!(full.exit, Exit::Data);
        assert!(full.to_string().contains("is full") && full.to_string().contains("已满"));
        let denied = cannot_use(path, &io::Error::from(ErrorKind::PermissionDenied));
        assert!(denied.to_string().contains("--data-dir"));
    }

    #[test]
    fn private_files_are_private() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        write_private(&path, b"1").unwrap();
        write_private(&path, b"2").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"2");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        remove(&path).unwrap();
        assert!(!path.exists());
    }
}
