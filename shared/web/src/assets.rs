//! The files that pages load: style sheets, scripts, pictures. They are part of the binary.
//!
//! The name of a file in its address holds the digest of its content, so a browser may cache the file for ever, and a
//! changed file has a new address.

use crate::family::PageFamily;
use crate::{accept, response, security};
use axum::Router;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sha2::{Digest, Sha256};
use std::sync::OnceLock;

/// The path of the assets, from the root of the router.
const FOLDER: &str = "/assets/";
/// The bytes of a digest.
const DIGEST_BYTES: usize = 8;

/// The files that every page loads.
static SHELL: [Asset; 2] = [
    Asset::new("pico.css", include_bytes!("../assets/pico.css")),
    Asset::new("shell.css", include_bytes!("../assets/shell.css")),
];

/// A file that pages load.
pub struct Asset {
    name: &'static str,
    bytes: &'static [u8],
}

impl Asset {
    /// A file by the name that templates give to `asset("…")`. The extension decides the content type: `css`, `js`,
    /// `json`, `svg`, `txt` and `webmanifest` are text; `ico`, `jpg`, `png`, `webp` and `woff2` are not.
    #[must_use]
    pub const fn new(name: &'static str, bytes: &'static [u8]) -> Self {
        Self { name, bytes }
    }

    fn extension(&self) -> &str {
        self.name.rsplit_once('.').map_or("", |(_, extension)| extension)
    }

    fn content_type(&self) -> &'static str {
        match self.extension() {
            "css" => "text/css; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            "json" => "application/json",
            "svg" => "image/svg+xml",
            "txt" => "text/plain; charset=utf-8",
            "webmanifest" => "application/manifest+json",
            "ico" => "image/x-icon",
            "jpg" => "image/jpeg",
            "png" => "image/png",
            "webp" => "image/webp",
            "woff2" => "font/woff2",
            _ => "application/octet-stream",
        }
    }

    fn is_text(&self) -> bool {
        matches!(self.extension(), "css" | "js" | "json" | "svg" | "txt" | "webmanifest")
    }
}

/// The assets of a page family and of the shell. Digests are computed when a page first needs one.
pub(crate) struct Assets {
    own: &'static [Asset],
    named: OnceLock<Vec<NamedAsset>>,
}

/// An asset under the name that holds its digest.
struct NamedAsset {
    asset: &'static Asset,
    name: String,
    compressed: OnceLock<Vec<u8>>,
}

impl Assets {
    pub(crate) const fn new(own: &'static [Asset]) -> Self {
        Self { own, named: OnceLock::new() }
    }

    fn named(&self) -> &[NamedAsset] {
        self.named.get_or_init(|| self.own.iter().chain(&SHELL).map(NamedAsset::new).collect())
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.own.iter().chain(&SHELL).any(|asset| asset.name == name)
    }

    /// The path of an asset, from the root of the router. The path of an unknown one leads nowhere.
    pub(crate) fn path(&self, name: &str) -> String {
        let named = self.named().iter().find(|named| named.asset.name == name);
        let name = named.map_or(name, |named| &named.name);
        if named.is_none() {
            tracing::error!(name, "an asset is missing");
        }
        format!("{FOLDER}{name}")
    }

    fn respond(&self, name: &str, headers: &HeaderMap) -> Response {
        let Some(named) = self.named().iter().find(|named| named.name == name) else {
            let not_cached = [(CACHE_CONTROL, HeaderValue::from_static("no-store"))];
            return (StatusCode::NOT_FOUND, not_cached, security::transport()).into_response();
        };
        let asset = named.asset;
        let mut answer = (
            [
                (CONTENT_TYPE, HeaderValue::from_static(asset.content_type())),
                (CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
            ],
            security::transport(),
        )
            .into_response();
        if asset.is_text() {
            answer.headers_mut().insert(VARY, HeaderValue::from_static("accept-encoding"));
        }
        if asset.is_text() && response::is_worth_compressing(asset.bytes) && accept::gzip(headers) {
            answer.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            *answer.body_mut() = named.compressed().to_vec().into();
        } else {
            *answer.body_mut() = asset.bytes.into();
        }
        answer
    }
}

impl NamedAsset {
    fn new(asset: &'static Asset) -> Self {
        let digest = digest(asset.bytes);
        let name = match asset.name.rsplit_once('.') {
            Some((stem, extension)) => format!("{stem}.{digest}.{extension}"),
            None => format!("{}.{digest}", asset.name),
        };
        Self { asset, name, compressed: OnceLock::new() }
    }

