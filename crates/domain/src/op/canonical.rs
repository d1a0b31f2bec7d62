//! The canonical form of JSON: what is hashed, whoever wrote it down.
//!
//! Keys in byte order and none twice, no white space, integers only, strings
//! with the shortest escapes, no NUL and no lone surrogate. Unknown fields are
//! kept. PostgreSQL's JSONB keeps values, not bytes; the form is chosen so that
//! `canonical(jsonb(x)) == canonical(x)`.

use crate::sorted::Map;

/// Nesting beyond this is refused: nobody writes such a thing, and the stack is finite.
const MAX_DEPTH: u32 = 64;

/// Why a text has no canonical form. `at` is a byte offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CanonicalError {
    /// It is not JSON.
    #[error("not JSON at byte {at}")]
    Syntax {
        /// Where.
        at: usize,
    },
    /// A number is not an integer of 64 bits, or is written in another way.
    #[error("not an integer at byte {at}")]
    Number {
        /// Where.
        at: usize,
    },
    /// A key stands twice in one object.
    #[error("a key stands twice, before byte {at}")]
    DuplicateKey {
        /// Where the object ends.
        at: usize,
    },
    /// A string holds NUL or half a surrogate pair.
    #[error("a character that cannot be kept at byte {at}")]
    Character {
        /// Where.
        at: usize,
    },
    /// It is nested too deeply.
    #[error("nested too deeply at byte {at}")]
    TooDeep {
        /// Where.
        at: usize,
    },
}

/// The canonical form of the JSON text `json`.
///
/// # Errors
/// See [`CanonicalError`].
pub fn canonicalise(json: &str) -> Result<String, CanonicalError> {
    if is_canonical(json) {
        return Ok(json.to_owned());
    }
    spell(json)
}

/// Whether `json` is its own canonical form. Allocates nothing: nearly all that comes in was written canonically,
/// and needs no second writing. Where it is not sure it says no, and [`canonicalise`] spells the value out.
#[must_use]
pub fn is_canonical(json: &str) -> bool {
    let mut look = Look { text: json.as_bytes(), at: 0 };
    look.value(0).is_some() && look.at == json.len()
}

/// Walks over a text that may be canonical already; `None` as soon as it is not for sure.
struct Look<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Look<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    fn value(&mut self, depth: u32) -> Option<()> {
        if depth > MAX_DEPTH {
            return None;
        }
        match self.peek()? {
            b'{' => self.object(depth),
            b'[' => self.array(depth),
            b'"' => self.string().map(drop),
            b'-' | b'0'..=b'9' => self.number(),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            _ => None,
        }
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.text[self.at..].starts_with(word).then(|| self.at += word.len())
    }

    fn object(&mut self, depth: u32) -> Option<()> {
        self.eat(b'{')?;
        if self.eat(b'}').is_some() {
            return Some(());
        }
        let mut last: Option<&[u8]> = None;
        loop {
            let key = self.string()?;
            // The order is that of the characters meant: a key with an escape is left to the slow way.
            if key.contains(&b'\\') || last.is_some_and(|last| last >= key) {
                return None;
            }
            last = Some(key);
            self.eat(b':')?;
            self.value(depth + 1)?;
            if self.eat(b',').is_none() {
                return self.eat(b'}');
            }
        }
    }

    fn array(&mut self, depth: u32) -> Option<()> {
        self.eat(b'[')?;
        if self.eat(b']').is_some() {
            return Some(());
        }
        loop {
            self.value(depth + 1)?;
            if self.eat(b',').is_none() {
                return self.eat(b']');
            }
        }
    }

    fn number(&mut self) -> Option<()> {
        let start = self.at;
        self.at += usize::from(self.peek()? == b'-');
        let first = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        let digits = self.at - first;
        // Eighteen digits always fit; what is longer is looked at the slow way.
        let plain = (1..=18).contains(&digits)
            && (self.text[first] != b'0' || (digits == 1 && first == start))
            && !matches!(self.peek(), Some(b'.' | b'e' | b'E'));
        plain.then_some(())
    }

    /// A string with the shortest escapes; what stands between its quotes.
    fn string(&mut self) -> Option<&'a [u8]> {
        self.eat(b'"')?;
        let start = self.at;
        loop {
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return Some(&self.text[start..self.at - 1]);
                }
                b'\\' => {
                    if !matches!(self.text.get(self.at + 1)?, b'"' | b'\\' | b'n' | b'r' | b't' | b'b' | b'f') {
                        return None;
                    }
                    self.at += 2;
                }
                0..=0x1f => return None,
                _ => self.at += 1,
            }
        }
    }
}

