//! 检查表: what is asked, with weights, red lines and evidence. Versions never change.

pub(crate) mod api;

use core::str::FromStr as _;

use domain::{
    checklist::{ChecklistVersion, EvidenceWhen, Item},
    ids::ChecklistVersionId,
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use ui::{Badge, Column, DataTable, Glyph, Tone};

use crate::{
    context::page,
    labels,
    loaded::Loaded,
    parts::{Screen, loading},
    paths,
    words::{fill, t, w},
};
use api::{read_checklist, read_checklists};

/// The list of versions.
#[component]
pub(crate) fn ChecklistsPage() -> impl IntoView {
    let lists = Resource::new(|| (), |()| read_checklists());
    view! {
        <Screen title=t(w("检查表", "Checklists"))>
            {loading(lists, |loaded: Loaded<Vec<ChecklistVersion>>| {
                let lang = page().lang;
                let rows = loaded
                    .data
                    .iter()
                    .map(|list| {
                        let topic = labels::topic(&list.topic).map_or_else(|| list.topic.clone(), |word| t(word).to_owned());
                        let items = list.items().count();
                        let weight: u32 = list.items().map(|item| item.weight).sum();
                        let red = list.items().filter(|item| item.red_line.is_some()).count();
                        view! {
                            <tr>
                                <td class="name"><a href=paths::checklist(list.id) data-row="">{list.title.get(lang).to_owned()}</a></td>
                                <td>{topic}</td>
                                <td class="num" data-word=t(w("版本", "Version"))>{list.number}</td>
                                <td class="num" data-word=t(w("题数", "Items"))>{items}</td>
                                <td class="num" data-word=t(w("总权重", "Weight"))>{weight}</td>
                                <td class="num" data-word=t(w("红线题", "Red lines"))>{red}</td>
                            </tr>
                        }
                    })
                    .collect_view();
                let columns = vec![
                    Column::text(t(w("名称", "Title"))),
                    Column::text(t(w("专项", "Topic"))),
                    Column::number(t(w("版本", "Version"))),
                    Column::number(t(w("题数", "Items"))),
                    Column::number(t(w("总权重", "Weight"))),
                    Column::number(t(w("红线题", "Red lines"))),
                ];
                view! { <DataTable caption=t(w("检查表", "Checklists")) columns>{rows}</DataTable> }
            })}
        </Screen>
    }
}

/// One version.
#[component]
pub(crate) fn ChecklistPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| {
        let text = params.with(|params| params.get("id")).unwrap_or_default();
        ChecklistVersionId::from_str(&text).unwrap_or(ChecklistVersionId(uuid::Uuid::nil()))
    });
    let list = Resource::new(move || id.get(), read_checklist);
    view! {
        <Screen title=t(w("检查表", "Checklist"))>
            {loading(list, |loaded| {
                let lang = page().lang;
                let list = loaded.data;
                let sections = list.sections.iter().map(|section| {
                    let weight: u32 = section.items.iter().map(|item| item.weight).sum();
                    let title = section.title.get(lang).to_owned();
                    let items = section.items.iter().map(item).collect_view();
                    view! {
                        <section class="panel">
                            <header class="panel__head">
                                <h2>{title}</h2>
                                <span class="muted">{fill(w("权重 {}", "Weight {}"), &[&weight.to_string()])}</span>
                            </header>
                            <div>{items}</div>
                        </section>
                    }
                }).collect_view();
                view! {
                    <h2>{list.title.get(lang).to_owned()}" · v"{list.number}</h2>
                    <p class="muted">{list.how.get(lang).to_owned()}</p>
                    {sections}
                }
            })}
        </Screen>
    }
}

fn item(item: &Item) -> impl IntoView + use<> {
    let lang = page().lang;
    let red = item.red_line.as_ref().map(|red| red.label.get(lang).to_owned());
    let proof = match item.evidence.when {
        EvidenceWhen::Optional => None,
        EvidenceWhen::Always => Some(w("必须有凭证", "Evidence needed")),
        EvidenceWhen::OnFail => Some(w("扣分时须有凭证", "Evidence needed on a deduction")),
        EvidenceWhen::RatingAtMost(_) => Some(w("低分时须有凭证", "Evidence needed on a low rating")),
    };
    let gloss = item.gloss.as_ref().map(|gloss| gloss.get(lang).to_owned());
    let basis = item.basis.join(t(w("、", ", ")));
    let later = item.later.map(|later| within(later.hours));
    let na = item.na;
    view! {
        <article class="answer">
            <span class="answer__code">{item.code.clone()}</span>
            <div class="answer__body">
                <p>{item.criterion.get(lang).to_owned()}</p>
                {gloss.map(|gloss| view! { <p class="answer__note">{gloss}</p> })}
                <p class="row">
                    {red.map(|red| view! { <Badge tone=Tone::Cinnabar icon=Glyph::FLAG>{red}</Badge> })}
                    {proof.map(|word| view! { <Badge icon=Glyph::PHOTO>{t(word)}</Badge> })}
                    {later.map(|later| view! { <Badge icon=Glyph::CLOCK>{later}</Badge> })}
                    {na.then(|| view! { <Badge icon=Glyph::CIRCLE>{t(w("可不适用", "May not apply"))}</Badge> })}
                </p>
                {(!basis.is_empty()).then(|| view! { <p class="small muted">{basis}</p> })}
            </div>
            <span class="answer__points">{item.weight}</span>
        </article>
    }
}

/// How long an item that is answered later may take, in days where they come out even.
fn within(hours: u32) -> String {
    if hours > 24 && hours.is_multiple_of(24) {
        fill(w("后补:{} 天内", "Answered later: within {} days"), &[&(hours / 24).to_string()])
    } else {
        fill(w("后补:{} 小时内", "Answered later: within {} h"), &[&hours.to_string()])
    }
}
