//! A window of receipts: who the customers are, what is known already, and the rest entered, the
//! purchases of one member in one transaction.

use crate::app::{App, IngestError};
use crate::file::{Customer as Named, CustomerKey, FileReceipt, Reason, RefusedRow};
use domain::member::Enrolment;
use domain::{
    DomainError, Instant, MemberError, MemberId, Mobile, PurchaseKind, Receipt, UploadId,
};
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use std::collections::{HashMap, HashSet};
use store::{
    Contact, Customer, Entry, Holder, Known, MAX_PURCHASES_PER_TRANSACTION, NewMember, Outcome,
    RangeReport, Recorded, Scope, Source, StoreError,
};

/// Transactions under way at once.
const AT_ONCE: usize = 16;

/// What a range has come to so far.
#[derive(Default)]
pub(crate) struct Tally {
    /// The counts.
    pub(crate) report: RangeReport,
    /// Rows to be written out.
    pub(crate) refused: Vec<RefusedRow>,
}

impl Tally {
    /// Counts a row that was refused.
    pub(crate) fn refuse(&mut self, row: RefusedRow) {
        self.report.rows.read += 1;
        self.report.rows.refused += 1;
        self.refused.push(row);
    }

    fn refuse_receipt(&mut self, receipt: FileReceipt, invalid: DomainError) {
        for row in receipt.refused(Reason::Ledger(invalid)) {
            self.refuse(row);
        }
    }

    fn count(&mut self, rows: u32, of: impl FnOnce(&mut store::Rows) -> &mut u64) {
        let rows = u64::from(rows);
        self.report.rows.read += rows;
        *of(&mut self.report.rows) += rows;
    }

    fn settle(
        &mut self,
        receipt: FileReceipt,
        outcome: Result<Recorded, DomainError>,
        own: Source,
    ) {
        match outcome {
            Err(DomainError::Member(MemberError::Suppressed)) => {
                self.count(receipt.rows, |rows| &mut rows.erased)
            }
            Err(DomainError::Member(MemberError::NotEnrolled)) => {
                self.count(receipt.rows, |rows| &mut rows.not_enrolled)
            }
            Err(invalid) => self.refuse_receipt(receipt, invalid),
            // Entered now, or by an attempt of this very range that was cut short.
            Ok(recorded)
                if recorded.outcome == Outcome::New || recorded.outcome == Outcome::Known(own) =>
            {
                self.count(receipt.rows, |rows| &mut rows.accepted);
                self.report.points += recorded.points.get();
                self.report.members_created += u64::from(recorded.enrolled);
            }
            Ok(_) => self.count(receipt.rows, |rows| &mut rows.already_known),
        }
    }
}

/// A receipt with its customer resolved.
struct Ready {
    receipt: FileReceipt,
    entry: Entry,
    customer: Customer,
}

/// Who gets a group of purchases.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Owner {
    Member(MemberId),
    New(Mobile),
}

