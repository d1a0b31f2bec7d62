//! `mingcha restore`: an empty place becomes what it was when the backup was made.

use std::{collections::BTreeSet, path::Path};

use futures_util::{StreamExt as _, stream};

use super::{
    backup::{AT_ONCE, copy},
    owner::{self, Owner, broken},
    say::say,
    verify::{self, Found, Scope},
};
use crate::{
    archive::{Archive, Manifest, Named, changed},
    config::Settings,
    failure::{Exit, Failure, Result},
    keys::Keys,
    postgres,
};

pub(super) async fn run(settings: &Settings, from: &Path) -> Result<()> {
    let archive = Archive::at(from);
    // Before anything is touched: whether there is something to restore.
    let (manifest, names) = archive.read()?;
    if manifest.schema > store::newest_schema() {
        return Err(Failure::new(
            Exit::Schema,
            "这份备份由更新版本的 mingcha 写成;请用那个版本恢复",
            "this backup was made by a newer build; restore it with that one",
        ));
    }
    owner::with(settings, async |owner| {
        if settings.database_url.is_none() && !owner.data.is_ours() {
            return Err(owner.data.in_use());
        }
        read(owner, &archive, &manifest, &names).await
    })
    .await
}

async fn read(owner: &Owner, archive: &Archive, manifest: &Manifest, names: &[Named]) -> Result<()> {
    if store::holds_anything(owner.url()).await.map_err(|error| broken(&error))? {
        return Err(Failure::new(
            Exit::Usage,
            "目标数据库不是空的;恢复只进空数据库。请另建数据库,或另选数据目录",
            "the database is not empty; a backup is restored into an empty one only. Make another database, or name another data folder",
        ));
    }
    eprintln!("1/4 核对备份 checking the backup: {} …", names.len());
    let known: BTreeSet<Named> = manifest.missing.iter().copied().collect();
    let wanted: Vec<Named> = names.iter().copied().filter(|named| !known.contains(named)).collect();
    intact(archive, &wanted).await?;
    eprintln!("2/4 媒体 media …");
    // Media first: content-addressed bytes that no row names yet hurt nobody, and a second attempt finds them there.
    let lost = copy(&archive.media()?, &owner.media, &wanted).await?;
    if let Some(named) = lost.first() {
        return Err(changed(&named.sha256.to_string(), &"SHA-256"));
    }
    eprintln!("3/4 数据库 database …");
    let inspection = store::inspect(owner.url()).await.map_err(|error| broken(&error))?;
    let major = u32::try_from(inspection.version / 10_000).unwrap_or_default();
    store::make_room(owner.url(), manifest.schema).await.map_err(|error| broken(&error))?;
    postgres::load(owner.secret_url(), major, &archive.dump()).await?;
    postgres::bring_up_to_date(owner.secret_url()).await?;
    Keys::keep(&owner.data, owner.random.as_ref())?.remember(&owner.data, &manifest.keys)?;
    eprintln!("4/4 核对 verifying …");
    let found = check(owner, manifest, &known).await?;
    if found.differences > 0 {
        let count = found.differences;
        return Err(Failure::new(
            Exit::Differs,
            format!("备份已全部写入,但发现 {count} 处差异,见上。请勿在此启动服务器;把另一份备份恢复到别的空数据库"),
            format!(
                "all of the backup was written, but {count} differences were found, see above. Start no server here; restore another backup into another empty database"
            ),
        ));
    }
    say(
        "已恢复。所有人需要重新登录;手机会补交备份之后的内容。请检查备份之后被停用的账号,并再次停用。",
        "Restored. Everybody signs in again; phones offer anew what the backup lacks. Whoever was revoked after the backup is active again: revoke them once more.",
    );
    if found.lacking > 0 {
        let count = found.lacking;
        say(
            &format!("备份所缺的 {count} 个媒体文件见上:仍有它们的手机会补交;在那之前 mingcha verify 会指出它们。"),
            &format!(
                "The backup lacks {count} media files, named above: phones that still have them send them again, and mingcha verify names them until then."
            ),
        );
    }
    Ok(())
}

/// Reads every object of the backup, or says which is not as it was written.
async fn intact(archive: &Archive, wanted: &[Named]) -> Result<()> {
    let media = archive.media()?;
    let media = &media;
    let checks = stream::iter(wanted.iter().copied())
        .map(|named| async move { (named, media.is_intact(named.tenant, named.sha256).await) });
    let mut checks = checks.buffered(AT_ONCE);
    while let Some((named, intact)) = checks.next().await {
        match intact {
            Ok(true) => {}
            Ok(false) => return Err(changed(&format!("media/{}", named.sha256), &"SHA-256")),
            Err(error) => return Err(changed(&format!("media/{}", named.sha256), &error)),
        }
    }
    Ok(())
}

/// Verifies what was restored with the keys of the backup, and that each log stands where it stood. `lacking`: what the
/// backup says it has not.
async fn check(owner: &Owner, manifest: &Manifest, lacking: &BTreeSet<Named>) -> Result<Found> {
    let keys = std::sync::Arc::new(Keys::keep(&owner.data, owner.random.as_ref())?);
    let heads = store::command::newest_heads(owner.url()).await.map_err(|error| broken(&error))?;
    for branch in manifest.tenants.iter().filter(|branch| branch.batches > 0) {
        let head = heads.iter().find(|(tenant, _)| *tenant == branch.tenant).map(|(_, head)| head.hash());
        if head != Some(branch.head) {
            let code = &branch.code;
            return Err(Failure::new(
                Exit::Differs,
                format!("公司 {code} 的链头与备份所记不同"),
                format!("the head of {code} is not the one that the backup names"),
            ));
        }
    }
    let tenants = store::command::companies(owner.url()).await.map_err(|error| broken(&error))?;
    verify::all(&owner.with_keys(keys), &tenants, &Scope { witnesses: &[], media: true, lacking }).await
}
