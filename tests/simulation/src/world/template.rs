//! The settings that the world takes over from infra/template.yaml: `settings.json` lists them. The checks of the template
//! compare it with the template.

use super::function::Function;
use super::queues::QUEUES;
use super::{schedules, stream};
use serde_json::{Map, Value, json};

/// The settings of the world.
fn settings() -> Value {
    let limits = Function::ALL
        .map(|function| (function.name().to_owned(), function.time_limit().as_secs().into()));
    let queues = QUEUES.iter().map(|queue| {
        let settings = json!({
            "function": queue.function.name(),
            "redelivery_seconds": queue.redelivery.as_secs(),
            "max_receives": queue.max_receives,
            "batch": queue.batch,
            "concurrency": queue.concurrency,
        });
        (queue.name.to_owned(), settings)
    });
    json!({
        "time_limit_seconds": limits.into_iter().collect::<Map<_, _>>(),
        "queues": queues.collect::<Map<_, _>>(),
        "stream": stream::settings(),
        "nightly": schedules::settings(),
    })
}

#[test]
fn the_settings_of_the_world_are_those_that_are_compared_with_the_template() {
    let listed: Value = serde_json::from_str(include_str!("../../settings.json")).unwrap();
    assert_eq!(listed, settings(), "{:#}", settings());
}
