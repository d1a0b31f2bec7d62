//! Long JSON in few bytes: documents and payloads, deflated against the words that they are made of.
//!
//! A document spells the id of every question twice and is written once, read seldom, and never searched by the
//! database. What both sides know already, the ids of its checklist's questions, need not lie beside each of them:
//! see `docs/adr/0023-documents-are-packed.md`.

use std::{collections::HashMap, fmt::Write as _};

use domain::{
    checklist::{AnswerKind, ChecklistVersion},
    ids::ChecklistVersionId,
};
use flate2::{Compress, Compression, Crc, Decompress, FlushCompress, FlushDecompress, Status};

use crate::error::{Error, Result};

/// The most that one value can be unpacked to, bytes: what an op may have, and what its spelling may add.
const UNPACKED_MAX: usize = 4 * 1024 * 1024;

/// The first byte of a value: it is the text itself. Migrations write it.
const PLAIN: u8 = 0;
/// The first byte of a value: deflated against [`SAID`], a check sum at its end. A value is read by what it was written
/// with, for good: other words, or the same in another order, get another byte.
const COMMON: u8 = 1;
/// The first byte of a value: the same against the words of its checklist.
const LIST: u8 = 2;
/// Past it the bytes hardly shrink and the time grows.
const LEVEL: u32 = 6;
/// CRC-32 of the words and of everything before it. Not every bit of a deflated text means something, and each that changes is noticed.
const CHECK_BYTES: usize = 4;

/// What every op and document may say, the most frequent last.
const SAID: &str = concat!(
    r#""address":"","agent":false,"code":"","county":"","crs":"gcj02","hours":"","lat":,"lon":,"name":{"en":"","zh":""},"#,
    r#""original":null,"rural":false,"unit":"","venue_kinds":["hall"],"tasks":[{"assignment":"","checklist":"","#,
    r#""commitments":[{"en":"","zh":""}],"scenario":{"questions":[],"role":""},"topic":"","mode":"open"}],"role":"","#,
    r#""evidence":[{"bytes":{"mime":"image/jpeg","sha256":"","size":},"caption":"","captured_at":176,"#,
    r#""captured_known":"shutter","fix":{"accuracy_m":,"age_ms":,"lat":,"lon":},"id":"","item":"","kind":"photo","#,
    r#""source":"in_page_camera","text":""}],"impressions":{"good":"","overall":"","suggestion":""},"#,
    r#""no_microphone":false,"reason":"","salted":"","sha256":[""],"window":{"from":176,"until":176},"#,
    r#"{"calls":[{"ms":,"ok":true}]},{"cases":[{"billed":,"expected":,"what":""}]},{"count":},{"faults":[""]},"#,
    r#""na":"","ticked":true,{"number":},{"series":{"values":[,],"variant":""}},{"text":""},"#,
    r#"{"answered_at":{"arrived":{"at":176,"whereabouts":{"no_fix":"timeout"}},"#,
    r#"{"assignment":"0","presence":{"at":176,"whereabouts":{"fix":{"accuracy_m":1,"age_ms":1,"lat":30,"lon":120}}}}"#,
);

/// The words that the documents of one checklist version are packed with.
#[derive(Clone, Debug)]
pub(crate) struct Words(Vec<u8>);

impl Words {
    /// Those of the documents that answer `list`: its questions in the order of their ids, as a document spells them.
    pub(crate) fn of(list: &ChecklistVersion) -> Self {
        let mut items: Vec<_> = list.items().collect();
        items.sort_by_key(|item| item.id);
        let mut text = String::from(SAID);
        for item in &items {
            put(&mut text, format_args!("\"{}\":{{\"note\":\"\",\"value\":", item.id));
            match &item.answer {
                AnswerKind::Choice { options } => {
                    let codes = options.iter().map(|option| option.code.as_str());
                    codes.for_each(|code| put(&mut text, format_args!("{{\"choice\":\"{code}\"}}")));
                }
                AnswerKind::Faults { options, .. } => {
                    let codes = options.iter().map(|fault| fault.code.as_str());
                    codes.for_each(|code| put(&mut text, format_args!("\"{code}\",")));
                }
                _ => {}
            }
            text.push_str("},");
        }
        put(&mut text, format_args!("\"checklist\":\"{}\",\"answered_at\":{{", list.id));
        // What is spelt right after its like is cheapest to point at.
        items.iter().for_each(|item| put(&mut text, format_args!("\"{}\":176", item.id)));
        Self(text.into_bytes())
    }
}

