//! What a campaign says, as a request writes it; and how long it is as an SMS.

use crate::codes;
use domain::campaign::Content;
use domain::merchant::sender::StopNumber;
use domain::{Campaign, Channel};
use http_edge::Fields;
use http_edge::codes::Code;
use messaging::content::{self, ContentError, sms_text};
use messaging::sms::{Encoding, measure, outside_gsm7, sms_with_stop};
use messaging::text::fold::fold;
use messaging::{Template, Values};
use serde::{Deserialize, Serialize};
use store::Settings;
use utoipa::ToSchema;

/// What is written. Placeholders: `{{first_name}}`, `{{last_name}}`, `{{points}}`, `{{merchant}}`; in the
/// body of an e-mail `{{unsubscribe_url}}`, in an SMS `{{stop}}`. `{{first_name|cher client}}` says what
/// to write where the person's is not known.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CampaignContent)]
pub(crate) struct ContentBody {
    /// The subject of an e-mail, on one line. An SMS has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200, examples("Vos points, {{first_name|cher client}}"))]
    subject: Option<String>,
    /// The HTML of an e-mail, with `{{unsubscribe_url}}`; or the text of an SMS. The mention of STOP
    /// stands where an SMS has `{{stop}}`, or at its end.
    #[schema(max_length = 100_000)]
    body: String,
    /// Whether an SMS, each person's name included, is written with the characters of GSM-7 wherever one
    /// reads the same (`ê` as `e`): what stays in GSM-7 takes fewer parts.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    fold: bool,
}

/// An SMS written with the characters of GSM-7.
#[derive(Serialize, ToSchema)]
pub(crate) struct FoldedSms {
    /// The text, where it is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// `gsm7`, or `ucs2` where something cannot be written otherwise.
    encoding: &'static str,
    /// What is paid for.
    parts: usize,
}

/// How long an SMS is, with the mention of STOP, to a person called Camille Martin who has 1250 points.
/// A dry run measures it for each person.
#[derive(Serialize, ToSchema)]
pub(crate) struct SmsLength {
    /// `gsm7`, or `ucs2` as soon as one character is not in GSM-7.
    encoding: &'static str,
    /// What is paid for.
    parts: usize,
    /// What turns it to UCS-2.
    characters_outside_gsm7: Vec<String>,
    /// What it would be with `fold`.
    folded: FoldedSms,
}

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
    pub(crate) fn read(
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
        self.subject.is_none().then(|| Content { subject: String::new(), body, folded: self.fold })
    }

    pub(crate) fn of(channel: Channel, content: &Content) -> Self {
        Self {
            subject: (channel == Channel::Email).then(|| content.subject.clone()),
            body: content.body.clone(),
            fold: content.folded,
        }
    }
}

impl SmsLength {
    /// Of an SMS that can be read; nothing of an e-mail.
    pub(crate) fn of(campaign: &Campaign, settings: &Settings) -> Option<Self> {
        if campaign.channel != Channel::Sms {
            return None;
        }
        let Content { body, folded, .. } = &campaign.content;
        let template = with_stop(&content::sms(body).ok()?, settings);
        let values = sample(settings);
        let text = sms_text(&template, &values, *folded);
        let measured = measure(&text);
        let measured_folded = measure(&sms_text(&template, &values, true));
        Some(Self {
            encoding: word(measured.encoding),
            parts: measured.parts,
            characters_outside_gsm7: outside_gsm7(&text).iter().map(char::to_string).collect(),
            folded: FoldedSms {
                text: Some(fold(body)).filter(|text| text != body),
                encoding: word(measured_folded.encoding),
                parts: measured_folded.parts,
            },
        })
    }
}

const fn word(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Gsm7 => "gsm7",
        Encoding::Ucs2 => "ucs2",
    }
}

fn with_stop(template: &Template, settings: &Settings) -> Template {
    let number = settings.senders.sms.as_ref().map(|sender| sender.stop_number.clone());
    sms_with_stop(template, &number.unwrap_or_else(StopNumber::any))
}

/// Somebody, to measure with.
fn sample(settings: &Settings) -> Values {
    Values {
        first_name: Some("Camille".to_owned()),
        last_name: Some("Martin".to_owned()),
        points: 1250,
        merchant: settings.merchant.name.clone(),
        ..Values::default()
    }
}
