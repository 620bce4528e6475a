//! A year of one shop: a thousand members, each with twenty purchases, and every night's work.

use crate::faults::Swarm;
use crate::history::Detail;
use crate::invariants::{Rest, Violation};
use crate::known::Known;
use crate::operations::person::Person;
use crate::operations::{ApiRequest, local};
use crate::run::runtime;
use crate::seed::Seed;
use crate::world::log::Log;
use crate::world::{World, clock};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The members of the shop.
const MEMBERS: u16 = 1_000;
/// The purchases of each member.
const PURCHASES: u32 = 20;
/// The time between two purchases, so that all of them take a year.
const BETWEEN: Duration =
    Duration::from_secs(365 * 24 * 3_600 / (MEMBERS as u64 * PURCHASES as u64));
/// The contract that a merchant signs.
const SIGNED: (&str, &str) = ("2026-01", "2026-01-05");

/// How a simulated year went.
#[derive(Debug)]
pub struct Year {
    /// The real time that it took, on one core.
    pub took: Duration,
    /// The time that passed in the world.
    pub simulated: Duration,
    /// Calls of functions to AWS.
    pub calls: u64,
    /// The requests that the API accepted.
    pub accepted: u64,
    /// The invariants that were not true at its end.
    pub violations: Vec<Violation>,
}

/// Lets a year pass.
///
/// # Panics
/// Where the shop cannot be opened.
#[must_use]
pub fn year() -> Year {
    let runtime = runtime();
    let log = Log::default();
    let _collected = log.collect();
    runtime.block_on(pass(log))
}

async fn pass(log: Log) -> Year {
    let began = Instant::now();
    let everything = Swarm::of(Seed(1), &BTreeSet::new()).names().collect();
    let world = World::begin(Seed(1), Swarm::of(Seed(1), &everything), Detail::Count, None).await;
    let opened = clock::now();
    let mut shop = Shop::open(Arc::clone(&world)).await;
    for number in 0..MEMBERS {
        shop.enrol(number).await;
    }
    for receipt in 0..u32::from(MEMBERS) * PURCHASES {
        tokio::time::sleep(BETWEEN).await;
        shop.sell(receipt).await;
    }
    let rest = world.rest().await.err().unwrap_or_default();
    let (took, simulated) = (began.elapsed(), (clock::now() - opened).unsigned_abs());
    let unfinished = rest.into_iter().map(|what| Violation { invariant: "rest", what });
    let calls = world.history.calls();
    // The shop acknowledges nothing, so the invariants that compare the table with what the outside world knows check
    // nothing here. The runs of seeds check them.
    let found = Rest::of(&world, &Arc::new(Known::default()), log).await.check().await;
    let violations = unfinished.chain(found).collect();
    Year { took, simulated, calls, accepted: shop.accepted, violations }
}

/// The shop with its till.
struct Shop {
    world: Arc<World>,
    till_secret: String,
    accepted: u64,
}

impl Shop {
    async fn open(world: Arc<World>) -> Self {
        let mut shop = Self { world, till_secret: String::new(), accepted: 0 };
        let (version, signed_on) = SIGNED;
        let signed = json!({"version": version, "signed_on": signed_on, "signatory": "A. Gérant"});
        let merchant = json!({
            "reference": "contract-1",
            "name": "Boutique Exemple",
            "sector": "retail",
            "terms": signed,
            "processing_contract": signed,
            "programme": {
                "unit": "points",
                "spend": [{"points": 1, "per_cents": 100}],
                "rounding": "down",
                "expiry": {"after": "inactivity", "months": 12},
            },
        });
        let request = ApiRequest::post("create_merchant", "/v1/merchants".to_owned());
        let created = shop.send(&request.by_operator().json(merchant)).await;
        let merchant = created["merchant_id"].as_str().expect("a merchant");
        let path = format!("/v1/merchants/{merchant}/establishments/paris");
        let establishment = json!({"name": "Paris", "time_zone": "Europe/Paris"});
        let request = ApiRequest::put("put_establishment", path.clone());
        shop.send(&request.by_operator().json(establishment)).await;
        let key = json!({"mode": "live", "scope": "till", "label": "caisse"});
        let request = ApiRequest::post("create_key", format!("{path}/keys"));
        let created = shop.send(&request.by_operator().json(key)).await;
        created["key"].as_str().expect("a key").clone_into(&mut shop.till_secret);
        shop
    }

    async fn enrol(&mut self, number: u16) {
        let person = Person(number);
        let body = json!({
            "mobile": person.mobile(0), "card_requested": true,
            "first_name": person.first_name(), "last_name": person.last_name(),
        });
        self.send_by_till("create_member", "/v1/members", body).await;
    }

    async fn sell(&mut self, receipt: u32) {
        let member = u16::try_from(receipt % u32::from(MEMBERS)).unwrap_or_default();
        let body = json!({
            "type": "sale",
            "receipt_number": receipt.to_string(),
            "sold_at": local("Europe/Paris", clock::now()),
            "total_cents": 1_000 + receipt % 9_000,
            "lines": [],
            "member": {"mobile": Person(member).mobile(0)},
        });
        self.send_by_till("create_purchase", "/v1/purchases", body).await;
    }

    async fn send_by_till(&mut self, operation: &'static str, path: &str, body: Value) {
        let request = ApiRequest::post(operation, path.to_owned()).by_secret(&self.till_secret);
        self.send(&request.json(body)).await;
    }

    async fn send(&mut self, request: &ApiRequest) -> Value {
        let sent = self.world.request(request.function, request.operation, request.build()).await;
        let Ok(response) = sent else { return Value::Null };
        self.accepted += u64::from(response.status.is_success());
        response.body
    }
}
