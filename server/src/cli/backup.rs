//! `mingcha backup`: database first, as of one moment, then every object that it names.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use store::Snapshot;

use super::{
    owner::{self, Owner, broken},
    say::say,
};
use crate::{
    archive::{Archive, Branch, FORMAT, Manifest, Named, sum},
    config::Settings,
    data_dir::cannot_use,
    failure::{Exit, Failure, Result},
    media::Media,
    postgres,
};

/// How many objects are copied at a time.
pub(super) const AT_ONCE: usize = 4;

pub(super) async fn run(settings: &Settings, to: &Path) -> Result<()> {
    let to = std::path::absolute(to).map_err(|error| cannot_use(to, &error))?;
    if to.exists() {
        let name = to.display();
        return Err(Failure::new(
            Exit::Usage,
            format!("{name} 已存在;备份总是写入新目录"),
            format!("{name} exists; a backup is always written into a new folder"),
        ));
    }
    owner::with(settings, async |owner| {
        owner.needs_schema().await?;
        write(owner, &to).await
    })
    .await
}

async fn write(owner: &Owner, to: &Path) -> Result<()> {
    let draft = draft(to)?;
    let archive = Archive::at(&draft);
    let mut snapshot = Snapshot::take(owner.url()).await.map_err(|error| broken(&error))?;
    let made_at = owner.clock.now();
    eprintln!("1/2 数据库 database …");
    let major = u32::try_from(snapshot.postgres / 10_000).unwrap_or_default();
    postgres::dump(owner.secret_url(), major, &snapshot.id, &store::LEFT_OUT, &archive.dump()).await?;
    let database = synced_sum(&archive.dump())?;
    let branches = snapshot.branches().await.map_err(|error| broken(&error))?;
    let media = snapshot.media().await.map_err(|error| broken(&error))?;
    let (schema, postgres) = (snapshot.schema, snapshot.postgres);
    snapshot.release().await.map_err(|error| broken(&error))?;

    let names: Vec<Named> = media.iter().map(|named| Named { tenant: named.tenant, sha256: named.sha256 }).collect();
    eprintln!("2/2 媒体 media: {} …", names.len());
    let missing = copy(&owner.media, &archive.media()?, &names).await?;
    let manifest = Manifest {
        format: FORMAT,
        made_at,
        build: env!("CARGO_PKG_VERSION").to_owned(),
        schema,
        postgres,
        database,
        media: archive.write_names(&names)?,
        tenants: branches
            .into_iter()
            .map(|branch| Branch {
                tenant: branch.tenant,
                code: branch.code,
                epoch: branch.epoch,
                ops: branch.rev,
                batches: branch.batch,
                head: branch.head,
            })
            .collect(),
        missing,
        keys: owner.keys.published(),
    };
    archive.write_manifest(&manifest)?;
    fs::rename(&draft, to).map_err(|error| cannot_use(to, &error))?;
    if let Some(parent) = to.parent() {
        File::open(parent).and_then(|folder| folder.sync_all()).map_err(|error| cannot_use(parent, &error))?;
    }
    told(&manifest, to, names.len())
}

fn told(manifest: &Manifest, to: &Path, media: usize) -> Result<()> {
    let name = to.display();
    for branch in &manifest.tenants {
        println!("  {} · ops {} · batches {} · head {}", branch.code, branch.ops, branch.batches, branch.head);
    }
    say(
        &format!("备份完成:{name}(媒体文件 {media} 个)。请把数据目录中的 keys/ 另外存放。"),
        &format!(
            "The backup is whole: {name} ({media} media files). Keep a copy of keys/ of the data folder elsewhere."
        ),
    );
    if manifest.missing.is_empty() {
        return Ok(());
    }
    for named in &manifest.missing {
        println!("  {} 缺失或已被改动 missing or changed", named.sha256);
    }
    let count = manifest.missing.len();
    Err(Failure::new(
        Exit::Differs,
        format!("其余都已备份,但有 {count} 个媒体文件缺失或已被改动,见上。请运行 mingcha verify"),
        format!(
            "everything else is in the backup, but {count} media files are missing or changed, see above. Run mingcha verify"
        ),
    ))
}

/// The folder beside `to` in which the backup is put together; what an earlier attempt left there goes.
fn draft(to: &Path) -> Result<PathBuf> {
    let mut draft = to.as_os_str().to_owned();
    draft.push(".partial");
    let draft = PathBuf::from(draft);
    if draft.exists() {
        fs::remove_dir_all(&draft).map_err(|error| cannot_use(&draft, &error))?;
    }
    // Who may read it may read everything: it is ours alone.
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(&draft).map_err(|error| cannot_use(&draft, &error))?;
    Ok(draft)
}

fn synced_sum(file: &Path) -> Result<domain::evidence::Sha256> {
    let sum = File::open(file).and_then(|file| file.sync_all()).and_then(|()| sum(file));
    sum.map_err(|error| cannot_use(file, &error))
}

/// Copies objects, hashing each; gives those that are missing or have another hash.
pub(super) async fn copy(from: &Media, to: &Media, names: &[Named]) -> Result<Vec<Named>> {
    let copies = stream::iter(names.iter().copied()).map(|named| async move {
        let failed = |error: crate::media::MediaError| {
            let zh = if error.is_full() { "磁盘已满" } else { "媒体文件无法复制" };
            Failure::new(Exit::Data, format!("{zh}:{error}"), format!("a media file cannot be copied: {error}"))
        };
        let Some(found) = from.read(named.tenant, named.sha256).await.map_err(failed)? else {
            return Ok(Some(named));
        };
        let bytes = found.bytes().await.map_err(|error| failed(error.into()))?;
        match to.keep(named.tenant, named.sha256, bytes).await {
            Ok(()) => Ok(None),
            Err(crate::media::MediaError::Hash) => Ok(Some(named)),
            Err(error) => Err(failed(error)),
        }
    });
    let missing: Vec<Option<Named>> = copies.buffered(AT_ONCE).try_collect().await?;
    Ok(missing.into_iter().flatten().collect())
}
