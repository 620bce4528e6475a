//! Finds the customer of a receipt: the member whose contact the rows name, or a new member.

use crate::context::{App, IngestError};
use crate::file::{Customer as NamedCustomer, CustomerKey, FileReceipt};
use domain::member::Enrolment;
use domain::retention::Suppression;
use domain::{Day, DomainError, Instant, MemberError, MemberId, Mobile, PurchaseKind, retention};
use std::collections::{HashMap, HashSet};
use store::{
    AnyContact, Contact, ContactEntry, Customer, ErasedBefore, Known, NewMember, PurchaseToRecord,
    Scope,
};

/// A receipt whose customer is found.
pub(super) struct ResolvedReceipt {
    pub(super) receipt: FileReceipt,
    pub(super) new: PurchaseToRecord,
    pub(super) customer: ResolvedCustomer,
}

/// The person who gets the points of a group of purchases.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Owner {
    Member(MemberId),
    NewMember(Mobile),
}

impl ResolvedReceipt {
    /// Whether the receipt may make its customer a member.
    pub(super) fn is_sale(&self) -> bool {
        *self.new.purchase.kind() == PurchaseKind::Sale
    }
}

/// The customer of a receipt.
pub(super) struct ResolvedCustomer {
    pub(super) owner: Owner,
    pub(super) customer: Customer,
    /// Whether a person who becomes a member was erased before.
    pub(super) erased_before: ErasedBefore,
}

/// The customers of a window.
pub(super) struct Customers {
    members: HashMap<Contact, ContactEntry>,
    /// The contacts of erased persons, among those of rows without a member.
    suppressed: HashMap<AnyContact, Suppression>,
    enrolling: Enrolling,
}

/// The persons who become members by a file.
struct Enrolling {
    /// Contacts for which a row says that the person asked for the card.
    card_requested: HashSet<Contact>,
    /// Contacts with a sale in the window. A return alone makes nobody a member: the member would begin with a debt.
    buyers: HashSet<Contact>,
    /// Whether the merchant attests that its customers asked for the card.
    attested: bool,
}

impl Enrolling {
    /// How a person without a member becomes one. A person becomes a member by a file only with a mobile, and
    /// only where the row or the merchant says that the person asked for the card.
    fn enrolment(&self, named: &NamedCustomer) -> Option<(Mobile, Enrolment)> {
        let CustomerKey::Mobile(mobile) = &named.identity else { return None };
        if !self.buyers.contains(&contact(named)) {
            return None;
        }
        let enrolment = if self.card_requested.contains(&contact(named)) {
            Enrolment::FileRow
        } else if self.attested {
            Enrolment::Attestation
        } else {
            return None;
        };
        Some((mobile.clone(), enrolment))
    }

    /// The contacts of a row without a member that are looked up among those of erased persons: all contacts
    /// where the row enrols the person.
    fn asked_of(&self, named: &NamedCustomer) -> Vec<AnyContact> {
        let mut contacts = vec![AnyContact::Sole(contact(named))];
        if self.enrolment(named).is_some() {
            contacts.extend(named.details.card.clone().map(AnyContact::card));
            contacts.extend(named.details.email.clone().map(AnyContact::Email));
        }
        contacts
    }
}

impl ResolvedCustomer {
    /// The same customer, found by the mobile and not made a member.
    pub(super) fn known(&self) -> Customer {
        match &self.owner {
            Owner::NewMember(mobile) => Customer::Contact(Contact::Mobile(mobile.clone())),
            Owner::Member(_) => self.customer.clone(),
        }
    }
}

impl Customers {
    /// Looks up the customers of a window: 1 round trip for 100 customers, and 1 for 100 contacts of customers
    /// without a member.
    pub(super) async fn of(
        app: &App,
        scope: &Scope,
        receipts: &[FileReceipt],
        now: Instant,
    ) -> Result<Self, IngestError> {
        let named = || receipts.iter().filter_map(|receipt| receipt.customer.as_ref());
        let contacts: HashSet<Contact> = named().map(contact).collect();
        let contacts: Vec<Contact> = contacts.into_iter().collect();
        let members = app.store.find_contacts(scope, &contacts).await?;
        let enrolling = Enrolling {
            // A row's statement about a person is valid for the person's other rows in the window.
            card_requested: named().filter(|named| named.card_requested).map(contact).collect(),
            buyers: receipts
                .iter()
                .filter(|receipt| *receipt.purchase.kind() == PurchaseKind::Sale)
                .filter_map(|receipt| receipt.customer.as_ref().map(contact))
                .collect(),
            attested: scope.settings.merchant.enrolment_attestation.is_some(),
        };
        let without_member = named().filter(|named| !members.contains_key(&contact(named)));
        let asked: HashSet<AnyContact> =
            without_member.flat_map(|named| enrolling.asked_of(named)).collect();
        let asked: Vec<AnyContact> = asked.into_iter().collect();
        let suppressed = app.store.suppressions(scope, &asked, now).await?;
        Ok(Self { members, suppressed, enrolling })
    }

    /// The owner of a receipt's points: a member, or a new member.
    pub(super) fn resolve(
        &self,
        named: &NamedCustomer,
        sold_at: Instant,
    ) -> Result<ResolvedCustomer, DomainError> {
        let sold_on = retention::day_of(sold_at);
        match self.members.get(&contact(named)) {
            Some(entry) => Self::of_member(*entry, sold_at, sold_on),
            None if self.is_suppressed(named, sold_on) => Err(MemberError::Suppressed.into()),
            None => self.enrol(named),
        }
    }

    /// A person who was erased and became a member again does not get the purchases back that were erased.
    fn of_member(
        entry: ContactEntry,
        sold_at: Instant,
        sold_on: Day,
    ) -> Result<ResolvedCustomer, DomainError> {
        if entry.erased_on.is_some_and(|day| sold_on <= day) {
            return Err(MemberError::Suppressed.into());
        }
        match entry.known.when_sold(sold_at) {
            Known::Member(id) => Ok(ResolvedCustomer {
                owner: Owner::Member(id),
                customer: Customer::Member(id),
                erased_before: ErasedBefore::default(),
            }),
            Known::Blocked(..) => Err(MemberError::CardBlocked.into()),
        }
    }

    fn is_suppressed(&self, named: &NamedCustomer, sold_on: Day) -> bool {
        let contacts = self.enrolling.asked_of(named);
        let mut found = contacts.iter().filter_map(|contact| self.suppressed.get(contact));
        found.any(|suppression| suppression.blocks(sold_on))
    }

    fn enrol(&self, named: &NamedCustomer) -> Result<ResolvedCustomer, DomainError> {
        let (mobile, enrolment) =
            self.enrolling.enrolment(named).ok_or(MemberError::NotEnrolled)?;
        let details = named.details.clone();
        let erased_on = |contact| self.suppressed.get(&contact).map(|found| found.erased_on());
        let erased_before = ErasedBefore {
            mobile: erased_on(AnyContact::mobile(mobile.clone())),
            card: details.card.clone().map(AnyContact::card).and_then(erased_on),
            // Such a row is refused before.
            every_row: false,
        };
        let owner = Owner::NewMember(mobile.clone());
        let customer = Customer::Enrol(Box::new(NewMember { mobile, details, enrolment }));
        Ok(ResolvedCustomer { owner, customer, erased_before })
    }
}

fn contact(named: &NamedCustomer) -> Contact {
    match &named.identity {
        CustomerKey::Mobile(mobile) => Contact::Mobile(mobile.clone()),
        CustomerKey::Card(card) => Contact::Card(card.clone()),
    }
}
