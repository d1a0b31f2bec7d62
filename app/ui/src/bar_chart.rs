//! Lengths side by side.

use leptos::prelude::*;

use crate::{Label, meter::Bar, tone::Tone};

/// One bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BarRow {
    /// What it is.
    pub label: Label,
    /// Its length, in whatever unit `max` is.
    pub value: i64,
    /// The value in words.
    pub shown: Label,
    /// What it means.
    pub tone: Tone,
}

/// A chart that is a table: names, bars, values. It prints, and it can be read out.
#[component]
pub fn BarChart(
    /// What the chart shows.
    #[prop(into)]
    caption: Label,
    /// The bars.
    rows: Vec<BarRow>,
    /// The value of a full bar; the greatest row if absent.
    #[prop(optional)]
    max: Option<i64>,
) -> impl IntoView {
    let max = max.or_else(|| rows.iter().map(|row| row.value).max()).unwrap_or_default().max(1);
    let rows = rows
        .into_iter()
        .map(|row| {
            // A share of 1/10,000 fits: the value is cut to the full bar first.
            let share = (row.value.clamp(0, max) * 10_000 / max) as u32;
            view! {
                <tr>
                    <th scope="row">{row.label}</th>
                    <td class="chart__cell">
                        <Bar share tone=row.tone />
                    </td>
                    <td class="num">{row.shown}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="chart chart--bars">
            <caption class="chart__caption">{caption}</caption>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}
