//! Rows and columns.

use leptos::prelude::*;

use crate::Label;

/// The head of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its word.
    pub word: Label,
    /// It holds figures, so it is set to the right. Its cells have class `num`.
    pub number: bool,
    /// A phone leaves it out. Its cells have class `wide-only`.
    pub wide_only: bool,
}

impl Column {
    /// A column of words.
    #[must_use]
    pub fn text(word: impl Into<Label>) -> Self {
        Self { word: word.into(), number: false, wide_only: false }
    }

    /// The same, left out on a phone.
    #[must_use]
    pub fn wide_only(mut self) -> Self {
        self.wide_only = true;
        self
    }

    /// A column of figures.
    #[must_use]
    pub fn number(word: impl Into<Label>) -> Self {
        Self { word: word.into(), number: true, wide_only: false }
    }
}

/// A dense table with a head that stays. Rows (`<tr>`) are its children; it
/// always has a `<tbody>`, or browsers add one and hydration fails.
#[component]
pub fn DataTable(
    /// What the table lists; read out, not shown.
    #[prop(into)]
    caption: Label,
    /// The heads.
    columns: Vec<Column>,
    /// The rows.
    children: Children,
) -> impl IntoView {
    let name = caption.clone();
    let heads = columns
        .into_iter()
        .map(|column| {
            view! {
                <th scope="col" class:num=column.number class:wide-only=column.wide_only>
                    {column.word}
                </th>
            }
        })
        .collect_view();
    view! {
        // Wider than a phone it scrolls: by keys, too.
        <div class="table-frame" role="region" aria-label=name tabindex="0">
            <table class="table table--sticky">
                <caption class="vh">{caption}</caption>
                <thead>
                    <tr>{heads}</tr>
                </thead>
                <tbody>{children()}</tbody>
            </table>
        </div>
    }
    .into_any()
}
