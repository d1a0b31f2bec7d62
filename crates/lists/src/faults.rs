//! What is wrong with a list: every place, not the first one.

/// Everything that is wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// From 1; the line in which the record begins.
    pub line: usize,
    /// The column's name, or `*` for the line as a whole.
    pub column: String,
    /// What is wrong, in Chinese.
    pub zh: String,
    /// The same in English.
    pub en: String,
}

/// The most faults that are listed; the rest is counted.
const LISTED: usize = 200;

impl Faults {
    pub(crate) fn add(&mut self, line: usize, column: &str, zh: impl Into<String>, en: impl Into<String>) {
        self.0.push(Fault { line, column: column.to_owned(), zh: zh.into(), en: en.into() });
    }

    pub(crate) fn or<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(value) } else { Err(self) }
    }

    /// The list of faults under the name of its file, in Chinese and English, by line.
    #[must_use]
    pub fn told(mut self, name: &str) -> (String, String) {
        self.0.sort_by_key(|fault| fault.line);
        let count = self.0.len();
        let list = |say: fn(&Fault) -> String| {
            let mut lines: Vec<String> = self.0.iter().take(LISTED).map(say).collect();
            if count > LISTED {
                lines.push(format!("… {}", count - LISTED));
            }
            lines.join("\n  ")
        };
        let zh = list(|fault| format!("第 {} 行,{}:{}", fault.line, fault.column, fault.zh));
        let en = list(|fault| format!("line {}, {}: {}", fault.line, fault.column, fault.en));
        (
            format!("{name} 有 {count} 处错误,什么都没有导入:\n  {zh}"),
            format!("{name} has {count} faults; nothing was imported:\n  {en}"),
        )
    }
}

#[cfg(test)]
impl Faults {
    /// Where they are: line and column of each, in the order in which they were found.
    pub(crate) fn places(&self) -> Vec<(usize, &str)> {
        self.0.iter().map(|fault| (fault.line, fault.column.as_str())).collect()
    }
}
