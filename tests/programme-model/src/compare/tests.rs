//! The comparison itself, with a service that answers by a second copy of the model.

use super::*;
use crate::model::earning::{Basket, Line};
use crate::model::programme::{Condition, Goods, Programme, ReturnPolicy, Rounding};
use crate::model::{Answer, Step};

/// A service of one merchant at a time. The names of its documents and members are their numbers.
#[derive(Default)]
struct Copy {
    model: Model,
    now: Timestamp,
    /// A defect: the copy stores another programme than the one that it accepts.
    defect: Option<Defect>,
    requests: Vec<String>,
    /// The answers to the documents of the merchant.
    documents: BTreeMap<String, (u16, Value)>,
}

impl Service for Copy {
    fn set_now(&mut self, now: Timestamp) {
        self.now = now;
    }

    fn call(&mut self, request: &Request) -> (u16, Value) {
        self.requests.push(format!("{request:?}"));
        let path: Vec<&str> = request.path.trim_start_matches("/v1/").split('/').collect();
        let body = request.body.clone().unwrap_or_default();
        let establishment = match &request.key {
            Key::Operator => "",
            Key::Establishment(key) => key.as_str(),
        };
        match path.as_slice() {
            ["merchants"] => {
                self.model = Model::default();
                self.documents.clear();
                let base = serde_json::from_value(body["programme"].clone()).expect("a programme");
                self.model.programmes.0.insert("1900-01-01".parse().expect("a day"), base);
                let programmes = json!([{ "valid_from": "1900-01-01" }]);
                (201, json!({ "merchant_id": "M", "programmes": programmes }))
            }
            ["merchants", _, "establishments", code] => {
                let zone = TimeZone::get(body["time_zone"].as_str().expect("a zone"));
                self.model.establishments.insert((*code).to_owned(), zone.expect("a zone"));
                (200, json!({}))
            }
            ["merchants", _, "establishments", code, "keys"] => (201, json!({ "key": code })),
            ["merchants", _, "programmes", day] => {
                let mut programme: Programme = serde_json::from_value(body).expect("a programme");
                let day: Date = day.parse().expect("a day");
                let today = TimeZone::UTC.to_datetime(self.now).date();
                if day <= today || day > today.saturating_add(300.days()) {
                    // A day that has begun, or the faulty programme of the case.
                    return (422, json!({ "code": "invalid_fields" }));
                }
                if programme.spend.len() > 4 {
                    let error = json!({ "code": "too_many_rules", "pointer": "/spend" });
                    return (422, json!({ "code": "invalid_fields", "errors": [error] }));
                }
                if let Some(defect) = self.defect {
                    defect(&mut programme);
                }
                self.model.programmes.0.insert(day, programme);
                (200, json!({}))
            }
            ["members"] => {
                let number = self.model.members.len();
                let birth_date = body["birth_date"].as_str().map(|day| day.parse().expect("a day"));
                let view = self.model.enrol(number, birth_date, establishment, self.now);
                let mut answer = json_of(&Answer { view: Some(view), ..Answer::default() });
                answer["member_id"] = json!(number.to_string());
                (201, answer)
            }
            ["purchases"] => {
                let receipt = body["receipt_number"].as_str().expect("a receipt").to_owned();
                if let Some(first) = self.documents.get(&receipt) {
                    return first.clone();
                }
                let answer = self.operate(&path, &body, establishment);
                if answer.0 == 200 {
                    self.documents.insert(receipt, answer.clone());
                }
                answer
            }
            path => self.operate(path, &body, establishment),
        }
    }
}

