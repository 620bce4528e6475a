//! What merchants, tills and members do: one file for each operation, or for each small family.

mod access_log;
mod campaign;
mod coupon;
mod ctx;
mod focus;
mod ledger;
mod member;
mod merchant;
mod message;
pub(crate) mod person;
mod purchase;
mod request;
mod retention;
mod reward;
mod service;
mod upload;
mod webhook;

pub use ctx::Ctx;
pub(crate) use ctx::local;
use fastrand::Rng;
use futures::future::BoxFuture;
pub(crate) use request::ApiRequest;

/// Something that somebody does.
pub struct Operation {
    /// The name of the operation in the API's description, or of the step outside the API. Several operations may
    /// use one operation of the API in different ways.
    pub name: &'static str,
    /// Whether it is an operation of the API.
    pub is_api: bool,
    /// How often it is done, relative to the others.
    pub weight: u32,
    /// Whether every run has it that has its topic. The other operations of the topic need what it makes.
    pub is_essential: bool,
    /// What it is about. Operations of one topic happen at the same time often.
    pub topic: Topic,
    /// Does it.
    pub run: fn(Ctx) -> BoxFuture<'static, ()>,
}

/// What an operation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// A campaign or a message.
    Campaign,
    /// Offers and their coupons.
    Coupon,
    /// The points of a member.
    Ledger,
    /// A member's data.
    Member,
    /// A merchant's settings.
    Merchant,
    /// A sale or a return.
    Purchase,
    /// A reward or its redemption.
    Reward,
    /// The service itself.
    Service,
    /// A file.
    Upload,
    /// An endpoint of webhooks.
    Webhook,
}

impl Topic {
    /// The topics that some runs leave out.
    pub(crate) const OPTIONAL: [Self; 6] =
        [Self::Campaign, Self::Coupon, Self::Merchant, Self::Reward, Self::Upload, Self::Webhook];
}

impl Operation {
    const fn of(
        name: &'static str,
        topic: Topic,
        weight: u32,
        run: fn(Ctx) -> BoxFuture<'static, ()>,
    ) -> Self {
        Self { name, is_api: true, weight, is_essential: false, topic, run }
    }

    const fn essential(mut self) -> Self {
        self.is_essential = true;
        self
    }

    const fn outside_the_api(mut self) -> Self {
        self.is_api = false;
        self
    }
}

impl std::fmt::Debug for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// Every operation.
pub static ALL: &[Operation] = &[
    purchase::record::RECORD,
    purchase::record::SEND_QUEUE,
    purchase::record::REPEAT,
    purchase::returns::RETURN,
    purchase::cancel::CANCEL,
    purchase::cancel::UNDO,
    purchase::attach::ATTACH,
    purchase::transfer::MOVE,
    purchase::dry_run::DRY_RUN,
    purchase::read::SHOW,
    member::enrol::CREATE,
    member::find::FIND,
    member::read::SHOW,
    member::read::LIST,
    member::correct::CORRECT,
    member::mobile::CHANGE,
    member::merge::MERGE,
    member::merge::UNMERGE,
    member::card::BLOCK,
    member::card::UNBLOCK,
    member::card::REPLACE,
    member::registration::PUT,
    member::consent::PUT,
    member::consent::SHOW,
    member::consent::HISTORY,
    member::erasure::BY_MERCHANT,
    member::erasure::BY_OPERATOR,
    ledger::adjust::ADJUST,
    ledger::visit::VISIT,
    ledger::read::BALANCE,
    ledger::read::HISTORY,
    coupon::offer::CREATE,
    coupon::offer::PUT,
    coupon::offer::SHOW,
    coupon::offer::LIST,
    coupon::batch::CREATE,
    coupon::batch::SHOW,
    coupon::batch::LIST,
    coupon::batch::CODES,
    coupon::batch::RESUME,
    coupon::code::PUT,
    coupon::code::IMPORT,
    coupon::code::CHECK,
    reward::catalogue::CREATE,
    reward::catalogue::PUT,
    reward::catalogue::SHOW,
    reward::catalogue::LIST,
    reward::at_till::GIVEN,
    reward::at_till::FOR_MEMBER,
    reward::redemption::REDEEM,
    reward::redemption::SHOW,
    reward::redemption::FULFIL,
    reward::redemption::CANCEL,
    campaign::draft::CREATE,
    campaign::draft::PUT,
    campaign::draft::SHOW,
    campaign::draft::LIST,
    campaign::dry_run::ASK,
    campaign::dry_run::SHOW,
    campaign::steps::SCHEDULE,
    campaign::steps::LAUNCH,
    campaign::steps::PAUSE,
    campaign::steps::RESUME,
    campaign::steps::CANCEL,
    merchant::create::CREATE,
    merchant::create::SHOW,
    merchant::establishment::PUT,
    merchant::key::CREATE,
    merchant::key::REVOKE,
    merchant::sender::EMAIL,
    merchant::sender::SMS,
    merchant::card_activation::PUT,
    merchant::contract_end::PUT,
    merchant::contract_end::DELETE,
    merchant::programme::PUT,
    merchant::programme::PATCH,
    webhook::endpoint::CREATE,
    webhook::endpoint::PUT,
    webhook::endpoint::SHOW,
    webhook::endpoint::LIST,
    webhook::endpoint::DELETE,
    webhook::secret::ROTATE,
    webhook::replay::REPLAY,
    upload::file::UPLOAD,
    upload::form::OPEN,
    upload::form::SHOW,
    upload::form::LIST,
    retention::suppression::BY_MERCHANT,
    retention::suppression::BY_OPERATOR,
    retention::erasures::LIST,
    access_log::list::LIST,
    message::objection::OPEN,
    message::objection::PRESS,
    message::inbound::WRITE,
    message::inbound::LIST,
    service::HEALTH,
    service::DOCUMENT,
];

/// The operations that set the merchants up, in rounds. The operations themselves prefer what a merchant still needs.
pub(crate) fn set_up(random: &mut Rng) -> Vec<Vec<&'static Operation>> {
    let merchants = random.usize(1..=3);
    let mut rounds = Vec::new();
    let mut add = |name: &str, times: usize| {
        let operation = ALL.iter().find(|operation| operation.name == name).expect("an operation");
        rounds.extend(std::iter::repeat_n(vec![operation], times));
    };
    add("create_merchant", merchants);
    add("put_establishment", merchants + random.usize(..=2));
    add("create_key", 2 * merchants + random.usize(..=3));
    add("put_email_sender", merchants);
    add("put_sms_sender", merchants);
    add("put_programme", random.usize(..=1));
    add("create_offer", merchants);
    add("put_coupon_code", 2 * merchants);
    add("create_reward", merchants);
    add("create_member", 3 * merchants + random.usize(..=6));
    add("put_consent", 3 * merchants);
    add("create_purchase", 2 * merchants);
    add("create_webhook", random.usize(..=1));
    add("create_campaign", random.usize(..=1));
    rounds
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use std::collections::BTreeSet;

    #[test]
    fn every_operation_of_the_api_is_in_the_list() {
        let document = include_str!("../../../../functions/api/openapi.json");
        let document: Value = serde_json::from_str(document).unwrap();
        let paths = document["paths"].as_object().unwrap().values();
        let operations = paths.flat_map(|path| path.as_object().unwrap().values());
        let described: BTreeSet<_> =
            operations.filter_map(|operation| operation["operationId"].as_str()).collect();
        let api = ALL.iter().filter(|operation| operation.is_api);
        let listed: BTreeSet<_> = api.map(|operation| operation.name).collect();
        assert_eq!(listed, described);
    }
}
