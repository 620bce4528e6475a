//! The merge of two members who are one person.

use crate::ledger::entry_key::EntryKey;
use crate::member::person::put_person;
use crate::table::attributes;
use crate::table::codec;
use crate::table::keys::Key;
use crate::table::retry::{Attempt, retry};
use crate::table::write::Write;
use crate::{Conflict, Member, Scope, Store, StoreError};
use domain::ledger::merge::{GiftsTakenBack, merge_accounts};
use domain::member::unmerge::BeforeMerge;
use domain::{Account, Credential, Instant, MemberId, Points, retention};
use serde::{Deserialize, Serialize};

/// The ledger's entry of a merge. It has no points, and holds what is needed to undo the merge.
#[derive(Serialize, Deserialize)]
pub(crate) struct MergeRecord {
    pk: String,
    sk: String,
    member: String,
    pub(crate) instant: String,
    kind: String,
    /// `None` once the member, whose merge was undone, is erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) absorbed: Option<String>,
    pub(crate) by: Credential,
    /// The points of gifts that both members had, and that the merge took back: zero or less.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) points: i64,
    /// The state before the merge. Undoing the merge removes it, so that the note of one member holds no
    /// account of the other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: Option<BeforeRecord>,
}

/// The state of two members before their merge.
#[derive(Serialize, Deserialize)]
struct BeforeRecord {
    /// The account of the absorbed member.
    #[serde(with = "serde_bytes")]
    absorbed_account: Vec<u8>,
    /// The account of the survivor.
    #[serde(with = "serde_bytes")]
    survivor_account: Vec<u8>,
    /// The invitation of the survivor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    survivor_invited_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    survivor_invited_by: Option<String>,
    /// The lots of the gifts that the merge took back, and the points that are owed for them.
    #[serde(default, with = "serde_bytes", skip_serializing_if = "Vec::is_empty")]
    gift_lots: Vec<u8>,
    #[serde(default, skip_serializing_if = "is_zero")]
    gift_owed: i64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(points: &i64) -> bool {
    *points == 0
}

impl MergeRecord {
    /// The state before the merge.
    pub(crate) fn before(&self) -> Result<BeforeMerge, StoreError> {
        let before = self.before.as_ref().ok_or(StoreError::Corrupt("merge"))?;
        Ok(BeforeMerge {
            survivor: codec::account::decode(&before.survivor_account)?,
            absorbed: codec::account::decode(&before.absorbed_account)?,
            invited: attributes::step_of(
                before.survivor_invited_at.as_deref(),
                before.survivor_invited_by.as_deref(),
            )?,
            gifts: GiftsTakenBack {
                lots: codec::lots::decode(&before.gift_lots)?,
                owed: Points::new(before.gift_owed),
            },
        })
    }
}

impl MergeRecord {
    /// Notes the gifts that the merge takes back.
    fn take_back(&mut self, gifts: &GiftsTakenBack) {
        self.points = -gifts.total().get();
        if let Some(before) = &mut self.before {
            before.gift_lots = codec::lots::encode(&gifts.lots);
            before.gift_owed = gifts.owed.get();
        }
    }

    /// Removes the state before the merge, which is undone.
    pub(crate) fn forget(&self) -> Write {
        let key = Key { pk: self.pk.clone(), sk: self.sk.clone() };
        Write::update(&key, "REMOVE #before").name("#before", "before").if_present()
    }
}

pub(crate) const MERGE: &str = "merge";

impl Store {
    /// Merges `absorbed` into `survivor`. The survivor gets the points, the counters and the
    /// history of the absorbed member. The contacts and the identifier of the absorbed member then
    /// lead to the survivor. 2 queries and 1 transaction of 5 items. A second merge of the same two
    /// members changes nothing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Conflict`] where the two members are the same
    /// one, where `absorbed` was merged into a third member, where `survivor` was merged into
    /// `absorbed`, or where one of the two has asked to delete the account.
    pub async fn merge_members(
        &self,
        scope: &Scope,
        survivor: MemberId,
        absorbed: MemberId,
        now: Instant,
    ) -> Result<Member, StoreError> {
        if survivor == absorbed {
            return Err(Conflict::MergeIntoItself.into());
        }
        let (sector, today) = (scope.settings.merchant.sector, retention::day_of(now));
        retry(|_| async move {
            let (mut into, mut from) = futures::try_join!(
                self.member(scope, survivor),
                self.member_itself(scope, absorbed)
            )?;
            if from.person.merged_into == Some(into.person.id) {
                return Ok(Attempt::Done(into));
            }
            if from.person.merged_into.is_some() {
                return Err(Conflict::MergedIntoAnother.into());
            }
            if into.person.id == absorbed {
                return Err(Conflict::MergedTheOtherWay.into());
            }
            if into.person.deletion.or(from.person.deletion).is_some() {
                return Err(Conflict::DeletionAskedFor.into());
            }
            let mut record = merge_entry(scope, &into, &from, now)?;
            let programmes = &scope.settings.programmes;
            let gifts = merge_accounts(&mut into.account, &mut from.account, programmes, today);
            record.take_back(&gifts);
            into.account.absorbed.push(absorbed);
            from.account.merged_into = Some(into.person.id);
            into.person.absorbed.push(absorbed);
            into.person.absorbed.append(&mut from.person.absorbed);
            into.person.version += 1;
            into.person.consents.absorb(&from.person.consents);
            into.person.merge_registration(&from.person, &into.account, sector, today);
            from.person.merged_into = Some(into.person.id);
            from.person.due = None;
            from.person.version += 1;
            let mut transaction = self.transaction();
            transaction.add(into.put_account(scope)?);
            transaction.add(from.put_account(scope)?);
            transaction.add(put_person(scope, &into.person)?);
            transaction.add(put_person(scope, &from.person)?);
            transaction.add(Write::put(&record)?.if_absent());
            Ok(transaction.commit().await?.done(into))
        })
        .await
    }
}

fn merge_entry(
    scope: &Scope,
    survivor: &Member,
    absorbed: &Member,
    now: Instant,
) -> Result<MergeRecord, StoreError> {
    let EntryKey { key: Key { pk, sk }, instant } = EntryKey::new(scope, survivor.person.id, now)?;
    // Without those who were merged into the survivor before: one of them may be separated and erased later, and
    // the undoing of this merge does not need them.
    let survivor_account = Account { absorbed: vec![], ..survivor.account.clone() };
    Ok(MergeRecord {
        pk,
        sk,
        member: survivor.person.id.to_string(),
        instant,
        kind: MERGE.to_owned(),
        absorbed: Some(absorbed.person.id.to_string()),
        by: scope.credential,
        points: 0,
        before: Some(BeforeRecord {
            absorbed_account: codec::account::encode(&absorbed.account),
            survivor_account: codec::account::encode(&survivor_account),
            survivor_invited_at: survivor
                .person
                .invited
                .map(|step| attributes::instant_text(step.at)),
            survivor_invited_by: survivor.person.invited.map(|step| step.by.to_string()),
            gift_lots: vec![],
            gift_owed: 0,
        }),
    })
}
