//! The rewards and the coupons of a member.

use crate::fixture::{Fixture, PASSWORD};
use axum::http::StatusCode;
use domain::coupon::offer::{Benefit, Share, Terms as OfferTerms, Usage};
use domain::programme::{Level, LevelCode};
use domain::purchase::UsedCoupon;
use domain::reward::redemption::Spent;
use domain::reward::{Given, Terms};
use domain::{
    Cents, CouponCode, Day, EstablishmentId, MemberId, Offer, OfferId, Points, Redemption, Reward,
    RewardId, Sector,
};
use store::{
    Answered, CodeChange, Customer, IdempotencyKey, NewRedemption, PurchaseToRecord, Scope, Source,
    Wanted,
};
use support::{merchant, mug_terms, offer_terms, open_merchant, sale};

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn mug(name: &str, points: i64) -> Terms {
    Terms { name: name.to_owned(), limit_member: None, ..mug_terms(Points::new(points)) }
}

fn single(name: &str) -> OfferTerms {
    OfferTerms { name: name.to_owned(), ..offer_terms(Cents::new(500), Usage::Single) }
}

impl Fixture {
    fn rewards_path(&self) -> String {
        format!("/rewards/{}", self.merchant())
    }

    /// A sale that gives a point for each euro, with a coupon or without.
    async fn sell(&self, member: MemberId, receipt: &str, euros: i64, code: Option<&str>) {
        let mut purchase = sale(receipt, euros * 100);
        if let Some(code) = code {
            let code = CouponCode::parse(code).unwrap();
            let used = UsedCoupon { code, discount: Cents::new(500) };
            purchase = purchase.with_coupons(vec![used]).unwrap();
        }
        let entry = PurchaseToRecord { card_activated: false, purchase, source: Source::Operator };
        let customer = Customer::Member(member);
        let sold = self.store.record_purchase(&self.scope, &customer, &entry, self.now());
        sold.await.unwrap();
    }

    async fn reward(&self, number: u128, terms: Terms) -> RewardId {
        let gold = Level {
            code: LevelCode::parse("gold").unwrap(),
            name: "Or".to_owned(),
            from: Points::new(500),
        };
        let id = RewardId::mint(self.now(), number);
        let reward = Reward::new(id, terms, false, &[gold]).unwrap();
        self.store.create_reward(&self.scope, &reward, None, self.now()).await.unwrap();
        id
    }

    async fn redeem(&self, member: MemberId, reward: RewardId) -> Redemption {
        let wanted = Wanted::Reward(reward);
        let new = NewRedemption { member, wanted, today: day("2026-11-30") };
        let key = IdempotencyKey { text: format!("{member}{reward}"), fingerprint: [7; 32] };
        match self.store.redeem(&self.scope, &new, &key, self.now()).await.unwrap() {
            Answered::New(redeemed) => redeemed.redemption,
            Answered::Replayed(_) => panic!("a key was used twice"),
        }
    }

    async fn offer(&self, scope: &Scope, number: u128, terms: OfferTerms) -> OfferId {
        let id = OfferId::mint(self.now(), number);
        let offer = Offer::new(id, terms, false, Sector::Retail).unwrap();
        self.store.create_offer(scope, &offer, None, self.now()).await.unwrap();
        id
    }

    async fn give(&self, scope: &Scope, offer: OfferId, code: &str, member: MemberId) {
        let change = CodeChange { disabled: false, bound_to: Some(member) };
        let code = CouponCode::parse(code).unwrap();
        self.store.put_code(scope, offer, &code, change, self.now()).await.unwrap();
    }
}

/// The entry of a list under a heading.
fn entry<'p>(page: &'p str, heading: &str) -> &'p str {
    let (_, rest) = page.split_once(&format!("<h3>{heading}</h3>")).unwrap();
    rest.split("</li>").next().unwrap()
}

/// The place in the link to the next page of a list.
fn place<'p>(page: &'p str, list: &str) -> &'p str {
    let (_, rest) = page.split_once(&format!("?{list}=")).unwrap();
    rest.split('"').next().unwrap()
}

