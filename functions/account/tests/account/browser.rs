//! A browser: it keeps cookies, sends forms of its own origin, and follows no redirect by itself.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use lambda_http::aws_lambda_events::apigw::{
    ApiGatewayV2httpRequestContext, ApiGatewayV2httpRequestContextHttpDescription,
};
use lambda_http::request::RequestContext;
use std::collections::BTreeMap;
use tower::ServiceExt as _;

/// The source address of the browser.
pub(crate) const SOURCE: &str = "192.0.2.7";

pub(crate) struct Browser {
    router: Router,
    source: String,
    pub(crate) cookies: BTreeMap<String, String>,
}

/// A page as the browser got it.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    location: String,
}

impl Answer {
    /// The path that a redirect leads to; empty without a redirect.
    pub(crate) fn location(&self) -> &str {
        &self.location
    }
}

impl Browser {
    pub(crate) fn new(router: Router) -> Self {
        Self { router, source: SOURCE.to_owned(), cookies: BTreeMap::new() }
    }

    pub(crate) fn from(router: Router, source: &str) -> Self {
        Self { source: source.to_owned(), ..Self::new(router) }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, &[], String::new()).await
    }

    /// Sends a form of a page of the service.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send("POST", path, &[("sec-fetch-site", "same-origin")], form(fields)).await
    }

    pub(crate) async fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        request = request.header("content-type", "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !self.cookies.is_empty() {
            let cookies = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
            request = request.header("cookie", cookies.collect::<Vec<_>>().join("; "));
        }
        let mut request = request.body(Body::from(body)).unwrap();
        request.extensions_mut().insert(context(&self.source));
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        for set in headers.get_all(header::SET_COOKIE) {
            self.keep(set.to_str().unwrap());
        }
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        let location = headers.get(header::LOCATION).map_or("", |value| value.to_str().unwrap());
        let location = from_the_root(location);
        Answer { status, headers, text: String::from_utf8(bytes.to_vec()).unwrap(), location }
    }

    fn keep(&mut self, cookie: &str) {
        let (name, rest) = cookie.split_once('=').unwrap();
        assert!(name.starts_with("__Host-"), "{name}");
        for attribute in ["Secure", "HttpOnly", "SameSite=Strict", "Path=/"] {
            assert!(cookie.split("; ").any(|it| it == attribute), "{cookie}");
        }
        let value = rest.split(';').next().unwrap();
        if rest.contains("Max-Age=0") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}

/// The path of a link, which is relative to the page.
fn from_the_root(link: &str) -> String {
    match link.trim_start_matches("../").trim_start_matches("./") {
        "" => String::new(),
        path => format!("/{path}"),
    }
}

fn context(source: &str) -> RequestContext {
    let mut http = ApiGatewayV2httpRequestContextHttpDescription::default();
    http.source_ip = Some(source.to_owned());
    let mut context = ApiGatewayV2httpRequestContext::default();
    context.http = http;
    RequestContext::ApiGatewayV2(context)
}

fn form(fields: &[(&str, &str)]) -> String {
    let encode = |text: &str| {
        text.bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                    char::from(byte).to_string()
                }
                other => format!("%{other:02X}"),
            })
            .collect::<String>()
    };
    let fields = fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    fields.collect::<Vec<_>>().join("&")
}
