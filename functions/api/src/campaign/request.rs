//! A campaign, as the operator writes it.

use crate::campaign::content::ContentBody;
use crate::campaign::segment::SegmentBody;
use crate::schema::PlainName;
use domain::campaign::Draft;
use domain::values::sensitive;
use http_edge::{Fields, Problem};
use serde::{Deserialize, Serialize};
use store::Settings;
use utoipa::ToSchema;

const NAME_LENGTH: usize = 100;

/// The channel of a campaign.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CampaignChannel)]
pub(crate) enum Channel {
    /// E-mail.
    Email,
    /// SMS.
    Sms,
}

/// A campaign to write.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutCampaign {
    /// The merchant's name for the campaign.
    #[schema(value_type = PlainName, examples("Rentrée"))]
    name: String,
    channel: Channel,
    content: ContentBody,
    #[serde(default)]
    segment: SegmentBody,
}

impl Channel {
    pub(super) const fn of(channel: domain::Channel) -> Self {
        match channel {
            domain::Channel::Sms => Self::Sms,
            domain::Channel::Email | domain::Channel::Postal => Self::Email,
        }
    }

    const fn read(self) -> domain::Channel {
        match self {
            Self::Email => domain::Channel::Email,
            Self::Sms => domain::Channel::Sms,
        }
    }
}

impl PutCampaign {
    pub(super) fn read(&self, settings: &Settings) -> Result<Draft, Problem> {
        let mut fields = Fields::default();
        let channel = self.channel.read();
        let name = fields.check("/name", sensitive::name(&self.name, NAME_LENGTH));
        let content = self.content.read(channel, settings, &mut fields);
        let segment = self.segment.read(settings, &mut fields);
        match (name, content, segment) {
            (Some(name), Some(content), Some(segment)) => {
                Ok(Draft { name: name.to_owned(), channel, content, segment })
            }
            _ => Err(fields.refuse()),
        }
    }
}
