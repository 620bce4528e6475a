//! The web origin of a till that runs in a browser.

use crate::MerchantError;

/// The most characters: more than any host name with its scheme and port has.
const LONGEST: usize = 270;

/// A web origin (RFC 6454) as a browser writes it: `https://caisse.example.com`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// Reads an origin: `https`, a host in lower-case ASCII, and a port other than 443 where there is one.
    /// Nothing may follow. `http` is accepted for `localhost` only, for the developers of a till.
    ///
    /// # Errors
    /// [`MerchantError::Origin`].
    pub fn parse(text: &str) -> Result<Self, MerchantError> {
        let (scheme, authority) = text.split_once("://").ok_or(MerchantError::Origin)?;
        let (host, port) = match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        };
        // A browser leaves out the usual port of the scheme.
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

    /// The text, as a browser sends it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a text is labels of lower-case letters, digits and hyphens, separated by points.
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
    fn an_origin_is_read_as_a_browser_writes_it(#[case] text: &str) {
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
    fn a_text_that_no_browser_sends_is_refused(#[case] text: &str) {
        assert_eq!(Origin::parse(text), Err(MerchantError::Origin));
    }

    #[test]
    fn an_origin_that_is_too_long_is_refused() {
        let host = ["a"; 140].join(".");
        assert_eq!(Origin::parse(&format!("https://{host}")), Err(MerchantError::Origin));
    }
}
