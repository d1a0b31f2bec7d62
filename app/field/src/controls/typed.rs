//! Numbers as people type them, without floats.

use domain::checklist::{Bands, Better, Unit};
use leptos::prelude::*;
use ui::NumberField;

use crate::{
    later::Debounce,
    phone::Phone,
    words::{lang, t},
};

/// `7.5` for 7,500 at a scale of 1,000; no trailing noughts.
#[must_use]
pub(super) fn show_scaled(value: i64, scale: i64) -> String {
    let whole = value / scale;
    let mut out = whole.to_string();
    let mut rest = value % scale;
    if rest == 0 {
        return out;
    }
    out.push('.');
    // Two places are as much as anybody reads off a phone.
    for _ in 0..2 {
        rest *= 10;
        out.push(char::from(b'0' + (rest / scale) as u8));
        rest %= scale;
        if rest == 0 {
            break;
        }
    }
    while out.ends_with('0') {
        out.pop();
    }
    if out.ends_with('.') {
        out.pop();
    }
    out
}

/// 7,500 for `7.5` at a scale of 1,000; `None` for what is no number.
#[must_use]
pub(super) fn parse_scaled(text: &str, scale: i64) -> Option<i64> {
    let text = text.trim();
    let (whole, part) = text.split_once(['.', '。', ',']).unwrap_or((text, ""));
    let mut value = if whole.is_empty() && !part.is_empty() { 0 } else { whole.parse::<u32>().ok().map(i64::from)? };
    value = value.checked_mul(scale)?;
    let mut place = scale;
    for digit in part.bytes() {
        if !digit.is_ascii_digit() || place % 10 != 0 {
            return None;
        }
        place /= 10;
        value += i64::from(digit - b'0') * place;
    }
    Some(value)
}

/// A number on the pad, saved while it is typed.
pub(super) fn pad(
    phone: Phone,
    name: String,
    label: String,
    unit: Unit,
    stored: Signal<Option<i64>>,
    save: impl Fn(Option<i64>) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let scale = unit.scale();
    let typed = RwSignal::new(stored.get_untracked().map(|value| show_scaled(value, scale)).unwrap_or_default());
    let wrong = RwSignal::new(false);
    // A stopwatch beside it may set the number too.
    Effect::new(move |_| {
        let now = stored.get();
        if parse_scaled(&typed.get_untracked(), scale) != now {
            typed.set(now.map(|value| show_scaled(value, scale)).unwrap_or_default());
        }
    });
    let later = Debounce::new(phone);
    let on_input = move |text: String| {
        let parsed = parse_scaled(&text, scale);
        wrong.set(parsed.is_none() && !text.trim().is_empty());
        let empty = text.trim().is_empty();
        typed.set(text);
        if parsed.is_some() || empty {
            later.run(move || save(parsed));
        }
    };
    view! {
        <div class="stack stack--tight">
            <NumberField name label value=typed unit=unit.label(lang()) decimal=true on_input />
            {move || {
                wrong
                    .get()
                    .then(|| view! { <p class="field__error" role="alert">{t("只填数字。", "Digits only.")}</p> }.into_any())
            }}
        </div>
    }
}

/// What a number is worth, in words: `≤15 满 · ≤30 半 · 其余 0`.
pub(super) fn bands_line(bands: &Bands, unit: Unit) -> String {
    let sign = match bands.better {
        Better::Less => "≤",
        Better::More => "≥",
    };
    let mut out = String::new();
    for step in &bands.steps {
        out.push_str(sign);
        out.push_str(&show_scaled(step.limit, unit.scale()));
        out.push(' ');
        match step.share {
            10_000 => out.push_str(t("满", "full")),
            5_000 => out.push_str(t("半", "half")),
            share => {
                out.push_str(&(share / 100).to_string());
                out.push('%');
            }
        }
        out.push_str(" · ");
    }
    out.push_str(t("其余 0", "else 0"));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_there_and_back() {
        for (text, scale, value) in
            [("7.5", 1_000, 7_500), ("15", 60_000, 900_000), ("0.5", 60_000, 30_000), ("3", 1, 3), (".25", 1_000, 250)]
        {
            assert_eq!(parse_scaled(text, scale), Some(value), "{text}");
        }
        assert_eq!(show_scaled(7_500, 1_000), "7.5");
        assert_eq!(show_scaled(900_000, 60_000), "15");
        assert_eq!(show_scaled(12_340, 1_000), "12.34");
        assert_eq!(show_scaled(30_000, 60_000), "0.5");
        assert_eq!(parse_scaled("x", 1), None);
        assert_eq!(parse_scaled("1.5", 1), None);
        assert_eq!(parse_scaled("", 1), None);
    }
}
