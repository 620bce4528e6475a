//! Presigned requests to S3: a POST for one file, and a GET for its refused rows.
//!
//! They are signed with the function's own credentials (AWS Signature Version 4), because merchants have
//! none. The SDK has no presigned POST, and its S3 client is too large to link for a GET alone.

use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sigv4::http_request::{
    PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4::{self, calculate_signature, generate_signing_key};
use aws_smithy_runtime_api::client::identity::Identity;
use aws_types::SdkConfig;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::Instant;
use http_edge::Problem;
use jiff::SignedDuration;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use platform::{StartError, clients, settings};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

/// How long a presigned request is valid.
pub(crate) const OPEN_FOR: SignedDuration = SignedDuration::from_mins(15);

/// The characters that are not percent-encoded in the path of an address.
const PATH: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// The buckets, and the credentials that sign requests to them.
pub struct UploadPresigner {
    /// The credentials of the function.
    pub credentials: SharedCredentialsProvider,
    /// The region of the buckets.
    pub region: String,
    /// The address of an S3 other than AWS's.
    pub endpoint: Option<String>,
    /// The bucket that files are sent to.
    pub uploads_bucket: String,
    /// The bucket with the files of refused rows.
    pub reports_bucket: String,
    /// The most bytes that a file may have.
    pub max_bytes: u64,
}

/// A form that S3 accepts: the fields, then the file.
pub(crate) struct PostForm {
    pub(crate) url: String,
    pub(crate) fields: BTreeMap<&'static str, String>,
    pub(crate) expires_at: Instant,
}

impl UploadPresigner {
    /// The presigner of the environment. Makes no call.
    ///
    /// # Errors
    /// [`StartError::Setting`].
    pub fn from_settings(config: &SdkConfig) -> Result<Self, StartError> {
        let region = config.region().ok_or(StartError::Setting("AWS_REGION"))?;
        let credentials = config.credentials_provider();
        Ok(Self {
            credentials: credentials.ok_or(StartError::Setting("AWS_ACCESS_KEY_ID"))?,
            region: region.to_string(),
            endpoint: clients::endpoint("S3"),
            uploads_bucket: settings::text("UPLOADS_BUCKET")?,
            reports_bucket: settings::text("REPORTS_BUCKET")?,
            max_bytes: settings::number("MAX_UPLOAD_BYTES")?,
        })
    }

    /// A form for one file under exactly this key.
    pub(crate) async fn post(&self, key: &str, now: Instant) -> Result<PostForm, Problem> {
        let credentials = self.credentials().await?;
        // Whole seconds, as in the policy: S3 refuses the form from the instant that the answer has.
        let expires_at =
            Instant::from_second(now.as_second() + OPEN_FOR.as_secs()).map_err(defect)?;
        let day = now.strftime("%Y%m%d");
        let access_key = credentials.access_key_id();
        let region = &self.region;
        let mut fields = BTreeMap::from([
            ("key", key.to_owned()),
            ("x-amz-algorithm", "AWS4-HMAC-SHA256".to_owned()),
            ("x-amz-credential", format!("{access_key}/{day}/{region}/s3/aws4_request")),
            ("x-amz-date", now.strftime("%Y%m%dT%H%M%SZ").to_string()),
        ]);
        if let Some(token) = credentials.session_token() {
            fields.insert("x-amz-security-token", token.to_owned());
        }
        let mut conditions = vec![
            json!({"bucket": self.uploads_bucket}),
            // An empty file is accepted: its report says that the file is empty, and S3 would answer with XML.
            json!(["content-length-range", 0, self.max_bytes]),
        ];
        conditions.extend(fields.iter().map(|(name, value)| json!({*name: value})));
        let policy = json!({
            "expiration": expires_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "conditions": conditions,
        });
        let policy = STANDARD.encode(policy.to_string());
        let signing_key =
            generate_signing_key(credentials.secret_access_key(), system_time(now), region, "s3");
        fields.insert("x-amz-signature", calculate_signature(signing_key, policy.as_bytes()));
        fields.insert("policy", policy);
        Ok(PostForm { url: self.address(&self.uploads_bucket), fields, expires_at })
    }

    /// The presigned address of the refused rows under this key.
    pub(crate) async fn get(&self, key: &str, now: Instant) -> Result<String, Problem> {
        let identity: Identity = self.credentials().await?.into();
        let address = self.address(&self.reports_bucket);
        let address =
            format!("{}/{}", address.trim_end_matches('/'), utf8_percent_encode(key, PATH));
        let mut settings = SigningSettings::default();
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(OPEN_FOR.unsigned_abs());
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name("s3")
            .time(system_time(now))
            .settings(settings)
            .build()
            .map_err(defect)?;
        let body = SignableBody::UnsignedPayload;
        let request =
            SignableRequest::new("GET", &address, std::iter::empty(), body).map_err(defect)?;
        let (instructions, _) = sign(request, &parameters.into()).map_err(defect)?.into_parts();
        let query: Vec<String> = instructions
            .params()
            .iter()
            .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, QUERY)))
            .collect();
        Ok(format!("{address}?{}", query.join("&")))
    }

    async fn credentials(&self) -> Result<Credentials, Problem> {
        let provided = self.credentials.provide_credentials().await;
        provided.map_err(|error| Problem::unavailable(store::ErrorChain(&error).to_string()))
    }

    fn address(&self, bucket: &str) -> String {
        match &self.endpoint {
            Some(endpoint) => format!("{}/{bucket}", endpoint.trim_end_matches('/')),
            None => format!("https://{bucket}.s3.{}.amazonaws.com/", self.region),
        }
    }
}

const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

fn system_time(now: Instant) -> SystemTime {
    let since = Duration::from_secs(u64::try_from(now.as_second()).unwrap_or_default());
    SystemTime::UNIX_EPOCH + since
}

fn defect(error: impl std::fmt::Display) -> Problem {
    Problem::defect(error.to_string())
}
