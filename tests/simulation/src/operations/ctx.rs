//! A step while it runs: its random numbers, the things that it picks, and the requests that it sends.

use super::focus::{Focus, Thing};
use super::person::Person;
use super::request::ApiRequest;
use crate::faults::CLOCK_WRONG;
use crate::known::fact::Fact;
use crate::known::merchant::{Key, Merchant, MerchantData, Tenant};
use crate::known::records::Member;
use crate::known::{Acknowledged, Known, Uncertain};
use crate::plan::Step;
use crate::seed::Seed;
use crate::world::World;
use crate::world::clock;
use crate::world::gateway::{NoResponse, Response};
use domain::{Instant, KeyScope, Sector};
use fastrand::Rng;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use store::Mode;

/// How long a till waits before it sends a request again, each time.
const PATIENCE: [u64; 6] = [1, 5, 30, 120, 600, 1_800];
/// The number of persons of a run. Few persons meet each other often.
const POPULATIONS: [u16; 3] = [12, 60, 400];

/// A step while it runs.
pub struct Ctx {
    pub(crate) world: Arc<World>,
    pub(crate) known: Arc<Known>,
    /// The numbers of this step alone.
    pub(crate) random: Rng,
    /// The numbers that the steps of the round share.
    pub(crate) focus: Focus,
    pub(crate) step: Step,
    population: u16,
}

/// A till, or a back office, with its key.
#[derive(Debug, Clone)]
pub(crate) struct Till {
    pub(crate) tenant: Tenant,
    pub(crate) key: Key,
    pub(crate) sector: Sector,
}

/// A merchant, as the operator names it.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) tenant: Tenant,
    pub(crate) sector: Sector,
    pub(crate) counts_cents: bool,
    pub(crate) name: String,
    /// The codes of the establishments.
    pub(crate) establishments: Vec<String>,
}

impl Ctx {
    /// A step that begins now.
    #[must_use]
    pub fn new(world: Arc<World>, known: Arc<Known>, seed: Seed, step: Step) -> Self {
        let random = seed.sequence("step", step.id.into());
        let focus = Focus::of(seed, step.round);
        let population = POPULATIONS[seed.sequence("population", 0).usize(..POPULATIONS.len())];
        Self { world, known, random, focus, step, population }
    }

    /// Whether something happens that happens once in so many times.
    pub(crate) fn one_in(&mut self, times: u32) -> bool {
        self.random.u32(..times) == 0
    }

