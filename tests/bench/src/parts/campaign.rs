//! The plan of a campaign: its speed beside a bare paged query of the same members, and its memory.

use crate::{
    figures::{Bound, Figures, median},
    function::Function,
    people::Shop,
    places,
    proxies::PagingProxy,
    stack::{CAMPAIGNS_QUEUE, Path, SENDS_QUEUE, Stack, empty_table},
};
use aws_fakes::Message;
use domain::{CampaignId, retention};
use platform::messages::CampaignMessage;
use serde_json::Value;
use std::time::{Duration, Instant};
use store::Tenant;

const MEMBERS: usize = 500_000;
/// Members that are enrolled one by one; the others are their copies.
const ENROLLED: u16 = 400;
/// Purchases of each enrolled member.
const PURCHASES: usize = 3;
/// The plan and the bare query take turns so many times; the medians are compared.
const ROUNDS: usize = 3;

pub(crate) async fn measure(figures: &mut Figures) {
    let started = Instant::now();
    let dynamo = empty_table().await;
    let shop = Shop::open(&dynamo, 1).await;
    let now = domain::Instant::now();
    let members = shop.enrol(&dynamo, 0..ENROLLED, now).await;
    shop.consent(&members, now).await;
    shop.sell(&members, PURCHASES).await;
    let due = retention::day_after(retention::day_of(now), retention::INACTIVE_MONTHS);
    shop.copy(&dynamo, MEMBERS - members.len(), due);
    let took = started.elapsed().as_secs_f64();
    eprintln!("campaign: {MEMBERS} members were made in {took:.0} s");

    let paging = PagingProxy::start(dynamo.address()).await;
    let stack = Stack::on(dynamo).await;
    let mut environment = stack.environment(Path::Direct);
    environment.push(("AWS_ENDPOINT_URL_DYNAMODB", paging.address().to_owned()));
    let tenant = shop.scope.tenant();

    let (mut speeds, mut bare_speeds, mut peaks) = (Vec::new(), Vec::new(), Vec::new());
    #[expect(clippy::cast_precision_loss, reason = "half a million")]
    let all = MEMBERS as f64;
    for round in 1..=ROUNDS {
        let seconds = bare_query(&environment, tenant).await;
        bare_speeds.push(all / seconds);

        let campaign = shop.launch(round as u128).await;
        let function = Function::start(&places::binary("campaign"), &environment).await;
        let took = plan(&stack, &function, tenant, campaign).await;
        let plan = shop.store.plan(tenant, campaign).await.expect("a plan");
        assert!(plan.is_done(), "the walk has not ended");
        assert_eq!(plan.recipients, MEMBERS as u64, "everybody is planned, once");
        while stack.sqs.receive(SENDS_QUEUE).is_some() {}
        speeds.push(all / took.as_secs_f64());
        peaks.push(function.peak_mb());
        let took = took.as_secs_f64();
        eprintln!("campaign, round {round}: {took:.1} s; bare query: {seconds:.1} s");
    }
    let (speed, bare_speed) = (median(&speeds), median(&bare_speeds));
    figures.add_beside("campaign.members_per_second", speed, "members/s", bare_speed, Bound::None);
    let ratio = speed / bare_speed;
    figures.add_beside("campaign.ratio_to_bare_query", ratio, "ratio", 1.0, Bound::AtLeast(0.75));
    figures.add("campaign.peak_mb", median(&peaks), "MB", Bound::AtMost(128.0));
}

/// Has the planner plan a campaign to its end. The batches are then in the queue of `send`.
pub(crate) async fn plan(
    stack: &Stack,
    function: &Function,
    tenant: Tenant,
    campaign: CampaignId,
) -> Duration {
    let started = Instant::now();
    let mut next = Some(message(tenant, campaign));
    while let Some(message) = next {
        assert!(function.deliver(CAMPAIGNS_QUEUE, &message, 1).await, "the plan was not made");
        next = stack.sqs.receive(CAMPAIGNS_QUEUE);
    }
    started.elapsed()
}

/// The message that has the planner continue a campaign.
pub(crate) fn message(tenant: Tenant, campaign: CampaignId) -> Message {
    let message = CampaignMessage::of(tenant, campaign);
    Message::of(serde_json::to_string(&message).expect("a message is JSON"))
}

/// Reads the same members, and gives the seconds of the reading.
async fn bare_query(environment: &[(&'static str, String)], tenant: Tenant) -> f64 {
    let answer = places::run("bare-query", &[tenant.to_string()], environment).await;
    assert_eq!(answer["items"], Value::from(2 * MEMBERS), "two items a member");
    answer["seconds"].as_f64().expect("the bare query says how long it took")
}
