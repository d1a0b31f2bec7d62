//! The phone's reader and writer and the server's agree: on every shape that our types have, on the real documents,
//! and on texts that are nearly right.

use std::{collections::BTreeMap, fmt::Debug};

use domain::{checklist::builtin, ids::ItemId, op::Verdict};
use json::compact;
use proptest::prelude::*;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

/// Every shape that serde knows and our types may have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Shapes {
    text: String,
    letter: char,
    number: i64,
    small: u8,
    count: u32,
    yes: bool,
    nothing: (),
    #[serde(default, skip_serializing_if = "Option::is_none")]
    perhaps: Option<i32>,
    nested: Option<Vec<Option<bool>>>,
    pair: (i16, String),
    wrapped: Wrapped,
    kinds: Vec<Kind>,
    by_name: BTreeMap<String, Kind>,
    by_id: BTreeMap<ItemId, i64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Wrapped(u16);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Plain,
    Holds(String),
    Two(i32, i32),
    Named {
        #[serde(default)]
        first: bool,
        second: Option<String>,
    },
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        Just(Kind::Plain),
        any::<String>().prop_map(Kind::Holds),
        any::<(i32, i32)>().prop_map(|(a, b)| Kind::Two(a, b)),
        any::<(bool, Option<String>)>().prop_map(|(first, second)| Kind::Named { first, second }),
    ]
}

fn shapes() -> impl Strategy<Value = Shapes> {
    let plain = (any::<String>(), any::<char>(), any::<i64>(), any::<u8>(), any::<u32>(), any::<bool>());
    let more = (
        any::<Option<i32>>(),
        any::<Option<Vec<Option<bool>>>>(),
        any::<(i16, String)>(),
        any::<u16>(),
        prop::collection::vec(kind(), 0..4),
        prop::collection::btree_map(any::<String>(), kind(), 0..4),
        prop::collection::btree_map(any::<u128>().prop_map(|id| ItemId(Uuid::from_u128(id))), any::<i64>(), 0..4),
    );
    (plain, more).prop_map(
        |((text, letter, number, small, count, yes), (perhaps, nested, pair, wrapped, kinds, by_name, by_id))| Shapes {
            text,
            letter,
            number,
            small,
            count,
            yes,
            nothing: (),
            perhaps,
            nested,
            pair,
            wrapped: Wrapped(wrapped),
            kinds,
            by_name,
            by_id,
        },
    )
}

/// Both read the text as the same, or neither reads it.
fn both_read<T: DeserializeOwned + PartialEq + Debug>(text: &str) {
    let (ours, theirs) = (compact::from_str::<T>(text), serde_json::from_str::<T>(text));
    match (&ours, &theirs) {
        (Ok(ours), Ok(theirs)) => assert_eq!(ours, theirs, "{text}"),
        (Err(_), Err(_)) => {}
        _ => panic!("{text}\nours: {ours:?}\nserde_json's: {theirs:?}"),
    }
}

fn both_write<T: Serialize>(value: &T) -> String {
    let text = compact::to_string(value);
    assert_eq!(text, serde_json::to_string(value).unwrap());
    text
}

proptest! {
    #[test]
    fn values_of_every_shape_are_written_and_read_alike(value in shapes()) {
        let text = both_write(&value);
        prop_assert_eq!(&compact::from_str::<Shapes>(&text).unwrap(), &value);
        let spaced = serde_json::to_string_pretty(&value).unwrap();
        prop_assert_eq!(&compact::from_str::<Shapes>(&spaced).unwrap(), &value);
    }

    #[test]
    fn a_text_with_one_byte_changed_is_read_alike_or_not_at_all(
        value in shapes(), at in any::<prop::sample::Index>(), byte in prop::sample::select(&b"{}[]\":,\\-0129tfnu. \n\x00"[..]),
    ) {
        let mut bytes = serde_json::to_vec(&value).unwrap();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        // A letter of several bytes that lost one is no text at all.
        if let Ok(text) = String::from_utf8(bytes) {
            both_read::<Shapes>(&text);
        }
    }

    #[test]
    fn a_text_cut_off_is_no_value(value in shapes(), at in any::<prop::sample::Index>()) {
        let text = serde_json::to_string(&value).unwrap();
        let cut = text.floor_char_boundary(at.index(text.len()));
        prop_assert!(compact::from_str::<Shapes>(&text[..cut]).is_err());
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        prop_assert!(compact::from_slice::<Shapes>(&bytes).is_err());
    }
}

#[test]
fn the_checklists_are_read_and_written_alike() {
    for list in builtin().unwrap() {
        let text = both_write(&list);
        assert_eq!(compact::from_slice::<domain::checklist::ChecklistVersion>(text.as_bytes()).unwrap(), list);
        assert!(text.len() > 1_000, "a checklist is more than that");
    }
}

