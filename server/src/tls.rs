//! Our own https: for phones on the local network, or with a real certificate.

pub mod authority;
pub mod listener;

use std::{path::Path, sync::Arc};

use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};

use crate::failure::{Exit, Failure, Result};

/// What a handshake needs, from the files of a real certificate.
///
/// # Errors
/// [`Exit::Tls`]: a file cannot be read, or the key is not the certificate's.
pub fn from_files(cert: &Path, key: &Path) -> Result<Arc<ServerConfig>> {
    let wrong = |path: &Path, error: &dyn std::fmt::Display| {
        let name = path.display();
        Failure::new(
            Exit::Tls,
            format!("{name} 不能用作证书或私钥(PEM):{error}"),
            format!("{name} cannot be used as certificate or key (PEM): {error}"),
        )
    };
    let chain = CertificateDer::pem_file_iter(cert).and_then(Iterator::collect::<core::result::Result<Vec<_>, _>>);
    let chain = chain.map_err(|error| wrong(cert, &error))?;
    if chain.is_empty() {
        return Err(wrong(cert, &"no CERTIFICATE"));
    }
    let secret = PrivateKeyDer::from_pem_file(key).map_err(|error| wrong(key, &error))?;
    config(chain, secret).map_err(|error| wrong(key, &error))
}

/// What a handshake needs, with `chain` and its key.
fn config(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> core::result::Result<Arc<ServerConfig>, rustls::Error> {
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    Ok(Arc::new(config))
}