fn put(text: &mut String, what: std::fmt::Arguments<'_>) {
    text.write_fmt(what).unwrap_or_default();
}

/// The words of checklists, each worked out once.
#[derive(Debug, Default)]
pub(crate) struct ListWords(HashMap<ChecklistVersionId, Words>);

impl ListWords {
    /// Those of a list.
    pub(crate) fn of(&mut self, list: &ChecklistVersion) -> &Words {
        self.0.entry(list.id).or_insert_with(|| Words::of(list))
    }
}

/// Packs, and keeps its workspace and the words of each checklist from one value to the next.
pub(crate) struct Packer {
    deflate: Compress,
    lists: ListWords,
}

impl Default for Packer {
    fn default() -> Self {
        Self { deflate: Compress::new(Compression::new(LEVEL), false), lists: ListWords::default() }
    }
}

impl Packer {
    /// The payload of an op.
    pub(crate) fn payload(&mut self, text: &str) -> Vec<u8> {
        deflate(&mut self.deflate, text, COMMON, SAID.as_bytes())
    }

    /// A document that answers `list`.
    pub(crate) fn document(&mut self, text: &str, list: &ChecklistVersion) -> Vec<u8> {
        deflate(&mut self.deflate, text, LIST, &self.lists.of(list).0)
    }
}

fn deflate(deflate: &mut Compress, text: &str, kind: u8, words: &[u8]) -> Vec<u8> {
    deflate.reset();
    // What does not shrink is kept as it is.
    let mut packed = Vec::with_capacity(text.len() + 1);
    packed.push(kind);
    let done = deflate.set_dictionary(words).is_ok()
        && deflate.compress_vec(text.as_bytes(), &mut packed, FlushCompress::Finish).ok() == Some(Status::StreamEnd);
    if !done {
        packed.clear();
        packed.push(PLAIN);
        packed.extend_from_slice(text.as_bytes());
        return packed;
    }
    let check = check(&packed, words);
    packed.extend_from_slice(&check);
    packed
}

fn check(bytes: &[u8], words: &[u8]) -> [u8; CHECK_BYTES] {
    let mut crc = Crc::new();
    crc.update(words);
    crc.update(bytes);
    crc.sum().to_le_bytes()
}

/// A value as it was; `list` are the words of its checklist, where it may be packed with them.
///
/// # Errors
/// [`Error::Inconsistent`]: it was not written here, or has been changed.
pub(crate) fn unpack(table: &'static str, packed: &[u8], list: Option<&Words>) -> Result<String> {
    let wrong = |what: &str| Error::Inconsistent { table, what: what.to_owned() };
    let (kind, rest) = packed.split_first().ok_or_else(|| wrong("an empty value"))?;
    let words = match (*kind, list) {
        (PLAIN, _) => None,
        (COMMON, _) => Some(SAID.as_bytes()),
        (LIST, Some(words)) => Some(&*words.0),
        (LIST, None) => return Err(wrong("a value whose checklist is not there")),
        _ => return Err(wrong("a value of a later version")),
    };
    let text = if let Some(words) = words {
        let at = packed.len().saturating_sub(CHECK_BYTES).max(1);
        if packed[at..] != check(&packed[..at], words) {
            return Err(wrong("a value that has been changed"));
        }
        inflate(&packed[1..at], words).ok_or_else(|| wrong("a value that cannot be unpacked"))?
    } else {
        rest.to_vec()
    };
    String::from_utf8(text).map_err(|_| wrong("a value that is no text"))
}

