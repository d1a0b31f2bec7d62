//! A photo as large as the window: turn, zoom, next and previous by key.

use domain::{evidence::EvidenceKind, ids::EvidenceId, time::show_date_time};
use leptos::{ev::keydown, prelude::*};
use ui::{Glyph, IconButton};

use super::api::VisitSheet;
use crate::{
    context::page,
    paths,
    words::{t, w},
};

/// Which piece is shown large.
pub(super) type Shown = RwSignal<Option<EvidenceId>>;

/// One picture.
#[derive(Clone)]
struct Picture {
    id: EvidenceId,
    src: String,
    words: String,
}

fn pictures(sheet: &VisitSheet) -> Vec<Picture> {
    let (lang, zone) = (page().lang, page().zone);
    let records = sheet.submissions.last().map(|one| one.document.evidence.as_slice()).unwrap_or_default();
    records
        .iter()
        .filter(|record| matches!(record.kind, EvidenceKind::Photo | EvidenceKind::Screenshot))
        .filter_map(|record| {
            let bytes = record.bytes.as_ref().filter(|bytes| sheet.verified.contains(&bytes.sha256))?;
            let item = record.item.and_then(|item| sheet.checklist.item(item));
            let about = item.map(|item| [item.code.as_str(), " ", item.criterion.get(lang)].concat());
            let at = show_date_time(record.captured_at, zone);
            Some(Picture {
                id: record.id,
                src: paths::evidence(bytes.sha256, sheet.visit.id),
                words: [about.unwrap_or_default().as_str(), " · ", &at, " ", &record.caption].concat(),
            })
        })
        .collect()
}

/// The viewer. Nothing of it is there until a picture was opened.
#[component]
pub(super) fn Viewer(sheet: VisitSheet, shown: Shown) -> impl IntoView {
    let all = StoredValue::new(pictures(&sheet));
    let (turns, large) = (RwSignal::new(0_u8), RwSignal::new(1_u8));
    let step = move |by: isize| {
        let next = all.with_value(|all| {
            let at = all.iter().position(|one| Some(one.id) == shown.get_untracked())?;
            let len = isize::try_from(all.len()).ok()?;
            let to = (isize::try_from(at).ok()? + by).rem_euclid(len);
            all.get(usize::try_from(to).ok()?).map(|one| one.id)
        });
        turns.set(0);
        large.set(1);
        if next.is_some() {
            shown.set(next);
        }
    };
    let turn = move || turns.update(|turns| *turns = (*turns + 1) % 4);
    let zoom = move || large.update(|large| *large = if *large >= 4 { 1 } else { *large * 2 });
    let keys = window_event_listener(keydown, move |event| {
        if shown.get_untracked().is_none() {
            return;
        }
        match event.key().as_str() {
            "Escape" => shown.set(None),
            "ArrowRight" | "j" => step(1),
            "ArrowLeft" | "k" => step(-1),
            "r" => turn(),
            "+" | "z" => zoom(),
            _ => return,
        }
        event.prevent_default();
    });
    on_cleanup(move || keys.remove());
    move || {
        let id = shown.get()?;
        let picture = all.with_value(|all| all.iter().find(|one| one.id == id).cloned())?;
        let Picture { src, words, .. } = picture;
        let (label, alt, whole) = (words.clone(), words.clone(), src.clone());
        Some(view! {
            <dialog class="viewer" open aria-label=label data-viewer="">
                <div class="viewer__bar">
                    <IconButton glyph=Glyph::BACK label=t(w("上一张", "Previous")) on_click=move |()| step(-1) />
                    <IconButton glyph=Glyph::CHEVRON_RIGHT label=t(w("下一张", "Next")) on_click=move |()| step(1) />
                    <IconButton glyph=Glyph::SYNC label=t(w("旋转", "Turn")) on_click=move |()| turn() />
                    <IconButton
                        glyph=Glyph::SEARCH
                        label=t(w("放大", "Zoom"))
                        on_click=move |()| zoom()
                    />
                    <a class="button button--plain" href=whole target="_blank" rel="noopener">
                        {t(w("原图", "Full size"))}
                    </a>
                    <IconButton glyph=Glyph::CLOSE label=t(w("关闭", "Close")) on_click=move |()| shown.set(None) />
                </div>
                <div class="viewer__stage" data-turn=move || turns.get().to_string() data-zoom=move || large.get().to_string()>
                    <img class="viewer__image" src=src alt=alt />
                </div>
                <p class="viewer__words">{words}</p>
            </dialog>
        })
    }
}
