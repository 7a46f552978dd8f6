//! Where a request came from, as subgraphs are told: they count attempts by it.

use std::net::IpAddr;

/// The address at the other end of the connection: a proxy's, where there is one before the router. Headers that claim
/// another are not believed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClientAddress(pub(crate) IpAddr);

impl ClientAddress {
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

#[cfg(test)]
mod tests {
    use super::ClientAddress;

    #[test]
    fn one_client_has_one_text() {
        let text = |address: &str| ClientAddress(address.parse().unwrap()).text();
        assert_eq!(text("192.0.2.7"), "192.0.2.7");
        assert_eq!(text("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(text("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
        assert_eq!(text("2001:db8:1:2:ffff::1"), "2001:db8:1:2::/64");
    }
}
