//! Writes the purchases of a window. The purchases of one owner are a group, which is written in as few
//! transactions as possible.

use super::resolve::{Owner, ResolvedReceipt};
use super::tally::Tally;
use crate::context::{App, IngestError};
use domain::{Instant, MemberError, MemberId};
use futures::stream::{self, Stream, StreamExt as _, TryStreamExt as _};
use std::collections::{BTreeMap, HashMap};
use std::pin::pin;
use store::{
    Customer, Holder, MAX_PURCHASES_PER_TRANSACTION, PurchaseToRecord, Recorded, Scope, StoreError,
};

/// Groups that are written at once.
const CONCURRENT_GROUPS: usize = 16;

/// The receipts of a window by owner.
pub(super) type Groups = BTreeMap<Owner, Vec<ResolvedReceipt>>;

/// The receipts of a group, each with the outcome of its purchase.
type RecordedGroup = Vec<(ResolvedReceipt, Result<Recorded, StoreError>)>;

/// Counts the known purchases and removes them from the groups. So a file that is sent again costs reads
/// and no writes.
pub(super) async fn settle_known(
    app: &App,
    scope: &Scope,
    groups: &mut Groups,
    tally: &mut Tally,
) -> Result<(), IngestError> {
    let purchases: Vec<&PurchaseToRecord> =
        groups.values().flatten().map(|resolved| &resolved.new).collect();
    let mut known = app.store.known_purchases(scope, &purchases).await?;
    for group in groups.values_mut() {
        for resolved in std::mem::take(group) {
            match known.remove(resolved.new.purchase.receipt()) {
                Some(outcome) => tally.settle(resolved.receipt, outcome, resolved.new.source),
                None => group.push(resolved),
            }
        }
    }
    groups.retain(|_, group| !group.is_empty());
    Ok(())
}

/// Counts the returns of persons who are no members and have no sale in their group, and removes them from the groups.
pub(super) fn settle_returns_of_no_member(groups: &mut Groups, tally: &mut Tally) {
    for (owner, group) in groups.iter_mut() {
        let enrols = matches!(owner, Owner::NewMember(_));
        if enrols && !group.iter().any(ResolvedReceipt::is_sale) {
            for resolved in std::mem::take(group) {
                let refused = Err(MemberError::NotEnrolled.into());
                tally.settle(resolved.receipt, refused, resolved.new.source);
            }
        }
    }
    groups.retain(|_, group| !group.is_empty());
}

/// Records all groups, and counts the outcomes.
pub(super) async fn record(
    app: &App,
    scope: &Scope,
    groups: Groups,
    tally: &mut Tally,
    now: Instant,
) -> Result<(), IngestError> {
    let members: Vec<MemberId> = groups
        .keys()
        .filter_map(|owner| match owner {
            Owner::Member(id) => Some(*id),
            Owner::NewMember(_) => None,
        })
        .collect();
    let holders = app.store.holders(scope, &members).await?;
    let holders = &holders;
    let recorded = stream::iter(groups)
        .map(|(owner, group)| record_group(app, scope, owner, group, holders, now))
        .buffer_unordered(CONCURRENT_GROUPS);
    settle_written(recorded, tally).await
}

/// Records the purchases of all groups, each in a transaction of its own, and counts the outcomes. The groups are
/// recorded at the same time, and the purchases of a group one after the other, because they write the same account.
pub(super) async fn record_one_by_one(
    app: &App,
    scope: &Scope,
    groups: Groups,
    tally: &mut Tally,
    now: Instant,
) -> Result<(), IngestError> {
    let recorded = stream::iter(groups.into_values())
        .map(|group| record_each(app, scope, group, now))
        .buffer_unordered(CONCURRENT_GROUPS);
    settle_written(recorded, tally).await
}

/// Counts the outcomes of groups as they are recorded.
async fn settle_written(
    recorded: impl Stream<Item = Result<RecordedGroup, StoreError>>,
    tally: &mut Tally,
) -> Result<(), IngestError> {
    let mut recorded = pin!(recorded);
    while let Some(outcomes) = recorded.try_next().await? {
        for (resolved, outcome) in outcomes {
            tally.settle_written(resolved.receipt, outcome, resolved.new.source)?;
        }
    }
    Ok(())
}

async fn record_each(
    app: &App,
    scope: &Scope,
    group: Vec<ResolvedReceipt>,
    now: Instant,
) -> Result<RecordedGroup, StoreError> {
    let mut outcomes = Vec::with_capacity(group.len());
    for resolved in group {
        let customer = if resolved.is_sale() {
            resolved.customer.customer.clone()
        } else {
            resolved.customer.known()
        };
        match app.store.record_purchase(scope, &customer, &resolved.new, now).await {
            Err(error) if error.is_transient() => return Err(error),
            outcome => outcomes.push((resolved, outcome)),
        }
    }
    Ok(outcomes)
}

async fn record_group(
    app: &App,
    scope: &Scope,
    owner: Owner,
    group: Vec<ResolvedReceipt>,
    holders: &HashMap<MemberId, Holder>,
    now: Instant,
) -> Result<RecordedGroup, StoreError> {
    let Some(first) = group.first() else { return Ok(vec![]) };
    let customer = first.customer.customer.clone();
    let erased_before = Some(first.customer.erased_before);
    let mut holder = match (&owner, &customer) {
        (Owner::Member(id), _) => holders.get(id).cloned(),
        (Owner::NewMember(_), Customer::Enrol(person)) => {
            Some(Holder::New { person: person.clone(), erased_before })
        }
        (Owner::NewMember(_), _) => None,
    };
    let purchases: Vec<PurchaseToRecord> =
        group.iter().map(|resolved| resolved.new.clone()).collect();
    let mut outcomes = Vec::with_capacity(purchases.len());
    for part in purchases.chunks(MAX_PURCHASES_PER_TRANSACTION) {
        if !outcomes.is_empty() {
            holder = holder_after(app, scope, &outcomes).await?;
        }
        match holder.take() {
            Some(holder) => {
                outcomes
                    .extend(app.store.record_purchases(scope, &customer, holder, part, now).await?);
            }
            // The member was merged into another member. `record_purchase` finds the survivor of the
            // merge.
            None => {
                for new in part {
                    match app.store.record_purchase(scope, &customer, new, now).await {
                        Err(error) if error.is_transient() => return Err(error),
                        outcome => outcomes.push(outcome),
                    }
                }
            }
        }
    }
    Ok(group.into_iter().zip(outcomes).collect())
}

/// The account after the purchases that were recorded so far.
async fn holder_after(
    app: &App,
    scope: &Scope,
    outcomes: &[Result<Recorded, StoreError>],
) -> Result<Option<Holder>, StoreError> {
    let member = outcomes.iter().rev().find_map(|outcome| outcome.as_ref().ok()?.member);
    match member {
        Some(id) => Ok(app.store.holders(scope, &[id]).await?.remove(&id)),
        None => Ok(None),
    }
}
