//! `mingcha verify`: is what stands here what was written?

use std::{
    collections::BTreeSet,
    path::Path,
    time::{Duration, Instant},
};

use futures_util::{StreamExt as _, stream};
use protocol::receipt::Head;
use store::{Fault, Report, Signer as _, Tenant};

use super::{
    arguments::VerifyOptions,
    owner::{self, Owner, broken},
    say::say,
};
use crate::{
    archive::Named,
    config::Settings,
    failure::{Exit, Failure, Result},
};

/// How many objects are read at a time.
const AT_ONCE: usize = 4;
/// How often it says how far it is.
const EVERY: Duration = Duration::from_secs(5);
/// How many differences, and how many media files, of a company are named: the rest is counted.
const NAMED: usize = 1_000;

pub(super) async fn run(settings: &Settings, options: VerifyOptions) -> Result<()> {
    owner::with(settings, async |owner| {
        owner.needs_schema().await?;
        let tenants = match options.of.tenant.as_deref() {
            Some(code) => vec![owner.tenant(Some(code)).await?],
            None => store::command::companies(owner.url()).await.map_err(|error| broken(&error))?,
        };
        let witnesses = options.witness.as_deref().map(read_heads).transpose()?.unwrap_or_default();
        let scope = Scope { witnesses: &witnesses, media: !options.no_media, lacking: &BTreeSet::new() };
        let found = all(owner, &tenants, &scope).await?.differences;
        if found == 0 {
            return Ok(());
        }
        Err(Failure::new(
            Exit::Differs,
            format!("发现 {found} 处差异,见上。请勿继续写入;先保留现场,再从备份恢复(docs/deploy.md)"),
            format!(
                "{found} differences, see above. Write no more; keep everything as it is, then restore a backup (docs/deploy.md)"
            ),
        ))
    })
    .await
}

/// What is looked at beside the log.
pub(super) struct Scope<'a> {
    /// Heads that somebody was given.
    pub(super) witnesses: &'a [Head],
    /// Whether the bytes of photos and memos are read.
    pub(super) media: bool,
    /// Those that the backup lacks from which all of it was restored: that they are not here is no news.
    pub(super) lacking: &'a BTreeSet<Named>,
}

/// What a verification came to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Found {
    /// What is not as the log says.
    pub(super) differences: usize,
    /// How many of [`Scope::lacking`] are not here.
    pub(super) lacking: usize,
}

/// Heads that somebody was given: one a line, as a phone's receipts and `verify` itself write them.
fn read_heads(file: &Path) -> Result<Vec<Head>> {
    let name = file.display();
    let wrong = |error: &dyn std::fmt::Display| {
        Failure::new(
            Exit::Usage,
            format!("{name} 不是链头文件(每行一个 JSON):{error}"),
            format!("{name} holds no heads (JSON, one a line): {error}"),
        )
    };
    let text = std::fs::read_to_string(file).map_err(|error| wrong(&error))?;
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| serde_json::from_str(line).map_err(|error| wrong(&error)))
        .collect()
}

/// Verifies each of `tenants`, and says what was covered. What cannot be read is named, and keeps nothing else from being
/// looked at: neither a row or file the next, nor a company the others.
pub(super) async fn all(owner: &Owner, tenants: &[Tenant], scope: &Scope<'_>) -> Result<Found> {
    let (mut found, mut failed) = (Found::default(), Vec::new());
    // Whose head it is, it does not say: one that we signed must stand in one of the logs.
    let mut unseen: Vec<&Head> = scope.witnesses.iter().collect();
    for (n, tenant) in tenants.iter().enumerate() {
        let (code, of) = (&tenant.code, tenants.len());
        eprintln!("{}/{of} {code} …", n + 1);
        match one(owner, tenant, &mut unseen, scope).await {
            Ok(of_tenant) => {
                found.differences += of_tenant.differences;
                found.lacking += of_tenant.lacking;
            }
            Err(failure) => {
                println!("  {code}: {failure}");
                failed.push((code.as_str(), failure.exit));
            }
        }
    }
    // It may stand in the log of a company that could not be looked at.
    for head in unseen.into_iter().filter(|_| failed.is_empty()) {
        let (zh, en) = words(Fault::Witness);
        println!("  batch {} · {} · {zh} · {en}", head.number, head.hash());
        found.differences += 1;
    }
    covered(scope.media);
    if let Some((_, exit)) = failed.first().filter(|_| found.differences == 0) {
        let codes: Vec<&str> = failed.iter().map(|(code, _)| *code).collect();
        let codes = codes.join(", ");
        return Err(Failure::new(
            *exit,
            format!("没有核对完:{codes},原因见上;其余没有发现差异"),
            format!("not verified to the end: {codes}, see above for why; elsewhere nothing differs"),
        ));
    }
    match found {
        Found { differences: 0, lacking: 0 } => say("没有发现差异。", "Nothing differs."),
        Found { differences: 0, .. } => {
            say(
                "除备份所缺的媒体文件外,没有发现差异。",
                "Nothing differs but for the media files that the backup lacks.",
            );
        }
        Found { .. } => {}
    }
    Ok(found)
}