    fn compressed(&self) -> &[u8] {
        self.compressed.get_or_init(|| response::compressed(self.asset.bytes))
    }
}

/// The digest that names a content: 16 hexadecimal digits.
#[must_use]
pub fn digest(content: &[u8]) -> String {
    let digest = Sha256::digest(content);
    let digest = digest.iter().take(DIGEST_BYTES);
    let digest = digest.fold(0_u64, |digest, byte| (digest << 8) | u64::from(*byte));
    format!("{digest:016x}")
}

/// The route `GET /assets/{name}` of a page family. Merge it into a router outside of a layer that forbids caching.
pub fn routes<S: Clone + Send + Sync + 'static>(family: &'static PageFamily) -> Router<S> {
    let respond = async move |Path(name): Path<String>, headers: HeaderMap| {
        family.assets().respond(&name, &headers)
    };
    Router::new().route("/assets/{name}", get(respond))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::header::ACCEPT_ENCODING;
    use flate2::read::GzDecoder;
    use http_body_util::BodyExt as _;
    use std::io::Read as _;

    static OWN: [Asset; 2] =
        [Asset::new("small.js", b"let a = 1;"), Asset::new("picture.png", &[0; 5_000])];

    fn gzip() -> HeaderMap {
        HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static("gzip"))])
    }

    async fn body(answer: Response) -> Vec<u8> {
        answer.into_body().collect().await.unwrap().to_bytes().to_vec()
    }

    /// The answer for an asset by the name of its path.
    fn answer(name: &str, headers: &HeaderMap) -> Response {
        let assets = Assets::new(&OWN);
        let path = assets.path(name);
        assets.respond(path.strip_prefix(FOLDER).unwrap(), headers)
    }

    #[tokio::test]
    async fn an_asset_is_cached_for_ever_under_a_name_with_its_digest() {
        let assets = Assets::new(&OWN);
        let path = assets.path("small.js");
        let digest = path.strip_prefix("/assets/small.").unwrap().strip_suffix(".js").unwrap();
        assert_eq!(digest, "c58e9029f1fd3d1b");
        let answer = answer("small.js", &gzip());
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()[CACHE_CONTROL], "public, max-age=31536000, immutable");
        assert_eq!(answer.headers()[CONTENT_TYPE], "text/javascript; charset=utf-8");
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
        assert_eq!(answer.headers().get(CONTENT_ENCODING), None);
        assert_eq!(body(answer).await, b"let a = 1;");
    }

    #[tokio::test]
    async fn a_large_text_is_compressed_where_the_browser_accepts_it() {
        let answer_with = |headers| answer("pico.css", &headers);
        let plain = answer_with(HeaderMap::new());
        assert_eq!(plain.headers().get(CONTENT_ENCODING), None);
        assert_eq!(plain.headers()[VARY], "accept-encoding");
        let plain = body(plain).await;
        assert!(plain.starts_with(b"@charset") && plain.len() > 50_000);
        let compressed = answer_with(gzip());
        assert_eq!(compressed.headers()[CONTENT_ENCODING], "gzip");
        let compressed = body(compressed).await;
        assert!(compressed.len() < 15_000, "{}", compressed.len());
        let mut again = vec![];
        GzDecoder::new(&compressed[..]).read_to_end(&mut again).unwrap();
        assert_eq!(again, plain);
    }

    #[test]
    fn a_picture_is_not_compressed_again() {
        assert_eq!(answer("picture.png", &gzip()).headers().get(CONTENT_ENCODING), None);
    }

    #[test]
    fn an_unknown_name_or_digest_is_not_found_and_not_cached() {
        for name in ["pico.css", "pico.0000000000000000.css", ""] {
            let answer = Assets::new(&OWN).respond(name, &HeaderMap::new());
            assert_eq!(answer.status(), 404);
            assert_eq!(answer.headers()[CACHE_CONTROL], "no-store");
        }
    }
}
