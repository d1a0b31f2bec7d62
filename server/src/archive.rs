//! A backup on disk: what stands in its folder, and whether it is whole.
//!
//! `manifest.json` names everything else with its sums and is written last. Media lie as in the media store, under
//! their hashes, so that their names are their sums.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use domain::{evidence::Sha256, ids::TenantId, time::Moment};
use protocol::receipt::PublishedKeys;
use serde::{Deserialize, Serialize};
use sha2::Digest as _;

use crate::{
    data_dir::cannot_use,
    failure::{Exit, Failure, Result},
    media::Media,
};

/// The format that this build writes and reads.
pub const FORMAT: u32 = 1;

/// What a backup says of itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: u32,
    /// When its moment was, ms since 1970.
    pub made_at: Moment,
    /// The build that made it.
    pub build: String,
    /// The number of the schema's last step.
    pub schema: i64,
    /// `server_version_num` of the database.
    pub postgres: i32,
    /// SHA-256 of `database.dump`.
    pub database: Sha256,
    /// SHA-256 of `media.txt`.
    pub media: Sha256,
    /// Where each log stood.
    pub tenants: Vec<Branch>,
    /// Objects that the database names and the media store had not, or had with other bytes.
    #[serde(default)]
    pub missing: Vec<Named>,
    /// The public halves of the keys that signed.
    pub keys: PublishedKeys,
}

/// Where a company's log stood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Branch {
    /// Which company.
    pub tenant: TenantId,
    /// Its sign-in code.
    pub code: String,
    /// The epoch.
    pub epoch: u32,
    /// How many ops.
    pub ops: i64,
    /// How many batches.
    pub batches: i64,
    /// The hash of the last head.
    pub head: Sha256,
}

/// An object of the media store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Named {
    /// Whose.
    pub tenant: TenantId,
    /// Its hash, which is its name.
    pub sha256: Sha256,
}

/// The folder of a backup.
#[derive(Clone, Debug)]
pub struct Archive {
    folder: PathBuf,
}

impl Archive {
    /// The backup in `folder`.
    #[must_use]
    pub fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Where it lies.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The rows.
    #[must_use]
    pub fn dump(&self) -> PathBuf {
        self.folder.join("database.dump")
    }

    /// Its photos and memos.
    ///
    /// # Errors
    /// [`Exit::Data`].
    pub fn media(&self) -> Result<Media> {
        let folder =
            std::path::absolute(self.folder.join("media")).map_err(|error| cannot_use(&self.folder, &error))?;
        Media::open(&format!("file://{}", folder.display())).map_err(|error| {
            let name = folder.display();
            Failure::new(Exit::Data, format!("{name} 无法使用:{error}"), format!("{name} cannot be used: {error}"))
        })
    }

    /// Writes the list of media; gives its sum.
    ///
    /// # Errors
    /// [`Exit::Data`].
    pub fn write_names(&self, names: &[Named]) -> Result<Sha256> {
        let text: String = names.iter().map(|named| format!("{} {}\n", named.tenant, named.sha256)).collect();
        self.write("media.txt", text.as_bytes())?;
        Ok(Sha256::of(text.as_bytes()))
    }

    /// Writes the manifest: from then on the backup is whole.
    ///
    /// # Errors
    /// [`Exit::Data`].
    pub fn write_manifest(&self, manifest: &Manifest) -> Result<()> {
        let text = serde_json::to_vec_pretty(manifest).map_err(|error| Failure::unexpected("manifest", &error))?;
        self.write("manifest.json", &text)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.folder.join(name);
        let written = fs::write(&path, bytes).and_then(|()| File::open(&path)?.sync_all());
        written.map_err(|error| cannot_use(&path, &error))
    }

    /// Reads manifest and list, and checks the sums of everything but the media.
    ///
    /// # Errors
    /// [`Exit::Usage`]: it is no backup, of another format, not whole, or changed.
    pub fn read(&self) -> Result<(Manifest, Vec<Named>)> {
        let name = self.folder.display();
        let text = fs::read(self.folder.join("manifest.json")).map_err(|error| {
            Failure::new(
                Exit::Usage,
                format!("{name} 不是完整的备份(manifest.json:{error})"),
                format!("{name} is no whole backup (manifest.json: {error})"),
            )
        })?;
        let manifest: Manifest = serde_json::from_slice(&text).map_err(|error| changed("manifest.json", &error))?;
        if manifest.format != FORMAT {
            let format = manifest.format;
            return Err(Failure::new(
                Exit::Usage,
                format!("备份格式 {format} 不认识;请用写它的那个版本的 mingcha"),
                format!("this backup has format {format}, which this build does not know; use the build that made it"),
            ));
        }
        let dump = sum(&self.dump()).map_err(|error| changed("database.dump", &error))?;
        if dump != manifest.database {
            return Err(changed("database.dump", &"SHA-256"));
        }
        let list = fs::read_to_string(self.folder.join("media.txt")).map_err(|error| changed("media.txt", &error))?;
        if Sha256::of(list.as_bytes()) != manifest.media {
            return Err(changed("media.txt", &"SHA-256"));
        }
        let names = list.lines().map(|line| {
            let (tenant, sha256) = line.split_once(' ')?;
            Some(Named { tenant: tenant.parse().ok()?, sha256: sha256.parse().ok()? })
        });
        let names = names.collect::<Option<Vec<_>>>().ok_or_else(|| changed("media.txt", &"line"))?;
        Ok((manifest, names))
    }
}

/// The error of a backup that is not as it was written.
#[must_use]
pub fn changed(file: &str, error: &dyn std::fmt::Display) -> Failure {
    Failure::new(
        Exit::Usage,
        format!("备份中的 {file} 缺失或已被改动({error});什么都没有恢复"),
        format!("{file} of this backup is missing or was changed ({error}); nothing was restored"),
    )
}

/// SHA-256 of a file.
///
/// # Errors
/// The system's.
pub fn sum(path: &Path) -> io::Result<Sha256> {
    let mut file = File::open(path)?;
    let mut hash = sha2::Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(Sha256(hash.finalize().into())),
            n => hash.update(&buffer[..n]),
        }
    }
}
