//! 同步: a row a visit, a line a file, bytes, cause, retry.

use domain::time::MINUTE_MS;
use leptos::prelude::*;
use ui::{
    ActionBar, Badge, Banner, Bar, Button, ButtonKind, ButtonLink, EmptyState, Glyph, Icon, IconSize, TileState, Tone,
    TruthBadge,
};

use super::task::truth_code;
use crate::{
    parts::{Page, page, truth_name},
    phone::Phone,
    route::Route,
    row::{FileState, Row},
    status::{SyncState, Trouble},
    words::{self, day_time, say, size, t, tf},
};

/// What sync does, in a word; leads to the screen. `data-sync` is `starting`, `idle`, `sending`,
/// `waiting` or `signed-out`.
pub(super) fn badge(phone: Phone) -> impl IntoView {
    let word = move || {
        phone.sync.with(|sync| match sync.state {
            SyncState::SignedOut => (Tone::Violet, Glyph::KEY, t("请重新登录", "Sign in again").to_owned()),
            SyncState::Sending if sync.waiting() > 0 => {
                (Tone::Ink, Glyph::CLOUD_UP, t("传输中", "Uploading").to_owned())
            }
            SyncState::Starting | SyncState::Waiting | SyncState::Idle if sync.waiting() > 0 => {
                (Tone::Neutral, Glyph::CLOUD_OFF, tf("待传 {}", "{} waiting", &[&sync.waiting().to_string()]))
            }
            SyncState::Starting | SyncState::Sending => {
                (Tone::Neutral, Glyph::SYNC, t("检查中", "Checking").to_owned())
            }
            // There was an answer, and it says why: the screen shows it.
            SyncState::Waiting if sync.cause.is_some() => {
                (Tone::Neutral, Glyph::SYNC, t("稍后再试", "Will try again").to_owned())
            }
            SyncState::Waiting => (Tone::Neutral, Glyph::CLOUD_OFF, t("无网络", "No network").to_owned()),
            SyncState::Idle => (Tone::Jade, Glyph::CLOUD_DONE, t("已同步", "Synced").to_owned()),
        })
    };
    view! {
        <a class="sync-badge" href=Route::Sync.path() data-sync=move || phone.sync.with(super::super::status::SyncStatus::code)>
            {move || {
                let (tone, icon, word) = word();
                view! { <Badge tone icon>{word}</Badge> }.into_any()
            }}
        </a>
    }
}

/// The screen.
pub(crate) fn sync(phone: Phone) -> impl IntoView {
    let body = view! {
        <div class="stack" data-sync=move || phone.sync.with(super::super::status::SyncStatus::code) data-waiting=move || phone.sync.with(super::super::status::SyncStatus::waiting)>
            {move || state(phone).into_any()}
            {move || phone.sync.with(|sync| trouble(phone, &sync.trouble)).into_any()}
            {move || visits(phone).into_any()}
        </div>
    };
    let busy = Signal::derive(move || phone.sync.with(|sync| sync.state == SyncState::Sending));
    let actions = view! {
        <ActionBar>
            <Button icon=Glyph::SYNC busy on_click=move |()| phone.sync_now()>
                {t("立即同步", "Sync now")}
            </Button>
        </ActionBar>
    };
    let title = Signal::stored(t("同步", "Sync").to_owned());
    page(phone, Page { tabs: true, private: true, actions: Some(actions.into_any()), ..Page::new(title, body) })
}

fn state(phone: Phone) -> impl IntoView {
    phone.sync.with(|sync| {
        let last = match sync.last {
            Some(at) => tf("上次 {}", "Last {}", &[&day_time(at, device::clock::now())]),
            None if sync.pulled => t("打开后还没有同步", "Not synced since it was opened").to_owned(),
            None => t("还没有同步过", "Not synced yet").to_owned(),
        };
        let waiting = (sync.waiting() > 0).then(|| {
            tf("待传:记录 {} 条,文件 {} 个,{}", "Waiting: {} records, {} files, {}", &[
                &sync.ops.to_string(),
                &sync.files.to_string(),
                &size(i64::try_from(sync.bytes).unwrap_or(i64::MAX)),
            ])
        });
        let off = sync.clock_off_ms.filter(|off| off.abs() > 2 * MINUTE_MS).map(|off| {
            tf("本机时间与服务器差 {} 分钟,不影响提交。", "This phone's clock is {} minutes off; handing in still works.", &[
                &(off / MINUTE_MS).to_string(),
            ])
        });
        let signed_out = sync.state == SyncState::SignedOut;
        view! {
            <section class="card">
                <p class="strong">{waiting.unwrap_or_else(|| t("没有待传的内容", "Nothing waits to be sent").to_owned())}</p>
                <p class="muted small">{last}</p>
                {sync.cause.as_ref().map(|cause| view! { <p class="row" data-cause><Icon glyph=Glyph::INFO size=IconSize::Small />{say(cause)}</p> })}
                {off.map(|off| view! { <p class="muted small">{off}</p> })}
                {signed_out
                    .then(|| {
                        view! { <ButtonLink href=Route::SignIn.path() icon=Glyph::KEY>{t("请重新登录,登录后接着传", "Sign in again to go on")}</ButtonLink> }
                    })}
            </section>
        }
    })
}

