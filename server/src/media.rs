//! The bytes of evidence: content-addressed, immutable, verified and synced before they count.
//!
//! Chunks lie in the same object store as what they become, so that any node
//! goes on where another stopped; how far an upload is, is what the store has.
//! Nothing here is a row: an upload that nobody finishes is garbage, not state.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use domain::{
    evidence::Sha256,
    ids::{TenantId, VisitId},
};
use futures_util::TryStreamExt as _;
use mutants::{Mutant, planted};
use object_store::{
    GetResult, ObjectStore, ObjectStoreExt as _, PutMode, PutOptions, PutPayload, local::LocalFileSystem, path::Path,
};
use sha2::Digest as _;

use crate::{
    config::Settings,
    data_dir::DataDir,
    failure::{self, Exit, Failure},
};

/// Which upload: bytes are uploaded once a visit, even if the store has them already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UploadKey {
    /// Whose.
    pub tenant: TenantId,
    /// The visit that names the bytes.
    pub visit: VisitId,
    /// Their hash.
    pub sha256: Sha256,
}

/// Why the media store did not do it.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// `MINGCHA_MEDIA_URL` is none that this build understands.
    #[error("media address {0:?} is not understood: use file:///absolute/path")]
    Address(String),
    /// The chunk does not start where the upload stands.
    #[error("the upload stands at {0}")]
    Offset(u64),
    /// The whole has another hash than it was named by; the upload starts again.
    #[error("the bytes have another hash")]
    Hash,
    /// The object store failed.
    #[error(transparent)]
    Store(#[from] object_store::Error),
}

impl MediaError {
    /// Whether the disk is full: the answer is 507, and the phone tries again later.
    #[must_use]
    pub fn is_full(&self) -> bool {
        let mut source: Option<&(dyn std::error::Error + 'static)> = Some(self);
        while let Some(error) = source {
            if error.downcast_ref::<std::io::Error>().is_some_and(|io| {
                matches!(io.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded)
            }) {
                return true;
            }
            source = error.source();
        }
        false
    }
}

/// Where evidence lies.
#[derive(Clone, Debug)]
pub struct Media {
    store: Arc<dyn ObjectStore>,
}

impl Media {
    /// The media store that the settings name.
    ///
    /// # Errors
    /// [`Exit::Data`]: it cannot be opened.
    pub fn of(settings: &Settings, data: &DataDir) -> failure::Result<Self> {
        let url =
            settings.media_url.clone().unwrap_or_else(|| format!("file://{}", data.root().join("media").display()));
        Self::open(&url).map_err(|error| {
            Failure::new(
                Exit::Data,
                format!("媒体存储 {url} 打不开:{error}"),
                format!("the media store {url} cannot be opened: {error}"),
            )
        })
    }

    /// Opens the store at `url`: `file:///absolute/path`, which is made if it is missing.
    ///
    /// # Errors
    /// [`MediaError::Address`] for anything else, [`MediaError::Store`] if the folder cannot be made or read.
    pub fn open(url: &str) -> Result<Self, MediaError> {
        let folder = url
            .strip_prefix("file://")
            .filter(|path| path.starts_with('/'))
            .ok_or_else(|| MediaError::Address(url.to_owned()))?;
        std::fs::create_dir_all(folder)
            .map_err(|error| object_store::Error::Generic { store: "media", source: Box::new(error) })?;
        // Off by default; without it a photo that was acknowledged could vanish in a power cut.
        let store = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
        Ok(Self { store: Arc::new(store) })
    }

    /// How many bytes of an upload are there, without a gap, from the start.
    ///
    /// # Errors
    /// [`MediaError::Store`].
    pub async fn offset(&self, key: &UploadKey) -> Result<u64, MediaError> {
        Ok(self.chunks(key).await?.last().map_or(0, |(start, size)| start + size))
    }

