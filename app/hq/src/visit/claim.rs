//! The claim: every question with its answer, what it earned, and the sum.

use domain::{
    checklist::{Item, Section},
    scoring::{ItemScore, Standing, VisitScore, show_score},
    visit::Impressions,
};
use leptos::prelude::*;
use ui::{Badge, Glyph, Icon, IconSize, Tone};

use super::{answer_text::answer_text, changes, proof::strip, shape::VisitSheet, viewer::Shown};
use crate::{
    context::page,
    labels,
    parts::number::{percent, points},
    words::{fill, t, w},
};

/// The claim.
pub(super) fn claim(sheet: &VisitSheet, score: Option<&VisitScore>, shown: Shown) -> impl IntoView + use<> {
    let Some(last) = sheet.submissions.last() else {
        let why = if sheet.called_back {
            w(
                "走访还没提交,任务已收回。之后交来的在收件里。",
                "Its task was recalled before anything was handed in. What comes later is held.",
            )
        } else {
            w("走访进行中:提交之后才看得到内容。", "Under way: its content is seen once it was handed in.")
        };
        return view! {
            <div class="review__claim">
                <p class="muted">{t(why)}</p>
            </div>
        }
        .into_any();
    };
    let sections = sheet.checklist.sections.iter().map(|one| section(one, sheet, score, shown)).collect_view();
    let impressions = impressions(sheet, &last.document.impressions);
    view! {
        <div class="review__claim">
            {sections}
            {impressions}
            {score.map(|score| sum(sheet, score))}
        </div>
    }
    .into_any()
}

fn section(section: &Section, sheet: &VisitSheet, score: Option<&VisitScore>, shown: Shown) -> impl IntoView + use<> {
    let lang = page().lang;
    let title = section.title.get(lang).to_owned();
    let earned = score
        .and_then(|score| score.sections.iter().find(|one| one.section == section.id))
        .map(|one| [points(one.earned).as_str(), " / ", &one.applicable.to_string()].concat());
    let items = section
        .items
        .iter()
        .map(|item| {
            answer(item, sheet, score.and_then(|score| score.items.iter().find(|one| one.item == item.id)), shown)
        })
        .collect_view();
    view! {
        <details class="section" open>
            <summary>
                <Icon glyph=Glyph::CHEVRON_RIGHT size=IconSize::Small />
                <span>{title}</span>
                <span class="section__sum">{earned}</span>
            </summary>
            {items}
        </details>
    }
}

fn answer(item: &Item, sheet: &VisitSheet, score: Option<&ItemScore>, shown: Shown) -> impl IntoView + use<> {
    let lang = page().lang;
    let document = sheet.submissions.last().map(|one| &one.document);
    let given = document.and_then(|document| document.answers.get(&item.id));
    let said = given.and_then(|answer| answer_text(item, answer, lang));
    let said = said.unwrap_or_else(|| unsaid(score.map(|score| score.standing)).to_owned());
    let note = given.map(|answer| answer.note.clone()).filter(|note| !note.is_empty());
    let finding = sheet.findings.iter().find(|one| one.item_code == item.code);
    let changed = changes::of_item(sheet, item, lang);
    let tone = match (&changed, finding) {
        (Some(_), _) => Tone::Violet,
        (None, Some(finding)) => labels::severity(finding.severity).0,
        (None, None) => Tone::Neutral,
    };
    let changed = changed.unwrap_or_default();
    let was = changed.said.map(|was| replaced(was, said.clone()));
    let note = match changed.note {
        Some(was) => Some(replaced(was, note.unwrap_or_default())),
        None => note.map(|note| view! { <p class="answer__note">{note}</p> }.into_any()),
    };
    let ticked = given.is_some_and(|answer| answer.ticked);
    let (line, no_line) = (t(w("触红线", "Red line crossed")), t(w("未触红线", "Red line not crossed")));
    let red_line = match changed.ticked {
        Some(true) => Some(replaced(line.to_owned(), no_line.to_owned())),
        Some(false) => Some(replaced(no_line.to_owned(), line.to_owned())),
        None => ticked.then(|| view! { <Badge tone=Tone::Cinnabar icon=Glyph::WARNING>{line}</Badge> }.into_any()),
    };
    let moved = pieces(changed.pieces);
    let returned = sheet.visit.returned.iter().find(|one| one.item == Some(item.id)).map(|one| one.reason.clone());
    let earned = score.map(|score| match score.share {
        Some(share) => {
            [points(i64::from(score.weight) * i64::from(share)).as_str(), " / ", &score.weight.to_string()].concat()
        }
        None => "–".to_owned(),
    });
    let count =
        document.map_or(0, |document| document.evidence.iter().filter(|record| record.item == Some(item.id)).count());
    let id = item.code.clone();
    view! {
        <article class="answer" data-tone=tone.name() id=id data-item=item.code.clone()>
            <span class="answer__code">{item.code.clone()}</span>
            <div class="answer__body">
                <p>{item.criterion.get(lang).to_owned()}</p>
                <p class="answer__value">{said}</p>
                {was} {red_line} {note} {moved}
                {returned
                    .map(|reason| view! { <Badge tone=Tone::Violet icon=Glyph::RETURN>{reason}</Badge> })}
                {strip(sheet, Some(item.id), shown)}
            </div>
            <span class="answer__points">
                {earned}
                <small>{(count > 0).then(|| fill(w("凭证 {}", "Evidence {}"), &[&count.to_string()]))}</small>
            </span>
        </article>
    }
}

