//! The address of a provider's API.

use http::Uri;

/// The address of a provider's API, without a slash at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(String);

/// An address that no call may go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an https address without a query, or http on 127.0.0.1 or localhost")]
pub struct BaseUrlError;

impl BaseUrl {
    /// Reads an address: https, or plain http to this machine, for the local stack.
    pub fn parse(text: &str) -> Result<Self, BaseUrlError> {
        let text = text.trim_end_matches('/');
        let uri: Uri = text.parse().map_err(|_| BaseUrlError)?;
        let is_this_machine = matches!(uri.host(), Some("127.0.0.1" | "localhost"));
        let is_allowed = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => is_this_machine,
            _ => false,
        };
        let is_plain = uri.query().is_none()
            && uri.authority().is_some_and(|authority| !authority.as_str().contains('@'));
        if is_allowed && is_plain { Ok(Self(text.to_owned())) } else { Err(BaseUrlError) }
    }

    /// The address of a path, which begins with a slash.
    pub(crate) fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("https://api.brevo.com", true)]
    #[case("https://api.brevo.com/", true)]
    #[case("http://127.0.0.1:4600/brevo", true)]
    #[case("http://localhost:4600/brevo", true)]
    #[case("http://api.brevo.com", false)]
    #[case("http://127.0.0.1.example.com", false)]
    #[case("http://127.0.0.1@example.com", false)]
    #[case("https://key@api.brevo.com", false)]
    #[case("https://api.brevo.com?a=b", false)]
    #[case("ftp://127.0.0.1", false)]
    #[case("api.brevo.com", false)]
    #[case("", false)]
    fn an_address_is_https_or_on_this_machine(#[case] text: &str, #[case] allowed: bool) {
        assert_eq!(BaseUrl::parse(text).is_ok(), allowed);
    }

    #[test]
    fn a_path_is_joined_with_one_slash() {
        let base = BaseUrl::parse("http://localhost:4600/brevo/").unwrap();
        assert_eq!(base.join("/v3/smtp/email"), "http://localhost:4600/brevo/v3/smtp/email");
    }
}
