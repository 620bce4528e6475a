//! The segment of a campaign, in requests and in answers.

use crate::schema::EstablishmentCode;
use domain::campaign::segment::Between;
use domain::{CampaignError, Cents, EstablishmentId, Points, ProgrammeError, Segment};
use http_edge::Fields;
use serde::{Deserialize, Serialize};
use store::Settings;
use utoipa::ToSchema;

/// A range of whole numbers. `from` must not be greater than `to`.
#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Range {
    /// The least number of the range. Absent for no lower bound.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<u32>,
    /// The greatest number of the range. Absent for no upper bound.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<u32>,
}

/// A range of whole numbers that may be below zero. `from` must not be greater than `to`.
#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignedRange {
    /// The least number of the range. Absent for no lower bound.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<i64>,
    /// The greatest number of the range. Absent for no upper bound.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<i64>,
}

/// The members that a campaign is for: those who meet every condition; all members without conditions.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = Segment)]
pub(crate) struct SegmentBody {
    /// The days since the last purchase, visit, redemption, login or click.
    #[serde(skip_serializing_if = "Option::is_none")]
    days_since_activity: Option<Range>,
    /// The days since the last purchase. A member without a purchase does not meet this condition.
    #[serde(skip_serializing_if = "Option::is_none")]
    days_since_purchase: Option<Range>,
    /// The total of all sales less returns, in euro cents.
    #[serde(skip_serializing_if = "Option::is_none")]
    spend_cents: Option<SignedRange>,
    /// The number of sales.
    #[serde(skip_serializing_if = "Option::is_none")]
    visits: Option<Range>,
    /// The points that the member can spend now.
    #[serde(skip_serializing_if = "Option::is_none")]
    balance: Option<SignedRange>,
    /// The codes of the establishments of the last purchase. Empty for any establishment, or no purchase.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<EstablishmentCode>)]
    establishments: Vec<String>,
}

/// Reads a range of numbers `N` into values `T`.
fn between<N, T: Copy + Ord>(
    fields: &mut Fields,
    name: &str,
    (from, to): (Option<N>, Option<N>),
    value: impl Fn(N) -> T,
) -> Option<Between<T>> {
    let range = Between::new(from.map(&value), to.map(&value));
    fields.check(&format!("/segment/{name}"), range)
}

fn ends(range: Option<Range>) -> (Option<u32>, Option<u32>) {
    range.map_or((None, None), |range| (range.from, range.to))
}

fn signed_ends(range: Option<SignedRange>) -> (Option<i64>, Option<i64>) {
    range.map_or((None, None), |range| (range.from, range.to))
}

impl SegmentBody {
    pub(super) fn read(&self, settings: &Settings, fields: &mut Fields) -> Option<Segment> {
        let days = |days: u32| i32::try_from(days).unwrap_or(i32::MAX);
        let activity = between(fields, "days_since_activity", ends(self.days_since_activity), days);
        let purchase = between(fields, "days_since_purchase", ends(self.days_since_purchase), days);
        let spend = between(fields, "spend_cents", signed_ends(self.spend_cents), Cents::new);
        let visits = between(fields, "visits", ends(self.visits), |visits| visits);
        let balance = between(fields, "balance", signed_ends(self.balance), Points::new);
        let establishments = self.establishments(settings, fields);
        let segment = Segment {
            days_since_activity: activity?,
            days_since_purchase: purchase?,
            spend: spend?,
            visits: visits?,
            balance: balance?,
            establishments: establishments?,
        };
        if segment.clone().checked() == Err(CampaignError::Segment) {
            fields.note(
                "/segment",
                CampaignError::Segment.into(),
                "contradicts itself: a purchase is an activity, so no member who bought in the days given was \
                 inactive for longer",
            );
            return None;
        }
        Some(segment)
    }

    fn establishments(
        &self,
        settings: &Settings,
        fields: &mut Fields,
    ) -> Option<Vec<EstablishmentId>> {
        let mut known = Vec::new();
        let mut all_are = true;
        for (index, code) in self.establishments.iter().enumerate() {
            let pointer = format!("/segment/establishments/{index}");
            match fields.check(&pointer, EstablishmentId::parse(code)) {
                Some(id) if !settings.establishments.contains_key(&id) => {
                    let detail = "is not the code of an establishment of this merchant";
                    fields.note(&pointer, ProgrammeError::EstablishmentUnknown.into(), detail);
                    all_are = false;
                }
                Some(id) if !known.contains(&id) => known.push(id),
                Some(_) => {}
                None => all_are = false,
            }
        }
        all_are.then_some(known)
    }

    pub(super) fn of(segment: &Segment) -> Self {
        let given = |from: Option<u32>, to: Option<u32>| {
            Some(Range { from, to }).filter(|range| *range != Range::default())
        };
        let signed = |from: Option<i64>, to: Option<i64>| {
            Some(SignedRange { from, to }).filter(|range| *range != SignedRange::default())
        };
        let days = |range: &Between<i32>| {
            let day = |day: i32| u32::try_from(day).unwrap_or_default();
            let (from, to) = range.ends();
            given(from.map(day), to.map(day))
        };
        let (spend_from, spend_to) = segment.spend.ends();
        let (balance_from, balance_to) = segment.balance.ends();
        let (visits_from, visits_to) = segment.visits.ends();
        Self {
            days_since_activity: days(&segment.days_since_activity),
            days_since_purchase: days(&segment.days_since_purchase),
            spend_cents: signed(spend_from.map(Cents::get), spend_to.map(Cents::get)),
            visits: given(visits_from, visits_to),
            balance: signed(balance_from.map(Points::get), balance_to.map(Points::get)),
            establishments: segment.establishments.iter().map(ToString::to_string).collect(),
        }
    }
}
