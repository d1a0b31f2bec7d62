//! The built site: every file under the address that the build gave it, and nothing else.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use serde::Deserialize;

use crate::failure::{Exit, Failure, Result};

/// What the build wrote down.
#[derive(Deserialize)]
struct Manifest {
    build: String,
    files: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    logical: String,
    path: String,
    file: String,
    mime: String,
    sha256: String,
}

/// A file with its compressed forms, in memory: all of them together are a few megabytes.
#[derive(Debug)]
struct File {
    plain: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
    mime: HeaderValue,
    etag: HeaderValue,
}

/// The built site.
#[derive(Debug, Default)]
pub struct Site {
    /// Of the phone's files.
    pub build: String,
    by_path: HashMap<String, File>,
    by_name: HashMap<String, String>,
}

impl Site {
    /// Reads the site in `folder`.
    ///
    /// # Errors
    /// [`Exit::Usage`]: there is none, or it is not whole.
    pub fn read(folder: &Path) -> Result<Self> {
        let missing = |error: &dyn std::fmt::Display| {
            let name = folder.display();
            Failure::new(
                Exit::Usage,
                format!("{name} 里没有构建好的网站({error})。请先运行 make run,或用 --site 指定"),
                format!("{name} holds no built site ({error}). Run `make run`, or name it with --site"),
            )
        };
        let text = std::fs::read(folder.join("manifest.json")).map_err(|error| missing(&error))?;
        let manifest: Manifest = serde_json::from_slice(&text).map_err(|error| missing(&error))?;
        let mut site = Self { build: manifest.build, ..Self::default() };
        for listed in manifest.files {
            let place = folder.join(&listed.file);
            let plain = std::fs::read(&place).map_err(|error| missing(&error))?;
            let beside = |end: &str| std::fs::read(with_end(&place, end)).ok().map(Bytes::from);
            let header = |text: &str| HeaderValue::from_str(text).map_err(|error| missing(&error));
            let file = File {
                plain: plain.into(),
                brotli: beside("br"),
                gzip: beside("gz"),
                mime: header(&listed.mime)?,
                etag: header(&format!("\"{}\"", &listed.sha256))?,
            };
            site.by_name.insert(listed.logical, listed.path.clone());
            site.by_path.insert(listed.path, file);
        }
        Ok(site)
    }

    /// The kill switch in place of the phones' worker.
    ///
    /// # Errors
    /// [`Exit::Usage`]: this site has none.
    pub fn withdraw_worker(&mut self) -> Result<()> {
        let kill = self.by_path.remove("/sw-kill.js").ok_or_else(|| {
            Failure::new(Exit::Usage, "构建好的网站里没有 sw-kill.js", "the built site has no sw-kill.js")
        })?;
        self.by_path.insert("/sw.js".to_owned(), kill);
        Ok(())
    }

    /// Where the site lies if nobody says: beside the program, or where a build leaves it.
    #[must_use]
    pub fn default_folder() -> PathBuf {
        let beside = std::env::current_exe().ok().and_then(|program| Some(program.parent()?.join("site")));
        beside.filter(|folder| folder.join("manifest.json").exists()).unwrap_or_else(|| "target/site/release".into())
    }

    /// The address of a file by the name that it had before the build.
    #[must_use]
    pub fn address(&self, logical: &str) -> Option<String> {
        self.by_name.get(logical).cloned()
    }

    /// HQ's files.
    #[must_use]
    pub fn hq_bundle(&self) -> hq::ssr::Bundle {
        hq::ssr::Bundle {
            style: self.address("hq.css").unwrap_or_default(),
            script: self.address("hq.js"),
            sprite: self.address("icons/sprite.svg").unwrap_or_default(),
        }
    }

    fn answer(&self, path: &str, headers: &HeaderMap) -> Response {
        let Some(file) = self.by_path.get(path) else { return StatusCode::NOT_FOUND.into_response() };
        let mut response = if headers.get(header::IF_NONE_MATCH) == Some(&file.etag) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let accepts = |coding: &str| {
                headers
                    .get(header::ACCEPT_ENCODING)
                    .and_then(|value| value.to_str().ok())
                    .is_some_and(|accepted| accepted.split(',').any(|one| one.trim().split(';').next() == Some(coding)))
            };
            let (body, coding) = match (&file.brotli, &file.gzip) {
                (Some(bytes), _) if accepts("br") => (bytes, Some("br")),
                (_, Some(bytes)) if accepts("gzip") => (bytes, Some("gzip")),
                _ => (&file.plain, None),
            };
            let mut response = Response::new(Body::from(body.clone()));
            if let Some(coding) = coding {
                response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
            }
            response.headers_mut().insert(header::CONTENT_TYPE, file.mime.clone());
            response
        };
        // A name with a hash never means other bytes; every other address is asked for anew.
        let lasting = if path.starts_with("/assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
        let out = response.headers_mut();
        out.insert(header::CACHE_CONTROL, HeaderValue::from_static(lasting));
        out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        out.insert(header::ETAG, file.etag.clone());
        if path == "/sw.js" {
            out.insert("service-worker-allowed", HeaderValue::from_static("/field"));
            // A worker lives under the policy of its own script: this one fetches what it keeps, and nothing else.
            let policy = HeaderValue::from_static("default-src 'none'; connect-src 'self'");
            out.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        response
    }
}

fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(end);
    name.into()
}

/// A file under the address that was asked for.
pub async fn file(State(site): State<Arc<Site>>, request: Request) -> Response {
    site.answer(request.uri().path(), request.headers())
}

/// The phone's one document, for every address below `/field`: the app finds out where it is.
pub async fn shell(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response {
    let mut response = site.answer("/field", &headers);
    let policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; \
                  media-src 'self' blob: mediastream:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; \
                  form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    let own = "camera=(self), microphone=(self), geolocation=(self)";
    response.headers_mut().insert("permissions-policy", HeaderValue::from_static(own));
    response
}
