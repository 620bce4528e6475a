//! The members that the table has, those that are erased, and those that were ever one person by a merge.

use super::text;
use crate::known::State;
use crate::known::fact::Fact;
use crate::world::clock;
use domain::{Instant, MemberId};
use jiff::SignedDuration;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The people of all merchants. Identifiers of members are unique.
pub(super) struct People {
    persons: BTreeSet<String>,
    accounts: BTreeSet<String>,
    /// The members whose erasure the table shows.
    erased: BTreeSet<String>,
    /// The members whose erasure was asked for, with or without a sure answer.
    asked_for: BTreeSet<String>,
    /// For each member that was ever part of a merge, another member of the same family.
    parents: BTreeMap<String, String>,
}

/// No record of an erasure is older. The shortest period of retention comes on top.
pub(super) const RECORDS_KEPT: SignedDuration = SignedDuration::from_hours(24 * (365 + 85));

impl People {
    pub(super) fn of(state: &State, items: &[Value]) -> Self {
        let mut people = Self {
            persons: BTreeSet::new(),
            accounts: BTreeSet::new(),
            erased: BTreeSet::new(),
            asked_for: BTreeSet::new(),
            parents: BTreeMap::new(),
        };
        for item in items {
            people.add_item(item);
        }
        for acknowledged in &state.acknowledged {
            match &acknowledged.fact {
                Fact::Merged { survivor, absorbed, .. } => people.join(survivor, absorbed),
                Fact::Erased { member, .. } => _ = people.asked_for.insert(member.clone()),
                _ => {}
            }
        }
        for uncertain in &state.uncertain {
            let Some(member) = member_in(&uncertain.path) else { continue };
            if uncertain.path.contains("/erasure") {
                people.asked_for.insert(member.to_owned());
            }
            if let Some(absorbed) = uncertain.body["absorbed_member_id"].as_str() {
                people.join(member, absorbed);
            }
        }
        people
    }

    fn add_item(&mut self, item: &Value) {
        let (pk, sk) = (text(item, "pk"), text(item, "sk"));
        if pk.ends_with("#ERASED") {
            self.erased.extend(sk.split_once('#').map(|(_, id)| id.to_owned()));
        }
        let Some((id, part)) = sk.strip_prefix("MEMBER#").and_then(|rest| rest.split_once('#'))
        else {
            return;
        };
        let named = |name: &str| {
            let ids = item[name]["L"].as_array().into_iter().flatten();
            ids.filter_map(|id| id["S"].as_str()).collect::<Vec<_>>()
        };
        match part {
            "ACCOUNT" => _ = self.accounts.insert(id.to_owned()),
            _ if item.get("erased_on").is_some() => {
                self.erased.insert(id.to_owned());
                self.erased.extend(named("absorbed").into_iter().map(str::to_owned));
            }
            _ => {
                self.persons.insert(id.to_owned());
                for absorbed in named("absorbed") {
                    self.join(id, absorbed);
                }
            }
        }
    }

    fn join(&mut self, one: &str, other: &str) {
        let (one, other) = (self.root(one).to_owned(), self.root(other).to_owned());
        if one != other {
            self.parents.insert(one, other);
        }
    }

    /// The member that stands for the family of a member.
    pub(super) fn root<'p>(&'p self, member: &'p str) -> &'p str {
        let mut root = member;
        while let Some(parent) = self.parents.get(root) {
            root = parent;
        }
        root
    }

    /// Whether two members are one, or were ever one by a merge, or may have been.
    pub(super) fn are_family(&self, one: &str, other: &str) -> bool {
        self.root(one) == self.root(other)
    }

    /// Whether a member was ever part of a merge, or may have been.
    pub(super) fn was_merged(&self, member: &str) -> bool {
        self.parents.iter().any(|(one, other)| one == member || other == member)
    }

    /// Whether the table has the person and the account of a member.
    pub(super) fn has(&self, member: &str) -> bool {
        self.persons.contains(member) && self.accounts.contains(member)
    }

    /// Whether the data of a member may be gone: the member or one of the family is erased, or asked for it, or was
    /// created so long ago that no record of an erasure may be left.
    pub(super) fn may_be_erased(&self, member: &str) -> bool {
        let gone = self.erased.iter().chain(&self.asked_for);
        let mut gone = gone.filter(|other| self.are_family(member, other));
        gone.next().is_some() || created_at(member) + RECORDS_KEPT < clock::now()
    }

    /// Whether the erasure of a member was asked for, or that of a family member.
    pub(super) fn asked_for_erasure(&self, member: &str) -> bool {
        self.asked_for.iter().any(|other| self.are_family(member, other))
    }
}

/// The instant at which a member was created.
pub(super) fn created_at(member: &str) -> Instant {
    MemberId::parse(member).map_or(Instant::UNIX_EPOCH, MemberId::minted_at)
}

/// The member that a path names.
pub(super) fn member_in(path: &str) -> Option<&str> {
    let rest = path.split_once("/members/")?.1;
    rest.split(['/', '?']).next().filter(|id| MemberId::parse(id).is_ok())
}
