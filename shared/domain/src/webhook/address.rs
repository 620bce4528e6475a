//! The addresses to which events may be posted: public hosts of the internet, never an internal network.

use crate::WebhookError;
use http::Uri;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const LONGEST: usize = 500;

/// The addresses to which a deployment may post events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Public addresses, by https.
    Public,
    /// Any address, by http or https: for a test stack whose receivers are on the same machine.
    Anywhere,
}

impl Reach {
    /// The reach of a stage. The stage `live` reaches public addresses only. Another stage reaches any
    /// address where `wanted` is `any`.
    #[must_use]
    pub fn of(stage: &str, wanted: &str) -> Self {
        if stage != "live" && wanted == "any" { Self::Anywhere } else { Self::Public }
    }

    /// Whether events may be posted to an IP address.
    #[must_use]
    pub const fn allows(self, address: IpAddr) -> bool {
        matches!(self, Self::Anywhere) || is_public(address)
    }
}

/// The URL of an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookUrl(Uri);

impl WebhookUrl {
    /// Reads a URL. The addresses of a host name are checked elsewhere: when the endpoint is entered, and
    /// before each call.
    ///
    /// # Errors
    /// [`WebhookError::Url`], or [`WebhookError::Address`] for an IP address that may not be reached.
    pub fn parse(text: &str, reach: Reach) -> Result<Self, WebhookError> {
        if text.len() > LONGEST || text.contains('#') {
            return Err(WebhookError::Url);
        }
        let uri: Uri = text.parse().map_err(|_| WebhookError::Url)?;
        let by = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => reach == Reach::Anywhere,
            _ => false,
        };
        let plain = uri.authority().is_some_and(|authority| !authority.as_str().contains('@'));
        if !by || !plain || uri.host().is_none_or(str::is_empty) {
            return Err(WebhookError::Url);
        }
        let url = Self(uri);
        if url.is_within(reach) { Ok(url) } else { Err(WebhookError::Address) }
    }

    /// Whether the URL is within reach. An IP address is checked, a host name is not.
    #[must_use]
    pub fn is_within(&self, reach: Reach) -> bool {
        let by_number = self.host().parse().ok().is_none_or(|address| reach.allows(address));
        by_number && (reach == Reach::Anywhere || self.0.scheme_str() == Some("https"))
    }

    /// The host name, or the IP address without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        let host = self.0.host().unwrap_or_default();
        host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
    }

    /// The port of the URL, or the usual port of its scheme.
    #[must_use]
    pub fn port(&self) -> u16 {
        let usual = if self.0.scheme_str() == Some("http") { 80 } else { 443 };
        self.0.port_u16().unwrap_or(usual)
    }

    /// The URI for a request.
    #[must_use]
    pub const fn uri(&self) -> &Uri {
        &self.0
    }
}

impl std::fmt::Display for WebhookUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(&self.0, f)
    }
}

/// Whether an IP address is public: in none of the ranges that IANA reserves for private networks, for the
/// local machine, for documentation or for another special use.
#[must_use]
pub const fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// Excluded are: this network, private networks, this machine, multicast and the reserved range above; the
/// networks of carriers (RFC 6598); link-local, where AWS serves credentials to instances; protocol
/// assignments, documentation, the former 6to4 relays; network benchmarks (RFC 2544).
const fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !matches!(
        (a, b, c),
        (0 | 10 | 127 | 224.., _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 168, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    )
}

