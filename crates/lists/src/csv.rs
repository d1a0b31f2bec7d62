//! Comma-separated values as spreadsheets write them: UTF-8 with or without a mark, or GB18030.

use encoding_rs::GB18030;

/// The largest file, bytes: one op must hold it.
pub const LARGEST: u64 = 8 * 1024 * 1024;

/// A record with the line that it begins in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// From 1.
    pub line: usize,
    /// Trimmed.
    pub cells: Vec<String>,
    /// Where and why it is no CSV: its cells may be something else then.
    pub broken: Option<Broken>,
}

/// Where a text is no CSV, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken {
    /// From 1.
    pub line: usize,
    /// In Chinese.
    pub zh: &'static str,
    /// In English.
    pub en: &'static str,
}

/// Why the bytes are no list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoList {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// The records of a file's bytes.
///
/// # Errors
/// [`NoList`]: in no encoding that we know, or its header is no CSV.
pub fn records(bytes: &[u8]) -> Result<Vec<Record>, NoList> {
    let text = decode(bytes).map_err(|(zh, en)| NoList { zh: zh.to_owned(), en: en.to_owned() })?;
    let records = parse(&text);
    match records.first().and_then(|header| header.broken) {
        // Nobody knows what stands below it.
        Some(Broken { line, zh, en }) => {
            Err(NoList { zh: format!("第 {line} 行:{zh}"), en: format!("line {line}: {en}") })
        }
        None => Ok(records),
    }
}

/// The text of a file, whichever of the encodings it is in.
fn decode(bytes: &[u8]) -> Result<String, (&'static str, &'static str)> {
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        return Err((
            "这是 Excel 工作簿;请另存为“CSV UTF-8(逗号分隔)”",
            "is an Excel workbook; save it as “CSV UTF-8 (comma delimited)”",
        ));
    }
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err((
            "编码是 UTF-16;请另存为“CSV UTF-8(逗号分隔)”",
            "is UTF-16; save it as “CSV UTF-8 (comma delimited)”",
        ));
    }
    let body = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes);
    if let Ok(text) = core::str::from_utf8(body) {
        return Ok(text.to_owned());
    }
    GB18030.decode_without_bom_handling_and_without_replacement(bytes).map(std::borrow::Cow::into_owned).ok_or((
        "编码既不是 UTF-8 也不是 GB18030;请另存为“CSV UTF-8(逗号分隔)”",
        "is neither UTF-8 nor GB18030; save it as “CSV UTF-8 (comma delimited)”",
    ))
}

/// Records by RFC 4180; lines without anything are left out. What is none is read on as if it were part of its cell, so
/// that what is wrong further down is found, too.
fn parse(text: &str) -> Vec<Record> {
    let mut records = Vec::new();
    let (mut line, mut begins) = (1, 1);
    let (mut cells, mut cell, mut broken) = (Vec::new(), String::new(), None);
    // Whether the cell stands in quotes, and whether they were closed.
    let (mut quoted, mut closed) = (false, false);
    let mut rest = text.chars().peekable();
    let mut end_record = |cells: &mut Vec<String>, broken: &mut Option<Broken>, begins: usize| {
        let (cells, broken) = (core::mem::take(cells), broken.take());
        if broken.is_some() || cells.iter().any(|cell| !cell.is_empty()) {
            records.push(Record { line: begins, cells, broken });
        }
    };
    while let Some(c) = rest.next() {
        match c {
            '"' if quoted && !closed => {
                if rest.peek() == Some(&'"') {
                    rest.next();
                    cell.push('"');
                } else {
                    closed = true;
                }
            }
            _ if quoted && !closed => {
                line += usize::from(c == '\n');
                cell.push(c);
            }
            '"' if cell.trim().is_empty() && !quoted => {
                cell.clear();
                quoted = true;
            }
            '"' => {
                let why = Broken { line, zh: "引号不在单元格开头", en: "a quote stands within a cell" };
                broken.get_or_insert(why);
                cell.push(c);
            }
            ',' | '\n' => {
                cells.push(core::mem::take(&mut cell).trim().to_owned());
                (quoted, closed) = (false, false);
                if c == '\n' {
                    end_record(&mut cells, &mut broken, begins);
                    line += 1;
                    begins = line;
                }
            }
            '\r' if rest.peek() == Some(&'\n') => {}
            c if c.is_whitespace() && closed => {}
            _ if closed => {
                let why = Broken { line, zh: "引号之后还有文字", en: "there is text after a closing quote" };
                broken.get_or_insert(why);
                cell.push(c);
            }
            c => cell.push(c),
        }
    }
    if quoted && !closed {
        broken.get_or_insert(Broken { line: begins, zh: "引号没有闭合", en: "a quote is never closed" });
    }
    cells.push(cell.trim().to_owned());
    end_record(&mut cells, &mut broken, begins);
    records
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Vec<(usize, Vec<String>)> {
        parse(text).into_iter().map(|record| (record.line, record.cells)).collect()
    }

    #[test]
    fn records_know_their_lines() {
        let text = "a, b ,\"c,\"\"d\"\"\"\r\n\r\n,,\n1,\"two\nlines\",3\n4,5,6";
        let expected = [(1, vec!["a", "b", "c,\"d\""]), (4, vec!["1", "two\nlines", "3"]), (6, vec!["4", "5", "6"])];
        let expected: Vec<_> =
            expected.map(|(line, cells)| (line, cells.into_iter().map(str::to_owned).collect())).into();
        assert_eq!(cells(text), expected);
        assert_eq!(cells(""), []);
    }

    #[test]
    fn what_is_no_csv_is_said_with_its_line() {
        let broken = |text: &str| -> Vec<usize> {
            parse(text).iter().filter_map(|record| record.broken).map(|broken| broken.line).collect()
        };
        assert_eq!(broken("a,b\n\"c,d\n"), [2]);
        assert_eq!(broken("a,b\nc\"d,e"), [2]);
        assert_eq!(broken("a\n\"b\"c"), [2]);
        // One each, and what stands between them is read.
        let several = "a,b\n5\" TV,x\"\nc,d\n\"e\"f,g\nh,\"i\nj,k";
        assert_eq!(broken(several), [2, 4, 5]);
        assert_eq!(cells(several)[2], (3, vec!["c".to_owned(), "d".to_owned()]));
        assert_eq!(records(b"a\"b,c\nd,e").unwrap_err().en, "line 1: a quote stands within a cell");
    }

    #[test]
    fn encodings_are_told_apart_or_refused() {
        let text = "代码,名称\nA,清河路营业厅";
        assert_eq!(decode(text.as_bytes()).unwrap(), text);
        assert_eq!(decode(&[&[0xEF, 0xBB, 0xBF], text.as_bytes()].concat()).unwrap(), text);
        let (gb, _, _) = GB18030.encode(text);
        assert_ne!(&*gb, text.as_bytes());
        assert_eq!(decode(&gb).unwrap(), text);
        assert!(decode(&[0xFF, 0xFE, b'a', 0]).unwrap_err().1.contains("UTF-16"));
        assert!(decode(b"PK\x03\x04rest").unwrap_err().1.contains("workbook"));
        assert!(decode(&[b'a', 0xFF, 0xFF, b'\n']).unwrap_err().1.contains("neither"));
    }
}
