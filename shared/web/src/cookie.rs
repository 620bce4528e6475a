//! Cookies that only this host sets and only this host receives.

use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponseParts, ResponseParts};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use std::convert::Infallible;

/// A browser accepts a cookie with this prefix only over HTTPS, for the whole host and without a domain, so that no
/// other host of the domain can set it.
const PREFIX: &str = "__Host-";
/// The characters that a value may not have as they are (RFC 6265 §4.1.1), and the escape itself.
const ESCAPED: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b',').add(b';').add(b'\\').add(b'%');

/// A cookie named `__Host-{name}`. No script can read it, and no other site can have it sent.
#[derive(Debug, Clone, Copy)]
pub struct Cookie {
    name: &'static str,
}

impl Cookie {
    /// The cookie with a name, which holds letters, digits, `-` and `_` only.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name }
    }

    /// The value that the browser sent. The first, where the browser sent several of the same name.
    #[must_use]
    pub fn read(&self, headers: &HeaderMap) -> Option<String> {
        let values = headers.get_all(COOKIE).into_iter().filter_map(|value| value.to_str().ok());
        let mut pairs = values.flat_map(|value| value.split(';'));
        let value = pairs.find_map(|pair| {
            let (name, value) = pair.trim().split_once('=')?;
            (name.strip_prefix(PREFIX)? == self.name).then_some(value)
        })?;
        percent_decode_str(value).decode_utf8().ok().map(Into::into)
    }

    /// Sets the value for some seconds. Add it to a response: `(SESSION.set(…), response).into_response()`.
    #[must_use]
    pub fn set(&self, value: &str, max_age_seconds: u32) -> SetCookie {
        let value = utf8_percent_encode(value, ESCAPED);
        SetCookie(format!(
            "{PREFIX}{}={value}; Max-Age={max_age_seconds}; Path=/; Secure; HttpOnly; SameSite=Strict",
            self.name
        ))
    }

    /// Makes the browser delete the cookie.
    #[must_use]
    pub fn clear(&self) -> SetCookie {
        self.set("", 0)
    }
}

/// A part of a response that sets a cookie. A response may have several.
#[derive(Debug)]
pub struct SetCookie(String);

impl IntoResponseParts for SetCookie {
    type Error = Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Infallible> {
        // The value is escaped and the name is ours, so every header can hold them.
        if let Ok(cookie) = HeaderValue::try_from(self.0) {
            parts.headers_mut().append(SET_COOKIE, cookie);
        }
        Ok(parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::response::IntoResponse as _;
    use rstest::rstest;

    const SESSION: Cookie = Cookie::new("session");

    #[rstest]
    #[case::none(&[], None)]
    #[case::alone(&["__Host-session=abc"], Some("abc"))]
    #[case::among_others(&["a=1; __Host-session=abc; b=2"], Some("abc"))]
    #[case::joined_without_a_space(&["a=1;__Host-session=abc"], Some("abc"))]
    #[case::second_header(&["a=1", "__Host-session=abc"], Some("abc"))]
    #[case::first_of_two(&["__Host-session=abc; __Host-session=def"], Some("abc"))]
    #[case::without_the_prefix(&["session=abc"], None)]
    #[case::longer_name(&["__Host-session2=abc"], None)]
    #[case::with_equals_signs(&["__Host-session=abc=="], Some("abc=="))]
    #[case::escaped(&["__Host-session=a%20%3B%25"], Some("a ;%"))]
    #[case::empty(&["__Host-session="], Some(""))]
    #[case::no_value(&["__Host-session"], None)]
    #[case::not_text(&["__Host-session=%ff"], None)]
    fn a_cookie_is_read_from_all_headers(
        #[case] headers: &[&'static str],
        #[case] value: Option<&str>,
    ) {
        let header = |value: &&'static str| (COOKIE, HeaderValue::from_static(value));
        let headers = headers.iter().map(header).collect::<HeaderMap>();
        assert_eq!(SESSION.read(&headers).as_deref(), value);
    }

    #[test]
    fn a_cookie_is_only_for_this_host_and_not_for_scripts() {
        let answer = (SESSION.set("a b;é", 60), Cookie::new("step").clear(), "").into_response();
        let cookies: Vec<_> = answer.headers().get_all(SET_COOKIE).into_iter().collect();
        assert_eq!(
            cookies,
            [
                "__Host-session=a%20b%3B%C3%A9; Max-Age=60; Path=/; Secure; HttpOnly; SameSite=Strict",
                "__Host-step=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Strict",
            ]
        );
    }
}
