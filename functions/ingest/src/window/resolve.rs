//! Finds the customer of a receipt: the member whose contact the rows name, or a new member.

use crate::context::{App, IngestError};
use crate::file::{Customer as NamedCustomer, CustomerKey, FileReceipt};
use domain::member::Enrolment;
use domain::{DomainError, Instant, MemberError, MemberId, Mobile, retention};
use std::collections::{HashMap, HashSet};
use store::{Contact, Customer, Known, NewMember, PurchaseToRecord, Scope};

/// A receipt whose customer is found.
pub(super) struct ResolvedReceipt {
    pub(super) receipt: FileReceipt,
    pub(super) new: PurchaseToRecord,
    pub(super) customer: Customer,
}

/// The person who gets the points of a group of purchases.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum Owner {
    Member(MemberId),
    NewMember(Mobile),
}

/// The customers of a window.
pub(super) struct Customers {
    known: HashMap<Contact, Known>,
    /// Contacts for which a row says that the person asked for the card.
    card_requested: HashSet<Contact>,
}

impl Customers {
    /// Looks up the customers of a window: 1 round trip for 100 customers.
    pub(super) async fn of(
        app: &App,
        scope: &Scope,
        receipts: &[FileReceipt],
        now: Instant,
    ) -> Result<Self, IngestError> {
        let named = || receipts.iter().filter_map(|receipt| receipt.customer.as_ref());
        let contacts: HashSet<Contact> = named().map(contact).collect();
        let contacts: Vec<Contact> = contacts.into_iter().collect();
        Ok(Self {
            known: app.store.find_contacts(scope, &contacts, now).await?,
            // A row's statement about a person is valid for the person's other rows in the window.
            card_requested: named().filter(|named| named.card_requested).map(contact).collect(),
        })
    }

    /// The owner of a receipt's points: a member, or a new member. A person becomes a member by a file only
    /// where the row or the merchant says that the person asked for the card.
    pub(super) fn resolve(
        &self,
        scope: &Scope,
        named: &NamedCustomer,
        sold_at: Instant,
    ) -> Result<(Owner, Customer), DomainError> {
        let contact = contact(named);
        let known = self.known.get(&contact).map(|known| known.when_sold(sold_at));
        let is_open = |known: &Known| match known {
            Known::Suppressed(suppression) => !suppression.blocks(retention::day_of(sold_at)),
            Known::Member(_) | Known::Blocked(..) => false,
        };
        let known = known.filter(|known| !is_open(known));
        match (known, &named.identity) {
            (Some(Known::Member(id)), _) => Ok((Owner::Member(id), Customer::Member(id))),
            (Some(Known::Blocked(..)), _) => Err(MemberError::CardBlocked.into()),
            (Some(Known::Suppressed(_)), _) => Err(MemberError::Suppressed.into()),
            (None, CustomerKey::Card(_)) => Err(MemberError::NotEnrolled.into()),
            (None, CustomerKey::Mobile(mobile)) => {
                let enrolment = if self.card_requested.contains(&contact) {
                    Enrolment::FileRow
                } else if scope.settings.merchant.enrolment_attestation.is_some() {
                    Enrolment::Attestation
                } else {
                    return Err(MemberError::NotEnrolled.into());
                };
                let details = named.details.clone();
                let new = NewMember { mobile: mobile.clone(), details, enrolment };
                Ok((Owner::NewMember(mobile.clone()), Customer::Enrol(Box::new(new))))
            }
        }
    }
}

fn contact(named: &NamedCustomer) -> Contact {
    match &named.identity {
        CustomerKey::Mobile(mobile) => Contact::Mobile(mobile.clone()),
        CustomerKey::Card(card) => Contact::Card(card.clone()),
    }
}
