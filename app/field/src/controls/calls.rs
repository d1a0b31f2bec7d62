//! Timed tries, each right or not.

use domain::{
    checklist::{Call, Value},
    time::show_duration,
};
use leptos::prelude::*;
use ui::{Button, ButtonKind, Glyph, IconButton, Tone};

use super::Slot;
use crate::words::{t, tf};

pub(super) fn view(slot: Slot, count: usize) -> impl IntoView {
    let calls = Memo::new(move |_| match slot.value.get() {
        Some(Value::Calls(calls)) => calls,
        _ => Vec::new(),
    });
    let put = move |calls: Vec<Call>| slot.set((!calls.is_empty()).then_some(Value::Calls(calls)));
    let key = StoredValue::new(slot.visit.watch_key(&slot.name(), 0));
    let watches = slot.visit.phone.watches;
    let since = Memo::new(move |_| key.with_value(|key| watches.with(|watches| watches.get(key).copied())));
    let beat = slot.visit.phone.beat;
    let finish = move |ok: bool| {
        let ms = since.get_untracked().map_or(0, |since| device::clock::now().since(since).max(0));
        slot.visit.phone.stop_watch(key.get_value());
        let mut next = calls.get_untracked();
        next.push(Call { ms, ok });
        put(next);
    };
    let face = move || {
        let done = calls.with(Vec::len);
        if done >= count {
            return None;
        }
        let heading = tf("第 {} 次,共 {} 次", "No. {} of {}", &[&(done + 1).to_string(), &count.to_string()]);
        let label = heading.clone();
        let running = since.get().is_some();
        Some(view! {
            <div class="stopwatch" role="group" aria-label=label data-state=if running { "running" } else { "idle" }>
                <div class="stopwatch__face">
                    <span class="muted">{heading}</span>
                    <span class="stopwatch__figure" role="timer" aria-live="off">
                        {move || {
                            beat.track();
                            show_duration(since.get().map_or(0, |since| device::clock::now().since(since)))
                        }}
                    </span>
                </div>
                {if running {
                    view! {
                        <div class="buttons buttons--fill">
                            <Button icon=Glyph::CHECK on_click=move |()| finish(true)>
                                {t("接通", "Connected")}
                            </Button>
                            <Button kind=ButtonKind::Quiet icon=Glyph::CLOSE on_click=move |()| finish(false)>
                                {t("未通", "Failed")}
                            </Button>
                        </div>
                    }
                        .into_any()
                } else {
                    view! {
                        <Button wide=true icon=Glyph::PLAY on_click=move |()| slot.visit.phone.start_watch(key.get_value())>
                            {t("开始拨打", "Start the call")}
                        </Button>
                    }
                        .into_any()
                }}
            </div>
        })
    };
    let list = move || {
        let calls = calls.get();
        let total = calls.len();
        calls
            .into_iter()
            .enumerate()
            .map(|(place, call)| {
                let last = place + 1 == total;
                let tone = if call.ok { Tone::Jade } else { Tone::Cinnabar };
                view! {
                    <li class="row row--apart">
                        <span>
                            {tf("第 {} 次 ", "No. {} ", &[&(place + 1).to_string()])} {show_duration(call.ms)} " "
                            <ui::Badge tone icon=if call.ok { Glyph::CHECK } else { Glyph::CLOSE }>
                                {if call.ok { t("接通", "Connected") } else { t("未通", "Failed") }}
                            </ui::Badge>
                        </span>
                        {last
                            .then(|| {
                                view! {
                                    <IconButton
                                        glyph=Glyph::UNDO
                                        label=t("撤销这一次", "Undo this one")
                                        on_click=move |()| undo(slot, put)
                                    />
                                }
                            })}
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        {face}
        <ol class="stack stack--tight">{list}</ol>
        <p class="muted small">
            {move || {
                let right = calls.with(|calls| calls.iter().filter(|call| call.ok).count());
                tf("接通 {} / {}", "Connected {} of {}", &[&right.to_string(), &count.to_string()])
            }}
        </p>
    }
}

fn undo(slot: Slot, put: impl Fn(Vec<Call>)) {
    if let Some(Value::Calls(mut calls)) = slot.value.get_untracked() {
        calls.pop();
        put(calls);
    }
}
