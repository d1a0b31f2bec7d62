//! HQ's downloads: what the list shows, as a file.

use axum::{
    Extension,
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use hq::{
    HqError, PageContext,
    ssr::{Caller, csv},
};

pub(super) async fn visits(Extension(caller): Extension<Caller>, parts: Parts) -> Response {
    let lang = PageContext::of_request(&parts).lang;
    file("visits.csv", csv::visits(&caller, lang, |name| parameter(&parts, name)).await)
}

pub(super) async fn findings(Extension(caller): Extension<Caller>, parts: Parts) -> Response {
    let lang = PageContext::of_request(&parts).lang;
    file("findings.csv", csv::findings(&caller, lang, |name| parameter(&parts, name)).await)
}

fn parameter(parts: &Parts, name: &str) -> Option<String> {
    form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes())
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.into_owned())
}

fn file(name: &'static str, made: Result<String, HqError>) -> Response {
    match made {
        Ok(text) => {
            let disposition = HeaderValue::from_str(&format!("attachment; filename=\"mingcha-{name}\""));
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
                (header::CONTENT_DISPOSITION, disposition.unwrap_or(HeaderValue::from_static("attachment"))),
                (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            ];
            (headers, text).into_response()
        }
        Err(error) => StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response(),
    }
}
