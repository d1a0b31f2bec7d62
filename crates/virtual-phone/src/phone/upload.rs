//! Photos go up, in chunks, after the text of their visit.

use std::collections::BTreeSet;

use domain::evidence::Sha256;
use protocol::evidence::{CHUNK_HEADER, CreateUpload, OFFSET_HEADER, UploadState, VISIT_HEADER};
use sync::{FileNote, UploadStep};

use super::{JSON, Miss, Phone, body, read};
use crate::{Event, photo_bytes};

/// How often one file may be turned back within a pass before it comes further than it was.
const TRIES: usize = 8;

impl Phone {
    /// Sends every photo whose visit is safe. Returns how many the server has now that it had not before.
    ///
    /// # Errors
    /// The first [`Miss`] that is no word about one file; what was sent before stays sent.
    pub async fn upload(&mut self) -> Result<usize, Miss> {
        let mut later = BTreeSet::new();
        let mut received = 0;
        while let Some(file) = self.engine_mut()?.next_file(&later) {
            let sha256 = file.sha256;
            if self.upload_one(sha256).await? {
                received += 1;
            } else {
                later.insert(sha256);
            }
        }
        Ok(received)
    }

    async fn upload_one(&mut self, sha256: Sha256) -> Result<bool, Miss> {
        let Some(seed) = self.photos.get(&sha256).copied() else {
            let changes = self.engine_mut()?.bytes_are_lost(sha256);
            self.write(changes);
            return Ok(false);
        };
        let mut bytes = Vec::new();
        let mut asked = false;
        let (mut tries, mut furthest) = (0, 0);
        while tries < TRIES {
            let engine = self.engine_mut()?;
            let most = engine.chunk();
            let Some(file) = engine.file(sha256).cloned() else { return Ok(false) };
            let step = file.next(asked, most);
            let answer = match step {
                UploadStep::Done => return Ok(!file.waits() && file.sent() == file.size),
                UploadStep::Create => self.ask_about(&file).await,
                UploadStep::Chunk { from, len } => {
                    if bytes.is_empty() {
                        bytes = photo_bytes(seed, file.size as usize);
                    }
                    self.send_chunk(&file, from, &bytes[from as usize..(from + len) as usize]).await
                }
            };
            match answer {
                Ok(state) => {
                    asked = true;
                    if state.offset > furthest {
                        (furthest, tries) = (state.offset, 0);
                    }
                    let changes = self.engine_mut()?.uploaded(sha256, state);
                    self.write(changes);
                    if state.verified {
                        self.saw(&Event::Stored { visit: file.visit(), sha256, size: file.size });
                    }
                }
                Err(miss) => {
                    tries += 1;
                    if matches!((&miss, step), (Miss::Lost(_), UploadStep::Chunk { .. })) {
                        self.engine_mut()?.line_broke();
                    }
                    let (again, changes) = self.engine_mut()?.upload_failed(sha256, miss.outcome());
                    self.write(changes);
                    if !again {
                        return if matches!(miss, Miss::Status { status: 400..=499, .. }) {
                            Ok(false)
                        } else {
                            Err(miss)
                        };
                    }
                    asked = false;
                }
            }
        }
        Ok(false)
    }

    /// Opens the upload of `file`, or finds out how far it is.
    pub(super) async fn ask_about(&self, file: &FileNote) -> Result<UploadState, Miss> {
        let create = CreateUpload { visit: file.visit(), sha256: file.sha256, size: file.size };
        let answer = self.ask("POST", "/api/v1/evidence", &[JSON], &body("evidence", &create)?).await?;
        read("evidence", &answer)
    }

    /// Sends `chunk`, which begins at byte `from` of `file`.
    pub(super) async fn send_chunk(&self, file: &FileNote, from: u64, chunk: &[u8]) -> Result<UploadState, Miss> {
        let (visit, offset) = (file.visit().to_string(), from.to_string());
        let digest = Sha256::of(chunk).to_string();
        let headers = [
            (VISIT_HEADER, visit.as_str()),
            (OFFSET_HEADER, offset.as_str()),
            (CHUNK_HEADER, digest.as_str()),
            ("content-type", "application/octet-stream"),
        ];
        let answer = self.ask("PATCH", &format!("/api/v1/evidence/{}", file.sha256), &headers, chunk).await?;
        read("evidence", &answer)
    }
}
