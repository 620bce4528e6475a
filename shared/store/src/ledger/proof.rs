//! The proof of a merchant's ledger: every balance is the sum of its entries.

use crate::member::neighbours::pair;
use crate::purchase::item::PurchaseRecord;
use crate::table::attributes;
use crate::table::{items, keys};
use crate::{Member, Scope, Store, StoreError};
use domain::{Account, MemberId, Points};

/// A member whose balance differs from the sum of its entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unproved {
    /// The member.
    pub member: MemberId,
    /// The sum of the entries.
    pub entries: Points,
    /// The balance of the account.
    pub account: Points,
}

/// The proof of some members of a shard.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProofPage {
    /// The number of members.
    pub members: u64,
    /// The number of entries.
    pub entries: u64,
    /// The members whose balance differs from the sum.
    pub unproved: Vec<Unproved>,
    /// The last member seen, where the shard has more.
    pub next: Option<MemberId>,
}

/// The account of a member and the sum of its entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberProof {
    /// The account.
    pub account: Account,
    /// The number of entries.
    pub entries: u64,
    /// The sum of the entries.
    pub sum: Points,
}

struct EntriesSum {
    entries: u64,
    sum: Points,
}

/// The number of items of a page, two for each member. Each member then has a query of its own for
/// its entries.
const PAGE: i32 = 100;

impl Store {
    /// Proves members of a shard from `after` on: 1 query for fifty members, then for each member a
    /// query of the index `history` and 1 read unit for each entry. A difference is checked a
    /// second time, because a purchase may have come between the two reads.
    pub async fn prove(
        &self,
        scope: &Scope,
        shard: u8,
        after: Option<MemberId>,
    ) -> Result<ProofPage, StoreError> {
        let start = after.map(|after| items::key_item(&keys::person(scope.tenant(), after)));
        let partition = keys::member_partition(scope.tenant(), shard);
        let answer = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :member)")
            .expression_attribute_values(":pk", attributes::text(partition))
            .expression_attribute_values(":member", attributes::text("MEMBER#"))
            .consistent_read(true)
            .limit(PAGE)
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(StoreError::unavailable)?;
        let goes_on = answer.last_evaluated_key.is_some();
        let found = pair(answer.items.unwrap_or_default())?;
        // An erased member is the last one of the page as well as any other.
        let next = found.last.filter(|_| goes_on);
        let members: Vec<Member> =
            found.pairs.into_iter().map(|pair| pair.open(scope)).collect::<Result<_, _>>()?;
        let mut page = ProofPage { next, ..ProofPage::default() };
        for member in members.into_iter().filter(|member| member.person.merged_into.is_none()) {
            page.members += 1;
            let mut of_entries = self.sum_of(&member).await?;
            let mut account = member.account.sum();
            if of_entries.sum != account {
                let fresh = self.member_itself(scope, member.person.id).await?;
                of_entries = self.sum_of(&fresh).await?;
                account = fresh.account.sum();
            }
            page.entries += of_entries.entries;
            let (member, entries) = (member.person.id, of_entries.sum);
            if entries != account {
                page.unproved.push(Unproved { member, entries, account });
            }
        }
        Ok(page)
    }

    /// The account of a member, the number of its entries, and their sum: 2 queries and half a read
    /// unit for each entry.
    pub async fn prove_member(
        &self,
        scope: &Scope,
        id: MemberId,
    ) -> Result<MemberProof, StoreError> {
        let member = self.member(scope, id).await?;
        let EntriesSum { entries, sum } = self.sum_of(&member).await?;
        Ok(MemberProof { account: member.account, entries, sum })
    }

    /// The number and the sum of the entries of a member and of the members who were merged into
    /// it.
    async fn sum_of(&self, member: &Member) -> Result<EntriesSum, StoreError> {
        let (mut entries, mut sum) = (0, Points::ZERO);
        let members =
            std::iter::once(member.person.id).chain(member.person.absorbed.iter().copied());
        for id in members {
            let keys = self.history_keys(id).await?;
            for item in self.get_items_strongly(&keys).await? {
                entries += 1;
                sum += points_of(item)?;
            }
        }
        Ok(EntriesSum { entries, sum })
    }
}

/// The points that an entry adds to the balance; zero for an entry without points.
fn points_of(item: items::Item) -> Result<Points, StoreError> {
    let sk = item.get("sk").and_then(|value| value.as_s().ok()).map_or("", String::as_str);
    if sk.starts_with(keys::MEMBER_COUPON_PREFIX) {
        return Ok(Points::ZERO);
    }
    if !sk.starts_with(keys::LEDGER_PREFIX) {
        let record: PurchaseRecord = items::from_item(item, "purchase")?;
        return record.balance_effect();
    }
    let Some(points) = item.get("points") else { return Ok(Points::ZERO) };
    let points = points.as_n().ok().and_then(|number| number.parse().ok());
    points.map(Points::new).ok_or(StoreError::Corrupt("ledger"))
}