fn trouble(phone: Phone, all: &[Trouble]) -> Option<impl IntoView + use<>> {
    if all.is_empty() {
        return None;
    }
    let rows = all
        .iter()
        .map(|one| {
            let (tone, glyph, word) = if one.refused {
                (Tone::Cinnabar, Glyph::WARNING, t("服务器拒收,留在本机", "Refused; kept on this phone"))
            } else {
                (Tone::Violet, Glyph::LOCK, t("服务器已收,待审核人处理", "Received; the reviewer decides"))
            };
            let why = say(&one.why);
            view! {
                <Banner tone glyph title=[one.venue.as_str(), " · ", &one.what].concat()>
                    <p>{word}": "{why}</p>
                </Banner>
            }
        })
        .collect_view();
    Some(view! {
        <section class="stack stack--tight" data-list="trouble">
            <h2>{t("待处理", "Needs a look")}</h2>
            {rows}
            <div class="buttons buttons--fill">
                <Button kind=ButtonKind::Quiet icon=Glyph::DOWNLOAD on_click=move |()| phone.export()>
                    {t("导出到文件", "Export to a file")}
                </Button>
                <Button kind=ButtonKind::Quiet on_click=move |()| phone.seen_trouble(None)>
                    {t("知道了", "I have seen it")}
                </Button>
            </div>
        </section>
    })
}

fn visits(phone: Phone) -> AnyView {
    phone.rows.with(|rows| {
        let mut shown: Vec<&Row> = rows.values().filter(|row| row.draft.is_some() || row.unsent > 0).collect();
        shown.sort_by_key(|row| (row.unsent == 0 && row.files.is_empty(), row.task.assignment.window.until));
        if shown.is_empty() {
            return view! {
                <EmptyState
                    glyph=Glyph::SYNC
                    title=t("还没有要传的走访", "No visits to send yet")
                    text=t("填过的走访会列在这里,每个文件一行。", "Visits that you fill in are listed here, a line a file.")
                />
            }
            .into_any();
        }
        shown.into_iter().map(visit).collect_view().into_any()
    })
}

fn visit(row: &Row) -> impl IntoView + use<> {
    let truth = row.truth();
    let files = row.files.values().map(file).collect_view();
    let id = row.task.assignment.id;
    view! {
        <section class="sync" data-visit=id.to_string() data-truth=truth_code(truth)>
            <div class="sync__head">
                <a class="sync__name" href=Route::Visit(id).path()>{say(&row.task.venue.name)}</a>
                <TruthBadge truth=Signal::stored(truth) words=words::truth() />
            </div>
            {(row.unsent > 0)
                .then(|| view! { <p class="sync__foot muted small">{tf("记录 {} 条待传", "{} records waiting", &[&row.unsent.to_string()])}</p> })}
            <ul class="sync__files">{files}</ul>
        </section>
    }
}

fn file(file: &FileState) -> impl IntoView + use<> {
    let share = (file.sent.min(file.size) * 10_000).checked_div(file.size).unwrap_or(0) as u32;
    let bytes = |bytes: u64| size(i64::try_from(bytes).unwrap_or(i64::MAX));
    let end = [bytes(file.sent).as_str(), " / ", &bytes(file.size)].concat();
    let word = match file.state {
        TileState::Sending => t("传输中", "Uploading"),
        TileState::Received => t("服务器已收", "Received"),
        TileState::Failed => t("没传成", "Failed"),
        _ => t("已存本机", "Saved on this phone"),
    };
    view! {
        <li data-truth=truth_name(file.state)>
            <Icon glyph=Glyph::PHOTO size=IconSize::Small />
            <span>{word}</span>
            <span class="muted small">{end}</span>
            <Bar share=Signal::stored(share) />
            {file.cause.clone().map(|cause| view! { <span class="sync__cause">{cause}</span> })}
        </li>
    }
}
