//! A campaign: one message to a segment of members, and the states it goes through.

pub(crate) mod error;

pub use error::CampaignError;

pub mod segment;

use crate::values::word_enum::word_enum;
use crate::{CampaignId, Channel, Instant, Segment};
use jiff::SignedDuration;

/// The days from the beginning of a campaign in which a paused campaign can be resumed.
pub const RESUMABLE_DAYS: i64 = 60;
/// The days for which a batch with the identifiers of its members is stored, from the day on which it was cut:
/// a campaign that is resumed at the last moment has a month to be sent.
pub const BATCH_DAYS: i64 = 90;

word_enum! {
    /// The state of a campaign.
    pub enum State {
        /// The merchant is still writing the campaign. No message is sent.
        Draft = "draft",
        /// The campaign begins at its scheduled instant.
        Scheduled = "scheduled",
        /// Its messages are planned and sent.
        Running = "running",
        /// The campaign is held. Messages that the provider does not have yet are not sent for now.
        Paused = "paused",
        /// A person ended the campaign. Messages that the provider does not have yet are never sent.
        Cancelled = "cancelled",
        /// Every recipient has a final outcome.
        Finished = "finished",
    }
}

/// A change of state that a person requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Begin now.
    Launch,
    /// Begin at an instant.
    Schedule(Instant),
    /// Hold the campaign.
    Pause,
    /// Continue a paused campaign.
    Resume,
    /// End the campaign.
    Cancel,
}

/// The text of a message. Its placeholders were checked when the campaign was saved.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Content {
    /// The subject of an e-mail; empty for an SMS.
    pub subject: String,
    /// The HTML of an e-mail, or the text of an SMS.
    pub body: String,
    /// Whether an SMS, including the name of the person, is written in the cheaper alphabet where the text
    /// reads the same.
    pub folded: bool,
}

/// The part of a campaign that the merchant writes. The merchant may change a draft until the campaign begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The merchant's name for the campaign.
    pub name: String,
    /// The channel of its messages.
    pub channel: Channel,
    /// The text of its messages.
    pub content: Content,
    /// The members who receive the campaign.
    pub segment: Segment,
}

/// A campaign of one merchant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campaign {
    /// Its identifier.
    pub id: CampaignId,
    /// The merchant's name for the campaign.
    pub name: String,
    /// The channel of its messages.
    pub channel: Channel,
    /// The text of its messages.
    pub content: Content,
    /// The members who receive the campaign.
    pub segment: Segment,
    /// Its state.
    pub state: State,
    /// When it was created.
    pub created_at: Instant,
    /// When it begins or began.
    pub begins_at: Option<Instant>,
    /// Incremented by every change.
    pub version: u64,
}

impl Campaign {
    /// A new campaign, in the state [`State::Draft`].
    #[must_use]
    pub fn drafted(id: CampaignId, draft: Draft, now: Instant) -> Self {
        let Draft { name, channel, content, segment } = draft;
        Self {
            id,
            name,
            channel,
            content,
            segment,
            state: State::Draft,
            created_at: now,
            begins_at: None,
            version: 1,
        }
    }

    /// The subject that all recipients got; `None` where there is no subject or the subject has a placeholder. Recipients
    /// do not know the campaign's name, which the merchant chose for itself.
    #[must_use]
    pub fn subject_of_all(&self) -> Option<&str> {
        let subject = &*self.content.subject;
        (!subject.is_empty() && !subject.contains("{{")).then_some(subject)
    }

    /// Replaces the merchant's draft, and returns whether something changed.
    ///
    /// # Errors
    /// [`CampaignError::State`] for a campaign that has begun.
    pub fn rewrite(&mut self, draft: &Draft) -> Result<bool, CampaignError> {
        if !matches!(self.state, State::Draft | State::Scheduled) {
            return Err(CampaignError::State);
        }
        let Draft { name, channel, content, segment } = draft.clone();
        let before = self.clone();
        *self = Self { name, channel, content, segment, ..before.clone() };
        Ok(*self != before)
    }

    /// Takes a step, and returns whether something changed. A step into the present state changes nothing.
    ///
    /// # Errors
    /// [`CampaignError::State`] where the state does not allow the step, [`CampaignError::AlreadyPast`] for an
    /// instant that has passed, [`CampaignError::TooOld`] for a paused campaign that began more than
    /// [`RESUMABLE_DAYS`] ago.
    pub fn step(&mut self, step: Step, now: Instant) -> Result<bool, CampaignError> {
        let (state, begins_at) = match (step, self.state) {
            (Step::Launch, State::Draft | State::Scheduled) => (State::Running, Some(now)),
            (Step::Schedule(at), State::Draft | State::Scheduled) if at > now => {
                (State::Scheduled, Some(at))
            }
            (Step::Schedule(_), State::Draft | State::Scheduled) => {
                return Err(CampaignError::AlreadyPast);
            }
            (Step::Pause, State::Running) => (State::Paused, self.begins_at),
            (Step::Resume, State::Paused) if self.is_too_old(now) => {
                return Err(CampaignError::TooOld);
            }
            (Step::Resume, State::Paused) => (State::Running, self.begins_at),
            (Step::Cancel, state) if state != State::Finished => (State::Cancelled, self.begins_at),
            (Step::Launch | Step::Resume, State::Running) | (Step::Pause, State::Paused) => {
                return Ok(false);
            }
            _ => return Err(CampaignError::State),
        };
        let changes = (state, begins_at) != (self.state, self.begins_at);
        self.state = state;
        self.begins_at = begins_at;
        Ok(changes)
    }

