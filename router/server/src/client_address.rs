//! Where a request came from, as subgraphs are told: they count attempts by it.

mod network;

pub use network::Network;

use http::HeaderMap;
use std::net::{IpAddr, SocketAddr};

const FORWARDED_FOR: &str = "x-forwarded-for";

/// A client's address: the other end of the connection, or whom a trusted proxy there names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ClientAddress(IpAddr);

impl ClientAddress {
    /// None where a trusted proxy does not say who its client is: its own address would make all of them one.
    pub(crate) fn of_request(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> Option<ClientAddress> {
        let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
        if !is_trusted(peer) {
            return Some(ClientAddress(peer));
        }
        forwarded_for(headers, is_trusted).map(ClientAddress)
    }

    /// One text for each client. Of an IPv6 address the network: whoever has one has all addresses in it.
    pub(crate) fn text(self) -> String {
        match self.0.to_canonical() {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
        }
    }
}

/// From the right, past the proxies that are trusted: what is left of the first other address is that client's own
/// claim. It is read as bytes, since the client may have written what is no text.
fn forwarded_for(headers: &HeaderMap, is_trusted: impl Fn(IpAddr) -> bool) -> Option<IpAddr> {
    let lines = headers.get_all(FORWARDED_FOR).iter().rev();
    for entry in lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b',')) {
        let address = entry_address(entry)?;
        if !is_trusted(address) {
            return Some(address);
        }
    }
    None
}

/// Some proxies write the port too.
fn entry_address(entry: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(entry).ok()?.trim();
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse().ok().map(|with_port: SocketAddr| with_port.ip()))
}

#[cfg(test)]
mod tests {
    use super::{ClientAddress, Network};
    use http::{HeaderMap, HeaderValue};

    #[test]
    fn one_client_has_one_text() {
        let text = |address: &str| ClientAddress(address.parse().unwrap()).text();
        assert_eq!(text("192.0.2.7"), "192.0.2.7");
        assert_eq!(text("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(text("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
        assert_eq!(text("2001:db8:1:2:ffff::1"), "2001:db8:1:2::/64");
    }

    fn client(peer: &str, lines: &[&[u8]]) -> Option<String> {
        let trusted = ["10.0.0.0/8", "192.0.2.1", "fd00::/8"].map(|text| text.parse::<Network>().unwrap());
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("X-Forwarded-For", HeaderValue::from_bytes(line).unwrap());
        }
        ClientAddress::of_request(peer.parse().unwrap(), &headers, &trusted).map(ClientAddress::text)
    }

    #[test]
    fn a_trusted_proxy_names_its_client() {
        let cases: [(&str, &[&[u8]], &str); 11] = [
            ("10.1.2.3", &[b"203.0.113.5"], "203.0.113.5"),
            ("::ffff:10.1.2.3", &[b"203.0.113.5"], "203.0.113.5"),
            ("192.0.2.1", &[b"198.51.100.9, 203.0.113.5"], "203.0.113.5"),
            ("10.1.2.3", &[b"198.51.100.9, 203.0.113.5,10.9.9.9 , ::ffff:192.0.2.1"], "203.0.113.5"),
            ("10.1.2.3", &[b"198.51.100.9", b"203.0.113.5", b"10.9.9.9"], "203.0.113.5"),
            ("10.1.2.3", &[b"203.0.113.5, 10.9.9.9", b"10.8.8.8"], "203.0.113.5"),
            ("10.1.2.3", &[b"junk, , \xff\xfe, 203.0.113.5"], "203.0.113.5"),
            ("fd00::1", &[b"2001:db8:1:2:3::4"], "2001:db8:1:2::/64"),
            ("fd00::1", &[b"[2001:db8:1:2:3::4]"], "2001:db8:1:2::/64"),
            ("fd00::1", &[b"[2001:db8:1:2:3::4]:5678"], "2001:db8:1:2::/64"),
            ("fd00::1", &[b"203.0.113.5:5678"], "203.0.113.5"),
        ];
        for (peer, lines, expected) in cases {
            assert_eq!(client(peer, lines).as_deref(), Some(expected), "{peer} {lines:?}");
        }
    }

    #[test]
    fn a_trusted_proxy_that_names_nobody_has_no_client() {
        let cases: [&[&[u8]]; 7] = [
            &[],
            &[b""],
            &[b"10.9.9.9, 192.0.2.1"],
            &[b"203.0.113.5, unknown"],
            &[b"203.0.113.5, "],
            &[b"203.0.113.5", b"\xff"],
            &[b"203.0.113.5, 203.0.113.500, 10.9.9.9"],
        ];
        for lines in cases {
            assert_eq!(client("10.1.2.3", lines), None, "{lines:?}");
        }
    }

    #[test]
    fn others_are_not_believed() {
        for peer in ["203.0.113.5", "192.0.2.2", "11.0.0.1", "::ffff:203.0.113.5"] {
            let own = client(peer, &[]);
            assert!(own.is_some());
            assert_eq!(client(peer, &[b"198.51.100.9", b"10.1.2.3"]), own, "{peer}");
        }
    }
}
