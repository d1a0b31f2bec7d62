//! Phones on the local network: our own https, and the plain page that leads there.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    sync::Arc,
};

use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, ServerName},
};

use crate::{
    house::{House, Serving},
    web::{Answer, ask, request},
};

/// What follows `before` up to white space in what was printed.
fn said<'a>(serving: &'a Serving, before: &str) -> &'a str {
    let line = serving.said.iter().find_map(|line| line.split_once(before).map(|(_, rest)| rest));
    line.and_then(|rest| rest.split_whitespace().next()).unwrap_or_else(|| panic!("{before}: {:#?}", serving.said))
}

/// Asks over https, trusting `root` alone.
fn ask_securely(address: &str, path: &str, root: &[u8]) -> std::io::Result<Answer> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(root.to_vec())).expect("a root");
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("127.0.0.1").expect("a name");
    let connection = ClientConnection::new(Arc::new(config), name).expect("a connection");
    let mut stream = StreamOwned::new(connection, TcpStream::connect(address)?);
    stream.write_all(&request("GET", path, address, &[], b""))?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    Ok(Answer::parse(&bytes))
}

const LAN: [&str; 5] = ["--lan", "--lan-host=127.0.0.1", "--tls-port=0", "--help-port=0", "--log=warn"];

#[test]
fn a_phone_is_told_how_to_trust_us_and_then_served_over_https() {
    let house = House::empty();
    let serving = house.serve(&LAN);
    let page = said(&serving, "follow the page: http://").to_owned();
    let https = said(&serving, "phones: https://").trim_end_matches("/field").to_owned();
    assert!(serving.said.iter().any(|line| line.contains('█')), "a QR code");
    assert!(serving.said.iter().any(|line| line.contains("Another address is another store")));

    for (lang, words) in [
        ("zh-CN", ["下载证书", "证书信任设置", "安装证书", "打开明察"]),
        ("en", ["Download the certificate", "Certificate Trust Settings", "Install a certificate", "Open Mingcha"]),
    ] {
        let answer = ask(&page, "GET", "/", &[("accept-language", lang)], b"");
        let text = answer.text();
        for word in words {
            assert!(text.contains(word), "{word}: {text}");
        }
        assert!(text.contains(&format!("href=\"https://{https}/field\"")), "{text}");
        assert!(!text.contains("style=") && !text.contains("<script"), "the policy forbids both");
        assert!(answer.head.contains("default-src 'none'; style-src 'self'"), "{}", answer.head);
    }
    for path in ["/field", "/hq", "/api/v1/keys", "/metrics"] {
        assert_eq!(ask(&page, "GET", path, &[], b"").status, 404, "{path}: the product is not served without https");
    }
    let root = ask(&page, "GET", "/mingcha-ca.crt", &[], b"");
    assert!(root.head.contains("application/x-x509-ca-cert"), "{}", root.head);
    assert_eq!(ask_securely(&https, "/healthz", &root.body).expect("trusted").text(), "ok");
    let print = said(&serving, "(SHA-256): ").replace(':', "").to_lowercase();
    assert_eq!(print, domain::evidence::Sha256::of(&root.body).to_string());
    serving.stop();

    // The authority stays; another one is not trusted.
    let again = house.serve(&LAN);
    let page = said(&again, "follow the page: http://").to_owned();
    assert_eq!(ask(&page, "GET", "/mingcha-ca.crt", &[], b"").body, root.body);
    let other = House::empty();
    let stranger = other.serve(&LAN);
    let https = said(&stranger, "phones: https://").trim_end_matches("/field").to_owned();
    assert!(ask_securely(&https, "/healthz", &root.body).is_err(), "another machine's certificate");
}

#[test]
fn a_handshake_that_dawdles_keeps_nobody_waiting() {
    let house = House::empty();
    let serving = house.serve(&LAN);
    let page = said(&serving, "follow the page: http://").to_owned();
    let https = said(&serving, "phones: https://").trim_end_matches("/field").to_owned();
    let root = ask(&page, "GET", "/mingcha-ca.crt", &[], b"").body;
    let silent: Vec<TcpStream> = (0..20).map(|_| TcpStream::connect(&https).expect("connected")).collect();
    assert_eq!(ask_securely(&https, "/healthz", &root).expect("served").text(), "ok");
    drop(silent);
}
