//! The proof of one item: what is there, and how to add more.

mod files;
mod ticket;
mod viewer;

use domain::{
    checklist::{EvidenceNeed, EvidenceWhen, Item, MissingWhat},
    evidence::{EvidenceKind, EvidenceRecord},
    ids::EvidenceId,
    time::show_duration,
};
use leptos::prelude::*;
use ui::{AddTile, EvidenceStrip, Glyph, PhotoTile, TileState};

use super::{Pictures, memo};
use crate::{
    phone::{Intent, Shot},
    visit::Visit,
    words::{say, t, tf},
};
use files::Chooser;
pub(super) use files::not_kept;

/// What is open over the item.
#[derive(Clone, Debug, PartialEq)]
enum Over {
    /// For one more, or for one in place of another.
    Camera(Option<EvidenceId>),
    Memo,
    Ticket,
    Piece(EvidenceRecord),
}

/// The strip of an item, with everything that opens from it.
pub(crate) fn evidence(visit: Visit, item: &Item) -> impl IntoView + use<> {
    let id = item.id;
    let code = item.code.clone();
    let rule = item.evidence.clone();
    let records = Memo::new(move |_| visit.evidence(Some(id)));
    let lacking = Memo::new(move |_| {
        visit
            .missing()
            .iter()
            .any(|missing| missing.item == Some(id) && matches!(missing.what, MissingWhat::Evidence(_)))
    });
    let over = RwSignal::new(None::<Over>);
    let open = Memo::new(move |_| visit.is_open(Some(id)));
    let intent = Intent { visit: visit.id, code: code.clone() };
    let chooser = Chooser::new(visit, id, intent);
    let required = Signal::derive(move || lacking.get().then(|| t("必", "must")));
    let hint = say(&rule.hint);
    let when = match rule.when {
        EvidenceWhen::Optional => t("可不加", "optional"),
        EvidenceWhen::Always => t("必需", "required"),
        EvidenceWhen::OnFail => t("不合格时必需", "required on fail"),
        EvidenceWhen::RatingAtMost(_) => t("低分时必需", "required on a low rating"),
    };
    let kinds = kinds(&rule.kinds);
    let note_serves = rule.kinds.contains(&EvidenceNeed::Note);
    let add = move || {
        let one = |(kind, serves): &(EvidenceKind, bool)| {
            // Who takes what does not serve takes it in vain.
            let required = if *serves { required } else { Signal::stored(None) };
            add_tiles(visit, *kind, required, chooser, over)
        };
        open.get().then(|| kinds.iter().map(one).collect_view())
    };
    let pictures = Pictures::new();
    let tiles = move || {
        records
            .get()
            .into_iter()
            .map(|record| tile(visit, record, pictures, move |record| over.set(Some(Over::Piece(record)))))
            .collect_view()
    };
    let title = [visit.venue_name().as_str(), " · ", &code].concat();
    view! {
        <section class="item__part" data-evidence=code.clone() data-count=move || records.with(Vec::len)>
            <h3 class="item__label">
                <span>{t("证据", "Evidence")}</span>
                <span class="muted small">{when}</span>
            </h3>
            {(!hint.is_empty()).then(|| view! { <p class="muted small">{hint}</p> })}
            {note_serves.then(|| view! { <p class="muted small">{t("写明要点的备注也算。", "A note with the main points serves too.")}</p> })}
            <EvidenceStrip label=t("这一条的证据", "Evidence of this item")>{tiles} {add}</EvidenceStrip>
            {chooser.inputs()}
            {move || chooser.message().into_any()}
        </section>
        {move || match over.get() {
            None => ().into_any(),
            Some(Over::Camera(instead)) => {
                // However it closes, by the way back too: the next start is none of its business.
                on_cleanup(move || visit.phone.set_intent(None));
                let taken = move |shot: Shot| async move {
                    let kept = visit.phone.add_shot(visit.id, Some(id), EvidenceKind::Photo, shot, instead).await;
                    if kept.is_ok() && instead.is_some() {
                        // The item may have been left by now.
                        over.try_set(None);
                    }
                    kept
                };
                let close = move |no_camera: bool| {
                    over.set(None);
                    if no_camera {
                        chooser.camera(instead);
                    }
                };
                super::viewfinder(visit, title.clone(), taken, close).into_any()
            }
            Some(Over::Memo) => memo(visit, id, move || over.set(None)).into_any(),
            Some(Over::Ticket) => ticket::view(visit, id, move || over.set(None)).into_any(),
            Some(Over::Piece(record)) => {
                let again = move |id| shoot(chooser, over, Some(id));
                viewer::view(visit, record, open, again, move || over.set(None)).into_any()
            }
        }}
    }
}

/// What can be added, and whether it serves: what the rule asks for does. Photo, screenshot and memo can always be added.
fn kinds(needs: &[EvidenceNeed]) -> Vec<(EvidenceKind, bool)> {
    let mut kinds: Vec<(EvidenceKind, bool)> = needs
        .iter()
        .filter_map(|need| match need {
            EvidenceNeed::Photo => Some((EvidenceKind::Photo, true)),
            EvidenceNeed::Screenshot => Some((EvidenceKind::Screenshot, true)),
            EvidenceNeed::Memo => Some((EvidenceKind::Memo, true)),
            EvidenceNeed::Ticket => Some((EvidenceKind::Ticket, true)),
            EvidenceNeed::Note => None,
        })
        .collect();
    for always in [EvidenceKind::Photo, EvidenceKind::Screenshot, EvidenceKind::Memo] {
        if !kinds.contains(&(always, true)) {
            kinds.push((always, false));
        }
    }
    kinds
}

