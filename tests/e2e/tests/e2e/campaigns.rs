//! A campaign from its draft to the answers of its recipients. The sandbox stands in for the providers.

use crate::stack::{Shop, day, eventually, instant};
use serde_json::{Value, json};

const STOP_NUMBER: &str = "36200";

/// A merchant with senders. Only this test uses its addresses and mobiles.
pub(crate) struct Sender {
    pub(crate) shop: Shop,
    mark: u32,
}

impl Sender {
    pub(crate) fn open() -> Self {
        let shop = Shop::open();
        let email = json!({
            "account": "sandbox-email", "address": "bonjour@example.com", "name": "Boutique Exemple",
        });
        let sms =
            json!({"account": "sandbox-sms", "shown": "Boutique", "stop_number": STOP_NUMBER});
        for (channel, sender) in [("email", email), ("sms", sms)] {
            let path = format!("/senders/{channel}");
            assert_eq!(shop.operate("PUT", &path, Some(&sender)).status, 200);
        }
        Self { shop, mark: fastrand::u32(100_000_000..1_000_000_000) }
    }

    pub(crate) fn address(&self, kind: &str) -> String {
        format!("{kind}-{}@example.com", self.mark)
    }

    /// Creates a member who consents to both channels.
    pub(crate) fn consenting(&self, mobile: &str, address: &str) -> String {
        let member = self.shop.member(mobile, &json!({"first_name": "Élodie", "email": address}));
        self.shop.consents(&member, "email");
        self.shop.consents(&member, "sms");
        member
    }

    fn campaign(&self, channel: &str) -> String {
        let content = match channel {
            "email" => json!({
                "subject": "Pour {{first_name|vous}}",
                "body": "<p>{{points}} points</p><a href=\"{{unsubscribe_url}}\">stop</a>",
            }),
            _ => json!({"body": "{{merchant}} : {{points}} points"}),
        };
        let draft = json!({"name": "Essai", "channel": channel, "content": content});
        let created = self.shop.operate("POST", "/campaigns", Some(&draft));
        assert_eq!(created.status, 201, "{created:?}");
        created.body["campaign_id"].as_str().expect("an identifier").to_owned()
    }

    fn step(&self, campaign: &str, step: &str) {
        let path = format!("/campaigns/{campaign}/{step}");
        let taken = self.shop.operate("POST", &path, Some(&json!({})));
        assert!(taken.status < 300, "{taken:?}");
    }

    /// The figures of the finished campaign, after the provider has reported on every message.
    fn figures(&self, campaign: &str) -> Value {
        eventually("the campaign", || {
            let shown = self.shop.operate("GET", &format!("/campaigns/{campaign}"), None).body;
            let by_state = &shown["figures"]["by_state"];
            (shown["state"] == "finished" && by_state["sent"] == 0)
                .then(|| shown["figures"].clone())
        })
    }

    pub(crate) fn launched(&self, channel: &str) -> Value {
        let campaign = self.campaign(channel);
        self.step(&campaign, "launch");
        self.figures(&campaign)
    }

    pub(crate) fn outbox(&self, to: &str) -> Vec<Value> {
        let to = to.replace('+', "%2B");
        let url = format!("{}/outbox.json?to={to}", self.shop.stack.get("sandbox_url"));
        let text = self.shop.stack.fetch(&url);
        serde_json::from_str(&text).expect("the outbox is JSON")
    }
}

/// The first link of an e-mail.
fn link_of(email: &Value) -> String {
    let html = email["html"].as_str().expect("a body");
    let link = html.split("href=\"").nth(1).and_then(|rest| rest.split('"').next());
    link.expect("a link").replace("&#x2F;", "/")
}

fn sum(figures: &Value) -> u64 {
    let states = figures["by_state"].as_object().expect("states");
    states.values().filter_map(Value::as_u64).sum()
}

