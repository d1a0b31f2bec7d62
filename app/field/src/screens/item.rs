//! One item of a visit: the item is the screen.

use domain::{
    checklist::{Item, Missing},
    ids::{AssignmentId, ItemId},
};
use leptos::prelude::*;
use ui::{
    Badge, Button, ButtonKind, CheckField, Dialog, Field, Glyph, JumpRow, Status, StepState, Steps, TextArea, Tone,
};

use crate::{
    controls::{Slot, control},
    later::Debounce,
    parts::{Page, evidence, page, saved},
    phone::Phone,
    route::Route,
    visit::Visit,
    words::{day_time, say, t, tf},
};

/// The screen of the item that is cited as `code`.
pub(crate) fn item(phone: Phone, id: AssignmentId, code: &str) -> impl IntoView + use<> {
    let visit = Visit { phone, id };
    let items = visit.items();
    let Some(place) = items.iter().position(|(_, item)| item.code == code) else {
        return super::task(phone, id).into_any();
    };
    let (section, item) = items[place].clone();
    let neighbour = |place: Option<usize>| {
        place.and_then(|place| items.get(place)).map(|(_, item)| Route::Item(id, item.code.clone()))
    };
    let before = neighbour(place.checked_sub(1));
    let after = neighbour(Some(place + 1));
    let section_title = untrack(|| visit.checklist())
        .and_then(|checklist| checklist.sections.get(section).map(|section| say(&section.title)))
        .unwrap_or_default();
    let jump = RwSignal::new(false);
    let missing = Memo::new(move |_| {
        visit.missing().into_iter().filter(|missing| !missing.what.is_warning()).collect::<Vec<_>>()
    });
    let actions = view! {
        <ui::ActionBar note=ViewFn::from(move || {
            view! {
                {saved(phone)}
                <span class="muted">{tf("{} / {}", "{} / {}", &[&(place + 1).to_string(), &items.len().to_string()])}</span>
            }
        })>
            <Button
                kind=ButtonKind::Quiet
                icon=Glyph::CHEVRON_LEFT
                disabled=Signal::stored(before.is_none())
                on_click=move |()| {
                    if let Some(before) = before.clone() {
                        phone.router.replace(before);
                    }
                }
            >
                {t("上一条", "Back")}
            </Button>
            <Button kind=ButtonKind::Quiet on_click=move |()| jump.set(true)>
                <span data-missing=move || missing.with(Vec::len)>
                    {move || tf("缺 {}", "{} open", &[&missing.with(Vec::len).to_string()])}
                </span>
            </Button>
            <Button
                on_click=move |()| {
                    phone.router.replace(after.clone().unwrap_or(Route::Missing(id)));
                }
            >
                {t("下一条", "Next")}
            </Button>
        </ui::ActionBar>
    };
    let sub = [item.code.as_str(), " · ", &section_title].concat();
    let body = view! {
        {body(visit, &item)}
        {jump_list(visit, missing, jump)}
    };
    page(
        phone,
        Page {
            sub: Signal::stored(sub),
            back: Some(Route::Visit(id)),
            private: true,
            below: Some(ViewFn::from(move || progress(visit, section))),
            actions: Some(actions.into_any()),
            ..Page::new(Signal::stored(visit.venue_name()), body)
        },
    )
    .into_any()
}

/// One short line a section.
fn progress(visit: Visit, now: usize) -> impl IntoView {
    let steps = Signal::derive(move || {
        let missing: Vec<ItemId> = visit.missing().iter().filter_map(|missing| missing.item).collect();
        let Some(checklist) = visit.checklist() else { return Vec::new() };
        let step = |(place, section): (usize, &domain::checklist::Section)| {
            if place == now {
                StepState::Now
            } else if section.items.iter().any(|item| missing.contains(&item.id)) {
                StepState::Open
            } else {
                StepState::Done
            }
        };
        checklist.sections.iter().enumerate().map(step).collect()
    });
    view! { <Steps label=t("各段进度", "Progress by section") steps /> }
}

