//! Where the page of a till that runs in a browser comes from.

use crate::MerchantError;

/// Longer than any host name with its scheme and port.
const LONGEST: usize = 270;

/// A web origin (RFC 6454) as a browser writes it: `https://caisse.example.com`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// Reads an origin: https, a host in lower-case ASCII, and a port where it is not 443; nothing after
    /// it. `http` is for `localhost` only, where a till is written.
    ///
    /// # Errors
    /// [`MerchantError::Origin`].
    pub fn parse(text: &str) -> Result<Self, MerchantError> {
        let (scheme, authority) = text.split_once("://").ok_or(MerchantError::Origin)?;
        let (host, port) = match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        };
        // A browser leaves out the port that the scheme has by itself.
        let usual_port = match scheme {
            "https" => "443",
            "http" if host == "localhost" => "80",
            _ => return Err(MerchantError::Origin),
        };
        let is_port = |port: &str| {
            port != usual_port && !port.starts_with(['0', '+']) && port.parse::<u16>().is_ok()
        };
        if text.len() <= LONGEST && is_host(host) && port.is_none_or(is_port) {
            Ok(Self(text.to_owned()))
        } else {
            Err(MerchantError::Origin)
        }
    }

    /// As a browser sends it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Labels of lower-case letters, digits and hyphens, set off by points.
fn is_host(host: &str) -> bool {
    host.split('.').all(|label| {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        (1..=63).contains(&label.len())
            && label.bytes().all(plain)
            && !label.starts_with('-')
            && !label.ends_with('-')
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("https://caisse.example.com")]
    #[case("https://caisse.example.com:8443")]
    #[case("https://xn--caf-dma.example.com")]
    #[case("https://192.0.2.7")]
    #[case("http://localhost")]
    #[case("http://localhost:5173")]
    fn an_origin_is_written_as_a_browser_does(#[case] text: &str) {
        assert_eq!(Origin::parse(text).unwrap().as_str(), text);
    }

    #[rstest]
    #[case("")]
    #[case("*")]
    #[case("null")]
    #[case("caisse.example.com")]
    #[case("https://")]
    #[case("https://caisse.example.com/")]
    #[case("https://caisse.example.com/vente")]
    #[case("https://caisse.example.com?a=1")]
    #[case("https://*.example.com")]
    #[case("https://Caisse.example.com")]
    #[case("https://café.example.com")]
    #[case("https://camille@example.com")]
    #[case("https://caisse..example.com")]
    #[case("https://-caisse.example.com")]
    #[case("https://caisse.example.com:443")]
    #[case("https://caisse.example.com:0")]
    #[case("https://caisse.example.com:65536")]
    #[case("https://caisse.example.com:+1")]
    #[case("http://caisse.example.com")]
    #[case("http://localhost:80")]
    #[case("http://localhost.example.com")]
    #[case("file://localhost")]
    #[case(" https://caisse.example.com")]
    fn what_no_browser_would_send_is_refused(#[case] text: &str) {
        assert_eq!(Origin::parse(text), Err(MerchantError::Origin));
    }

    #[test]
    fn an_origin_is_bounded() {
        let host = ["a"; 140].join(".");
        assert_eq!(Origin::parse(&format!("https://{host}")), Err(MerchantError::Origin));
    }
}
