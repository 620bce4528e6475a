//! Campaigns under faults. The planner and two senders are killed at random moments and started again.
//! Every message of a queue is delivered twice, in random order and in random events. The provider loses
//! every tenth answer after it has sent. Then the provider's outbox shows who received a message.

use super::{
    campaign,
    send::{self, BATCHES_AN_EVENT, RECIPIENTS},
};
use crate::{
    figures::{Bound, Figures},
    function::Function,
    people::Shop,
    places,
    stack::{CAMPAIGNS_QUEUE, Path, SENDS_QUEUE, Stack, TABLE, restored_table},
};
use aws_fakes::Message;
use domain::CampaignId;
use domain::campaign::State;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

/// Campaigns one after the other, each to every member.
const CAMPAIGNS: u32 = 5;
/// The most kills in a campaign.
const PLANNER_KILLS: u32 = 8;
const SENDER_KILLS: u32 = 40;
/// A kill comes within so many milliseconds of a delivery, which is about the time of the delivery.
const PLANNER_WITHIN: u64 = 200;
const SENDER_WITHIN: u64 = 150;
/// The provider loses one of so many answers.
const LOSE_EVERY: u32 = 10;
/// How long the provider waits with its answer after it has sent, so that kills fall into this time.
const DELAY_MS: u32 = 30;
/// Longer than Brevo and the sandbox remember a call.
const BEYOND_MEMORY: SignedDuration = SignedDuration::from_mins(11);
/// How often the harness does what the schedule does for a campaign that has stopped, before the part fails.
const SCHEDULED_LOOKS: u32 = 20;

