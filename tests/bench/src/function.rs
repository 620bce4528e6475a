//! A function's release binary, run against the fake of the Lambda Runtime API.

use aws_fakes::{Event, Invoked, Message, RuntimeApi, Served};
use bytes::Bytes;
use serde_json::Value;
use std::{
    fs::File,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// How long a function may take until it asks for its first event.
const INIT_LIMIT: Duration = Duration::from_secs(30);
/// How long a function may take to answer an event. The function is told this deadline.
const INVOCATION_LIMIT: Duration = Duration::from_mins(15);

/// A running function. Its process ends when the value is dropped.
pub(crate) struct Function {
    name: String,
    child: Child,
    init: Duration,
    runtime: Served<RuntimeApi>,
}

impl Function {
    /// Starts a release binary as Lambda would, and waits until it asks for its first event. Its output
    /// goes to a file beside the report.
    pub(crate) async fn start(binary: &Path, environment: &[(&str, String)]) -> Self {
        let name = binary.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let runtime = Served::on_a_port(RuntimeApi::with_limit(INVOCATION_LIMIT)).await;

        let log = crate::places::results().join(format!("{name}.log"));
        let log = File::options().create(true).append(true).open(log).expect("a log file");
        let mut command = Command::new(binary);
        command
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", runtime.address().trim_start_matches("http://"))
            .envs(lambda_environment(&name))
            .envs(environment.iter().map(|(name, value)| (*name, value)))
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a second handle"))
            .stderr(log);
        let spawned = Instant::now();
        let child = command
            .spawn()
            .unwrap_or_else(|error| panic!("{} does not start: {error}", binary.display()));
        // Made before the wait, so that the process ends if the wait fails.
        let mut function = Self { name, child, init: Duration::ZERO, runtime };
        function.init = function.first_request().await - spawned;
        function
    }

    async fn first_request(&mut self) -> Instant {
        let (name, started) = (&self.name, Instant::now());
        loop {
            let requested = self.runtime.requested();
            if tokio::time::timeout(Duration::from_millis(250), requested).await.is_ok() {
                return self.runtime.first_request().expect("the function asked for an event");
            }
            if let Some(error) = self.runtime.init_error() {
                panic!("{name}: its INIT failed: {}", String::from_utf8_lossy(&error));
            }
            let ended = self.child.try_wait().expect("a child can be waited for");
            assert!(ended.is_none(), "{name} ended before its first event; see its log");
            assert!(started.elapsed() < INIT_LIMIT, "{name} never asked for an event");
        }
    }

    /// From the start of the process to its first request for an event.
    pub(crate) fn init(&self) -> Duration {
        self.init
    }

    /// Gives the function an event that must succeed, and waits for the answer.
    pub(crate) async fn invoke(&self, event: Bytes) -> Invoked {
        let answer = self.runtime.invoke(event).await;
        let answer = answer.unwrap_or_else(|| panic!("{} did not answer in time", self.name));
        assert!(!answer.is_error, "{}: {}", self.name, String::from_utf8_lossy(&answer.body));
        answer
    }

    /// Gives the function a message of a queue; `true` where the function processed the message.
    pub(crate) async fn deliver(&self, queue: &str, message: &Message, receive_count: u32) -> bool {
        self.deliver_all(queue, std::slice::from_ref(message), receive_count).await == [true]
    }

    /// Gives the function messages of a queue as one event; for each, `true` where the function processed
    /// the message.
    pub(crate) async fn deliver_all(
        &self,
        queue: &str,
        messages: &[Message],
        receive_count: u32,
    ) -> Vec<bool> {
        let Event { json, message_ids } = aws_fakes::event(queue, messages, receive_count);
        let answer = self.invoke(json.to_string().into()).await;
        let answer: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let failures = answer["batchItemFailures"].as_array().map_or(&[][..], Vec::as_slice);
        let has_failed = |id: &String| failures.iter().any(|one| one["itemIdentifier"] == **id);
        message_ids.iter().map(|id| !has_failed(id)).collect()
    }

    /// Kills the process, also in the middle of an event.
    pub(crate) fn kill(&mut self) {
        // Only ever the process started here. An error means that the process has ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }

    /// The most memory that the process has held at once, in MB (10⁶ bytes).
    pub(crate) fn peak_mb(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))
            .expect("the process runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
        let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse().expect("a number of kB");
        kilobytes * 1024.0 / 1e6
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        self.kill();
    }
}

fn lambda_environment(name: &str) -> [(&'static str, String); 17] {
    [
        ("AWS_LAMBDA_FUNCTION_NAME", name.to_owned()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256".to_owned()),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".to_owned()),
        ("AWS_LAMBDA_LOG_FORMAT", "JSON".to_owned()),
        ("AWS_LAMBDA_LOG_LEVEL", "INFO".to_owned()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{name}")),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "bench".to_owned()),
        ("AWS_EXECUTION_ENV", "AWS_Lambda_provided.al2023".to_owned()),
        ("AWS_REGION", "eu-west-3".to_owned()),
        ("AWS_DEFAULT_REGION", "eu-west-3".to_owned()),
        ("AWS_ACCESS_KEY_ID", "bench".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "bench".to_owned()),
        ("AWS_SESSION_TOKEN", "bench".to_owned()),
        ("_HANDLER", "bootstrap".to_owned()),
        ("TZ", ":UTC".to_owned()),
        ("PATH", "/usr/local/bin:/usr/bin:/bin".to_owned()),
    ]
}
