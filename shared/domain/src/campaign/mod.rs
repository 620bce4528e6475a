//! A campaign: one message to a segment of members, and the states it goes through.

mod error;

pub use error::CampaignError;

pub mod segment;

use crate::{CampaignId, Channel, Instant, Segment};

/// Where a campaign is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Being written; nothing is sent.
    Draft,
    /// Begins by itself at its moment.
    Scheduled,
    /// Being planned and sent.
    Running,
    /// Held; what was not handed to the provider waits.
    Paused,
    /// Ended by hand; what was not handed to the provider is never sent.
    Cancelled,
    /// Every recipient is accounted for.
    Finished,
}

impl State {
    const ALL: [Self; 6] = [
        Self::Draft,
        Self::Scheduled,
        Self::Running,
        Self::Paused,
        Self::Cancelled,
        Self::Finished,
    ];

    /// The word for it in the API and in the table.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Scheduled => "scheduled",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Cancelled => "cancelled",
            Self::Finished => "finished",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// What a person asks of a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Begin now.
    Launch,
    /// Begin at a moment.
    Schedule(Instant),
    /// Hold.
    Pause,
    /// Go on.
    Resume,
    /// End.
    Cancel,
}

/// What is written to a person; the placeholders were checked when it was saved.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Content {
    /// The subject of an e-mail; empty for an SMS.
    pub subject: String,
    /// The HTML of an e-mail, or the text of an SMS.
    pub body: String,
    /// Whether an SMS, each person's own name included, is written in the alphabet that costs less as
    /// far as something reads the same.
    pub folded: bool,
}

/// What a merchant writes of a campaign, and may write anew until it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// What the merchant calls it.
    pub name: String,
    /// By which way it goes.
    pub channel: Channel,
    /// What is written.
    pub content: Content,
    /// For whom.
    pub segment: Segment,
}

/// A campaign of one merchant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campaign {
    /// Its identifier.
    pub id: CampaignId,
    /// What the merchant calls it.
    pub name: String,
    /// By which way it goes.
    pub channel: Channel,
    /// What is written.
    pub content: Content,
    /// For whom.
    pub segment: Segment,
    /// Where it is.
    pub state: State,
    /// When it was entered.
    pub created_at: Instant,
    /// When it begins or began.
    pub begins_at: Option<Instant>,
    /// Raised by every change.
    pub version: u64,
}

impl Campaign {
    /// A new campaign, not launched.
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

    /// Writes it anew. The same again changes nothing and is told by `false`.
    ///
    /// # Errors
    /// [`CampaignError::State`] for one that has begun.
    pub fn rewrite(&mut self, draft: &Draft) -> Result<bool, CampaignError> {
        if !matches!(self.state, State::Draft | State::Scheduled) {
            return Err(CampaignError::State);
        }
        let Draft { name, channel, content, segment } = draft.clone();
        let before = self.clone();
        *self = Self { name, channel, content, segment, ..before.clone() };
        Ok(*self != before)
    }

    /// Takes a step. Asking again for what already holds changes nothing and is told by `false`.
    ///
    /// # Errors
    /// [`CampaignError::State`] where the state does not allow it, [`CampaignError::AlreadyPast`] for a
    /// moment that has passed.
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
    fn a_campaign_is_written_anew_until_it_begins(
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
            assert_eq!((campaign.name.as_str(), campaign.state), ("Summer", state));
            assert_eq!(campaign.rewrite(&draft), Ok(false));
        } else {
            assert_eq!(campaign.name, "Spring");
        }
    }

    #[test]
    fn a_campaign_launched_twice_is_launched_once() {
        let mut campaign = campaign(State::Draft);
        assert_eq!(campaign.step(Step::Launch, NOW), Ok(true));
        let began = campaign.begins_at;
        assert_eq!(
            campaign.step(Step::Launch, NOW + jiff::SignedDuration::from_secs(9)),
            Ok(false)
        );
        assert_eq!(campaign.begins_at, began);
    }
}
