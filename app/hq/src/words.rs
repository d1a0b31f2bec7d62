//! Words that people read, in the language of the page.

pub use ui::i18n::Word;

use crate::context::page;

/// A wording: Chinese and English. Written where it is used; one that lacks a
/// language cannot be written.
#[must_use]
pub const fn w(zh: &'static str, en: &'static str) -> Word {
    Word { zh, en }
}

/// The wording in the language of this page.
#[must_use]
pub fn t(word: Word) -> &'static str {
    word.get(page().lang)
}

/// The wording in the language of this page, each `{}` replaced by the next of `values`.
#[must_use]
pub fn fill(word: Word, values: &[&str]) -> String {
    ui::i18n::fill(t(word), values)
}
