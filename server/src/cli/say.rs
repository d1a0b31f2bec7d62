//! What a command tells.

/// A sentence on standard output, in both languages.
pub(super) fn say(zh: &str, en: &str) {
    println!("{zh}  {en}");
}
