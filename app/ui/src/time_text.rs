//! A moment, as the tenant's clock shows it.

use domain::{
    text::Lang,
    time::{Moment, ZoneOffset, show_date_time, show_relative},
};
use leptos::prelude::*;

/// A moment in words: 今天 10:41 where `now` is given, else the whole date.
/// A plain rendering of data; it does not tick.
#[component]
pub fn TimeText(
    /// The moment.
    at: Moment,
    /// The tenant's offset.
    zone: ZoneOffset,
    /// The moment of the page, for 今天 and 昨天.
    #[prop(optional, into)]
    now: Option<Moment>,
    /// The language of those words.
    lang: Lang,
) -> impl IntoView {
    let shown = match now {
        Some(now) => show_relative(at, now, zone, lang),
        None => show_date_time(at, zone),
    };
    let machine = [show_date_time(at, ZoneOffset(0)).as_str(), "Z"].concat();
    view! {
        <time class="nowrap" datetime=machine>
            {shown}
        </time>
    }
    .into_any()
}
