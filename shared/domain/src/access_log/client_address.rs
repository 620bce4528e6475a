//! The network address of a client.

use std::net::IpAddr;

/// The network address that a request came from, IPv4 or IPv6. The address can lead to a person, so it is stored
/// sealed and not shown by `Debug`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientAddress(IpAddr);

impl ClientAddress {
    /// Reads an address; `None` for a text that is no address. An IPv4 address that is written as IPv6
    /// (`::ffff:192.0.2.1`) becomes IPv4.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        text.parse::<IpAddr>().ok().map(Self::from)
    }

    /// The address as it is usually written: `192.0.2.1`, `2001:db8::1`.
    #[must_use]
    pub fn as_text(&self) -> String {
        self.0.to_string()
    }
}

impl From<IpAddr> for ClientAddress {
    fn from(address: IpAddr) -> Self {
        Self(address.to_canonical())
    }
}

impl std::fmt::Debug for ClientAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClientAddress(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("192.0.2.1", Some("192.0.2.1"))]
    #[case("2001:DB8:0:0::1", Some("2001:db8::1"))]
    #[case("::ffff:192.0.2.1", Some("192.0.2.1"))]
    #[case("", None)]
    #[case("192.0.2.1:443", None)]
    #[case("192.0.2.1, 198.51.100.7", None)]
    #[case("boutique.example.com", None)]
    fn an_address_has_one_text(#[case] text: &str, #[case] expected: Option<&str>) {
        let address = ClientAddress::parse(text).map(|address| address.as_text());
        assert_eq!(address.as_deref(), expected);
    }

    proptest! {
        #[test]
        fn an_address_reads_back_and_debug_does_not_show_it(address: IpAddr) {
            let address = ClientAddress::from(address);
            prop_assert_eq!(ClientAddress::parse(&address.as_text()), Some(address));
            prop_assert_eq!(format!("{:?}", address), "ClientAddress(…)");
        }
    }
}
