//! A walk over a part.

use super::part::Part;
use super::source::{After, Page, Reader, Source, attribute, key};
use super::stored_item::StoredItem;
use crate::member::person::ERASED_ON;
use crate::member::person::cards_of;
use crate::table::attributes::member_id;
use crate::table::items::{self, Item};
use crate::table::keys::{self, Key};
use crate::vault::Field;
use crate::{Contact, Scope, Settings, Store, StoreError};
use domain::CardNumber;
use domain::member::Email;
use domain::{CampaignId, Credential, Day, MemberId, Mobile, OfferId};
use futures::future::try_join_all;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::sync::Arc;

/// The number of items of a query.
const PAGE: i32 = 200;
/// The number of items of a query of members. Each member may have many other items.
const MEMBERS_PAGE: i32 = 64;
/// The number of members whose other items are read at the same time.
const AT_ONCE: usize = 16;

/// Some items of a walk.
pub struct Step {
    /// The items.
    pub items: Vec<StoredItem>,
    /// The position from which a walk continues that stops after this step. `None` between two
    /// steps that belong together.
    pub position: Option<Position>,
}

/// The position of a walk.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    source: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<After>,
}

enum Ready {
    Step(Step),
    More(Source, After),
}

/// The purpose of a walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To archive the data. The walk skips data that an erasure in progress will delete.
    Archive,
    /// To delete the data.
    Clear,
}

/// A walk over a part.
pub struct Walk<'a> {
    reader: Reader<'a>,
    part: Part,
    purpose: Purpose,
    sources: Vec<Source>,
    position: Position,
    ready: VecDeque<Ready>,
}

impl Store {
    /// A walk over a part of a merchant's data, from a position on. This makes no call.
    #[must_use]
    pub fn walk_part(
        &self,
        settings: &Arc<Settings>,
        part: Part,
        purpose: Purpose,
        from: Option<Position>,
        today: Day,
    ) -> Walk<'_> {
        let scope = Scope {
            settings: Arc::clone(settings),
            mode: part.mode(),
            credential: Credential::Service,
        };
        Walk {
            reader: Reader { store: self, scope },
            part,
            purpose,
            sources: part.sources(settings.merchant.id, today),
            position: from.unwrap_or_default(),
            ready: VecDeque::new(),
        }
    }
}