/// Public are the global unicast addresses, `2000::/3`. Excluded are: Teredo, benchmarks and ORCHID;
/// documentation (also RFC 9637); 6to4.
const fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(mapped) = address.to_ipv4_mapped() {
        return is_public_v4(mapped);
    }
    let segments = address.segments();
    let is_special = matches!(
        segments,
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x2002, ..] | [0x3fff, 0..=0xfff, ..]
    );
    matches!(segments, [0x2000..=0x3fff, ..]) && !is_special
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("https://hooks.example.com/zerosix?shop=1", Ok(()))]
    #[case("https://93.184.216.34:8443/", Ok(()))]
    #[case("https://[2606:2800:220:1::1]/", Ok(()))]
    #[case("http://hooks.example.com/", Err(WebhookError::Url))]
    #[case("ftp://hooks.example.com/", Err(WebhookError::Url))]
    #[case("hooks.example.com", Err(WebhookError::Url))]
    #[case("https://key@hooks.example.com/", Err(WebhookError::Url))]
    #[case("https://hooks.example.com/#part", Err(WebhookError::Url))]
    #[case("https://", Err(WebhookError::Url))]
    #[case("", Err(WebhookError::Url))]
    #[case("https://127.0.0.1/", Err(WebhookError::Address))]
    #[case("https://[::1]/", Err(WebhookError::Address))]
    #[case("https://[::ffff:10.0.0.1]/", Err(WebhookError::Address))]
    #[case("https://169.254.169.254/latest", Err(WebhookError::Address))]
    fn an_endpoint_has_an_https_url_of_a_public_host(
        #[case] text: &str,
        #[case] expected: Result<(), WebhookError>,
    ) {
        assert_eq!(WebhookUrl::parse(text, Reach::Public).map(|_| ()), expected);
    }

    #[test]
    fn a_url_that_is_too_long_is_refused() {
        let long = format!("https://hooks.example.com/{}", "a".repeat(LONGEST));
        assert_eq!(WebhookUrl::parse(&long, Reach::Public), Err(WebhookError::Url));
    }

    #[test]
    fn a_test_stack_reaches_this_machine_and_production_does_not() {
        let here = WebhookUrl::parse("http://127.0.0.1:8080/", Reach::Anywhere).unwrap();
        assert_eq!(here.host(), "127.0.0.1");
        assert_eq!(here.port(), 8080);
        assert!(!here.is_within(Reach::Public));
        assert_eq!(Reach::of("live", "any"), Reach::Public);
        assert_eq!(Reach::of("test", "any"), Reach::Anywhere);
        assert_eq!(Reach::of("test", ""), Reach::Public);
    }

    #[rstest]
    #[case("0.0.0.0")]
    #[case("10.1.2.3")]
    #[case("100.64.0.1")]
    #[case("100.127.255.255")]
    #[case("127.0.0.1")]
    #[case("169.254.169.254")]
    #[case("172.16.0.1")]
    #[case("172.31.255.255")]
    #[case("192.0.0.170")]
    #[case("192.0.2.1")]
    #[case("192.88.99.1")]
    #[case("192.168.1.1")]
    #[case("198.18.0.1")]
    #[case("198.51.100.1")]
    #[case("203.0.113.1")]
    #[case("224.0.0.1")]
    #[case("255.255.255.255")]
    #[case("::")]
    #[case("::1")]
    #[case("::ffff:127.0.0.1")]
    #[case("::7f00:1")]
    #[case("64:ff9b::a00:1")]
    #[case("2001::1")]
    #[case("2001:db8::1")]
    #[case("2002:7f00:1::")]
    #[case("3fff::1")]
    #[case("fc00::1")]
    #[case("fd00:ec2::254")]
    #[case("fe80::1")]
    #[case("ff02::1")]
    fn a_private_local_or_reserved_address_is_not_public(#[case] address: &str) {
        assert!(!is_public(address.parse().unwrap()));
    }

    #[rstest]
    #[case("1.1.1.1")]
    #[case("100.63.255.255")]
    #[case("100.128.0.1")]
    #[case("172.15.0.1")]
    #[case("172.32.0.1")]
    #[case("192.0.1.1")]
    #[case("223.255.255.255")]
    #[case("2606:4700::1111")]
    #[case("2001:4860:4860::8888")]
    fn the_neighbours_of_the_reserved_ranges_are_public(#[case] address: &str) {
        assert!(is_public(address.parse().unwrap()));
    }
}
