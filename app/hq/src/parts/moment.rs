//! Moments and ages, in the tenant's time.

use domain::time::{DAY_MS, HOUR_MS, MINUTE_MS, Moment};
use leptos::prelude::*;

use ui::{Badge, Glyph, TimeText, Tone};

use crate::{
    context::page,
    words::{t, w},
};

/// How long a visit may wait for its review before it shows amber, in hours.
const AMBER_HOURS: i64 = 48;
/// How long before it shows red, in hours. It is never let through by itself.
const RED_HOURS: i64 = 72;

/// A moment as a person says it, on a screen read at `now`.
#[component]
pub(crate) fn When(at: Moment, now: Moment) -> impl IntoView {
    let page = page();
    view! { <TimeText at zone=page.zone now=now lang=page.lang /> }
}

/// How long something has waited, in the colour of its urgency.
#[component]
pub(crate) fn Age(since: Moment, now: Moment) -> impl IntoView {
    let ms = now.since(since);
    let (tone, icon) = match ms / HOUR_MS {
        hours if hours >= RED_HOURS => (Tone::Cinnabar, Glyph::WARNING),
        hours if hours >= AMBER_HOURS => (Tone::Amber, Glyph::CLOCK),
        _ => (Tone::Neutral, Glyph::CLOCK),
    };
    view! {
        <Badge tone icon bare=true>
            {age_of(ms)}
        </Badge>
    }
}

/// `3 天 4 小时`, `5 小时`, `12 分钟`.
pub(crate) fn age_of(ms: i64) -> String {
    let ms = ms.max(0);
    let (days, hours, minutes) = (ms / DAY_MS, ms % DAY_MS / HOUR_MS, ms % HOUR_MS / MINUTE_MS);
    let day = t(w("天", "d"));
    let hour = t(w("小时", "h"));
    match (days, hours) {
        (0, 0) => format!("{minutes} {}", t(w("分钟", "min"))),
        (0, _) => format!("{hours} {hour}"),
        (_, 0) => format!("{days} {day}"),
        _ => format!("{days} {day} {hours} {hour}"),
    }
}
