//! Where the visit is made, by whom one is, and what was promised.

use leptos::prelude::*;
use ui::{ButtonKind, Fact, Glyph, Icon, IconSize};

use crate::{
    parts::copy,
    row::{Row, Stage},
    visit::Visit,
    words::{day_time, mode, say, t, venue_kind},
};

pub(super) fn view(visit: Visit, stage: Memo<Stage>) -> impl IntoView {
    let place = untrack(|| visit.with(place));
    let left = Signal::derive(move || {
        !matches!(stage.get(), Stage::Offered | Stage::Ready | Stage::OnSite | Stage::Elsewhere)
    });
    view! {
        {place}
        {scenario(visit, left)}
        {commitments(visit)}
    }
}

fn place(row: &Row) -> impl IntoView + use<> {
    let venue = &row.task.venue;
    let task = &row.task.assignment;
    let now = device::clock::now();
    let (kind, glyph) = venue_kind(venue.kind);
    let address = venue.address.clone();
    let copied = address.clone();
    let has_address = !address.is_empty();
    let map = map_address(row);
    let hours = venue.hours.clone();
    let mode = mode(task.mode);
    let window = [day_time(task.window.from, now).as_str(), " – ", &day_time(task.window.until, now)].concat();
    view! {
        <section class="card">
            <p class="row">
                <ui::Badge icon=glyph>{kind}</ui::Badge>
                <ui::Badge icon=Glyph::EYE>{mode}</ui::Badge>
                <span class="muted small">{venue.code.clone()}</span>
            </p>
            <dl class="facts">
                {has_address
                    .then(|| {
                        view! {
                            <Fact term=t("地址", "Address")>
                                <span data-address>{address.clone()}</span>
                            </Fact>
                        }
                    })}
                {(!hours.is_empty()).then(|| view! { <Fact term=t("营业时间", "Opening hours")>{hours}</Fact> })}
                <Fact term=t("时限", "When")>
                    {window}
                </Fact>
                {(venue.kind.has_place() && venue.position.is_none())
                    .then(|| view! { <Fact term=t("位置", "Position")>{t("无坐标", "no position")}</Fact> })}
            </dl>
            {has_address.then(|| ways(copied, map))}
        </section>
    }
}

fn ways(address: String, map: Option<String>) -> impl IntoView {
    view! {
        <div class="buttons buttons--fill">
            {copy(ButtonKind::Quiet, t("复制地址", "Copy the address"), address)}
            {map
                .map(|href| {
                    view! {
                        <a class="button button--quiet" href=href target="_blank" rel="noreferrer">
                            <Icon glyph=Glyph::MAP />
                            {t("打开地图", "Open the map")}
                        </a>
                    }
                })}
        </div>
    }
}

/// An address that the phone's map app opens; iOS knows no `geo:`.
fn map_address(row: &Row) -> Option<String> {
    let venue = &row.task.venue;
    let query = String::from(js_sys::encode_uri_component(&venue.address));
    let point = venue.position.map(|position| [&degrees(position.lat), ",", &degrees(position.lon)].concat());
    if device::door::is_ios() {
        return Some(match point {
            Some(point) => ["https://maps.apple.com/?ll=", &point, "&q=", &query].concat(),
            None => ["https://maps.apple.com/?q=", &query].concat(),
        });
    }
    Some(match point {
        Some(point) => ["geo:", &point, "?q=", &point, "(", &query, ")"].concat(),
        None => ["geo:0,0?q=", &query].concat(),
    })
}

/// 1e-7 degrees as digits, without a float.
fn degrees(units: i32) -> String {
    let mut fraction = (units.unsigned_abs() % 10_000_000).to_string();
    while fraction.len() < 7 {
        fraction.insert(0, '0');
    }
    let sign = if units < 0 { "-" } else { "" };
    [sign, &(units.unsigned_abs() / 10_000_000).to_string(), ".", &fraction].concat()
}

fn scenario(visit: Visit, left: Signal<bool>) -> Option<impl IntoView + use<>> {
    let scenario = untrack(|| visit.with(|row| row.task.assignment.scenario.clone())).flatten()?;
    let questions = scenario
        .questions
        .into_iter()
        .map(|one| {
            let answer = say(&one.answer);
            view! {
                <li class="stack stack--tight">
                    <p class="strong">{say(&one.question)}</p>
                    {move || {
                        if left.get() {
                            view! {
                                <p class="row row--top" data-answer="shown">
                                    <Icon glyph=Glyph::CHECK size=IconSize::Small />
                                    <span class="grow">{answer.clone()}</span>
                                </p>
                            }
                                .into_any()
                        } else {
                            view! {
                                <p class="row muted small" data-answer="hidden">
                                    <Icon glyph=Glyph::LOCK size=IconSize::Small />
                                    {t("标准答案离场后显示", "The right answer shows after leaving")}
                                </p>
                            }
                                .into_any()
                        }
                    }}
                </li>
            }
        })
        .collect_view();
    Some(view! {
        <section class="card" data-card="scenario">
            <h2>{t("情景卡", "Scenario")}</h2>
            <p>{say(&scenario.persona)}</p>
            <ol class="stack">{questions}</ol>
        </section>
    })
}

fn commitments(visit: Visit) -> Option<impl IntoView + use<>> {
    let all = untrack(|| visit.with(|row| row.task.assignment.commitments.clone()))?;
    (!all.is_empty()).then(|| {
        let rows = all.iter().map(|one| view! { <li>{say(one)}</li> }).collect_view();
        view! {
            <details class="card" data-card="commitments">
                <summary class="strong">{t("公开承诺文本(与墙上对照)", "Published commitments (compare with the wall)")}</summary>
                <ol class="stack stack--tight prose-list">{rows}</ol>
            </details>
        }
    })
}
