//! An authority of our own, in the data folder, and the certificate that it gives this machine.
//!
//! The authority lasts ten years and never changes: phones have been told to trust it. The certificate is made anew
//! when the machine's addresses change or its end comes near.

use std::{fs, io::ErrorKind, path::Path, sync::Arc};

use domain::{
    evidence::Sha256,
    time::{DAY_MS, Day, Moment, ZoneOffset, wall_clock},
};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use serde::{Deserialize, Serialize};

use super::config;
use crate::{
    data_dir::{DataDir, cannot_use, write_private},
    failure::{Exit, Failure, Result},
    random::{Random, hex},
};

/// How long the authority lasts.
const AUTHORITY_DAYS: i64 = 3_650;
/// How long a certificate lasts: Apple takes none that lasts longer than 825 days.
const LEAF_DAYS: i64 = 397;
/// A certificate that ends sooner is made anew.
const RENEW_DAYS: i64 = 60;

/// The authority, as phones are to trust it, and what https is served with.
#[derive(Clone, Debug)]
pub struct Authority {
    /// The authority's certificate, DER: what a phone installs.
    pub der: Vec<u8>,
    /// What a handshake needs.
    pub config: Arc<ServerConfig>,
    /// Whether the certificate was made just now.
    pub renewed: bool,
}

/// What the certificate at hand is for.
#[derive(PartialEq, Eq, Serialize, Deserialize)]
struct Leaf {
    hosts: Vec<String>,
    until: Moment,
}

impl Authority {
    /// The authority of this data folder, with a certificate for `hosts` (names and addresses).
    ///
    /// # Errors
    /// [`Exit::Data`], or [`Exit::Tls`]: files that hold no certificate or key.
    pub fn keep(data: &DataDir, hosts: &[String], random: &dyn Random, now: Moment) -> Result<Self> {
        let folder = data.private("tls")?;
        let read = |name: &str| read(&folder.join(name));
        let write = |name: &str, text: &str| {
            let path = folder.join(name);
            write_private(&path, text.as_bytes()).map_err(|error| cannot_use(&path, &error))
        };
        let (key, name) = match (read("ca.key")?, read("ca.name")?) {
            (Some(key), Some(name)) => (KeyPair::from_pem(&key).map_err(|error| broken(&error))?, name),
            _ => {
                let key = KeyPair::generate().map_err(|error| broken(&error))?;
                // Two installations have two names, or a phone that trusts one would be confused by the other.
                let name = format!("Mingcha LAN {}", hex(&random.bytes::<4>()));
                let cert = authority(&name, now)?.self_signed(&key).map_err(|error| broken(&error))?;
                write("ca.crt", &cert.pem())?;
                write("ca.key", &key.serialize_pem())?;
                write("ca.name", &name)?;
                (key, name)
            }
        };
        let pem = read("ca.crt")?.ok_or_else(|| broken(&"ca.crt"))?;
        let der = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|error| broken(&error))?;
        let issuer = Issuer::new(authority(&name, now)?, key);

        let there = read("leaf.json")?.and_then(|text| serde_json::from_str::<Leaf>(&text).ok());
        let fits = |leaf: &Leaf| leaf.hosts == hosts && leaf.until.since(now) > RENEW_DAYS * DAY_MS;
        let renewed = !there.as_ref().is_some_and(fits) || read("leaf.crt")?.is_none();
        if renewed {
            let key = KeyPair::generate().map_err(|error| broken(&error))?;
            let cert = leaf(hosts, now)?.signed_by(&key, &issuer).map_err(|error| broken(&error))?;
            let about = Leaf { hosts: hosts.to_vec(), until: now.plus(LEAF_DAYS * DAY_MS) };
            write("leaf.key", &key.serialize_pem())?;
            write("leaf.crt", &cert.pem())?;
            write("leaf.json", &serde_json::to_string(&about).map_err(|error| broken(&error))?)?;
        }
        let (cert, key) = (read("leaf.crt")?.unwrap_or_default(), read("leaf.key")?.unwrap_or_default());
        let cert = CertificateDer::from_pem_slice(cert.as_bytes()).map_err(|error| broken(&error))?;
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|error| broken(&error))?;
        let config = config(vec![cert], key).map_err(|error| broken(&error))?;
        Ok(Self { der: der.to_vec(), config, renewed })
    }

    /// The SHA-256 of the authority's certificate as phones show it: `AB:CD:…`.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let digits = Sha256::of(&self.der).to_string().to_uppercase();
        let pairs: Vec<&str> = (0..digits.len()).step_by(2).filter_map(|at| digits.get(at..at + 2)).collect();
        pairs.join(":")
    }
}

fn authority(name: &str, now: Moment) -> Result<CertificateParams> {
    let mut params = CertificateParams::new(Vec::new()).map_err(|error| broken(&error))?;
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    lasts(&mut params, now, AUTHORITY_DAYS);
    Ok(params)
}

fn leaf(hosts: &[String], now: Moment) -> Result<CertificateParams> {
    let mut params = CertificateParams::new(hosts.to_vec()).map_err(|error| broken(&error))?;
    params.distinguished_name.push(DnType::CommonName, hosts.first().map_or("mingcha", String::as_str));
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    lasts(&mut params, now, LEAF_DAYS);
    Ok(params)
}

/// From yesterday on: a phone's clock may be a little behind.
fn lasts(params: &mut CertificateParams, now: Moment, days: i64) {
    let day = |ms: i64| {
        let Day { year, month, day } = wall_clock(now.plus(ms), ZoneOffset(0)).date;
        date_time_ymd(year, month, day)
    };
    params.not_before = day(-DAY_MS);
    params.not_after = day(days * DAY_MS);
}

fn read(path: &Path) -> Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(cannot_use(path, &error)),
    }
}

fn broken(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(
        Exit::Tls,
        format!("数据目录 tls/ 里的证书无法使用:{error}。删除该目录会重新生成,手机要重新信任"),
        format!(
            "the certificates in tls/ of the data folder cannot be used: {error}. Without that folder new ones are made, and phones must trust them anew"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    #[test]
    fn the_authority_stays_and_the_certificate_follows_the_addresses() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataDir::open(folder.path()).unwrap();
        let hosts = |text: &str| vec![text.to_owned(), "localhost".to_owned()];
        let now = Moment(1_795_000_000_000);
        let keep = |host: &str, now| Authority::keep(&data, &hosts(host), &SystemRandom, now).unwrap();
        let first = keep("192.168.1.5", now);
        assert!(first.renewed);
        let again = keep("192.168.1.5", now.plus(30 * DAY_MS));
        assert!(!again.renewed);
        let moved = keep("192.168.1.6", now.plus(30 * DAY_MS));
        assert!(moved.renewed);
        let later = keep("192.168.1.6", now.plus(380 * DAY_MS));
        assert!(later.renewed);
        for next in [again, moved, later] {
            assert_eq!(next.der, first.der);
        }
        assert_eq!(first.fingerprint().len(), 95);
    }
}
