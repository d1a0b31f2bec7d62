//! The colours of `style/tokens.css` can be read: AA in light and dark, AAA in the sun.

use std::collections::BTreeMap;

type Colours = BTreeMap<String, f64>;

const TOKENS: &str = include_str!("../../../style/tokens.css");

/// The declarations of the block that `selector` opens.
fn block(selector: &str) -> &'static str {
    let (_, rest) = TOKENS.split_once(selector).unwrap_or_else(|| panic!("no block {selector}"));
    let (_, rest) = rest.split_once('{').unwrap_or_default();
    rest.split_once('}').unwrap_or_default().0
}

/// The luminance (WCAG 2) of every `--name: oklch(l c h);` of a block; those with alpha are left out.
fn luminances(block: &str) -> Colours {
    block
        .split(';')
        .filter_map(|declaration| {
            let (name, value) = declaration.trim().strip_prefix("--")?.split_once(": oklch(")?;
            let parts: Vec<f64> = value.strip_suffix(')')?.split(' ').map(str::parse).collect::<Result<_, _>>().ok()?;
            let [l, c, h] = parts[..] else { return None };
            Some((name.to_owned(), luminance(l, c, h.to_radians())))
        })
        .collect()
}

/// OKLCH to linear sRGB (Ottosson's matrices), cut to the gamut, weighted by WCAG.
fn luminance(lightness: f64, chroma: f64, hue: f64) -> f64 {
    let (a, b) = (chroma * hue.cos(), chroma * hue.sin());
    let l = (lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
    let m = (lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
    let s = (lightness - 0.089_484_177_5 * a - 1.291_485_548 * b).powi(3);
    let red = 4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s;
    let green = -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s;
    let blue = -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701 * s;
    0.2126 * red.clamp(0.0, 1.0) + 0.7152 * green.clamp(0.0, 1.0) + 0.0722 * blue.clamp(0.0, 1.0)
}

fn check(theme: &str, block: &str, text: f64) {
    let colours = luminances(block);
    let contrast = |one: &str, other: &str| {
        let (one, other) = (colours[one], colours[other]);
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    };
    let mut faint = Vec::new();
    let mut at_least = |least: f64, one: &str, other: &str| {
        let seen = contrast(one, other);
        if seen < least {
            faint.push(format!("{one} on {other}: {seen:.2} < {least}"));
        }
    };
    for ground in ["page", "surface", "sunken", "ink-soft"] {
        at_least(text, "text", ground);
        at_least(text, "text-2", ground);
        at_least(text, "ink-text", ground);
    }
    for tone in ["jade", "amber", "cinnabar", "violet"] {
        let (word, soft, on) = (format!("{tone}-text"), format!("{tone}-soft"), format!("on-{tone}"));
        for ground in ["page", "surface", "sunken", &soft] {
            at_least(text, &word, ground);
        }
        at_least(text, &on, tone);
        at_least(text, "text", &soft);
    }
    at_least(text, "on-ink", "ink");
    at_least(text, "on-ink", "ink-hover");
    // What bounds a control or shows the focus is no text, and needs 3:1.
    for mark in ["edge", "focus", "ink", "cinnabar", "jade", "violet"] {
        for ground in ["page", "surface"] {
            at_least(3.0, mark, ground);
        }
    }
    assert!(faint.is_empty(), "{theme}: {faint:#?}");
}

#[test]
fn light_is_readable() {
    check("light", block("[data-theme=\"light\"]"), 4.5);
}

#[test]
fn dark_is_readable() {
    check("dark", block("[data-theme=\"dark\"]"), 4.5);
}

#[test]
fn the_sun_set_is_readable_outdoors() {
    check("sun", block("[data-theme=\"sun\"]"), 7.0);
}

#[test]
fn dark_by_choice_and_dark_by_system_are_the_same() {
    assert_eq!(luminances(block("[data-theme=\"dark\"]")), luminances(block(":root:not([data-theme])")));
}
