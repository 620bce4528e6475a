//! A campaign while everything goes wrong: the planner and two senders are killed at random moments
//! and started anew, every message of a queue comes twice, in any order and company, and every tenth
//! answer of the provider is lost after it has sent. Then the provider's outbox says who was written to.

use crate::{
    campaign,
    dynamo::{Dynamo, TABLE},
    fakes::sqs::Message,
    figures::{Bound, Figures},
    people::Shop,
    places,
    runtime_api::Function,
    send::{self, BATCHES_AN_EVENT, RECIPIENTS},
    stack::{CAMPAIGNS_QUEUE, Path, SENDS_QUEUE, Stack},
};
use domain::CampaignId;
use domain::campaign::State;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::{
    collections::{HashMap, HashSet},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

/// Campaigns one after the other, each to everybody.
const CAMPAIGNS: u32 = 5;
/// The most kills of a campaign; after them it is left in peace.
const PLANNER_KILLS: u32 = 8;
const SENDER_KILLS: u32 = 40;
/// A kill comes within so many milliseconds of a delivery: about what the delivery takes.
const PLANNER_WITHIN: u64 = 200;
const SENDER_WITHIN: u64 = 150;
/// Every so many answers of the provider one is lost.
const LOSE_EVERY: u32 = 10;
/// How long the provider waits with its answer when all it sends is on its way: a moment to be killed
/// in.
const DELAY_MS: u32 = 30;
/// Longer than Brevo, or the sandbox, remembers a call.
const BEYOND_MEMORY: SignedDuration = SignedDuration::from_mins(11);
/// How often a campaign that stands still is looked at again before the harness gives up.
const LOOKS: u32 = 20;

pub(crate) async fn measure(figures: &mut Figures) {
    let seed = match std::env::var("CHAOS_SEED") {
        Ok(seed) => seed.parse().expect("CHAOS_SEED is a number"),
        Err(_) => fastrand::u64(..),
    };
    eprintln!("chaos: CHAOS_SEED={seed} chooses the same again");
    let members = send::members().await;
    let stack = Stack::on(Dynamo::as_kept(&members.file).await).await;
    let shop = Shop::known(&stack.dynamo, members.merchant).await;
    let chaos = Chaos {
        environment: stack.environment(Path::Direct),
        stack: &stack,
        shop: &shop,
        random: Mutex::new(fastrand::Rng::with_seed(seed)),
    };

    let mut sum = Account::default();
    for number in 1..=CAMPAIGNS {
        let account = chaos.campaign(number).await;
        eprintln!("chaos, campaign {number}: {account:?}");
        sum.add(account);
    }
    let beyond = chaos.beyond_memory().await;
    eprintln!("chaos, beyond the provider's memory: {beyond:?}");

    let none = Bound::AtMost(0.0);
    let both = |of: fn(&Account) -> u32| f64::from(of(&sum) + of(&beyond));
    figures.add("send.kills", f64::from(sum.kills), "kills", Bound::None);
    figures.add("send.doubled", both(|account| account.doubled), "recipients", none);
    figures.add("send.lost", both(|account| account.lost), "recipients", none);
    let unaccounted = both(|account| account.unaccounted);
    figures.add("send.figures_unaccounted", unaccounted, "recipients", none);
    figures.add("send.uncertain", f64::from(sum.uncertain), "recipients", none);
    let uncertain = f64::from(beyond.uncertain);
    figures.add("send.uncertain_beyond_memory", uncertain, "recipients", Bound::None);
}

/// What became of a campaign's recipients.
#[derive(Debug, Default, Clone, Copy)]
struct Account {
    kills: u32,
    deliveries: u32,
    /// Written to more than once.
    doubled: u32,
    /// Neither written to nor counted as anything else than sent.
    lost: u32,
    /// By how much the campaign's figures miss its recipients, or those sent miss the outbox.
    unaccounted: u32,
    uncertain: u32,
}

impl Account {
    fn add(&mut self, other: Self) {
        self.kills += other.kills;
        self.deliveries += other.deliveries;
        self.doubled += other.doubled;
        self.lost += other.lost;
        self.unaccounted += other.unaccounted;
        self.uncertain += other.uncertain;
    }
}

struct Chaos<'a> {
    stack: &'a Stack,
    shop: &'a Shop,
    environment: Vec<(&'static str, String)>,
    random: Mutex<fastrand::Rng>,
}

/// A campaign under way.
struct Run<'a> {
    chaos: &'a Chaos<'a>,
    campaign: CampaignId,
    fixture: tokio::sync::Mutex<Fixture>,
    is_planned: AtomicBool,
    planner_kills: AtomicU32,
    sender_kills: AtomicU32,
    deliveries: AtomicU32,
}

/// The queue of batches.
#[derive(Default)]
struct Fixture {
    waiting: Vec<Message>,
    /// How many senders work on a batch.
    in_hand: HashMap<String, u32>,
    /// Batches whose claim nobody holds any more who lives.
    orphans: HashSet<String>,
}

