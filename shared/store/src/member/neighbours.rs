//! A member as two neighbours in its shard: the item of the account is followed by the item of the person.

use crate::member::account::{AccountRecord, StoredAccount};
use crate::member::person::{ERASED_ON, person_of};
use crate::table::attributes::member_id;
use crate::table::items::{self, Item};
use crate::table::write::Write;
use crate::{Scope, StoreError};
use domain::member::Person;
use domain::{Account, MemberId};

/// A member: the person and the account.
#[derive(Clone, PartialEq, Eq)]
pub struct Member {
    /// The person.
    pub person: Person,
    /// The account.
    pub account: Account,
    pub(crate) account_version: u64,
}

impl Member {
    /// The account alone.
    pub(crate) fn into_stored_account(self) -> StoredAccount {
        let Self { person, account, account_version: version } = self;
        StoredAccount { member: person.id, account, version }
    }

    /// Writes the account over the version that was read.
    pub(crate) fn put_account(&self, scope: &Scope) -> Result<Write, StoreError> {
        let (member, account) = (self.person.id, self.account.clone());
        StoredAccount { member, account, version: self.account_version }.put(scope)
    }
}

/// A member as it was read. The fields of the person are still sealed.
pub(crate) struct Pair {
    pub(crate) account: StoredAccount,
    pub(crate) person: Item,
}

impl Pair {
    /// The member, with the fields of the person opened.
    pub(crate) fn open(self, scope: &Scope) -> Result<Member, StoreError> {
        let StoredAccount { member, account, version } = self.account;
        let person = person_of(scope, member, items::from_item(self.person, "person")?)?;
        Ok(Member { person, account, account_version: version })
    }
}

/// The members of a page.
pub(crate) struct Pairs {
    /// Members that are not erased.
    pub(crate) pairs: Vec<Pair>,
    /// The last member of the page, erased or not.
    pub(crate) last: Option<MemberId>,
}

/// Pairs the items of a page. Tombstones are left out, and so is an account at the end of the page whose
/// person is on the next page.
pub(crate) fn pair(items: Vec<Item>) -> Result<Pairs, StoreError> {
    let mut found = Pairs { pairs: Vec::with_capacity(items.len() / 2), last: None };
    let mut account = None;
    for item in items {
        let mut parts = sort_key(&item).split('#').skip(1);
        let member = member_id(parts.next().unwrap_or_default())?;
        if parts.next() == Some("ACCOUNT") {
            let record: AccountRecord = items::from_item(item, "account")?;
            account = Some(record.read(member)?);
            continue;
        }
        found.last = Some(member);
        let account = account.take();
        if !item.contains_key(ERASED_ON) {
            let account = account.ok_or(StoreError::Corrupt("account"))?;
            found.pairs.push(Pair { account, person: item });
        }
    }
    Ok(found)
}

/// The members of a page, with their persons opened.
pub(crate) fn members_of(scope: &Scope, items: Vec<Item>) -> Result<Vec<Member>, StoreError> {
    pair(items)?.pairs.into_iter().map(|pair| pair.open(scope)).collect()
}

/// The sort key of an item.
pub(crate) fn sort_key(item: &Item) -> &str {
    item.get("sk").and_then(|sk| sk.as_s().ok()).map_or("", String::as_str)
}
