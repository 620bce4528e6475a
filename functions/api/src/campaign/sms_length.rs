//! The length of a campaign's SMS, measured with an example of a person.

use domain::campaign::Content;
use domain::merchant::sender::StopNumber;
use domain::{Campaign, Channel};
use messaging::content::{self, sms_text};
use messaging::sms::{Encoding, measure, outside_gsm7, sms_with_stop};
use messaging::text::fold::fold;
use messaging::{Template, Values};
use serde::Serialize;
use store::Settings;
use utoipa::ToSchema;

/// An SMS written with the characters of GSM-7.
#[derive(Serialize, ToSchema)]
pub(crate) struct FoldedSms {
    /// The folded text, where it differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// The encoding: `gsm7`, or `ucs2` where a character cannot be folded.
    encoding: &'static str,
    /// The number of parts to pay for.
    parts: usize,
}

/// The length of an SMS with the mention of STOP, for a person called Camille Martin who has 1250 points. A
/// dry run measures the SMS for each person.
#[derive(Serialize, ToSchema)]
pub(crate) struct SmsLength {
    /// The encoding: `gsm7`, or `ucs2` as soon as one character is not in GSM-7.
    encoding: &'static str,
    /// The number of parts to pay for.
    parts: usize,
    /// The characters that are not in GSM-7.
    characters_outside_gsm7: Vec<String>,
    /// The SMS as `fold` would write it.
    folded: FoldedSms,
}

impl SmsLength {
    /// The length of an SMS whose text can be read; `None` for an e-mail.
    pub(super) fn of(campaign: &Campaign, settings: &Settings) -> Option<Self> {
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

/// The SMS with the mention of STOP.
pub(super) fn with_stop(template: &Template, settings: &Settings) -> Template {
    let number = settings.senders.sms.as_ref().map(|sender| sender.stop_number.clone());
    sms_with_stop(template, &number.unwrap_or_else(StopNumber::any))
}

/// The example of a person that an SMS is measured with.
pub(super) fn sample(settings: &Settings) -> Values {
    Values {
        first_name: Some("Camille".to_owned()),
        last_name: Some("Martin".to_owned()),
        points: 1250,
        merchant: settings.merchant.name.clone(),
        ..Values::default()
    }
}