impl Chaos<'_> {
    async fn campaign(&self, number: u32) -> Account {
        self.stack.providers.reset().await;
        let faults = json!({"lose_every": LOSE_EVERY, "delay_ms": DELAY_MS});
        self.stack.providers.fail(faults).await;
        let run = Run {
            chaos: self,
            campaign: self.shop.launch(u128::from(number)).await,
            fixture: tokio::sync::Mutex::default(),
            is_planned: AtomicBool::new(false),
            planner_kills: AtomicU32::new(0),
            sender_kills: AtomicU32::new(0),
            deliveries: AtomicU32::new(0),
        };
        for look in 0.. {
            assert!(look < LOOKS, "the campaign does not come to its end");
            tokio::join!(run.plan(), run.work(), run.work());
            let tenant = self.shop.scope.tenant();
            let stored = self.shop.store.campaign(tenant, run.campaign).await.expect("it is there");
            if stored.campaign.state == State::Finished {
                break;
            }
            // What the schedule does after ten minutes.
            run.is_planned.store(false, Ordering::SeqCst);
        }
        let kills = run.planner_kills.into_inner() + run.sender_kills.into_inner();
        let deliveries = run.deliveries.into_inner();
        Account { kills, deliveries, ..self.account(run.campaign).await }
    }

    /// One answer is lost, and the batch comes again when the provider has forgotten the call.
    async fn beyond_memory(&self) -> Account {
        let Self { stack, shop, environment, .. } = self;
        stack.providers.reset().await;
        let tenant = shop.scope.tenant();
        let id = shop.launch(u128::from(CAMPAIGNS + 1)).await;
        let planner = Function::start(&places::binary("campaign"), environment).await;
        campaign::plan(stack, &planner, tenant, id).await;
        let batches: Vec<_> = std::iter::from_fn(|| stack.sqs.receive(SENDS_QUEUE)).collect();
        let sender = Function::start(&places::binary("send"), environment).await;
        stack.providers.fail(json!({"lose_every": 1})).await;
        let is_dealt = sender.deliver(SENDS_QUEUE, &batches[0], 1).await;
        assert!(!is_dealt, "without an answer the batch is not done");
        stack.providers.fail(json!({})).await;

        let then = Timestamp::now() - BEYOND_MEMORY;
        let then = then.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        self.change_sending(&batches[0], "SET first_attempt_at = :value", &json!({"S": then}))
            .await;
        stack.providers.pass(BEYOND_MEMORY.as_secs());
        for batch in &batches {
            assert!(sender.deliver(SENDS_QUEUE, batch, 2).await, "a batch was not settled");
        }
        self.account(id).await
    }

    /// Compares what the campaign says with the provider's outbox.
    async fn account(&self, campaign: CampaignId) -> Account {
        let (store, tenant) = (&self.shop.store, self.shop.scope.tenant());
        let figures = store.figures(tenant, campaign).await.expect("figures");
        let plan = store.plan(tenant, campaign).await.expect("a plan");
        assert_eq!(figures.batches_done, u64::from(plan.batches), "every batch is done, once");
        let outbox = self.stack.providers.recipients().await;
        let number = |number: u64| u32::try_from(number).expect("some thousands");
        let counts = figures.counts;
        let [sent, uncertain] = [counts.sent, counts.uncertain].map(number);
        let others =
            number(counts.refused + counts.opposed + counts.unreachable + counts.not_allowed);
        let recipients = u32::from(RECIPIENTS);
        let reached = u32::try_from(outbox.len()).expect("some thousands");
        let missing = recipients.saturating_sub(reached);
        // Those uncertain may have been written to; nobody else may who is not counted as sent.
        let off = sent.saturating_sub(reached) + reached.saturating_sub(sent + uncertain);
        Account {
            doubled: number(outbox.values().filter(|times| **times > 1).count() as u64),
            lost: missing.saturating_sub(others + uncertain),
            unaccounted: recipients.abs_diff(sent + others + uncertain) + off,
            uncertain,
            ..Account::default()
        }
    }

    /// Changes what the table says of a batch under way, where it says something.
    async fn change_sending(&self, batch: &Message, change: &str, value: &Value) {
        let batch: Value = serde_json::from_str(&batch.body).expect("a message is JSON");
        let text = |name: &str| batch[name].as_str().expect("a text").to_owned();
        let key = json!({
            "pk": {"S": format!("{}#CAMPAIGN#{}", text("tenant"), text("campaign"))},
            "sk": {"S": format!("SENDING#{}", text("batch"))},
        });
        let dynamo = &self.stack.dynamo;
        let found = dynamo.call("GetItem", &json!({"TableName": TABLE, "Key": key})).await;
        if found.get("Item").is_some() {
            let update = json!({
                "TableName": TABLE,
                "Key": key,
                "UpdateExpression": change,
                "ExpressionAttributeValues": {":value": value},
            });
            dynamo.call("UpdateItem", &update).await;
        }
    }

    fn random(&self, below: usize) -> usize {
        self.random.lock().unwrap().usize(0..below)
    }
}

