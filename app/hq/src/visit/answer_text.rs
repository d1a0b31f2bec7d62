//! An answer in words.

use domain::{
    checklist::{Answer, AnswerKind, Item, Value},
    scoring::mean,
    text::Lang,
};

use crate::{
    parts::number::{money, scaled},
    words::w,
};

/// What was answered, in one line; `None` where nothing was.
pub(crate) fn answer_text(item: &Item, answer: &Answer, lang: Lang) -> Option<String> {
    if let Some(reason) = &answer.na {
        return Some(format!("{}: {reason}", w("不适用", "Not applicable").get(lang)));
    }
    let value = answer.value.as_ref()?;
    let text = match (&item.answer, value) {
        (AnswerKind::Choice { options }, Value::Choice(code)) => {
            label(options.iter().map(|o| (&o.code, &o.label)), code, lang)
        }
        (AnswerKind::Rating, Value::Number(stars)) => format!("{stars} / 5"),
        (AnswerKind::Level { labels }, Value::Number(level)) => {
            let word = usize::try_from(*level).ok().and_then(|level| labels.get(level)).map(|word| word.get(lang));
            format!("{level} · {}", word.unwrap_or_default())
        }
        (AnswerKind::Number { unit, .. }, Value::Number(number)) => {
            format!("{} {}", scaled(*number, unit.scale()), unit.label(lang))
        }
        (AnswerKind::Series { unit, variants, .. }, Value::Series { variant, values }) => {
            let listed = values.iter().map(|value| scaled(*value, unit.scale())).collect::<Vec<_>>().join(" · ");
            let mean = mean(values).map(|mean| scaled(mean, unit.scale())).unwrap_or_default();
            let variant = label(variants.iter().map(|v| (&v.code, &v.label)), variant, lang);
            let average = w("平均", "mean").get(lang);
            format!("{variant} {listed} → {average} {mean} {}", unit.label(lang)).trim_start().to_owned()
        }
        (AnswerKind::Count { of }, Value::Count(right)) => format!("{right} / {of}"),
        (AnswerKind::Calls { count }, Value::Calls(calls)) => {
            let right = calls.iter().filter(|call| call.ok).count();
            let times = calls
                .iter()
                .map(|call| format!("{}{}", if call.ok { "✓" } else { "✗" }, seconds(call.ms)))
                .collect::<Vec<_>>()
                .join(" ");
            format!("{right} / {count} · {times}")
        }
        (AnswerKind::Faults { options, .. }, Value::Faults(codes)) => {
            if codes.is_empty() {
                w("没有", "None").get(lang).to_owned()
            } else {
                let words = codes.iter().map(|code| label(options.iter().map(|o| (&o.code, &o.label)), code, lang));
                words.collect::<Vec<_>>().join(w("、", ", ").get(lang))
            }
        }
        (_, Value::Cases(cases)) => {
            let right = cases.iter().filter(|case| case.is_right()).count();
            let listed = cases
                .iter()
                .map(|case| {
                    let billed = case.billed.map_or("…".to_owned(), money);
                    let mark = if case.is_right() { "✓" } else { "✗" };
                    format!("{mark} {} {} → {billed}", case.what, money(case.expected))
                })
                .collect::<Vec<_>>()
                .join("\n");
            format!("{right} / {}\n{listed}", cases.len())
        }
        (_, Value::Text(text)) => text.clone(),
        // An answer of another kind than the item cannot be stored; shown rather than hidden if it is.
        (_, other) => format!("{other:?}"),
    };
    Some(text)
}

fn label<'a>(
    mut options: impl Iterator<Item = (&'a String, &'a domain::text::Text)>,
    code: &str,
    lang: Lang,
) -> String {
    options.find(|(known, _)| *known == code).map_or_else(|| code.to_owned(), |(_, label)| label.get(lang).to_owned())
}

fn seconds(ms: i64) -> String {
    if ms == 0 { String::new() } else { format!(" {} s", scaled(ms, 1000)) }
}

#[cfg(test)]
pub(super) mod tests {
    use domain::{
        checklist::{Bands, Better},
        checklist::{BillingCase, Choice, Control, EvidenceRule, Step, Unit},
        ids::ItemId,
        text::Text,
    };

    use super::*;

    /// An item that is answered so.
    pub(in crate::visit) fn item(answer: AnswerKind) -> Item {
        Item {
            id: ItemId(uuid::Uuid::nil()),
            code: "X-01".to_owned(),
            criterion: Text::default(),
            gloss: None,
            weight: 10,
            answer,
            red_line: None,
            severe_over: None,
            evidence: EvidenceRule::default(),
            na: true,
            later: None,
            basis: Vec::new(),
            confirm: false,
        }
    }

    #[test]
    fn answers_read_as_people_say_them() {
        let number = item(AnswerKind::Number {
            unit: Unit::Minutes,
            control: Control::Stopwatch,
            bands: Bands { better: Better::Less, steps: vec![Step { limit: 900_000, share: 10_000 }] },
            rural: None,
        });
        let said = |item: &Item, value| answer_text(item, &Answer::of(value), Lang::En);
        assert_eq!(said(&number, Value::Number(462_000)).as_deref(), Some("7.7 min"));
        let yes = item(AnswerKind::Choice {
            options: vec![Choice { code: "yes".to_owned(), label: Text::new("是", "Yes"), share: 10_000 }],
        });
        assert_eq!(said(&yes, Value::Choice("yes".to_owned())).as_deref(), Some("Yes"));
        assert_eq!(answer_text(&yes, &Answer::not_applicable("停业"), Lang::Zh).as_deref(), Some("不适用: 停业"));
        let cases = item(AnswerKind::Cases);
        let case = BillingCase { what: "通话".to_owned(), expected: 150, billed: Some(180) };
        assert_eq!(said(&cases, Value::Cases(vec![case])).as_deref(), Some("0 / 1\n✗ 通话 1.50 → 1.80"));
        assert_eq!(answer_text(&cases, &Answer::default(), Lang::Zh), None);
    }
}
