//! Billing cases: what was due against what was billed.

use domain::checklist::{BillingCase, Value};
use leptos::prelude::*;
use ui::{Button, ButtonKind, CaseRow, CaseTable, Dialog, Field, Glyph, NumberField, TextInput, Tone};

use super::{Slot, typed};
use crate::words::{t, tf};

pub(super) fn view(slot: Slot) -> impl IntoView {
    let cases = Memo::new(move |_| match slot.value.get() {
        Some(Value::Cases(cases)) => cases,
        _ => Vec::new(),
    });
    // The case that is open: its place, or one past the end for a new one.
    let open = RwSignal::new(None::<usize>);
    let rows = Signal::derive(move || cases.get().iter().enumerate().map(|(n, case)| row(n, case)).collect());
    let sum = Signal::derive(move || {
        cases.with(|cases| {
            let right = cases.iter().filter(|case| case.is_right()).count();
            let over: i64 = cases
                .iter()
                .filter(|case| case.is_overcharged())
                .map(|case| case.billed.unwrap_or_default() - case.expected)
                .sum();
            let first = tf("正确 {} / {}", "Right {} of {}", &[&right.to_string(), &cases.len().to_string()]);
            if over > 0 {
                [first, tf(" · 多收 {} 元", " · overcharged ¥{}", &[&typed::show_scaled(over, 100)])].concat()
            } else {
                first
            }
        })
    });
    let save = move |place: usize, case: Option<BillingCase>| {
        let mut all = cases.get_untracked();
        match case {
            Some(case) if place < all.len() => all[place] = case,
            Some(case) => all.push(case),
            None if place < all.len() => {
                all.remove(place);
            }
            None => {}
        }
        open.set(None);
        slot.set((!all.is_empty()).then_some(Value::Cases(all)));
    };
    view! {
        <CaseTable label=slot.legend() rows sum on_open=move |id: String| open.set(id.parse().ok()) />
        <Button
            kind=ButtonKind::Quiet
            wide=true
            icon=Glyph::PLUS
            on_click=move |()| open.set(Some(cases.with_untracked(Vec::len)))
        >
            {t("加一个用例", "Add a case")}
        </Button>
        <Dialog
            id="case"
            title=t("计费用例", "Billing case")
            open=Signal::derive(move || open.get().is_some())
            on_close=move |()| open.set(None)
            close_label=t("关闭", "Close")
        >
            {move || {
                let place = open.get_untracked().unwrap_or_default();
                let known = cases.with_untracked(|cases| cases.get(place).cloned());
                editor(place, known, save)
            }}
        </Dialog>
    }
}

fn row(place: usize, case: &BillingCase) -> CaseRow {
    let (verdict, tone, glyph) = match case.billed {
        None => (t("待出账", "Bill awaited"), Tone::Amber, Glyph::CLOCK),
        Some(_) if case.is_right() => (t("正确", "Right"), Tone::Jade, Glyph::CHECK),
        Some(_) if case.is_overcharged() => (t("多收", "Overcharged"), Tone::Cinnabar, Glyph::FLAG),
        Some(_) => (t("少收", "Undercharged"), Tone::Violet, Glyph::WARNING),
    };
    let billed = case.billed.map_or_else(|| "–".to_owned(), |billed| typed::show_scaled(billed, 100));
    CaseRow {
        id: place.to_string(),
        title: case.what.clone().into(),
        detail: tf(
            "应收 {} · 实收 {} 元",
            "Due {} · billed {} yuan",
            &[&typed::show_scaled(case.expected, 100), &billed],
        )
        .into(),
        verdict: verdict.into(),
        tone,
        glyph,
    }
}

fn editor(
    place: usize,
    known: Option<BillingCase>,
    save: impl Fn(usize, Option<BillingCase>) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let is_new = known.is_none();
    let case = known.unwrap_or_default();
    let what = RwSignal::new(case.what.clone());
    let expected = RwSignal::new(if is_new { String::new() } else { typed::show_scaled(case.expected, 100) });
    let billed = RwSignal::new(case.billed.map(|billed| typed::show_scaled(billed, 100)).unwrap_or_default());
    let error = RwSignal::new(None::<String>);
    let done = move |()| {
        let expected = typed::parse_scaled(&expected.get_untracked(), 100);
        let paid = billed.get_untracked();
        let paid_number = typed::parse_scaled(&paid, 100);
        let what = what.get_untracked().trim().to_owned();
        match expected {
            Some(expected) if !what.is_empty() && (paid.trim().is_empty() || paid_number.is_some()) => {
                save(place, Some(BillingCase { what, expected, billed: paid_number }));
            }
            _ => error.set(Some(
                t("写明用了什么和应收金额,金额只填数字。", "Say what was used and what was due; amounts in digits.")
                    .to_owned(),
            )),
        }
    };
    view! {
        <Field id="case-what" label=t("用了什么", "What was used") hint=t("时间、时长、对方号码后两位或流量", "Time, length, last two digits or volume") error>
            <TextInput name="what" value=what maxlength=200_u32 on_input=move |text| what.set(text) />
        </Field>
        <Field id="case-expected" label=t("应收", "Due")>
            <NumberField name="expected" value=expected unit=t("元", "yuan") decimal=true on_input=move |text| expected.set(text) />
        </Field>
        <Field id="case-billed" label=t("实收", "Billed") aside=t("账单出来再填", "once the bill is there")>
            <NumberField name="billed" value=billed unit=t("元", "yuan") decimal=true on_input=move |text| billed.set(text) />
        </Field>
        <div class="dialog__foot">
            {(!is_new)
                .then(|| {
                    view! {
                        <Button kind=ButtonKind::Danger icon=Glyph::TRASH on_click=move |()| save(place, None)>
                            {t("删除用例", "Delete the case")}
                        </Button>
                    }
                })}
            <Button icon=Glyph::CHECK on_click=done>
                {t("保存", "Save")}
            </Button>
        </div>
    }
}
