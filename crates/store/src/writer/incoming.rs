//! Ops as they come in: read, hashed and taken apart before a lane sees them.

use std::collections::BTreeMap;

use domain::{
    evidence::Sha256,
    op::{DecodeError, Envelope, Op, RefusedCode, Salt, canonical},
};
use protocol::push::PushedOp;
use serde_json::value::RawValue;
use uuid::Uuid;

/// The largest body of one op that a phone may send, bytes.
pub(crate) const OP_MAX_BYTES: usize = 1024 * 1024;

/// An op on its way to a verdict.
#[derive(Debug)]
pub(crate) struct Incoming {
    /// Under which id it is known.
    pub(crate) id: Uuid,
    /// Where it stands in its journal, and when it was cut there.
    pub(crate) envelope: Option<Envelope>,
    /// SHA-256 of the canonical form, or of the bytes where there is none.
    pub(crate) digest: Sha256,
    /// The body in the columns of the log; `None` where there is no canonical form.
    pub(crate) parts: Option<Parts>,
    /// What it says.
    pub(crate) read: Read,
}

/// What a body says.
#[derive(Debug)]
pub(crate) enum Read {
    /// An op.
    Op(Box<Op>),
    /// A kind that this build does not know: held.
    UnknownKind,
    /// Nothing that can be meant.
    Refused(RefusedCode, &'static str),
}

impl Incoming {
    /// Reads an op as a phone sent it.
    pub(crate) fn pushed(pushed: &PushedOp) -> Self {
        let body = pushed.body.get();
        let id = pushed.envelope.op_id.0;
        let refused = |digest, parts, code, detail| Self {
            id,
            envelope: Some(pushed.envelope),
            digest,
            parts,
            read: Read::Refused(code, detail),
        };
        if body.len() > OP_MAX_BYTES {
            return refused(Sha256::of(body.as_bytes()), None, RefusedCode::TooLarge, "body");
        }
        let Ok(canonical) = canonical::canonicalise(body) else {
            return refused(Sha256::of(body.as_bytes()), None, RefusedCode::Undecodable, "form");
        };
        let parts = Parts::of(&canonical, id);
        let (digest, body) = (|| Sha256::of(canonical.as_bytes()), canonical.clone());
        // A body without an op_id of its own would come back with one.
        let whole =
            |parts: Option<Parts>| parts.filter(|parts| parts.canonical(id).as_deref() == Some(canonical.as_str()));
        match Op::decode_canonical(body) {
            Ok(op) if op.id.0 != id => refused(op.digest, whole(parts), RefusedCode::Undecodable, "op_id"),
            Ok(op) => {
                Self { id, envelope: Some(pushed.envelope), digest: op.digest, parts, read: Read::Op(Box::new(op)) }
            }
            Err(DecodeError::UnknownKind(_)) if mutants::planted(mutants::Mutant::RefusesUnknownKinds) => {
                refused(digest(), whole(parts), RefusedCode::Undecodable, "kind")
            }
            Err(DecodeError::UnknownKind(_)) => {
                Self { id, envelope: Some(pushed.envelope), digest: digest(), parts, read: Read::UnknownKind }
            }
            Err(DecodeError::Canonical(_) | DecodeError::Shape(_)) => {
                refused(digest(), whole(parts), RefusedCode::Undecodable, "shape")
            }
        }
    }

    /// An op that HQ or the server made.
    pub(crate) fn made(op: Op) -> Self {
        Self {
            id: op.id.0,
            envelope: None,
            digest: op.digest,
            parts: Parts::of(&op.canonical, op.id.0),
            read: Read::Op(Box::new(op)),
        }
    }

    /// The op, if it is one.
    pub(crate) const fn op(&self) -> Option<&Op> {
        match &self.read {
            Read::Op(op) => Some(op),
            Read::UnknownKind | Read::Refused(..) => None,
        }
    }
}

/// A body in the columns of the log. Together they give back the canonical form, byte by byte.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Parts {
    pub(crate) kind: Option<String>,
    pub(crate) subject: Option<Uuid>,
    pub(crate) actor: Option<Uuid>,
    pub(crate) base: Option<i64>,
    pub(crate) salt: Option<Vec<u8>>,
    /// JSON.
    pub(crate) payload: Option<String>,
    /// JSON object: whatever the columns cannot say. Goes over them.
    pub(crate) extra: Option<String>,
}

