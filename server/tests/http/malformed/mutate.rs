//! How a request is spoilt: by its structure where it has one, else by its bytes.

use axum::http::{HeaderName, HeaderValue, Method, header};
use serde_json::{Value, json};

use crate::{extent::Dice, web::Ask};

/// Spoils one thing.
pub(super) fn mutate(dice: &mut Dice, mut ask: Ask) -> Ask {
    let is_json = serde_json::from_slice::<Value>(&ask.body).is_ok();
    match dice.below(14) {
        0..=5 if is_json => ask.body = json_body(dice, &ask.body).into(),
        0..=5 if !ask.body.is_empty() => ask.body = form_body(dice, &ask.body).into(),
        0..=6 => ask.path = path(dice, &ask.path),
        7 => ask.body = bytes(dice, &ask.body).into(),
        8..=10 => spoil_header(dice, &mut ask),
        11 => {
            let methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "BREW"];
            ask.method = dice.of(&methods).parse().unwrap_or(Method::GET);
        }
        12 => {
            let names: Vec<_> = ask.headers.keys().cloned().collect();
            if !names.is_empty() {
                let name = dice.of(&names).clone();
                ask.headers.remove(name);
            }
        }
        _ => ask.path = format!("{}{}", ask.path, dice.of(&["?", "&a[b][c][d]=1", "#x", "/", "//", "%", "%00"])),
    }
    ask
}

/// Texts that have broken something somewhere.
fn text(dice: &mut Dice) -> String {
    match dice.below(16) {
        0 => String::new(),
        1 => "\0".to_owned(),
        2 => "a\0b".to_owned(),
        3 => "明".repeat(1 << dice.below(16)),
        4 => "\u{202e}\u{feff}\u{0}\u{d7ff}\u{10ffff}".to_owned(),
        5 => dice.next().to_string(),
        6 => format!("-{}", dice.next()),
        7 => "1e999".to_owned(),
        8 => "NaN".to_owned(),
        9 => dice.uuid().to_string(),
        10 => dice.uuid().simple().to_string().to_uppercase(),
        11 => "'; DROP TABLE app.visit; --".to_owned(),
        12 => "../../../../etc/passwd".to_owned(),
        13 => format!("{:064x}", dice.next()),
        14 => "9".repeat(400),
        _ => (0..dice.below(40)).map(|_| char::from_u32(dice.below(0x11_0000) as u32).unwrap_or('?')).collect(),
    }
}

fn value(dice: &mut Dice) -> Value {
    match dice.below(14) {
        0 => Value::Null,
        1 => json!(i64::MAX),
        2 => json!(i64::MIN),
        3 => json!(u64::MAX),
        4 => json!(-1),
        5 => json!(1.5),
        6 => json!(1e300),
        7 => json!([]),
        8 => json!({}),
        9 => json!(true),
        10 => (0..dice.below(140)).fold(json!(1), |inner, _| json!([inner])),
        11 => Value::Array((0..dice.below(3_000)).map(|n| json!(n)).collect()),
        _ => json!(text(dice)),
    }
}

/// Goes down to some place of the tree and spoils it.
fn spoil(dice: &mut Dice, at: &mut Value, depth: usize) {
    let stop = dice.below(5) == 0 && depth > 0;
    match at {
        Value::Object(fields) if !stop && !fields.is_empty() => {
            let keys: Vec<String> = fields.keys().cloned().collect();
            let key = dice.of(&keys).clone();
            match dice.below(12) {
                0 => {
                    fields.remove(&key);
                }
                1 => {
                    fields.insert(text(dice), value(dice));
                }
                2 => {
                    let moved = fields.remove(&key).unwrap_or_default();
                    fields.insert(text(dice), moved);
                }
                _ => {
                    if let Some(inner) = fields.get_mut(&key) {
                        spoil(dice, inner, depth + 1);
                    }
                }
            }
        }
        Value::Array(items) if !stop && !items.is_empty() => {
            let n = dice.below(items.len());
            match dice.below(8) {
                0 => items.push(items[n].clone()),
                1 => {
                    items.remove(n);
                }
                2 => {
                    let item = items[n].clone();
                    items.extend(std::iter::repeat_n(item, dice.below(250)));
                }
                _ => spoil(dice, &mut items[n], depth + 1),
            }
        }
        other => *other = value(dice),
    }
}

