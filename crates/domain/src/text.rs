//! Texts of data in the languages of the product.

use serde::{Deserialize, Serialize};

/// A language of the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Chinese as written in mainland China.
    #[default]
    Zh,
    /// English.
    En,
}

impl Lang {
    /// The language tag for `lang=` and `Accept-Language`: `zh-CN` or `en`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// The language that a tag like `en-GB` asks for; Chinese for all others.
    #[must_use]
    pub fn from_tag(tag: &str) -> Self {
        if tag.starts_with("en") { Self::En } else { Self::Zh }
    }
}

/// A text of data: Chinese always, English where somebody wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Text {
    /// The Chinese text.
    pub zh: String,
    /// The English text, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
}

impl Text {
    /// A text in both languages.
    #[must_use]
    pub fn new(zh: &str, en: &str) -> Self {
        Self { zh: zh.to_owned(), en: Some(en.to_owned()) }
    }

    /// A text that exists in Chinese only, such as a hall's name.
    #[must_use]
    pub fn zh(zh: &str) -> Self {
        Self { zh: zh.to_owned(), en: None }
    }

    /// The text in `lang`, or in Chinese where it was never written in that language.
    #[must_use]
    pub fn get(&self, lang: Lang) -> &str {
        match (lang, &self.en) {
            (Lang::En, Some(en)) => en,
            _ => &self.zh,
        }
    }
}