fn add_tiles(
    visit: Visit,
    kind: EvidenceKind,
    required: Signal<Option<&'static str>>,
    chooser: Chooser,
    over: RwSignal<Option<Over>>,
) -> impl IntoView {
    match kind {
        EvidenceKind::Photo => {
            let shoot = move |()| shoot(chooser, over, None);
            view! {
                <div data-add="camera"><AddTile label=t("拍照", "Camera") glyph=Glyph::CAMERA required on_click=shoot /></div>
                <div data-add="photo"><AddTile label=t("相册", "Gallery") glyph=Glyph::PHOTO on_click=move |()| chooser.gallery() /></div>
            }
            .into_any()
        }
        EvidenceKind::Screenshot => view! {
            <div data-add="screenshot">
                <AddTile label=t("截屏", "Screenshot") glyph=Glyph::SCREENSHOT required on_click=move |()| chooser.screenshots() />
            </div>
        }
        .into_any(),
        // No recorder while one stands in the hall: nobody is recorded.
        EvidenceKind::Memo => move_memo(visit, required, over).into_any(),
        EvidenceKind::Ticket => view! {
            <div data-add="ticket">
                <AddTile label=t("单号", "Ticket no.") glyph=Glyph::TICKET required on_click=move |()| over.set(Some(Over::Ticket)) />
            </div>
        }
        .into_any(),
    }
}

/// Opens the camera: the page's own, but on iOS the phone's.
fn shoot(chooser: Chooser, over: RwSignal<Option<Over>>, instead: Option<EvidenceId>) {
    if device::door::is_ios() {
        over.set(None);
        chooser.camera(instead);
    } else {
        chooser.remember();
        over.set(Some(Over::Camera(instead)));
    }
}

fn move_memo(visit: Visit, required: Signal<Option<&'static str>>, over: RwSignal<Option<Over>>) -> impl IntoView {
    move || {
        (!visit.is_on_site()).then(|| {
            view! {
                <div data-add="memo">
                    <AddTile label=t("口述", "Memo") glyph=Glyph::MEMO required on_click=move |()| over.set(Some(Over::Memo)) />
                </div>
            }
        })
    }
}

fn tile(
    visit: Visit,
    record: EvidenceRecord,
    pictures: Pictures,
    open: impl Fn(EvidenceRecord) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let (glyph, word) = match record.kind {
        EvidenceKind::Photo => (Glyph::PHOTO, t("照片", "Photo")),
        EvidenceKind::Screenshot => (Glyph::SCREENSHOT, t("截屏", "Screenshot")),
        EvidenceKind::Memo => (Glyph::MEMO, t("口述", "Memo")),
        EvidenceKind::Ticket => (Glyph::TICKET, t("单号", "Ticket no.")),
    };
    let picture_bytes =
        record.bytes.clone().filter(|_| matches!(record.kind, EvidenceKind::Photo | EvidenceKind::Screenshot));
    let src = pictures.of(visit.phone, picture_bytes);
    let text = match (&record.bytes, record.kind) {
        (Some(bytes), EvidenceKind::Memo) => show_duration(i64::try_from(bytes.size / 4).unwrap_or_default()),
        _ => record.text.clone(),
    };
    let sha = record.bytes.as_ref().map(|bytes| bytes.sha256);
    let state = Signal::derive(move || file_state(visit, sha));
    let label = Signal::derive(move || {
        let truth = match state.get() {
            TileState::Sending => t("传输中", "uploading"),
            TileState::Received => t("服务器已收", "received"),
            TileState::Failed => t("没传成", "failed"),
            _ => t("已存本机", "saved on this phone"),
        };
        tf("{},{}", "{}, {}", &[word, truth])
    });
    let kept = record.clone();
    let id = record.id.to_string();
    view! {
        <div data-piece=id data-truth=move || truth_name(state.get())>
            <PhotoTile label src glyph text state on_open=move |()| open(kept.clone()) />
        </div>
    }
}

/// `here`, `uploading`, `received` or `failed`, for who waits for it.
#[must_use]
pub(crate) fn truth_name(state: TileState) -> &'static str {
    match state {
        TileState::Sending => "uploading",
        TileState::Received => "received",
        TileState::Failed => "failed",
        _ => "here",
    }
}

/// What is true of a file.
pub(crate) fn file_state(visit: Visit, sha: Option<domain::evidence::Sha256>) -> TileState {
    let Some(sha) = sha else { return TileState::Saved };
    if visit.phone.lost.with(|lost| lost.files.contains(&sha)) {
        return TileState::Failed;
    }
    visit
        .with(|row| match row.files.get(&sha) {
            Some(file) => file.state,
            None if row.task.visit.as_ref().is_some_and(|visit| visit.verified.contains(&sha)) => TileState::Received,
            None => TileState::Saved,
        })
        .unwrap_or_default()
}
