//! A reward, as the operator writes it.

use crate::codes;
use crate::context::App;
use crate::reward::response::RewardType;
use crate::schema::{Date, Identifier, LevelCode as LevelCodeText, PriceInPoints, Text60};
use domain::coupon::offer::Usage;
use domain::programme::LevelCode;
use domain::reward::{Given, NAME_LENGTH, Terms};
use domain::values::{calendar, text};
use domain::{Day, OfferId, Points, Reward, RewardError, RewardId, ValueError};
use http_edge::{Fields, Problem};
use serde::Deserialize;
use store::{Scope, StoreError};
use utoipa::ToSchema;

/// A reward to write.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutReward {
    /// The name that members read.
    #[schema(value_type = Text60, examples("Tasse en grès"))]
    name: String,
    r#type: RewardType,
    /// The offer whose coupon is given. Required for the type `coupon`, and only accepted for it; the codes
    /// of the offer are used once.
    #[schema(value_type = Option<Identifier>)]
    offer_id: Option<String>,
    #[schema(value_type = PriceInPoints)]
    points: i64,
    /// The number that can be given in all, including those already given. Absent for any number. Counting
    /// begins when a stock is first set.
    #[schema(minimum = 0, examples(50))]
    stock: Option<u32>,
    /// The number that one member can have, at most the stock. Absent for any number. Counting begins when a
    /// limit is first set.
    #[schema(minimum = 1, examples(1))]
    limit_member: Option<u32>,
    /// The first day of the reward, in the time zone of the establishment.
    #[schema(value_type = Date)]
    first_day: String,
    /// The last day of the reward. Absent for a reward without end.
    #[schema(value_type = Option<Date>)]
    last_day: Option<String>,
    /// The code of a level of today's programme. Only members of this level or of a higher one can have the
    /// reward.
    #[schema(value_type = Option<LevelCodeText>)]
    level: Option<String>,
    /// Whether the reward is not given for the time being.
    #[serde(default)]
    disabled: bool,
}

impl PutReward {
    /// Reads the reward, and looks up the offer of a coupon: no round trip, or 1.
    pub(super) async fn read(
        &self,
        app: &App,
        scope: &Scope,
        id: RewardId,
    ) -> Result<Reward, Problem> {
        let mut fields = Fields::default();
        let name = fields.check("/name", text::bounded(&self.name, NAME_LENGTH));
        let given = self.given(app, scope, &mut fields).await?;
        let first_day = fields.check("/first_day", Day::parse(&self.first_day));
        let last_day = fields.check_given("/last_day", self.last_day.as_deref(), Day::parse);
        let level = fields.check_given("/level", self.level.as_deref(), LevelCode::parse);
        let (Some(name), Some(given), Some(first_day), Some(last_day), Some(level)) =
            (name, given, first_day, last_day, level)
        else {
            return Err(fields.refuse());
        };
        let terms = Terms {
            name: name.to_owned(),
            points: Points::new(self.points),
            given,
            stock: self.stock,
            limit_member: self.limit_member,
            first_day,
            last_day,
            level,
        };
        let today = Day::at(app.now(), &calendar::PARIS);
        let levels = &scope.settings.programmes.terms_on(today).levels;
        Reward::new(id, terms, self.disabled, levels).map_err(|field| {
            fields.note_invalid("", &field);
            fields.refuse()
        })
    }

    async fn given(
        &self,
        app: &App,
        scope: &Scope,
        fields: &mut Fields,
    ) -> Result<Option<Given>, Problem> {
        let offer = match (self.r#type, self.offer_id.as_deref()) {
            (RewardType::Goods, None) => return Ok(Some(Given::Goods)),
            (RewardType::Goods, Some(_)) => {
                let detail = "goes with the type coupon only";
                fields.note("/offer_id", codes::OTHER_TYPE, detail);
                return Ok(None);
            }
            (RewardType::Coupon, None) => {
                let detail = "must be given with the type coupon";
                fields.note("/offer_id", http_edge::codes::MISSING, detail);
                return Ok(None);
            }
            (RewardType::Coupon, Some(offer)) => offer,
        };
        let Some(offer) = fields.check("/offer_id", OfferId::parse(offer)) else {
            return Ok(None);
        };
        let offer = match app.store().offer(scope.tenant(), offer).await {
            Err(StoreError::NotFound(_)) => {
                return Ok(fields.check("/offer_id", Err(ValueError::Identifier)));
            }
            found => found?.offer,
        };
        if offer.terms().usage != Usage::Single {
            return Ok(fields.check("/offer_id", Err(RewardError::Offer)));
        }
        Ok(Some(Given::Coupon(offer.id)))
    }
}