impl Copy {
    fn operate(&mut self, path: &[&str], body: &Value, establishment: &str) -> (u16, Value) {
        let instant = |field: &str| body[field].as_str().map(|at| at.parse().expect("an instant"));
        let number = |text: &str| text.trim_start_matches('R').parse::<usize>().expect("a number");
        let buyer = body["member"]["member_id"].as_str().map(number);
        let document = body["receipt_number"].as_str().map_or(0, number);
        let points = body["points"].as_i64().unwrap_or_default();
        let basket = basket_of(body);
        let operation = match path {
            ["purchases"] => {
                let sold_at = instant("sold_at").expect("an instant");
                match (body["type"].as_str(), body["returned_sale"]["receipt_number"].as_str()) {
                    (Some("sale"), _) => {
                        Operation::Sale { document, member: buyer, sold_at, basket }
                    }
                    (_, Some(sale)) => Operation::NamedReturn {
                        document,
                        sale: number(sale),
                        names_member: buyer.is_some(),
                        sold_at,
                        total_cents: basket.total_cents,
                    },
                    _ => {
                        let member = buyer.expect("a customer");
                        Operation::UnnamedReturn { document, member, sold_at, basket }
                    }
                }
            }
            ["purchases", "dry-run"] => {
                let sold_at = instant("sold_at").expect("an instant");
                Operation::DryRun { member: buyer, sold_at, basket }
            }
            ["purchases", document, "cancel"] => Operation::Cancel { document: number(document) },
            ["purchases", sale, what] => {
                let sale = number(sale);
                let member = number(body["member_id"].as_str().expect("a customer"));
                match *what {
                    "move" => Operation::Move { sale, member },
                    _ => Operation::Attach { sale, member },
                }
            }
            ["members", member, "visits"] => {
                let visited_at = instant("visited_at").expect("an instant");
                Operation::Visit { member: number(member), visited_at }
            }
            ["members", member, "adjustments"] => {
                Operation::Adjust { member: number(member), points }
            }
            ["members", member, "redemptions"] => {
                Operation::Redeem { member: number(member), points }
            }
            ["members", member, "balance"] => Operation::Balance { member: number(member) },
            other => panic!("{other:?}"),
        };
        let establishment = establishment.to_owned();
        match self.model.apply(&Step { now: self.now, establishment, operation }) {
            Outcome::Skipped => panic!("a skipped operation is not sent"),
            Outcome::Refused { status, code } => (status, json!({ "code": code })),
            Outcome::Done(answer) => {
                let mut answer = json_of(&answer);
                answer["purchase_id"] = json!(document.to_string());
                (200, answer)
            }
        }
    }
}

fn basket_of(body: &Value) -> Basket {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let lines = body["lines"].as_array().into_iter().flatten().map(|line| {
        let quantity = line["quantity"].as_str().expect("a quantity");
        let (whole, decimals) = quantity.split_once('.').unwrap_or((quantity, ""));
        let thousandths = format!("{whole}{decimals:0<3}");
        Line {
            sku: text(&line["sku"]),
            category: text(&line["category"]),
            thousandths: thousandths.parse().expect("a quantity"),
            unit_price_cents: line["unit_price_cents"].as_i64().expect("a price"),
            discount_cents: line["discount_cents"].as_i64().unwrap_or_default(),
        }
    });
    Basket { total_cents: body["total_cents"].as_i64().unwrap_or_default(), lines: lines.collect() }
}

fn json_of(answer: &Answer) -> Value {
    let mut body = json!({});
    if let Some(points) = answer.points {
        body["points"] = json!(points);
    }
    if let Some(parts) = &answer.earned {
        body["earned"] = parts
            .iter()
            .rev()
            .map(|part| {
                json!({ "source": part.source.name(), "name": part.name, "points": part.points })
            })
            .collect();
    }
    if let Some(view) = &answer.view {
        body["balance"] = json!(view.balance);
        body["pending"] = json!(view.pending);
        if let Some(level) = &view.level {
            body["level"] =
                json!({ "code": level.code, "name": level.name, "since": level.since.to_string() });
        }
        if let Some(expiring) = &view.expiring {
            body["expiring"] = json!({ "points": expiring.points, "on": expiring.on.to_string() });
        }
    }
    if let Some(view) = &answer.view_after {
        body["balance_after"] = json!(view.balance);
        if view.pending > 0 {
            body["pending_after"] = json!(view.pending);
        }
    }
    body
}

/// A change of the programme that the copy of the model stores.
type Defect = fn(&mut Programme);

fn round_up(programme: &mut Programme) {
    programme.rounding = Rounding::Up;
}

/// Whether a defect shows in one of some cases.
fn is_seen(defect: Defect) -> bool {
    let mut copy = Copy { defect: Some(defect), ..Copy::default() };
    let mut player = Player { service: &mut copy, run: 0, attempts: 0 };
    (0..150).any(|seed| {
        let case = generate::case(seed);
        matches!(player.play(&case, &mut Counts::default()), Played::Disagreed { .. })
    })
}

/// Changes all conditions of a programme.
fn change_conditions(programme: &mut Programme, change: fn(&mut Condition)) {
    programme.spend.iter_mut().for_each(|rule| change(&mut rule.when));
    programme.visits.iter_mut().for_each(|rule| change(&mut rule.when));
    programme.multipliers.iter_mut().for_each(|rule| change(&mut rule.when));
    programme.bonuses.iter_mut().for_each(|rule| change(&mut rule.when));
}

