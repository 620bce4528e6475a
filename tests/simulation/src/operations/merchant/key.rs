//! Keys are made and revoked.

use super::super::ctx::{Ctx, text};
use super::super::focus::Thing;
use super::super::request::ApiRequest;
use super::super::{Operation, Topic};
use super::path;
use crate::known::fact::Fact;
use crate::known::merchant::{Establishment, Key, Merchant};
use domain::KeyScope;
use serde_json::json;
use store::Mode;

pub(in super::super) const CREATE: Operation =
    Operation::of("create_key", Topic::Merchant, 3, |ctx| Box::pin(create(ctx)));
pub(in super::super) const REVOKE: Operation =
    Operation::of("revoke_key", Topic::Merchant, 1, |ctx| Box::pin(revoke(ctx)));

/// Whether a merchant has a live key of a scope that works.
fn has(merchant: &Merchant, scope: KeyScope) -> bool {
    let works =
        |key: &Key| key.scope == scope && key.mode == Mode::Live && key.revoked_at.is_none();
    merchant.keys.iter().any(works)
}

/// The scope that a merchant needs first.
fn missing(merchant: &Merchant) -> Option<KeyScope> {
    let needed = [KeyScope::BackOffice, KeyScope::Till];
    needed.into_iter().find(|scope| !has(merchant, *scope))
}

async fn create(mut ctx: Ctx) {
    let needs =
        |merchant: &Merchant| !merchant.establishments.is_empty() && missing(merchant).is_some();
    let Some(target) = ctx.merchant(needs) else { return };
    let merchant = target.tenant.merchant.clone();
    let (needed, establishments) = ctx.known.read(|state| {
        let merchant = state.merchant(&merchant);
        let establishments = merchant.map(|merchant| merchant.establishments.clone());
        (merchant.and_then(missing), establishments.unwrap_or_default())
    });
    let establishment = ctx.pick(Thing::Key, establishments.into_iter());
    let Some(Establishment { code, time_zone }) = establishment else { return };
    let any = [KeyScope::Till, KeyScope::Till, KeyScope::BackOffice, KeyScope::Export];
    let scope = needed.unwrap_or_else(|| ctx.choose(&any));
    let mode = if needed.is_none() && ctx.one_in(3) { Mode::Test } else { Mode::Live };
    let clock_ahead = ctx.world.clock_of_till(&mut ctx.random);
    let path = format!("{}/establishments/{code}/keys", path(&target));
    let body = json!({"mode": mode.as_str(), "scope": scope.as_str(), "label": "caisse"});
    let request = ApiRequest::post("create_key", path).by_operator().json(body);
    ctx.carry_out(&request, |response| {
        let key = Key {
            id: text(&response.body, "key_id")?,
            secret: text(&response.body, "key")?,
            establishment: code.clone(),
            time_zone: time_zone.clone(),
            scope,
            mode,
            clock_ahead,
            revoked_at: None,
        };
        Some(Fact::KeyCreated { merchant: merchant.clone(), key })
    })
    .await;
}

async fn revoke(mut ctx: Ctx) {
    let Some(target) = ctx.merchant(|_| false) else { return };
    let merchant = target.tenant.merchant.clone();
    let keys = ctx.known.read(|state| {
        state.merchant(&merchant).map(|merchant| merchant.keys.clone()).unwrap_or_default()
    });
    // A merchant keeps one key that works for each use, most of the time.
    let spare = |key: &&Key| {
        keys.iter().any(|other| {
            other.id != key.id
                && (other.scope, other.mode) == (key.scope, key.mode)
                && other.revoked_at.is_none()
        })
    };
    let all_too = ctx.one_in(4);
    let candidates = keys.iter().filter(|key| spare(key) || all_too);
    let Some(key) = ctx.pick(Thing::Key, candidates) else { return };
    let path = format!("{}/establishments/{}/keys/{}", path(&target), key.establishment, key.id);
    let request = ApiRequest::delete("revoke_key", path).by_operator();
    ctx.carry_out(&request, |_| {
        Some(Fact::KeyRevoked { merchant: merchant.clone(), key: key.id.clone() })
    })
    .await;
}
