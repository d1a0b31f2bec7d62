//! From a value to a text.

use serde::{Serialize, ser};

use super::raw::RAW;

/// What cannot happen: plain data always has a form. Nothing is of this type, so
/// the compiler knows that nothing ever fails.
#[derive(Debug)]
pub(super) enum Never {}

impl core::fmt::Display for Never {
    fn fmt(&self, _f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match *self {}
    }
}

impl core::error::Error for Never {}

impl ser::Error for Never {
    fn custom<T: core::fmt::Display>(_why: T) -> Self {
        panic!("not plain data")
    }
}

type Done = Result<(), Never>;

/// The text so far.
#[derive(Default)]
pub(super) struct Writer {
    out: String,
    /// What comes next is JSON already.
    raw: bool,
}

impl Writer {
    pub(super) fn finish(self) -> String {
        self.out
    }

    /// A comma, unless the list or object has only just begun.
    fn next(&mut self) {
        if !self.out.ends_with(['{', '[']) {
            self.out.push(',');
        }
    }

    fn key(&mut self, key: &str) {
        self.next();
        self.text(key);
        self.out.push(':');
    }

    /// Begins an object whose one member has this key.
    fn variant(&mut self, name: &str) {
        self.out.push('{');
        self.text(name);
        self.out.push(':');
    }

    fn integer(&mut self, value: i64) {
        let mut digits = [0; 20];
        let mut at = digits.len();
        let mut rest = value.unsigned_abs();
        loop {
            at -= 1;
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if value < 0 {
            self.out.push('-');
        }
        self.out.extend(digits[at..].iter().map(|digit| char::from(*digit)));
    }

    fn text(&mut self, text: &str) {
        self.out.push('"');
        let mut rest = text;
        while let Some(at) = rest.find(|c| matches!(c, '"' | '\\' | '\0'..='\u{1f}')) {
            self.out.push_str(&rest[..at]);
            let byte = rest.as_bytes()[at];
            self.out.push('\\');
            match byte {
                b'"' | b'\\' => self.out.push(char::from(byte)),
                b'\n' => self.out.push('n'),
                b'\r' => self.out.push('r'),
                b'\t' => self.out.push('t'),
                8 => self.out.push('b'),
                12 => self.out.push('f'),
                _ => {
                    self.out.push_str(if byte < 16 { "u000" } else { "u001" });
                    self.out.push(char::from(b"0123456789abcdef"[usize::from(byte % 16)]));
                }
            }
            rest = &rest[at + 1..];
        }
        self.out.push_str(rest);
        self.out.push('"');
    }
}

macro_rules! integers {
    ($($name:ident: $type:ty),*) => {$(
        fn $name(self, value: $type) -> Done {
            self.integer(value.into());
            Ok(())
        }
    )*};
}

impl<'a> ser::Serializer for &'a mut Writer {
    type Ok = ();
    type Error = Never;
    type SerializeSeq = List<'a>;
    type SerializeTuple = List<'a>;
    type SerializeTupleStruct = List<'a>;
    type SerializeTupleVariant = List<'a>;
    type SerializeMap = Object<'a>;
    type SerializeStruct = Object<'a>;
    type SerializeStructVariant = Object<'a>;

    integers!(serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64);
    integers!(serialize_u8: u8, serialize_u16: u16, serialize_u32: u32);

    fn serialize_u64(self, value: u64) -> Done {
        self.integer(i64::try_from(value).expect("an integer of 64 bits with a sign"));
        Ok(())
    }

    fn serialize_bool(self, value: bool) -> Done {
        self.out.push_str(if value { "true" } else { "false" });
        Ok(())
    }

    fn serialize_f32(self, _value: f32) -> Done {
        panic!("floats are no plain data")
    }

    fn serialize_f64(self, _value: f64) -> Done {
        panic!("floats are no plain data")
    }

    fn serialize_char(self, value: char) -> Done {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Done {
        if self.raw {
            self.out.push_str(value);
        } else {
            self.text(value);
        }
        Ok(())
    }

    fn serialize_bytes(self, _value: &[u8]) -> Done {
        panic!("bytes are no plain data")
    }

    fn serialize_none(self) -> Done {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Done {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Done {
        self.out.push_str("null");
        Ok(())
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Done {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _name: &'static str, _index: u32, variant: &'static str) -> Done {
        self.text(variant);
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _name: &'static str, value: &T) -> Done {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Done {
        self.variant(variant);
        value.serialize(&mut *self)?;
        self.out.push('}');
        Ok(())
    }

    fn serialize_seq(self, _length: Option<usize>) -> Result<List<'a>, Never> {
        self.out.push('[');
        Ok(List { writer: self, end: "]" })
    }

    fn serialize_tuple(self, _length: usize) -> Result<List<'a>, Never> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_struct(self, _name: &'static str, _length: usize) -> Result<List<'a>, Never> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _length: usize,
    ) -> Result<List<'a>, Never> {
        self.variant(variant);
        self.out.push('[');
        Ok(List { writer: self, end: "]}" })
    }

    fn serialize_map(self, _length: Option<usize>) -> Result<Object<'a>, Never> {
        self.out.push('{');
        Ok(Object { writer: self, end: "}" })
    }

    fn serialize_struct(self, name: &'static str, _length: usize) -> Result<Object<'a>, Never> {
        if name == RAW {
            self.raw = true;
            return Ok(Object { writer: self, end: "" });
        }
        self.serialize_map(None)
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _length: usize,
    ) -> Result<Object<'a>, Never> {
        self.variant(variant);
        self.out.push('{');
        Ok(Object { writer: self, end: "}}" })
    }
}

/// A list under way.
pub(super) struct List<'a> {
    writer: &'a mut Writer,
    end: &'static str,
}

impl List<'_> {
    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        self.writer.next();
        value.serialize(&mut *self.writer)
    }

    fn finish(self) -> Done {
        self.writer.out.push_str(self.end);
        Ok(())
    }
}

/// An object under way.
pub(super) struct Object<'a> {
    writer: &'a mut Writer,
    end: &'static str,
}

impl Object<'_> {
    fn member<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) -> Done {
        if !self.writer.raw {
            self.writer.key(key);
        }
        value.serialize(&mut *self.writer)
    }

    fn finish(self) -> Done {
        self.writer.raw = false;
        self.writer.out.push_str(self.end);
        Ok(())
    }
}

macro_rules! list {
    ($($of:ident: $element:ident),*) => {$(
        impl ser::$of for List<'_> {
            type Ok = ();
            type Error = Never;

            fn $element<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
                self.element(value)
            }

            fn end(self) -> Done {
                self.finish()
            }
        }
    )*};
}

list!(
    SerializeSeq: serialize_element,
    SerializeTuple: serialize_element,
    SerializeTupleStruct: serialize_field,
    SerializeTupleVariant: serialize_field
);

macro_rules! object {
    ($($of:ident),*) => {$(
        impl ser::$of for Object<'_> {
            type Ok = ();
            type Error = Never;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Done {
                self.member(key, value)
            }

            fn end(self) -> Done {
                self.finish()
            }
        }
    )*};
}

object!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Object<'_> {
    type Ok = ();
    type Error = Never;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Done {
        self.writer.next();
        key.serialize(&mut *self.writer)?;
        self.writer.out.push(':');
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        value.serialize(&mut *self.writer)
    }

    fn end(self) -> Done {
        self.finish()
    }
}
