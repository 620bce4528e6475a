//! The customer of a purchase, resolved to a member and an account.

use crate::member::account::StoredAccount;
use crate::member::enrol::NewMember;
use crate::member::erasure::suppression::ErasedBefore;
use crate::member::person::{ERASED_ON, person_of};
use crate::purchase::returns::ReturnedSale;
use crate::table::items;
use crate::table::keys::{self, Key};
use crate::{Consistency, Contact, Entity, Scope, Store, StoreError};
use domain::{Day, Instant, MemberId, PurchaseError};
use std::collections::{BTreeMap, HashMap};

/// The customer of a purchase, as the request names the customer.
#[derive(Clone)]
pub enum Customer {
    /// No customer, until the receipt is attached to one.
    Anonymous,
    /// A member.
    Member(MemberId),
    /// The member who has this contact.
    Contact(Contact),
    /// The member who has the mobile of this person. Where no member has the mobile, the person becomes a
    /// member.
    Enrol(Box<NewMember>),
}

/// A resolved customer, for [`Store::record_purchases`].
#[derive(Clone)]
#[expect(clippy::large_enum_variant, reason = "nearly every holder is a member")]
pub enum Holder {
    /// A member.
    Member {
        /// The account.
        stored: StoredAccount,
        /// The month of the birthday, where the month is known and a programme rewards birthdays.
        birth_month: Option<i8>,
    },
    /// A person who becomes a member with these purchases.
    New {
        /// The person.
        person: Box<NewMember>,
        /// Whether the person was erased before. `None` where the caller did not read it.
        erased_before: Option<ErasedBefore>,
    },
}

impl Holder {
    fn member(&self) -> Option<MemberId> {
        match self {
            Self::Member { stored, .. } => Some(stored.member),
            Self::New { .. } => None,
        }
    }
}

impl Store {
    /// Resolves the customer of a purchase at an instant. A return that names no customer has the customer of
    /// its sale. `None` for a purchase without a customer.
    pub(crate) async fn holder(
        &self,
        scope: &Scope,
        customer: &Customer,
        sold_at: Instant,
        returned: Option<&ReturnedSale>,
        consistency: Consistency,
    ) -> Result<Option<Holder>, StoreError> {
        let named = match customer {
            Customer::Enrol(new) => {
                let mobile = Contact::Mobile(new.mobile.clone());
                let found = self.find_member(scope, &mobile).await?;
                if found.is_none() {
                    let (person, erased_before) = (new.clone(), None);
                    return Ok(Some(Holder::New { person, erased_before }));
                }
                found
            }
            Customer::Contact(_) => {
                let found = self.customer_member(scope, customer, sold_at).await?;
                Some(found.ok_or(StoreError::NotFound(Entity::Member))?)
            }
            Customer::Anonymous | Customer::Member(_) => {
                self.customer_member(scope, customer, sold_at).await?
            }
        };
        let of_sale = returned.and_then(|returned| returned.sale.member);
        let Some(id) = named.or(of_sale) else { return Ok(None) };
        let holder = self.holder_of(scope, id, consistency).await?;
        if let (Some(_), Some(owner)) = (named, of_sale)
            && holder.member() != Some(owner)
            && holder.member()
                != Some(self.account(scope, owner, Consistency::Strong).await?.member)
        {
            return Err(PurchaseError::ReturnedSaleOfAnother.into());
        }
        Ok(Some(holder))
    }

    /// The member whom a request names as the customer of a purchase at an instant. `None` where the request
    /// names no customer, or where no member has the contact.
    pub(crate) async fn customer_member(
        &self,
        scope: &Scope,
        customer: &Customer,
        sold_at: Instant,
    ) -> Result<Option<MemberId>, StoreError> {
        match customer {
            Customer::Anonymous => Ok(None),
            Customer::Member(id) => Ok(Some(*id)),
            Customer::Contact(contact) => self.find_buyer(scope, contact, sold_at).await,
            Customer::Enrol(new) => {
                self.find_member(scope, &Contact::Mobile(new.mobile.clone())).await
            }
        }
    }

    /// A member's account, and the month of birth where a programme asks for it: 1 round trip, half a
    /// read unit, or 1 where read strongly.
    pub(crate) async fn holder_of(
        &self,
        scope: &Scope,
        id: MemberId,
        consistency: Consistency,
    ) -> Result<Holder, StoreError> {
        if !scope.settings.programmes.ask_for_birthdays() {
            let stored = self.account(scope, id, consistency).await?;
            return Ok(Holder::Member { stored, birth_month: None });
        }
        let member = match consistency {
            Consistency::Eventual => self.member_eventual(scope, id).await?,
            Consistency::Strong => self.member(scope, id).await?,
        };
        let birth_month = member.person.details.birth_date.map(Day::month_of_year);
        Ok(Holder::Member { stored: member.into_stored_account(), birth_month })
    }

    /// The accounts of many members, as [`Store::record_purchases`] takes them: half a read unit each, and
    /// as much again where a programme asks for birthdays. Members who were merged into another one are
    /// left out: [`Store::record_purchase`] follows merges.
    pub async fn holders(
        &self,
        scope: &Scope,
        members: &[MemberId],
    ) -> Result<HashMap<MemberId, Holder>, StoreError> {
        let accounts = self.accounts(scope, members).await?;
        let births = if scope.settings.programmes.ask_for_birthdays() {
            self.birth_months(scope, members).await?
        } else {
            HashMap::new()
        };
        let accounts = accounts.into_iter().filter(|stored| stored.account.merged_into.is_none());
        let holders = accounts.map(|stored| {
            let birth_month = births.get(&stored.member).copied();
            (stored.member, Holder::Member { stored, birth_month })
        });
        Ok(holders.collect())
    }

    async fn birth_months(
        &self,
        scope: &Scope,
        members: &[MemberId],
    ) -> Result<HashMap<MemberId, i8>, StoreError> {
        let wanted = members.iter().map(|id| (keys::person(scope.tenant(), *id), *id));
        let by_key: BTreeMap<Key, MemberId> = wanted.collect();
        let wanted: Vec<Key> = by_key.keys().cloned().collect();
        let mut births = HashMap::with_capacity(members.len());
        for item in self.get_items(&wanted).await? {
            let key: Key = items::from_item(item.clone(), "person")?;
            let Some(id) = by_key.get(&key) else { continue };
            if item.contains_key(ERASED_ON) {
                continue;
            }
            let person = person_of(scope, *id, items::from_item(item, "person")?)?;
            births.extend(person.details.birth_date.map(|born| (*id, born.month_of_year())));
        }
        Ok(births)
    }
}