#[tokio::test]
async fn a_member_sees_the_rewards_within_reach_and_how_many_points_the_others_miss() {
    let fixture = Fixture::open().await;
    let mut browser = fixture.browser();
    let member = fixture.join(&mut browser, "0639980012").await;
    let empty = browser.get(&fixture.rewards_path()).await;
    assert_eq!(empty.status, StatusCode::OK);
    assert!(empty.text.contains("Aucune récompense") && empty.text.contains("pas de bon d’achat"));

    fixture.sell(member, "1", 120, None).await;
    fixture.reward(1, Terms { last_day: Some(day("2026-12-31")), ..mug("Tasse", 120) }).await;
    fixture.reward(2, mug("Sac", 150)).await;
    fixture.reward(3, mug("Bol", 121)).await;
    let gold = Terms { level: LevelCode::parse("gold").ok(), ..mug("Montre", 10) };
    fixture.reward(4, gold).await;
    let page = browser.get(&fixture.rewards_path()).await.text;
    assert!(page.contains("<strong>120 points</strong>"), "{page}");
    assert!(page.contains("réduire un achat de 1,20"), "{page}");
    let within_reach = entry(&page, "Tasse");
    assert!(within_reach.contains("Vous pouvez l’avoir"), "{within_reach}");
    assert!(within_reach.contains("jusqu’au 31/12/2026"), "{within_reach}");
    assert!(entry(&page, "Sac").contains("Il vous manque 30 points."), "{page}");
    assert!(entry(&page, "Bol").contains("Il vous manque 1 point."), "{page}");
    assert!(entry(&page, "Montre").contains("niveau supérieur"), "{page}");
    let english = browser.get(&format!("{}?lang=en", fixture.rewards_path())).await.text;
    assert!(entry(&english, "Sac").contains("30 points are missing."), "{english}");
}

#[tokio::test]
async fn a_used_up_reward_says_so_and_one_that_is_not_given_now_is_not_listed() {
    let fixture = Fixture::open().await;
    let mut browser = fixture.browser();
    let member = fixture.join(&mut browser, "0639980012").await;
    let other = fixture.join(&mut fixture.browser(), "0639980013").await;
    fixture.sell(member, "1", 120, None).await;
    fixture.sell(other, "2", 120, None).await;
    let last = fixture.reward(1, Terms { stock: Some(1), ..mug("Bol", 10) }).await;
    fixture.redeem(other, last).await;
    let once = fixture.reward(2, Terms { limit_member: Some(1), ..mug("Tasse", 10) }).await;
    fixture.redeem(member, once).await;
    fixture.reward(3, Terms { first_day: day("2026-12-01"), ..mug("Sapin", 10) }).await;
    fixture.reward(4, Terms { last_day: Some(day("2026-11-29")), ..mug("Citrouille", 10) }).await;
    let ended = OfferTerms { last_day: Some(day("2026-11-29")), ..single("Automne") };
    let ended = fixture.offer(&fixture.scope, 1, ended).await;
    fixture.reward(5, Terms { given: Given::Coupon(ended), ..mug("Bon d’automne", 10) }).await;
    let page = browser.get(&fixture.rewards_path()).await.text;
    assert!(entry(&page, "Bol").contains("Elle est épuisée"), "{page}");
    assert!(entry(&page, "Tasse").contains("autant de fois que possible"), "{page}");
    assert_eq!(page.matches("<h3>").count(), 2, "{page}");
}

#[tokio::test]
async fn a_member_sees_own_coupons_with_their_barcodes_until_they_are_used_or_ended() {
    let fixture = Fixture::open().await;
    let (mut browser, mut of_other) = (fixture.browser(), fixture.browser());
    let member = fixture.join(&mut browser, "0639980012").await;
    let other = fixture.join(&mut of_other, "0639980013").await;
    let scope = &fixture.scope;
    let five = fixture.offer(scope, 1, single("Cinq euros")).await;
    let ended = OfferTerms { last_day: Some(day("2026-11-29")), ..single("Automne") };
    let ended = fixture.offer(scope, 2, ended).await;
    fixture.give(scope, five, "CADEAU2026", member).await;
    fixture.give(scope, five, "UTILISE2026", member).await;
    fixture.give(scope, ended, "AUTOMNE2026", member).await;
    fixture.give(scope, five, "DUVOISIN2026", other).await;
    fixture.sell(member, "1", 120, Some("UTILISE2026")).await;
    let to_come = OfferTerms {
        benefit: Benefit::Percentage { share: Share::new(1_250).unwrap(), most: None },
        minimum_spend: Cents::new(3_000),
        first_day: day("2026-12-01"),
        last_day: Some(day("2026-12-24")),
        establishments: vec![EstablishmentId::parse("paris").unwrap()],
        ..single("Noël")
    };
    let to_come = fixture.offer(scope, 3, to_come).await;
    let of_points = Terms { given: Given::Coupon(to_come), ..mug("Bon de Noël", 100) };
    let reward = fixture.reward(1, of_points).await;
    let Spent::Coupon(_, code) = fixture.redeem(member, reward).await.spent else {
        panic!("a coupon is given");
    };

    let page = browser.get(&fixture.rewards_path()).await.text;
    assert!(entry(&page, "Noël").contains(&code.to_string()), "{page}");
    for term in ["12,5\u{a0}%", "dès 30,00", "01/12/2026", "24/12/2026", "Paris"] {
        assert!(entry(&page, "Noël").contains(term), "{term}: {page}");
    }
    let gift = entry(&page, "Cinq euros");
    assert!(gift.contains("5,00") && gift.contains("CADEAU2026"), "{gift}");
    // Code 128: start, ten characters and check of 11 modules, a stop of 13, and two margins of 10.
    assert!(gift.contains("viewBox=\"0 0 165 40\"") && gift.contains("<path d=\"M"), "{gift}");
    assert_eq!(page.matches("<svg").count(), 2, "{page}");
    for absent in ["UTILISE2026", "AUTOMNE2026", "DUVOISIN2026"] {
        assert!(!page.contains(absent), "{absent}: {page}");
    }
    let neighbour = of_other.get(&fixture.rewards_path()).await.text;
    assert!(neighbour.contains("DUVOISIN2026") && !neighbour.contains("CADEAU2026"));
}

