//! The rules of a programme.

use super::super::ctx::Ctx;
use domain::Sector;
use serde_json::{Value, json};

/// A programme that the service accepts.
pub(super) fn programme(ctx: &mut Ctx, sector: Sector, counts_cents: bool) -> Value {
    let mut body = if counts_cents { cents(ctx) } else { points(ctx) };
    let category = if sector == Sector::Optical { "accessoire" } else { "livres" };
    if ctx.one_in(4) {
        body["excluded"] = json!({"categories": [category]});
    }
    if ctx.one_in(4) {
        body["discounts_excluded"] = json!(true);
    }
    if ctx.one_in(3) {
        body["returns"] = ctx.choose(&["negative", "down_to_zero"]).into();
    }
    if ctx.one_in(3) {
        body["pending_days"] = ctx.choose(&[1, 14, 30]).into();
    }
    if ctx.one_in(2) {
        let (after, months) = (ctx.choose(&["earning", "inactivity"]), ctx.choose(&[3, 6, 12, 24]));
        body["expiry"] = json!({"after": after, "months": months});
    }
    if ctx.one_in(3) {
        body["gifts"] = json!({"welcome": 30, "activation": 20, "birthday": 50});
    }
    if ctx.one_in(3) {
        body["levels"] = json!([
            {"code": "argent", "name": "Argent", "from_points": 150},
            {"code": "or", "name": "Or", "from_points": 500},
        ]);
    }
    body
}

fn points(ctx: &mut Ctx) -> Value {
    let per_cents = ctx.choose(&[100, 100, 50, 1_000, 333]);
    let mut body = json!({
        "unit": "points",
        "spend": [{"points": ctx.random.u32(1..=5), "per_cents": per_cents}],
        "rounding": ctx.choose(&["down", "nearest", "up"]),
    });
    if ctx.one_in(3) {
        body["visits"] = json!([{"points": 5, "most_a_day": ctx.choose(&[1, 2])}]);
    }
    if ctx.one_in(3) {
        body["multipliers"] = json!([
            {"hundredths": 200, "when": {"weekdays": ["monday", "saturday"]}},
            {"hundredths": 150, "when": {"birthday_month": true}},
        ]);
    }
    if ctx.one_in(3) {
        body["bonuses"] = json!([{"points": 20, "when": {"minimum_spend_cents": 3_000}}]);
    }
    if ctx.one_in(4) {
        body["daily_cap"] = json!(ctx.choose(&[50, 300]));
    }
    if ctx.one_in(5) {
        body["minimum_spend_cents"] = json!(1_000);
    }
    body
}

fn cents(ctx: &mut Ctx) -> Value {
    let mut body = json!({
        "unit": "cents",
        "spend": [{"points": ctx.random.u32(2..=10), "per_cents": 100}],
        "rounding": "down",
    });
    if ctx.one_in(3) {
        body["multipliers"] = json!([{"hundredths": 150, "when": {"weekdays": ["tuesday"]}}]);
    }
    if ctx.one_in(4) {
        body["daily_cap"] = json!(2_000);
    }
    body
}
