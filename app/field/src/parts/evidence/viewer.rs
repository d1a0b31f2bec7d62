//! One piece of evidence, large: look, say what one sees, put it elsewhere, delete it.

use domain::{
    evidence::{EvidenceKind, EvidenceRecord},
    ids::EvidenceId,
    visit::Edit,
};
use leptos::prelude::*;
use ui::{Button, ButtonKind, Dialog, Field, Glyph, Select, TextInput};

use super::file_state;
use crate::{
    later::Debounce,
    parts::picture,
    visit::Visit,
    words::{day_time, say, size, t, tf},
};

pub(super) fn view(
    visit: Visit,
    record: EvidenceRecord,
    open: Memo<bool>,
    again: impl Fn(EvidenceId) + Copy + Send + Sync + 'static,
    close: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let record = StoredValue::new(record);
    view! {
        <Dialog
            id="piece"
            title=record.with_value(title)
            open=Signal::stored(true)
            on_close=move |()| close()
            close_label=t("关闭", "Close")
        >
            {move || body(visit, record, open, again, close)}
        </Dialog>
    }
}

fn title(record: &EvidenceRecord) -> String {
    match record.kind {
        EvidenceKind::Photo => t("照片", "Photo"),
        EvidenceKind::Screenshot => t("截屏", "Screenshot"),
        EvidenceKind::Memo => t("口述备忘", "Spoken memo"),
        EvidenceKind::Ticket => t("单号", "Ticket number"),
    }
    .to_owned()
}

fn body(
    visit: Visit,
    record: StoredValue<EvidenceRecord>,
    open: Memo<bool>,
    again: impl Fn(EvidenceId) + Copy + Send + Sync + 'static,
    close: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let known = record.get_value();
    let id = known.id;
    let src = picture(visit.phone, known.bytes.clone());
    let shown = move || {
        src.get().map(|src| match known.kind {
            EvidenceKind::Memo => view! { <audio controls src=src></audio> }.into_any(),
            _ => view! { <img class="piece__image" src=src alt=t("放大的照片", "The photo, large") /> }.into_any(),
        })
    };
    let facts = facts(&known);
    let sha = known.bytes.as_ref().map(|bytes| bytes.sha256);
    let is_photo = known.kind == EvidenceKind::Photo;
    let remove = move || {
        visit.edit(Edit::RemoveEvidence(id));
        close();
    };
    view! {
        {shown}
        {(!known.text.is_empty()).then(|| view! { <p class="strong">{known.text.clone()}</p> })}
        <p class="muted small">
            {facts} " " {move || super::truth_name(file_state(visit, sha)).eq("received").then(|| t("· 服务器已收", "· received"))}
        </p>
        {move || {
            open.get()
                .then(|| {
                    view! {
                        {caption(visit, record)}
                        {slot(visit, record, close)}
                        <div class="dialog__foot">
                            <Button kind=ButtonKind::Danger icon=Glyph::TRASH on_click=move |()| remove()>
                                {t("删除", "Delete")}
                            </Button>
                            {is_photo
                                .then(|| {
                                    view! {
                                        <Button
                                            kind=ButtonKind::Quiet
                                            icon=Glyph::CAMERA
                                            // The old one goes when the new one is on the disk.
                                            on_click=move |()| again(id)
                                        >
                                            {t("重拍", "Retake")}
                                        </Button>
                                    }
                                })}
                        </div>
                    }.into_any()
                })
        }}
    }
}

fn facts(record: &EvidenceRecord) -> String {
    let mut out = day_time(record.captured_at, device::clock::now());
    if let Some(bytes) = &record.bytes {
        out.push_str(" · ");
        out.push_str(&size(i64::try_from(bytes.size).unwrap_or_default()));
    }
    if let Some(fix) = &record.fix {
        out.push_str(" · ");
        out.push_str(&tf("位置 ±{} 米", "position ±{} m", &[&fix.accuracy_m.to_string()]));
    }
    out
}

fn caption(visit: Visit, record: StoredValue<EvidenceRecord>) -> impl IntoView {
    let typed = RwSignal::new(record.with_value(|record| record.caption.clone()));
    let later = Debounce::new(visit.phone);
    let id = record.with_value(|record| record.id);
    view! {
        <Field id="piece-caption" label=t("说明", "Caption") aside=t("可不填", "optional")>
            <TextInput
                name="caption"
                value=typed
                maxlength=200_u32
                on_input=move |caption: String| {
                    typed.set(caption.clone());
                    later.run(move || visit.edit(Edit::Caption { id, caption }));
                }
            />
        </Field>
    }
}

fn slot(
    visit: Visit,
    record: StoredValue<EvidenceRecord>,
    close: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let (id, now) = record.with_value(|record| (record.id, record.item));
    let items = visit.items();
    let current = items.iter().find(|(_, item)| Some(item.id) == now).map(|(_, item)| item.code.clone());
    // After handing in, those alone that are answered later.
    let options: Vec<ui::Choice> = items
        .iter()
        .filter(|(_, item)| untrack(|| visit.is_open(Some(item.id))))
        .map(|(_, item)| ui::Choice::new(item.code.clone(), [item.code.as_str(), " ", &say(&item.criterion)].concat()))
        .collect();
    let ids: StoredValue<Vec<_>> = StoredValue::new(items.into_iter().map(|(_, item)| (item.code, item.id)).collect());
    view! {
        <Field id="piece-slot" label=t("证明哪一条", "Proves which item")>
            <Select
                name="slot"
                options
                value=Signal::stored(current.unwrap_or_default())
                on_change=move |code: String| {
                    let item = ids.with_value(|ids| ids.iter().find(|(known, _)| *known == code).map(|(_, id)| *id));
                    visit.edit(Edit::MoveEvidence { id, item });
                    close();
                }
            />
        </Field>
    }
}