fn jump_list(visit: Visit, missing: Memo<Vec<Missing>>, open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Dialog
            id="jump"
            title=t("还缺这些", "Still missing")
            open
            on_close=move |()| open.set(false)
            close_label=t("关闭", "Close")
        >
            {move || missing_rows(visit, &missing.get())}
            <a class="button button--quiet button--wide" href=Route::Missing(visit.id).path()>
                {t("看全部并提交", "See all and hand in")}
            </a>
        </Dialog>
    }
}

/// Rows that lead to what is missing.
pub(super) fn missing_rows(visit: Visit, missing: &[Missing]) -> AnyView {
    if missing.is_empty() {
        return view! { <p class="muted">{t("都齐了。", "Nothing is missing.")}</p> }.into_any();
    }
    let items = visit.items();
    let rows = missing
        .iter()
        .map(|one| {
            let item = items.iter().find(|(_, item)| Some(item.id) == one.item).map(|(_, item)| item);
            let (href, title) = match item {
                Some(item) => (
                    Route::Item(visit.id, item.code.clone()).path(),
                    [item.code.as_str(), " ", &say(&item.criterion)].concat(),
                ),
                None => (
                    match one.what {
                        domain::checklist::MissingWhat::Impression(_) => Route::Debrief(visit.id).path(),
                        _ => Route::Visit(visit.id).path(),
                    },
                    t("整次走访", "The visit as a whole").to_owned(),
                ),
            };
            let status = if one.what.is_warning() { Status::Due } else { Status::NeedsYou };
            let word = say(&one.what.text());
            view! { <JumpRow href status status_label=word.clone() title sub=word /> }
        })
        .collect_view();
    view! { <ul class="jump">{rows}</ul> }.into_any()
}

/// The item itself: question, control, evidence, note, 不适用.
pub(super) fn body(visit: Visit, item: &Item) -> impl IntoView + use<> {
    let id = item.id;
    let answer = Memo::new(move |_| visit.answer(id));
    let value = Memo::new(move |_| answer.get().and_then(|answer| answer.value));
    let open = Memo::new(move |_| visit.is_open(Some(id)));
    let slot = Slot { visit, item: StoredValue::new(item.clone()), value };
    let state = move || {
        answer.with(|answer| match answer {
            Some(answer) if answer.na.is_some() => "na",
            Some(answer) if answer.is_answered() => "answered",
            _ => "open",
        })
    };
    let code = item.code.clone();
    let marked = code.clone();
    let gloss = item.gloss.as_ref().map(say);
    let shown = item.clone();
    view! {
        <article class="item" data-item=marked data-state=state>
            <header class="item__head">
                <p class="item__marks">
                    <span>{code}</span>
                    {item.red_line.is_some().then(|| view! { <Badge tone=Tone::Cinnabar icon=Glyph::FLAG>{t("红线题", "Red line")}</Badge> })}
                    {later_mark(visit, item)}
                </p>
                <h2 class="item__ask">{say(&item.criterion)}</h2>
                {gloss.map(|gloss| view! { <p class="item__gloss">{gloss}</p> })}
                {returned(visit, Some(id))}
            </header>
            <fieldset class="item__control" disabled=move || !open.get()>
                <legend class="vh">{slot.legend()}</legend>
                {control(slot)}
                {ticked(slot)}
            </fieldset>
            {evidence(visit, &shown)}
            {note(visit, id, open)}
            {item.na.then(|| not_applicable(visit, id, answer, open))}
        </article>
    }
}

fn later_mark(visit: Visit, item: &Item) -> Option<impl IntoView + use<>> {
    let id = item.id;
    item.later.map(|_| {
        view! {
            <Badge tone=Tone::Amber icon=Glyph::CLOCK>
                {move || match visit.with(|row| row.due(id)).flatten() {
                    Some(due) => tf("后补题 · {} 前", "Answer later · by {}", &[&day_time(due, device::clock::now())]),
                    None => t("后补题", "Answered later").to_owned(),
                }}
            </Badge>
        }
    })
}

