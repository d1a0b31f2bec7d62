//! Photos, screenshots, memos and tickets: the records. Their bytes travel apart.

use core::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{
    ids::{EvidenceId, ItemId},
    place::Fix,
    time::Moment,
};

/// A SHA-256 digest; 64 lower-case hex digits on the wire.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sha256(pub [u8; 32]);

/// The text is no digest: not 64 hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a SHA-256 digest in hex")]
pub struct NotADigest;

impl Sha256 {
    /// The digest of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        use sha2::Digest as _;
        Self(sha2::Sha256::digest(bytes).into())
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        let mut text = [0_u8; 64];
        for (pair, byte) in text.chunks_exact_mut(2).zip(self.0) {
            pair[0] = HEX[usize::from(byte >> 4)];
            pair[1] = HEX[usize::from(byte & 15)];
        }
        f.write_str(core::str::from_utf8(&text).unwrap_or_default())
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Sha256 {
    type Err = NotADigest;
    fn from_str(text: &str) -> Result<Self, NotADigest> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Ok(byte - b'0'),
            b'a'..=b'f' => Ok(byte - b'a' + 10),
            _ => Err(NotADigest),
        };
        let text = text.as_bytes();
        if text.len() != 64 {
            return Err(NotADigest);
        }
        let mut digest = [0_u8; 32];
        for (byte, pair) in digest.iter_mut().zip(text.chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Ok(Self(digest))
    }
}

impl Serialize for Sha256 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sha256 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// What a piece of evidence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceKind {
    /// A photo taken during the visit.
    Photo,
    /// A picture of the phone's own screen; kept lossless, its text is the proof.
    Screenshot,
    /// A spoken note.
    Memo,
    /// A ticket or work-order number; has no bytes.
    Ticket,
}

impl EvidenceKind {
    /// Whether it consists of bytes that must arrive.
    #[must_use]
    pub const fn has_bytes(self) -> bool {
        !matches!(self, Self::Ticket)
    }
}

/// Where the bytes came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceSource {
    /// The camera within the page.
    InPageCamera,
    /// The phone's camera app.
    SystemCamera,
    /// The gallery.
    Gallery,
    /// The recorder within the page.
    Recorder,
    /// Typed.
    Keyboard,
}

/// How it is known when a piece of evidence was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CapturedKnown {
    /// The page's clock at the shutter.
    Shutter,
    /// The file's own date.
    FileDate,
    /// Only when it was added.
    Added,
}

/// The bytes of a piece of evidence, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredBytes {
    /// Of the bytes as stored on the phone.
    pub sha256: Sha256,
    /// Their number, bytes.
    pub size: u64,
    /// Their type: `image/jpeg`, `image/png`, `image/webp`, `audio/webm`, `audio/mp4`.
    pub mime: String,
}

/// A piece of evidence as the phone recorded it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceRecord {
    /// Its id.
    pub id: EvidenceId,
    /// The item that it proves; `None` for the visit as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<ItemId>,
    /// What it is.
    pub kind: EvidenceKind,
    /// Where it came from.
    pub source: EvidenceSource,
    /// Its bytes; `None` for a ticket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<StoredBytes>,
    /// The number on the ticket; empty for all else.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// When it was made, by the phone's clock.
    pub captured_at: Moment,
    /// How that is known.
    pub captured_known: CapturedKnown,
    /// Where the phone was, if it knew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
    /// What one sees, in the visitor's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub caption: String,
}

/// The largest piece of evidence that the server takes, bytes.
pub const EVIDENCE_MAX_BYTES: u64 = 20 * 1024 * 1024;

/// The types of bytes that the server takes.
pub const EVIDENCE_MIMES: [&str; 6] = ["image/jpeg", "image/png", "image/webp", "audio/webm", "audio/mp4", "audio/ogg"];
