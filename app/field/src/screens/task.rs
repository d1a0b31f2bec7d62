//! One task with its visit: where, what, and the next step.

mod about;
mod actions;
mod moment;
mod result;
mod step_aside;

pub(crate) use moment::moment;
pub(crate) use result::truth_code;

use domain::ids::AssignmentId;
use leptos::prelude::*;
use ui::{Banner, Button, ButtonKind, EmptyState, Glyph, JumpRow, Status, Tone};

use crate::{
    parts::{Page, page, saved},
    phone::Phone,
    route::Route,
    row::{Look as _, Row, Stage},
    visit::Visit,
    words::{say, t, tf},
};

/// The screen.
pub(crate) fn task(phone: Phone, id: AssignmentId) -> impl IntoView {
    let visit = Visit { phone, id };
    if untrack(|| visit.with(|_| ())).is_none() {
        return page(
            phone,
            Page {
                back: Some(Route::Today),
                ..Page::new(
                    Signal::stored(t("任务", "Task").to_owned()),
                    view! {
                        <EmptyState
                            glyph=Glyph::SEARCH
                            title=t("本机没有这个任务", "This task is not on this phone")
                            text=t("有网络时同步一次再看。", "Sync once while online, then look again.")
                        />
                    },
                )
            },
        )
        .into_any();
    }
    let stage = Memo::new(move |_| visit.stage());
    let dialog = RwSignal::new(false);
    let body = view! {
        <div class="stack" data-stage=move || stage.get().code()>
            {move || trouble(visit).into_any()}
            {move || notice(visit, stage.get())}
            {move || moment(visit, stage.get())}
            {result::view(visit, stage)}
            {about::view(visit, stage)}
            {move || shows_items(visit, stage.get()).then(|| sections(visit)).into_any()}
            {move || (stage.get() == Stage::Offered || stage.get() == Stage::Ready).then(|| aside_button(dialog).into_any())}
        </div>
        {step_aside::view(visit, dialog)}
    };
    let actions = view! { {move || actions::bar(visit, stage.get(), ViewFn::from(move || saved(phone)))} };
    page(
        phone,
        Page {
            sub: Signal::derive(move || stage.get().word().to_owned()),
            back: Some(Route::Today),
            private: true,
            actions: Some(actions.into_any()),
            ..Page::new(Signal::derive(move || visit.venue_name()), body)
        },
    )
    .into_any()
}

/// Whether there is anything to read or to fill in. What was filled in is read after the task was called back, too.
fn shows_items(visit: Visit, stage: Stage) -> bool {
    match stage {
        Stage::Declined => false,
        Stage::Closed => visit.with(|row| row.draft.is_some()).unwrap_or_default(),
        _ => true,
    }
}

fn aside_button(dialog: RwSignal<bool>) -> impl IntoView {
    view! {
        <Button kind=ButtonKind::Link wide=true on_click=move |()| dialog.set(true)>
            {t("不方便去(回避或婉拒)", "I cannot go (tie or other reason)")}
        </Button>
    }
}

/// What the server refused or holds back, until it was seen. It stands above all else that is to be said: a visit that
/// came back has its list below.
fn trouble(visit: Visit) -> Option<impl IntoView> {
    let trouble = visit.with(|row| row.trouble.clone()).flatten()?;
    let seen = move || {
        view! {
            <Button kind=ButtonKind::Quiet on_click=move |()| visit.phone.seen_trouble(Some(visit.id))>
                {t("知道了", "I have seen it")}
            </Button>
        }
    };
    Some(view! {
        <Banner tone=Tone::Violet glyph=Glyph::LOCK title=t("待处理", "Needs a look") actions=ViewFn::from(seen)>
            <p>{trouble}</p>
            <p><a href=Route::Sync.path()>{t("到同步页看", "See the sync page")}</a></p>
        </Banner>
    })
}

