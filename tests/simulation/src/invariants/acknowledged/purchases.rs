//! A purchase that was acknowledged has its total, its customer and its cancellation.

use super::super::people::People;
use super::super::timeline::{Event, is_possible};
use super::super::{Rest, number, stored_tenant, text};
use crate::known::State;
use crate::known::fact::Fact;
use crate::known::merchant::Tenant;
use domain::{Instant, Receipt};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The register of a file's row that names none.
const FILE_REGISTER: &str = "1";

/// What is known of one receipt.
struct Known {
    receipt: Receipt,
    documents: Vec<Event<Document>>,
    customers: Vec<Event<Option<String>>>,
    /// Every customer that the purchase ever had.
    named: Vec<String>,
    /// Whether its customer may have changed by a request without a sure answer.
    has_uncertain_customer: bool,
    /// The points of each answer to its document.
    points: Vec<i64>,
    /// Whether more than its document may have changed its points.
    is_touched: bool,
}

/// The state of a document after an event.
#[derive(Debug, Clone)]
struct Document {
    /// `None` where the event does not say.
    total_cents: Option<i64>,
    is_cancelled: bool,
}

pub(super) fn check(rest: &Rest, state: &State, people: &People) -> Vec<String> {
    let stored: BTreeMap<&str, &Value> = rest
        .items
        .iter()
        .filter(|item| text(item, "sk") == "PURCHASE")
        .map(|item| (text(item, "pk"), item))
        .collect();
    let mut violations = Vec::new();
    for ((tenant, id), known) in known_of(state, people) {
        let merchant = state.merchant(&tenant.merchant);
        let Some(stored_tenant) = stored_tenant(&tenant) else { continue };
        if !merchant.is_some_and(|merchant| rest.is_complete(merchant)) {
            continue;
        }
        let Receipt { establishment, register, day, number } = &known.receipt;
        let (register, number) = (register.as_str(), number.as_str());
        let pk = format!("{stored_tenant}#RECEIPT#{establishment}#{register}#{day}#{number}");
        let problem = match stored.get(pk.as_str()) {
            Some(item) => compare(&known, item, people),
            None if may_be_gone(&known, people) => None,
            None => Some("it is not in the table".to_owned()),
        };
        violations.extend(problem.map(|problem| format!("the purchase {pk} ({id}): {problem}")));
    }
    violations
}

fn known_of(state: &State, people: &People) -> BTreeMap<(Tenant, String), Known> {
    let mut known: BTreeMap<(Tenant, String), Known> = BTreeMap::new();
    for acknowledged in &state.acknowledged {
        let (sent_at, at) = (acknowledged.sent_at, acknowledged.at);
        let document = |left| Event { sent_at, at, left: Some(left) };
        match &acknowledged.fact {
            Fact::PurchaseRecorded { tenant, purchase, is_replay } => {
                let Some(receipt) = domain::purchase::id::read(&purchase.id) else { continue };
                let entry = known.entry((tenant.clone(), purchase.id.clone()));
                let of = entry.or_insert_with(|| Known::of(receipt));
                let is_cancelled = purchase.cancelled_at.is_some();
                let total_cents = Some(purchase.total_cents);
                of.documents.push(document(Document { total_cents, is_cancelled }));
                // Neither the answer to a repeated document nor to a return of a sale always shows the customer.
                let hides_customer = *is_replay || purchase.returned_sale.is_some();
                if purchase.member.is_some() || !hides_customer {
                    of.customers.push(Event { sent_at, at, left: Some(purchase.member.clone()) });
                } else {
                    of.has_uncertain_customer = true;
                    // A return that is sent again after its cancellation gets the customer that its sale has then.
                    if !is_replay {
                        of.customers.push(Event { sent_at, at, left: None });
                    }
                }
                of.named.extend(purchase.member.clone());
                of.points.push(purchase.points);
                of.is_touched |= is_cancelled;
            }
            Fact::PurchaseCancelled { tenant, purchase, .. } => {
                if let Some(of) = known.get_mut(&(tenant.clone(), purchase.clone())) {
                    let left = Document { total_cents: None, is_cancelled: true };
                    of.documents.push(document(left));
                    of.is_touched = true;
                }
            }
            Fact::PurchaseAssigned { tenant, purchase, member, is_named_by_id } => {
                if let Some(of) = known.get_mut(&(tenant.clone(), purchase.clone())) {
                    let left = is_named_by_id.then(|| Some(member.clone()));
                    of.customers.push(Event { sent_at, at, left });
                    of.named.push(member.clone());
                    of.is_touched = true;
                    of.has_uncertain_customer |= !is_named_by_id;
                }
            }
            _ => {}
        }
    }
    touch_returned_sales(state, &mut known);
    for uncertain in &state.uncertain {
        let (sent_at, at) = (uncertain.sent_at, uncertain.at);
        for ((tenant, id), of) in &mut known {
            let is_sent = uncertain.operation == "create_purchase"
                && uncertain.tenant.as_ref() == Some(tenant)
                && uncertain.body["receipt_number"] == of.receipt.number.as_str();
            let is_changed = uncertain.path.contains(id.as_str());
            if is_sent || is_changed {
                of.documents.push(Event { sent_at, at, left: None });
                of.customers.push(Event { sent_at, at, left: None });
                of.has_uncertain_customer = true;
                of.is_touched = true;
            }
        }
    }
    add_files(state, people, &mut known);
    known
}

