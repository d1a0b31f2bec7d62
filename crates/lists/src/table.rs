//! Columns by their names, cells by their meaning; every fault is noted with its line and column.

use domain::op::payload::IMPORT_MAX_ROWS;

use crate::{Faults, Record};

/// A column that a list may have.
pub(crate) struct Column {
    /// Its names, Chinese first; faults are told under the first two.
    pub(crate) names: &'static [&'static str],
    /// Whether it must be there.
    pub(crate) needed: bool,
}

/// The rows of a list, with the place of each column.
pub(crate) struct Table<'a> {
    places: Vec<Option<usize>>,
    labels: Vec<String>,
    /// The rows below the header that have as many cells as it.
    pub(crate) rows: Vec<&'a Record>,
    /// The others.
    torn: Vec<&'a Record>,
}

impl<'a> Table<'a> {
    /// Finds the columns.
    pub(crate) fn new(records: &'a [Record], columns: &[Column], faults: &mut Faults) -> Option<Self> {
        let Some((header, rows)) = records.split_first() else {
            faults.add(1, "*", "文件是空的", "the file is empty");
            return None;
        };
        if let [only] = header.cells.as_slice()
            && only.contains([';', '\t'])
        {
            faults.add(1, "*", "列要用逗号分隔", "columns must be separated by commas");
            return None;
        }
        let folded: Vec<String> = header.cells.iter().map(|cell| fold(cell)).collect();
        let labels: Vec<String> = columns.iter().map(|column| column.names[..2].join(" ")).collect();
        let mut places = Vec::new();
        for (column, label) in columns.iter().zip(&labels) {
            let mut found = (0..folded.len()).filter(|n| column.names.contains(&folded[*n].as_str()));
            let place = found.next();
            if found.next().is_some() {
                faults.add(header.line, label, "这一列出现了两次", "this column stands there twice");
            }
            if place.is_none() && column.needed {
                faults.add(header.line, label, "缺少这一列", "this column is missing");
            }
            places.push(place);
        }
        for (cell, name) in header.cells.iter().zip(&folded) {
            if !columns.iter().any(|column| column.names.contains(&name.as_str())) {
                let label = if cell.is_empty() { "(空 empty)" } else { cell.as_str() };
                faults.add(header.line, label, "不认识这一列", "nobody knows this column");
            }
        }
        if rows.is_empty() {
            faults.add(header.line, "*", "表头之下没有内容", "there is nothing below the header");
        }
        if rows.len() > IMPORT_MAX_ROWS {
            faults.add(
                header.line,
                "*",
                format!("超过 {IMPORT_MAX_ROWS} 行"),
                format!("there are more than {IMPORT_MAX_ROWS} rows"),
            );
        }
        let width = header.cells.len();
        let is_whole = |row: &&Record| row.broken.is_none() && row.cells.len() == width;
        let (whole, torn): (Vec<_>, Vec<_>) = rows.iter().partition(is_whole);
        for row in &torn {
            if let Some(broken) = row.broken {
                faults.add(broken.line, "*", broken.zh, broken.en);
                continue;
            }
            let cells = row.cells.len();
            faults.add(
                row.line,
                "*",
                format!("有 {cells} 个单元格,表头有 {width} 个"),
                format!("has {cells} cells, the header has {width}"),
            );
        }
        Some(Self { places, labels, rows: whole, torn })
    }

    /// Whether the list has this column. Where it must and has not, its header was told so.
    pub(crate) fn has(&self, column: usize) -> bool {
        self.places[column].is_some()
    }

    /// Everything that may be a cell in a row of which nobody knows where its cells begin.
    pub(crate) fn loose(&self) -> impl Iterator<Item = &'a str> {
        let cells = self.torn.iter().flat_map(|row| &row.cells);
        cells.flat_map(|cell| cell.split([',', '\n', '"'])).map(str::trim)
    }

    /// The text of a cell; empty where the column is not there.
    pub(crate) fn cell(&self, row: &'a Record, column: usize) -> &'a str {
        self.places[column].and_then(|place| row.cells.get(place)).map_or("", String::as_str)
    }

    /// What faults of this column are told under.
    pub(crate) fn label(&self, column: usize) -> &str {
        &self.labels[column]
    }

    /// A text of at most `most` characters. `None` and a fault where it is too long, needed and empty, or no text; without
    /// one where the list lacks the column.
    pub(crate) fn text(
        &self,
        row: &'a Record,
        column: usize,
        most: usize,
        needed: bool,
        faults: &mut Faults,
    ) -> Option<String> {
        let text = self.cell(row, column);
        let label = self.label(column);
        let (is_missing, is_long) = (text.is_empty() && needed, text.chars().count() > most);
        let is_no_text = text.contains(char::is_control);
        if is_missing && self.has(column) {
            faults.add(row.line, label, "不能为空", "must not be empty");
        }
        if is_long {
            faults.add(row.line, label, format!("超过 {most} 个字"), format!("has more than {most} characters"));
        }
        if is_no_text {
            faults.add(row.line, label, "含有换行或控制字符", "has a line break or control character in it");
        }
        (!is_missing && !is_long && !is_no_text).then(|| text.to_owned())
    }

    /// One of several words. `None` and a fault where it is none of them; without one where the list lacks the column.
    pub(crate) fn word<T: Copy>(
        &self,
        row: &'a Record,
        column: usize,
        words: &[(&[&str], T)],
        faults: &mut Faults,
    ) -> Option<T> {
        let text = fold(self.cell(row, column));
        let found = words.iter().find(|(words, _)| words.contains(&text.as_str())).map(|(_, value)| *value);
        if found.is_none() && self.has(column) {
            let all: Vec<String> = words.iter().map(|(words, _)| words[..2.min(words.len())].join(" ")).collect();
            let (cell, all) = (self.cell(row, column), all.join(" | "));
            faults.add(
                row.line,
                self.label(column),
                format!("“{cell}”不在其中:{all}"),
                format!("“{cell}” is none of: {all}"),
            );
        }
        found
    }
}

/// How a name or word is compared: without case and spaces.
fn fold(text: &str) -> String {
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join("_")
}
