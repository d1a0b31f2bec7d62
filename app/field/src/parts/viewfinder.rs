//! The camera within the page.

use device::camera;
use leptos::{html, prelude::*};
use ui::{CameraOverlay, CameraWords};

use super::evidence::not_kept;
use crate::{
    phone::{Shot, ShotError},
    visit::Visit,
    words::{t, tf},
};

/// The viewfinder over everything. Each press of the shutter is one photo; it stays open for more. It is counted once
/// `taken` says that it is on the disk.
pub(crate) fn viewfinder<T: Future<Output = Result<(), ShotError>> + 'static>(
    visit: Visit,
    title: String,
    taken: impl Fn(Shot) -> T + Copy + Send + Sync + 'static,
    close: impl Fn(bool) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let video = NodeRef::<html::Video>::new();
    let stream = StoredValue::new_local(None::<camera::Stream>);
    let ready = RwSignal::new(false);
    let count = RwSignal::new(0_u32);
    let missed = RwSignal::new(None::<ShotError>);
    let here = StoredValue::new(());
    leptos::task::spawn_local(async move {
        match camera::open().await {
            Ok(opened) => {
                let Some(element) = video.get_untracked() else { return };
                if here.try_get_value().is_none() {
                    return;
                }
                camera::show(&element, &opened);
                stream.set_value(Some(opened));
            }
            // Without a camera of the page the phone's own one serves.
            Err(_) => close(true),
        }
    });
    on_cleanup(move || {
        stream.try_update_value(Option::take);
    });
    let shoot = move |()| {
        let Some(element) = video.get_untracked() else { return };
        ready.set(false);
        missed.set(None);
        leptos::task::spawn_local(async move {
            let still = camera::still(&element).await.map_err(|_| ShotError::NotAPicture);
            let shot = match still {
                Ok(still) => visit.phone.shot_of_still(still).await,
                Err(error) => Err(error),
            };
            let kept = match shot {
                Ok(shot) => taken(shot).await,
                Err(error) => Err(error),
            };
            match kept {
                Ok(()) => {
                    let _ = count.try_update(|count| *count += 1);
                }
                // Said where one looks: whoever believes that a photo was kept does not take it again.
                Err(error) => {
                    missed.try_set(Some(error));
                }
            }
            ready.try_set(true);
        });
    };
    view! {
        <CameraOverlay
            title
            words=CameraWords {
                shutter: t("拍照", "Take the photo"),
                close: t("完成", "Done"),
                hide: t("收起,显示记事页", "Hide behind a page of notes"),
            }
            ready
            on_shutter=shoot
            on_close=move |()| close(false)
            on_hide=move |()| visit.phone.hidden.set(true)
            aside=ViewFn::from(move || {
                view! {
                    <span data-shots=move || count.get()>
                        {move || match missed.get() {
                            Some(ShotError::NoRoom) => Some(t("手机空间快满了", "The phone is nearly full").to_owned()),
                            Some(ShotError::NotKept) => Some(not_kept().to_owned()),
                            Some(_) => Some(t("没拍成,请再按一次", "Not taken. Press again").to_owned()),
                            None => (count.get() > 0).then(|| tf("已拍 {} 张", "{} taken", &[&count.get().to_string()])),
                        }}
                    </span>
                }
            })
        >
            <video class="camera__view" node_ref=video autoplay playsinline on:playing=move |_| ready.set(true)></video>
        </CameraOverlay>
    }
}