impl Parts {
    /// Takes a canonical body apart, for a row that is known as `op_id`; `None` if it is no object.
    pub(crate) fn of(canonical: &str, op_id: Uuid) -> Option<Self> {
        let fields: BTreeMap<String, &RawValue> = serde_json::from_str(canonical).ok()?;
        let mut parts = Self::default();
        for (name, raw) in &fields {
            let text = || serde_json::from_str::<String>(raw.get()).ok();
            let id = || text().and_then(|text| Uuid::parse_str(&text).ok());
            match name.as_str() {
                "kind" => parts.kind = text(),
                "subject" => parts.subject = id(),
                "actor" => parts.actor = id(),
                "base" => parts.base = serde_json::from_str(raw.get()).ok(),
                "salt" => parts.salt = text().and_then(|text| unhex(&text)),
                "payload" => parts.payload = Some(raw.get().to_owned()),
                _ => {}
            }
        }
        // Whatever does not come back as it was goes beside the columns as it was.
        let known = parts.fields(op_id);
        let extra: BTreeMap<&str, &RawValue> = fields
            .iter()
            .filter(|(name, raw)| known.get(name.as_str()).is_none_or(|known| known != raw.get()))
            .map(|(name, raw)| (name.as_str(), *raw))
            .collect();
        if !extra.is_empty() {
            parts.extra = serde_json::to_string(&extra).ok();
        }
        Some(parts)
    }

    /// The canonical body again. `None` if the columns do not hold one.
    pub(crate) fn canonical(&self, op_id: Uuid) -> Option<String> {
        let mut fields = self.fields(op_id);
        let extra: BTreeMap<String, &RawValue> = match &self.extra {
            Some(extra) => serde_json::from_str(extra).ok()?,
            None => BTreeMap::new(),
        };
        for (name, raw) in &extra {
            fields.insert(name, raw.get().to_owned());
        }
        let mut json = String::from("{");
        for (name, value) in &fields {
            if json.len() > 1 {
                json.push(',');
            }
            json.push_str(&serde_json::to_string(name).ok()?);
            json.push(':');
            json.push_str(value);
        }
        json.push('}');
        canonical::canonicalise(&json).ok()
    }

    fn fields(&self, op_id: Uuid) -> BTreeMap<&str, String> {
        let id = |id: Uuid| format!("\"{}\"", id.hyphenated());
        let mut fields = BTreeMap::from([("op_id", id(op_id))]);
        let known = [
            (
                "kind",
                self.kind.as_ref().and_then(|kind| canonical::canonicalise(&serde_json::to_string(kind).ok()?).ok()),
            ),
            ("subject", self.subject.map(id)),
            ("actor", self.actor.map(id)),
            ("base", self.base.map(|base| base.to_string())),
            (
                "salt",
                self.salt.as_ref().and_then(|salt| Some(format!("\"{}\"", hex(salt.as_slice().try_into().ok()?).0))),
            ),
            ("payload", self.payload.clone()),
        ];
        fields.extend(known.into_iter().filter_map(|(name, value)| Some((name, value?))));
        fields
    }
}

fn hex(bytes: [u8; 16]) -> Salt {
    Salt::new(bytes)
}

/// The sixteen bytes of a salt.
fn unhex(text: &str) -> Option<Vec<u8>> {
    // A digest's parser reads 64 digits: the salt's 32 twice are 64, and the first half is it.
    let doubled: Sha256 = format!("{text}{text}").parse().ok()?;
    Some(doubled.0[..16].to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn back(body: &str) -> Option<bool> {
        let canonical = canonical::canonicalise(body).ok()?;
        let id = Uuid::from_u128(5);
        Some(Parts::of(&canonical, id)?.canonical(id)? == canonical)
    }

    #[test]
    fn a_body_comes_back_byte_by_byte_whatever_is_in_it() {
        let id = Uuid::from_u128(5);
        let plain = format!(
            r#"{{"op_id":"{id}","kind":"visit.accept@1","subject":"{id}","actor":"{id}","base":3,"salt":"{}","payload":{{}}}}"#,
            "0a".repeat(16)
        );
        assert_eq!(back(&plain), Some(true));
        assert_eq!(
            Parts::of(&canonical::canonicalise(&plain).unwrap_or_default(), id).and_then(|parts| parts.extra),
            None
        );
        for odd in [
            plain.replace("\"base\":3", "\"base\":null"),
            plain.replace("\"base\":3", "\"base\":-1"),
            plain.replace("\"base\":3,", ""),
            plain.replace("\"base\":3", "\"base\":3,\"new\":[1,{\"a\":\"\\u0001\"}]"),
            plain.replace("\"base\":3", "\"base\":\"x\""),
            plain.replace("0a0a", "0A0A"),
            plain.replace("0a0a0a", "xx"),
            plain.replace("\"payload\":{}", "\"payload\":[\"\\\"明察\"]"),
            plain.replace(&format!("\"subject\":\"{id}\""), "\"subject\":\"00000000000000000000000000000005\""),
            plain
                .replace(&format!("\"op_id\":\"{id}\""), "\"op_id\":\"URN:UUID:00000000-0000-0000-0000-000000000005\""),
        ] {
            assert_eq!(back(&odd), Some(true), "{odd}");
        }
    }
}