fn inflate(bytes: &[u8], words: &[u8]) -> Option<Vec<u8>> {
    let mut inflate = Decompress::new(false);
    inflate.set_dictionary(words).ok()?;
    let mut text = Vec::with_capacity(bytes.len() * 6 + 256);
    loop {
        let at = usize::try_from(inflate.total_in()).ok()?;
        let status = inflate.decompress_vec(bytes.get(at..)?, &mut text, FlushDecompress::Finish).ok()?;
        match status {
            Status::StreamEnd => return (inflate.total_in() == bytes.len() as u64).then_some(text),
            _ if text.len() == text.capacity() && text.len() < UNPACKED_MAX => text.reserve(text.len().max(1_024)),
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::checklist::builtin;

    use super::*;

    fn comes_back(text: &str, list: &ChecklistVersion) -> (usize, usize) {
        let mut packer = Packer::default();
        packer.payload("something else before");
        let (payload, document) = (packer.payload(text), packer.document(text, list));
        let words = Words::of(list);
        assert_eq!(unpack("t", &payload, None).expect("unpacked"), text);
        assert_eq!(unpack("t", &document, Some(&words)).expect("unpacked"), text);
        (payload.len(), document.len())
    }

    #[test]
    fn whatever_is_packed_comes_back() {
        let lists = builtin().expect("lists");
        let noise: String =
            (0..3_000_u32).filter_map(|n| char::from_u32(n.wrapping_mul(2_654_435_761) % 0xd7ff)).collect();
        for list in &lists {
            for text in ["", "{}", "明察 \u{0} \u{10ffff}", SAID, &"x".repeat(1 << 20), &"{\"note\":\"好\"}".repeat(9)]
            {
                comes_back(text, list);
            }
            // What does not shrink is hardly larger than itself.
            let (payload, document) = comes_back(&noise, list);
            assert!(payload.max(document) <= noise.len() + 1 + CHECK_BYTES);
        }
    }

    #[test]
    fn the_ids_of_a_list_are_not_stored_again() {
        let lists = builtin().expect("lists");
        for list in &lists {
            let ids: Vec<String> = list.items().map(|item| format!("\"{}\":1764000000000", item.id)).collect();
            let (payload, document) = comes_back(&format!("{{{}}}", ids.join(",")), list);
            assert!(document * 3 < payload, "{}: {document} against {payload} bytes", list.topic);
        }
    }

    #[test]
    fn a_value_that_was_changed_or_lost_its_list_is_an_error() {
        let lists = builtin().expect("lists");
        let words = Words::of(&lists[0]);
        let text = format!("{{\"answers\":{{\"{}\":{{}}}}}}", lists[0].items().next().expect("an item").id);
        let packed = Packer::default().document(&text, &lists[0]);
        assert!(unpack("t", &packed, None).is_err());
        assert!(unpack("t", &packed, Some(&Words::of(&lists[1]))).is_err());
        for cut in 0..packed.len() {
            assert!(unpack("t", &packed[..cut], Some(&words)).is_err(), "{cut}");
        }
        for at in 0..packed.len() {
            for bit in 0..8 {
                let mut changed = packed.clone();
                changed[at] ^= 1 << bit;
                let text = unpack("t", &changed, Some(&words)).ok();
                // Whoever makes plain text of it gets no JSON.
                assert!(
                    text.is_none_or(|text| serde_json::from_str::<serde_json::Value>(&text).is_err()),
                    "{at} {bit}"
                );
            }
        }
    }

    #[test]
    fn a_small_value_that_says_it_is_endless_is_not_believed() {
        let endless = Packer::default().payload(&"0".repeat(UNPACKED_MAX * 3));
        assert!(endless.len() < 100_000);
        assert!(unpack("t", &endless, None).is_err());
    }

    /// What is stored stays readable: a value of the first version of each kind.
    #[test]
    fn values_of_the_first_version_are_read() {
        let list: ChecklistVersion = serde_json::from_str(LIST_OF_ONE).expect("a list");
        let text = format!(r#"{{"checklist":"{}","no_microphone":false}}"#, list.id);
        assert_eq!(unpack("t", &[&[PLAIN][..], text.as_bytes()].concat(), None).expect("plain"), text);
        let mut packer = Packer::default();
        for (now, stored) in [(packer.payload(&text), FIRST_PAYLOAD), (packer.document(&text, &list), FIRST_DOCUMENT)] {
            let two = |n| stored.get(2 * n..2 * n + 2).and_then(|two| u8::from_str_radix(two, 16).ok());
            let bytes: Vec<u8> = (0..stored.len() / 2).filter_map(two).collect();
            let now: String = now.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(unpack("t", &bytes, Some(&Words::of(&list))).ok(), Some(text.clone()), "today it is {now}");
        }
    }

    const LIST_OF_ONE: &str = r#"{
        "id": "5b995830-e62d-5ae5-be45-73ae88ae7c16", "checklist": "3892e2b9-9cbe-5ee9-b906-e4af08e07f21", "number": 1,
        "topic": "hall", "title": {"zh": "题"}, "how": {"zh": "看"}, "venue_kinds": ["hall"], "sections": [],
        "red_line_cap": 0, "applicable_min": 0
    }"#;
    const FIRST_PAYLOAD: &str =
        "01ab46c970a6499696a616c606baa9664629baa689a9a6ba49a926a6bae6c689a9161689a9e6c986664ad893402d00d0462042";
    const FIRST_DOCUMENT: &str = "02ab26c7086c89a8160092e599e9";
}
