//! Envelope and body.

use json::RawValue;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{canonical, decode_error::DecodeError, payload::Payload};
use crate::{
    evidence::Sha256,
    ids::{JournalId, OpId},
    time::Moment,
};

/// Who sent an op, in which order. Kept in `identity`, never in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// The op.
    pub op_id: OpId,
    /// The journal that it was cut in.
    pub journal: JournalId,
    /// Its place in that journal, from 1, without gaps.
    pub seq: i64,
    /// When it was cut, by the device's clock: evidence only, orders nothing.
    pub device_time: Moment,
}

/// Sixteen random bytes as 32 hex digits: without them nobody can guess an erased payload from its digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Salt(pub String);

impl Salt {
    /// The salt made of these random bytes.
    #[must_use]
    pub fn new(bytes: [u8; 16]) -> Self {
        let mut text = Sha256({
            let mut wide = [0; 32];
            wide[..16].copy_from_slice(&bytes);
            wide
        })
        .to_string();
        text.truncate(32);
        Self(text)
    }

    /// Whether it has the right form.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.0.len() == 32 && self.0.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    }
}

/// What is to happen, as it travels. Fields in byte order: serialised it is nearly canonical.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OpBody {
    /// Who acts: in visits the alias granted with the task, at HQ the account.
    pub actor: Uuid,
    /// The revision of the subject that the actor saw; `None` where there was none to see.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<u32>,
    /// What, as `noun.verb@version`.
    pub kind: String,
    /// Which op.
    pub op_id: OpId,
    /// How, by kind.
    pub payload: Box<RawValue>,
    /// See [`Salt`].
    pub salt: Salt,
    /// What it is about.
    pub subject: Uuid,
}

/// A body that was read and understood.
#[derive(Clone, Debug)]
pub struct Op {
    /// Which op.
    pub id: OpId,
    /// Who acts.
    pub actor: Uuid,
    /// What it is about.
    pub subject: Uuid,
    /// The revision of the subject that the actor saw.
    pub base: Option<u32>,
    /// What is to happen.
    pub payload: Payload,
    /// SHA-256 of the canonical form of the whole body.
    pub digest: Sha256,
    /// The canonical form of the body: what is stored and hashed.
    pub canonical: String,
}

impl Op {
    /// Makes an op of a payload. The phone, HQ's forms and the jobs make theirs here.
    ///
    /// # Errors
    /// [`DecodeError::Canonical`] if a text of the payload holds what JSONB cannot keep (NUL).
    pub fn new(
        id: OpId,
        actor: Uuid,
        subject: Uuid,
        base: Option<u32>,
        salt: Salt,
        payload: Payload,
    ) -> Result<Self, DecodeError> {
        let raw = RawValue::from_string(payload.to_json()).map_err(|e| DecodeError::Shape(e.to_string()))?;
        let body = OpBody { actor, base, kind: payload.kind().to_owned(), op_id: id, payload: raw, salt, subject };
        let canonical = canonical::canonicalise(&json::to_string(&body))?;
        let digest = Sha256::of(canonical.as_bytes());
        Ok(Self { id, actor, subject, base, payload, digest, canonical })
    }

    /// Reads a body as it came over the wire.
    ///
    /// # Errors
    /// See [`DecodeError`].
    pub fn decode(body: &str) -> Result<Self, DecodeError> {
        Self::decode_canonical(canonical::canonicalise(body)?)
    }

    /// Reads a body that is in its canonical form already: whoever has it need not spell it out and hash it twice.
    ///
    /// # Errors
    /// [`DecodeError::Shape`] or [`DecodeError::UnknownKind`].
    pub fn decode_canonical(canonical: String) -> Result<Self, DecodeError> {
        let digest = Sha256::of(canonical.as_bytes());
        let parsed: OpBody = json::from_str(&canonical).map_err(|e| DecodeError::Shape(e.to_string()))?;
        if !parsed.salt.is_valid() {
            return Err(DecodeError::Shape("salt".to_owned()));
        }
        let payload = Payload::from_json(&parsed.kind, parsed.payload.get())?;
        Ok(Self {
            id: parsed.op_id,
            actor: parsed.actor,
            subject: parsed.subject,
            base: parsed.base,
            payload,
            digest,
            canonical,
        })
    }
}
