//! The services that the functions call, on this machine.

use crate::{providers::Providers, proxies::CountingProxy};
use aws_fakes::{DynamoDb, S3, SecretsManager, Served, Sqs};
use std::collections::HashMap;

/// The name of the table, whatever the stack.
pub(crate) const TABLE: &str = "bench";
pub(crate) const UPLOADS_BUCKET: &str = "uploads";
pub(crate) const REPORTS_BUCKET: &str = "reports";
pub(crate) const CAMPAIGNS_QUEUE: &str = "bench-campaigns";
pub(crate) const SENDS_QUEUE: &str = "bench-sends";
pub(crate) const OUTCOMES_QUEUE: &str = "bench-outcomes";
pub(crate) const COUPONS_QUEUE: &str = "bench-coupons";
pub(crate) const RETENTION_QUEUE: &str = "bench-retention";
pub(crate) const OPERATOR_KEY: &str = "operator-key-of-the-bench-and-of-nothing-else";

const OPERATOR_SECRET: &str = "arn:aws:secretsmanager:eu-west-3:000000000000:secret:operator";
const VAULT_SECRET: &str = "arn:aws:secretsmanager:eu-west-3:000000000000:secret:vault";
/// The secret that wraps every merchant's key.
pub(crate) const VAULT_KEY: &str =
    "vault-key-of-the-bench-that-seals-only-numbers-of-nobody-whatsoever";
const PROVIDERS_PREFIX: &str = "bench/providers/";
const CALLBACKS_PREFIX: &str = "bench/callbacks/";
/// The account at the provider that every merchant here uses, and the secret of its callbacks.
pub(crate) const ACCOUNT: &str = "main";
pub(crate) const CALLBACK_SECRET: &str = "callback-secret-of-the-bench";

/// DynamoDB on a port.
pub(crate) type Dynamo = Served<DynamoDb>;

/// An engine with the empty table.
pub(crate) async fn empty_table() -> Dynamo {
    Served::on_a_port(DynamoDb::with_table(TABLE)).await
}

/// An engine with the content of a file that [`DynamoDb::save`] wrote.
pub(crate) async fn restored_table(file: &std::path::Path) -> Dynamo {
    Served::on_a_port(DynamoDb::restored(file)).await
}

/// An empty deployment. Its servers end when the value is dropped.
pub(crate) struct Stack {
    pub(crate) dynamo: Dynamo,
    pub(crate) counting: Served<CountingProxy>,
    pub(crate) s3: Served<S3>,
    pub(crate) sqs: Served<Sqs>,
    pub(crate) providers: Providers,
    secrets: Served<SecretsManager>,
}

/// How a function reaches DynamoDB.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Path {
    /// Through the proxy that counts.
    Counted,
    /// Without a proxy, for a measure of time.
    Direct,
}

impl Stack {
    pub(crate) async fn start() -> Self {
        Self::on(empty_table().await).await
    }

    /// A deployment with this table.
    pub(crate) async fn on(dynamo: Dynamo) -> Self {
        let counting = CountingProxy::start(dynamo.address()).await;
        let secrets = HashMap::from([
            (OPERATOR_SECRET.to_owned(), OPERATOR_KEY.to_owned()),
            (VAULT_SECRET.to_owned(), format!(r#"{{"current": "1", "1": "{VAULT_KEY}"}}"#)),
            (format!("{PROVIDERS_PREFIX}{ACCOUNT}"), r#"{"api_key": "bench"}"#.to_owned()),
            (
                format!("{CALLBACKS_PREFIX}{ACCOUNT}"),
                format!(r#"{{"callback_secret": "{CALLBACK_SECRET}"}}"#),
            ),
        ]);
        Self {
            dynamo,
            counting,
            s3: Served::start().await,
            sqs: Served::start().await,
            providers: Providers::start().await,
            secrets: Served::on_a_port(SecretsManager::of(secrets)).await,
        }
    }

    /// The variables of all functions. A function ignores the variables of the others.
    pub(crate) fn environment(&self, path: Path) -> Vec<(&'static str, String)> {
        let dynamo = match path {
            Path::Counted => self.counting.address(),
            Path::Direct => self.dynamo.address(),
        };
        let queue = |name: &str| format!("{}/000000000000/{name}", self.sqs.address());
        vec![
            ("AWS_ENDPOINT_URL_DYNAMODB", dynamo.to_owned()),
            ("AWS_ENDPOINT_URL_S3", self.s3.address().to_owned()),
            ("AWS_ENDPOINT_URL_SQS", self.sqs.address().to_owned()),
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", self.secrets.address().to_owned()),
            ("STAGE", "bench".to_owned()),
            ("TABLE", TABLE.to_owned()),
            ("VAULT_SECRET_ARN", VAULT_SECRET.to_owned()),
            ("OPERATOR_SECRET_ARN", OPERATOR_SECRET.to_owned()),
            ("UPLOADS_BUCKET", UPLOADS_BUCKET.to_owned()),
            ("REPORTS_BUCKET", REPORTS_BUCKET.to_owned()),
            ("RANGES_QUEUE_URL", queue("bench-ranges")),
            ("CAMPAIGNS_QUEUE_URL", queue(CAMPAIGNS_QUEUE)),
            ("SENDS_QUEUE_URL", queue(SENDS_QUEUE)),
            ("OUTCOMES_QUEUE_URL", queue(OUTCOMES_QUEUE)),
            ("COUPONS_QUEUE_URL", queue(COUPONS_QUEUE)),
            ("RETENTION_QUEUE_URL", queue(RETENTION_QUEUE)),
            ("WEBHOOKS_QUEUE_URL", queue("bench-webhooks")),
            ("CHANGES_DEAD_LETTERS_URL", queue("bench-changes")),
            ("NOTICES_QUEUE_URL", queue("bench-notices")),
            ("ORIGIN", "https://carte.example.com".to_owned()),
            ("CODES_OF_DAY", "500".to_owned()),
            ("ARCHIVES_BUCKET", "archives".to_owned()),
            ("PROVIDERS_SECRET_PREFIX", PROVIDERS_PREFIX.to_owned()),
            ("CALLBACKS_SECRET_PREFIX", CALLBACKS_PREFIX.to_owned()),
            ("BREVO_URL", format!("{}/brevo", self.providers.address())),
            ("SINCH_URL", format!("{}/sinch", self.providers.address())),
            ("ALLOWED_RECIPIENTS", "*@example.com".to_owned()),
            ("PUBLIC_URL", "https://bench.example.com".to_owned()),
            ("MAX_UPLOAD_BYTES", "1073741824".to_owned()),
            ("MAX_EXPANDED_BYTES", "4294967296".to_owned()),
            ("RANGE_BYTES", "1048576".to_owned()),
        ]
    }
}
