//! How many messages in a row continued the same work.
//!
//! A function that does not finish in time queues the rest for itself. Lambda does not stop such a chain, because
//! the template sets `RecursiveLoop: Allow`. So every message that is sent while another message is handled carries
//! the count of that message and one more, and a message at the end of a chain that is too long is not handled.

use aws_lambda_events::event::sqs::SqsMessage;
use std::future::Future;

/// The attribute of a message that holds its count.
pub(super) const ATTRIBUTE: &str = "hops";
/// The longest chain. A link of a chain works for minutes, so no work that ends has so many.
const MOST: u32 = 1_000;

tokio::task_local! {
    /// The count of the message that is being handled.
    static HANDLED: u32;
}

/// The count of a received message; `None` where its chain is too long.
pub(super) fn of(message: &SqsMessage) -> Option<u32> {
    let attribute = message.message_attributes.get(ATTRIBUTE);
    let count = attribute.and_then(|attribute| attribute.string_value.as_deref());
    // An attribute that is no number is not ours.
    let hops = count.and_then(|count| count.parse().ok()).unwrap_or(0);
    (hops <= MOST).then_some(hops)
}

/// Handles a message with this count.
pub(super) fn within<F: Future>(hops: u32, handled: F) -> impl Future<Output = F::Output> {
    HANDLED.scope(hops, handled)
}

/// The count of a message that is sent now; `None` outside the handling of a message.
#[cfg(any(feature = "sqs", test))]
pub(super) fn next() -> Option<u32> {
    HANDLED.try_with(|hops| hops + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lambda_events::event::sqs::SqsMessageAttribute;

    fn received(hops: &str) -> SqsMessage {
        let mut attribute = SqsMessageAttribute::default();
        attribute.string_value = Some(hops.to_owned());
        let mut message = SqsMessage::default();
        message.message_attributes.insert(ATTRIBUTE.to_owned(), attribute);
        message
    }

    #[test]
    fn a_message_of_a_chain_that_is_too_long_has_no_count() {
        assert_eq!(of(&SqsMessage::default()), Some(0));
        assert_eq!(of(&received("7")), Some(7));
        assert_eq!(of(&received("1000")), Some(1000));
        assert_eq!(of(&received("1001")), None);
        assert_eq!(of(&received("x")), Some(0));
    }

    #[tokio::test]
    async fn a_message_that_is_sent_while_another_is_handled_counts_one_more() {
        assert_eq!(next(), None);
        assert_eq!(within(7, async { next() }).await, Some(8));
    }
}
