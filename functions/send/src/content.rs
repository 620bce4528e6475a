//! The message of a campaign, ready for its provider.

use crate::context::HoldReason;
use domain::merchant::sender::Senders;
use domain::{Campaign, Channel};
use messaging::content::{EMAIL_FIELDS, SMS_FIELDS};
use messaging::sms::{names_merchant, sms_with_stop};
use messaging::{EmailMessage, Field, Message, SmsMessage, Template};

/// A campaign's message, or the reason to hold the campaign of the merchant with the name `merchant`.
pub(crate) fn message(
    campaign: &Campaign,
    senders: &Senders,
    merchant: &str,
) -> Result<Message, HoldReason> {
    let content = &campaign.content;
    match campaign.channel {
        Channel::Email => {
            let sender = senders.email.as_ref().ok_or(HoldReason::NoSender)?;
            Ok(Message::Email(EmailMessage {
                sender_email: sender.address.as_str().to_owned(),
                sender_name: sender.name.as_str().to_owned(),
                reply_to: None,
                subject: template(&content.subject, EMAIL_FIELDS)?,
                html: template(&content.body, EMAIL_FIELDS)?,
                text: None,
                tag: campaign.id.to_string(),
            }))
        }
        Channel::Sms => {
            let sender = senders.sms.as_ref().ok_or(HoldReason::NoSender)?;
            // The sender may have changed since the campaign was launched.
            if sender.sender_id.is_transactional() {
                return Err(HoldReason::TransactionalSender);
            }
            if !names_merchant(&sender.sender_id, &content.body, merchant) {
                return Err(HoldReason::MerchantNotNamed);
            }
            let body = template(&content.body, SMS_FIELDS)?;
            Ok(Message::Sms(SmsMessage {
                sender: sender.sender_id.clone(),
                body: sms_with_stop(&body, &sender.stop_number),
                folded: content.folded,
            }))
        }
        Channel::Postal => Err(HoldReason::NoSender),
    }
}

fn template(text: &str, fields: &[Field]) -> Result<Template, HoldReason> {
    Template::parse(text, fields).map_err(|_| HoldReason::Content)
}