/// Enters a window and counts what became of every row. Reads: a hundredth of a round trip for each
/// customer and each receipt; writes: one transaction for each member, none for what is known.
///
/// # Errors
/// [`IngestError::Store`] where the table could not be reached; what was entered stays entered.
pub(crate) async fn enter(
    app: &App,
    scope: &Scope,
    upload: UploadId,
    receipts: Vec<FileReceipt>,
    tally: &mut Tally,
    now: Instant,
) -> Result<(), IngestError> {
    let known = known_customers(app, scope, &receipts, now).await?;
    // What one row says of a person holds for the others of the window.
    let asked: HashSet<Contact> = receipts
        .iter()
        .filter_map(|receipt| receipt.customer.as_ref())
        .filter(|named| named.card_requested)
        .map(contact)
        .collect();
    let mut groups: HashMap<Owner, Vec<Ready>> = HashMap::new();
    let mut alone = Vec::new();
    let mut seen: HashSet<Receipt> = HashSet::new();
    for receipt in receipts {
        let Some(named) = &receipt.customer else {
            tally.count(receipt.rows, |rows| &mut rows.without_customer);
            continue;
        };
        let resolved = resolve(scope, named, receipt.purchase.sold_at(), &known, &asked);
        let source = Source::File { upload, line: receipt.line };
        match resolved {
            Err(invalid) => tally.settle(receipt, Err(invalid), source),
            Ok((owner, customer)) => {
                let entry = Entry { purchase: receipt.purchase.clone(), source };
                // A return of a sale of this window, or a receipt told twice, waits for the others.
                let names_sale =
                    matches!(entry.purchase.kind(), PurchaseKind::Return { of: Some(_) });
                let told_twice = !seen.insert(entry.purchase.receipt().clone());
                let ready = Ready { receipt, entry, customer };
                if names_sale || told_twice {
                    alone.push(ready);
                } else {
                    groups.entry(owner).or_default().push(ready);
                }
            }
        }
    }
    settle_known(app, scope, &mut groups, tally).await?;
    enter_groups(app, scope, groups, tally, now).await?;
    for ready in alone {
        let outcome = app.store.record_purchase(scope, &ready.customer, &ready.entry, now).await;
        settle(ready, outcome, tally)?;
    }
    Ok(())
}

async fn known_customers(
    app: &App,
    scope: &Scope,
    receipts: &[FileReceipt],
    now: Instant,
) -> Result<HashMap<Contact, Known>, IngestError> {
    let contacts: HashSet<Contact> =
        receipts.iter().filter_map(|receipt| receipt.customer.as_ref()).map(contact).collect();
    let contacts: Vec<Contact> = contacts.into_iter().collect();
    Ok(app.store.find_contacts(scope, &contacts, now).await?)
}

fn contact(named: &Named) -> Contact {
    match &named.identity {
        CustomerKey::Mobile(mobile) => Contact::Mobile(mobile.clone()),
        CustomerKey::Card(card) => Contact::Card(card.clone()),
    }
}

/// Who gets a receipt's points: a member, or a person of whom the row or the merchant says that the
/// card was asked for. Nobody else becomes a member by a file.
fn resolve(
    scope: &Scope,
    named: &Named,
    sold_at: Instant,
    known: &HashMap<Contact, Known>,
    asked: &HashSet<Contact>,
) -> Result<(Owner, Customer), DomainError> {
    let contact = contact(named);
    match (known.get(&contact).map(|known| known.when_sold(sold_at)), &named.identity) {
        (Some(Known::Member(id)), _) => Ok((Owner::Member(id), Customer::Member(id))),
        (Some(Known::Blocked(..)), _) => Err(MemberError::CardBlocked.into()),
        (Some(Known::Suppressed), _) => Err(MemberError::Suppressed.into()),
        (None, CustomerKey::Card(_)) => Err(MemberError::NotEnrolled.into()),
        (None, CustomerKey::Mobile(mobile)) => {
            let enrolment = if asked.contains(&contact) {
                Enrolment::FileRow
            } else if scope.settings.merchant.enrolment_attestation.is_some() {
                Enrolment::Attestation
            } else {
                return Err(MemberError::NotEnrolled.into());
            };
            let details = named.details.clone();
            let new = NewMember { mobile: mobile.clone(), details, enrolment };
            Ok((Owner::New(mobile.clone()), Customer::Enrol(Box::new(new))))
        }
    }
}

/// Takes out of the groups what is known: a file sent again costs reads and no writes.
async fn settle_known(
    app: &App,
    scope: &Scope,
    groups: &mut HashMap<Owner, Vec<Ready>>,
    tally: &mut Tally,
) -> Result<(), IngestError> {
    let entries: Vec<&Entry> = groups.values().flatten().map(|ready| &ready.entry).collect();
    let mut known = app.store.known_purchases(scope, &entries).await?;
    for group in groups.values_mut() {
        for ready in std::mem::take(group) {
            match known.remove(ready.entry.purchase.receipt()) {
                Some(outcome) => tally.settle(ready.receipt, outcome, ready.entry.source),
                None => group.push(ready),
            }
        }
    }
    groups.retain(|_, group| !group.is_empty());
    Ok(())
}

