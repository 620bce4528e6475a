//! The AWS clients. A function makes them once, in INIT; every call has a time limit.

use crate::error::StartError;
use crate::settings;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use futures::future::BoxFuture;
use std::time::Duration;
use store::{ErrorChain, MasterKeys, Store};

/// The configuration that all clients of a function share: region, credentials and endpoints as `aws-config`
/// finds them (Lambda sets all of them in the environment, so no call is made), and one pool of HTTPS
/// connections.
pub async fn config() -> SdkConfig {
    let https = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    aws_config::defaults(BehaviorVersion::latest())
        .http_client(https)
        .timeout_config(time_limits())
        .retry_config(retries())
        .load()
        .await
}

/// The time limits of every client but that of S3: an operation may take 5 seconds with its retries, an attempt 2,
/// a connection 1.
#[must_use]
pub fn time_limits() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(Duration::from_secs(2))
        .operation_timeout(Duration::from_secs(5))
        .build()
}

/// The retries of every client: at most 3 attempts an operation.
#[must_use]
pub fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(3)
}

/// The endpoint that the environment names for a service, by `AWS_ENDPOINT_URL_<SERVICE>` or, for all
/// services, `AWS_ENDPOINT_URL`. On AWS there is none.
#[must_use]
pub fn endpoint(service: &str) -> Option<String> {
    let own = format!("AWS_ENDPOINT_URL_{service}");
    [own.as_str(), "AWS_ENDPOINT_URL"].iter().find_map(|name| std::env::var(name).ok())
}

/// The store, with an open connection and the master keys: 2 round trips at the same time.
pub async fn store(config: &SdkConfig) -> Result<Store, StartError> {
    let table = settings::text("TABLE")?;
    let vault_secret = settings::text("VAULT_SECRET_ARN")?;
    let dynamodb = aws_sdk_dynamodb::Client::new(config);
    let secrets = aws_sdk_secretsmanager::Client::new(config);
    warmed_store(dynamodb, &table, &secrets, &vault_secret).await
}

/// Starts without the connection too: a message or a provider's event does not need the table to be kept.
async fn warmed_store(
    dynamodb: aws_sdk_dynamodb::Client,
    table: &str,
    secrets: &aws_sdk_secretsmanager::Client,
    vault_secret: &str,
) -> Result<Store, StartError> {
    let (warmed, secret) =
        futures::join!(store::warm(&dynamodb, table), secret(secrets, vault_secret));
    if let Err(error) = warmed {
        tracing::warn!(error = %ErrorChain(&error), "the table does not answer");
    }
    let master_keys =
        MasterKeys::read(&secret?).map_err(|error| StartError::Secret(Box::new(error)))?;
    Ok(Store::new(dynamodb, table, master_keys))
}

/// The client of S3. S3 moves megabytes where DynamoDB moves kilobytes, so an operation may take 45 seconds
/// with its retries, and an attempt 15. Behind an endpoint of the environment a bucket has no host of its
/// own: the bucket's name is in the path.
#[cfg(feature = "s3")]
#[must_use]
pub fn s3(config: &SdkConfig) -> aws_sdk_s3::Client {
    aws_sdk_s3::Client::from_conf(s3_config(config).build())
}

/// The configuration of the client of S3.
#[cfg(feature = "s3")]
#[must_use]
pub fn s3_config(config: &SdkConfig) -> aws_sdk_s3::config::Builder {
    let limits = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(Duration::from_secs(15))
        .operation_timeout(Duration::from_secs(45))
        .build();
    aws_sdk_s3::config::Builder::from(config)
        .timeout_config(limits)
        .force_path_style(endpoint("S3").is_some())
}

/// The current value of a secret: 1 round trip.
pub async fn secret(
    secrets: &aws_sdk_secretsmanager::Client,
    arn: &str,
) -> Result<String, StartError> {
    let value = secret_if_any(secrets, arn).await?;
    value.ok_or(StartError::Secret("there is no such secret".into()))
}

/// As [`secret`]; `None` for a secret that does not exist, or that is scheduled for deletion.
async fn secret_if_any(
    secrets: &aws_sdk_secretsmanager::Client,
    id: &str,
) -> Result<Option<String>, StartError> {
    match secrets.get_secret_value().secret_id(id).send().await {
        Ok(answer) => match answer.secret_string {
            Some(value) => Ok(Some(value)),
            None => Err(StartError::Secret("the secret is no text".into())),
        },
        Err(error) => match error.as_service_error() {
            Some(absent)
                if absent.is_resource_not_found_exception()
                    || absent.is_invalid_request_exception() =>
            {
                Ok(None)
            }
            _ => Err(StartError::Secret(Box::new(error))),
        },
    }
}

/// Reads a secret by the last part of its name; `None` for a secret that does not exist.
pub type ReadSecret =
    Box<dyn Fn(&str) -> BoxFuture<'static, Result<Option<String>, StartError>> + Send + Sync>;

/// Reads the secrets whose names begin with `prefix`: 1 round trip each.
#[must_use]
pub fn secrets_under(client: aws_sdk_secretsmanager::Client, prefix: String) -> ReadSecret {
    Box::new(move |end| {
        let (client, name) = (client.clone(), format!("{prefix}{end}"));
        Box::pin(async move { secret_if_any(&client, &name).await })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_fakes::{SecretsManager, Served};
    use aws_sdk_secretsmanager::config::{Config, Credentials, Region};

    #[tokio::test]
    async fn a_function_starts_while_the_table_does_not_answer() {
        let vault = ("vault".to_owned(), r#"{"current": "1", "1": "a master key"}"#.to_owned());
        let service = Served::on_a_port(SecretsManager::of([vault].into())).await;
        let secrets = aws_sdk_secretsmanager::Client::from_conf(
            Config::builder()
                .behavior_version(BehaviorVersion::latest())
                .region(Region::new("eu-west-3"))
                .credentials_provider(Credentials::new("test", "test", None, None, "test"))
                .http_client(Builder::new().build_http())
                .endpoint_url(service.address())
                .build(),
        );
        let closed =
            aws_fakes::client_of("http://127.0.0.1:1").retry_config(RetryConfig::disabled());
        let dynamodb = aws_sdk_dynamodb::Client::from_conf(closed.build());

        let keys = ["vault", "another"].map(|name| {
            let (dynamodb, secrets) = (dynamodb.clone(), secrets.clone());
            async move { warmed_store(dynamodb, "zerosix", &secrets, name).await.is_ok() }
        });
        assert_eq!(futures::future::join_all(keys).await, [true, false]);
    }
}
