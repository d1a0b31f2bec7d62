//! Answers as a visitor of a hall of some quality would give them.

use std::collections::BTreeMap;

use domain::{
    checklist::{Answer, AnswerKind, BillingCase, Call, ChecklistVersion, Item, RedLineWhen, Value},
    ids::ItemId,
};

use super::luck::Luck;

/// Answers to every item of `list`; items that are answered later stay open where `open_later` says so.
/// `quality` is how many of a hundred answers come out well.
#[must_use]
pub fn answers(list: &ChecklistVersion, quality: u64, open_later: bool, luck: &mut Luck) -> BTreeMap<ItemId, Answer> {
    list.items()
        .filter(|item| item.later.is_none() || !open_later)
        .map(|item| (item.id, answer(item, quality, luck)))
        .collect()
}

fn answer(item: &Item, quality: u64, luck: &mut Luck) -> Answer {
    if item.na && luck.happens(25) {
        return Answer::not_applicable("本次没有办理业务");
    }
    let well = luck.happens(quality);
    let value = match &item.answer {
        AnswerKind::Choice { options } => {
            let at = if well { 0 } else { 1 + luck.below(options.len() as u64 - 1) as usize };
            Value::Choice(options[at].code.clone())
        }
        AnswerKind::Number { unit, bands, .. } => {
            let scale = unit.scale();
            let limit = bands.steps.first().map_or(scale, |step| step.limit);
            // What was timed does not come out in whole units.
            let dust = if scale >= 60_000 { luck.below(scale as u64 / 2) as i64 / 1_000 * 1_000 } else { 0 };
            Value::Number(if well { (limit / 2).max(i64::from(limit > 0) * scale) } else { limit + scale + dust })
        }
        AnswerKind::Series { unit, count, variants, .. } => {
            let variant = &variants[luck.below(variants.len() as u64) as usize];
            let limit = variant.bands.steps.first().map_or(0, |step| step.limit);
            let good = variant.bands.share(limit / 2).0 > 0;
            let centre = if well == good { limit / 2 } else { limit + limit / 4 };
            let spread = unit.scale() as u64 * 2;
            Value::Series {
                variant: variant.code.clone(),
                values: (0..*count).map(|_| centre + luck.below(spread) as i64).collect(),
            }
        }
        AnswerKind::Count { of } => {
            Value::Count(if well { *of } else { of - 1 - luck.below(u64::from(*of) / 2) as u32 })
        }
        AnswerKind::Calls { count } => Value::Calls(
            (0..*count).map(|_| Call { ms: 3_000 + luck.below(6_000) as i64, ok: well || luck.happens(80) }).collect(),
        ),
        AnswerKind::Faults { options, .. } => Value::Faults(if well {
            Vec::new()
        } else {
            vec![options[luck.below(options.len() as u64) as usize].code.clone()]
        }),
        AnswerKind::Cases => Value::Cases(
            [("主叫 3 分 10 秒,本地", 60), ("主叫 1 分 02 秒,异地", 30), ("流量 500 MB", 500), ("短信 3 条", 30)]
                .into_iter()
                .enumerate()
                .map(|(n, (what, expected))| BillingCase {
                    what: what.to_owned(),
                    expected,
                    billed: Some(if well || n != 1 { expected } else { expected - 10 }),
                })
                .collect(),
        ),
        AnswerKind::Rating => Value::Number(if well { 4 + luck.below(2) as i64 } else { 2 + luck.below(2) as i64 }),
        AnswerKind::Level { labels } => Value::Number(labels.len() as i64 - 1 - i64::from(!well)),
        AnswerKind::Text => Value::Text("见备注".to_owned()),
    };
    let ticked = !well && matches!(&item.red_line, Some(line) if line.when == RedLineWhen::Ticked) && luck.happens(10);
    let note = if well { String::new() } else { NOTES[luck.below(NOTES.len() as u64) as usize].to_owned() };
    Answer { value: Some(value), na: None, ticked, note }
}

const NOTES: [&str; 8] = [
    "现场只看到去年的版本,落款日期已过期,工作人员说新版还没到。",
    "当时排队 6 人,只开 2 个台席,另有一名人员在台席内看手机。",
    "第一次说不清楚,翻了资料后才答上来。",
    "自助机屏幕黑屏,旁边没有故障提示。",
    "按公示路径找了三步,没有找到,问了工作人员才知道。",
    "语气平淡,没有主动说明合约期和违约金。",
    "等候时无人引导,叫号屏与语音不同步。",
    "解释与公示不一致,已拍照。",
];
