//! A recipient gets at most one message of a campaign.

use super::campaign;
use crate::world::providers::SentMessage;
use std::collections::BTreeSet;

pub(super) fn check(sent: &[SentMessage]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    sent.iter()
        .filter_map(|message| {
            let campaign = campaign(message)?;
            let is_new = seen.insert((campaign.to_owned(), message.to.to_lowercase()));
            (!is_new).then(|| format!("{campaign} was sent to {} twice", message.to))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::sms;
    use super::*;
    use domain::Instant;

    #[test]
    fn the_second_message_of_a_campaign_is_found() {
        let message = |number| sms(number, "Soldes", Instant::UNIX_EPOCH);
        assert_eq!(check(&[message(1)]).len(), 0);
        assert_eq!(check(&[message(1), message(2)]).len(), 1);
    }
}