/// Why HQ gave the item back, or for `None` the visit as a whole.
pub(super) fn returned(visit: Visit, item: Option<ItemId>) -> impl IntoView {
    move || {
        let reason = visit
            .with(|row| {
                let all = row.draft.iter().flat_map(|draft| &draft.returned);
                all.filter(|returned| returned.item == item).map(|returned| returned.reason.clone()).next()
            })
            .flatten();
        reason.map(|reason| {
            view! {
                <ui::Banner tone=Tone::Violet glyph=Glyph::RETURN title=t("退回补正", "Please mend")>
                    <p data-returned="reason">{reason}</p>
                </ui::Banner>
            }
        })
    }
}

/// The tick of a red line that the visitor judges.
fn ticked(slot: Slot) -> Option<impl IntoView> {
    let label = slot.item.with_value(|item| {
        let line = item.red_line.as_ref()?;
        (line.when == domain::checklist::RedLineWhen::Ticked).then(|| say(&line.label))
    })?;
    let id = slot.item.with_value(|item| item.id);
    let checked = Signal::derive(move || slot.visit.answer(id).is_some_and(|answer| answer.ticked));
    Some(view! {
        <div data-tone="cinnabar">
            <CheckField
                name=[slot.name().as_str(), "-red"].concat()
                label=tf("红线:{}", "Red line: {}", &[&label])
                checked
                on_change=move |on| slot.visit.amend(id, move |answer| answer.ticked = on)
            />
        </div>
    })
}

fn note(visit: Visit, item: ItemId, open: Memo<bool>) -> impl IntoView {
    let typed = RwSignal::new(untrack(|| visit.answer(item)).map(|answer| answer.note).unwrap_or_default());
    let later = Debounce::new(visit.phone);
    let field = ["note-", &item.to_string()].concat();
    view! {
        <fieldset class="item__part" disabled=move || !open.get()>
            <Field id=field label=t("备注", "Note") aside=t("可不填", "optional")>
                <TextArea
                    name="note"
                    value=typed
                    rows=2
                    maxlength=4000_u32
                    on_input=move |text: String| {
                        typed.set(text.clone());
                        later.run(move || visit.amend(item, move |answer| answer.note = text));
                    }
                    on_blur=move |()| later.flush()
                />
            </Field>
        </fieldset>
    }
}

fn not_applicable(
    visit: Visit,
    item: ItemId,
    answer: Memo<Option<domain::checklist::Answer>>,
    open: Memo<bool>,
) -> impl IntoView {
    let stored = move || answer.with(|answer| answer.as_ref().and_then(|answer| answer.na.clone()));
    // The box is ticked before there is a reason; only with one it counts.
    let wanted = RwSignal::new(untrack(stored).is_some());
    let reason = RwSignal::new(untrack(stored).unwrap_or_default());
    let later = Debounce::new(visit.phone);
    let toggle = move |on: bool| {
        wanted.set(on);
        if !on {
            reason.set(String::new());
            visit.amend(item, |answer| answer.na = None);
        }
    };
    // A value takes the box back.
    Effect::new(move |_| {
        if answer.with(|answer| answer.as_ref().is_some_and(|answer| answer.value.is_some())) {
            wanted.set(false);
        }
    });
    let field = ["na-", &item.to_string()].concat();
    view! {
        <fieldset class="item__part" data-na disabled=move || !open.get()>
            <CheckField name="na" label=t("不适用", "Not applicable") checked=wanted on_change=toggle />
            {move || {
                let field = field.clone();
                wanted
                    .get()
                    .then(|| {
                        view! {
                            <Field id=field label=t("原因", "Reason") hint=t("写了原因才算数", "Counts once there is a reason")>
                                <TextArea
                                    name="na-reason"
                                    value=reason
                                    rows=2
                                    maxlength=4000_u32
                                    on_input=move |text: String| {
                                        reason.set(text.clone());
                                        later
                                            .run(move || {
                                                visit
                                                    .amend(
                                                        item,
                                                        move |answer| {
                                                            let text = text.trim();
                                                            if !text.is_empty() {
                                                                answer.value = None;
                                                                answer.ticked = false;
                                                            }
                                                            answer.na = (!text.is_empty()).then(|| text.to_owned());
                                                        },
                                                    );
                                            });
                                    }
                                    on_blur=move |()| later.flush()
                                />
                            </Field>
                        }.into_any()
                    })
            }}
        </fieldset>
    }
}