#[test]
fn a_campaign_reaches_only_members_who_consent_and_its_figures_sum() {
    let sender = Sender::open();
    let (elodie, bounced) = (sender.address("elodie"), sender.address("bounce"));
    sender.consenting("0639981001", &elodie);
    let dead = sender.consenting("0639981002", &bounced);
    let silent = sender.address("silent");
    sender.shop.member("0639981003", &json!({"email": silent}));

    let figures = sender.launched("email");
    assert_eq!(figures["recipients"], 2, "{figures}");
    assert_eq!(figures["by_state"]["delivered"], 1, "{figures}");
    assert_eq!(figures["by_state"]["bounced"], 1, "{figures}");
    assert_eq!(sum(&figures), 2, "{figures}");
    let written = sender.outbox(&elodie);
    assert_eq!(written.len(), 1);
    assert_eq!(written[0]["subject"], "Pour Élodie");
    assert_eq!(sender.outbox(&silent).len(), 0);
    // Later campaigns do not use an address that does not exist.
    eventually("the dead address", || (!sender.shop.is_permitted(&dead, "email")).then_some(()));
}

#[test]
fn a_campaign_reaches_a_person_under_15_only_with_the_consent_of_a_parent() {
    let sender = Sender::open();
    let born = day(-12 * 365);
    let [with, without] =
        [("0639981007", "with"), ("0639981008", "without")].map(|(mobile, kind)| {
            let address = sender.address(kind);
            let person = json!({"birth_date": born, "email": address});
            (sender.shop.member(mobile, &person), address)
        });
    let alone = json!({"given": true, "text_version": "2026-01", "told_by": "till"});
    let mut together = alone.clone();
    together["parental_consent"] = json!({"operator": "07", "text_version": "2026-01"});
    for ((member, _), given, status) in [(&with, together, 200), (&without, alone, 422)] {
        let noted = sender.shop.put(&format!("/v1/members/{member}/consents/email"), &given);
        assert_eq!(noted.status, status, "{noted:?}");
    }

    let figures = sender.launched("email");
    assert_eq!(figures["recipients"], 1, "{figures}");
    assert_eq!(sender.outbox(&with.1).len(), 1);
    assert_eq!(sender.outbox(&without.1).len(), 0);
}

#[test]
fn a_stop_by_sms_is_an_opposition_to_every_merchant_that_wrote_to_the_number() {
    let (one, two) = (Sender::open(), Sender::open());
    let mobile = "+33639981011";
    let members: Vec<String> = [&one, &two]
        .map(|sender| {
            let member = sender.consenting(mobile, &sender.address("stop"));
            assert_eq!(sender.launched("sms")["by_state"]["delivered"], 1);
            member
        })
        .into();
    let stop = json!({"from": mobile, "to": STOP_NUMBER, "body": "Arrêt !"});
    one.shop.stack.control_sandbox("inbound", &stop);
    for (sender, member) in [&one, &two].into_iter().zip(&members) {
        eventually("the opposition", || (!sender.shop.is_permitted(member, "sms")).then_some(()));
        assert!(sender.shop.is_permitted(member, "email"), "the STOP concerns SMS only");
    }
    let figures = one.launched("sms");
    assert_eq!(figures["recipients"], 0, "{figures}");
    assert_eq!(sum(&figures), 0, "{figures}");
}

#[test]
fn a_text_that_is_no_opposition_is_kept_for_the_merchant_to_read() {
    let sender = Sender::open();
    let mobile = "+33639981061";
    let member = sender.consenting(mobile, &sender.address("text"));
    assert_eq!(sender.launched("sms")["by_state"]["delivered"], 1);
    let question = "Bonjour, êtes-vous ouverts dimanche ?";
    let text = json!({"from": mobile, "to": STOP_NUMBER, "body": question});
    sender.shop.stack.control_sandbox("inbound", &text);
    let read = eventually("the text", || {
        let page = sender.shop.get("/v1/inbound-texts").body;
        page["texts"].as_array()?.first().cloned()
    });
    assert_eq!(read["text"], question, "{read}");
    assert_eq!(read["member_id"], member, "{read}");
    assert!(sender.shop.is_permitted(&member, "sms"), "a question is no opposition");
}

