//! A recipient gets at most one message of a campaign, SMS are sent at the hours of the law, and no text names another
//! member or another merchant.

mod hours;
mod once;
mod text;

use super::{Invariant, Rest};
use crate::world::function::Function;
use crate::world::providers::SentMessage;
use jiff::SignedDuration;

pub(super) const INVARIANT: Invariant =
    Invariant { name: "messages", check: |rest| Box::pin(async move { check(rest).await }) };

/// What a link of a message begins with. The token of the link follows.
const LINK: &str = "/u/";
/// The characters of an identifier.
const ID: usize = 26;

async fn check(rest: &Rest) -> Vec<String> {
    let mut violations = once::check(&rest.sent);
    violations.extend(hours::check(&rest.sent));
    violations.extend(text::check(rest).await);
    violations
}

/// The campaign of a message: its reference without the batch at the end, otherwise its first tag.
pub(super) fn campaign(message: &SentMessage) -> Option<&str> {
    match &message.reference {
        Some(reference) => Some(reference.rsplit_once('/').map_or(reference, |(path, _)| path)),
        None => message.tags.first().map(String::as_str),
    }
}

/// The merchant and the member that the link of an e-mail names.
pub(super) fn linked(message: &SentMessage) -> Option<(&str, &str)> {
    let html = message.html.as_ref()?;
    let token = &html[html.find(LINK)? + LINK.len()..];
    // The letter between the two is the mode.
    Some((token.get(..ID)?, token.get(ID + 1..2 * ID + 1)?))
}

/// The time in which an invocation of `send` ends.
pub(super) fn time_limit() -> SignedDuration {
    SignedDuration::try_from(Function::Send.time_limit()).unwrap_or(SignedDuration::MAX)
}

/// A message for tests.
#[cfg(test)]
fn sms(number: u64, text: &str, at: domain::Instant) -> SentMessage {
    SentMessage {
        number,
        channel: "sms".to_owned(),
        to: "+33639980012".to_owned(),
        text: Some(text.to_owned()),
        html: None,
        reference: Some(
            "M#01KAT3V5B0R6Y2Z8X4W9Q1N7M3/01KAT3V5B0R6Y2Z8X4W9Q1N7M6/00#01KAT3V5B0R6Y2Z8X4W9Q1N7M7"
                .to_owned(),
        ),
        tags: Vec::new(),
        at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Instant;

    #[test]
    fn the_link_of_an_email_names_its_merchant_and_its_member() {
        let (merchant, member) = ("01KAT3V5B0R6Y2Z8X4W9Q1N7M3", "01KAT3V5B0R6Y2Z8X4W9Q1N7M4");
        let html = format!("<a href=\"https://api.example/u/{merchant}l{member}e0af3\">");
        let message = SentMessage { html: Some(html), ..sms(1, "", Instant::UNIX_EPOCH) };
        assert_eq!(linked(&message), Some((merchant, member)));
        assert_eq!(linked(&sms(1, "", Instant::UNIX_EPOCH)), None);
    }
}
