//! The content of a campaign, in requests and in answers.

use super::sms_length::{sample, with_stop};
use crate::codes;
use domain::Channel;
use domain::campaign::Content;
use http_edge::Fields;
use http_edge::codes::Code;
use messaging::content::{self, ContentError};
use messaging::sms::names_merchant;
use serde::{Deserialize, Serialize};
use store::Settings;
use utoipa::ToSchema;

/// The content of a campaign. Placeholders: `{{first_name}}`, `{{last_name}}`, `{{points}}`, `{{merchant}}`;
/// in the body of an e-mail `{{unsubscribe_url}}`, in an SMS `{{stop}}`. `{{first_name|cher client}}` gives
/// the text for a person whose first name is not known.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CampaignContent)]
pub(crate) struct ContentBody {
    /// The subject of an e-mail, on one line. Required for an e-mail, and only accepted for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 200, examples("Vos points, {{first_name|cher client}}"))]
    subject: Option<String>,
    /// The HTML of an e-mail, which must contain `{{unsubscribe_url}}`; or the text of an SMS, of at most 1500
    /// characters and 6 parts. The mention of STOP replaces `{{stop}}`, or follows the text of an SMS
    /// without it.
    #[schema(min_length = 1, max_length = 100_000)]
    body: String,
    /// Whether an SMS, the person's name included, is written with the characters of GSM-7 where one reads
    /// the same (`ê` as `e`). A text in GSM-7 takes fewer parts. Only accepted for an SMS.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    fold: bool,
}

/// The detail of an SMS that does not name its merchant. It follows the name of the field.
const NOT_NAMED: &str =
    "must name the merchant, since the sender does not: write {{merchant}} in the text";

fn checked<T>(fields: &mut Fields, pointer: &str, read: Result<T, ContentError>) -> Option<T> {
    match read {
        Ok(value) => Some(value),
        Err(error) => {
            fields.note(pointer, code(&error), error.to_string());
            None
        }
    }
}

fn code(error: &ContentError) -> Code {
    match error {
        ContentError::Text(invalid) => (*invalid).into(),
        ContentError::Template { .. } => codes::TEMPLATE,
        ContentError::TooLarge => codes::TOO_LARGE,
        ContentError::NoWayToObject => codes::NO_WAY_TO_OBJECT,
        ContentError::TooManyParts { .. } => codes::TOO_MANY_PARTS,
    }
}

impl ContentBody {
    pub(super) fn read(
        &self,
        channel: Channel,
        settings: &Settings,
        fields: &mut Fields,
    ) -> Option<Content> {
        let body = self.body.trim().to_owned();
        if channel == Channel::Email {
            if self.fold {
                let detail = "is for SMS only: leave it out of an e-mail";
                fields.note("/content/fold", codes::NOT_FOR_EMAIL, detail);
            }
            let html = checked(fields, "/content/body", content::html(&self.body));
            let Some(subject) = &self.subject else {
                fields.note(
                    "/content/subject",
                    http_edge::codes::MISSING,
                    "must be given for an e-mail",
                );
                return None;
            };
            let subject = checked(fields, "/content/subject", content::subject(subject));
            let (Some(_), Some(subject), false) = (html, subject, self.fold) else { return None };
            return Some(Content { subject: subject.to_owned(), body, folded: false });
        }
        if self.subject.is_some() {
            let detail = "is for e-mail only: leave it out of an SMS";
            fields.note("/content/subject", codes::NOT_FOR_SMS, detail);
        }
        let template = checked(fields, "/content/body", content::sms(&self.body))?;
        let measured =
            content::sms_measure(&with_stop(&template, settings), &sample(settings), self.fold);
        checked(fields, "/content/body", measured)?;
        let sender = settings.senders.sms.as_ref();
        let merchant = &settings.merchant.name;
        if sender.is_some_and(|sender| !names_merchant(&sender.sender_id, &body, merchant)) {
            fields.note("/content/body", codes::MERCHANT_NOT_NAMED, NOT_NAMED);
            return None;
        }
        self.subject.is_none().then(|| Content { subject: String::new(), body, folded: self.fold })
    }

    pub(super) fn of(channel: Channel, content: &Content) -> Self {
        Self {
            subject: (channel == Channel::Email).then(|| content.subject.clone()),
            body: content.body.clone(),
            fold: content.folded,
        }
    }
}
