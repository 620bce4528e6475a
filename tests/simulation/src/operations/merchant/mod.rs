//! The operator sets a merchant up, and changes its settings.

pub(super) mod card_activation;
pub(super) mod contract_end;
pub(super) mod create;
pub(super) mod establishment;
pub(super) mod key;
pub(super) mod programme;
pub(super) mod sender;
mod terms;

use super::ctx::{Ctx, Target, text};
use super::request::ApiRequest;

/// The path of a merchant.
pub(super) fn path(target: &Target) -> String {
    format!("/v1/merchants/{}", target.tenant.merchant)
}

/// Reads a list of the operator page by page, to its end or to the tenth page. The path may have a query.
pub(super) async fn pages(ctx: &mut Ctx, operation: &'static str, path: &str) {
    let limit = ctx.choose(&[1, 3, 20, 500]);
    let joint = if path.contains('?') { '&' } else { '?' };
    let mut cursor = String::new();
    for _ in 0..10 {
        let page = format!("{path}{joint}limit={limit}{cursor}");
        let request = ApiRequest::get(operation, page).by_operator();
        let Some(response) = ctx.send_until_answered(&request).await else { return };
        let Some(next) = text(&response.body, "next_cursor") else { return };
        cursor = format!("&cursor={next}");
    }
}