impl Run<'_> {
    /// Tells the planner of the campaign, and of what it tells itself, each twice.
    async fn plan(&self) {
        let chaos = self.chaos;
        let mut planner = self.start("campaign").await;
        let first = campaign::message(chaos.shop.scope.tenant(), self.campaign);
        let mut waiting = vec![first.clone(), first];
        while let Some(message) = waiting.pop() {
            let kill = self.kill(&self.planner_kills, PLANNER_KILLS, PLANNER_WITHIN);
            let message = [message];
            match self.deliver(&planner, CAMPAIGNS_QUEUE, &message, kill).await {
                Some(dealt) if dealt == [true] => {}
                Some(_) => waiting.extend(message),
                None => {
                    self.planner_kills.fetch_add(1, Ordering::SeqCst);
                    waiting.extend(message);
                    planner.kill();
                    planner = self.start("campaign").await;
                }
            }
            while let Some(message) = chaos.stack.sqs.receive(CAMPAIGNS_QUEUE) {
                waiting.extend([message.clone(), message]);
            }
        }
        self.is_planned.store(true, Ordering::SeqCst);
    }

    /// One sender and those that follow it, until no batch waits.
    async fn work(&self) {
        let mut sender = self.start("send").await;
        while let Some(batches) = self.next().await {
            let kill = self.kill(&self.sender_kills, SENDER_KILLS, SENDER_WITHIN);
            let dealt = self.deliver(&sender, SENDS_QUEUE, &batches, kill).await;
            if dealt.is_none() {
                self.sender_kills.fetch_add(1, Ordering::SeqCst);
                sender.kill();
                sender = self.start("send").await;
            }
            self.put_back(batches, dealt).await;
        }
    }

    /// Some of the batches that wait; `None` when all is done.
    async fn next(&self) -> Option<Vec<Message>> {
        loop {
            let mut fixture = self.fixture.lock().await;
            let is_planned = self.is_planned.load(Ordering::SeqCst);
            while let Some(message) = self.chaos.stack.sqs.receive(SENDS_QUEUE) {
                fixture.waiting.extend([message.clone(), message]);
            }
            let most = fixture.waiting.len().min(BATCHES_AN_EVENT);
            if most > 0 {
                let taken = (0..=self.chaos.random(most)).map(|_| {
                    let index = self.chaos.random(fixture.waiting.len());
                    let message = fixture.waiting.swap_remove(index);
                    *fixture.in_hand.entry(message.body.clone()).or_default() += 1;
                    message
                });
                return Some(taken.collect());
            }
            if is_planned && fixture.in_hand.is_empty() {
                return None;
            }
            drop(fixture);
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Notes what became of batches: `None` where the sender was killed.
    async fn put_back(&self, batches: Vec<Message>, dealt: Option<Vec<bool>>) {
        let mut fixture = self.fixture.lock().await;
        if dealt.is_none() {
            fixture.orphans.extend(batches.iter().map(|batch| batch.body.clone()));
        }
        let mut dealt = dealt.unwrap_or_default().into_iter();
        for batch in batches {
            let others = fixture.in_hand.get_mut(&batch.body).map_or(0, |senders| {
                *senders -= 1;
                *senders
            });
            if others == 0 {
                fixture.in_hand.remove(&batch.body);
                if fixture.orphans.contains(&batch.body) {
                    // The claim of who was killed runs out. Nobody begins with the batch meanwhile:
                    // the fixture is locked. What the killed one asked for last may still arrive after
                    // this: the batch stays an orphan until somebody has dealt with it.
                    let zero = json!({"N": "0"});
                    self.chaos.change_sending(&batch, "SET lease_until = :value", &zero).await;
                }
            }
            if dealt.next() == Some(true) {
                fixture.orphans.remove(&batch.body);
            } else {
                fixture.waiting.push(batch);
            }
        }
    }

    /// When the next delivery is cut short: every second one, as long as kills are left.
    fn kill(&self, kills: &AtomicU32, most: u32, within: u64) -> Option<Duration> {
        let is_due = kills.load(Ordering::SeqCst) < most && self.chaos.random(2) == 0;
        let within = Duration::from_millis(within);
        is_due.then(|| within.mul_f64(self.chaos.random.lock().unwrap().f64()))
    }

    /// Tells of each message whether it was dealt with; `None` where the time to be killed came first.
    async fn deliver(
        &self,
        function: &Function,
        queue: &str,
        messages: &[Message],
        kill: Option<Duration>,
    ) -> Option<Vec<bool>> {
        self.deliveries.fetch_add(1, Ordering::SeqCst);
        let dealt = function.deliver_all(queue, messages, 1);
        match kill {
            Some(kill) => tokio::time::timeout(kill, dealt).await.ok(),
            None => Some(dealt.await),
        }
    }

    async fn start(&self, name: &str) -> Function {
        Function::start(&places::binary(name), &self.chaos.environment).await
    }
}
