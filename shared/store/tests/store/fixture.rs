//! A merchant with an empty table.

use domain::campaign::{Campaign, Content, State};
use domain::member::consent::Consent;
use domain::purchase::receipt::Operator;
use domain::{CampaignId, Channel, EstablishmentId, Instant, Sector, Segment};
use store::{ConsentChange, Scope, Store};
use support::{Table, consent, instant, merchant, open_merchant};

pub(crate) fn now() -> Instant {
    instant("2026-11-24T09:20:00Z")
}

pub(crate) struct Fixture {
    pub(crate) table: Table,
    pub(crate) store: Store,
    pub(crate) scope: Scope,
}

impl Fixture {
    pub(crate) async fn open() -> Self {
        let table = Table::start().await;
        let store = table.store();
        let scope = open_merchant(&store, &merchant(Sector::Retail, 1), now()).await;
        Self { table, store, scope }
    }
}

/// The consent of a person at the counter, with its full proof.
pub(crate) fn full_proof(at: Instant) -> ConsentChange {
    let ConsentChange::Consent(given) = consent(at) else { unreachable!("a consent") };
    ConsentChange::Consent(Consent {
        establishment: EstablishmentId::parse("paris").ok(),
        operator: Operator::parse("V12").ok(),
        ..given
    })
}

/// A campaign by SMS that was not launched.
pub(crate) fn draft_campaign(number: u128, at: Instant) -> Campaign {
    Campaign {
        id: CampaignId::mint(at, number),
        name: "Rentrée".to_owned(),
        channel: Channel::Sms,
        content: Content { body: "Bonjour {{first_name}}".to_owned(), ..Content::default() },
        segment: Segment::default(),
        state: State::Draft,
        created_at: at,
        begins_at: None,
        version: 1,
    }
}
