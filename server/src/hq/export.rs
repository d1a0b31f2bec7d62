//! HQ's downloads: what the list shows, as a file.

use std::io;

use axum::{
    Extension,
    body::{Body, Bytes},
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use domain::text::Lang;
use futures_util::{StreamExt as _, stream};
use hq::{
    HqError, PageContext,
    ssr::{
        Caller,
        answers::{self, Piece, Pieces, Wording},
        csv,
    },
};
use tokio::task::JoinHandle;

pub(super) async fn visits(Extension(caller): Extension<Caller>, parts: Parts) -> Response {
    let lang = PageContext::of_request(&parts).lang;
    list("visits.csv", lang, csv::visits(&caller, lang, |name| parameter(&parts, name))).await
}

pub(super) async fn findings(Extension(caller): Extension<Caller>, parts: Parts) -> Response {
    let lang = PageContext::of_request(&parts).lang;
    list("findings.csv", lang, csv::findings(&caller, lang, |name| parameter(&parts, name))).await
}

/// Sent as it is read, as the answers are; a row is soon put into words.
async fn list(name: &'static str, lang: Lang, begun: Result<csv::List, HqError>) -> Response {
    let list = match begun {
        Ok(list) => list,
        Err(error) => return refusal(&error, lang),
    };
    let heads = list.heads();
    // Until the first piece is there a failure can still be said.
    let (lines, rest) = match list.next().await {
        Ok(read) => read,
        Err(error) => return refusal(&error, lang),
    };
    let rest = stream::try_unfold(rest, |rest| async move {
        let Some(list) = rest else { return Ok(None) };
        let (lines, rest) = list.next().await.map_err(|error| cut_off(&error))?;
        Ok::<_, io::Error>(Some((Bytes::from(lines), rest)))
    });
    let lines = stream::once(async move { Ok(Bytes::from(heads + &lines)) }).chain(rest);
    (attachment(name), Body::from_stream(lines)).into_response()
}

/// What was sent cannot be taken back: the download is cut off, and the browser says so.
fn cut_off(error: &HqError) -> io::Error {
    tracing::error!(?error, "a download was cut off");
    io::Error::other("cut off")
}

/// Sent as it is read: nobody waits for the last row, and no table is held in memory. While one piece is put into words
/// and sent the next is read, and no more than that.
pub(super) async fn answers(Extension(caller): Extension<Caller>, parts: Parts) -> Response {
    let lang = PageContext::of_request(&parts).lang;
    let begun = answers::begin(&caller, lang, |name| parameter(&parts, name));
    let (wording, pieces) = match begun {
        Ok(begun) => begun,
        Err(error) => return refusal(&error, lang),
    };
    // Until the first piece is there a failure can still be said.
    let (piece, rest) = match pieces.next().await {
        Ok(read) => read,
        Err(error) => return refusal(&error, lang),
    };
    let mut download = Download { wording, ahead: rest.map(|rest| tokio::spawn(rest.next())) };
    let first = download.wording.heads() + &download.wording.lines(&piece);
    let rest = stream::try_unfold(download, |mut download| async move {
        let next = download.next().await.map_err(|error| cut_off(&error))?;
        Ok::<_, io::Error>(next.map(|lines| (Bytes::from(lines), download)))
    });
    let lines = stream::once(async { Ok(Bytes::from(first)) }).chain(rest);
    (attachment("answers.csv"), Body::from_stream(lines)).into_response()
}

/// A piece, and what follows it.
type Read = Result<(Piece, Option<Pieces>), HqError>;

/// A download of answers under way.
struct Download {
    wording: Wording,
    /// The next piece; `None` at the end.
    ahead: Option<JoinHandle<Read>>,
}

impl Download {
    async fn next(&mut self) -> Result<Option<String>, HqError> {
        let Some(ahead) = self.ahead.take() else { return Ok(None) };
        let (piece, rest) = ahead.await.map_err(|_| HqError::Internal)??;
        self.ahead = rest.map(|rest| tokio::spawn(rest.next()));
        Ok(Some(self.wording.lines(&piece)))
    }
}

fn parameter(parts: &Parts, name: &str) -> Option<String> {
    form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes())
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.into_owned())
}

fn attachment(name: &str) -> [(header::HeaderName, HeaderValue); 2] {
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"mingcha-{name}\""));
    [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
        (header::CONTENT_DISPOSITION, disposition.unwrap_or(HeaderValue::from_static("attachment"))),
    ]
}

/// In words: whoever asked for a file sees this in place of a page.
fn refusal(error: &HqError, lang: Lang) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let heads = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    (status, heads, error.word().get(lang)).into_response()
}
