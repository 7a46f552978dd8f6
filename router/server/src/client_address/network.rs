//! A network as settings name it: `10.0.0.0/8`, or one address.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

/// Addresses that begin with the same bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(with = "String")]
pub struct Network {
    /// All bits after the prefix are zero.
    first: IpAddr,
    prefix: u32,
}

impl Network {
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.first.is_ipv4() && first_of(address, self.prefix) == self.first
    }
}

/// The address with zeros after the prefix.
fn first_of(address: IpAddr, prefix: u32) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32u32.saturating_sub(prefix)).unwrap_or(0);
            Ipv4Addr::from_bits(address.to_bits() & mask).into()
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128u32.saturating_sub(prefix)).unwrap_or(0);
            Ipv6Addr::from_bits(address.to_bits() & mask).into()
        }
    }
}

fn bits(address: IpAddr) -> u32 {
    if address.is_ipv4() { 32 } else { 128 }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Network, String> {
        let wrong = || {
            format!(
                "`{text}` is no network; write an address or a prefix, such as 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32"
            )
        };
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        if address != address.to_canonical() {
            return Err(format!("`{text}` is an IPv4 network in IPv6's clothes; write it as IPv4"));
        }
        let prefix = match prefix {
            None => bits(address),
            Some(prefix) => {
                let is_number = prefix.bytes().all(|byte| byte.is_ascii_digit());
                let prefix = Some(prefix).filter(|_| is_number).and_then(|prefix| prefix.parse().ok());
                prefix.filter(|prefix| *prefix <= bits(address)).ok_or_else(wrong)?
            }
        };
        let first = first_of(address, prefix);
        match (prefix, first == address) {
            (0, _) => Err(format!("`{text}` is every address there is: nobody would be left to be a client")),
            (_, false) => Err(format!("`{text}` has bits after its prefix; the network is {first}/{prefix}")),
            _ => Ok(Network { first, prefix }),
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.prefix == bits(self.first) {
            true => write!(formatter, "{}", self.first),
            false => write!(formatter, "{}/{}", self.first, self.prefix),
        }
    }
}

impl Serialize for Network {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// By a visitor, so that a wrong one is an error at its own place, not at the list's.
impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Network, D::Error> {
        deserializer.deserialize_str(NetworkVisitor)
    }
}

struct NetworkVisitor;

impl de::Visitor<'_> for NetworkVisitor {
    type Value = Network;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a network, such as 192.0.2.7 or 10.0.0.0/8")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Network, E> {
        text.parse().map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::Network;

    #[test]
    fn networks_contain_what_begins_like_them() {
        let cases = [
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.0"),
            ("192.0.2.128/25", "192.0.2.128", "192.0.2.127"),
            ("192.0.2.7", "192.0.2.7", "192.0.2.8"),
            ("192.0.2.7/32", "::ffff:192.0.2.7", "::192.0.2.7"),
            ("128.0.0.0/1", "255.255.255.255", "127.255.255.255"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"),
            ("::1", "::1", "::2"),
            ("8000::/1", "ffff::1", "200.0.0.1"),
        ];
        for (text, inside, outside) in cases {
            let network: Network = text.parse().unwrap();
            assert!(network.contains(inside.parse().unwrap()), "{text} has {inside}");
            assert!(!network.contains(outside.parse().unwrap()), "{text} has not {outside}");
            assert_eq!(network.to_string().parse(), Ok(network));
        }
    }
}