fn json_body(dice: &mut Dice, body: &[u8]) -> Vec<u8> {
    let mut tree: Value = serde_json::from_slice(body).unwrap_or_default();
    spoil(dice, &mut tree, 0);
    let mut written = tree.to_string().into_bytes();
    if dice.below(12) == 0 {
        // Twice the same key, which no tree can hold.
        let twice = String::from_utf8_lossy(&written).replacen("\"op_id\":", "\"op_id\":1,\"op_id\":", 1);
        written = twice.into_bytes();
    }
    written
}

fn form_body(dice: &mut Dice, body: &[u8]) -> Vec<u8> {
    let mut pairs: Vec<(String, String)> = form_urlencoded::parse(body).into_owned().collect();
    if pairs.is_empty() {
        return bytes(dice, body);
    }
    let n = dice.below(pairs.len());
    match dice.below(6) {
        0 => {
            pairs.remove(n);
        }
        1 => pairs.push(pairs[n].clone()),
        2 => {
            pairs[n].0 =
                format!("{}{}", pairs[n].0, dice.of(&["[]", "[0]", "[999999999]", "[a][b]", "]", "[", "[[[["]));
        }
        3 => pairs.extend((0..dice.below(2_000)).map(|n| (format!("items[{n}][reason]"), "x".to_owned()))),
        _ => pairs[n].1 = text(dice),
    }
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish().into_bytes()
}

fn bytes(dice: &mut Dice, body: &[u8]) -> Vec<u8> {
    let mut body = body.to_vec();
    match dice.below(5) {
        0 => body.truncate(dice.below(body.len() + 1)),
        1 => body = (0..dice.below(2_000)).map(|_| dice.next() as u8).collect(),
        2 => body.extend((0..dice.below(200)).map(|_| dice.next() as u8)),
        3 => body = vec![b"[{\"\\%"[dice.below(5)]; 1 << dice.below(18)],
        _ => {
            for _ in 0..=dice.below(8) {
                if !body.is_empty() {
                    let n = dice.below(body.len());
                    body[n] ^= 1 << dice.below(8);
                }
            }
        }
    }
    body
}

fn path(dice: &mut Dice, path: &str) -> String {
    let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    if let Some((path, query)) = path.split_once('?') {
        let query = form_body(dice, query.as_bytes());
        return format!("{path}?{}", String::from_utf8_lossy(&query));
    }
    let mut parts: Vec<String> = path.split('/').map(ToOwned::to_owned).collect();
    let n = dice.below(parts.len());
    parts[n] = match dice.below(6) {
        0 => "%00".to_owned(),
        1 => "%ff%fe".to_owned(),
        2 => "..".to_owned(),
        3 => "a".repeat(1 << dice.below(14)),
        _ => encode(&text(dice)),
    };
    parts.join("/")
}

fn spoil_header(dice: &mut Dice, ask: &mut Ask) {
    let usual = [
        header::CONTENT_TYPE,
        header::ACCEPT,
        header::COOKIE,
        header::REFERER,
        header::USER_AGENT,
        header::ACCEPT_LANGUAGE,
        header::ACCEPT_ENCODING,
        header::HOST,
        header::ORIGIN,
        header::AUTHORIZATION,
        header::RANGE,
        header::IF_NONE_MATCH,
        header::CONTENT_LENGTH,
        header::EXPECT,
        HeaderName::from_static("mingcha-protocol"),
        HeaderName::from_static("mingcha-account"),
        HeaderName::from_static("mingcha-hand-in"),
        HeaderName::from_static("mingcha-visit"),
        HeaderName::from_static("upload-offset"),
        HeaderName::from_static("mingcha-chunk-sha256"),
        HeaderName::from_static("x-forwarded-for"),
        HeaderName::from_static("x-request-id"),
        HeaderName::from_static("sec-fetch-site"),
    ];
    let name = dice.of(&usual).clone();
    let known =
        ["text/html", "application/json", "*/*", "gzip, br", "same-origin", "0", "-1", "http://mingcha.test/hq?a=b"];
    let value = match dice.below(5) {
        0 | 1 => (*dice.of(&known)).to_owned().into_bytes(),
        2 => ask.headers.get(&name).map(|value| value.as_bytes().to_vec()).unwrap_or_default().repeat(2),
        3 => (0..dice.below(300)).map(|_| 32 + (dice.next() % 224) as u8).collect(),
        _ => text(dice).into_bytes(),
    };
    if let Ok(value) = HeaderValue::from_bytes(&value) {
        ask.headers.insert(name, value);
    }
}
