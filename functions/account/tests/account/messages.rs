//! The messages of campaigns to a member.

use crate::fixture::Fixture;
use axum::http::StatusCode;
use domain::campaign::{Content, Draft};
use domain::{Campaign, CampaignId, Channel, MemberId, Segment};
use store::{
    Addressed, BatchId, Claimed, Counts, CutBatch, MEMBER_SHARDS, MessageReceipt, MessageState,
    WalkPosition,
};

impl Fixture {
    fn messages_path(&self) -> String {
        format!("/messages/{}", self.merchant())
    }

    /// Sends the only batch of a campaign to a member.
    async fn send(&self, name: &str, channel: Channel, subject: &str, to: MemberId) -> CampaignId {
        let (tenant, now) = (self.scope.tenant(), self.now());
        let subject = subject.to_owned();
        let content = Content { subject, body: "Le texte".to_owned(), folded: false };
        let segment = Segment::default();
        let draft = Draft { name: name.to_owned(), channel, content, segment };
        let campaign = Campaign::drafted(CampaignId::mint(now, 1), draft, now);
        self.store.create_campaign(&self.scope, &campaign, None, now).await.unwrap();
        let (id, batch) = (campaign.id, BatchId { shard: 0, cursor: to });
        let mut plan = self.store.plan(tenant, id).await.unwrap();
        let cut = CutBatch { id: batch, members: &[to], at: now };
        let end = WalkPosition::start_of(MEMBER_SHARDS);
        assert!(self.store.cut_batch(tenant, id, &mut plan, Some(cut), end).await.unwrap());
        let claimed = self.store.claim_batch(tenant, id, batch, now).await.unwrap();
        let Claimed::Ours(mut claim) = claimed else { panic!("the batch is free") };
        let addressed = Addressed { members: vec![to], counts: Counts::default() };
        let begun = self.store.begin_sending(tenant, id, &mut claim, channel, &addressed, now);
        assert!(begun.await.unwrap());
        id
    }

    async fn report(&self, campaign: CampaignId, member: MemberId, state: MessageState) {
        let received = [MessageReceipt { member, state }];
        let recorded = self.store.record_receipts(self.scope.tenant(), campaign, &received);
        assert_eq!(recorded.await.unwrap().changed, 1);
    }
}

/// The headings of the messages on a page.
fn headings(page: &str) -> Vec<&str> {
    let found = page.split("<h2>").skip(1);
    found.filter_map(|rest| rest.split("</h2>").next()).collect()
}

#[tokio::test]
async fn a_member_sees_the_day_the_channel_the_subject_and_the_state_of_each_message() {
    let fixture = Fixture::open().await;
    let mut browser = fixture.browser();
    let member = fixture.join(&mut browser, "0639980012").await;
    let empty = browser.get(&fixture.messages_path()).await;
    assert_eq!(empty.status, StatusCode::OK);
    assert!(empty.text.contains("s’afficheront ici"), "{}", empty.text);

    fixture.send("Rentrée", Channel::Sms, "", member).await;
    fixture.pass(86_400);
    let fresh = "Une tasse offerte";
    let mut browser = fixture.browser();
    let fields = [("login", "0639980012"), ("password", crate::fixture::PASSWORD)];
    browser.post(&fixture.sign_in_path(), &fields).await;
    let mug = fixture.send("Tasse", Channel::Email, fresh, member).await;
    fixture.report(mug, member, MessageState::Delivered).await;
    fixture.pass(1);
    let named = "{{first_name}}, un cadeau";
    let gift = fixture.send("Cadeau", Channel::Email, named, member).await;
    fixture.report(gift, member, MessageState::Bounced).await;

    let page = browser.get(&fixture.messages_path()).await.text;
    let expected = ["Offre · 01/12/2026", "Une tasse offerte · 01/12/2026", "Offre · 30/11/2026"];
    assert_eq!(headings(&page), expected, "{page}");
    for told in
        ["E-mail · remis", "E-mail · non remis : adresse ou numéro en erreur", "SMS · envoyé"]
    {
        assert!(page.contains(told), "{told}: {page}");
    }
    for unknown in ["Le texte", "{{", "Cadeau", "Rentrée"] {
        assert!(!page.contains(unknown), "{unknown}: {page}");
    }
}

#[tokio::test]
async fn messages_are_listed_newest_first_twenty_a_page() {
    let fixture = Fixture::open().await;
    let mut browser = fixture.browser();
    let member = fixture.join(&mut browser, "0639980012").await;
    for number in 1..=25 {
        fixture.send("Envoi", Channel::Email, &format!("Envoi {number}"), member).await;
        fixture.pass(1);
    }
    let path = fixture.messages_path();
    let first = browser.get(&path).await.text;
    assert_eq!(headings(&first).len(), 20);
    assert!(headings(&first)[0].starts_with("Envoi 25 "), "{first}");
    assert!(headings(&first)[19].starts_with("Envoi 6 "), "{first}");
    let (_, rest) = first.split_once("?after=").unwrap();
    let place = rest.split('"').next().unwrap();
    let second = browser.get(&format!("{path}?after={place}")).await.text;
    assert_eq!(headings(&second).len(), 5);
    assert!(headings(&second)[4].starts_with("Envoi 1 "), "{second}");
    assert!(!second.contains("?after="));
    // The place of another member's messages opens nothing: the page begins anew.
    let mut other = fixture.browser();
    fixture.join(&mut other, "0639980013").await;
    let foreign = other.get(&format!("{path}?after={place}")).await;
    assert!(foreign.status == StatusCode::OK && foreign.text.contains("s’afficheront ici"));
}
