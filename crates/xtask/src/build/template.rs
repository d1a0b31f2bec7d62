//! Templates: `{{name}}` in a text.

use anyhow::{Context, Result};

/// Replaces every `{{name}}` by what `value` gives for it; fails where it gives nothing.
pub(super) fn fill<'a>(template: &str, value: impl Fn(&str) -> Option<&'a str>) -> Result<String> {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, tail) = after.split_once("}}").context("a {{ without }} in a template")?;
        filled.push_str(before);
        filled.push_str(value(name).with_context(|| format!("nothing for {{{{{name}}}}} in a template"))?);
        rest = tail;
    }
    filled.push_str(rest);
    Ok(filled)
}

/// Drops comments, indentation and line ends between tags; the shell has no text that minds.
pub(super) fn minify_html(html: &str) -> String {
    let mut small = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, after)) = rest.split_once("<!--") {
        small.push_str(before);
        rest = after.split_once("-->").map_or("", |(_, tail)| tail);
    }
    small.push_str(rest);
    small.lines().map(str::trim).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(name: &str) -> Option<&'static str> {
        (name == "asset:boot.js").then_some("/assets/boot-1.js")
    }

    #[test]
    fn templates_name_assets() {
        assert_eq!(fill("<a {{asset:boot.js}}>\n", value).unwrap(), "<a /assets/boot-1.js>\n");
    }

    #[test]
    fn a_template_cannot_name_what_is_not_there() {
        assert!(fill("{{asset:worker.js}}", value).is_err());
        assert!(fill("{{asset:boot.js", value).is_err());
    }

    #[test]
    fn html_loses_comments_and_indentation() {
        assert_eq!(minify_html("<a>\n  <!-- why -->\n  <b>\n"), "<a><b>");
    }
}
