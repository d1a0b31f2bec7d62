//! Phones on the local network: our own https, and a plain page that tells how to trust it.

mod addresses;
mod help;
mod qr;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use tokio::net::TcpListener;

use crate::{
    config::Settings,
    failure::{Exit, Failure, Result},
    listen::bind,
    tls::authority::Authority,
};

pub(crate) use help::router;

/// What phones on the local network reach.
#[derive(Debug)]
pub(crate) struct Lan {
    /// The host that phones are led to.
    pub(crate) host: String,
    /// Every name and address of this machine, that host first: what the certificate is for.
    pub(crate) hosts: Vec<String>,
    /// The plain page.
    pub(crate) help: TcpListener,
}

/// Every address of this machine, at a port.
pub(crate) const fn everywhere(port: u16) -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), port)
}

impl Lan {
    /// Finds out where this machine is, and takes the plain page's port.
    ///
    /// # Errors
    /// [`Exit::Address`]: there is no network, or the port is taken.
    pub(crate) async fn find(settings: &Settings) -> Result<Self> {
        let mut hosts = match &settings.lan_host {
            Some(host) => vec![host.clone()],
            None => addresses::all(),
        };
        let Some(host) = hosts.first().cloned() else {
            return Err(Failure::new(
                Exit::Address,
                "找不到本机在局域网中的地址。请连上网络,或用 --lan-host 指定",
                "this machine has no address on a local network. Connect it, or name the address with --lan-host",
            ));
        };
        hosts.extend(["localhost", "127.0.0.1", "::1"].map(str::to_owned));
        let mut seen = std::collections::BTreeSet::new();
        hosts.retain(|host| seen.insert(host.clone()));
        let help = bind(everywhere(settings.help_port)).await?;
        Ok(Self { host, hosts, help })
    }
}

/// `https://<host>:<port>`, without the port where it is the usual one.
pub(crate) fn https(host: &str, port: u16) -> String {
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    if port == 443 { format!("https://{host}") } else { format!("https://{host}:{port}") }
}

/// What the terminal says of it.
pub(crate) fn show(host: &str, help_port: u16, address: &str, authority: Option<&Authority>) {
    let page = https(host, help_port).replacen("https", "http", 1);
    println!("\n手机 phones: {address}/field");
    println!("首次使用请扫码,按页面信任证书  the first time, scan this and follow the page: {page}");
    if let Some(code) = qr::terminal(&page) {
        println!("{code}");
    }
    if let Some(authority) = authority {
        println!("证书指纹 fingerprint (SHA-256): {}", authority.fingerprint());
        if authority.renewed {
            println!("已为本机当前地址签发证书  a certificate for the present addresses was made");
        }
    }
    println!(
        "注意:这个地址就是手机上数据的归属。地址一变,手机会从头开始;换地址前请先让所有手机上交完。\n\
         Note: phones keep their data under this address. Another address is another store: let all phones hand in first.\n"
    );
}
