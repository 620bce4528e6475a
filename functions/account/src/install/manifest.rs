//! The web manifest of a merchant (W3C Web Application Manifest).

use super::THEME_COLOUR;
use crate::context::App;
use crate::merchant;
use crate::page::page;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::MerchantId;
use serde::Serialize;
use web::Visit;

/// A merchant seldom changes its name.
const CACHED_SECONDS: u32 = 86_400;

/// The links are relative to the manifest.
#[derive(Serialize)]
struct Manifest<'a> {
    /// Tells the merchants' cards apart, which are all on one origin.
    id: MerchantId,
    name: &'a str,
    short_name: &'a str,
    lang: &'static str,
    start_url: String,
    /// All pages: a person whose session has ended signs in within the application.
    scope: &'static str,
    display: &'static str,
    theme_color: &'static str,
    background_color: &'static str,
    icons: [Icon; 3],
}

#[derive(Serialize)]
struct Icon {
    src: String,
    sizes: &'static str,
    #[serde(rename = "type")]
    media_type: &'static str,
    purpose: &'static str,
}

/// The manifest: at most 1 round trip a minute.
pub(crate) async fn show(
    State(app): State<App>,
    Path(merchant): Path<String>,
    visit: Visit,
) -> Response {
    let scope = match merchant::scope(&app, &visit, &merchant).await {
        Ok(scope) => scope,
        Err(answer) => return answer,
    };
    let merchant = &scope.settings.merchant;
    let page = page(visit, &merchant.name).with_cache(CACHED_SECONDS);
    let icon = |src: String, sizes, purpose| Icon { src, sizes, media_type: "image/png", purpose };
    let manifest = Manifest {
        id: merchant.id,
        name: &merchant.name,
        short_name: &merchant.name,
        lang: page.lang(),
        start_url: page.link(&format!("/card/{}", merchant.id)),
        scope: "../",
        display: "standalone",
        theme_color: THEME_COLOUR,
        background_color: "#ffffff",
        icons: [
            icon(page.asset("icon-192.png"), "192x192", "any"),
            icon(page.asset("icon-512.png"), "512x512", "any"),
            // A telephone cuts the edges off: the picture stays within the safe zone.
            icon(page.asset("icon-512.png"), "512x512", "maskable"),
        ],
    };
    page.manifest(serde_json::to_string(&manifest).unwrap_or_default())
}
