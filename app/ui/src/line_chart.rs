//! What changed over time.

use leptos::prelude::*;

use crate::{Label, tone::Tone};

/// One point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinePoint {
    /// When: 11-20.
    pub label: Label,
    /// The value, in whatever unit `bounds` are.
    pub value: i64,
    /// The value in words.
    pub shown: Label,
}

const WIDTH: i64 = 1_000;
const HEIGHT: i64 = 240;

/// A line over equal steps of time, with its table behind.
#[component]
pub fn LineChart(
    /// What the chart shows.
    #[prop(into)]
    caption: Label,
    /// The word that opens the table: 数据.
    #[prop(into)]
    table_label: Label,
    /// The points in order of time.
    points: Vec<LinePoint>,
    /// Least and greatest value of the scale, with their words.
    bounds: [(i64, Label); 2],
    /// What it means.
    #[prop(default = Tone::Ink)]
    tone: Tone,
) -> impl IntoView {
    let [(low, low_word), (high, high_word)] = bounds;
    let span = (high - low).max(1);
    let last = (points.len() as i64 - 1).max(1);
    let places: Vec<String> = (0_i64..)
        .zip(&points)
        .map(|(nth, point)| {
            let y = HEIGHT - (point.value.clamp(low, high) - low) * HEIGHT / span;
            [(nth * WIDTH / last).to_string().as_str(), " ", &y.to_string()].concat()
        })
        .collect();
    let line = ["M", &places.join("L")].concat();
    // Dots are strokes of no length: round caps stay round while the plot stretches.
    let dots: String = places.iter().flat_map(|place| ["M", place, "h0"]).collect();
    let (first, end) = (points.first().map(|p| p.label.clone()), points.last().map(|p| p.label.clone()));
    let title = caption.clone();
    let rows = points
        .into_iter()
        .map(|point| {
            view! {
                <tr>
                    <th scope="row">{point.label}</th>
                    <td class="num">{point.shown}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <figure class="chart" data-tone=tone.name()>
            <figcaption class="chart__caption">{caption}</figcaption>
            <div class="chart__frame" aria-hidden="true">
                <span class="chart__high">{high_word}</span>
                <span class="chart__low">{low_word}</span>
                <svg class="chart__plot" viewBox="0 0 1000 240" preserveAspectRatio="none">
                    <path class="chart__grid" d="M0 0H1000M0 120H1000M0 240H1000" />
                    <path class="chart__line" d=line />
                    <path class="chart__dots" d=dots />
                </svg>
                <span class="chart__first">{first}</span>
                <span class="chart__last">{end}</span>
            </div>
            <details class="chart__behind">
                <summary>{table_label}</summary>
                <table class="table">
                    <caption class="vh">{title}</caption>
                    <tbody>{rows}</tbody>
                </table>
            </details>
        </figure>
    }
    .into_any()
}
