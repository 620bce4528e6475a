//! A sale at the till: its units and its time. The units of finding a member.

use crate::{
    figures::{Bound, Figures, percentile},
    function::Function,
    places::binary,
    proxies::Count,
    stack::{Path, Stack},
    till_client::{Buyer, Till, sale},
};
use serde_json::{Value, json};

/// Sales that are timed. A tenth as many warm up the function.
const TIMED_SALES: u32 = 2_000;
const MEMBERS: u32 = 50;

pub(crate) async fn measure(figures: &mut Figures) {
    count(figures).await;
    time(figures).await;
}

/// The units of a sale of a warm function: the highest of several members' sales.
async fn count(figures: &mut Figures) {
    let stack = Stack::start().await;
    let api = Function::start(&binary("api"), &stack.environment(Path::Counted)).await;
    let till = Till::open(&api).await;
    let mut members = Vec::new();
    for index in 0..10 {
        let mobile = mobile(index);
        members.push(Member { id: till.enrol(&api, &mobile).await, mobile });
    }
    let mut receipts = 0..;
    let mut highest = async |by_id: bool, lines: u32| {
        let mut highest = Count::default();
        for member in &members {
            let buyer = if by_id { Buyer::Id(&member.id) } else { Buyer::Mobile(&member.mobile) };
            let receipt = receipts.next().unwrap_or_default();
            stack.counting.take();
            till.sell(&api, &sale(receipt, buyer, lines)).await;
            highest.raise(stack.counting.take().total());
        }
        highest
    };
    // Fills the caches of the key and of the settings.
    highest(false, 1).await;

    let by_mobile = highest(false, 6).await;
    let (write, read) = ("write units", "read units");
    figures.add("till.purchase.write_units", by_mobile.write, write, Bound::AtMost(5.0));
    figures.add("till.purchase.read_units", by_mobile.read, read, Bound::AtMost(1.0));
    let calls = f64::from(by_mobile.calls);
    figures.add("till.purchase.round_trips", calls, "calls", Bound::AtMost(3.0));

    let by_id = highest(true, 6).await;
    let calls = f64::from(by_id.calls);
    figures.add("till.purchase_by_id.round_trips", calls, "calls", Bound::AtMost(2.0));
    figures.add("till.purchase_by_id.read_units", by_id.read, read, Bound::None);

    let codes = till.coupons(&api, 10).await;
    let mut redeeming = Count::default();
    for (receipt, (member, code)) in (1_000_000..).zip(members.iter().zip(&codes)) {
        let sale = with_coupon(sale(receipt, Buyer::Mobile(&member.mobile), 6), code);
        stack.counting.take();
        till.sell(&api, &sale).await;
        redeeming.raise(stack.counting.take().total());
    }
    let name = "till.purchase_with_coupon.write_units";
    figures.add(name, redeeming.write, write, Bound::AtMost(7.0));
    figures.add("till.purchase_with_coupon.read_units", redeeming.read, read, Bound::None);
    let calls = f64::from(redeeming.calls);
    figures.add("till.purchase_with_coupon.round_trips", calls, "calls", Bound::None);

    let mut finding = Count::default();
    for member in &members {
        stack.counting.take();
        till.find(&api, &member.mobile).await;
        finding.raise(stack.counting.take().total());
    }
    figures.add("till.find_member.read_units", finding.read, read, Bound::AtMost(1.5));
    let calls = f64::from(finding.calls);
    figures.add("till.find_member.round_trips", calls, "calls", Bound::AtMost(2.0));

    for lines in [1, 6, 20, 30] {
        let units = highest(false, lines).await.write;
        let bound = if lines <= 6 { Bound::AtMost(5.0) } else { Bound::None };
        figures.add(&format!("till.purchase_{lines}_lines.write_units"), units, write, bound);
    }
}

/// A member that the API has enrolled.
struct Member {
    id: String,
    mobile: String,
}

/// The same sale with a coupon of 5 €.
fn with_coupon(mut sale: Value, code: &str) -> Value {
    let total = sale["total_cents"].as_i64().unwrap_or_default();
    sale["total_cents"] = json!(total - 500);
    sale["coupons"] = json!([{"code": code, "discount_cents": 500}]);
    sale
}

/// The time of a warm sale, beside a bare function that makes the same calls. Both work on the same table
/// and take turns.
async fn time(figures: &mut Figures) {
    let stack = Stack::start().await;
    let environment = stack.environment(Path::Direct);
    let api = Function::start(&binary("api"), &environment).await;
    let bare = Function::start(&binary("bare-purchase"), &environment).await;
    let hello = Function::start(&binary("hello-world"), &environment).await;
    let till = Till::open(&api).await;
    for member in 0..MEMBERS {
        till.enrol(&api, &mobile(member)).await;
        bare.invoke(json!({"member": member, "receipt": 0}).to_string().into()).await;
    }

    let (mut api_ms, mut bare_ms, mut hello_ms) = (Vec::new(), Vec::new(), Vec::new());
    for round in 1..=TIMED_SALES + TIMED_SALES / 10 {
        let member = round % MEMBERS;
        let sale = sale(round, Buyer::Mobile(&mobile(member)), 6);
        let sold = till.sell(&api, &sale).await;
        let event = json!({"member": member, "receipt": round}).to_string();
        let bare_sold = bare.invoke(event.into()).await.latency;
        let greeted = hello.invoke("{}".into()).await.latency;
        if round > TIMED_SALES / 10 {
            api_ms.push(sold.as_secs_f64() * 1e3);
            bare_ms.push(bare_sold.as_secs_f64() * 1e3);
            hello_ms.push(greeted.as_secs_f64() * 1e3);
        }
    }
    let [p50, bare_p50] = [&api_ms, &bare_ms].map(|measures| percentile(measures, 0.5));
    let [p99, bare_p99] = [&api_ms, &bare_ms].map(|measures| percentile(measures, 0.99));
    figures.add_beside("till.purchase.p50_ms", p50, "ms", bare_p50, Bound::None);
    figures.add_beside("till.purchase.p99_ms", p99, "ms", bare_p99, Bound::None);
    let ratio = p50 / bare_p50;
    figures.add_beside("till.purchase.ratio_to_bare", ratio, "ratio", 1.0, Bound::AtMost(1.25));
    let (peak, bare_peak) = (api.peak_mb(), bare.peak_mb());
    figures.add_beside("till.purchase.peak_mb", peak, "MB", bare_peak, Bound::None);
    figures.add("hello_world.p50_ms", percentile(&hello_ms, 0.5), "ms", Bound::None);
    figures.add("hello_world.p99_ms", percentile(&hello_ms, 0.99), "ms", Bound::None);
}

/// A number that Arcep reserves for fiction.
fn mobile(member: u32) -> String {
    format!("+3363998{member:04}")
}