async fn one(owner: &Owner, tenant: &Tenant, unseen: &mut Vec<&Head>, scope: &Scope<'_>) -> Result<Found> {
    let report = store::verify(owner.url(), tenant.id, owner.keys.as_ref()).await.map_err(|error| broken(&error))?;
    unseen.retain(|head| {
        let mut compared = report.clone();
        compared.witness(head);
        compared.differences.len() > report.differences.len() || !owner.keys.verify(head)
    });
    let code = &tenant.code;
    for difference in report.differences.iter().take(NAMED) {
        let (zh, en) = words(difference.what);
        println!("  {code}: {} · {zh} · {en}", difference.place);
    }
    rest(code, report.differences.len());
    let mut found = if scope.media { media(owner, tenant, &report, scope.lacking).await } else { Found::default() };
    found.differences += report.differences.len();
    let (ops, batches, named) = (report.ops, report.batches, hashes(&report).len());
    say(
        &format!("{code}:{ops} 条操作,{batches} 个批次,{named} 个媒体文件。"),
        &format!("{code}: {ops} ops in {batches} batches, {named} media files."),
    );
    if let Some(head) = &report.head {
        // To be kept elsewhere: a later run compares with it (--witness).
        let line = serde_json::to_string(head).map_err(|error| Failure::unexpected("head", &error))?;
        println!("{line}");
    }
    Ok(found)
}

fn hashes(report: &Report) -> BTreeSet<domain::evidence::Sha256> {
    report.media.iter().map(|media| media.sha256).collect()
}

async fn media(owner: &Owner, tenant: &Tenant, report: &Report, lacking: &BTreeSet<Named>) -> Found {
    let names = hashes(report);
    let all = names.len();
    let mut checks = stream::iter(names)
        .map(|sha256| async move { (sha256, owner.media.is_intact(tenant.id, sha256).await) })
        .buffered(AT_ONCE);
    let (mut done, mut found, mut said) = (0, Found::default(), Instant::now());
    while let Some((sha256, intact)) = checks.next().await {
        done += 1;
        let is_lacking = matches!(intact, Ok(false)) && lacking.contains(&Named { tenant: tenant.id, sha256 });
        let what = match intact {
            Ok(true) => None,
            Ok(false) if is_lacking => Some("备份里就没有这个文件 · the backup lacks it".to_owned()),
            Ok(false) => Some("文件缺失或已被改动 · missing or changed".to_owned()),
            Err(error) => Some(format!("文件无法读取 · cannot be read · {error}")),
        };
        if let Some(what) = what {
            found.lacking += usize::from(is_lacking);
            found.differences += usize::from(!is_lacking);
            if found.lacking + found.differences <= NAMED {
                let of = report.media.iter().filter(|media| media.sha256 == sha256);
                let of: Vec<String> = of.map(|media| media.visit.to_string()).collect();
                println!("  {}: media {sha256} · {what} · visit {}", tenant.code, of.join(", "));
            }
        }
        if said.elapsed() > EVERY {
            eprintln!("  media {done}/{all}");
            said = Instant::now();
        }
    }
    rest(&tenant.code, found.lacking + found.differences);
    found
}

/// Says how many more there are than were named.
fn rest(code: &str, all: usize) {
    let more = all.saturating_sub(NAMED);
    if more > 0 {
        println!("  {code}: 另有 {more} 处 · {more} more");
    }
}

const fn words(fault: Fault) -> (&'static str, &'static str) {
    match fault {
        Fault::Digest => ("内容与摘要不符", "the content does not fit its digest"),
        Fault::Unreadable => ("已生效的操作无法读取", "an op that took effect cannot be read"),
        Fault::Gap => ("日志缺号", "a place in the log is missing"),
        Fault::Chain => ("批次链断开", "the batch does not follow from the one before"),
        Fault::Root => ("批次根不符", "the root does not cover the batch's ops"),
        Fault::Signature => ("签名不是本机密钥所作", "no key of ours has signed this"),
        Fault::Head => ("链头不是最后一批", "the head is not the last batch"),
        Fault::Row => ("数据行与日志不符", "the row says something else than the log"),
        Fault::Missing => ("数据行缺失", "a row is missing"),
        Fault::Facts => ("判定所依的事实与批次所记不符", "the facts of a verdict are not those that its batch covers"),
        Fault::People => ("身份库与日志不符", "identity says something else than the log"),
        Fault::Witness => ("见证所见的链头不在此链上", "a witness saw a head that is not on this chain"),
        Fault::Alien => ("日志中没有的数据行", "a row of which the log knows nothing"),
        Fault::Damaged => ("数据库自己也读不出来", "the database itself cannot read this"),
    }
}

fn covered(with_media: bool) {
    let (zh, en) = if with_media { ("媒体文件的内容,", "the bytes of photos and memos, ") } else { ("", "") };
    say(
        &format!(
            "已核对:每条操作的摘要、判定、事实与次序,批次链与签名,{zh}由日志得出的各表,以及身份库中的账号(密码除外)、任务归属与抽签。"
        ),
        &format!(
            "Covered: digest, verdict, facts and order of every op, chain and signatures, {en}every table that follows from the log, and in identity accounts (but for passwords), who holds which task, and draws."
        ),
    );
    let outside = store::OUTSIDE.join(", ");
    say(
        &format!("未涵盖:{outside};以及最后一个见证之后被整体改写的部分,它只能与手机收据或导出的链头对照看出。"),
        &format!(
            "Outside: {outside}; and what was rewritten as a whole after the last witness, which shows only against a phone's receipt or an exported head."
        ),
    );
}
