//! Whether a request comes from a page of ours. Browsers say so; another site cannot make them lie.

use axum::http::{HeaderMap, Method, header};

/// Whether a request that only reads: it changes nothing, whoever made the browser send it.
#[must_use]
pub fn only_reads(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Where a request comes from, as far as its headers tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A page of this very site.
    Ours,
    /// Another site, a frame without an origin, or an address that was typed.
    Foreign,
    /// Nothing says: no browser of today that posts.
    Unsaid,
}

impl Origin {
    /// Reads `Sec-Fetch-Site`, and where that is missing (plain http) compares `Origin` with the host.
    #[must_use]
    pub fn of(headers: &HeaderMap, public_url: Option<&str>) -> Self {
        if mutants::planted(mutants::Mutant::WelcomesForeignForms) {
            return Self::Ours;
        }
        let text = |value: &axum::http::HeaderValue| value.to_str().unwrap_or_default().to_owned();
        if let Some(site) = headers.get("sec-fetch-site") {
            return if text(site) == "same-origin" { Self::Ours } else { Self::Foreign };
        }
        let Some(origin) = headers.get(header::ORIGIN).map(text) else { return Self::Unsaid };
        let host = headers.get(header::HOST).map(text).unwrap_or_default();
        let authority = origin.split_once("://").map_or("", |(_, authority)| authority);
        let same = (!host.is_empty() && authority == host) || public_url.is_some_and(|public| public == origin);
        if same { Self::Ours } else { Self::Foreign }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browser_says_where_a_request_comes_from() {
        for (site, origin, said) in [
            (Some("same-origin"), None, Origin::Ours),
            (Some("same-origin"), Some("http://a.example"), Origin::Ours),
            (Some("same-site"), Some("http://mc.example"), Origin::Foreign),
            (Some("cross-site"), None, Origin::Foreign),
            (Some("none"), None, Origin::Foreign),
            (None, Some("http://mc.example"), Origin::Ours),
            (None, Some("https://public.example"), Origin::Ours),
            (None, Some("http://mc.example:81"), Origin::Foreign),
            (None, Some("http://mc.example.evil"), Origin::Foreign),
            (None, Some("null"), Origin::Foreign),
            (None, Some(""), Origin::Foreign),
            (None, None, Origin::Unsaid),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, "mc.example".parse().unwrap());
            if let Some(site) = site {
                headers.insert("sec-fetch-site", site.parse().unwrap());
            }
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, origin.parse().unwrap());
            }
            assert_eq!(Origin::of(&headers, Some("https://public.example")), said, "{site:?} {origin:?}");
        }
    }
}
