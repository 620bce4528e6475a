//! A merchant's file, from its arrival in S3 to the last of its ranges: its units, its speed beside a bare
//! loop of the same transactions, and its memory.

use crate::{
    figures::{Bound, Figures, median},
    function::Function,
    places,
    proxies::recording,
    stack::{Path, REPORTS_BUCKET, Stack, TABLE, UPLOADS_BUCKET},
    till_client::{ESTABLISHMENT, Till},
};
use aws_fakes::Message;
use bytes::Bytes;
use serde_json::{Value, json};
use std::{
    path::PathBuf,
    process::Command,
    time::{Duration, Instant},
};

/// Purchases in the CDNOW file.
const PURCHASES: f64 = 69_659.0;
/// The file and the bare loop take turns so many times; the medians are compared.
const ROUNDS: usize = 3;
/// Transactions that run at once in the bare loop, as many as in `ingest`.
const AT_ONCE: u32 = 16;
/// Deliveries of a message until it is dead, as in the template's queue.
const DELIVERIES: u32 = 5;

pub(crate) async fn measure(figures: &mut Figures) {
    let files = Files::ready();

    let (transactions, replay) = count_own_order(figures, &files).await;
    count_by_date(figures, &files).await;
    figures.add(
        "ingest.replay.write_units_per_purchase",
        replay,
        "write units",
        Bound::AtMost(0.0),
    );
    time(figures, &files, &transactions).await;
}

/// The file in its own order: counts the units of a purchase, and records the transactions of `ingest`. The
/// same file again: counts the write units of a purchase.
async fn count_own_order(figures: &mut Figures, files: &Files) -> (PathBuf, f64) {
    let deployment = Deployment::start(Path::Counted).await;
    let counting = &deployment.stack.counting;
    counting.take();
    counting.recording().begin();
    deployment.ingest("cdnow.csv", files.read("cdnow.csv")).await;
    let writes = counting.recording().end();
    let tally = counting.take();
    deployment.expect_purchases(PURCHASES);
    tally.print("in its own order");
    let (write, read) = (tally.total().write / PURCHASES, tally.total().read / PURCHASES);
    figures.add("ingest.write_units_per_purchase", write, "write units", Bound::AtMost(5.5));
    figures.add("ingest.read_units_per_purchase", read, "read units", Bound::None);

    deployment.ingest("cdnow-again.csv", files.read("cdnow.csv")).await;
    let tally = counting.take();
    deployment.expect_purchases(PURCHASES);
    tally.print("the same file again");
    let but_the_report = tally.total_of(|shape| !shape.contains("UPLOAD")).write;

    let file = places::results().join("transactions.jsonl");
    recording::write(&writes, &file);
    (file, but_the_report / PURCHASES)
}

async fn count_by_date(figures: &mut Figures, files: &Files) {
    let deployment = Deployment::start(Path::Counted).await;
    deployment.stack.counting.take();
    deployment.ingest("cdnow-by-date.csv", files.read("cdnow-by-date.csv")).await;
    let tally = deployment.stack.counting.take();
    deployment.expect_purchases(PURCHASES);
    tally.print("by date");
    let units = tally.total().write / PURCHASES;
    let name = "ingest.by_date.write_units_per_purchase";
    figures.add(name, units, "write units", Bound::AtMost(6.8));
}

async fn time(figures: &mut Figures, files: &Files, transactions: &std::path::Path) {
    let (mut speeds, mut bare_speeds, mut peaks) = (Vec::new(), Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        let deployment = Deployment::start(Path::Direct).await;
        let took = deployment.ingest("cdnow.csv", files.read("cdnow.csv")).await;
        speeds.push(PURCHASES / took.as_secs_f64());
        peaks.push(deployment.function.peak_mb());
        drop(deployment);

        let bare = bare_loop(transactions).await;
        let seconds = bare["seconds"].as_f64().expect("the bare loop says how long it took");
        bare_speeds.push(PURCHASES / seconds);
        let took = took.as_secs_f64();
        eprintln!("ingest, round {round}: {took:.1} s; bare loop: {seconds:.1} s");
    }
    let (speed, bare_speed) = (median(&speeds), median(&bare_speeds));
    let unit = "purchases/s";
    figures.add_beside("ingest.purchases_per_second", speed, unit, bare_speed, Bound::None);
    let ratio = speed / bare_speed;
    figures.add_beside("ingest.ratio_to_bare_loop", ratio, "ratio", 1.0, Bound::AtLeast(0.8));

    let peak = median(&peaks);
    figures.add("ingest.peak_mb", peak, "MB", Bound::AtMost(96.0));
    let deployment = Deployment::start(Path::Direct).await;
    let took = deployment.ingest("cdnow-ten.csv", files.read("cdnow-ten.csv")).await;
    deployment.expect_purchases(10.0 * PURCHASES);
    eprintln!("ten times the file: {:.1} s", took.as_secs_f64());
    let ten = deployment.function.peak_mb();
    figures.add_beside("ingest.peak_mb_ten_times", ten, "MB", peak, Bound::AtMost(1.1 * peak));
}

