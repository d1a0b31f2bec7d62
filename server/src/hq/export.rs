//! HQ's downloads: what the list shows, as a file.

use axum::{
    Extension,
    body::{Body, Bytes},
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use hq::{
    HqError, PageContext,
    ssr::{Caller, answers::Answers, csv},
};

pub(super) async fn visits(Extension(caller): Extension<Caller>, parts: Parts) -> Response {
    let lang = PageContext::of_request(&parts).lang;
    file("visits.csv", csv::visits(&caller, lang, |name| parameter(&parts, name)).await)
}

pub(super) async fn findings(Extension(caller): Extension<Caller>, parts: Parts) -> Response {
    let lang = PageContext::of_request(&parts).lang;
    file("findings.csv", csv::findings(&caller, lang, |name| parameter(&parts, name)).await)
}

/// Sent as it is read: nobody waits for the last row, and no table is held in memory.
pub(super) async fn answers(Extension(caller): Extension<Caller>, parts: Parts) -> Response {
    let lang = PageContext::of_request(&parts).lang;
    match Answers::begin(&caller, lang, |name| parameter(&parts, name)).await {
        Ok((answers, first)) => {
            let pieces = stream::try_unfold((answers, Some(first)), |(mut answers, first)| async move {
                let piece = match first {
                    Some(first) => Some(first),
                    // What was sent cannot be taken back: the download is cut off, and the browser says so.
                    None => answers.next().await.map_err(|error| {
                        tracing::error!(?error, "a download was cut off");
                        std::io::Error::other("cut off")
                    })?,
                };
                Ok::<_, std::io::Error>(piece.map(|piece| (Bytes::from(piece), (answers, None))))
            });
            (attachment("answers.csv"), Body::from_stream(pieces)).into_response()
        }
        Err(error) => refusal(&error),
    }
}

fn parameter(parts: &Parts, name: &str) -> Option<String> {
    form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes())
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.into_owned())
}

fn file(name: &'static str, made: Result<String, HqError>) -> Response {
    match made {
        Ok(text) => (attachment(name), text).into_response(),
        Err(error) => refusal(&error),
    }
}

fn attachment(name: &str) -> [(header::HeaderName, HeaderValue); 3] {
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"mingcha-{name}\""));
    [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
        (header::CONTENT_DISPOSITION, disposition.unwrap_or(HeaderValue::from_static("attachment"))),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ]
}

fn refusal(error: &HqError) -> Response {
    StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response()
}
