//! Everything a function calls, on this machine.

use crate::{
    counting::CountingProxy,
    dynamo::{Dynamo, TABLE},
    fakes::{s3::S3, secrets::Secrets, sqs::Sqs},
};
use std::collections::HashMap;

pub(crate) const UPLOADS_BUCKET: &str = "uploads";
pub(crate) const REPORTS_BUCKET: &str = "reports";
pub(crate) const OPERATOR_KEY: &str = "operator-key-of-the-bench-and-of-nothing-else";

const OPERATOR_SECRET: &str = "arn:aws:secretsmanager:eu-west-3:000000000000:secret:operator";
const VAULT_SECRET: &str = "arn:aws:secretsmanager:eu-west-3:000000000000:secret:vault";
const VAULT_KEY: &str = "vault-key-of-the-bench-that-seals-only-numbers-of-nobody-whatsoever";

/// An empty deployment. It ends when dropped.
pub(crate) struct Stack {
    pub(crate) dynamo: Dynamo,
    pub(crate) counting: CountingProxy,
    pub(crate) s3: S3,
    pub(crate) sqs: Sqs,
    secrets: Secrets,
}

/// How a function reaches DynamoDB.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Path {
    /// Through the proxy that counts.
    Counted,
    /// Straight, for what is timed.
    Direct,
}

impl Stack {
    pub(crate) async fn start() -> Self {
        let dynamo = Dynamo::start().await;
        let counting = CountingProxy::start(dynamo.address()).await;
        let secrets = HashMap::from([
            (OPERATOR_SECRET.to_owned(), OPERATOR_KEY.to_owned()),
            (VAULT_SECRET.to_owned(), VAULT_KEY.to_owned()),
        ]);
        Self {
            dynamo,
            counting,
            s3: S3::start().await,
            sqs: Sqs::start().await,
            secrets: Secrets::start(secrets).await,
        }
    }

    /// The variables of every function; what one does not know it does not read.
    pub(crate) fn environment(&self, path: Path) -> Vec<(&'static str, String)> {
        let dynamo = match path {
            Path::Counted => self.counting.address(),
            Path::Direct => self.dynamo.address(),
        };
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
            ("RANGES_QUEUE_URL", format!("{}/000000000000/bench-ranges", self.sqs.address())),
            ("MAX_UPLOAD_BYTES", "1073741824".to_owned()),
            ("MAX_EXPANDED_BYTES", "4294967296".to_owned()),
            ("RANGE_BYTES", "1048576".to_owned()),
        ]
    }
}
