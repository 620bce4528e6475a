//! SMS are sent from 08:00 to 20:00 by the recipient's clock, and neither on Sundays nor on public holidays.
//!
//! The function `send` looks at the clock, and the provider accepts the message at most the function's time limit later.

use super::time_limit;
use crate::world::providers::SentMessage;
use domain::{Instant, Mobile};
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use messaging::hours::holidays::is_public_holiday;
use messaging::hours::territory;

pub(super) fn check(sent: &[SentMessage]) -> Vec<String> {
    let sms = sent.iter().filter(|message| message.channel == "sms");
    sms.filter_map(|message| {
        let SentMessage { number, to, at, .. } = message;
        let Ok(mobile) = Mobile::parse(to) else {
            return Some(format!("message {number} was sent to {to}, which is no mobile"));
        };
        let zone = territory(&mobile);
        let is_legal = is_open(*at, &zone) || is_open(*at - time_limit(), &zone);
        let local = zone.to_datetime(*at);
        (!is_legal).then(|| format!("message {number} was sent to {to} at {local}, local time"))
    })
    .collect()
}

fn is_open(at: Instant, zone: &TimeZone) -> bool {
    let local = zone.to_datetime(at);
    let is_day_off = local.weekday() == Weekday::Sunday || is_public_holiday(local.date());
    !is_day_off && (8..20).contains(&local.hour())
}

#[cfg(test)]
mod tests {
    use super::super::sms;
    use super::*;

    #[test]
    fn an_sms_outside_the_hours_of_the_recipient_is_found() {
        let violations = |to: &str, at: &str| {
            check(&[SentMessage { to: to.to_owned(), ..sms(1, "", at.parse().unwrap()) }]).len()
        };
        let (paris, reunion) = ("+33639980012", "+262692123456");
        assert_eq!(violations(paris, "2026-11-24T08:00:00+01:00"), 0);
        assert_eq!(violations(paris, "2026-11-24T07:59:59+01:00"), 1);
        // The check was made before 20:00.
        assert_eq!(violations(paris, "2026-11-28T20:00:59+01:00"), 0);
        assert_eq!(violations(paris, "2026-11-28T20:01:00+01:00"), 1);
        // A Sunday; a holiday.
        assert_eq!(violations(paris, "2026-11-29T12:00:00+01:00"), 1);
        assert_eq!(violations(paris, "2026-11-11T12:00:00+01:00"), 1);
        assert_eq!(violations(reunion, "2026-11-24T16:59:59+01:00"), 0);
        assert_eq!(violations(reunion, "2026-11-24T17:02:00+01:00"), 1);
    }
}
