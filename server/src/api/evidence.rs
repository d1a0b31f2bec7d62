//! Bytes come up in chunks, and are shown to whoever may see them.

use axum::{
    Json,
    body::Body as AxumBody,
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use domain::{evidence::Sha256, ids::VisitId};
use mutants::{Mutant, planted};
use protocol::evidence::{CHUNK_HEADER, CHUNK_MOST, CreateUpload, OFFSET_HEADER, UploadState, VISIT_HEADER};
use serde::Deserialize;
use store::Claim;

use super::{
    ApiError, Code,
    asks::{AnyToken, Body, Hand},
};
use crate::{media::UploadKey, process::Server};

/// What `identity` says about these bytes, if the caller named them. They are stored only while they lie there: a file is
/// lost, or a backup holds the row and lacks the file, and whoever is told all the same that it is here lets go of the
/// last copy.
async fn claim(server: &Server, hand: Hand, visit: VisitId, sha256: Sha256) -> Result<Claim, ApiError> {
    let tenant = hand.secret.tenant;
    let claim = server.store.evidence_claim(tenant, hand.caller, visit, sha256, server.clock.now()).await?;
    let mut claim = claim.ok_or(Code::NotNamed)?;
    claim.stored = claim.stored && server.media.holds(tenant, sha256, claim.size).await?;
    Ok(claim)
}

async fn state(server: &Server, hand: Hand, claim: &Claim, key: &UploadKey) -> Result<UploadState, ApiError> {
    if claim.stored {
        return Ok(UploadState { offset: claim.size, verified: true });
    }
    let offset = server.media.offset(key).await?;
    if offset < claim.size {
        return Ok(UploadState { offset, verified: false });
    }
    // Every chunk is here and the whole was never hashed: a crash or a full disk came between. Whoever asks has
    // nothing left to send, so it must be done now.
    finish(server, hand, key, None).await?;
    Ok(UploadState { offset, verified: true })
}

/// Hashes the whole, which is what was uploaded in chunks where it did not come in one, and notes that it is here.
async fn finish(server: &Server, hand: Hand, key: &UploadKey, whole: Option<Bytes>) -> Result<(), ApiError> {
    let kept = match whole {
        Some(bytes) => server.media.keep(key.tenant, key.sha256, bytes).await,
        None => server.media.finish(key).await,
    };
    match kept {
        Err(_) if mutants::planted(mutants::Mutant::AcknowledgesOnFullDisk) => {}
        finished => finished?,
    }
    let now = server.clock.now();
    server.store.evidence_stored(key.tenant, hand.caller, key.visit, key.sha256, now).await?;
    server.jobs.note(key.tenant, key.visit);
    Ok(())
}

pub(super) async fn create(
    State(server): State<Server>,
    hand: Hand,
    Body(asked): Body<CreateUpload>,
) -> Result<Json<UploadState>, ApiError> {
    let claim = claim(&server, hand, asked.visit, asked.sha256).await?;
    if claim.size != asked.size {
        return Err(ApiError::with(Code::BadRequest, "size"));
    }
    let key = UploadKey { tenant: hand.secret.tenant, visit: asked.visit, sha256: asked.sha256 };
    if mutants::planted(mutants::Mutant::ForgetsUploadOffset) && !claim.stored {
        server.media.forget(&key).await?;
    }
    state(&server, hand, &claim, &key).await.map(Json)
}

pub(super) async fn offset(
    State(server): State<Server>,
    hand: Hand,
    Path(sha256): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let key = key(hand, &sha256, &headers)?;
    let claim = claim(&server, hand, key.visit, key.sha256).await?;
    let state = state(&server, hand, &claim, &key).await?;
    let mut response = StatusCode::OK.into_response();
    response.headers_mut().insert(OFFSET_HEADER, HeaderValue::from(state.offset));
    Ok(response)
}

pub(super) async fn chunk(
    State(server): State<Server>,
    hand: Hand,
    Path(sha256): Path<String>,
    headers: HeaderMap,
    chunk: Bytes,
) -> Result<Json<UploadState>, ApiError> {
    let key = key(hand, &sha256, &headers)?;
    let claim = claim(&server, hand, key.visit, key.sha256).await?;
    if claim.stored {
        return state(&server, hand, &claim, &key).await.map(Json);
    }
    let offset: Result<u64, _> = text(&headers, OFFSET_HEADER)?.parse();
    let offset = match offset {
        Ok(offset) => offset,
        Err(error) if planted(Mutant::UnwrapsOffset) => panic!("{error}"),
        Err(_) => return Err(bad(OFFSET_HEADER)),
    };
    let named: Sha256 = text(&headers, CHUNK_HEADER)?.parse().map_err(|_| bad(CHUNK_HEADER))?;
    if chunk.is_empty() || chunk.len() as u64 > CHUNK_MOST {
        return Err(ApiError::with(Code::TooLarge, CHUNK_MOST.to_string()));
    }
    if Sha256::of(&chunk) != named && !planted(Mutant::SkipsChunkHash) {
        return Err(Code::ChunkHash.into());
    }
    if offset.saturating_add(chunk.len() as u64) > claim.size {
        return Err(ApiError::with(Code::BadRequest, "size"));
    }
    if offset == 0 && chunk.len() as u64 == claim.size {
        // Nothing is to be waited for: it is written once, under its own name.
        finish(&server, hand, &key, Some(chunk)).await?;
        return Ok(Json(UploadState { offset: claim.size, verified: true }));
    }
    let next = server.media.put_chunk(&key, offset, chunk).await?;
    if next < claim.size {
        return Ok(Json(UploadState { offset: next, verified: false }));
    }
    finish(&server, hand, &key, None).await?;
    Ok(Json(UploadState { offset: next, verified: true }))
}

#[derive(Deserialize)]
pub(super) struct Of {
    visit: VisitId,
}

pub(super) async fn read(
    State(server): State<Server>,
    AnyToken(secret): AnyToken,
    Path(sha256): Path<String>,
    Query(of): Query<Of>,
) -> Result<Response, ApiError> {
    let sha256: Sha256 = sha256.parse().map_err(|_| Code::NotFound)?;
    let now = server.clock.now();
    // There and not for you, or not there: the answer is the same.
    let readable = server.store.evidence_readable(secret.tenant, secret.hash, of.visit, sha256, now).await?;
    let readable = readable.ok_or(Code::NotFound)?;
    let found = server.media.read(secret.tenant, sha256).await?.ok_or(Code::NotFound)?;
    let mime = HeaderValue::from_str(&readable.mime).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let headers = [
        (header::CONTENT_TYPE, mime),
        (header::CONTENT_LENGTH, HeaderValue::from(readable.size)),
        // Asked for anew each time, so that whoever may no longer see it does not.
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache")),
        // Whatever the bytes are, they never run.
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
    ];
    Ok((headers, AxumBody::from_stream(found.into_stream())).into_response())
}

fn key(hand: Hand, sha256: &str, headers: &HeaderMap) -> Result<UploadKey, ApiError> {
    let sha256 = sha256.parse().map_err(|_| bad("sha256"))?;
    let visit = uuid::Uuid::parse_str(text(headers, VISIT_HEADER)?).map_err(|_| bad(VISIT_HEADER))?;
    Ok(UploadKey { tenant: hand.secret.tenant, visit: VisitId(visit), sha256 })
}

fn text<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<&'a str, ApiError> {
    headers.get(name).and_then(|value| value.to_str().ok()).ok_or_else(|| bad(name))
}

fn bad(what: &str) -> ApiError {
    ApiError::with(Code::BadRequest, what)
}