impl Walk<'_> {
    /// The next items; `None` at the end. The cost:
    ///
    /// * a part of members: 1 query of 64 items; for each member 1 query of its rows, 1 query of
    ///   its history, and reads of its purchases and contacts, 100 in a round trip
    /// * any other part: 1 query of 200 items
    ///
    /// The walk reads the items of 16 members at the same time.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for an item of another merchant.
    pub async fn next(&mut self) -> Result<Option<Step>, StoreError> {
        loop {
            match self.ready.pop_front() {
                Some(Ready::Step(step)) => return Ok(Some(step)),
                Some(Ready::More(source, after)) => {
                    let page = self.reader.read(&source, Some(&after), PAGE).await?;
                    if let Some(after) = page.next {
                        self.ready.push_front(Ready::More(source, after));
                    }
                    return Ok(Some(step(page.items, None)));
                }
                None if self.read_ahead().await? => {}
                None => return Ok(None),
            }
        }
    }

    /// Reads the next page and the items found by it. `false` at the end.
    async fn read_ahead(&mut self) -> Result<bool, StoreError> {
        let Position { source: number, after } = self.position.clone();
        let Some(source) = self.sources.get(number).cloned() else { return Ok(false) };
        let limit = if matches!(self.part, Part::Members(..)) { MEMBERS_PAGE } else { PAGE };
        let Page { items, next } = self.reader.read(&source, after.as_ref(), limit).await?;
        let goes_on = match next {
            Some(after) => Position { source: number, after: Some(after) },
            None => Position { source: number + 1, after: None },
        };
        if matches!(source, Source::History(_)) {
            self.ready.push_back(Ready::Step(step(items, Some(goes_on.clone()))));
        } else {
            let items = items.into_iter().filter(|item| !self.is_last(&source, item));
            let items: Vec<_> = items.collect();
            let read: Vec<_> = stream::iter(items)
                .map(|item| self.with_dependents(item))
                .buffered(AT_ONCE)
                .try_collect()
                .await?;
            for (item, dependents) in read {
                for (source, page) in dependents {
                    if !page.items.is_empty() {
                        self.ready.push_back(Ready::Step(step(page.items, None)));
                    }
                    if let Some(after) = page.next {
                        self.ready.push_back(Ready::More(source, after));
                    }
                }
                let (pk, sk) = key(&item);
                let after =
                    [("pk", pk), ("sk", sk)].map(|(name, value)| (name.into(), value.into()));
                let position = Position { source: number, after: Some(After::from(after)) };
                self.ready.push_back(Ready::Step(step(vec![item], Some(position))));
            }
        }
        self.position = goes_on;
        Ok(true)
    }

    /// Whether the walk leaves the item to its last source: the merchant's profile has the key that
    /// opens all other data, so the walk returns the profile last.
    fn is_last(&self, source: &Source, item: &Item) -> bool {
        let of_partition = matches!(source, Source::Partition(_));
        self.part == Part::Settings && of_partition && attribute(item, "sk") == keys::PROFILE
    }

    async fn with_dependents(&self, item: Item) -> Result<(Item, Vec<(Source, Page)>), StoreError> {
        let sources = self.dependents_of(&item)?;
        let pages = sources.iter().map(|source| self.reader.read(source, None, PAGE));
        let pages = try_join_all(pages).await?;
        Ok((item, sources.into_iter().zip(pages).collect()))
    }

    fn dependents_of(&self, item: &Item) -> Result<Vec<Source>, StoreError> {
        const CORRUPT: StoreError = StoreError::Corrupt("archived");
        let tenant = self.reader.scope.tenant();
        let merchant = tenant.merchant;
        let sk = attribute(item, "sk");
        Ok(match self.part {
            Part::Members(..) => match sk.strip_prefix("MEMBER#").and_then(person) {
                Some(id) => self.belongings(member_id(id)?, item)?,
                None => vec![],
            },
            Part::Campaigns(_) => {
                let id = sk.strip_prefix(keys::CAMPAIGN_PREFIX).map(CampaignId::parse);
                let id = id.and_then(Result::ok).ok_or(CORRUPT)?;
                vec![Source::Partition(keys::campaign_partition(tenant, id))]
            }
            Part::Uploads(_) => {
                let id = keys::upload_at(sk).ok_or(CORRUPT)?;
                vec![Source::Partition(keys::range_partition(tenant, id))]
            }
            Part::Settings if sk == keys::PROFILE => {
                let reference = keys::reference(attribute(item, "reference"));
                vec![Source::Items(vec![reference, keys::directory_entry(merchant)])]
            }
            Part::Settings => match sk.strip_prefix(keys::ACCOUNT_PREFIX) {
                Some(account) => {
                    vec![Source::Items(vec![keys::account_merchant(account, merchant)])]
                }
                None => vec![],
            },
            Part::Offers(_) => match sk.strip_prefix(keys::OFFER_PREFIX).map(OfferId::parse) {
                Some(id) => {
                    vec![Source::Partition(keys::offer_partition(tenant, id.map_err(|_| CORRUPT)?))]
                }
                None => vec![],
            },
            Part::Anonymous(_)
            | Part::Erased(_)
            | Part::Coupons(_)
            | Part::Events(_)
            | Part::Rewards(_) => vec![],
        })
    }

    /// The sources of a person's other items. For a tombstone: the sources of the items that its
    /// erasure may not have deleted yet, and none where the walk archives.
    fn belongings(&self, id: MemberId, item: &Item) -> Result<Vec<Source>, StoreError> {
        let tenant = self.reader.scope.tenant();
        let of = |id: MemberId| {
            [Source::Partition(keys::member_rows(tenant, id)), Source::History(id.to_string())]
        };
        if !item.contains_key(ERASED_ON) {
            let mut items = self.contacts(id, item)?;
            items.extend(self.login(id));
            return Ok(of(id).into_iter().chain([Source::Items(items)]).collect());
        }
        let tombstone: Absorbed = items::from_item(item.clone(), "tombstone")?;
        let absorbed = tombstone.absorbed.iter().map(|id| member_id(id));
        let absorbed = absorbed.collect::<Result<Vec<_>, _>>()?;
        Ok(match self.purpose {
            Purpose::Archive => vec![],
            Purpose::Clear => {
                let members = || std::iter::once(id).chain(absorbed.iter().copied());
                let logins = Source::Items(members().filter_map(|id| self.login(id)).collect());
                members().flat_map(of).chain([logins]).collect()
            }
        })
    }

    /// The key of a member's login. A login is deleted with the other data, and never archived.
    fn login(&self, id: MemberId) -> Option<Key> {
        (self.purpose == Purpose::Clear).then(|| keys::login(self.reader.scope.tenant(), id))
    }

    /// The keys of a person's contact entries.
    fn contacts(&self, id: MemberId, item: &Item) -> Result<Vec<Key>, StoreError> {
        let sealed: SealedContacts = items::from_item(item.clone(), "person")?;
        let vault = &self.reader.scope.settings.vault;
        let mobile = Mobile::parse(&vault.open(id, Field::Mobile, &sealed.mobile)?);
        let mobile = Contact::Mobile(mobile.map_err(StoreError::corrupt("person"))?);
        let mut keys = vec![self.reader.scope.contact_key(&mobile)];
        let mut cards = match sealed.blocked_cards {
            Some(cards) => cards_of(&vault.open(id, Field::BlockedCards, &cards)?),
            None => Ok(vec![]),
        }
        .map_err(StoreError::corrupt("person"))?;
        if let Some(card) = sealed.card {
            let card = CardNumber::parse(&vault.open(id, Field::Card, &card)?)
                .map_err(StoreError::corrupt("person"))?;
            // The card in use may also be among the blocked cards. One read must not name the same
            // key twice.
            cards.retain(|blocked| *blocked != card);
            cards.push(card);
        }
        keys.extend(
            cards.into_iter().map(|card| self.reader.scope.contact_key(&Contact::Card(card))),
        );
        if let Some(email) = sealed.email {
            let email = Email::parse(&vault.open(id, Field::Email, &email)?);
            let email = email.map_err(StoreError::corrupt("person"))?;
            keys.push(self.reader.scope.email_key(&email, id));
            // Several members have one count, which follows from their entries.
            if self.purpose == Purpose::Clear {
                keys.push(self.reader.scope.holders_key(&email));
            }
        }
        Ok(keys)
    }
}

#[derive(Deserialize)]
struct SealedContacts {
    #[serde(with = "serde_bytes")]
    mobile: Vec<u8>,
    #[serde(with = "serde_bytes", default)]
    card: Option<Vec<u8>>,
    #[serde(with = "serde_bytes", default)]
    blocked_cards: Option<Vec<u8>>,
    #[serde(with = "serde_bytes", default)]
    email: Option<Vec<u8>>,
}

#[derive(Deserialize)]
struct Absorbed {
    #[serde(default)]
    absorbed: Vec<String>,
}

fn step(items: Vec<Item>, position: Option<Position>) -> Step {
    Step { items: items.into_iter().map(StoredItem).collect(), position }
}

fn person(rest: &str) -> Option<&str> {
    rest.strip_suffix("#PERSON")
}
