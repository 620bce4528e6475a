//! A call of a function to AWS, a provider or a merchant's endpoint.

use bytes::Bytes;
use http::Request;

/// A service that functions call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// DynamoDB.
    DynamoDb,
    /// S3.
    S3,
    /// Secrets Manager.
    Secrets,
    /// SQS.
    Sqs,
    /// A provider of messages.
    Provider,
    /// A merchant's endpoint of webhooks.
    Endpoint,
}

impl Service {
    const fn name(self) -> &'static str {
        match self {
            Self::DynamoDb => "dynamodb",
            Self::S3 => "s3",
            Self::Secrets => "secrets",
            Self::Sqs => "sqs",
            Self::Provider => "provider",
            Self::Endpoint => "endpoint",
        }
    }
}

/// A call: the service, the operation and the request.
pub struct Call {
    /// The service.
    pub service: Service,
    /// The operation, such as `TransactWriteItems`; the method and the path where a service has no names.
    pub operation: String,
    /// The request.
    pub request: Request<Bytes>,
}

impl Call {
    /// Reads a request of an AWS client. The host names the service.
    pub(crate) fn of_aws(request: Request<Bytes>) -> Self {
        let host = request.uri().host().unwrap_or_default();
        let service = match host.split('.').next() {
            Some("dynamodb") => Service::DynamoDb,
            Some("sqs") => Service::Sqs,
            Some("secretsmanager") => Service::Secrets,
            _ => Service::S3,
        };
        let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
        let operation = match target.and_then(|target| target.rsplit('.').next()) {
            Some(operation) => operation.to_owned(),
            None => format!("{} {}", request.method(), request.uri().path()),
        };
        Self { service, operation, request }
    }

    /// The kind of the call: the same faults can hit two calls of one kind.
    pub(crate) fn kind(&self) -> &str {
        match self.service {
            Service::DynamoDb | Service::Sqs if self.has_several_entries() => "batch",
            Service::DynamoDb | Service::Sqs => &self.operation,
            Service::S3 | Service::Secrets | Service::Provider | Service::Endpoint => {
                self.service.name()
            }
        }
    }

    /// Whether the call may change something.
    #[must_use]
    pub fn is_write(&self) -> bool {
        match self.service {
            Service::DynamoDb => !matches!(
                self.operation.as_str(),
                "GetItem" | "Query" | "BatchGetItem" | "TransactGetItems" | "Scan"
            ),
            Service::S3 => *self.request.method() != http::Method::GET,
            Service::Secrets => false,
            Service::Sqs | Service::Provider | Service::Endpoint => true,
        }
    }
}

impl std::fmt::Display for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.service.name(), self.operation)
    }
}
