//! Photos, screenshots, memos and tickets: from the browser into the draft.

use device::{camera, files, seal};
use domain::{
    evidence::{CapturedKnown, EvidenceKind, EvidenceRecord, EvidenceSource, Sha256, StoredBytes},
    ids::{AssignmentId, EvidenceId, ItemId},
    time::Moment,
    visit::Edit,
};
use js_sys::Uint8Array;
use wasm_bindgen::JsValue;
use web_sys::File;

use super::Phone;

/// Bytes that were captured, before they are kept.
#[derive(Clone, Debug)]
pub(crate) struct Shot {
    bytes: Uint8Array,
    mime: String,
    source: EvidenceSource,
    at: Moment,
    known: CapturedKnown,
}

/// Why a file was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ShotError {
    /// This browser cannot decode it.
    NotAPicture,
    /// A screenshot beyond the limit.
    TooLarge,
    /// The phone is nearly full; text is still saved.
    NoRoom,
    /// The disk did not take it, and it is in the draft no more.
    NotKept,
}

/// Below this much room no photo is added, so that text can still be saved. Bytes.
const ROOM_FOR_TEXT: i64 = 20_000_000;

impl Shot {
    /// Bytes captured now.
    #[must_use]
    pub(crate) fn new(bytes: Uint8Array, mime: &str, source: EvidenceSource) -> Self {
        Self { bytes, mime: mime.to_owned(), source, at: device::clock::now(), known: CapturedKnown::Shutter }
    }
}

impl Phone {
    /// A photo of a frame of the in-page camera.
    ///
    /// # Errors
    /// There is no room, or the frame could not be kept.
    pub(crate) async fn shot_of_still(self, still: JsValue) -> Result<Shot, ShotError> {
        let at = device::clock::now();
        self.room().await?;
        let helper = self.keeper().helper().ok_or(ShotError::NotAPicture)?;
        let picture = helper.shrink(&still, camera::LONGEST).await.map_err(|_| ShotError::NotAPicture)?;
        let shot = Shot::new(picture.bytes, "image/jpeg", EvidenceSource::InPageCamera);
        Ok(Shot { at, ..shot })
    }

    /// A photo of a file: upright, smaller, without what the file says about place and device.
    ///
    /// # Errors
    /// It is no picture, or there is no room.
    pub(crate) async fn shot_of_file(self, file: &File, source: EvidenceSource) -> Result<Shot, ShotError> {
        self.room().await?;
        let helper = self.keeper().helper().ok_or(ShotError::NotAPicture)?;
        let picture = helper.shrink(file, camera::LONGEST).await.map_err(|_| ShotError::NotAPicture)?;
        let shot = Shot::new(picture.bytes, "image/jpeg", source);
        Ok(dated(shot, file))
    }

    /// A screenshot: its bytes as they are.
    ///
    /// # Errors
    /// It is none of the types that the server takes, too large, or there is no room.
    pub(crate) async fn shot_of_screenshot(self, file: &File) -> Result<Shot, ShotError> {
        if !matches!(file.type_().as_str(), "image/png" | "image/jpeg" | "image/webp") {
            return Err(ShotError::NotAPicture);
        }
        if file.size() > f64::from(camera::SCREENSHOT_MAX) {
            return Err(ShotError::TooLarge);
        }
        self.room().await?;
        let bytes = files::bytes(file).await.map_err(|_| ShotError::NotAPicture)?;
        Ok(dated(Shot::new(bytes, &file.type_(), EvidenceSource::Gallery), file))
    }

    async fn room(self) -> Result<(), ShotError> {
        match device::space::estimate().await {
            Some(space) if space.free < ROOM_FOR_TEXT => Err(ShotError::NoRoom),
            _ => Ok(()),
        }
    }

    /// Adds a shot to the draft; its bytes go to the disk in the same transaction, which is waited for. A piece that it is
    /// taken `instead` of goes after that, and not before.
    ///
    /// # Errors
    /// It is not on the disk.
    pub(crate) async fn add_shot(
        self,
        visit: AssignmentId,
        item: Option<ItemId>,
        kind: EvidenceKind,
        shot: Shot,
        instead: Option<EvidenceId>,
    ) -> Result<(), ShotError> {
        let sha256 = seal::sha256(&shot.bytes).await.map_err(|_| ShotError::NotKept)?;
        let id = device::random::uuid(shot.at).map_err(|_| ShotError::NotKept)?;
        let size = u64::from(shot.bytes.length());
        let record = EvidenceRecord {
            id: EvidenceId(id),
            item,
            kind,
            source: shot.source,
            bytes: Some(StoredBytes { sha256, size, mime: shot.mime }),
            text: String::new(),
            captured_at: shot.at,
            captured_known: shot.known,
            fix: self.fix().filter(|_| shot.source != EvidenceSource::Gallery),
            caption: String::new(),
        };
        self.edit_with(visit, Edit::AddEvidence(record), Some((sha256.to_string(), shot.bytes)));
        self.keeper().settled().await;
        // The disk may have had no room for it: then the older one stays, and it is not counted.
        let is_there = self.rows.with_untracked(|rows| {
            let draft = rows.get(&visit).and_then(|row| row.draft.as_ref());
            draft.is_some_and(|draft| draft.evidence.iter().any(|record| record.id == EvidenceId(id)))
        });
        if !is_there {
            return Err(ShotError::NotKept);
        }
        if let Some(instead) = instead {
            self.edit(visit, Edit::RemoveEvidence(instead));
        }
        Ok(())
    }

    /// Adds a ticket number.
    pub(crate) fn add_ticket(self, visit: AssignmentId, item: Option<ItemId>, text: String) {
        let now = device::clock::now();
        let Ok(id) = device::random::uuid(now) else { return };
        self.edit(
            visit,
            Edit::AddEvidence(EvidenceRecord {
                id: EvidenceId(id),
                item,
                kind: EvidenceKind::Ticket,
                source: EvidenceSource::Keyboard,
                bytes: None,
                text,
                captured_at: now,
                captured_known: CapturedKnown::Added,
                fix: None,
                caption: String::new(),
            }),
        );
    }

    /// The stored bytes of a hash, unsealed.
    pub(crate) async fn bytes_of(self, sha: Sha256) -> Option<Uint8Array> {
        self.keeper().file(sha).await
    }
}

/// The file's own date, where it has one that can be.
fn dated(shot: Shot, file: &File) -> Shot {
    let at = Moment(file.last_modified() as i64);
    if at.0 > 0 && at <= shot.at {
        Shot { at, known: CapturedKnown::FileDate, ..shot }
    } else {
        Shot { known: CapturedKnown::Added, ..shot }
    }
}
