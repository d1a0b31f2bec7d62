//! A spoken note, after leaving or hanging up.

use device::{camera, recorder};
use domain::{
    evidence::{EvidenceKind, EvidenceSource},
    ids::ItemId,
    time::{Moment, show_duration},
    visit::Edit,
};
use leptos::prelude::*;
use ui::{Banner, Button, ButtonKind, Dialog, Glyph, Tone};

use crate::{phone::Shot, visit::Visit, words::t};

/// The recorder. Each slice is on the disk as soon as it ends.
pub(crate) fn memo(visit: Visit, item: ItemId, close: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let running = StoredValue::new_local(None::<recorder::Recording>);
    let since = RwSignal::new(None::<Moment>);
    let refused = RwSignal::new(false);
    let broken = RwSignal::new(false);
    let awake = StoredValue::new_local(None::<device::wake::Awake>);
    let keep = move |bytes: js_sys::Uint8Array| {
        let shot = Shot::new(bytes, recorder::mime(), EvidenceSource::Recorder);
        leptos::task::spawn_local(async move {
            // The page says what the disk refused.
            let _ = visit.phone.add_shot(visit.id, Some(item), EvidenceKind::Memo, shot, None).await;
        });
    };
    let stop = move || {
        if running.try_update_value(Option::take).flatten().is_some() {
            awake.try_update_value(Option::take);
            visit.phone.keep_beating(false);
        }
    };
    // A call has taken the microphone: what was recorded is kept, and the clock does not go on as if there were more.
    let ended = move || {
        stop();
        since.try_set(None);
        broken.try_set(true);
    };
    let start = move |()| {
        broken.set(false);
        leptos::task::spawn_local(async move {
            let opened = camera::open_microphone().await;
            match opened.and_then(|stream| recorder::Recording::start(stream, keep, ended)) {
                Ok(recording) => {
                    running.try_set_value(Some(recording));
                    since.try_set(Some(device::clock::now()));
                    visit.phone.keep_beating(true);
                    if let Some(lock) = device::wake::keep_awake().await {
                        awake.try_set_value(Some(lock));
                    }
                    visit.edit(Edit::NoMicrophone(false));
                }
                Err(_) => {
                    refused.try_set(true);
                    visit.edit(Edit::NoMicrophone(true));
                }
            }
        });
    };
    on_cleanup(stop);
    view! {
        <Dialog
            id="memo"
            title=t("口述备忘", "Spoken memo")
            open=Signal::stored(true)
            on_close=move |()| {
                stop();
                close();
            }
            close_label=t("关闭", "Close")
        >
            <p>{t("只录您自己的口述。浏览器会问能不能用麦克风。", "Only your own words are recorded. The browser will ask for the microphone.")}</p>
            {move || {
                refused
                    .get()
                    .then(|| {
                        view! {
                            <Banner tone=Tone::Violet glyph=Glyph::MEMO title=t("麦克风用不了", "No microphone") alert=true>
                                <p>{t("写 20 字以上的备注也算,会标明没有录音。", "A note of 20 characters or more serves instead and is marked so.")}</p>
                            </Banner>
                        }.into_any()
                    })
            }}
            {move || {
                broken
                    .get()
                    .then(|| {
                        view! {
                            <Banner tone=Tone::Amber glyph=Glyph::MEMO title=t("录音已中断", "The recording was interrupted") alert=true>
                                <p>{t("已录的都留着,可以接着录。", "What was recorded is kept. You can go on.")}</p>
                            </Banner>
                        }.into_any()
                    })
            }}
            {move || match since.get() {
                None => {
                    view! {
                        <Button wide=true icon=Glyph::MEMO on_click=start>
                            {t("开始口述", "Start")}
                        </Button>
                    }
                        .into_any()
                }
                Some(since) => {
                    view! {
                        <p class="stopwatch__figure" role="timer" aria-live="off" data-state="recording">
                            {move || {
                                visit.phone.beat.track();
                                show_duration(device::clock::now().since(since))
                            }}
                        </p>
                        <Button
                            wide=true
                            kind=ButtonKind::Primary
                            icon=Glyph::STOP
                            on_click=move |()| {
                                stop();
                                close();
                            }
                        >
                            {t("录完了", "Done")}
                        </Button>
                    }
                        .into_any()
                }
            }}
        </Dialog>
    }
}