/// What was said before, struck out, and what stands in its place.
fn replaced(was: String, is: String) -> AnyView {
    let was = (!was.is_empty()).then(|| view! { <del class="was">{was}</del>" " });
    let is = (!is.is_empty()).then(|| view! { <ins class="now">{is}</ins> });
    view! { <p class="answer__note">{was}{is}</p> }.into_any()
}

/// What became of the evidence.
fn pieces(changed: changes::Pieces) -> Option<impl IntoView> {
    let added = (changed.added > 0)
        .then(|| fill(w("本次新增凭证 {} 件", "{} pieces of evidence added"), &[&changed.added.to_string()]))
        .map(|words| view! { <ins class="now">{words}</ins>" " });
    let gone = (changed.gone > 0)
        .then(|| fill(w("本次去掉凭证 {} 件", "{} pieces of evidence taken away"), &[&changed.gone.to_string()]))
        .map(|words| view! { <del class="was">{words}</del> });
    (added.is_some() || gone.is_some()).then(|| view! { <p class="answer__note">{added}{gone}</p> })
}

/// What was said about the visit as a whole, with what it said before it was mended.
fn impressions(sheet: &VisitSheet, now: &Impressions) -> Option<impl IntoView + use<>> {
    let before = changes::of_whole(sheet);
    let was = before.as_ref().map_or(now, |(was, _)| was);
    let parts = [
        (w("总体印象", "Impression"), &was.overall, &now.overall),
        (w("亮点", "Good"), &was.good, &now.good),
        (w("建议", "Suggestion"), &was.suggestion, &now.suggestion),
    ]
    .into_iter()
    .filter(|(_, was, now)| !was.is_empty() || !now.is_empty())
    .map(|(word, was, now)| {
        let text = if was == now {
            let text = now.clone();
            view! { <p>{text}</p> }.into_any()
        } else {
            replaced(was.clone(), now.clone())
        };
        view! { <div class="panel__body"><h2>{t(word)}</h2>{text}</div> }
    })
    .collect_view();
    let moved =
        before.and_then(|(_, moved)| pieces(moved)).map(|moved| view! { <div class="panel__body">{moved}</div> });
    (!parts.is_empty() || moved.is_some())
        .then(|| view! { <section class="panel" data-list="impressions">{parts}{moved}</section> })
}

/// What stands where nothing was answered.
fn unsaid(standing: Option<Standing>) -> &'static str {
    match standing {
        Some(Standing::Waiting) => t(w("后补:还没到时候", "To be answered later")),
        Some(Standing::TimedOut) => t(w("后补:已过期,按 0 分计", "Not answered in time: counts 0")),
        _ => t(w("未作答", "Not answered")),
    }
}

/// The arithmetic, as on a bill.
fn sum(sheet: &VisitSheet, score: &VisitScore) -> impl IntoView + use<> {
    let lang = page().lang;
    let rows = sheet
        .checklist
        .sections
        .iter()
        .filter_map(|section| {
            let one = score.sections.iter().find(|one| one.section == section.id)?;
            Some((section.title.get(lang).to_owned(), one.applicable, one.earned))
        })
        .map(|(title, applicable, earned)| {
            view! {
                <tr>
                    <th scope="row">{title}</th>
                    <td class="num">{applicable}</td>
                    <td class="num">{points(earned)}</td>
                </tr>
            }
        })
        .collect_view();
    let total = match score.uncapped {
        Some(share) => {
            [points(score.earned).as_str(), " ÷ ", &score.applicable.to_string(), " = ", &percent(share)].concat()
        }
        None => t(w("适用的权重太少,不计分", "Too little applied: not scored")).to_owned(),
    };
    let capped = (score.score != score.uncapped).then(|| {
        let capped = score.score.map(show_score).unwrap_or_default();
        view! {
            <tr>
                <th scope="row" colspan="2">{t(w("触红线,封顶", "A red line was crossed: capped at"))}</th>
                <td class="num">{capped}</td>
            </tr>
        }
    });
    view! {
        <section class="panel">
            <header class="panel__head"><h2>{t(w("得分是怎么算的", "How the score came about"))}</h2></header>
            <div class="panel__body">
                <table class="sum">
                    <thead>
                        <tr>
                            <th scope="col">{t(w("部分", "Section"))}</th>
                            <th scope="col" class="num">{t(w("适用权重", "Weight that applies"))}</th>
                            <th scope="col" class="num">{t(w("得分", "Earned"))}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                    <tfoot>
                        <tr>
                            <th scope="row" colspan="2">{t(w("合计 ÷ 适用权重", "Sum ÷ weight that applies"))}</th>
                            <td class="num">{total}</td>
                        </tr>
                        {capped}
                    </tfoot>
                </table>
            </div>
        </section>
    }
}
