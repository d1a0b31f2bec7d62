//! 走访: everything that is or was mine.

use leptos::prelude::*;
use ui::{EmptyState, Glyph, JumpRow};

use crate::{
    parts::{Page, due_line, page},
    phone::Phone,
    route::Route,
    row::{Look as _, Row},
    words::{say, t, venue_kind},
};

/// The screen.
pub(crate) fn visits(phone: Phone) -> impl IntoView {
    let list = move || {
        let now = device::clock::now();
        phone.rows.with(|rows| {
            let mut all: Vec<&Row> = rows.values().collect();
            all.sort_by_key(|row| (!row.stage().is_open(), std::cmp::Reverse(row.task.assignment.window.until)));
            if all.is_empty() {
                return view! {
                    <EmptyState
                        glyph=Glyph::VISITS
                        title=t("还没有走访", "No visits yet")
                        text=t("接受任务后,走访和提交过的记录都在这里。", "Accepted tasks and everything you hand in will be here.")
                    />
                }
                .into_any();
            }
            let (open, done): (Vec<&Row>, Vec<&Row>) = all.into_iter().partition(|row| row.stage().is_open());
            [(t("进行中", "Open"), open), (t("已提交和已结束", "Handed in and closed"), done)]
                .into_iter()
                .filter(|(_, rows)| !rows.is_empty())
                .map(|(title, rows)| {
                    view! {
                        <section class="stack stack--tight">
                            <h2>{title}</h2>
                            <ul class="jump">{rows.into_iter().map(|row| line(row, now)).collect_view()}</ul>
                        </section>
                    }
                })
                .collect_view()
                .into_any()
        })
    };
    let title = Signal::stored(t("走访", "Visits").to_owned());
    page(phone, Page { end: super::sync::badge(phone).into_any(), tabs: true, private: true, ..Page::new(title, list) })
}

fn line(row: &Row, now: domain::time::Moment) -> impl IntoView + use<> {
    let stage = row.stage();
    let (kind, _) = venue_kind(row.task.venue.kind);
    let sub = if stage.is_open() { [kind, " · ", &due_line(row, now)].concat() } else { kind.to_owned() };
    view! {
        <JumpRow
            href=Route::Visit(row.task.assignment.id).path()
            status=stage.status()
            status_label=stage.word()
            title=say(&row.task.venue.name)
            sub
            end=stage.word()
        />
    }
}
