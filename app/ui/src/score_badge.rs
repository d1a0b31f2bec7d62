//! A score.

use leptos::prelude::*;

use crate::{
    Label,
    icon::{Glyph, Icon, IconSize},
    tone::Tone,
};

/// A score in 1/10,000 of all points as people read it: 8,250 is `82.5`. Half a tenth rounds up.
#[must_use]
pub fn show_score(score: i32) -> String {
    let tenths = (score.max(0) + 5) / 10;
    let mut out = (tenths / 10).to_string();
    out.push('.');
    out.push_str(&(tenths % 10).to_string());
    out
}

/// A score as a figure; with a flag where a red line capped it.
#[component]
pub fn ScoreBadge(
    /// The score in 1/10,000; `None` shows `none`.
    #[prop(optional_no_strip)]
    score: Option<i32>,
    /// Shown instead of a missing score: 不计分.
    #[prop(into)]
    none: Label,
    /// 初评 or 终评.
    #[prop(optional, into)]
    word: Option<Label>,
    /// A red line capped it; this word says so.
    #[prop(optional_no_strip, into)]
    red_line: Option<Label>,
    /// As the page's main figure.
    #[prop(optional)]
    large: bool,
) -> impl IntoView {
    let tone = if red_line.is_some() { Tone::Cinnabar } else { Tone::Ink };
    let missing = score.is_none();
    let figure = score.map_or(none, |score| show_score(score).into());
    view! {
        <span class="score" class:score--l=large class:score--none=missing data-tone=tone.name()>
            <span>{figure}</span>
            {red_line
                .map(|word| {
                    view! {
                        <Icon glyph=Glyph::FLAG size=IconSize::Small />
                        <span class="vh">{word}</span>
                    }
                })}
            {word.map(|word| view! { <span class="score__word">{word}</span> })}
        </span>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::show_score;

    #[test]
    fn scores_have_one_decimal() {
        assert_eq!(show_score(8_250), "82.5");
        assert_eq!(show_score(8_254), "82.5");
        assert_eq!(show_score(8_255), "82.6");
        assert_eq!(show_score(10_000), "100.0");
        assert_eq!(show_score(0), "0.0");
        assert_eq!(show_score(5_900), "59.0");
    }
}
