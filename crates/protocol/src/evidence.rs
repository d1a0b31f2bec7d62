//! `/api/v1/evidence`: bytes, content-addressed, in resumable chunks.
//!
//! `POST /api/v1/evidence` with [`CreateUpload`] opens (or finds) the upload of
//! bytes that an op of this journal named. `HEAD /api/v1/evidence/{sha256}`
//! answers [`OFFSET_HEADER`]. `PATCH` carries one chunk with [`OFFSET_HEADER`]
//! and [`CHUNK_HEADER`]; the answer carries the new offset. When the last byte
//! is there the server hashes the whole; what has another hash is thrown away
//! and starts at 0 again.

use domain::{evidence::Sha256, ids::VisitId};
use serde::{Deserialize, Serialize};

/// Bytes in a chunk; the last may be shorter, or longer by up to a quarter.
pub const CHUNK_BYTES: u64 = 128 * 1024;
/// Bytes in the longest chunk: what is left over goes along, for a request of its own costs a way to the server and back.
pub const CHUNK_MOST: u64 = last_of(CHUNK_BYTES);

/// The most bytes of the last of chunks of `chunk` bytes.
#[must_use]
pub const fn last_of(chunk: u64) -> u64 {
    chunk + chunk / 4
}

/// How many bytes of the upload the server has.
pub const OFFSET_HEADER: &str = "upload-offset";
/// SHA-256 of the chunk, hex.
pub const CHUNK_HEADER: &str = "mingcha-chunk-sha256";
/// Names the visit whose bytes these are.
pub const VISIT_HEADER: &str = "mingcha-visit";

/// Opens an upload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateUpload {
    /// The visit that names the bytes.
    pub visit: VisitId,
    /// Their hash.
    pub sha256: Sha256,
    /// Their number.
    pub size: u64,
}

/// How far an upload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadState {
    /// Bytes that the server has.
    pub offset: u64,
    /// All bytes are there and their hash is right: 服务器已收.
    pub verified: bool,
}