/// The same transactions on another empty table.
async fn bare_loop(transactions: &std::path::Path) -> Value {
    let stack = Stack::start().await;
    let arguments = [transactions.display().to_string(), AT_ONCE.to_string()];
    places::run("bare-ingest-loop", &arguments, &stack.environment(Path::Direct)).await
}

/// The settings of the allocator that the template gives this function.
const ALLOCATOR: [(&str, &str); 2] =
    [("MALLOC_MMAP_THRESHOLD_", "131072"), ("MALLOC_ARENA_MAX", "1")];

/// An empty deployment with one merchant, ready for its first file.
pub(super) struct Deployment {
    pub(super) stack: Stack,
    pub(super) function: Function,
    pub(super) merchant: String,
}

impl Deployment {
    pub(super) async fn start(path: Path) -> Self {
        let stack = Stack::start().await;
        let api = places::binary("api");
        let api = Function::start(&api, &stack.environment(Path::Direct)).await;
        let merchant = Till::open(&api).await.merchant;
        let ingest = places::binary("ingest");
        let mut environment = stack.environment(path);
        environment.extend(ALLOCATOR.map(|(name, value)| (name, value.to_owned())));
        let function = Function::start(&ingest, &environment).await;
        Self { stack, function, merchant }
    }

    /// Puts the file into S3 and delivers every message until none is left.
    pub(super) async fn ingest(&self, name: &str, content: Bytes) -> Duration {
        let key = format!("{}/{ESTABLISHMENT}/{name}", self.merchant);
        let size = content.len();
        let tag = self.stack.s3.put(UPLOADS_BUCKET, &key, content);
        let body = notification(&key, size, &tag).to_string();

        let started = Instant::now();
        self.deliver("bench-uploads", &Message::of(body)).await;
        while let Some(message) = self.stack.sqs.receive("bench-ranges") {
            self.deliver("bench-ranges", &message).await;
        }
        started.elapsed()
    }

    async fn deliver(&self, queue: &str, message: &Message) {
        for receive_count in 1..=DELIVERIES {
            if self.function.deliver(queue, message, receive_count).await {
                return;
            }
        }
        panic!("a message failed {DELIVERIES} times; see the log: {}", message.body);
    }

    /// Checks that the reports of all files count so many new purchases; prints the reports where they do not.
    fn expect_purchases(&self, expected: f64) {
        let request = json!({
            "TableName": TABLE,
            "KeyConditionExpression": "pk = :uploads",
            "ExpressionAttributeValues": {":uploads": {"S": format!("M#{}#UPLOAD", self.merchant)}},
        });
        let page = self.stack.dynamo.call("Query", &request);
        let accepted = |upload: &Value| -> f64 {
            let count = upload["report"]["M"]["rows"]["M"]["accepted"]["N"].as_str();
            count.and_then(|count| count.parse().ok()).unwrap_or_default()
        };
        let found: f64 = page["Items"].as_array().into_iter().flatten().map(accepted).sum();
        if (found - expected).abs() > 0.5 {
            eprintln!("warning: {found} purchases were accepted, and not {expected}");
            for (key, content) in self.stack.s3.objects(REPORTS_BUCKET) {
                let start =
                    String::from_utf8_lossy(&content[..content.len().min(600)]).into_owned();
                eprintln!("{key}: {start}");
            }
        }
    }
}

/// The event of S3 for a new object.
fn notification(key: &str, size: usize, tag: &str) -> Value {
    json!({"Records": [{
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": "eu-west-3",
        "eventTime": "2026-01-01T00:00:00.000Z",
        "eventName": "ObjectCreated:Put",
        "userIdentity": {"principalId": "bench"},
        "requestParameters": {"sourceIPAddress": "192.0.2.1"},
        "responseElements": {"x-amz-request-id": "bench", "x-amz-id-2": "bench"},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "bench",
            "bucket": {
                "name": UPLOADS_BUCKET,
                "ownerIdentity": {"principalId": "bench"},
                "arn": format!("arn:aws:s3:::{UPLOADS_BUCKET}"),
            },
            "object": {"key": key, "size": size, "eTag": tag, "sequencer": "0"},
        },
    }]})
}

/// The merchant's files. A script makes them where they are missing.
struct Files(PathBuf);

impl Files {
    fn ready() -> Self {
        let folder = places::results();
        if !folder.join("cdnow-ten.csv").exists() {
            let script = places::sources().join("cdnow.py");
            let made = Command::new("python3").arg(script).arg(&folder).status();
            assert!(made.expect("python3 runs").success(), "the CDNOW files were not made");
        }
        Self(folder)
    }

    fn read(&self, name: &str) -> Bytes {
        std::fs::read(self.0.join(name)).expect("the script made it").into()
    }
}