#[tokio::test]
async fn a_coupon_of_the_same_person_at_another_merchant_is_not_shown() {
    let fixture = Fixture::open().await;
    let mut browser = fixture.browser();
    fixture.join(&mut browser, "0639980012").await;
    let elsewhere = merchant(Sector::Retail, 2);
    let elsewhere = open_merchant(&fixture.store, &elsewhere, fixture.now()).await;
    let offer = fixture.offer(&elsewhere, 1, single("Ailleurs")).await;
    let new = store::NewMember {
        mobile: support::mobile(12),
        details: domain::member::Details::default(),
        enrolment: domain::Enrolment::Till,
    };
    let created = fixture.store.create_member(&elsewhere, &new, fixture.now()).await.unwrap();
    fixture.give(&elsewhere, offer, "AILLEURS2026", created.0.person.id).await;
    let page = browser.get(&fixture.rewards_path()).await.text;
    assert!(page.contains("pas de bon d’achat") && !page.contains("AILLEURS2026"), "{page}");
}

#[tokio::test]
async fn later_pages_of_rewards_show_rewards_alone_and_begin_where_the_first_ended() {
    let fixture = Fixture::open().await;
    let mut browser = fixture.browser();
    let member = fixture.join(&mut browser, "0639980012").await;
    for number in 1..=51 {
        fixture.reward(number, mug(&format!("Tasse {number}"), 10)).await;
    }
    let offer = fixture.offer(&fixture.scope, 1, single("Cinq euros")).await;
    fixture.give(&fixture.scope, offer, "CADEAU2026", member).await;
    let path = fixture.rewards_path();
    let first = browser.get(&path).await.text;
    assert!(first.contains("<h3>Tasse 51</h3>") && first.contains("CADEAU2026"));
    assert_eq!(first.matches("<h3>Tasse").count(), 50);
    let place = place(&first, "rewards");
    let second = browser.get(&format!("{path}?rewards={place}")).await.text;
    assert!(second.contains("<h3>Tasse 1</h3>") && !second.contains("CADEAU2026"), "{second}");
    assert_eq!(second.matches("<h3>").count(), 1);
    // A place of one list is none of the other.
    let foreign = browser.get(&format!("{path}?coupons={place}")).await.text;
    assert!(foreign.contains("CADEAU2026") && !foreign.contains("<h3>Tasse"), "{foreign}");
}

#[tokio::test]
async fn without_a_session_the_pages_lead_to_the_sign_in() {
    let fixture = Fixture::open().await;
    let mut browser = fixture.browser();
    let messages = format!("/messages/{}", fixture.merchant());
    for path in [fixture.rewards_path(), messages] {
        let closed = browser.get(&path).await;
        assert_eq!(closed.status, StatusCode::SEE_OTHER, "{path}");
        assert_eq!(closed.location(), fixture.sign_in_path());
    }
    fixture.join(&mut fixture.browser(), "0639980012").await;
    let fields = [("login", "0639980012"), ("password", PASSWORD)];
    browser.post(&fixture.sign_in_path(), &fields).await;
    assert_eq!(browser.get(&fixture.rewards_path()).await.status, StatusCode::OK);
}
