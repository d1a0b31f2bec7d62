//! 今日: what waits, what is under way first.

use leptos::prelude::*;
use ui::{EmptyState, Glyph};

use crate::{
    parts::{Page, checks, home_screen, lost, page, task_card},
    phone::Phone,
    row::{Row, Stage},
    words::t,
};

/// The screen.
pub(crate) fn today(phone: Phone) -> impl IntoView {
    let list = move || {
        let now = device::clock::now();
        phone.rows.with(|rows| {
            let mut open: Vec<&Row> = rows.values().filter(|row| row.stage().is_open()).collect();
            open.sort_by_key(|row| (rank(row.stage()), row.next_due(), row.task.assignment.window.until));
            if open.is_empty() {
                return view! {
                    <EmptyState
                        glyph=Glyph::TODAY
                        title=t("今天没有任务", "No task today")
                        text=t("有新任务时会出现在这里。有网络时点「同步」取任务。", "New tasks appear here. Tap Sync while online to fetch them.")
                    />
                }
                .into_any();
            }
            open.into_iter().map(|row| task_card(row, now)).collect_view().into_any()
        })
    };
    let body = view! {
        {home_screen()}
        {lost(phone)}
        {checks(phone)}
        <div class="stack" data-list="today">{list}</div>
    };
    let title = Signal::stored(t("今日", "Today").to_owned());
    page(phone, Page { end: super::sync::badge(phone).into_any(), tabs: true, private: true, ..Page::new(title, body) })
}

/// Under way first, then what came back, then what falls due, then the rest.
const fn rank(stage: Stage) -> u8 {
    match stage {
        Stage::OnSite => 0,
        Stage::Debrief => 1,
        Stage::Returned => 2,
        Stage::Later => 3,
        Stage::Offered => 4,
        _ => 5,
    }
}
