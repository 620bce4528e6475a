//! Secrets Manager: `GetSecretValue`, of secrets known from the start.

use axum::{Json, Router, extract::State};
use http::StatusCode;
use serde_json::{Value, json};
use std::{collections::HashMap, sync::Arc};

/// The server. It ends when dropped.
pub(crate) struct Secrets {
    address: String,
    server: tokio::task::JoinHandle<()>,
}

impl Secrets {
    /// Serves these secrets, by ARN.
    pub(crate) async fn start(secrets: HashMap<String, String>) -> Self {
        let router = Router::new().fallback(get_secret_value).with_state(Arc::new(secrets));
        let (address, server) = crate::loopback::serve(router).await;
        Self { address, server }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for Secrets {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn get_secret_value(
    State(secrets): State<Arc<HashMap<String, String>>>,
    body: bytes::Bytes,
) -> (StatusCode, Json<Value>) {
    let request: Value = serde_json::from_slice(&body).unwrap_or_default();
    let id = request["SecretId"].as_str().unwrap_or_default();
    match secrets.get(id) {
        Some(secret) => (
            StatusCode::OK,
            Json(json!({
                "ARN": id,
                "Name": id,
                "SecretString": secret,
                "VersionId": "00000000-0000-4000-8000-000000000000",
                "VersionStages": ["AWSCURRENT"],
            })),
        ),
        None => (StatusCode::BAD_REQUEST, Json(json!({"__type": "ResourceNotFoundException"}))),
    }
}
