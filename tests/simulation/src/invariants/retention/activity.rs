//! What the outside world knows for certain of the last use of a card.

use super::super::people::member_in;
use crate::known::fact::Fact;
use crate::known::records::Member;
use crate::known::{State, Uncertain};
use crate::operations::person::{Person, digits};

/// Whether a member may have been active at an instant that nobody knows: by a file, by a request without a sure
/// answer, or by a request that named the member by a mobile that another member had before.
pub(super) fn is_uncertain(state: &State, member: &Member) -> bool {
    let person = Person(member.person);
    let mobiles: Vec<String> = (0..20)
        .map(|change| digits(&person.mobile(change)))
        .chain([digits(&member.mobile)])
        .collect();
    let has_row_or_change =
        state.acknowledged.iter().any(|acknowledged| match &acknowledged.fact {
            Fact::FileSent { rows, .. } => rows
                .iter()
                .filter_map(|row| row.mobile.as_ref())
                .any(|mobile| mobiles.contains(&digits(mobile))),
            Fact::MobileChanged { member: of, .. } => *of == member.id,
            _ => false,
        });
    let receipts = receipts(state, member);
    let names = |uncertain: &Uncertain| {
        let body = uncertain.body.to_string();
        member_in(&uncertain.path) == Some(&member.id)
            || body.contains(&member.id)
            || body.contains(&person.card(0)[..9])
            || member.card.as_ref().is_some_and(|card| body.contains(card))
            || mobiles.iter().any(|mobile| digits(&body).contains(mobile))
            || receipts.iter().any(|(id, receipt)| {
                uncertain.path.contains(id) || body.contains(&format!("\"{receipt}\""))
            })
    };
    has_row_or_change || state.uncertain.iter().any(names)
}

/// The identifiers and the numbers of the receipts that a member had.
fn receipts<'s>(state: &'s State, member: &Member) -> Vec<(&'s str, &'s str)> {
    let receipts = state.acknowledged.iter().filter_map(|acknowledged| {
        let Fact::PurchaseRecorded { purchase, .. } = &acknowledged.fact else { return None };
        let is_of = purchase.member.as_ref() == Some(&member.id);
        is_of.then_some((purchase.id.as_str(), purchase.receipt_number.as_str()))
    });
    receipts.collect()
}