#[test]
fn members_who_share_an_address_get_one_message_and_its_link_opposes_them_all() {
    let sender = Sender::open();
    let address = sender.address("family");
    let family =
        ["0639981071", "0639981072", "0639981073"].map(|one| sender.consenting(one, &address));
    let figures = sender.launched("email");
    assert_eq!(figures["by_state"]["delivered"], 1, "{figures}");
    assert_eq!(figures["by_state"]["same_address"], 2, "{figures}");
    let written = sender.outbox(&address);
    assert_eq!(written.len(), 1, "{written:?}");
    let link = link_of(&written[0]);
    assert_eq!(sender.shop.stack.post_text(&link, "", "List-Unsubscribe=One-Click"), 200);
    for member in &family {
        assert!(!sender.shop.is_permitted(member, "email"));
    }
}

#[test]
fn the_link_of_a_message_shows_a_page_and_only_the_button_of_the_page_opposes() {
    let sender = Sender::open();
    let address = sender.address("link");
    let member = sender.consenting("0639981021", &address);
    sender.launched("email");
    let link = link_of(&sender.outbox(&address)[0]);

    let page = sender.shop.stack.fetch(&link);
    assert!(page.contains("Boutique Exemple"), "{page}");
    assert!(sender.shop.is_permitted(&member, "email"), "a page changes nothing");
    assert_eq!(sender.shop.stack.post_text(&link, "", "List-Unsubscribe=One-Click"), 200);
    assert!(!sender.shop.is_permitted(&member, "email"));
    assert_eq!(sender.shop.stack.post_text(&link, "", "List-Unsubscribe=One-Click"), 200);
    let other = format!("{}x", &link[..link.len() - 1]);
    assert_eq!(sender.shop.stack.post_text(&other, "", "List-Unsubscribe=One-Click"), 404);
}

#[test]
fn a_forged_callback_is_refused_and_changes_nothing() {
    let sender = Sender::open();
    let address = sender.address("forged");
    let member = sender.consenting("0639981031", &address);
    let url = format!("{}/callbacks/brevo/sandbox-email", sender.shop.stack.get("api_url"));
    let event =
        json!({"event": "unsubscribed", "email": address, "ts_epoch": 1_764_000_000_000_u64});
    for token in ["", "Bearer wrong"] {
        let status = sender.shop.stack.post_text(&url, token, &event.to_string());
        assert_eq!(status, 401, "{token}");
    }
    assert!(sender.shop.is_permitted(&member, "email"));
}

#[test]
fn a_scheduled_campaign_begins_at_its_time_and_a_draft_cannot_be_paused() {
    let sender = Sender::open();
    sender.consenting("0639981041", &sender.address("scheduled"));
    let campaign = sender.campaign("email");
    let begins_at = json!({"begins_at": instant(3)});
    let path = format!("/campaigns/{campaign}/schedule");
    let scheduled = sender.shop.operate("POST", &path, Some(&begins_at));
    assert_eq!(scheduled.body["state"], "scheduled", "{scheduled:?}");
    assert_eq!(sender.figures(&campaign)["by_state"]["delivered"], 1);

    let held = sender.campaign("email");
    let early = sender.shop.operate("POST", &format!("/campaigns/{held}/pause"), Some(&json!({})));
    assert_eq!(early.status, 409, "a draft cannot be paused: {early:?}");
}

#[test]
fn a_dry_run_reports_the_recipients_and_parts_of_the_campaign() {
    let sender = Sender::open();
    for number in 0..3 {
        let address = sender.address(&format!("dry{number}"));
        sender.consenting(&format!("06399810{}", 50 + number), &address);
    }
    let campaign = sender.campaign("sms");
    sender.step(&campaign, "dry-run");
    let path = format!("/campaigns/{campaign}/dry-run");
    let report = eventually("the dry run", || {
        let report = sender.shop.operate("GET", &path, None).body;
        (report["state"] == "done").then_some(report)
    });
    assert_eq!(report["recipients"], 3, "{report}");
    assert_eq!(report["sms"]["parts_total"], 3, "{report}");
    assert_eq!(sender.outbox("+33639981050").len(), 0, "a dry run sends nothing");
    sender.step(&campaign, "launch");
    assert_eq!(sender.figures(&campaign)["recipients"], 3);
}
