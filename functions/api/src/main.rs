//! Wiring: settings, clients, and the router that API Gateway's requests go through.

use api::{App, CampaignQueue, CouponQueue, Misses, UploadPresigner, WebhookQueue};
use aws_sdk_secretsmanager::Client as Secrets;
use http_edge::Gate;
use http_edge::access::operator::OperatorKey;
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    platform::telemetry::start();
    let config = platform::clients::config().await;
    let store = platform::clients::store(&config).await?;
    let uploads = Arc::new(UploadPresigner::from_settings(&config)?);
    let campaigns = Arc::new(CampaignQueue::from_settings(&config, "CAMPAIGNS_QUEUE_URL")?);
    let coupons = Arc::new(CouponQueue::from_settings(&config, "COUPONS_QUEUE_URL")?);
    let webhooks = Arc::new(WebhookQueue::from_settings(&config)?);
    let operator_secret = platform::settings::text("OPERATOR_SECRET_ARN")?;
    // The operator seldom calls: the client for the secret is made when a request needs it.
    let operator_key = OperatorKey::new(move || {
        let (secrets, arn) = (Secrets::new(&config), operator_secret.clone());
        Box::pin(async move { Ok(platform::clients::secret(&secrets, &arn).await?) })
    });
    let gate = Gate::new(store, operator_key, Arc::new(platform::now));
    let misses = Arc::new(Misses::default());
    let app = App { gate, uploads, campaigns, coupons, misses, webhooks };
    lambda_http::run(api::router(app)).await
}
