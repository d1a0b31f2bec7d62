//! The frame around the phone's camera.

use leptos::prelude::*;

use crate::{Label, button::ButtonKind, icon::Glyph, icon_button::IconButton};

/// The words of the camera.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CameraWords {
    /// 拍照
    pub shutter: &'static str,
    /// 关闭
    pub close: &'static str,
    /// 收起
    pub hide: &'static str,
}

/// The whole screen as a viewfinder: whose hall on top, the picture, the shutter
/// under the thumb. The video element comes from whoever owns the camera, with
/// class `camera__view`.
#[component]
pub fn CameraOverlay(
    /// The hall and the slot: 清河路营业厅 · 号票照.
    #[prop(into)]
    title: Label,
    /// The words.
    words: CameraWords,
    /// The shutter can be pressed.
    #[prop(into)]
    ready: Signal<bool>,
    /// Called to take a picture.
    #[prop(into)]
    on_shutter: Callback<()>,
    /// Called to leave.
    #[prop(into)]
    on_close: Callback<()>,
    /// Called to hide everything: whoever takes photos unseen must not have to leave first.
    #[prop(into)]
    on_hide: Callback<()>,
    /// Left of the shutter: the last picture, a count.
    #[prop(optional, into)]
    aside: Option<ViewFn>,
    /// The video element, and what lies over it.
    children: Children,
) -> impl IntoView {
    let name = title.clone();
    view! {
        <div
            class="camera"
            role="dialog"
            aria-modal="true"
            aria-label=name
            data-state=move || if ready.get() { "ready" } else { "opening" }
        >
            <div class="camera__top">
                <span class="grow one-line">{title}</span>
                <IconButton glyph=Glyph::EYE_OFF label=words.hide kind=ButtonKind::Link on_click=on_hide />
                <IconButton glyph=Glyph::CLOSE label=words.close kind=ButtonKind::Link on_click=on_close />
            </div>
            <div class="camera__stage">{children()}</div>
            <div class="camera__bottom">
                <span>{aside.map(|aside| aside.run())}</span>
                <button
                    type="button"
                    class="camera__shutter"
                    aria-label=words.shutter
                    disabled=move || !ready.get()
                    on:click=move |_| on_shutter.run(())
                ></button>
                <span></span>
            </div>
        </div>
    }
    .into_any()
}
