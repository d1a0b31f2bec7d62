//! Files chosen by the person. The intent is on the disk before the chooser opens:
//! Android may kill the page while its camera is in front. Once the chooser is gone it
//! is taken back, whether something was chosen or not.

use device::camera::SCREENSHOT_MAX;
use domain::{
    evidence::{EvidenceKind, EvidenceSource},
    ids::{EvidenceId, ItemId},
};
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast as _;
use web_sys::{File, HtmlInputElement};

use crate::{
    phone::{Intent, ShotError},
    visit::Visit,
    words::{size, t, tf},
};

/// The hidden inputs of one item.
#[derive(Clone, Copy)]
pub(super) struct Chooser {
    visit: Visit,
    item: ItemId,
    intent: StoredValue<Intent>,
    camera: NodeRef<html::Input>,
    gallery: NodeRef<html::Input>,
    screens: NodeRef<html::Input>,
    trouble: RwSignal<Option<String>>,
    /// The piece that the next photo of the phone's own camera takes the place of.
    instead: StoredValue<Option<EvidenceId>>,
}

impl Chooser {
    pub(super) fn new(visit: Visit, item: ItemId, intent: Intent) -> Self {
        Self {
            visit,
            item,
            intent: StoredValue::new(intent),
            camera: NodeRef::new(),
            gallery: NodeRef::new(),
            screens: NodeRef::new(),
            trouble: RwSignal::new(None),
            instead: StoredValue::new(None),
        }
    }

    /// Puts on the disk where to come back to.
    pub(super) fn remember(self) {
        self.visit.phone.set_intent(Some(self.intent.get_value()));
    }

    /// The phone's own camera, for one more or for one in place of another.
    pub(super) fn camera(self, instead: Option<EvidenceId>) {
        self.instead.set_value(instead);
        self.choose(self.camera);
    }

    /// The gallery, one photo.
    pub(super) fn gallery(self) {
        self.choose(self.gallery);
    }

    /// The gallery, several screenshots.
    pub(super) fn screenshots(self) {
        self.choose(self.screens);
    }

    fn choose(self, input: NodeRef<html::Input>) {
        let phone = self.visit.phone;
        let intent = self.intent.get_value();
        leptos::task::spawn_local(async move {
            phone.keep_intent(Some(intent)).await;
            if let Some(input) = input.get_untracked() {
                input.click();
            }
        });
    }

    /// The inputs themselves; nobody sees them.
    pub(super) fn inputs(self) -> impl IntoView {
        let photo = move |source| move |event: web_sys::Event| self.take(&event, EvidenceKind::Photo, source);
        view! {
            <div hidden>
                <input
                    type="file"
                    accept="image/*"
                    capture="environment"
                    data-input="camera"
                    aria-label=t("拍照", "Camera")
                    node_ref=self.camera
                    on:change=photo(EvidenceSource::SystemCamera)
                    on:cancel=move |_: web_sys::Event| self.cancelled()
                />
                <input
                    type="file"
                    accept="image/*"
                    multiple
                    data-input="photo"
                    aria-label=t("相册", "Gallery")
                    node_ref=self.gallery
                    on:change=photo(EvidenceSource::Gallery)
                    on:cancel=move |_: web_sys::Event| self.cancelled()
                />
                <input
                    type="file"
                    accept="image/png,image/jpeg,image/webp"
                    multiple
                    data-input="screenshot"
                    aria-label=t("截屏", "Screenshot")
                    node_ref=self.screens
                    on:change=move |event| self.take(&event, EvidenceKind::Screenshot, EvidenceSource::Gallery)
                    on:cancel=move |_: web_sys::Event| self.cancelled()
                />
            </div>
        }
    }

    fn take(self, event: &web_sys::Event, kind: EvidenceKind, source: EvidenceSource) {
        let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else { return };
        let files: Vec<File> =
            input.files().map(|list| (0..list.length()).filter_map(|n| list.get(n)).collect()).unwrap_or_default();
        self.trouble.set(None);
        let (phone, visit, item, trouble) = (self.visit.phone, self.visit.id, self.item, self.trouble);
        let mut instead = self.instead.get_value().filter(|_| source == EvidenceSource::SystemCamera);
        self.instead.set_value(None);
        leptos::task::spawn_local(async move {
            for file in files {
                let made = match kind {
                    EvidenceKind::Screenshot => phone.shot_of_screenshot(&file).await,
                    _ => phone.shot_of_file(&file, source).await,
                };
                let kept = match made {
                    Ok(shot) => phone.add_shot(visit, Some(item), kind, shot, instead.take()).await,
                    Err(error) => Err(error),
                };
                if let Err(error) = kept {
                    trouble.try_set(Some(words(&error)));
                }
            }
            // The same file can be chosen again.
            input.set_value("");
            phone.set_intent(None);
        });
    }

    /// Nothing was chosen: the next start leads to no question, and the next photo takes nobody's place.
    fn cancelled(self) {
        self.instead.set_value(None);
        self.visit.phone.set_intent(None);
    }

    /// What went wrong with a file, if anything.
    pub(super) fn message(self) -> Option<impl IntoView> {
        self.trouble.get().map(|words| view! { <p class="field__error" role="alert" data-state="refused">{words}</p> })
    }
}

fn words(error: &ShotError) -> String {
    match error {
        ShotError::NotAPicture => t(
            "打不开这个文件。请选 JPEG、PNG 或 WebP 图片,或直接拍照。",
            "This file cannot be opened. Choose a JPEG, PNG or WebP picture, or take a photo.",
        )
        .to_owned(),
        ShotError::TooLarge => tf(
            "截屏超过 {},没有存。截屏不缩小,因为字就是证据。",
            "The screenshot is larger than {} and was not kept. Screenshots are never scaled: their text is the proof.",
            &[&size(i64::from(SCREENSHOT_MAX))],
        ),
        ShotError::NoRoom => t(
            "手机空间快满了,先不加照片;文字照常保存。",
            "The phone is nearly full: no more photos for now. Text is still saved.",
        )
        .to_owned(),
        ShotError::NotKept => not_kept().to_owned(),
    }
}

/// Said of a photo that is not in the draft: whoever believes that it is does not take it again.
pub(crate) fn not_kept() -> &'static str {
    t("这张没有存下,请腾出空间后重拍。", "This one was not kept. Free some space and take it again.")
}