#[test]
fn strings_numbers_and_what_nobody_asked_for() {
    for text in [
        r#""\u4f60\ud83d\ude00\n\/\"\\""#,
        r#""\ud800""#,
        r#""\ud800\u0041""#,
        r#""\udc00""#,
        r#""\u00e""#,
        r#""\x""#,
        "\"\n\"",
        "\"\u{7f}\"",
        "\"",
        "\"\\",
        "",
        " \"a\" b",
    ] {
        both_read::<String>(text);
    }
    for text in ["0", "-1", "-0", "007", "1.0", "1e3", "-", "9223372036854775807", "-9223372036854775808", " 5 ", "+1"]
    {
        both_read::<i64>(text);
    }
    for text in ["9223372036854775808", "-9223372036854775809", "99999999999999999999999"] {
        both_read::<i64>(text);
        both_read::<Option<i64>>(text);
    }
    for text in ["255", "256", "-1"] {
        both_read::<u8>(text);
    }
    for text in ["null", "true", "nul", "[]", "[1", "[1,]", "[,1]", "[1 2]", "[[1]]"] {
        both_read::<Option<Vec<i64>>>(text);
    }
    for more in [r#"{"a":[1,{"b":null}],"c":"\u0041"}"#, "-1.5e3", "[", "{\"a\"}", "{a:1}", "tru", "[1,]"] {
        both_read::<Kind>(&format!(r#"{{"named":{{"later":{more},"first":true}}}}"#));
    }
    for text in
        [r#""plain""#, r#"{"plain":null}"#, r#"{"plain":1}"#, r#""holds""#, r#"{"holds":"a","b":1}"#, r#""x""#, "{}"]
    {
        both_read::<Kind>(text);
    }
}

#[test]
fn verdicts_are_read_alike() {
    for text in [
        r#"{"is":"applied"}"#,
        r#"{"is":"duplicate","later":1}"#,
        r#"{"is":"held","code":"withdrawn"}"#,
        r#"{"code":"stale_base","is":"held"}"#,
        r#"{"is":"refused","code":"too_large","detail":"8"}"#,
        r#"{"is":"refused","code":"withdrawn"}"#,
        r#"{"is":"held"}"#,
        r#"{"is":"gone"}"#,
    ] {
        both_read::<Verdict>(text);
        if let Ok(verdict) = compact::from_str::<Verdict>(text) {
            assert_eq!(compact::from_str::<Verdict>(&both_write(&verdict)).unwrap(), verdict);
        }
    }
    let refused = compact::from_str::<Verdict>(r#"{"is":"refused","code":"too_large","detail":"8"}"#).unwrap();
    assert!(!refused.is_safe());
}

#[test]
fn json_that_was_written_before_goes_in_as_it_is() {
    #[derive(Serialize)]
    struct Letter {
        before: i64,
        body: Box<serde_json::value::RawValue>,
        after: &'static str,
    }
    let body = serde_json::value::RawValue::from_string(r#"{"b": [1, "ä"],"a":{}}"#.to_owned()).unwrap();
    let text = both_write(&Letter { before: 1, body, after: "\u{1}\u{1f}\"" });
    assert!(text.contains(r#""body":{"b": [1, "ä"],"a":{}},"after""#), "{text}");
}

#[test]
fn what_the_phone_hands_on_as_it_is_stays_as_it_is() {
    #[derive(Serialize, Deserialize)]
    struct Letter<Body> {
        before: i64,
        body: Body,
        after: i64,
    }
    type Theirs = Letter<Box<serde_json::value::RawValue>>;
    type Ours = Letter<Box<compact::RawValue>>;
    for body in [r#"{"b": [1, "\u4f60"],"a":{}}"#, "7", "null", "\"x\"", "[ ]", r#"{"raw":{"raw":1.5e3}}"#] {
        let text = format!(r#"{{"before":1,"body": {body} ,"after":2}}"#);
        let theirs: Theirs = serde_json::from_str(&text).unwrap();
        let ours: Ours = compact::from_str(&text).unwrap();
        assert_eq!((ours.body.get(), ours.after), (theirs.body.get(), 2));
        assert_eq!(compact::to_string(&ours), serde_json::to_string(&theirs).unwrap());
        let own = compact::RawValue::from_string(body.to_owned()).unwrap();
        assert_eq!(compact::to_string(&own), body);
    }
    for wrong in ["", "{", "{}}", "[1,]", "nul", "\"", "1 2", r#"{"a"}"#] {
        assert!(compact::RawValue::from_string(wrong.to_owned()).is_err(), "{wrong}");
        assert!(serde_json::value::RawValue::from_string(wrong.to_owned()).is_err(), "{wrong}");
    }
}
