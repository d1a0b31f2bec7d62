//! Spoken notes, in slices that each stand alone.
//!
//! A lock or a kill costs the slice that is being recorded and no other: the
//! recorder is stopped and started again for each, so that every slice is a
//! whole file.

use std::{cell::RefCell, rc::Rc};

use js_sys::Uint8Array;
use wasm_bindgen::{JsCast as _, closure::Closure};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{BlobEvent, MediaRecorder, MediaRecorderOptions, MediaStreamTrack};

use crate::{Failure, camera::Stream, clock};

/// How long a slice is, ms.
pub const SLICE_MS: i32 = 15_000;
const BITS_PER_SECOND: u32 = 32_000;

/// A recording under way. Stops when dropped: it hands over its last slice, and the microphone is closed at once.
pub struct Recording {
    current: Rc<RefCell<Option<Running>>>,
}

/// The slice that is being recorded, and what from. Nobody else holds the stream: it is closed with the last slice, and not
/// only when the next one would have begun.
struct Running {
    recorder: MediaRecorder,
    stream: Stream,
}

/// The type in which this browser records: WebM with Opus, on WebKit MP4.
#[must_use]
pub fn mime() -> &'static str {
    if MediaRecorder::is_type_supported("audio/webm;codecs=opus") { "audio/webm" } else { "audio/mp4" }
}

impl Recording {
    /// Records `stream` and calls `slice` with the bytes of each slice; `ended` where no more come, though nobody stopped
    /// it: a call has taken the microphone away.
    ///
    /// # Errors
    /// The browser cannot record.
    pub fn start(
        stream: Stream,
        slice: impl Fn(Uint8Array) + 'static,
        ended: impl Fn() + 'static,
    ) -> Result<Self, Failure> {
        let ended: Rc<dyn Fn()> = Rc::new(ended);
        let slice: Rc<dyn Fn(Uint8Array)> = Rc::new(slice);
        let recorder = begin(&stream, &slice)?;
        for track in stream.media().get_tracks().iter() {
            let ended = Rc::clone(&ended);
            // Not called where we stop it ourselves. What was recorded of the slice comes as it does at every stop.
            let heard = Closure::once_into_js(move || ended());
            track.unchecked_into::<MediaStreamTrack>().set_onended(Some(heard.unchecked_ref()));
        }
        let current = Rc::new(RefCell::new(Some(Running { recorder, stream })));
        let turn = Rc::clone(&current);
        spawn_local(async move {
            loop {
                clock::sleep(SLICE_MS).await;
                let Some(Running { recorder, stream }) = turn.borrow_mut().take() else {
                    return;
                };
                drop(recorder.stop());
                let Ok(recorder) = begin(&stream, &slice) else {
                    ended();
                    return;
                };
                *turn.borrow_mut() = Some(Running { recorder, stream });
            }
        });
        Ok(Self { current })
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        if let Some(running) = self.current.borrow_mut().take() {
            drop(running.recorder.stop());
        }
    }
}

fn begin(stream: &Stream, slice: &Rc<dyn Fn(Uint8Array)>) -> Result<MediaRecorder, Failure> {
    let options = MediaRecorderOptions::new();
    let mime = mime();
    options.set_mime_type(if mime == "audio/webm" { "audio/webm;codecs=opus" } else { mime });
    options.set_audio_bits_per_second(BITS_PER_SECOND);
    let recorder = MediaRecorder::new_with_media_stream_and_media_recorder_options(stream.media(), &options)?;
    let slice = Rc::clone(slice);
    // Called once: without a time slice the recorder hands over its data when it stops.
    let data = Closure::once_into_js(move |event: BlobEvent| {
        let Some(blob) = event.data() else { return };
        spawn_local(async move {
            if let Ok(buffer) = JsFuture::from(blob.array_buffer()).await {
                slice(Uint8Array::new(&buffer));
            }
        });
    });
    recorder.set_ondataavailable(Some(data.unchecked_ref()));
    recorder.start()?;
    Ok(recorder)
}
