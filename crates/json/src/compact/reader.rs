//! From a text to a value.

use std::borrow::Cow;

use serde::de::{self, DeserializeSeed, Visitor};

use super::{Mismatch, raw::RAW};

type Result<T> = core::result::Result<T, Mismatch>;

impl de::Error for Mismatch {
    fn custom<T: core::fmt::Display>(_why: T) -> Self {
        Self
    }
}

/// Walks through a text.
pub(super) struct Reader<'de> {
    text: &'de str,
    at: usize,
}

impl<'de> Reader<'de> {
    pub(super) const fn new(text: &'de str) -> Self {
        Self { text, at: 0 }
    }

    /// Nothing but white space is left.
    pub(super) fn end(&mut self) -> Result<()> {
        if self.peek() == 0 && self.at == self.text.len() { Ok(()) } else { Err(Mismatch) }
    }

    /// There is one value, whatever it is, and nothing else.
    pub(super) fn only_value(&mut self) -> Result<()> {
        self.skip()?;
        self.end()
    }

    /// The byte at hand; 0, which never stands in JSON, at the end.
    fn byte(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> u8 {
        while matches!(self.byte(), b' ' | b'\t' | b'\n' | b'\r') {
            self.at += 1;
        }
        self.byte()
    }

    fn eat(&mut self, byte: u8) -> Result<()> {
        if self.peek() == byte {
            self.at += 1;
            Ok(())
        } else {
            Err(Mismatch)
        }
    }

    fn word(&mut self, word: &str) -> Result<()> {
        self.peek();
        if self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
            self.at += word.len();
            Ok(())
        } else {
            Err(Mismatch)
        }
    }

    /// Whether a list or an object, begun or after a member, goes on.
    fn more(&mut self, first: &mut bool, end: u8) -> Result<bool> {
        if self.peek() == end {
            return Ok(false);
        }
        if !core::mem::take(first) {
            self.eat(b',')?;
        }
        Ok(true)
    }

    fn bool(&mut self) -> Result<bool> {
        match self.peek() {
            b't' => self.word("true").map(|()| true),
            _ => self.word("false").map(|()| false),
        }
    }

    fn integer(&mut self) -> Result<i64> {
        let negative = self.peek() == b'-';
        let start = self.at + usize::from(negative);
        self.at = start;
        let mut value = 0_i64;
        while let digit @ b'0'..=b'9' = self.byte() {
            let digit = i64::from(digit - b'0');
            value = value.checked_mul(10).and_then(|tens| tens.checked_sub(digit)).ok_or(Mismatch)?;
            self.at += 1;
        }
        // A zero before others or below nothing is another spelling, a fraction no integer.
        let zero = self.text.as_bytes().get(start) == Some(&b'0');
        if self.at == start || zero && (self.at > start + 1 || negative) || matches!(self.byte(), b'.' | b'e' | b'E') {
            return Err(Mismatch);
        }
        // Counted downwards, because the least integer has no positive twin.
        if negative { Ok(value) } else { value.checked_neg().ok_or(Mismatch) }
    }

    fn string(&mut self) -> Result<Cow<'de, str>> {
        self.eat(b'"')?;
        let mut whole = Cow::Borrowed("");
        loop {
            let start = self.at;
            while !matches!(self.byte(), b'"' | b'\\' | 0..=0x1f) {
                self.at += 1;
            }
            let part = &self.text[start..self.at];
            match self.byte() {
                b'"' => {
                    self.at += 1;
                    // Without an escape before it, the part is the whole, still within the text.
                    whole += part;
                    return Ok(whole);
                }
                b'\\' => {
                    let whole = whole.to_mut();
                    whole.push_str(part);
                    whole.push(self.escape()?);
                }
                _ => return Err(Mismatch),
            }
        }
    }

    fn escape(&mut self) -> Result<char> {
        self.at += 2;
        Ok(match self.text.as_bytes().get(self.at - 1).copied().unwrap_or(0) {
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            same @ (b'"' | b'\\' | b'/') => char::from(same),
            b'u' => {
                let mut code = self.hex4()?;
                if (0xd800..0xdc00).contains(&code) {
                    if !self.text.as_bytes()[self.at..].starts_with(b"\\u") {
                        return Err(Mismatch);
                    }
                    self.at += 2;
                    let low = self.hex4()?.wrapping_sub(0xdc00);
                    if low >= 0x400 {
                        return Err(Mismatch);
                    }
                    code = 0x1_0000 + ((code - 0xd800) << 10) + low;
                }
                char::from_u32(code).ok_or(Mismatch)?
            }
            _ => return Err(Mismatch),
        })
    }

    fn hex4(&mut self) -> Result<u32> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = char::from(self.byte()).to_digit(16).ok_or(Mismatch)?;
            code = code << 4 | digit;
            self.at += 1;
        }
        Ok(code)
    }

    /// Passes over a value that nobody asked for, whatever it is.
    fn skip(&mut self) -> Result<()> {
        match self.peek() {
            b'{' => self.skip_members(b'}'),
            b'[' => self.skip_members(b']'),
            b'"' => self.string().map(drop),
            b't' | b'f' => self.bool().map(drop),
            b'n' => self.word("null"),
            b'-' | b'0'..=b'9' => {
                // Whatever the number is: a newer server may know more kinds of them.
                while matches!(self.byte(), b'+' | b'-' | b'.' | b'0'..=b'9' | b'e' | b'E') {
                    self.at += 1;
                }
                Ok(())
            }
            _ => Err(Mismatch),
        }
    }

    fn skip_members(&mut self, end: u8) -> Result<()> {
        self.at += 1;
        let mut first = true;
        while self.more(&mut first, end)? {
            if end == b'}' {
                self.string()?;
                self.eat(b':')?;
            }
            self.skip()?;
        }
        self.eat(end)
    }
}