/// A return takes back points of its sale, and a return that was sent may have been recorded.
fn touch_returned_sales(state: &State, known: &mut BTreeMap<(Tenant, String), Known>) {
    let acknowledged = state.acknowledged.iter().filter_map(|acknowledged| {
        let Fact::PurchaseRecorded { purchase, .. } = &acknowledged.fact else { return None };
        purchase.returned_sale.as_deref()
    });
    let uncertain = state.uncertain.iter();
    let uncertain = uncertain
        .filter_map(|uncertain| uncertain.body["returned_sale"]["receipt_number"].as_str());
    let returned: BTreeSet<&str> = acknowledged.chain(uncertain).collect();
    for of in known.values_mut() {
        of.is_touched |= returned.contains(of.receipt.number.as_str());
    }
}

/// A file is read at some instant after it was sent. It records a receipt that was not there, that was cancelled, or
/// that was deleted with its customer, and changes no other.
fn add_files(state: &State, people: &People, known: &mut BTreeMap<(Tenant, String), Known>) {
    for acknowledged in &state.acknowledged {
        let Fact::FileSent { tenant, upload, rows } = &acknowledged.fact else { continue };
        let uploads = state.data(tenant).into_iter().flat_map(|data| &data.uploads);
        let upload = uploads.into_iter().find(|other| other.id == *upload);
        let establishment = upload.map(|upload| upload.establishment.as_str());
        for row in rows {
            let same = known.iter_mut().filter(|((other, _), of)| {
                let Receipt { establishment: at, register, day, number } = &of.receipt;
                other == tenant
                    && establishment == Some(at.as_str())
                    && register.as_str() == FILE_REGISTER
                    && day.to_string() == row.day
                    && number.as_str() == row.receipt_number
            });
            for (_, of) in same {
                of.is_touched = true;
                if of.may_have_been_cancelled() || may_be_gone(of, people) {
                    let sent_at = acknowledged.sent_at;
                    of.documents.push(Event { sent_at, at: Instant::MAX, left: None });
                    of.has_uncertain_customer = true;
                    of.customers.push(Event { sent_at, at: Instant::MAX, left: None });
                }
            }
        }
    }
}

impl Known {
    fn of(receipt: Receipt) -> Self {
        let (documents, customers, named) = (Vec::new(), Vec::new(), Vec::new());
        let points = Vec::new();
        let (has_uncertain_customer, is_touched) = (false, false);
        Self { receipt, documents, customers, named, has_uncertain_customer, points, is_touched }
    }

    /// Whether the purchase was cancelled at some instant, or may have been.
    fn may_have_been_cancelled(&self) -> bool {
        let is_kept = |document: &Document| !document.is_cancelled;
        !self.documents.iter().all(|event| event.left.as_ref().is_some_and(is_kept))
    }
}

/// What differs from the item; `None` where the item is as it can be.
fn compare(known: &Known, item: &Value, people: &People) -> Option<String> {
    let total = number(item, "total");
    let is_cancelled = item.get("cancelled_at").is_some();
    let is_stored = |document: &Document| {
        document.is_cancelled == is_cancelled
            && document.total_cents.is_none_or(|cents| cents == total)
    };
    if !is_possible(&known.documents, is_stored) {
        let documents = &known.documents;
        return Some(format!("total {total}, cancelled {is_cancelled} after {documents:?}"));
    }
    let member = Some(text(item, "member")).filter(|member| !member.contains("#ANONYMOUS#"));
    let is_of = |customer: &Option<String>| match (customer, member) {
        (None, None) => true,
        (Some(customer), Some(member)) => people.are_family(customer, member),
        _ => false,
    };
    if !is_possible(&known.customers, is_of) {
        return Some(format!("the customer is {member:?} after {:?}", known.customers));
    }
    let points = number(item, "points");
    let was_merged = known.named.iter().any(|member| people.was_merged(member));
    if !known.is_touched && !was_merged && !known.points.contains(&points) {
        return Some(format!("it has {points} points after {:?}", known.points));
    }
    None
}

/// Whether a purchase may have been deleted with its customer.
fn may_be_gone(known: &Known, people: &People) -> bool {
    known.has_uncertain_customer || known.named.iter().any(|member| people.may_be_erased(member))
}