pub(crate) async fn measure(figures: &mut Figures) {
    let seed = match std::env::var("CHAOS_SEED") {
        Ok(seed) => seed.parse().expect("CHAOS_SEED is a number"),
        Err(_) => fastrand::u64(..),
    };
    eprintln!("chaos: CHAOS_SEED={seed} repeats these random choices");
    let members = send::members().await;
    let stack = Stack::on(restored_table(&members.file).await).await;
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

/// The recipients of a campaign, compared with the provider's outbox.
#[derive(Debug, Default, Clone, Copy)]
struct Account {
    kills: u32,
    deliveries: u32,
    /// Recipients of more than one message.
    doubled: u32,
    /// Recipients without a message whom the campaign counts as sent.
    lost: u32,
    /// The difference between the campaign's figures and its recipients, and between the messages sent and the
    /// outbox.
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

/// A campaign on its way.
struct Run<'a> {
    chaos: &'a Chaos<'a>,
    campaign: CampaignId,
    batches: tokio::sync::Mutex<Batches>,
    is_planned: AtomicBool,
    planner_kills: AtomicU32,
    sender_kills: AtomicU32,
    deliveries: AtomicU32,
}

/// The batches that are not done.
#[derive(Default)]
struct Batches {
    waiting: Vec<Message>,
    /// Messages of a batch that failed while another sender works on the batch.
    hidden: Vec<Message>,
    /// The number of senders that work on a batch, by its message.
    in_hand: HashMap<String, u32>,
}

impl Chaos<'_> {
    async fn campaign(&self, number: u32) -> Account {
        self.stack.providers.reset().await;
        let faults = json!({"lose_every": LOSE_EVERY, "delay_ms": DELAY_MS});
        self.stack.providers.fail(faults).await;
        let run = Run {
            chaos: self,
            campaign: self.shop.launch(u128::from(number)).await,
            batches: tokio::sync::Mutex::default(),
            is_planned: AtomicBool::new(false),
            planner_kills: AtomicU32::new(0),
            sender_kills: AtomicU32::new(0),
            deliveries: AtomicU32::new(0),
        };
        for look in 0.. {
            assert!(look < SCHEDULED_LOOKS, "the campaign does not end");
            tokio::join!(run.plan(), run.work(), run.work());
            let tenant = self.shop.scope.tenant();
            let stored = self.shop.store.campaign(tenant, run.campaign).await.expect("a campaign");
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

    /// The provider loses one answer, and the batch is delivered again when the provider has forgotten the
    /// call.
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
        let is_processed = sender.deliver(SENDS_QUEUE, &batches[0], 1).await;
        assert!(!is_processed, "the batch is done without an answer");
        stack.providers.fail(json!({})).await;

        let then = Timestamp::now() - BEYOND_MEMORY;
        let then = then.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        self.change_sending(&batches[0], "SET first_attempt_at = :value", &json!({"S": then}));
        stack.providers.advance(BEYOND_MEMORY.as_secs());
        for batch in &batches {
            assert!(sender.deliver(SENDS_QUEUE, batch, 2).await, "a batch was not settled");
        }
        self.account(id).await
    }

    /// Compares the campaign's figures with the provider's outbox.
    async fn account(&self, campaign: CampaignId) -> Account {
        let (store, tenant) = (&self.shop.store, self.shop.scope.tenant());
        let figures = store.figures(tenant, campaign).await.expect("figures");
        let plan = store.plan(tenant, campaign).await.expect("a plan");
        assert_eq!(figures.batches_done, u64::from(plan.batches), "not every batch is done once");
        let outbox = self.stack.providers.recipients().await;
        let number = |number: u64| u32::try_from(number).expect("some thousands");
        let counts = figures.counts;
        let [sent, uncertain] = [counts.sent, counts.uncertain].map(number);
        let others = number(
            counts.refused
                + counts.opposed
                + counts.unreachable
                + counts.same_address
                + counts.not_allowed,
        );
        let recipients = u32::from(RECIPIENTS);
        let reached = u32::try_from(outbox.len()).expect("some thousands");
        let missing = recipients.saturating_sub(reached);
        // The uncertain recipients may have received a message; the others only if they are counted as sent.
        let off = sent.saturating_sub(reached) + reached.saturating_sub(sent + uncertain);
        Account {
            doubled: number(outbox.values().filter(|times| **times > 1).count() as u64),
            lost: missing.saturating_sub(others + uncertain),
            unaccounted: recipients.abs_diff(sent + others + uncertain) + off,
            uncertain,
            ..Account::default()
        }
    }

    /// Changes the stored state of a batch that a sender has claimed.
    fn change_sending(&self, batch: &Message, change: &str, value: &Value) {
        let batch: Value = serde_json::from_str(&batch.body).expect("a message is JSON");
        let text = |name: &str| batch[name].as_str().expect("a text").to_owned();
        let key = json!({
            "pk": {"S": format!("{}#CAMPAIGN#{}", text("tenant"), text("campaign"))},
            "sk": {"S": format!("SENDING#{}", text("batch"))},
        });
        let dynamo = &self.stack.dynamo;
        let found = dynamo.call("GetItem", &json!({"TableName": TABLE, "Key": key}));
        if found.get("Item").is_some() {
            let update = json!({
                "TableName": TABLE,
                "Key": key,
                "UpdateExpression": change,
                "ExpressionAttributeValues": {":value": value},
            });
            dynamo.call("UpdateItem", &update);
        }
    }

    fn random(&self, below: usize) -> usize {
        self.random.lock().unwrap().usize(0..below)
    }
}

impl Run<'_> {
    /// Delivers every message of the planner twice, until none is left.
    async fn plan(&self) {
        let chaos = self.chaos;
        let mut planner = self.start("campaign").await;
        let first = campaign::message(chaos.shop.scope.tenant(), self.campaign);
        let mut waiting = vec![first.clone(), first];
        while let Some(message) = waiting.pop() {
            let kill = self.kill(&self.planner_kills, PLANNER_KILLS, PLANNER_WITHIN);
            let message = [message];
            match self.deliver(&planner, CAMPAIGNS_QUEUE, &message, kill).await {
                Some(processed) if processed == [true] => {}
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

    /// Runs one sender, and another after each kill, until no batch is left.
    async fn work(&self) {
        let mut sender = self.start("send").await;
        while let Some(batches) = self.next().await {
            let kill = self.kill(&self.sender_kills, SENDER_KILLS, SENDER_WITHIN);
            let processed = self.deliver(&sender, SENDS_QUEUE, &batches, kill).await;
            if processed.is_none() {
                self.sender_kills.fetch_add(1, Ordering::SeqCst);
                sender.kill();
                sender = self.start("send").await;
            }
            self.put_back(batches, processed).await;
        }
    }

    /// A random choice of the waiting batches; `None` when all batches are done.
    async fn next(&self) -> Option<Vec<Message>> {
        loop {
            let mut batches = self.batches.lock().await;
            let is_planned = self.is_planned.load(Ordering::SeqCst);
            while let Some(message) = self.chaos.stack.sqs.receive(SENDS_QUEUE) {
                batches.waiting.extend([message.clone(), message]);
            }
            let most = batches.waiting.len().min(BATCHES_AN_EVENT);
            if most > 0 {
                let taken = (0..=self.chaos.random(most)).map(|_| {
                    let index = self.chaos.random(batches.waiting.len());
                    let message = batches.waiting.swap_remove(index);
                    *batches.in_hand.entry(message.body.clone()).or_default() += 1;
                    message
                });
                return Some(taken.collect());
            }
            if is_planned && batches.in_hand.is_empty() {
                return None;
            }
            drop(batches);
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Records which batches are done; `None` where the sender was killed. The others wait again.
    async fn put_back(&self, delivered: Vec<Message>, processed: Option<Vec<bool>>) {
        let mut batches = self.batches.lock().await;
        let mut processed = processed.unwrap_or_default().into_iter();
        for batch in delivered {
            let others = batches.in_hand.get_mut(&batch.body).map_or(0, |senders| {
                *senders -= 1;
                *senders
            });
            let is_done = processed.next() == Some(true);
            if others > 0 {
                if !is_done {
                    batches.hidden.push(batch);
                }
                continue;
            }
            batches.in_hand.remove(&batch.body);
            let of_the_batch = |message: &mut Message| message.body == batch.body;
            let shown: Vec<Message> = batches.hidden.extract_if(.., of_the_batch).collect();
            batches.waiting.extend(shown);
            if !is_done {
                // The queue hides a failed message for longer than a claim holds, so the claim of a sender
                // that failed or was killed has ended by the next delivery. No other sender starts with the
                // batch in the meantime, because `batches` is locked. If the last call of a killed sender
                // arrives later, the next delivery fails and comes here too.
                let zero = json!({"N": "0"});
                self.chaos.change_sending(&batch, "SET lease_until = :value", &zero);
                batches.waiting.push(batch);
            }
        }
    }

    /// The time until the next kill: one of two deliveries ends in a kill, as long as kills are left.
    fn kill(&self, kills: &AtomicU32, most: u32, within: u64) -> Option<Duration> {
        let is_due = kills.load(Ordering::SeqCst) < most && self.chaos.random(2) == 0;
        let within = Duration::from_millis(within);
        is_due.then(|| within.mul_f64(self.chaos.random.lock().unwrap().f64()))
    }

    /// For each message, `true` where the function processed the message; `None` where the time of the kill came
    /// first.
    async fn deliver(
        &self,
        function: &Function,
        queue: &str,
        messages: &[Message],
        kill: Option<Duration>,
    ) -> Option<Vec<bool>> {
        self.deliveries.fetch_add(1, Ordering::SeqCst);
        let processed = function.deliver_all(queue, messages, 1);
        match kill {
            Some(kill) => tokio::time::timeout(kill, processed).await.ok(),
            None => Some(processed.await),
        }
    }

    async fn start(&self, name: &str) -> Function {
        Function::start(&places::binary(name), &self.chaos.environment).await
    }
}
