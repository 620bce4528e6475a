//! A consent or an opposition, as a request states it.

use crate::schema::{DateTime, OperatorCode, Text40};
use domain::member::consent::{self, ConsentSource, ParentalConsent};
use domain::purchase::receipt::Operator;
use domain::values::{calendar, text};
use domain::{Instant, ValueError};
use http_edge::{Fields, Problem, Till};
use serde::Deserialize;
use store::ConsentChange;
use utoipa::ToSchema;

const VERSION_LENGTH: usize = 40;

/// The source of a consent that a key may state. Only a person, on a page of their own, is another source.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StatedSource {
    /// The person, at the counter.
    Till,
    /// The merchant, later. This source does not lift an opposition.
    Merchant,
}

/// A consent or an opposition to record.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutConsent {
    /// `true` for a consent, `false` for an opposition, which takes effect at once.
    given: bool,
    /// The version of the text that the person read. Required for a consent.
    #[schema(value_type = Option<Text40>, examples("2026-01"))]
    text_version: Option<String>,
    /// The source of the consent. Required for a consent.
    pub(super) told_by: Option<StatedSource>,
    /// The till's operator who heard the person. Required for a consent after an opposition of the person.
    #[schema(value_type = Option<OperatorCode>)]
    operator: Option<String>,
    /// The consent of a parent. Required for a consent of a person under 15.
    parental_consent: Option<ParentalConsentBody>,
    /// The instant of the consent or opposition, which cannot be ahead; now by default.
    #[schema(value_type = Option<DateTime>)]
    at: Option<String>,
}

/// The consent of a parent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ParentalConsent)]
pub(crate) struct ParentalConsentBody {
    /// The till's operator who heard the parent.
    #[schema(value_type = OperatorCode)]
    operator: String,
    /// The version of the text that the parent read.
    #[schema(value_type = Text40, examples("2026-01"))]
    text_version: String,
    /// The instant of the parent's consent, which cannot be ahead; now by default.
    #[schema(value_type = Option<DateTime>)]
    at: Option<String>,
}

impl PutConsent {
    pub(super) fn read(&self, till: &Till, now: Instant) -> Result<ConsentChange, Problem> {
        let mut fields = Fields::default();
        let by = till.scope.credential;
        let at = fields.check_given("/at", self.at.as_deref(), |text| past(text, now));
        if !self.given {
            let Some(at) = at else { return Err(fields.refuse()) };
            return Ok(ConsentChange::Oppose(consent::Opposition {
                at: at.unwrap_or(now),
                reason: consent::OppositionReason::Manual,
                by,
            }));
        }
        let text_version = self.text_version.as_deref().unwrap_or_default();
        let text_version =
            fields.check("/text_version", text::bounded(text_version, VERSION_LENGTH));
        let operator = fields.check_given("/operator", self.operator.as_deref(), Operator::parse);
        let parent = match &self.parental_consent {
            Some(parent) => parent.read(&mut fields, now).map(Some),
            None => Some(None),
        };
        if self.told_by.is_none() {
            fields.note("/told_by", http_edge::codes::MISSING, "must be given for a consent");
        }
        let (Some(at), Some(text_version), Some(source), Some(operator), Some(parent)) =
            (at, text_version, self.told_by, operator, parent)
        else {
            return Err(fields.refuse());
        };
        let source = match source {
            StatedSource::Till => ConsentSource::Till,
            StatedSource::Merchant => ConsentSource::Merchant,
        };
        Ok(ConsentChange::Consent(consent::Consent {
            at: at.unwrap_or(now),
            source,
            text_version: text_version.to_owned(),
            establishment: Some(till.establishment.id.clone()),
            operator,
            parent,
            by,
        }))
    }
}

impl ParentalConsentBody {
    fn read(&self, fields: &mut Fields, now: Instant) -> Option<ParentalConsent> {
        let at =
            fields.check_given("/parental_consent/at", self.at.as_deref(), |text| past(text, now));
        let operator = fields.check("/parental_consent/operator", Operator::parse(&self.operator));
        let text_version = text::bounded(&self.text_version, VERSION_LENGTH);
        let text_version = fields.check("/parental_consent/text_version", text_version)?;
        let (at, text_version) = (at?.unwrap_or(now), text_version.to_owned());
        Some(ParentalConsent { at, operator: operator?, text_version })
    }
}

fn past(text: &str, now: Instant) -> Result<Instant, ValueError> {
    let at = calendar::parse_instant(text)?;
    if at > now { Err(ValueError::InFuture) } else { Ok(at) }
}
