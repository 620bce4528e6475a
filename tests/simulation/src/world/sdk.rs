//! The AWS clients of an instance: the real ones, with the limits of production, on the simulated network and clock.

use super::call::Call;
use super::clock;
use super::{TABLE, VAULT_SECRET, World, queues};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::config::retry::RetryPartition;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::TimeSource;
use aws_smithy_runtime::client::retries::TokenBucket;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::Response;
use aws_smithy_types::body::SdkBody;
use aws_types::SdkConfig;
use aws_types::region::Region;
use http_body_util::BodyExt as _;
use platform::queue::{QueueClient, QueueMessage};
use std::sync::{Arc, Weak};
use std::time::SystemTime;
use store::{MasterKeys, Store};

/// The SDK's view of the clock.
#[derive(Debug)]
struct SimulatedTime;

impl TimeSource for SimulatedTime {
    fn now(&self) -> SystemTime {
        clock::now().try_into().unwrap_or(SystemTime::UNIX_EPOCH)
    }
}

/// The connection of the clients to the simulated network.
#[derive(Clone)]
struct Connector(Weak<World>);

impl std::fmt::Debug for Connector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Connector")
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let world = self.0.clone();
        HttpConnectorFuture::new(async move {
            let user = |error: &'static str| ConnectorError::user(error.into());
            let world = world.upgrade().ok_or_else(|| user("the run has ended"))?;
            let request = request.try_into_http1x().map_err(|_| user("no request"))?;
            let (head, body) = request.into_parts();
            let body = body.collect().await.map_err(|_| user("no body"))?.to_bytes();
            let call = Call::of_aws(http::Request::from_parts(head, body));
            let answer = world.carry(call).await;
            let answer = answer.map_err(|lost| ConnectorError::io(lost.into()))?;
            Response::try_from(answer.map(SdkBody::from)).map_err(|_| user("no answer"))
        })
    }
}

/// The configuration of the clients of one instance.
#[derive(Clone)]
pub(crate) struct Clients {
    pub(crate) config: SdkConfig,
    /// Each instance has its own budget of retries, as each process has.
    retries: RetryPartition,
}

impl Clients {
    /// The clients of a new instance.
    pub(crate) fn new(world: &Arc<World>) -> Self {
        let connector = SharedHttpConnector::new(Connector(Arc::downgrade(world)));
        let credentials = Credentials::new("AKIDEXAMPLE", "a secret", None, None, "simulation");
        let config = SdkConfig::builder()
            .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::latest())
            .region(Region::new("eu-west-3"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(http_client_fn(move |_, _| connector.clone()))
            .sleep_impl(TokioSleep::new())
            .time_source(SimulatedTime)
            .timeout_config(platform::clients::time_limits())
            .retry_config(platform::clients::retries())
            .build();
        let retries = RetryPartition::custom("instance").token_bucket(TokenBucket::default());
        Self { config, retries: retries.build() }
    }

    pub(crate) fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        let config = aws_sdk_dynamodb::config::Builder::from(&self.config);
        aws_sdk_dynamodb::Client::from_conf(config.retry_partition(self.retries.clone()).build())
    }

    pub(crate) fn sqs(&self) -> aws_sdk_sqs::Client {
        let config = aws_sdk_sqs::config::Builder::from(&self.config);
        aws_sdk_sqs::Client::from_conf(config.retry_partition(self.retries.clone()).build())
    }

    pub(crate) fn s3(&self) -> aws_sdk_s3::Client {
        let config = platform::clients::s3_config(&self.config);
        aws_sdk_s3::Client::from_conf(config.retry_partition(self.retries.clone()).build())
    }

    pub(crate) fn secrets(&self) -> aws_sdk_secretsmanager::Client {
        let config = aws_sdk_secretsmanager::config::Builder::from(&self.config);
        let config = config.retry_partition(self.retries.clone()).build();
        aws_sdk_secretsmanager::Client::from_conf(config)
    }

    /// The client of a queue.
    pub(crate) fn queue<M: QueueMessage>(&self, name: &str) -> QueueClient<M> {
        let clients = self.clone();
        QueueClient::new(move || clients.sqs(), queues::url(name))
    }

    /// The table, as one instance uses it.
    pub(crate) fn store(&self, world: &World) -> Store {
        let master_keys = MasterKeys::read(VAULT_SECRET).expect("the vault's secret");
        Store::new(self.dynamodb(), TABLE, master_keys).with_random(world.bytes())
    }
}