/// The members of a list or an object, one after the other.
struct Members<'a, 'de> {
    reader: &'a mut Reader<'de>,
    first: bool,
}

impl<'de> de::SeqAccess<'de> for Members<'_, 'de> {
    type Error = Mismatch;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        if self.reader.more(&mut self.first, b']')? { seed.deserialize(&mut *self.reader).map(Some) } else { Ok(None) }
    }
}

impl<'de> de::MapAccess<'de> for Members<'_, 'de> {
    type Error = Mismatch;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        if self.reader.more(&mut self.first, b'}')? { seed.deserialize(&mut *self.reader).map(Some) } else { Ok(None) }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        self.reader.eat(b':')?;
        seed.deserialize(&mut *self.reader)
    }
}

/// A variant: its name alone, or an object of its name and what it holds.
struct Variant<'a, 'de> {
    reader: &'a mut Reader<'de>,
    holds: bool,
}

impl<'de> de::EnumAccess<'de> for Variant<'_, 'de> {
    type Error = Mismatch;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self)> {
        let name = seed.deserialize(&mut *self.reader)?;
        if self.holds {
            self.reader.eat(b':')?;
        }
        Ok((name, self))
    }
}

impl<'de> de::VariantAccess<'de> for Variant<'_, 'de> {
    type Error = Mismatch;

    fn unit_variant(self) -> Result<()> {
        if self.holds { self.reader.word("null") } else { Ok(()) }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value> {
        if self.holds { seed.deserialize(self.reader) } else { Err(Mismatch) }
    }

    fn tuple_variant<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Result<V::Value> {
        if self.holds { de::Deserializer::deserialize_seq(self.reader, visitor) } else { Err(Mismatch) }
    }

    fn struct_variant<V: Visitor<'de>>(self, _fields: &'static [&'static str], visitor: V) -> Result<V::Value> {
        if self.holds { de::Deserializer::deserialize_map(self.reader, visitor) } else { Err(Mismatch) }
    }
}

macro_rules! as_integer {
    ($($name:ident)*) => {$(
        fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            visitor.visit_i64(self.integer()?)
        }
    )*};
}

macro_rules! as_text {
    ($($name:ident)*) => {$(
        fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            visitor.visit_str(&self.string()?)
        }
    )*};
}

macro_rules! unknown {
    ($($name:ident)*) => {$(
        fn $name<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value> {
            Err(Mismatch)
        }
    )*};
}

impl<'de> de::Deserializer<'de> for &mut Reader<'de> {
    type Error = Mismatch;

    as_integer!(deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64);
    as_integer!(deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64);
    as_text!(deserialize_char deserialize_str deserialize_string deserialize_identifier);
    unknown!(deserialize_any deserialize_f32 deserialize_f64 deserialize_bytes deserialize_byte_buf);

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_bool(self.bool()?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if self.peek() == b'n' {
            self.word("null")?;
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.word("null")?;
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _name: &'static str, visitor: V) -> Result<V::Value> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value> {
        if name == RAW {
            self.peek();
            let start = self.at;
            self.skip()?;
            return visitor.visit_str(&self.text[start..self.at]);
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.eat(b'[')?;
        let value = visitor.visit_seq(Members { reader: self, first: true })?;
        self.eat(b']')?;
        Ok(value)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.eat(b'{')?;
        let value = visitor.visit_map(Members { reader: self, first: true })?;
        self.eat(b'}')?;
        Ok(value)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        let holds = self.peek() == b'{';
        if holds {
            self.at += 1;
        }
        let value = visitor.visit_enum(Variant { reader: self, holds })?;
        if holds {
            self.eat(b'}')?;
        }
        Ok(value)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.skip()?;
        visitor.visit_unit()
    }
}
