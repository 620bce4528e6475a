//! Secrets Manager: `GetSecretValue` of secrets that are given at the start.

use crate::Fake;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::{Json, Router};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;

/// Secrets, each by its ARN or its name.
#[derive(Clone, Default)]
pub struct SecretsManager(Arc<HashMap<String, String>>);

impl SecretsManager {
    /// A service with these secrets.
    #[must_use]
    pub fn of(secrets: HashMap<String, String>) -> Self {
        Self(Arc::new(secrets))
    }
}

impl Fake for SecretsManager {
    fn router(&self) -> Router {
        Router::new().fallback(get_secret_value).with_state(self.clone())
    }
}

async fn get_secret_value(
    State(SecretsManager(secrets)): State<SecretsManager>,
    body: Bytes,
) -> (StatusCode, Json<Value>) {
    let request: Value = serde_json::from_slice(&body).unwrap_or_default();
    let id = request["SecretId"].as_str().unwrap_or_default();
    let Some(secret) = secrets.get(id) else {
        return (StatusCode::BAD_REQUEST, Json(json!({"__type": "ResourceNotFoundException"})));
    };
    let answer = json!({
        "ARN": id,
        "Name": id,
        "SecretString": secret,
        "VersionId": "00000000-0000-4000-8000-000000000000",
        "VersionStages": ["AWSCURRENT"],
    });
    (StatusCode::OK, Json(answer))
}
