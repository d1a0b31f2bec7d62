//! Several measurements, one below the other.

use domain::checklist::{Control, Unit, Value, Variant};
use leptos::prelude::*;
use ui::RadioSegment;

use super::{Slot, timer, typed};
use crate::words::{say, t, tf};

pub(super) fn view(slot: Slot, unit: Unit, control: Control, count: usize, variants: Vec<Variant>) -> impl IntoView {
    let stored = Memo::new(move |_| match slot.value.get() {
        Some(Value::Series { variant, values }) => (Some(variant), values),
        _ => (None, Vec::new()),
    });
    let single = variants.iter().all(|variant| variant.code.is_empty());
    // Without a variant of its own the first one stands.
    let chosen = move || stored.with(|(variant, _)| variant.clone()).or_else(|| single.then(String::new));
    // One that is emptied keeps its row while the screen is open: were it taken away, the next value would come under the
    // finger. What is stored has no gap.
    let places = RwSignal::new(stored.with_untracked(|(_, values)| in_rows(values)));
    Effect::new(move |_| {
        let values = stored.with(|(_, values)| values.clone());
        if places.with_untracked(|places| filled(places)) != values {
            places.set(in_rows(&values));
        }
    });
    let put = move |place: usize, value: Option<i64>| {
        let Some(variant) = untrack(chosen) else { return };
        places.update(|places| match value {
            None if place + 1 == places.len() => {
                places.pop();
            }
            _ if place < places.len() => places[place] = value,
            Some(_) => places.push(value),
            None => {}
        });
        let values = places.with_untracked(|places| filled(places));
        let empty = values.is_empty() && single;
        slot.set((!empty).then_some(Value::Series { variant, values }));
    };
    let choices: Vec<ui::Choice> =
        variants.iter().map(|variant| ui::Choice::new(variant.code.clone(), say(&variant.label))).collect();
    let bands: Vec<(String, String)> =
        variants.iter().map(|variant| (variant.code.clone(), typed::bands_line(&variant.bands, unit))).collect();
    let done = Memo::new(move |_| places.with(Vec::len));
    let rows = move || {
        chosen()?;
        let shown = (done.get() + 1).min(count);
        Some((0..shown).map(|place| row(slot, unit, control, place, places, put)).collect_view())
    };
    view! {
        {(!single)
            .then(|| {
                view! {
                    <RadioSegment
                        name=[slot.name().as_str(), "-variant"].concat()
                        legend=t("先选哪一种", "Choose which first")
                        choices
                        value=Signal::derive(move || stored.with(|(variant, _)| variant.clone()))
                        on_change=move |variant| {
                            let values = stored.with_untracked(|(_, values)| values.clone());
                            slot.set(Some(Value::Series { variant, values }));
                        }
                    />
                }
            })}
        {rows}
        <p class="muted small">
            {move || {
                let chosen = chosen();
                let line = bands.iter().find(|(code, _)| Some(code) == chosen.as_ref()).map(|(_, line)| line.clone());
                let mean = stored.with(|(_, values)| domain::scoring::mean(values));
                let mean = mean
                    .map(|mean| tf("平均 {} · ", "Mean {} · ", &[&typed::show_scaled(mean, unit.scale())]));
                [mean.unwrap_or_default(), line.unwrap_or_default()].concat()
            }}
        </p>
    }
}

/// Each value in its row.
fn in_rows(values: &[i64]) -> Vec<Option<i64>> {
    values.iter().copied().map(Some).collect()
}

/// The values of the rows that have one.
fn filled(places: &[Option<i64>]) -> Vec<i64> {
    places.iter().flatten().copied().collect()
}

fn row(
    slot: Slot,
    unit: Unit,
    control: Control,
    place: usize,
    places: RwSignal<Vec<Option<i64>>>,
    put: impl Fn(usize, Option<i64>) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    // Told of itself alone: what is saved in one row leaves what is being typed in another.
    let value: Signal<Option<i64>> =
        Memo::new(move |_| places.with(|places| places.get(place).copied().flatten())).into();
    let label = tf("第 {} 次", "No. {}", &[&(place + 1).to_string()]);
    let heading = label.clone();
    let body = match control {
        Control::Stopwatch => {
            let key = slot.visit.watch_key(&slot.name(), place);
            timer::view(slot.visit, key, label, value, move |ms| put(place, Some(ms))).into_any()
        }
        _ => {
            let name = [slot.name().as_str(), "-", &place.to_string()].concat();
            typed::pad(slot.visit.phone, name, label, unit, value, move |value| put(place, value)).into_any()
        }
    };
    view! {
        <div class="stack stack--tight" data-place=place>
            <p class="item__label">{heading}</p>
            {body}
        </div>
    }
}
