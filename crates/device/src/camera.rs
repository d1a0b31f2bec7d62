//! The camera within the page.

use js_sys::{Object, Reflect};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlVideoElement, MediaStream, MediaStreamConstraints, MediaStreamTrack};

use crate::Failure;

/// The longer side of a stored photo, pixels.
pub const LONGEST: u32 = 2_000;
/// The largest screenshot, bytes: it is kept as it is, because its text is the proof.
pub const SCREENSHOT_MAX: u32 = 4 * 1024 * 1024;

/// A camera or microphone that is open. Closed when dropped.
#[derive(Debug)]
pub struct Stream {
    stream: MediaStream,
}

impl Stream {
    /// The stream itself, for a recorder.
    #[must_use]
    pub fn media(&self) -> &MediaStream {
        &self.stream
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        for track in self.stream.get_tracks().iter() {
            track.unchecked_into::<MediaStreamTrack>().stop();
        }
    }
}

/// Opens the camera at the back.
///
/// # Errors
/// [`Failure::is_refused`], or there is none.
pub async fn open() -> Result<Stream, Failure> {
    let video = Object::new();
    for (name, value) in
        [("facingMode", JsValue::from_str("environment")), ("width", ideal(1920)), ("height", ideal(1440))]
    {
        drop(Reflect::set(&video, &JsValue::from_str(name), &value));
    }
    let constraints = MediaStreamConstraints::new();
    constraints.set_video(&video);
    ask(&constraints).await
}

/// Opens the microphone: one channel.
///
/// # Errors
/// [`Failure::is_refused`], or there is none.
pub async fn open_microphone() -> Result<Stream, Failure> {
    let audio = Object::new();
    drop(Reflect::set(&audio, &JsValue::from_str("channelCount"), &JsValue::from_f64(1.0)));
    let constraints = MediaStreamConstraints::new();
    constraints.set_audio(&audio);
    ask(&constraints).await
}

/// Shows the stream in `video`.
pub fn show(video: &HtmlVideoElement, stream: &Stream) {
    video.set_src_object(Some(&stream.stream));
    video.set_muted(true);
    drop(video.play());
}

/// The frame that `video` shows now, as an `ImageBitmap` for [`crate::worker::Helper::shrink`].
///
/// # Errors
/// No frame is there yet.
pub async fn still(video: &HtmlVideoElement) -> Result<JsValue, Failure> {
    let window = crate::window()?;
    Ok(JsFuture::from(window.create_image_bitmap_with_html_video_element(video)?).await?)
}

async fn ask(constraints: &MediaStreamConstraints) -> Result<Stream, Failure> {
    let devices = crate::window()?.navigator().media_devices()?;
    let stream: JsValue = JsFuture::from(devices.get_user_media_with_constraints(constraints)?).await?;
    Ok(Stream { stream: stream.unchecked_into() })
}

fn ideal(pixels: u32) -> JsValue {
    let wish = Object::new();
    drop(Reflect::set(&wish, &JsValue::from_str("ideal"), &JsValue::from_f64(f64::from(pixels))));
    wish.into()
}