#[test]
fn a_field_that_a_service_ignores_is_seen() {
    let defects: [(&str, Defect); 26] = [
        ("rounding", |programme| programme.rounding = Rounding::Nearest),
        ("spend", |programme| drop(programme.spend.pop())),
        ("goods of spend", |programme| {
            programme.spend.iter_mut().for_each(|rule| rule.goods.categories.clear());
        }),
        ("order of spend", |programme| programme.spend.reverse()),
        ("visits", |programme| programme.visits.clear()),
        ("most_a_day", |programme| {
            programme.visits.iter_mut().for_each(|rule| rule.most_a_day += 1);
        }),
        ("multipliers", |programme| programme.multipliers.clear()),
        ("greatest multiplier", |programme| programme.multipliers.truncate(1)),
        ("bonuses", |programme| programme.bonuses.clear()),
        ("most_a_sale", |programme| {
            programme.bonuses.iter_mut().for_each(|rule| rule.most_a_sale = None);
        }),
        ("daily_cap", |programme| programme.daily_cap = None),
        ("minimum_spend_cents", |programme| programme.minimum_spend_cents = 0),
        ("excluded", |programme| programme.excluded = Goods::default()),
        ("discounts_excluded", |programme| programme.discounts_excluded = false),
        ("pending_days", |programme| programme.pending_days /= 2),
        ("expiry", |programme| programme.expiry = None),
        ("months of the expiry", |programme| {
            programme.expiry.iter_mut().for_each(|expiry| expiry.months += 1);
        }),
        ("returns", |programme| programme.returns = ReturnPolicy::Negative),
        ("gifts", |programme| programme.gifts.activation = 0),
        ("levels", |programme| programme.levels.truncate(1)),
        ("days", |programme| {
            change_conditions(programme, |when| (when.from, when.until) = (None, None));
        }),
        ("weekdays", |programme| change_conditions(programme, |when| when.weekdays.clear())),
        ("hours", |programme| change_conditions(programme, |when| when.hours = None)),
        ("establishments", |programme| {
            change_conditions(programme, |when| when.establishments.clear());
        }),
        ("levels of a rule", |programme| change_conditions(programme, |when| when.levels.clear())),
        ("birthday", |programme| change_conditions(programme, |when| when.birthday_month = false)),
    ];
    let unseen: Vec<&str> =
        defects.iter().filter(|(_, defect)| !is_seen(*defect)).map(|(field, _)| *field).collect();
    assert!(unseen.is_empty(), "{unseen:?}");
}

#[test]
fn a_copy_of_the_model_agrees_in_every_kind_of_operation() {
    let mut copy = Copy::default();
    let report = run(&mut copy, 1, 60);
    assert!(report.agrees(), "{report}");
    let counts = &report.counts;
    assert!(counts.compared_programmes >= 60, "{report}");
    assert!(counts.refused > 0 && counts.refusals.contains_key("too_many_rules /spend"));
    assert_eq!(counts.operations.len(), 12, "{report}");
    assert!(counts.operations.values().all(|count| *count >= 10), "{report}");
}

#[test]
fn the_same_seed_gives_the_same_requests() {
    let (mut first, mut second) = (Copy::default(), Copy::default());
    assert_eq!(run(&mut first, 7, 10), run(&mut second, 7, 10));
    assert_eq!(first.requests, second.requests);
}

#[test]
fn a_wrong_rounding_is_shown_with_a_history_of_one_operation() {
    let mut wrong = Copy { defect: Some(round_up), ..Copy::default() };
    let report = run(&mut wrong, 3, 4);
    assert!(!report.agrees());
    let shortest = report.disagreements.iter().map(|found| found.case.steps.len()).min();
    assert_eq!(shortest, Some(1), "{report}");
    let text = report.to_string();
    assert!(text.contains("points: expected"), "{text}");
}

#[test]
fn a_case_can_be_compared_again_by_its_seed() {
    let mut wrong = Copy { defect: Some(round_up), ..Copy::default() };
    let report = run(&mut wrong, 3, 4);
    let seed = report.disagreements.first().map(|found| found.case.seed).expect("a disagreement");
    assert_eq!(replay(&mut wrong, seed).disagreeing_cases, 1);
}

#[test]
fn quantities_are_written_as_short_decimal_numbers() {
    let texts = [1000, 1250, 333, 20_000, 1].map(request::quantity);
    assert_eq!(texts, ["1", "1.25", "0.333", "20", "0.001"]);
}
