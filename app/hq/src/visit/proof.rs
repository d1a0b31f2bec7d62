//! The proof: photos, screenshots, memos and tickets.

use domain::{
    evidence::{EvidenceKind, EvidenceRecord},
    ids::{ItemId, VisitId},
};
use leptos::prelude::*;
use ui::{EvidenceStrip, Glyph, PhotoTile, TileState};

use super::{shape::VisitSheet, viewer::Shown};
use crate::{
    context::page,
    paths,
    words::{fill, t, w},
};

/// All pieces that belong to no item, and what there is in all.
pub(super) fn proof(sheet: &VisitSheet, shown: Shown) -> impl IntoView + use<> {
    let records = sheet.submissions.last().map(|one| one.document.evidence.clone()).unwrap_or_default();
    let count = |kind| records.iter().filter(|record| record.kind == kind).count().to_string();
    let words = fill(
        w("照片 {} · 截图 {} · 口述 {} · 单号 {}", "{} photos · {} screenshots · {} memos · {} tickets"),
        &[
            &count(EvidenceKind::Photo),
            &count(EvidenceKind::Screenshot),
            &count(EvidenceKind::Memo),
            &count(EvidenceKind::Ticket),
        ],
    );
    let tiles = records.iter().map(|record| tile(record, sheet, shown)).collect_view();
    view! {
        <section class="panel">
            <header class="panel__head"><h2>{t(w("凭证", "Evidence"))}</h2><p class="small muted">{words}</p></header>
            <div class="panel__body photos" data-list="evidence">{tiles}</div>
        </section>
    }
}

/// The pieces of one item, small.
pub(super) fn strip(sheet: &VisitSheet, item: Option<ItemId>, shown: Shown) -> Option<impl IntoView + use<>> {
    let document = &sheet.submissions.last()?.document;
    let mine: Vec<&EvidenceRecord> = document.evidence.iter().filter(|record| record.item == item).collect();
    if mine.is_empty() {
        return None;
    }
    let tiles = mine.into_iter().map(|record| tile(record, sheet, shown)).collect_view();
    Some(view! { <EvidenceStrip label=t(w("凭证", "Evidence"))>{tiles}</EvidenceStrip> })
}

fn tile(record: &EvidenceRecord, sheet: &VisitSheet, shown: Shown) -> AnyView {
    let visit: VisitId = sheet.visit.id;
    let lang = page().lang;
    let item = record.item.and_then(|item| sheet.checklist.item(item));
    let about = item.map_or_else(String::new, |item| [item.code.as_str(), " ", item.criterion.get(lang)].concat());
    let label = if record.caption.is_empty() { about } else { record.caption.clone() };
    let Some(bytes) = &record.bytes else {
        let text = record.text.clone();
        return view! { <span class="chip">{fill(w("单号 {}", "Ticket {}"), &[&text])}</span> }.into_any();
    };
    let here = sheet.verified.contains(&bytes.sha256);
    let href = paths::evidence(bytes.sha256, visit);
    if record.kind == EvidenceKind::Memo {
        return if here {
            view! { <audio controls preload="none" src=href aria-label=label></audio> }.into_any()
        } else {
            view! { <span class="chip">{t(w("口述未到", "Memo not here yet"))}</span> }.into_any()
        };
    }
    let id = record.id;
    if here {
        let src = href.clone();
        view! {
            <PhotoTile
                label
                src=Some(src)
                state=TileState::Received
                unmarked=true
                on_open=move |()| shown.set(Some(id))
            />
        }
        .into_any()
    } else {
        view! { <PhotoTile label glyph=Glyph::PHOTO state=TileState::Awaited /> }.into_any()
    }
}