    /// Takes the chunk that starts at `offset`; returns where the upload stands then.
    ///
    /// # Errors
    /// [`MediaError::Offset`] if the upload stands elsewhere (also when two tabs race).
    pub async fn put_chunk(&self, key: &UploadKey, offset: u64, chunk: Bytes) -> Result<u64, MediaError> {
        let stands = self.offset(key).await?;
        if stands != offset {
            return Err(MediaError::Offset(stands));
        }
        let next = offset + chunk.len() as u64;
        match self.create(&spool(key).join(format!("{offset:012}")), chunk).await {
            Ok(()) => Ok(next),
            Err(_) if planted(Mutant::AcknowledgesOnFullDisk) => Ok(next),
            Err(object_store::Error::AlreadyExists { .. }) => Err(MediaError::Offset(self.offset(key).await?)),
            Err(error) => Err(error.into()),
        }
    }

    /// Hashes what was uploaded and keeps it for good.
    ///
    /// # Errors
    /// [`MediaError::Hash`] if the bytes are not the ones they were named as: the upload is thrown away.
    pub async fn finish(&self, key: &UploadKey) -> Result<(), MediaError> {
        let mut whole = BytesMut::new();
        for (start, _) in self.chunks(key).await? {
            whole.extend_from_slice(&self.store.get(&spool(key).join(format!("{start:012}"))).await?.bytes().await?);
        }
        let kept = self.keep(key.tenant, key.sha256, whole.freeze()).await;
        if matches!(kept, Ok(()) | Err(MediaError::Hash)) {
            self.forget(key).await?;
        }
        kept
    }

    /// Keeps bytes that came in one piece.
    ///
    /// # Errors
    /// [`MediaError::Hash`] if they are not the ones they were named as.
    pub async fn keep(&self, tenant: TenantId, sha256: Sha256, bytes: Bytes) -> Result<(), MediaError> {
        let right = sha2::Sha256::digest(&bytes)[..] == sha256.0;
        if !right && !planted(Mutant::CountsUnhashedBytes) {
            return Err(MediaError::Hash);
        }
        match self.create(&object(tenant, sha256), bytes.clone()).await {
            Ok(()) => Ok(()),
            // Another visit named the same bytes, or they come again: what lies there may have been damaged since.
            Err(object_store::Error::AlreadyExists { .. }) => self.mend(tenant, sha256, bytes).await,
            Err(error) => Err(error.into()),
        }
    }

    /// Puts `bytes`, which were hashed, in the place of an object that has another hash or cannot be read.
    async fn mend(&self, tenant: TenantId, sha256: Sha256, bytes: Bytes) -> Result<(), MediaError> {
        if self.is_intact(tenant, sha256).await.unwrap_or_default() {
            return Ok(());
        }
        tracing::warn!(%sha256, "a damaged media file is replaced by the bytes that came again");
        self.store.put(&object(tenant, sha256), PutPayload::from_bytes(bytes)).await?;
        Ok(())
    }

