//! The cases of a billing test.

use leptos::prelude::*;

use crate::{
    Label,
    badge::Badge,
    icon::{Glyph, Icon, IconSize},
    tone::Tone,
};

/// One case: what was done, what it should cost, what it did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseRow {
    /// Given back when the row is opened.
    pub id: String,
    /// What was done: 语音 · 11-20 10:02.
    pub title: Label,
    /// Length or volume, should and did.
    pub detail: Label,
    /// The outcome.
    pub verdict: Label,
    /// What the outcome means.
    pub tone: Tone,
    /// The outcome's icon.
    pub glyph: Glyph,
}

/// A list of cases with their sum above; a press opens one.
#[component]
pub fn CaseTable(
    /// What the list is.
    #[prop(into)]
    label: Label,
    /// The cases.
    #[prop(into)]
    rows: Signal<Vec<CaseRow>>,
    /// The sum: 正确 7 / 8.
    #[prop(into)]
    sum: Signal<String>,
    /// Called with a case's id.
    #[prop(into)]
    on_open: Callback<String>,
) -> impl IntoView {
    view! {
        <div class="cases" role="group" aria-label=label>
            <p class="cases__sum strong">{move || sum.get()}</p>
            <ul>
                {move || {
                    rows.get()
                        .into_iter()
                        .map(|row| {
                            let id = row.id;
                            view! {
                                <li>
                                    <button
                                        type="button"
                                        class="case"
                                        on:click=move |_| on_open.run(id.clone())
                                    >
                                        <span class="strong">{row.title}</span>
                                        <span class="case__detail">{row.detail}</span>
                                        <Badge tone=row.tone icon=row.glyph>
                                            {row.verdict}
                                        </Badge>
                                        <Icon glyph=Glyph::CHEVRON_RIGHT size=IconSize::Small />
                                    </button>
                                </li>
                            }.into_any()
                        })
                        .collect_view()
                }}
            </ul>
        </div>
    }
    .into_any()
}