/// Writes the canonical form of the JSON text `json`.
fn spell(json: &str) -> Result<String, CanonicalError> {
    let mut reader = Reader { text: json, at: 0 };
    let mut out = String::with_capacity(json.len());
    reader.value(&mut out, 0)?;
    reader.space();
    if reader.at != json.len() {
        return Err(CanonicalError::Syntax { at: reader.at });
    }
    Ok(out)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn syntax<T>(&self) -> Result<T, CanonicalError> {
        Err(CanonicalError::Syntax { at: self.at })
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8) -> Result<(), CanonicalError> {
        if self.peek() != Some(byte) {
            return self.syntax();
        }
        self.at += 1;
        Ok(())
    }

    fn value(&mut self, out: &mut String, depth: u32) -> Result<(), CanonicalError> {
        if depth > MAX_DEPTH {
            return Err(CanonicalError::TooDeep { at: self.at });
        }
        self.space();
        match self.peek() {
            Some(b'{') => self.object(out, depth),
            Some(b'[') => self.array(out, depth),
            Some(b'"') => {
                let string = self.string()?;
                write_string(out, &string);
                Ok(())
            }
            Some(b'-' | b'0'..=b'9') => self.number(out),
            Some(b't') => self.word("true", out),
            Some(b'f') => self.word("false", out),
            Some(b'n') => self.word("null", out),
            _ => self.syntax(),
        }
    }

    fn word(&mut self, word: &str, out: &mut String) -> Result<(), CanonicalError> {
        if !self.text[self.at..].starts_with(word) {
            return self.syntax();
        }
        self.at += word.len();
        out.push_str(word);
        Ok(())
    }

    fn object(&mut self, out: &mut String, depth: u32) -> Result<(), CanonicalError> {
        self.expect(b'{')?;
        let mut members: Map<String, String> = Map::new();
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
        } else {
            loop {
                self.space();
                let key = self.string()?;
                self.space();
                self.expect(b':')?;
                let mut value = String::new();
                self.value(&mut value, depth + 1)?;
                if members.insert(key, value).is_some() {
                    return Err(CanonicalError::DuplicateKey { at: self.at });
                }
                self.space();
                if self.peek() == Some(b',') {
                    self.at += 1;
                    continue;
                }
                self.expect(b'}')?;
                break;
            }
        }
        out.push('{');
        for (index, (key, value)) in members.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            write_string(out, key);
            out.push(':');
            out.push_str(value);
        }
        out.push('}');
        Ok(())
    }

    fn array(&mut self, out: &mut String, depth: u32) -> Result<(), CanonicalError> {
        self.expect(b'[')?;
        out.push('[');
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
        } else {
            loop {
                self.value(out, depth + 1)?;
                self.space();
                if self.peek() == Some(b',') {
                    self.at += 1;
                    out.push(',');
                    continue;
                }
                self.expect(b']')?;
                break;
            }
        }
        out.push(']');
        Ok(())
    }

    fn number(&mut self, out: &mut String) -> Result<(), CanonicalError> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        let digits = &self.text[start..self.at];
        let exact = digits.parse::<i64>().is_ok_and(|value| {
            // "-0" and "007" are other spellings of a number that has one already.
            let unsigned = digits.strip_prefix('-').unwrap_or(digits);
            (value != 0 || digits == "0") && (unsigned.len() == 1 || !unsigned.starts_with('0'))
        });
        if !exact || matches!(self.peek(), Some(b'.' | b'e' | b'E')) {
            return Err(CanonicalError::Number { at: start });
        }
        out.push_str(digits);
        Ok(())
    }

    fn string(&mut self) -> Result<String, CanonicalError> {
        self.expect(b'"')?;
        let mut out = String::new();
        loop {
            let start = self.at;
            while !matches!(self.peek(), None | Some(b'"' | b'\\' | 0..=0x1f)) {
                self.at += 1;
            }
            out.push_str(&self.text[start..self.at]);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => out.push(self.escape()?),
                _ => return self.syntax(),
            }
        }
    }

    fn escape(&mut self) -> Result<char, CanonicalError> {
        let start = self.at;
        self.at += 1;
        let Some(letter) = self.peek() else { return self.syntax() };
        self.at += 1;
        Ok(match letter {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = self.hex4()?;
                let code = if (0xd800..0xdc00).contains(&first) {
                    if self.peek() != Some(b'\\') {
                        return Err(CanonicalError::Character { at: start });
                    }
                    self.at += 1;
                    self.expect(b'u')?;
                    let second = self.hex4()?;
                    if !(0xdc00..0xe000).contains(&second) {
                        return Err(CanonicalError::Character { at: start });
                    }
                    0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00)
                } else {
                    first
                };
                match char::from_u32(code) {
                    Some('\0') | None => return Err(CanonicalError::Character { at: start }),
                    Some(c) => c,
                }
            }
            _ => return Err(CanonicalError::Syntax { at: start }),
        })
    }

    fn hex4(&mut self) -> Result<u32, CanonicalError> {
        let Some(digits) = self.text.get(self.at..self.at + 4) else { return self.syntax() };
        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return self.syntax();
        }
        self.at += 4;
        u32::from_str_radix(digits, 16).or_else(|_| self.syntax())
    }
}

