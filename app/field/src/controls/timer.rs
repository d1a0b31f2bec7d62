//! A stopwatch that outlives the page: only its start is kept, by the wall clock.

use domain::time::{Moment, show_duration};
use leptos::prelude::*;
use ui::Stopwatch;

use crate::{
    visit::Visit,
    words::{self, clock_time, tf},
};

/// A stopwatch of one place in an item. `stopped` gets the ms.
pub(super) fn view(
    visit: Visit,
    key: String,
    label: String,
    stored: Signal<Option<i64>>,
    stopped: impl Fn(i64) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let key = StoredValue::new(key);
    let since: Memo<Option<Moment>> = {
        let watches = visit.phone.watches;
        Memo::new(move |_| key.with_value(|key| watches.with(|watches| watches.get(key).copied())))
    };
    let running = Signal::derive(move || since.with(Option::is_some));
    let beat = visit.phone.beat;
    let figure = Signal::derive(move || match since.get() {
        Some(since) => {
            beat.track();
            show_duration(device::clock::now().since(since))
        }
        None => show_duration(stored.get().unwrap_or_default()),
    });
    let note = Signal::derive(move || {
        since
            .get()
            .map(|since| tf("从 {} 起,锁屏也在走", "Since {}; runs on while locked", &[&clock_time(since)]))
            .unwrap_or_default()
    });
    view! {
        <Stopwatch
            label
            figure
            running
            stopped=Signal::derive(move || stored.get().is_some())
            note
            on_start=move |()| visit.phone.start_watch(key.get_value())
            on_stop=move |()| {
                if let Some(since) = since.get_untracked() {
                    let ms = device::clock::now().since(since).max(0);
                    visit.phone.stop_watch(key.get_value());
                    stopped(ms);
                }
            }
            words=words::stopwatch()
        />
    }
}
