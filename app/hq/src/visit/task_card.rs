//! What the supervisor was told to do, and what speaks against the visit as a whole.

use domain::checklist::{MissingContext, missing};
use leptos::prelude::*;
use ui::{Badge, Glyph, Icon, IconSize, Tone};

use super::shape::VisitSheet;
use crate::{
    context::page,
    words::{fill, t, w},
};

/// The scenario and the commitments of the task.
pub(super) fn task_card(sheet: &VisitSheet) -> Option<impl IntoView + use<>> {
    if sheet.scenario.is_none() && sheet.commitments.is_empty() {
        return None;
    }
    let lang = page().lang;
    let scenario = sheet.scenario.as_ref().map(|scenario| {
        let asked = scenario
            .questions
            .iter()
            .map(|one| {
                let (question, answer) = (one.question.get(lang).to_owned(), one.answer.get(lang).to_owned());
                view! { <li>{question} <p class="answer__note">{answer}</p></li> }
            })
            .collect_view();
        view! {
            <div>
                <h3>{t(w("情景", "Scenario"))}</h3>
                <p>{scenario.persona.get(lang).to_owned()}</p>
                <ol class="stack stack--tight">{asked}</ol>
            </div>
        }
    });
    let promised = (!sheet.commitments.is_empty()).then(|| {
        let rows = sheet.commitments.iter().map(|one| view! { <li>{one.get(lang).to_owned()}</li> }).collect_view();
        view! {
            <div>
                <h3>{t(w("公布的承诺", "Published commitments"))}</h3>
                <ol class="prose-list">{rows}</ol>
            </div>
        }
    });
    Some(view! {
        <details class="section" data-card="task">
            <summary>
                <Icon glyph=Glyph::CHEVRON_RIGHT size=IconSize::Small />
                <span>{t(w("任务卡:情景与承诺", "Task card: scenario and commitments"))}</span>
            </summary>
            <div class="panel__body">{scenario} {promised}</div>
        </details>
    })
}

/// Minimums that were not met, and a microphone that was refused: for the reviewer to weigh.
pub(super) fn doubts(sheet: &VisitSheet) -> Vec<AnyView> {
    let lang = page().lang;
    let Some(last) = sheet.submissions.last() else { return Vec::new() };
    let venue = &sheet.venue;
    let context = MissingContext { agent: venue.agent, rural: venue.rural, has_place: venue.kind.has_place() };
    let mut words: Vec<String> = missing(&sheet.checklist, &last.document, context)
        .into_iter()
        .filter(|one| one.what.is_warning())
        .map(|one| one.what.text().get(lang).to_owned())
        .collect();
    let asked = sheet.scenario.as_ref().map_or(0, |scenario| scenario.questions.len() as u32);
    let least = sheet.checklist.minimums.questions;
    // Known of the task alone: what was asked on site stands in no field.
    if asked < least {
        let word = w("任务卡只有 {} 个问题(应有 {})", "The task card has {} questions of {}");
        words.push(fill(word, &[&asked.to_string(), &least.to_string()]));
    }
    if last.document.no_microphone {
        words.push(t(w("未录音,以文字代替口述", "No microphone: notes stand for memos")).to_owned());
    }
    words
        .into_iter()
        .map(|word| view! { <Badge tone=Tone::Amber icon=Glyph::WARNING>{word}</Badge> }.into_any())
        .collect()
}
