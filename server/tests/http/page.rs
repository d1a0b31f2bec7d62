//! What a browser would make of a page: its tree, and what in it could run.

use html5ever::{ParseOpts, parse_document, tendril::TendrilSink as _};
use markup5ever_rcdom::{Handle, NodeData, RcDom};

/// What was found in a page.
#[derive(Debug, Default)]
pub(crate) struct Page {
    /// Everything that a person could read, in one piece.
    pub(crate) words: String,
    /// What could run and is not ours.
    pub(crate) runs: Vec<String>,
}

/// Elements that bring something from elsewhere, or run by themselves.
const RUNS: [&str; 16] = [
    "iframe",
    "frame",
    "object",
    "embed",
    "applet",
    "base",
    "style",
    "animate",
    "set",
    "animatemotion",
    "foreignobject",
    "handler",
    "portal",
    "xml",
    "noscript",
    "marquee",
];
/// Attributes that name an address.
const ADDRESSES: [&str; 12] = [
    "href",
    "src",
    "action",
    "formaction",
    "data",
    "poster",
    "ping",
    "background",
    "srcset",
    "cite",
    "longdesc",
    "icon",
];

impl Page {
    pub(crate) fn read(html: &str) -> Self {
        let dom = parse_document(RcDom::default(), ParseOpts::default()).one(html);
        let mut page = Self::default();
        page.walk(&dom.document);
        page
    }

    fn walk(&mut self, node: &Handle) {
        match &node.data {
            NodeData::Text { contents } => {
                self.words.push_str(&contents.borrow());
                self.words.push('\n');
            }
            NodeData::Element { name, attrs, .. } => {
                let tag = name.local.to_ascii_lowercase().to_string();
                let attributes: Vec<(String, String)> = attrs
                    .borrow()
                    .iter()
                    .map(|attr| (attr.name.local.to_ascii_lowercase().to_string(), attr.value.to_string()))
                    .collect();
                self.element(&tag, &attributes, node);
                if tag == "script" {
                    // Its text is a program, not words.
                    return;
                }
            }
            _ => {}
        }
        for child in node.children.borrow().iter() {
            self.walk(child);
        }
    }

    fn element(&mut self, tag: &str, attributes: &[(String, String)], node: &Handle) {
        let get = |wanted: &str| attributes.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
        if RUNS.contains(&tag) || (tag == "meta" && get("http-equiv").is_some()) {
            self.runs.push(format!("<{tag}>"));
        }
        if tag == "link" && !matches!(get("rel"), Some("stylesheet" | "icon" | "manifest")) {
            self.runs.push(format!("<link rel={:?}>", get("rel")));
        }
        if tag == "script" {
            let text: String = node
                .children
                .borrow()
                .iter()
                .filter_map(|child| match &child.data {
                    NodeData::Text { contents } => Some(contents.borrow().to_string()),
                    _ => None,
                })
                .collect();
            let ours = match get("src") {
                Some(src) => src.starts_with("/assets/") && text.is_empty(),
                None => get("nonce").is_some() && is_data(&text),
            };
            if !ours {
                self.runs.push(format!("<script>{text:.200}"));
            }
        }
        for (name, value) in attributes {
            let plain: String = value.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
            let plain = plain.to_lowercase();
            let scheme = plain.split_once(':').is_some_and(|(scheme, _)| {
                !scheme.is_empty() && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
            });
            let leads = ADDRESSES.contains(&name.as_str()) || name.ends_with(":href");
            let away = leads && (scheme || plain.starts_with("//") || plain.starts_with("\\"));
            if name.starts_with("on") || name == "style" || name == "srcdoc" || away {
                self.runs.push(format!("<{tag} {name}={value:.100}>"));
            }
            self.words.push_str(value);
            self.words.push('\n');
        }
    }
}

/// Whether a script only hands data over: assignments of literals to the framework's own names.
fn is_data(script: &str) -> bool {
    let mut name = String::new();
    let mut chars = script.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                // To the end of the literal; a line ends none.
                loop {
                    match chars.next() {
                        Some('\\') if chars.next().is_some() => {}
                        Some('"') => break,
                        Some('\n' | '\r' | '\\') | None => return false,
                        Some(_) => {}
                    }
                }
            }
            'A'..='Z' | 'a'..='z' | '_' => name.push(c),
            '0'..='9' | '[' | ']' | ',' | ' ' | '\n' => {}
            '=' | ';' => {
                let ours = [
                    "",
                    "__RESOLVED_RESOURCES",
                    "__SERIALIZED_ERRORS",
                    "__PENDING_RESOURCES",
                    "__RESOURCE_RESOLVERS",
                    "__INCOMPLETE_CHUNKS",
                ];
                if !ours.contains(&name.as_str()) {
                    return false;
                }
                name.clear();
            }
            _ => return false,
        }
    }
    name.is_empty()
}

#[test]
fn what_runs_is_found_and_what_does_not_is_left() {
    for bad in [
        "<script>alert(1)</script>",
        "<script nonce=a>__RESOLVED_RESOURCES[0] = \"a\";alert(1)</script>",
        "<script nonce=a>__RESOLVED_RESOURCES[0] = \"a\"+b;</script>",
        "<img src=x onerror=alert(1)>",
        "<a href=\" java\tscript:alert(1)\">x</a>",
        "<a href=//evil.example>x</a>",
        "<form action=https://evil.example></form>",
        "<svg><use xlink:href=data:x /></svg>",
        "<p style=color:red>x</p>",
        "<meta http-equiv=refresh content=0>",
        "<iframe></iframe>",
        "<script src=//evil.example/x.js></script>",
    ] {
        assert_ne!(Page::read(bad).runs, Vec::<String>::new(), "{bad}");
    }
    for good in [
        "<a href=/hq?a=b>x</a><form method=post action=/hq/act/x></form>",
        "<script nonce=a>__RESOLVED_RESOURCES=[];__PENDING_RESOURCES=[0,1,];</script>",
        r#"<script nonce=a>__RESOLVED_RESOURCES[0] = "{\"a\":\"\\\"</b>;alert(1)\"}";</script>"#,
        "<script type=module src=/assets/hq.js></script><p>&lt;script&gt;</p>",
    ] {
        assert_eq!(Page::read(good).runs, Vec::<String>::new(), "{good}");
    }
}
