//! Taking the address that a server listens on.

use crate::failure::Failure;
use std::{io::ErrorKind, net::SocketAddr};
use tokio::net::TcpListener;

/// Binds `address`; a failure says what `--listen` would have to be instead.
pub(crate) async fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        let port = address.port();
        let advice = match error.kind() {
            ErrorKind::AddrInUse => format!(
                "port {port} is taken by another process; choose another one, for example --listen {}:{}, \
                 or --listen {}:0 for any free one",
                address.ip(),
                port.checked_add(1).unwrap_or(4000),
                address.ip()
            ),
            ErrorKind::PermissionDenied => {
                format!("port {port} is not open to this user; choose one above 1023 with --listen")
            }
            ErrorKind::AddrNotAvailable => {
                format!("this machine has no address {}; --listen wants one of its own", address.ip())
            }
            _ => error.to_string(),
        };
        Failure::wrong_call(format!("cannot listen on {address}: {advice}"))
    })
}

/// The address as a browser on this machine can open it: one cannot connect to "all addresses".
pub(crate) fn origin(address: SocketAddr) -> String {
    let mut address = address;
    if address.ip().is_unspecified() {
        let loopback = if address.is_ipv4() { [127, 0, 0, 1].into() } else { std::net::Ipv6Addr::LOCALHOST.into() };
        address.set_ip(loopback);
    }
    format!("http://{address}")
}
