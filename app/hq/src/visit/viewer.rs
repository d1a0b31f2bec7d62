//! A photo as large as the window: turn, zoom, next and previous by key.

use domain::{
    evidence::{CapturedKnown, EvidenceKind},
    ids::EvidenceId,
    time::show_date_time,
};
use leptos::{
    ev::{Event, KeyboardEvent},
    html,
    prelude::*,
};
use ui::{Glyph, IconButton};

use super::{facts::distance, shape::VisitSheet};
use crate::{
    context::page,
    paths,
    words::{Word, fill, t, w},
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
            let at = match record.captured_known {
                CapturedKnown::Shutter => w("{}", "{}"),
                CapturedKnown::FileDate => w("{}(文件日期)", "{} (date of the file)"),
                CapturedKnown::Added => w("{}(加入时刻)", "{} (when it was added)"),
            };
            let at = fill(at, &[&show_date_time(record.captured_at, zone)]);
            let whereabouts = record.fix.as_ref().map(|fix| distance(fix, &sheet.venue));
            let parts = [about, Some(at), whereabouts, Some(record.caption.clone())].into_iter().flatten();
            Some(Picture {
                id: record.id,
                src: paths::evidence(bytes.sha256, sheet.visit.id),
                words: parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · "),
            })
        })
        .collect()
}

/// The viewer: modal, so that what lies behind it is out of reach. Nothing is in it until a picture was opened.
#[component]
pub(super) fn Viewer(sheet: VisitSheet, shown: Shown) -> impl IntoView {
    let all = StoredValue::new(pictures(&sheet));
    let (turns, large) = (RwSignal::new(0_u8), RwSignal::new(1_u8));
    let node = NodeRef::<html::Dialog>::new();
    let step = move |by: isize| {
        let next = all.with_value(|all| {
            let at = all.iter().position(|one| Some(one.id) == shown.get_untracked())?;
            let len = isize::try_from(all.len()).ok()?;
            let to = (isize::try_from(at).ok()? + by).rem_euclid(len);
            all.get(usize::try_from(to).ok()?).map(|one| one.id)
        });
        if next.is_some() {
            shown.set(next);
        }
    };
    let turn = move || turns.update(|turns| *turns = (*turns + 1) % 4);
    let zoom = move || large.update(|large| *large = if *large >= 4 { 1 } else { *large * 2 });
    let letters = page().shortcuts;
    let press = move |event: KeyboardEvent| {
        // With these a key is the browser's.
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        match event.key().as_str() {
            "ArrowRight" => step(1),
            "ArrowLeft" => step(-1),
            "j" | "n" if letters => step(1),
            "k" | "p" if letters => step(-1),
            "r" if letters => turn(),
            "+" | "z" if letters => zoom(),
            _ => return,
        }
        event.prevent_default();
    };
    // What a button does, and the key that does the same where single keys act.
    let named = move |word: Word, key: &str| {
        if letters { [t(word), " (", key, ")"].concat() } else { t(word).to_owned() }
    };
    Effect::new(move |_| {
        let wanted = shown.with(Option::is_some);
        // Each picture begins as it was taken.
        turns.set(0);
        large.set(1);
        let Some(dialog) = node.get() else { return };
        if wanted && !dialog.open() {
            // Refused only if the element left the document meanwhile.
            drop(dialog.show_modal());
        } else if !wanted && dialog.open() {
            dialog.close();
        }
    });
    view! {
        <dialog
            class="viewer"
            node_ref=node
            aria-label=t(w("大图", "Photo"))
            data-viewer=""
            on:close=move |_: Event| shown.set(None)
            on:keydown=press
        >
            {move || {
                let id = shown.get()?;
                let (at, of, picture) = all
                    .with_value(|all| {
                        let at = all.iter().position(|one| one.id == id)?;
                        Some((at + 1, all.len(), all.get(at)?.clone()))
                    })?;
                let Picture { src, words, .. } = picture;
                let (alt, whole) = (words.clone(), src.clone());
                let place = [at.to_string().as_str(), " / ", &of.to_string()].concat();
                Some(
                    view! {
                        <div class="viewer__bar">
                            <IconButton glyph=Glyph::CHEVRON_LEFT label=named(w("上一张", "Previous"), "p") on_click=move |()| step(-1) />
                            <span class="num">{place}</span>
                            <IconButton glyph=Glyph::CHEVRON_RIGHT label=named(w("下一张", "Next"), "n") on_click=move |()| step(1) />
                            <span class="grow"></span>
                            <IconButton glyph=Glyph::ROTATE label=named(w("旋转", "Turn"), "r") on_click=move |()| turn() />
                            <IconButton glyph=Glyph::ZOOM label=named(w("放大", "Zoom"), "z") on_click=move |()| zoom() />
                            <a class="button button--plain" href=whole target="_blank" rel="external noopener">
                                {t(w("原图", "Full size"))}
                            </a>
                            <IconButton glyph=Glyph::CLOSE label=t(w("关闭", "Close")) on_click=move |()| shown.set(None) />
                        </div>
                        <div
                            class="viewer__stage"
                            data-turn=move || turns.get().to_string()
                            data-zoom=move || large.get().to_string()
                        >
                            <img class="viewer__image" src=src alt=alt on:click=move |_| zoom() />
                        </div>
                        <p class="viewer__words">{words}</p>
                    },
                )
            }}
        </dialog>
    }
}