async fn enter_groups(
    app: &App,
    scope: &Scope,
    groups: HashMap<Owner, Vec<Ready>>,
    tally: &mut Tally,
    now: Instant,
) -> Result<(), IngestError> {
    let members: Vec<MemberId> = groups
        .keys()
        .filter_map(|owner| match owner {
            Owner::Member(id) => Some(*id),
            Owner::New(_) => None,
        })
        .collect();
    let holders = app.store.holders(scope, &members).await?;
    let holders = &holders;
    let mut entered = stream::iter(groups)
        .map(|(owner, group)| enter_group(app, scope, owner, group, holders, now))
        .buffer_unordered(AT_ONCE);
    while let Some(outcomes) = entered.try_next().await? {
        for (ready, outcome) in outcomes {
            settle(ready, outcome, tally)?;
        }
    }
    Ok(())
}

type Entered = Vec<(Ready, Result<Recorded, StoreError>)>;

async fn enter_group(
    app: &App,
    scope: &Scope,
    owner: Owner,
    group: Vec<Ready>,
    holders: &HashMap<MemberId, Holder>,
    now: Instant,
) -> Result<Entered, StoreError> {
    let Some(first) = group.first() else { return Ok(vec![]) };
    let customer = first.customer.clone();
    let mut holder = match (&owner, &customer) {
        (Owner::Member(id), _) => holders.get(id).cloned(),
        (Owner::New(_), Customer::Enrol(new)) => Some(Holder::New(new.clone())),
        (Owner::New(_), _) => None,
    };
    let entries: Vec<Entry> = group.iter().map(|ready| ready.entry.clone()).collect();
    let mut outcomes = Vec::with_capacity(entries.len());
    for part in entries.chunks(MAX_PURCHASES_PER_TRANSACTION) {
        if !outcomes.is_empty() {
            holder = holder_after(app, scope, &outcomes).await?;
        }
        match holder.take() {
            Some(holder) => {
                outcomes
                    .extend(app.store.record_purchases(scope, &customer, holder, part, now).await?);
            }
            // A member merged into another: one by one, which follows.
            None => {
                for entry in part {
                    match app.store.record_purchase(scope, &customer, entry, now).await {
                        Err(error) if error.is_transient() => return Err(error),
                        outcome => outcomes.push(outcome),
                    }
                }
            }
        }
    }
    Ok(group.into_iter().zip(outcomes).collect())
}

/// The account as the purchases entered so far left it.
async fn holder_after(
    app: &App,
    scope: &Scope,
    outcomes: &[Result<Recorded, StoreError>],
) -> Result<Option<Holder>, StoreError> {
    let entered = outcomes.iter().rev().find_map(|outcome| outcome.as_ref().ok()?.member);
    match entered {
        Some(id) => Ok(app.store.holders(scope, &[id]).await?.remove(&id)),
        None => Ok(None),
    }
}

fn settle(
    ready: Ready,
    outcome: Result<Recorded, StoreError>,
    tally: &mut Tally,
) -> Result<(), StoreError> {
    let own = ready.entry.source;
    match outcome {
        Ok(recorded) => tally.settle(ready.receipt, Ok(recorded), own),
        Err(StoreError::Refused(invalid)) => tally.settle(ready.receipt, Err(invalid), own),
        // A contact entry whose member was erased a moment ago.
        Err(StoreError::NotFound(_)) => {
            tally.settle(ready.receipt, Err(MemberError::NotEnrolled.into()), own)
        }
        Err(other) => return Err(other),
    }
    Ok(())
}

#[cfg(test)]
mod tests;