    fn is_too_old(&self, now: Instant) -> bool {
        let began = self.begins_at.unwrap_or(self.created_at);
        now.duration_since(began) > SignedDuration::from_hours(RESUMABLE_DAYS * 24)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const NOW: Instant = Instant::UNIX_EPOCH;

    fn campaign(state: State) -> Campaign {
        Campaign {
            id: CampaignId::mint(NOW, 1),
            name: "Spring".to_owned(),
            channel: Channel::Email,
            content: Content::default(),
            segment: Segment::default(),
            state,
            created_at: NOW,
            begins_at: None,
            version: 1,
        }
    }

    #[rstest]
    #[case(State::Draft, Step::Launch, Ok(State::Running))]
    #[case(State::Scheduled, Step::Launch, Ok(State::Running))]
    #[case(State::Running, Step::Launch, Ok(State::Running))]
    #[case(State::Finished, Step::Launch, Err(CampaignError::State))]
    #[case(State::Cancelled, Step::Launch, Err(CampaignError::State))]
    #[case(State::Draft, Step::Pause, Err(CampaignError::State))]
    #[case(State::Running, Step::Pause, Ok(State::Paused))]
    #[case(State::Paused, Step::Resume, Ok(State::Running))]
    #[case(State::Paused, Step::Cancel, Ok(State::Cancelled))]
    #[case(State::Cancelled, Step::Cancel, Ok(State::Cancelled))]
    #[case(State::Finished, Step::Cancel, Err(CampaignError::State))]
    #[case(State::Draft, Step::Schedule(NOW), Err(CampaignError::AlreadyPast))]
    fn a_campaign_takes_the_steps_that_its_state_allows(
        #[case] from: State,
        #[case] step: Step,
        #[case] to: Result<State, CampaignError>,
    ) {
        let mut campaign = campaign(from);
        assert_eq!(campaign.step(step, NOW).map(|_| campaign.state), to);
    }

    #[rstest]
    #[case(State::Draft, Ok(true))]
    #[case(State::Scheduled, Ok(true))]
    #[case(State::Running, Err(CampaignError::State))]
    #[case(State::Paused, Err(CampaignError::State))]
    #[case(State::Cancelled, Err(CampaignError::State))]
    #[case(State::Finished, Err(CampaignError::State))]
    fn a_campaign_can_be_rewritten_until_it_begins(
        #[case] state: State,
        #[case] changed: Result<bool, CampaignError>,
    ) {
        let mut campaign = campaign(state);
        let draft = Draft {
            name: "Summer".to_owned(),
            channel: Channel::Sms,
            content: Content { body: "Bonjour".to_owned(), ..Content::default() },
            segment: Segment::default(),
        };
        assert_eq!(campaign.rewrite(&draft), changed);
        if changed.is_ok() {
            assert_eq!(campaign.name, "Summer");
            assert_eq!(campaign.state, state);
            assert_eq!(campaign.rewrite(&draft), Ok(false));
        } else {
            assert_eq!(campaign.name, "Spring");
        }
    }

    #[rstest]
    #[case(RESUMABLE_DAYS * 24, Ok(true))]
    #[case(RESUMABLE_DAYS * 24 + 1, Err(CampaignError::TooOld))]
    fn a_paused_campaign_is_resumed_as_long_as_its_batches_are_stored(
        #[case] hours: i64,
        #[case] resumed: Result<bool, CampaignError>,
    ) {
        let mut campaign = Campaign { begins_at: Some(NOW), ..campaign(State::Paused) };
        let now = NOW + SignedDuration::from_hours(hours);
        assert_eq!(campaign.step(Step::Resume, now), resumed);
    }

    #[rstest]
    #[case::email("Une tasse offerte", Some("Une tasse offerte"))]
    #[case::sms("", None)]
    #[case::placeholder("{{first_name}}, une tasse offerte", None)]
    fn recipients_know_a_campaign_by_the_subject_that_they_all_got(
        #[case] subject: &str,
        #[case] known: Option<&str>,
    ) {
        let mut campaign = campaign(State::Finished);
        campaign.content.subject = subject.to_owned();
        assert_eq!(campaign.subject_of_all(), known);
    }

    #[test]
    fn a_campaign_launched_twice_is_launched_once() {
        let mut campaign = campaign(State::Draft);
        assert_eq!(campaign.step(Step::Launch, NOW), Ok(true));
        let began = campaign.begins_at;
        assert_eq!(campaign.step(Step::Launch, NOW + SignedDuration::from_secs(9)), Ok(false));
        assert_eq!(campaign.begins_at, began);
    }
}