fn write_string(out: &mut String, string: &str) {
    out.push('"');
    for c in string.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if c < ' ' => {
                const HEX: &[u8; 16] = b"0123456789abcdef";
                out.push_str("\\u00");
                out.push(HEX[c as usize >> 4] as char);
                out.push(HEX[c as usize & 15] as char);
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_value_one_form() {
        let form = r#"{"a":[1,-2,true,null],"b":{"x":"你\n\"好\"/"}}"#;
        for spelling in [form, r#" { "b" : {"x":"\u4f60\n\"\u597d\"\/"}, "a":[ 1 , -2,true,null ] } "#] {
            assert_eq!(canonicalise(spelling).as_deref(), Ok(form));
        }
        assert_eq!(canonicalise(r#""\ud83d\ude00\u0001""#).as_deref(), Ok("\"😀\\u0001\""));
    }

    #[test]
    fn what_is_canonical_already_is_known_as_such() {
        for form in [
            r#"{"a":[1,-2,true,null],"b":{"x":"你\n\"好\"/"}}"#,
            "[]",
            "{}",
            "0",
            "-1",
            r#""""#,
            r#"{"":0,"A":[{}],"a":"\\"}"#,
        ] {
            assert!(is_canonical(form), "{form}");
            assert_eq!(spell(form).as_deref(), Ok(form));
        }
        for other in [
            "",
            " 1",
            "1 ",
            "01",
            "-0",
            "1.0",
            "1e3",
            "[1,]",
            "[1 ]",
            r#"{"b":1,"a":1}"#,
            r#"{"a":1,"a":1}"#,
            r#""\/""#,
            r#""\u0041""#,
            "\"\u{1}\"",
            r#"{"a" :1}"#,
            "nul",
            "[",
            r#"{"a":1"#,
            "12345678901234567890",
        ] {
            assert!(!is_canonical(other), "{other}");
        }
    }

    #[test]
    fn what_cannot_be_kept_is_refused() {
        use CanonicalError::{Character, DuplicateKey, Number, Syntax, TooDeep};
        for (json, error) in [
            ("1.0", Number { at: 0 }),
            ("[1e3]", Number { at: 1 }),
            ("-0", Number { at: 0 }),
            ("007", Number { at: 0 }),
            ("9223372036854775808", Number { at: 0 }),
            ("-", Number { at: 0 }),
            (r#"{"a":1,"a":2}"#, DuplicateKey { at: 12 }),
            (r#"{"a":1,"\u0061":2}"#, DuplicateKey { at: 17 }),
            (r#""\u0000""#, Character { at: 1 }),
            (r#""\ud800""#, Character { at: 1 }),
            (r#""\ud800\u0041""#, Character { at: 1 }),
            (r#""\udc00""#, Character { at: 1 }),
            ("", Syntax { at: 0 }),
            ("[1,]", Syntax { at: 3 }),
            ("{} {}", Syntax { at: 3 }),
            ("\"\n\"", Syntax { at: 1 }),
            ("\"\\u00e\u{e9}\"", Syntax { at: 3 }),
            ("nul", Syntax { at: 0 }),
        ] {
            assert_eq!(canonicalise(json), Err(error), "{json}");
        }
        let deep = "[".repeat(100) + &"]".repeat(100);
        assert_eq!(canonicalise(&deep), Err(TooDeep { at: 65 }));
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            "[^\0]{0,12}".prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
                proptest::collection::btree_map("[^\0]{0,6}", inner, 0..6)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn pretty_and_compact_agree_and_the_value_stays(value in json()) {
            let compact = canonicalise(&value.to_string()).unwrap();
            let pretty = canonicalise(&serde_json::to_string_pretty(&value).unwrap()).unwrap();
            prop_assert_eq!(&compact, &pretty);
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&compact).unwrap(), value);
            prop_assert_eq!(canonicalise(&compact).unwrap(), compact);
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,40}") {
            let _ = canonicalise(&text);
        }
    }
}
