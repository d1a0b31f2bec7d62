//! A task on 今日.

use domain::time::Moment;
use leptos::prelude::*;
use ui::TaskCard;

use crate::{
    route::Route,
    row::{Look as _, Row, Stage},
    words::{self, day_time, mode, say, t, tf, venue_kind},
};

/// The card of a task. `data-stage` says where it stands.
pub(crate) fn task_card(row: &Row, now: Moment) -> impl IntoView + use<> {
    let venue = &row.task.venue;
    let stage = row.stage();
    let (kind, kind_glyph) = venue_kind(venue.kind);
    let place = if !venue.kind.has_place() {
        venue.address.clone()
    } else if venue.position.is_none() {
        [venue.address.as_str(), " · ", t("无坐标", "no position")].concat()
    } else {
        venue.address.clone()
    };
    let (answered, asked) = row.progress();
    let next = match stage {
        Stage::Offered => t("看任务", "Look").to_owned(),
        Stage::Ready => t("开始", "Begin").to_owned(),
        Stage::OnSite | Stage::Debrief => tf("{}/{} 续", "{}/{} Go on", &[&answered.to_string(), &asked.to_string()]),
        Stage::Returned => t("去补正", "Mend").to_owned(),
        Stage::Later => t("补答", "Answer").to_owned(),
        Stage::Elsewhere => t("看", "Look").to_owned(),
        _ => t("打开", "Open").to_owned(),
    };
    let href = Route::Visit(row.task.assignment.id).path();
    let place = (!place.is_empty()).then_some(place);
    let due = due_line(row, now);
    let id = row.task.assignment.id.to_string();
    let name = say(&venue.name);
    view! {
        <div data-stage=stage.code() data-task=id>
            {match place {
                Some(place) => {
                    view! {
                        <TaskCard href name kind kind_glyph place due status=stage.status() status_label=stage.word() next />
                    }
                        .into_any()
                }
                None => {
                    view! { <TaskCard href name kind kind_glyph due status=stage.status() status_label=stage.word() next /> }
                        .into_any()
                }
            }}
        </div>
    }
}

/// Until when, and how: `今天 18:00 前 · 暗访`.
#[must_use]
pub(crate) fn due_line(row: &Row, now: Moment) -> String {
    let task = &row.task.assignment;
    if let Some(due) = row.next_due() {
        let late = due < now;
        let when = day_time(due, now);
        return if late {
            tf("后补题已到期:{}", "An item was due {}", &[&when])
        } else {
            tf("后补题 {} 前", "An item is due {}", &[&when])
        };
    }
    let until = words::tf("{} 前", "by {}", &[&day_time(task.window.until, now)]);
    [until.as_str(), " · ", mode(task.mode)].concat()
}