    /// The bytes with this hash; `None` if they never arrived.
    ///
    /// # Errors
    /// [`MediaError::Store`].
    pub async fn read(&self, tenant: TenantId, sha256: Sha256) -> Result<Option<GetResult>, MediaError> {
        match self.store.get(&object(tenant, sha256)).await {
            Ok(found) => Ok(Some(found)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether an object of this hash and size is there. It is not read: [`Self::is_intact`] says what its bytes are.
    ///
    /// # Errors
    /// [`MediaError::Store`].
    pub async fn holds(&self, tenant: TenantId, sha256: Sha256, size: u64) -> Result<bool, MediaError> {
        match self.store.head(&object(tenant, sha256)).await {
            Ok(found) => Ok(found.size == size),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether the bytes with this hash are there and still have it.
    ///
    /// # Errors
    /// [`MediaError::Store`].
    pub async fn is_intact(&self, tenant: TenantId, sha256: Sha256) -> Result<bool, MediaError> {
        let Some(found) = self.read(tenant, sha256).await? else { return Ok(false) };
        Ok(sha2::Sha256::digest(found.bytes().await?)[..] == sha256.0)
    }

    /// The chunks of an upload as (start, size), in order, up to the first gap.
    async fn chunks(&self, key: &UploadKey) -> Result<Vec<(u64, u64)>, MediaError> {
        let listed: Vec<_> = self.store.list(Some(&spool(key))).try_collect().await?;
        let mut chunks: Vec<(u64, u64)> =
            listed.iter().filter_map(|meta| Some((meta.location.filename()?.parse().ok()?, meta.size))).collect();
        chunks.sort_unstable();
        let mut stands = 0;
        chunks.retain(|(start, size)| {
            let follows = *start == stands;
            stands += if follows { *size } else { 0 };
            follows
        });
        Ok(chunks)
    }

    /// Throws an upload that is under way away.
    ///
    /// # Errors
    /// [`MediaError::Store`].
    pub async fn forget(&self, key: &UploadKey) -> Result<(), MediaError> {
        let listed: Vec<_> = self.store.list(Some(&spool(key))).try_collect().await?;
        for meta in listed {
            self.store.delete(&meta.location).await?;
        }
        Ok(())
    }

    async fn create(&self, path: &Path, bytes: Bytes) -> object_store::Result<()> {
        let options = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
        self.store.put_opts(path, PutPayload::from_bytes(bytes), options).await.map(|_| ())
    }
}

fn spool(key: &UploadKey) -> Path {
    Path::from_iter(["spool", &key.tenant.to_string(), &key.visit.to_string(), &key.sha256.to_string()])
}

fn object(tenant: TenantId, sha256: Sha256) -> Path {
    let name = sha256.to_string();
    Path::from_iter(["evidence", &tenant.to_string(), &name[..2], &name])
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ids::AssignmentId;

    fn media() -> (tempfile::TempDir, Media) {
        let folder = tempfile::tempdir().unwrap();
        let media = Media::open(&format!("file://{}", folder.path().display())).unwrap();
        (folder, media)
    }

    fn key(bytes: &[u8]) -> UploadKey {
        let origin = uuid::Uuid::from_u128(7);
        UploadKey {
            tenant: TenantId::derive(origin, 0),
            visit: VisitId::of(AssignmentId::derive(origin, 0)),
            sha256: Sha256::of(bytes),
        }
    }

    #[tokio::test]
    async fn an_upload_goes_on_where_it_stands() {
        let (_folder, media) = media();
        let key = key(b"abcdef");
        assert_eq!(media.put_chunk(&key, 0, Bytes::from_static(b"abc")).await.unwrap(), 3);
        assert!(matches!(media.put_chunk(&key, 0, Bytes::from_static(b"abc")).await, Err(MediaError::Offset(3))));
        assert!(matches!(media.put_chunk(&key, 4, Bytes::from_static(b"ef")).await, Err(MediaError::Offset(3))));
        assert!(media.read(key.tenant, key.sha256).await.unwrap().is_none());
        assert_eq!(media.put_chunk(&key, 3, Bytes::from_static(b"def")).await.unwrap(), 6);
        media.finish(&key).await.unwrap();
        assert!(media.is_intact(key.tenant, key.sha256).await.unwrap());
        assert_eq!(media.offset(&key).await.unwrap(), 0, "the spool is empty again");
    }

    #[tokio::test]
    async fn bytes_with_another_hash_are_thrown_away() {
        let (_folder, media) = media();
        let key = key(b"abcdef");
        media.put_chunk(&key, 0, Bytes::from_static(b"abcdeX")).await.unwrap();
        assert!(matches!(media.finish(&key).await, Err(MediaError::Hash)));
        assert_eq!(media.offset(&key).await.unwrap(), 0);
        assert!(!media.is_intact(key.tenant, key.sha256).await.unwrap());
    }

    #[tokio::test]
    async fn what_was_kept_is_never_overwritten() {
        let (folder, media) = media();
        let key = key(b"abcdef");
        media.keep(key.tenant, key.sha256, Bytes::from_static(b"abcdef")).await.unwrap();
        assert!(matches!(
            media.keep(key.tenant, key.sha256, Bytes::from_static(b"other!")).await,
            Err(MediaError::Hash)
        ));
        media.keep(key.tenant, key.sha256, Bytes::from_static(b"abcdef")).await.unwrap();
        let name = key.sha256.to_string();
        let file = folder.path().join(format!("evidence/{}/{}/{name}", key.tenant, &name[..2]));
        std::fs::write(file, b"abcdeF").unwrap();
        assert!(!media.is_intact(key.tenant, key.sha256).await.unwrap(), "a flipped bit is noticed");
    }

    /// Bytes that came again were thrown away for those that lay there already, whatever had become of these.
    #[tokio::test]
    async fn what_was_damaged_gives_way_to_what_comes_again() {
        let (folder, media) = media();
        let key = key(b"abcdef");
        let name = key.sha256.to_string();
        let file = folder.path().join(format!("evidence/{}/{}/{name}", key.tenant, &name[..2]));
        assert!(!media.holds(key.tenant, key.sha256, 6).await.unwrap());
        media.keep(key.tenant, key.sha256, Bytes::from_static(b"abcdef")).await.unwrap();
        let all: [(&[u8], bool); 4] = [(b"abcdeF", true), (b"abc", false), (b"", false), (b"abcdef!", false)];
        for (damaged, has_its_size) in all {
            std::fs::write(&file, damaged).unwrap();
            assert_eq!(media.holds(key.tenant, key.sha256, 6).await.unwrap(), has_its_size, "{damaged:?}");
            let wrong = media.keep(key.tenant, key.sha256, Bytes::from_static(b"other!")).await;
            assert!(matches!(wrong, Err(MediaError::Hash)));
            assert_eq!(std::fs::read(&file).unwrap(), damaged, "wrong bytes mend nothing");
            // In one piece, and in chunks.
            if has_its_size {
                media.keep(key.tenant, key.sha256, Bytes::from_static(b"abcdef")).await.unwrap();
            } else {
                media.put_chunk(&key, 0, Bytes::from_static(b"abcdef")).await.unwrap();
                media.finish(&key).await.unwrap();
            }
            assert!(media.is_intact(key.tenant, key.sha256).await.unwrap(), "{damaged:?}");
            assert!(media.holds(key.tenant, key.sha256, 6).await.unwrap());
        }
    }

    /// P16, the folder of the evidence: bits flipped, ends cut off or added, bytes put in or taken out, files emptied, gone,
    /// or another's in their place.
    #[tokio::test]
    async fn whatever_somebody_changes_in_the_folder_is_found_and_nothing_else_is() {
        const FILES: usize = 12;
        const CHANGES: u32 = 2_000;
        let (folder, media) = media();
        let contents: Vec<Vec<u8>> = (0..FILES).map(|n| Sha256::of(&[n as u8]).0.repeat(1 + 37 * n)).collect();
        let keys: Vec<UploadKey> = contents.iter().map(|bytes| key(bytes)).collect();
        let mut files = Vec::new();
        for (key, bytes) in keys.iter().zip(&contents) {
            media.keep(key.tenant, key.sha256, Bytes::from(bytes.clone())).await.unwrap();
            let name = key.sha256.to_string();
            files.push(folder.path().join(format!("evidence/{}/{}/{name}", key.tenant, &name[..2])));
        }
        for n in 0..CHANGES {
            // All that luck decides of a change follows from its number.
            let luck = Sha256::of(&n.to_be_bytes()).0;
            let below = |place: usize, end: usize| {
                u32::from_be_bytes([luck[place], luck[place + 1], luck[place + 2], luck[place + 3]]) as usize % end
            };
            let (at, other) = (below(0, FILES), below(4, FILES - 1));
            let other = if other < at { other } else { other + 1 };
            let mut changed = contents[at].clone();
            let place = below(8, changed.len());
            match below(12, 7) {
                0 => changed[place] ^= 1 << below(16, 8),
                1 => changed.truncate(place),
                2 => changed.insert(place, luck[16]),
                3 => drop(changed.remove(place)),
                4 => changed.extend_from_slice(&luck[..1 + below(16, 31)]),
                5 => changed.clone_from(&contents[other]),
                _ => changed.clear(),
            }
            match below(20, 8) {
                0 => std::fs::remove_file(&files[at]).unwrap(),
                _ => std::fs::write(&files[at], &changed).unwrap(),
            }
            for (m, key) in keys.iter().enumerate() {
                assert_eq!(media.is_intact(key.tenant, key.sha256).await.unwrap(), m != at, "change {n}, file {m}");
            }
            std::fs::write(&files[at], &contents[at]).unwrap();
        }
    }
}
