//! Under which addresses this machine is reached on its network.

use std::{
    net::{IpAddr, UdpSocket},
    process::Command,
};

/// Addresses, the one towards the rest of the world first. Empty: there is no network.
pub(super) fn all() -> Vec<String> {
    let mut found: Vec<IpAddr> = main().into_iter().collect();
    // Linux tells all of them; elsewhere the main one has to do.
    if let Ok(output) = Command::new("hostname").arg("-I").output()
        && output.status.success()
    {
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        found.extend(text.split_whitespace().filter_map(|word| word.parse::<IpAddr>().ok()));
    }
    let mut kept: Vec<IpAddr> = Vec::new();
    for address in found {
        let link_local = matches!(address, IpAddr::V6(v6) if v6.segments()[0] & 0xffc0 == 0xfe80);
        if !address.is_loopback() && !address.is_unspecified() && !link_local && !kept.contains(&address) {
            kept.push(address);
        }
    }
    kept.iter().map(ToString::to_string).collect()
}

/// The address from which a packet to the outside would leave. No packet is sent.
fn main() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    // An address for documentation: nobody is there.
    socket.connect("192.0.2.1:9").ok()?;
    socket.local_addr().ok().map(|address| address.ip())
}
