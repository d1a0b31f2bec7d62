//! A file system of our own in a file, over a loop device.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, ensure};

use crate::rig::open;

/// A mounted image. Unmounted when it is dropped.
pub(crate) struct Disk {
    pub(crate) image: PathBuf,
    pub(crate) at: PathBuf,
}

impl Disk {
    /// A new ext4 of so many bytes, `<folder>/<name>.img`, mounted at `<folder>/<name>`.
    pub(crate) fn new(folder: &Path, name: &str, bytes: u64) -> Result<Self> {
        let image = folder.join(name).with_extension("img");
        File::create(&image)?.set_len(bytes)?;
        call(Command::new("mkfs.ext4").args(["-q", "-F", "-m", "0"]).arg(&image))?;
        Self::mount(image, folder.join(name))
    }

    /// Mounts an image that is there. Its journal is played back, as after a power cut.
    pub(crate) fn mount(image: PathBuf, at: PathBuf) -> Result<Self> {
        fs::create_dir_all(&at)?;
        // A copy is taken at a moment at which nobody asks for anything: the file system shall not begin anything either.
        call(Command::new("mount").args(["-o", "loop,commit=60"]).arg(&image).arg(&at))?;
        open(&at)?;
        Ok(Self { image, at })
    }

    /// Why there can be no such disk here; `None`: there can.
    pub(crate) fn why_not() -> Option<String> {
        let folder = tempfile::tempdir().ok()?;
        Self::new(folder.path(), "try", 16 << 20).err().map(|error| format!("no loop mounts here: {error:#}"))
    }

    /// A copy of the image as it stands.
    pub(crate) fn copy(&self, to: &Path) -> Result<()> {
        call(Command::new("cp").arg("--sparse=always").arg(&self.image).arg(to))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Whoever still works there is about to end.
        for _ in 0..100 {
            if call(Command::new("umount").arg(&self.at)).is_ok() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        let _ = fs::remove_file(&self.image);
    }
}

fn call(command: &mut Command) -> Result<()> {
    let output = command.output().with_context(|| format!("{:?}", command.get_program()))?;
    let words = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{:?}: {}", command.get_program(), words.trim());
    Ok(())
}
