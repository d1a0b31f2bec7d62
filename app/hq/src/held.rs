//! 收件: what arrived, was kept, and could not take effect by itself.

pub(crate) mod api;
pub(crate) mod shape;

use domain::time::Moment;
use leptos::{prelude::*, server_fn::ServerFn as _};
use ui::{Button, ButtonKind, Column, DataTable, EmptyState, Glyph, TextInput};

use crate::{
    context::page,
    labels,
    loaded::Loaded,
    parts::{ActForm, Screen, When, loading},
    words::{Word, t, w},
};
use api::{AdoptHeld, DeclineHeld, read_held};
use shape::HeldRow;

/// The page.
#[component]
pub(crate) fn HeldPage() -> impl IntoView {
    let held = Resource::new(|| (), |()| read_held());
    view! {
        <Screen title=t(w("收件", "Held"))>
            <p class="muted">
                {t(
                    w(
                        "监督员的工作从不丢弃:没能生效的都在这里,由您采纳或搁置。",
                        "A supervisor's work is never thrown away: what could not take effect waits here for you.",
                    ),
                )}
            </p>
            {loading(held, |loaded| shown(&loaded))}
        </Screen>
    }
}

fn shown(loaded: &Loaded<Vec<HeldRow>>) -> AnyView {
    if loaded.data.is_empty() {
        return view! {
            <EmptyState glyph=Glyph::CHECK title=t(w("没有待处理的", "Nothing is held")) text=t(w("一切都已生效。", "Everything took effect.")) />
        }
        .into_any();
    }
    let rows = loaded.data.iter().enumerate().map(|(n, row)| line(n as u32, row, loaded)).collect_view();
    let columns = vec![
        Column::text(t(w("内容", "What"))),
        Column::text(t(w("对象", "Venue"))),
        Column::text(t(w("原因", "Why"))),
        Column::text(t(w("收到", "Received"))),
        Column::text(t(w("处理", "Decide"))),
    ];
    view! { <DataTable caption=t(w("收件", "Held")) columns>{rows}</DataTable> }.into_any()
}

fn kind(kind: &str) -> Word {
    match kind.split('@').next().unwrap_or_default() {
        "visit.submit" => w("提交的走访", "A visit handed in"),
        "visit.arrive" => w("到场", "An arrival"),
        "visit.leave" => w("离场", "A leaving"),
        "visit.take_over" => w("换机接手", "A take-over"),
        "assignment.accept" => w("接受任务", "Accepting a task"),
        "assignment.decline" => w("婉拒任务", "Stepping aside"),
        _ => w("其他记录", "Another record"),
    }
}

fn line(n: u32, row: &HeldRow, loaded: &Loaded<Vec<HeldRow>>) -> impl IntoView + use<> {
    let lang = page().lang;
    let venue = row.venue_name.as_ref().map(|name| name.get(lang).to_owned());
    let county = row.county_name.as_ref().map(|name| name.get(lang).to_owned());
    let (at, now): (Moment, Moment) = (row.received_at, loaded.now);
    let adoptable = row.kind.starts_with("visit.submit@") || row.kind.starts_with("visit.arrive@");
    let (adopt, decline) = (loaded.op(n * 2 + 1), loaded.op(n * 2 + 2));
    let (id, again) = (row.op.to_string(), row.op.to_string());
    view! {
        <tr data-held=row.op.to_string()>
            <td class="name">{t(kind(&row.kind))}</td>
            <td>{venue} <span class="small muted">" "{county}</span></td>
            <td>{t(labels::held(&row.code))}</td>
            <td class="nowrap" data-word=t(w("收到", "Received"))><When at now /></td>
            <td>
                {adoptable
                    .then(|| {
                        view! {
                            <ActForm action=AdoptHeld::url() op=adopt base=None class="toolbar">
                                <input type="hidden" name="held" value=id />
                                <Button submit=true>{t(w("采纳", "Adopt"))}</Button>
                            </ActForm>
                        }
                    })}
                <ActForm action=DeclineHeld::url() op=decline base=None class="toolbar">
                    <input type="hidden" name="held" value=again />
                    <TextInput name="reason" label=t(w("原因", "Reason")) placeholder=t(w("原因", "Reason")) required=true />
                    <Button submit=true kind=ButtonKind::Quiet>{t(w("搁置", "Put aside"))}</Button>
                </ActForm>
            </td>
        </tr>
    }
}
