//! A purchase that was acknowledged has its total, its customer and its cancellation.

use super::super::people::People;
use super::super::timeline::{Event, is_possible};
use super::super::{Rest, number, stored_tenant, text};
use crate::known::State;
use crate::known::fact::Fact;
use crate::known::merchant::Tenant;
use domain::{Instant, Receipt};
use serde_json::Value;
use std::collections::BTreeMap;

/// What is known of one receipt.
struct Known {
    receipt: Receipt,
    documents: Vec<Event<Document>>,
    customers: Vec<Event<Option<String>>>,
    /// Every customer that the purchase ever had.
    named: Vec<String>,
    /// Whether its customer may have changed by a request without a sure answer.
    has_uncertain_customer: bool,
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
    for ((tenant, id), known) in known_of(state) {
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

fn known_of(state: &State) -> BTreeMap<(Tenant, String), Known> {
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
            }
            Fact::PurchaseCancelled { tenant, purchase, .. } => {
                if let Some(of) = known.get_mut(&(tenant.clone(), purchase.clone())) {
                    let left = Document { total_cents: None, is_cancelled: true };
                    of.documents.push(document(left));
                }
            }
            Fact::PurchaseAssigned { tenant, purchase, member, is_named_by_id } => {
                if let Some(of) = known.get_mut(&(tenant.clone(), purchase.clone())) {
                    let left = is_named_by_id.then(|| Some(member.clone()));
                    of.customers.push(Event { sent_at, at, left });
                    of.named.push(member.clone());
                    of.has_uncertain_customer |= !is_named_by_id;
                }
            }
            Fact::FileSent { tenant, rows, .. } => {
                // A file is read at some later instant.
                for row in rows {
                    let same = known.iter_mut().filter(|((other, _), of)| {
                        other == tenant && of.receipt.number.as_str() == row.receipt_number
                    });
                    for (_, of) in same {
                        of.documents.push(Event { sent_at, at: Instant::MAX, left: None });
                        of.has_uncertain_customer = true;
                        of.customers.push(Event { sent_at, at: Instant::MAX, left: None });
                    }
                }
            }
            _ => {}
        }
    }
    for uncertain in &state.uncertain {
        let (sent_at, at) = (uncertain.sent_at, uncertain.at);
        for ((_, id), of) in &mut known {
            let is_sent = uncertain.operation == "create_purchase"
                && uncertain.body["receipt_number"] == of.receipt.number.as_str();
            let is_changed = uncertain.path.contains(id.as_str());
            if is_sent || is_changed {
                of.documents.push(Event { sent_at, at, left: None });
                of.customers.push(Event { sent_at, at, left: None });
                of.has_uncertain_customer = true;
            }
        }
    }
    known
}

impl Known {
    fn of(receipt: Receipt) -> Self {
        let (documents, customers, named) = (Vec::new(), Vec::new(), Vec::new());
        Self { receipt, documents, customers, named, has_uncertain_customer: false }
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
    None
}

/// Whether a purchase may have been deleted with its customer.
fn may_be_gone(known: &Known, people: &People) -> bool {
    known.has_uncertain_customer || known.named.iter().any(|member| people.may_be_erased(member))
}
