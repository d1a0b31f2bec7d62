//! A file of the site: named by its content, compressed once.

use std::{fs, io::Write as _, path::Path};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::workspace::Profile;

/// A file that the server hands out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Asset {
    /// The name that code uses: `field.wasm`, `hq.css`, `field/icon-192.png`.
    pub(crate) logical: String,
    /// The path in the address. Below `/assets/` it holds a hash: cache it for ever.
    pub(crate) path: String,
    /// The file, relative to the folder of the manifest. `.br` and `.gz` lie beside it
    /// where the numbers below are given.
    pub(crate) file: String,
    /// `Content-Type`.
    pub(crate) mime: String,
    /// Size, bytes.
    pub(crate) bytes: u64,
    /// Size at brotli 11, bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) brotli: Option<u64>,
    /// Size at gzip 9, bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) gzip: Option<u64>,
    /// Of the plain bytes, hex.
    pub(crate) sha256: String,
    /// Whether a phone loads it on its first visit.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) first_visit: bool,
}

/// SHA-256 in hex.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing into a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Whether compressing this type saves anything.
fn is_compressible(mime: &str) -> bool {
    !matches!(mime, "image/png" | "image/jpeg" | "image/webp" | "font/woff2")
}

/// `Content-Type` by the end of the name.
pub(crate) fn mime(name: &str) -> &'static str {
    match Path::new(name).extension().and_then(|end| end.to_str()).unwrap_or_default() {
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webmanifest" => "application/manifest+json",
        "json" => "application/json",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

impl Asset {
    /// Writes a file whose name holds its hash: `field.wasm` becomes `/assets/field-1a2b3c4d5e.wasm`.
    pub(crate) fn hashed(site: &Path, profile: Profile, logical: &str, bytes: &[u8]) -> Result<Self> {
        let (stem, end) = logical.rsplit_once('.').unwrap_or((logical, "bin"));
        let file = format!("assets/{}-{}.{end}", stem.replace('/', "-"), &sha256_hex(bytes)[..10]);
        let path = format!("/{file}");
        Self::write(site, profile, logical, path, file, bytes)
    }

    /// Writes a file that is served under a fixed address and asked for anew each time.
    pub(crate) fn fixed(site: &Path, profile: Profile, logical: &str, path: &str, bytes: &[u8]) -> Result<Self> {
        Self::write(site, profile, logical, path.to_owned(), logical.to_owned(), bytes)
    }

    fn write(site: &Path, profile: Profile, logical: &str, path: String, file: String, bytes: &[u8]) -> Result<Self> {
        let mime = mime(logical).to_owned();
        let place = site.join(&file);
        let same = fs::read(&place).is_ok_and(|old| old == bytes);
        if !same {
            put(&place, bytes)?;
        }
        let [brotli, gzip] = if profile == Profile::Release && is_compressible(&mime) {
            let squeeze = |end: &str, how: fn(&[u8]) -> Result<Vec<u8>>| {
                let place = site.join(format!("{file}.{end}"));
                if !same || !place.exists() {
                    put(&place, &how(bytes)?)?;
                }
                let size = fs::metadata(&place).with_context(|| format!("reading {}", place.display()))?;
                anyhow::Ok(Some(size.len()))
            };
            [squeeze("br", brotli)?, squeeze("gz", gzip)?]
        } else {
            [None, None]
        };
        Ok(Self {
            logical: logical.to_owned(),
            path,
            file,
            mime,
            bytes: bytes.len() as u64,
            brotli,
            gzip,
            sha256: sha256_hex(bytes),
            first_visit: false,
        })
    }
}

fn put(place: &Path, bytes: &[u8]) -> Result<()> {
    if let Some(folder) = place.parent() {
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    }
    fs::write(place, bytes).with_context(|| format!("writing {}", place.display()))
}

fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    let mut small = Vec::new();
    brotli::BrotliCompress(&mut &bytes[..], &mut small, &parameters).context("compressing")?;
    Ok(small)
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).context("compressing")?;
    encoder.finish().context("compressing")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_content() {
        let folder = std::env::temp_dir().join(format!("xtask-asset-{}", std::process::id()));
        let write = |bytes: &[u8]| Asset::hashed(&folder, Profile::Release, "field/a.js", bytes).unwrap();
        let (one, other) = (write(b"1"), write(b"2"));
        assert!(one.path.starts_with("/assets/field-a-6b86b273ff"), "{}", one.path);
        assert_ne!(one.path, other.path);
        assert_eq!(fs::read(folder.join(&one.file)).unwrap(), b"1");
        assert!(folder.join(format!("{}.br", one.file)).exists());
        fs::remove_dir_all(&folder).unwrap();
    }
}
