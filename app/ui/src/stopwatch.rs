//! A stopwatch's face and buttons. The time comes from outside.

use leptos::prelude::*;

use crate::{
    Label,
    button::{Button, ButtonKind},
    icon::Glyph,
};

/// The words of a stopwatch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StopwatchWords {
    /// 开始计时
    pub start: &'static str,
    /// 停
    pub stop: &'static str,
    /// 重计
    pub again: &'static str,
}

/// What a stopwatch shows, and its one big button. It is silent while it runs.
/// `data-state` is `idle`, `running` or `stopped`.
#[component]
pub fn Stopwatch(
    /// What is timed.
    #[prop(into)]
    label: Label,
    /// The time as shown: `07:42`.
    #[prop(into)]
    figure: Signal<String>,
    /// It runs.
    #[prop(into)]
    running: Signal<bool>,
    /// It was stopped, so there is a result.
    #[prop(into)]
    stopped: Signal<bool>,
    /// Below the figure: since when, or that it was typed in.
    #[prop(optional, into)]
    note: Signal<String>,
    /// Called to start, and to start again.
    #[prop(into)]
    on_start: Callback<()>,
    /// Called to stop.
    #[prop(into)]
    on_stop: Callback<()>,
    /// The words.
    words: StopwatchWords,
) -> impl IntoView {
    let state = move || match (running.get(), stopped.get()) {
        (true, _) => "running",
        (false, true) => "stopped",
        (false, false) => "idle",
    };
    view! {
        <div class="stopwatch" role="group" aria-label=label data-state=state>
            <div class="stopwatch__face">
                <span class="stopwatch__figure" role="timer" aria-live="off">
                    {move || figure.get()}
                </span>
                {move || {
                    let note = note.get();
                    (!note.is_empty()).then(|| view! { <span class="muted small">{note}</span> }.into_any())
                }}
            </div>
            {move || match (running.get(), stopped.get()) {
                (true, _) => {
                    view! {
                        <Button wide=true icon=Glyph::STOP on_click=on_stop>
                            {words.stop}
                        </Button>
                    }.into_any()
                }
                (false, true) => {
                    view! {
                        <Button wide=true kind=ButtonKind::Quiet icon=Glyph::UNDO on_click=on_start>
                            {words.again}
                        </Button>
                    }.into_any()
                }
                (false, false) => {
                    view! {
                        <Button wide=true icon=Glyph::PLAY on_click=on_start>
                            {words.start}
                        </Button>
                    }.into_any()
                }
            }}
        </div>
    }
    .into_any()
}
