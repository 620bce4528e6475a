//! The clients of AWS, made once in INIT, each call with a time limit.

use crate::{StartError, settings};
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region, SharedCredentialsProvider};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_types::SdkConfig;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};
use futures::future::BoxFuture;
use std::time::Duration;
use store::{MasterKey, Store};

/// The configuration that all clients of a function share: one pool of connections, and the region and
/// the credentials that Lambda puts into the environment. It looks for neither anywhere else, so that
/// nothing that could is part of the binary. An operation may take 5 seconds with its retries, an attempt
/// 2, a connection 1.
///
/// # Errors
/// [`StartError::Setting`].
pub fn config() -> Result<SdkConfig, StartError> {
    let credentials = Credentials::new(
        settings::text("AWS_ACCESS_KEY_ID")?,
        settings::text("AWS_SECRET_ACCESS_KEY")?,
        settings::text("AWS_SESSION_TOKEN").ok(),
        None,
        "environment",
    );
    let limits = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(Duration::from_secs(2))
        .operation_timeout(Duration::from_secs(5))
        .build();
    let https = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    Ok(SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(settings::text("AWS_REGION")?))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(https)
        .timeout_config(limits)
        .retry_config(RetryConfig::standard().with_max_attempts(3))
        .service_config(Environment)
        .build())
}

/// Where a service is, if not at AWS: `AWS_ENDPOINT_URL_<SERVICE>`, or `AWS_ENDPOINT_URL` for all of them.
#[must_use]
pub fn endpoint(service: &str) -> Option<String> {
    Environment::read("AWS_ENDPOINT_URL", service)
}

/// What the environment says of a service, or of all of them.
#[derive(Debug)]
struct Environment;

impl Environment {
    fn read(name: &str, service: &str) -> Option<String> {
        let own = format!("{name}_{}", service.replace(' ', "_").to_uppercase());
        [own.as_str(), name].iter().find_map(|name| std::env::var(name).ok())
    }
}

impl LoadServiceConfig for Environment {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        Self::read(key.env(), key.service_id())
    }
}

/// The store, its connection open and its master key read: 2 round trips, at once.
///
/// # Errors
/// [`StartError`], one reason a variant.
pub async fn store(config: &SdkConfig) -> Result<Store, StartError> {
    let table = settings::text("TABLE")?;
    let vault_secret = settings::text("VAULT_SECRET_ARN")?;
    let dynamodb = aws_sdk_dynamodb::Client::new(config);
    let secrets = aws_sdk_secretsmanager::Client::new(config);
    let (warmed, secret) =
        futures::join!(store::warm(&dynamodb, &table), secret(&secrets, &vault_secret));
    warmed?;
    Ok(Store::new(dynamodb, &table, MasterKey::derive(&secret?)))
}

/// S3 moves megabytes where DynamoDB moves kilobytes: its calls may take longer, 45 seconds with
/// their retries and 15 an attempt. Buckets behind an endpoint of one's own have no host of their own.
#[cfg(feature = "s3")]
#[must_use]
pub fn s3(config: &SdkConfig) -> aws_sdk_s3::Client {
    let limits = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(Duration::from_secs(15))
        .operation_timeout(Duration::from_secs(45))
        .build();
    let config = aws_sdk_s3::config::Builder::from(config)
        .timeout_config(limits)
        .force_path_style(endpoint("S3").is_some())
        .build();
    aws_sdk_s3::Client::from_conf(config)
}

/// The current value of a secret: 1 round trip.
///
/// # Errors
/// [`StartError::Secret`].
pub async fn secret(
    secrets: &aws_sdk_secretsmanager::Client,
    arn: &str,
) -> Result<String, StartError> {
    let answer = secrets
        .get_secret_value()
        .secret_id(arn)
        .send()
        .await
        .map_err(|error| StartError::Secret(Box::new(error)))?;
    answer.secret_string.ok_or(StartError::Secret("the secret is no text".into()))
}

/// Reads a secret by the end of its name.
pub type ReadSecret =
    Box<dyn Fn(&str) -> BoxFuture<'static, Result<String, StartError>> + Send + Sync>;

/// Reads the secrets whose names begin with `prefix`: 1 round trip each.
#[must_use]
pub fn secrets_under(config: &SdkConfig, prefix: String) -> ReadSecret {
    let client = aws_sdk_secretsmanager::Client::new(config);
    Box::new(move |end| {
        let (client, name) = (client.clone(), format!("{prefix}{end}"));
        Box::pin(async move { secret(&client, &name).await })
    })
}
