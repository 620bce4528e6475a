//! The messages that functions send to each other through queues.
//!
//! The fields have the types of the identifiers, so a body whose identifiers do not parse goes to the
//! dead-letter queue. A message names a batch or a campaign only by its identifier. The event of a provider
//! holds the recipient's address, since nothing else in the event tells which member received the message.

mod campaign;
mod coupon;
mod notice;
mod provider_event;
mod webhook;

pub use campaign::{BatchMessage, CampaignMessage};
pub use coupon::CouponRangeMessage;
pub use notice::NoticeMessage;
pub use provider_event::{
    EventKind, InboundTextEvent, ProviderEvent, ProviderEventsMessage, Reference,
};
pub use webhook::WebhookMessage;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queue::QueueMessage as _;
    use domain::webhook::ReplayRange;
    use domain::{
        CampaignId, CouponBatchId, Instant, MemberId, MerchantId, NoticeId, OfferId, WebhookId,
    };
    use serde::Serialize;
    use serde::de::DeserializeOwned;
    use serde_json::{Value, json};
    use std::fmt::Debug;
    use store::{BatchId, EventKey, Mode, Tenant};

    const ID: [u8; 16] = [1; 16];

    fn tenant() -> Tenant {
        Tenant { merchant: MerchantId::from_bytes(ID), mode: Mode::Test }
    }

    /// The message is written as this JSON, and this JSON is read as the message.
    fn assert_wire<M: Serialize + DeserializeOwned + PartialEq + Debug>(message: &M, json: Value) {
        assert_eq!(serde_json::to_value(message).unwrap(), json);
        assert_eq!(serde_json::from_value::<M>(json).unwrap(), *message);
    }

    #[test]
    fn a_message_is_written_with_its_identifiers_as_text() {
        let (tenant, id) = (tenant(), MerchantId::from_bytes(ID).to_string());
        let whose = format!("M#{id}#TEST");
        let campaign = CampaignId::from_bytes(ID);
        assert_wire(
            &CampaignMessage::of(tenant, campaign),
            json!({"tenant": whose, "campaign": id}),
        );
        assert_wire(
            &CampaignMessage::dry_run_of(tenant, campaign),
            json!({"tenant": whose, "campaign": id, "dry_run": true}),
        );
        let batch = BatchId { shard: 3, cursor: MemberId::from_bytes(ID) };
        assert_wire(
            &BatchMessage::of(tenant, campaign, batch),
            json!({"tenant": whose, "campaign": id, "batch": format!("03#{id}")}),
        );
        let (offer, coupons) = (OfferId::from_bytes(ID), CouponBatchId::from_bytes(ID));
        assert_wire(
            &CouponRangeMessage::of(tenant, offer, coupons, 7),
            json!({"tenant": whose, "offer": id, "batch": id, "range": 7}),
        );
        assert_wire(
            &NoticeMessage::of(tenant, NoticeId::from_bytes(ID)),
            json!({"tenant": whose, "notice": id}),
        );
        let (webhook, at) = (WebhookId::from_bytes(ID), "2026-11-24T09:20:00Z");
        let instant: Instant = at.parse().unwrap();
        assert_wire(
            &WebhookMessage::deliver(
                tenant,
                webhook,
                &EventKey { at: instant, id: "evt_1".to_owned() },
            ),
            json!({"task": "deliver", "tenant": whose, "webhook": id, "at": at, "event": "evt_1"}),
        );
        assert_wire(
            &WebhookMessage::replay(tenant, webhook, ReplayRange { from: instant, until: instant }),
            json!({"task": "replay", "tenant": whose, "webhook": id, "from": at, "until": at}),
        );
        let after = EventKey { at: instant, id: "evt_1".to_owned() };
        assert_wire(
            &WebhookMessage::replay_after(tenant, webhook, instant, after),
            json!({"task": "replay", "tenant": whose, "webhook": id, "from": at, "until": at, "after": "evt_1"}),
        );
        assert_wire(
            &WebhookMessage::probe(tenant, webhook, instant, 2),
            json!({"task": "probe", "tenant": whose, "webhook": id, "paused_at": at, "probe": 2}),
        );
    }

    #[test]
    fn a_message_is_grouped_by_its_merchant_and_a_webhook_by_its_endpoint() {
        let (tenant, id) = (tenant(), MerchantId::from_bytes(ID));
        let campaign = CampaignMessage::of(tenant, CampaignId::from_bytes(ID));
        assert_eq!(campaign.group(), Some(id.to_string()));
        let other = WebhookId::from_bytes([9; 16]);
        let event = EventKey { at: Instant::UNIX_EPOCH, id: "evt_1".to_owned() };
        let range = ReplayRange { from: Instant::UNIX_EPOCH, until: Instant::UNIX_EPOCH };
        for message in [
            WebhookMessage::deliver(tenant, other, &event),
            WebhookMessage::replay(tenant, other, range),
            WebhookMessage::probe(tenant, other, Instant::UNIX_EPOCH, 1),
        ] {
            assert_eq!(message.group(), Some(other.to_string()));
        }
    }

    #[test]
    fn a_body_with_a_malformed_identifier_is_no_message() {
        for body in [
            json!({}),
            json!({"tenant": "M#x", "campaign": CampaignId::from_bytes(ID)}),
            json!({"tenant": tenant(), "campaign": "y"}),
            json!({"tenant": tenant(), "campaign": CampaignId::from_bytes(ID), "unknown": 1}),
        ] {
            assert!(serde_json::from_value::<CampaignMessage>(body.clone()).is_err(), "{body}");
        }
    }
}
