//! The product's languages on screen: a word is a pair of constants, so one
//! that lacks a language cannot be written, and one that nobody uses costs no byte.
//!
//! ```
//! ui::words! {
//!     /// The button that hands a visit in.
//!     SUBMIT => "提交", "Submit";
//!     MISSING => "缺 {} 条", "{} missing";
//! }
//! use domain::text::Lang;
//! use ui::i18n::{fill, t};
//! assert_eq!(t(Lang::Zh, SUBMIT), "提交");
//! assert_eq!(fill(t(Lang::En, MISSING), &["4"]), "4 missing");
//! ```

use domain::text::Lang;
use leptos::prelude::*;

/// A word or sentence of the interface in every language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// Chinese, as written there.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
}

impl Word {
    /// The word in `lang`.
    #[must_use]
    pub const fn get(self, lang: Lang) -> &'static str {
        match lang {
            Lang::Zh => self.zh,
            Lang::En => self.en,
        }
    }
}

/// Makes constants of type [`Word`](crate::i18n::Word): `NAME => "中文", "English";`.
#[macro_export]
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident => $zh:literal, $en:literal;)*) => {
        $(
            $(#[$doc])*
            #[doc = concat!("「", $zh, "」 ", $en)]
            pub const $name: $crate::i18n::Word = $crate::i18n::Word { zh: $zh, en: $en };
        )*
    };
}

/// The word in `lang`.
#[must_use]
pub const fn t(lang: Lang, word: Word) -> &'static str {
    word.get(lang)
}

/// `sentence` with each `{}` replaced by the next of `values`; a place without a value is left out.
#[must_use]
pub fn fill(sentence: &str, values: &[&str]) -> String {
    let mut values = values.iter();
    let mut parts = sentence.split("{}");
    let mut out = String::from(parts.next().unwrap_or_default());
    for part in parts {
        out.push_str(values.next().copied().unwrap_or_default());
        out.push_str(part);
    }
    out
}

/// Puts the language into the context and returns the signal that switches it.
pub fn provide_lang(lang: Lang) -> RwSignal<Lang> {
    let signal = RwSignal::new(lang);
    provide_context(signal);
    signal
}

/// The signal of the language, for who switches it; Chinese, and never heard of
/// again, where none was provided.
#[must_use]
pub fn use_lang_signal() -> RwSignal<Lang> {
    use_context::<RwSignal<Lang>>().unwrap_or_else(|| RwSignal::new(Lang::default()))
}

/// The language that this view is built in. A plain value: it may be carried
/// into event handlers and futures. The front builds its view anew when the
/// language changes, so nothing has to watch it.
#[must_use]
pub fn use_lang() -> Lang {
    use_lang_signal().get_untracked()
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn places_are_filled_in_order() {
        assert_eq!(fill("{} / {} 段", &["3", "5"]), "3 / 5 段");
        assert_eq!(fill("无", &["3"]), "无");
        assert_eq!(fill("缺 {} 条", &[]), "缺  条");
    }
}