/// What must be said about the whole task first.
fn notice(visit: Visit, stage: Stage) -> AnyView {
    if visit.with(|row| row.checklist.is_none()).unwrap_or(false) {
        return banner(
            Tone::Amber,
            Glyph::DOWNLOAD,
            t("需要更新", "Update needed"),
            t(
                "这份检查表要新版程序才能打开。有网络时关掉再打开本页。",
                "This checklist needs a newer app. Close this page and open it again while online.",
            ),
        );
    }
    match stage {
        Stage::Elsewhere => banner(
            Tone::Violet,
            Glyph::PHONE,
            t("另一台手机进行中", "Under way on another phone"),
            t(
                "这次走访正在您的另一台手机上填。接手后由本机继续,那台手机上没传的内容会另存给审核人。如果就是这台手机、浏览器数据被清除过,没传的答案已经没有了。",
                "This visit is being filled in on your other phone. Take over to go on here; what the other one has not sent is kept apart for the reviewer. If it was this phone and its browser data was cleared, answers that were not sent are gone.",
            ),
        ),
        Stage::Closed => {
            let why = visit.with(|row| row.closed_why.clone()).unwrap_or_default();
            let text = t(
                "不用去了。已填的内容还在本机,也会传给审核人。",
                "There is no need to go. What you filled in stays on this phone and goes to the reviewer.",
            );
            let because = if why.is_empty() { why } else { tf("原因:{}。", "Reason: {}. ", &[&why]) };
            let title = t("任务已收回", "The task was called back");
            banner(Tone::Neutral, Glyph::VOID, title, &[&because, text].concat())
        }
        Stage::Returned => returned(visit),
        _ => ().into_any(),
    }
}

/// What is to be mended, and why.
pub(super) fn returned(visit: Visit) -> AnyView {
    let items = visit.items();
    let rows = visit
        .with(|row| {
            let returned = row.draft.as_ref().map(|draft| draft.returned.clone()).unwrap_or_default();
            returned
                .into_iter()
                .map(|one| {
                    let item = items.iter().find(|(_, item)| Some(item.id) == one.item).map(|(_, item)| item);
                    let (href, what) = match item {
                        Some(item) => (
                            Route::Item(visit.id, item.code.clone()).path(),
                            [item.code.as_str(), " ", &say(&item.criterion)].concat(),
                        ),
                        None => (Route::Debrief(visit.id).path(), t("整次走访", "The visit as a whole").to_owned()),
                    };
                    view! { <JumpRow href status=Status::Returned status_label=t("退回", "Returned") title=one.reason sub=what /> }
                })
                .collect_view()
        })
        .unwrap_or_default();
    view! {
        <Banner tone=Tone::Violet glyph=Glyph::RETURN title=t("审核人退回了几条", "The reviewer gave items back")>
            <p>{t("改好后重新提交。没有网络也能改。", "Mend them and hand in again. It works offline too.")}</p>
        </Banner>
        <ul class="jump" data-list="returned">{rows}</ul>
    }
    .into_any()
}

fn banner(tone: Tone, glyph: Glyph, title: &'static str, text: &str) -> AnyView {
    let text = text.to_owned();
    view! {
        <Banner tone glyph title>
            <p>{text}</p>
        </Banner>
    }
    .into_any()
}

/// The sections with their items, each a way in.
fn sections(visit: Visit) -> impl IntoView {
    let checklist = visit.checklist()?;
    let look = move |row: &Row| (row.progress(), row.draft.clone());
    let ((answered, asked), draft) = visit.with(look)?;
    let missing = visit.missing();
    let lists = checklist
        .sections
        .iter()
        .map(|section| {
            let rows = section
                .items
                .iter()
                .map(|item| {
                    let answer = draft.as_ref().and_then(|draft| draft.answers.get(&item.id));
                    let (status, word) = match answer {
                        Some(answer) if answer.is_answered() => {
                            if missing.iter().any(|one| one.item == Some(item.id)) {
                                (Status::Draft, t("缺证据", "Evidence missing"))
                            } else {
                                (Status::Done, t("已答", "Answered"))
                            }
                        }
                        _ if item.later.is_some() => (Status::Due, t("后补", "Later")),
                        _ => (Status::Open, t("未答", "Open")),
                    };
                    view! {
                        <JumpRow
                            href=Route::Item(visit.id, item.code.clone()).path()
                            status
                            status_label=word
                            title=say(&item.criterion)
                            end=item.code.clone()
                        />
                    }
                })
                .collect_view();
            view! {
                <li class="jump__section">{say(&section.title)}</li>
                {rows}
            }
        })
        .collect_view();
    Some(view! {
        <section class="stack stack--tight">
            <div class="row row--apart">
                <h2>{say(&checklist.title)}</h2>
                <span class="muted" data-answered=answered>{tf("{} / {} 条", "{} of {}", &[&answered.to_string(), &asked.to_string()])}</span>
            </div>
            <p class="muted small">{say(&checklist.how)}</p>
            <ul class="jump">{lists}</ul>
            <a class="button button--plain" href=Route::List(visit.id).path()>{t("一页看全部", "All on one page")}</a>
        </section>
    })
}
