//! The next step, under the thumb.

use leptos::prelude::*;
use ui::{ActionBar, Button, ButtonKind, ButtonLink, Glyph};

use crate::{parts::home_screen, route::Route, row::Stage, visit::Visit, words::t};

/// The action bar for a stage; none where there is nothing to do.
pub(super) fn bar(visit: Visit, stage: Stage, note: ViewFn) -> Option<AnyView> {
    let phone = visit.phone;
    let id = visit.id;
    let has_place = visit.with(|row| row.task.venue.kind.has_place()).unwrap_or(false);
    let busy = another_on_site(visit);
    let buttons = match stage {
        Stage::Offered => view! {
            <Button icon=Glyph::CHECK on_click=move |()| phone.accept(id)>
                {t("接受任务", "Accept the task")}
            </Button>
        }
        .into_any(),
        Stage::Ready if busy => view! {
            <p class="muted">{t("另一次走访还在场,先离场。", "You are still on site elsewhere. Leave there first.")}</p>
        }
        .into_any(),
        Stage::Ready if device::door::is_ios_tab() => view! { {home_screen()} }.into_any(),
        Stage::Ready => view! {
            <Button
                icon=Glyph::PIN
                on_click=move |()| phone.arrive(id)
            >
                {if has_place { t("到场", "I have arrived") } else { t("开始", "Begin") }}
            </Button>
        }
        .into_any(),
        Stage::OnSite => view! {
            <Button kind=ButtonKind::Quiet on_click=move |()| phone.leave(id)>
                {if has_place { t("离场", "Leave") } else { t("结束", "End") }}
            </Button>
            <ButtonLink href=next(visit)>{t("填检查表", "Fill in")}</ButtonLink>
        }
        .into_any(),
        Stage::Debrief => view! {
            <ButtonLink kind=ButtonKind::Quiet href=Route::Debrief(id).path()>{t("离场补记", "Debrief")}</ButtonLink>
            <ButtonLink href=Route::Missing(id).path()>{t("缺什么 · 提交", "Missing · hand in")}</ButtonLink>
        }
        .into_any(),
        Stage::Returned => view! {
            <ButtonLink href=Route::Missing(id).path()>{t("改好了,重新提交", "Mended: hand in again")}</ButtonLink>
        }
        .into_any(),
        Stage::Later => view! {
            <ButtonLink kind=ButtonKind::Quiet href=next(visit)>{t("答后补题", "Answer what is due")}</ButtonLink>
            <ButtonLink href=Route::Missing(id).path()>{t("提交", "Hand in")}</ButtonLink>
        }
        .into_any(),
        Stage::Closed if visit.holds_work() => view! {
            <ButtonLink href=Route::Missing(id).path()>{t("把已填的交上去", "Hand in what is there")}</ButtonLink>
        }
        .into_any(),
        Stage::Elsewhere if visit.with(|row| row.unsent > 0).unwrap_or_default() => view! {
            <p class="muted">{t("接手中,有网络后生效。", "Taking over: done once there is a network.")}</p>
        }
        .into_any(),
        Stage::Elsewhere => view! {
            {visit
                .holds_work()
                .then(|| {
                    view! {
                        <ButtonLink kind=ButtonKind::Quiet href=Route::Missing(id).path()>
                            {t("把已填的交上去", "Hand in what is there")}
                        </ButtonLink>
                    }
                })}
            <Button icon=Glyph::PHONE on_click=move |()| phone.take_over(id)>
                {t("接手", "Take over")}
            </Button>
        }
        .into_any(),
        _ => return None,
    };
    Some(view! { <ActionBar note>{buttons}</ActionBar> }.into_any())
}

/// The first item that is still open, or the first of all.
fn next(visit: Visit) -> String {
    let items = visit.items();
    let missing = visit.missing();
    let open = visit.draft().map(|draft| draft.open_later).unwrap_or_default();
    let wanted = items.iter().find(|(_, item)| {
        if open.is_empty() { missing.iter().any(|one| one.item == Some(item.id)) } else { open.contains(&item.id) }
    });
    let first = wanted.or_else(|| items.first()).map(|(_, item)| item.code.clone());
    first.map_or_else(|| Route::Visit(visit.id).path(), |code| Route::Item(visit.id, code).path())
}

/// Only one visit is on site at a time: mix-ups between two halls are the trade's classic mistake.
pub(super) fn another_on_site(visit: Visit) -> bool {
    let rows = visit.phone.rows;
    rows.with(|rows| rows.values().any(|row| row.task.assignment.id != visit.id && row.stage() == Stage::OnSite))
}
