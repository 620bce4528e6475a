//! What a campaign says, ready for its provider.

use domain::merchant::sender::{EmailSender, Senders, SmsSender};
use domain::{Campaign, Channel};
use messaging::content::{EMAIL_FIELDS, SMS_FIELDS};
use messaging::{EmailMessage, Message, SmsMessage, StopNumber, Template};

/// A campaign's message, or the code of why there is none: the merchant has no sender for the
/// channel, or its text was saved under other rules.
pub(crate) fn message(campaign: &Campaign, senders: &Senders) -> Result<Message, &'static str> {
    const UNUSABLE: &str = "content";
    match campaign.channel {
        Channel::Email => {
            let sender: &EmailSender = senders.email.as_ref().ok_or("no_sender")?;
            let subject = Template::parse(&campaign.content.subject, EMAIL_FIELDS);
            let html = Template::parse(&campaign.content.body, EMAIL_FIELDS);
            Ok(Message::Email(EmailMessage {
                sender_email: sender.address.as_str().to_owned(),
                sender_name: sender.name.clone(),
                reply_to: None,
                subject: subject.map_err(|_| UNUSABLE)?,
                html: html.map_err(|_| UNUSABLE)?,
                text: None,
                tag: campaign.id.to_string(),
            }))
        }
        Channel::Sms => {
            let sender: &SmsSender = senders.sms.as_ref().ok_or("no_sender")?;
            let number = StopNumber::parse(&sender.stop_number).map_err(|_| UNUSABLE)?;
            let body = Template::parse(&campaign.content.body, SMS_FIELDS).map_err(|_| UNUSABLE)?;
            Ok(Message::Sms(SmsMessage {
                sender: messaging::SmsSender::parse(&sender.shown).map_err(|_| UNUSABLE)?,
                body: messaging::sms::sms_with_stop(&body, &number),
                folded: campaign.content.folded,
            }))
        }
        Channel::Postal => Err("no_sender"),
    }
}