    pub(crate) fn choose<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.random.usize(..choices.len())]
    }

    /// A number that the steps of the round share; now and then a number of this step alone.
    fn number(&mut self, thing: Thing) -> u64 {
        if self.one_in(10) { self.random.u64(..) } else { self.focus.number(thing) }
    }

    /// Picks one thing. Recent things are picked more often than old ones.
    pub(crate) fn pick<T>(&mut self, thing: Thing, things: impl Iterator<Item = T>) -> Option<T> {
        let mut things: Vec<T> = things.collect();
        let count = things.len() as u64;
        if count == 0 {
            return None;
        }
        let number = self.number(thing);
        let age = ((number >> 32) % count).min((number & 0xFFFF_FFFF) % count);
        let place = usize::try_from(count - 1 - age).unwrap_or_default();
        Some(things.swap_remove(place))
    }

    /// Reads from the data of a tenant.
    pub(crate) fn data<T>(
        &self,
        tenant: &Tenant,
        read: impl FnOnce(&MerchantData) -> T,
    ) -> Option<T> {
        self.known.read(|state| state.data(tenant).map(read))
    }

    /// A key that may do what needs a scope; now and then one that may not, or one that was revoked.
    pub(crate) fn till(&mut self, scope: KeyScope) -> Option<Till> {
        let is_wrong = self.one_in(60);
        let fits = |key: &Key| {
            let may = key.scope == scope
                || (scope == KeyScope::Till && key.scope == KeyScope::BackOffice)
                || (scope == KeyScope::Export && key.scope == KeyScope::BackOffice);
            (may && key.revoked_at.is_none()) != is_wrong
        };
        let wants_test = self.focus.number(Thing::Mode).is_multiple_of(14);
        let mode = if wants_test { Mode::Test } else { Mode::Live };
        let has_key = |merchant: &Merchant, mode| {
            merchant.keys.iter().any(|key| key.mode == mode && fits(key))
        };
        let known = Arc::clone(&self.known);
        known.read(|state| {
            let today = day(0);
            let ended_too = self.one_in(12);
            let candidates = state.merchants.iter().filter(|merchant| {
                let is_open = !has_ended(merchant, &today) || ended_too;
                is_open && has_key(merchant, Mode::Live)
            });
            let merchant = self.pick(Thing::Merchant, candidates)?;
            let mode = if has_key(merchant, mode) { mode } else { Mode::Live };
            let keys = merchant.keys.iter().filter(|key| key.mode == mode && fits(key));
            let key = self.pick(Thing::Key, keys)?.clone();
            let tenant = Tenant { merchant: merchant.id.clone(), mode };
            Some(Till { tenant, key, sector: merchant.sector })
        })
    }

    /// A merchant; one that needs something comes first.
    pub(crate) fn merchant(&mut self, needs: impl Fn(&Merchant) -> bool) -> Option<Target> {
        let known = Arc::clone(&self.known);
        let wants_test = self.focus.number(Thing::Mode).is_multiple_of(14);
        known.read(|state| {
            let today = day(0);
            let ended_too = self.one_in(8);
            let is_open = |merchant: &&Merchant| !has_ended(merchant, &today) || ended_too;
            let open = || state.merchants.iter().filter(is_open);
            let needing = open().find(|merchant| needs(merchant));
            let merchant = match needing {
                Some(merchant) => merchant,
                None => self.pick(Thing::Merchant, open())?,
            };
            let mode = if wants_test && needing.is_none() { Mode::Test } else { Mode::Live };
            Some(Target {
                tenant: Tenant { merchant: merchant.id.clone(), mode },
                sector: merchant.sector,
                counts_cents: merchant.counts_cents,
                name: merchant.name.clone(),
                establishments: merchant.establishments.iter().map(|e| e.code.clone()).collect(),
            })
        })
    }

    /// A member of a tenant; now and then one that was merged or erased.
    pub(crate) fn member(&mut self, tenant: &Tenant) -> Option<Member> {
        self.member_as(Thing::Member, tenant)
    }

    /// As [`Ctx::member`], for the second member of an operation.
    pub(crate) fn member_as(&mut self, thing: Thing, tenant: &Tenant) -> Option<Member> {
        let anybody = self.one_in(25);
        let is_there = |member: &&Member| {
            anybody || (member.merged_into.is_none() && member.erased_at.is_none())
        };
        // Few members are survivors of a merge, and much depends on it.
        let prefers_survivors = self.one_in(5);
        let members = self.data(tenant, |data| {
            let there: Vec<_> = data.members.iter().filter(is_there).cloned().collect();
            if !prefers_survivors {
                return there;
            }
            let (survivors, others): (Vec<_>, Vec<_>) =
                there.into_iter().partition(|member| data.is_survivor(&member.id));
            if survivors.is_empty() { others } else { survivors }
        })?;
        self.pick(thing, members.into_iter())
    }

    /// A person of the population.
    pub(crate) fn person(&mut self) -> Person {
        let number = self.number(Thing::Person) % u64::from(self.population);
        Person(u16::try_from(number).unwrap_or_default())
    }

    /// Names a member as a till can: by identifier, mobile or card.
    pub(crate) fn named(&mut self, member: &Member) -> Value {
        match (self.random.u8(..5), &member.card) {
            (0, Some(card)) if !member.is_card_blocked => json!({"card_number": card}),
            (0 | 1, _) => json!({"mobile": member.mobile}),
            _ => json!({"member_id": member.id}),
        }
    }

    /// A key for one operation. The steps of a round share it now and then, and now and then it is one that was used
    /// more than a day ago, which the service has forgotten.
    pub(crate) fn idempotency_key(&mut self) -> String {
        let (operation, now) = (self.step.operation.name, clock::now());
        let day_ago = now - jiff::SignedDuration::from_hours(24);
        if self.one_in(5)
            && let Some(forgotten) = self.known.key_used_until(operation, day_ago)
        {
            return forgotten;
        }
        let key = if self.focus.is_shared() {
            format!("shared-{:016x}", self.focus.number(Thing::Content))
        } else {
            format!("{:032x}", self.random.u128(..))
        };
        self.known.use_key(operation, now, &key);
        key
    }

    /// Sends a request once.
    pub(crate) async fn send(&self, request: &ApiRequest) -> Result<Response, NoResponse> {
        self.send_at(request).await.1
    }

    /// Sends a request until an answer comes that says what was done, or until the sender gives up.
    pub(crate) async fn send_until_answered(&mut self, request: &ApiRequest) -> Option<Response> {
        self.send_patiently(request).await.map(|(_, response)| response)
    }

    /// Sends a request as [`Ctx::send_until_answered`], and notes the fact of an answer that accepts it. Now and
    /// then the same request is sent once more.
    pub(crate) async fn carry_out(
        &mut self,
        request: &ApiRequest,
        mut fact: impl FnMut(&Response) -> Option<Fact>,
    ) -> Option<Response> {
        let again = self.one_in(16);
        let (sent_at, response) = self.send_patiently(request).await?;
        self.note(request, sent_at, &response, &mut fact);
        if again {
            let wait = self.choose(&[0, 1, 30, 3_600]);
            tokio::time::sleep(Duration::from_secs(wait)).await;
            if let Some((sent_at, response)) = self.send_patiently(request).await {
                self.note(request, sent_at, &response, &mut fact);
            }
        }
        Some(response)
    }

    /// Notes a fact that somebody did outside the API.
    pub(crate) fn note_outside(&self, fact: Fact) {
        let at = clock::now();
        let (step, operation) = (self.step.id, self.step.operation.name);
        self.known.acknowledge(Acknowledged { step, operation, sent_at: at, at, fact });
    }

    fn note(
        &self,
        request: &ApiRequest,
        sent_at: Instant,
        response: &Response,
        fact: &mut impl FnMut(&Response) -> Option<Fact>,
    ) {
        if !response.status.is_success() {
            return;
        }
        if let Some(fact) = fact(response) {
            let (step, operation, at) = (self.step.id, request.operation, clock::now());
            self.known.acknowledge(Acknowledged { step, operation, sent_at, at, fact });
        }
    }

    async fn send_patiently(&mut self, request: &ApiRequest) -> Option<(Instant, Response)> {
        let tries = self.random.usize(2..=PATIENCE.len());
        for wait in PATIENCE.into_iter().take(tries) {
            let (sent_at, answer) = self.send_at(request).await;
            if let Ok(response) = answer
                && !is_open(&response)
            {
                return Some((sent_at, response));
            }
            tokio::time::sleep(Duration::from_secs(wait)).await;
        }
        None
    }

    /// The instant that a till believes it is, which this step states.
    pub(crate) fn till_clock(&self, key: &Key) -> Instant {
        let (operation, coverage) = (self.step.operation.name, &self.world.coverage);
        coverage.note_possible(operation, CLOCK_WRONG);
        if !key.clock_ahead.is_zero() {
            coverage.count(operation, CLOCK_WRONG);
        }
        clock::now() + key.clock_ahead
    }

    async fn send_at(&self, request: &ApiRequest) -> (Instant, Result<Response, NoResponse>) {
        let sent_at = clock::now();
        let answer = self.world.request(request.function, request.operation, request.build()).await;
        let status = answer.as_ref().ok().map(|response| response.status.as_u16());
        self.known.count(request.operation, status.unwrap_or_default());
        let tenant = self.known.read(|state| state.tenant_of_key(request.secret()?));
        if let (Some(tenant), Ok(response)) = (&tenant, &answer) {
            self.known.note_answer(tenant, request.operation, &response.body);
        }
        if answer.as_ref().map_or(true, is_open) {
            self.known.add_uncertain(Uncertain {
                step: self.step.id,
                operation: request.operation,
                path: request.path.clone(),
                body: request.body(),
                sent_at,
                at: clock::now(),
                tenant,
            });
        }
        (sent_at, answer)
    }
}

/// The day of the calendar in Paris, so many days from now.
pub(crate) fn day(days: i64) -> String {
    day_in("Europe/Paris", clock::now() + jiff::SignedDuration::from_hours(24 * days))
}

/// Whether the contract of a merchant has ended on a day.
fn has_ended(merchant: &Merchant, today: &str) -> bool {
    merchant.contract_ends_on.as_deref().is_some_and(|last| last < today)
}

/// Whether an answer leaves open what was done.
fn is_open(response: &Response) -> bool {
    response.status.is_server_error() || response.status == 429
}

/// The day of an instant in a time zone.
pub(crate) fn day_in(time_zone: &str, at: Instant) -> String {
    at.to_zoned_datetime(zone(time_zone)).strftime("%Y-%m-%d").to_string()
}

/// An instant, as a till of a time zone writes it.
pub(crate) fn local(time_zone: &str, at: Instant) -> String {
    at.to_zoned_datetime(zone(time_zone)).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

fn zone(time_zone: &str) -> TimeZone {
    TimeZone::get(time_zone).expect("a time zone of the database")
}

/// A field of an answer that is a text.
pub(crate) fn text(body: &Value, name: &str) -> Option<String> {
    body[name].as_str().map(str::to_owned)
}
