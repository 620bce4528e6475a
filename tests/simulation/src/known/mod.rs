//! What the outside world knows of a run: the operator, the merchants, the tills and the members.
//!
//! The state changes by facts that the service acknowledged, and by nothing else. A request without a sure answer is
//! kept apart: it may have had its effect, or not, or may still have it.

pub mod fact;
pub mod merchant;
pub mod records;

mod apply;

use domain::Instant;
use fact::Fact;
use merchant::{Merchant, MerchantData, Tenant};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What the outside world knows, shared by all steps of a run.
#[derive(Debug, Default)]
pub struct Known(Mutex<State>);

/// What the outside world knows at one instant.
#[derive(Debug, Default)]
pub struct State {
    /// The merchants, in the order of their acknowledgement.
    pub merchants: Vec<Merchant>,
    /// Every acknowledged fact, in the order of the answers.
    pub acknowledged: Vec<Acknowledged>,
    /// Every request without a sure answer, in the order in which the sender knew.
    pub uncertain: Vec<Uncertain>,
    /// How often each operation was answered with each status. 0 stands for no answer.
    pub answers: BTreeMap<(&'static str, u16), u64>,
    /// The tenant of each member and of each merchant.
    pub owners: BTreeMap<String, Tenant>,
    /// The answers to a key that named a member or a merchant of another tenant.
    pub foreign: Vec<String>,
    /// The idempotency keys of each operation with the instants of their first use, the oldest first.
    pub keys: BTreeMap<&'static str, Vec<(Instant, String)>>,
}

/// A fact that the service acknowledged.
#[derive(Debug, Clone)]
pub struct Acknowledged {
    /// The step that sent the request.
    pub step: u32,
    /// The operation of the API.
    pub operation: &'static str,
    /// When the request was sent, for the last time where it was sent again.
    pub sent_at: Instant,
    /// When the answer came.
    pub at: Instant,
    /// The fact.
    pub fact: Fact,
}

/// A request whose sender does not know what was done.
#[derive(Debug, Clone)]
pub struct Uncertain {
    /// The step that sent the request.
    pub step: u32,
    /// The operation of the API.
    pub operation: &'static str,
    /// The path.
    pub path: String,
    /// The body: JSON, a text, or null.
    pub body: Value,
    /// When the request was sent.
    pub sent_at: Instant,
    /// When the sender gave up to wait for this answer.
    pub at: Instant,
    /// The tenant of the key that the request was sent with; `None` for a request without a merchant's key.
    pub tenant: Option<Tenant>,
}

impl Known {
    /// Reads what is known.
    pub fn read<T>(&self, read: impl FnOnce(&State) -> T) -> T {
        read(&self.lock())
    }

    /// Adds an acknowledged fact.
    pub fn acknowledge(&self, acknowledged: Acknowledged) {
        let mut state = self.lock();
        state.apply(acknowledged.at, &acknowledged.fact);
        state.acknowledged.push(acknowledged);
    }

    pub(crate) fn add_uncertain(&self, uncertain: Uncertain) {
        self.lock().uncertain.push(uncertain);
    }

    /// Reads the answer to the request of a tenant's key.
    pub(crate) fn note_answer(&self, tenant: &Tenant, operation: &str, body: &Value) {
        self.lock().note_answer(tenant, operation, body);
    }

    pub(crate) fn count(&self, operation: &'static str, status: u16) {
        *self.lock().answers.entry((operation, status)).or_default() += 1;
    }

    /// The youngest key of an operation that was used until an instant.
    pub(crate) fn key_used_until(&self, operation: &str, until: Instant) -> Option<String> {
        let state = self.lock();
        let used = state.keys.get(operation)?.iter().rev().find(|(at, _)| *at <= until);
        used.map(|(_, key)| key.clone())
    }

    pub(crate) fn use_key(&self, operation: &'static str, at: Instant, key: &str) {
        self.lock().keys.entry(operation).or_default().push((at, key.to_owned()));
    }

    /// Puts a document into the queue of a merchant's tills.
    pub(crate) fn put_into_queue(&self, tenant: &Tenant, document: Queued) {
        if let Some(data) = self.lock().data_mut(tenant) {
            data.queue.push(document);
        }
    }

    /// Takes the document out that has waited for the longest time.
    pub(crate) fn take_from_queue(&self, tenant: &Tenant) -> Option<Queued> {
        let mut state = self.lock();
        let data = state.data_mut(tenant).filter(|data| !data.queue.is_empty())?;
        Some(data.queue.remove(0))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// A merchant.
    #[must_use]
    pub fn merchant(&self, id: &str) -> Option<&Merchant> {
        self.merchants.iter().find(|merchant| merchant.id == id)
    }

    /// The data of a tenant.
    #[must_use]
    pub fn data(&self, tenant: &Tenant) -> Option<&MerchantData> {
        self.merchant(&tenant.merchant).map(|merchant| merchant.data(tenant.mode))
    }

    /// Notes where the answer to a key names a merchant or a member of another tenant.
    pub(crate) fn note_answer(&mut self, tenant: &Tenant, operation: &str, body: &Value) {
        let content = body.to_string();
        let words = content.split(|character: char| !character.is_ascii_alphanumeric());
        for word in words {
            if let Some(owner) =
                self.owners.get(word).filter(|owner| is_foreign(owner, word, tenant))
            {
                self.foreign.push(format!(
                    "{operation} answered to {tenant:?}, and named {word} of {owner:?}"
                ));
            }
        }
    }

    /// The tenant of a key.
    pub(crate) fn tenant_of_key(&self, secret: &str) -> Option<Tenant> {
        self.merchants.iter().find_map(|merchant| {
            let key = merchant.keys.iter().find(|key| key.secret == secret)?;
            Some(Tenant { merchant: merchant.id.clone(), mode: key.mode })
        })
    }

    fn merchant_mut(&mut self, id: &str) -> Option<&mut Merchant> {
        self.merchants.iter_mut().find(|merchant| merchant.id == id)
    }

    fn data_mut(&mut self, tenant: &Tenant) -> Option<&mut MerchantData> {
        self.merchant_mut(&tenant.merchant).map(|merchant| merchant.data_mut(tenant.mode))
    }
}

/// Whether an identifier belongs to another merchant, or to the other data of the same merchant.
fn is_foreign(owner: &Tenant, id: &str, tenant: &Tenant) -> bool {
    owner.merchant != tenant.merchant || (owner.merchant != id && owner.mode != tenant.mode)
}

/// A document in the queue of a till, which sends it until an answer comes.
#[derive(Debug, Clone)]
pub struct Queued {
    /// The key of the till.
    pub key: merchant::Key,
    /// The body of the request.
    pub document: Value,
}
