//! The texts that members sent by SMS, as the merchant reads them.

use crate::setup::{NOW, Service, text};
use domain::{Credential, MemberId, MerchantId};
use jiff::ToSpan as _;
use serde_json::json;
use store::{InboundText, Mode, Scope};
use support::instant;

#[tokio::test]
async fn a_merchant_reads_the_texts_of_members_who_are_not_erased_page_by_page_newest_first() {
    let service = Service::start().await;
    let (till, other) = (service.till("A", "retail").await, service.till("B", "retail").await);
    let member = MemberId::parse(&till.enrol(crate::setup::MOBILE).await).unwrap();
    let store = service.table.store();
    let merchant = MerchantId::parse(&till.merchant).unwrap();
    let settings = store.settings_fresh(merchant, instant(NOW)).await.unwrap();
    let scope = Scope { settings, mode: Mode::Live, credential: Credential::Service };
    for number in 0..3_i64 {
        let received_at = instant(NOW) - number.minutes();
        let text = InboundText { member, text: format!("texte {number}"), received_at };
        store.store_inbound_text(&scope, &text, &number.to_string()).await.unwrap();
    }
    let first = till.get("/v1/inbound-texts?limit=2").await;
    first.assert_status(200);
    assert_eq!(first.body["texts"][0]["text"], "texte 0");
    assert_eq!(first.body["texts"][1]["text"], "texte 1");
    assert_eq!(text(&first.body["texts"][0], "member_id"), member.to_string());
    assert_eq!(first.body["texts"][0]["received_at"], NOW);
    let cursor = text(&first.body, "next_cursor");
    let second = till.get(&format!("/v1/inbound-texts?limit=2&cursor={cursor}")).await;
    assert_eq!(second.body["texts"].as_array().unwrap().len(), 1);
    assert_eq!(second.body["texts"][0]["text"], "texte 2");
    assert!(second.body.get("next_cursor").is_none());
    // An erased person's texts are not shown, although they are deleted in the following night.
    let (path, reason) = (format!("/v1/members/{member}/erasure"), json!({"reason": "request"}));
    till.post(&path, &reason).await.assert_status(200);
    assert_eq!(till.get("/v1/inbound-texts").await.body["texts"], json!([]));
    let theirs = other.get(&format!("/v1/inbound-texts?cursor={cursor}")).await;
    theirs.assert_fields(400, &["cursor"]);
    assert_eq!(other.get("/v1/inbound-texts").await.body["texts"], json!([]));
}
