//! Cases as sentences.

use std::fmt;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Disagreement;
use super::request::quantity;
use crate::generate::ESTABLISHMENTS;
use crate::model::earning::{Basket, Line};
use crate::model::{Operation, Step};

/// The kind of an operation.
pub(super) fn kind(operation: &Operation) -> &'static str {
    match operation {
        Operation::Sale { .. } => "sales",
        Operation::NamedReturn { .. } => "named returns",
        Operation::UnnamedReturn { .. } => "unnamed returns",
        Operation::Cancel { .. } => "cancellations",
        Operation::Visit { .. } => "visits",
        Operation::Attach { .. } => "attachments",
        Operation::Move { .. } => "moves",
        Operation::Adjust { .. } => "adjustments",
        Operation::Redeem { .. } => "redemptions",
        Operation::DryRun { .. } => "dry runs",
        Operation::Balance { .. } => "balances",
    }
}

impl fmt::Display for Disagreement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let case = &self.case;
        writeln!(formatter, "disagreement in the case of the seed {}, reduced", case.seed)?;
        writeln!(formatter, "the merchant begins at {} with {}", case.start, json_of(&case.base))?;
        for (day, programme) in &case.programmes {
            writeln!(formatter, "programme of {day}: {}", json_of(programme))?;
        }
        for (number, birth_date) in case.members.iter().enumerate() {
            let born =
                birth_date.map_or("without birth date".to_owned(), |day| format!("born {day}"));
            writeln!(formatter, "member {number}: {born}, enrolled at {}", case.enrolled_at)?;
        }
        for (index, step) in case.steps.iter().enumerate() {
            writeln!(formatter, "{}. {}", index + 1, sentence(step))?;
        }
        for difference in &self.differences {
            writeln!(formatter, "  {}: {}", difference.value, difference.detail)?;
        }
        Ok(())
    }
}

fn json_of(programme: &crate::model::programme::Programme) -> String {
    serde_json::to_string(programme).unwrap_or_default()
}

fn sentence(step: &Step) -> String {
    let local = |instant: &Timestamp| local(*instant, &step.establishment);
    let customer = |member: &Option<usize>| {
        member.map_or("nobody known".to_owned(), |member| format!("member {member}"))
    };
    let what = match &step.operation {
        Operation::Sale { document, member, sold_at, basket } => format!(
            "sale R{document} of {} at {}: {}",
            customer(member),
            local(sold_at),
            basket_of(basket)
        ),
        Operation::NamedReturn { document, sale, sold_at, total_cents, names_member } => format!(
            "return R{document} of {} from sale R{sale} at {}{}",
            euros(*total_cents),
            local(sold_at),
            if *names_member { ", names the customer" } else { "" }
        ),
        Operation::UnnamedReturn { document, member, sold_at, basket } => format!(
            "return R{document} of member {member} without its sale at {}: {}",
            local(sold_at),
            basket_of(basket)
        ),
        Operation::Cancel { document } => format!("cancel R{document}"),
        Operation::Visit { member, visited_at } => {
            format!("visit of member {member} at {}", local(visited_at))
        }
        Operation::Attach { sale, member } => format!("attach R{sale} to member {member}"),
        Operation::Move { sale, member } => format!("move R{sale} to member {member}"),
        Operation::Adjust { member, points } => format!("adjust member {member} by {points}"),
        Operation::Redeem { member, points } => {
            format!("redeem {points} points of member {member}")
        }
        Operation::DryRun { member, sold_at, basket } => {
            format!("dry run of {} at {}: {}", customer(member), local(sold_at), basket_of(basket))
        }
        Operation::Balance { member } => format!("look at the balance of member {member}"),
    };
    format!("{} in {}: {what}", local(&step.now), step.establishment)
}

/// The local time of an establishment, with the day of the week.
fn local(instant: Timestamp, establishment: &str) -> String {
    let zone = ESTABLISHMENTS
        .iter()
        .find(|(code, _)| *code == establishment)
        .and_then(|(_, zone)| TimeZone::get(zone).ok())
        .unwrap_or(TimeZone::UTC);
    let local = instant.to_zoned_datetime(zone);
    format!(
        "{:?} {} {:02}:{:02}",
        local.date().weekday(),
        local.date(),
        local.hour(),
        local.minute()
    )
}

fn basket_of(basket: &Basket) -> String {
    let lines: Vec<String> = basket.lines.iter().map(line_of).collect();
    let lines = if lines.is_empty() { "no lines".to_owned() } else { lines.join("; ") };
    format!("{} paid, {lines}", euros(basket.total_cents))
}

fn line_of(line: &Line) -> String {
    let discount = if line.discount_cents > 0 {
        format!(" − {}", euros(line.discount_cents))
    } else {
        String::new()
    };
    format!(
        "{} × {}{discount} [{}, {}]",
        quantity(line.thousandths),
        euros(line.unit_price_cents),
        line.sku.as_deref().unwrap_or("no code"),
        line.category.as_deref().unwrap_or("no category")
    )
}

fn euros(cents: i64) -> String {
    format!("{}.{:02} €", cents / 100, cents % 100)
}
