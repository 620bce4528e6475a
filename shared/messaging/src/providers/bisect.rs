//! Bisection. Some providers refuse a whole call because of one recipient; bisection finds that recipient.

use super::client::{SendError, Verdict};
use futures::future::BoxFuture;
use https_client::CallError;
use std::collections::VecDeque;
use std::ops::Range;

/// The most calls for one batch: enough to find about three refused recipients among 500.
pub(crate) const MAX_CALLS: usize = 64;

/// Why a call has no verdicts.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum CallFailure {
    /// The provider refused the whole call for its content and sent nothing.
    Rejected { code: String },
    /// The call failed for another reason.
    Failed(SendError),
}

impl From<CallError> for CallFailure {
    fn from(error: CallError) -> Self {
        Self::Failed(match error {
            CallError::NotConnected(_) => {
                SendError::NotSent { retry_after: None, code: "unreachable".to_owned() }
            }
            CallError::BrokenOff | CallError::TimedOut => SendError::Unknown,
        })
    }
}

/// Calls for the recipients `0..recipients`, at most `max_piece` at a time. A rejected piece is called again in
/// two halves, until each rejected recipient is alone in a piece.
///
/// All pieces of one size are called before the smaller pieces. So where no recipient was accepted in
/// [`MAX_CALLS`] calls, the provider refuses the message itself: [`SendError::Account`]. The first failure of
/// another kind ends the bisection.
pub(crate) async fn bisect<'a>(
    recipients: usize,
    max_piece: usize,
    call: impl Fn(Range<usize>) -> BoxFuture<'a, Result<Vec<Verdict>, CallFailure>> + Send,
) -> Result<Vec<Verdict>, SendError> {
    let mut verdicts = vec![Verdict::NotSent; recipients];
    let mut pieces: VecDeque<Range<usize>> = (0..recipients)
        .step_by(max_piece)
        .map(|start| start..recipients.min(start + max_piece))
        .collect();
    let mut is_any_accepted = false;
    let mut calls = 0;
    let mut last_code = String::new();
    while calls < MAX_CALLS
        && let Some(piece) = pieces.pop_front()
    {
        calls += 1;
        match call(piece.clone()).await {
            Ok(answered) => {
                is_any_accepted |=
                    answered.iter().any(|one| matches!(one, Verdict::Accepted { .. }));
                for (verdict, answered) in verdicts[piece].iter_mut().zip(answered) {
                    *verdict = answered;
                }
            }
            Err(CallFailure::Rejected { code }) if piece.len() == 1 => {
                verdicts[piece.start] = Verdict::Refused { code };
            }
            Err(CallFailure::Rejected { code }) => {
                let middle = piece.start + piece.len() / 2;
                pieces.extend([piece.start..middle, middle..piece.end]);
                last_code = code;
            }
            Err(CallFailure::Failed(error)) if !is_any_accepted => return Err(error),
            Err(CallFailure::Failed(error)) => {
                if error == SendError::Unknown {
                    verdicts[piece].fill(Verdict::Uncertain);
                }
                return Ok(verdicts);
            }
        }
    }
    if !is_any_accepted && !pieces.is_empty() {
        return Err(SendError::account(last_code));
    }
    Ok(verdicts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt as _;
    use proptest::prelude::*;
    use std::collections::BTreeSet;
    use std::sync::{Arc, Mutex};

    /// The most recipients of a call.
    const MAX_PIECE: usize = 500;

    /// The halvings after which one recipient of a full call is alone in a piece.
    const HALVINGS: usize = 9;

    type Calls = Arc<Mutex<Vec<Range<usize>>>>;

    fn accepted() -> Verdict {
        Verdict::Accepted { provider_id: None }
    }

    fn refused() -> Verdict {
        Verdict::Refused { code: "invalid_parameter".to_owned() }
    }

    /// A provider that rejects a call to any of the `bad` recipients, and fails at the `failing`th call.
    fn send(
        recipients: usize,
        bad: &[usize],
        failing: Option<(usize, SendError)>,
    ) -> (Result<Vec<Verdict>, SendError>, Vec<Range<usize>>) {
        let bad: BTreeSet<usize> = bad.iter().copied().collect();
        let calls = Calls::default();
        let seen = Arc::clone(&calls);
        let answer = bisect(recipients, MAX_PIECE, move |piece| {
            seen.lock().unwrap().push(piece.clone());
            let call = seen.lock().unwrap().len();
            let answer = match &failing {
                Some((at, error)) if *at == call => Err(CallFailure::Failed(error.clone())),
                _ if bad.range(piece.clone()).next().is_some() => {
                    Err(CallFailure::Rejected { code: "invalid_parameter".to_owned() })
                }
                _ => Ok(vec![accepted(); piece.len()]),
            };
            async move { answer }.boxed()
        })
        .now_or_never()
        .unwrap();
        let calls = calls.lock().unwrap().clone();
        (answer, calls)
    }

    #[test]
    fn an_accepted_batch_is_one_call_and_an_empty_batch_is_none() {
        let (answer, calls) = send(MAX_PIECE, &[], None);
        assert_eq!(answer, Ok(vec![accepted(); MAX_PIECE]));
        assert_eq!(calls.len(), 1);
        let (answer, calls) = send(0, &[], None);
        assert_eq!(answer, Ok(vec![]));
        assert_eq!(calls, []);
    }

    #[test]
    fn a_batch_larger_than_a_call_is_several_calls() {
        let (_, calls) = send(MAX_PIECE + 1, &[], None);
        assert_eq!(calls, [0..MAX_PIECE, MAX_PIECE..MAX_PIECE + 1]);
    }

    #[test]
    fn one_refused_recipient_is_found_after_a_few_calls() {
        let (answer, calls) = send(MAX_PIECE, &[123], None);
        let verdicts = answer.unwrap();
        assert_eq!(verdicts[123], refused());
        assert_eq!(verdicts.iter().filter(|one| **one == accepted()).count(), MAX_PIECE - 1);
        assert_eq!(calls.len(), 1 + 2 * HALVINGS, "the whole, then both halves each time");
    }

    #[test]
    fn the_number_of_calls_is_limited_and_the_remaining_recipients_are_not_sent() {
        let bad: Vec<_> = (0..MAX_PIECE).step_by(20).collect();
        let (answer, calls) = send(MAX_PIECE, &bad, None);
        let verdicts = answer.unwrap();
        assert_eq!(calls.len(), MAX_CALLS);
        assert!(verdicts.contains(&Verdict::NotSent) && verdicts.contains(&accepted()));
    }

    #[test]
    fn a_message_refused_for_every_recipient_is_an_error_of_the_account() {
        let all: Vec<_> = (0..MAX_PIECE).collect();
        let (answer, calls) = send(MAX_PIECE, &all, None);
        assert_eq!(answer, Err(SendError::account("invalid_parameter")));
        assert_eq!(calls.len(), MAX_CALLS);
    }

    #[test]
    fn a_failure_before_any_acceptance_is_an_error_of_the_whole_batch() {
        let limited = SendError::NotSent { retry_after: None, code: "http_429".to_owned() };
        assert_eq!(send(4, &[0], Some((2, limited.clone()))).0, Err(limited));
        assert_eq!(send(4, &[0], Some((1, SendError::Unknown))).0, Err(SendError::Unknown));
    }

    #[test]
    fn a_failure_after_an_acceptance_concerns_its_piece_only() {
        // 0..4 rejected, 0..2 accepted, 2..4 lost.
        let (answer, _) = send(4, &[3], Some((3, SendError::Unknown)));
        let expected = [accepted(), accepted(), Verdict::Uncertain, Verdict::Uncertain];
        assert_eq!(answer.unwrap(), expected);
        let (answer, _) = send(4, &[3], Some((3, SendError::account("unauthorized"))));
        let expected = [accepted(), accepted(), Verdict::NotSent, Verdict::NotSent];
        assert_eq!(answer.unwrap(), expected);
    }

    proptest! {
        #[test]
        fn only_refused_recipients_are_refused_and_no_recipient_is_sent_to_twice(
            recipients in 1..MAX_PIECE,
            bad in prop::collection::vec(0..MAX_PIECE, 0..4),
        ) {
            let bad: Vec<_> = bad.into_iter().filter(|one| *one < recipients).collect();
            let (answer, calls) = send(recipients, &bad, None);
            prop_assume!(bad.len() < recipients);
            let mut sent = vec![0; recipients];
            for piece in calls.into_iter().filter(|piece| !bad.iter().any(|one| piece.contains(one))) {
                sent[piece].iter_mut().for_each(|count| *count += 1);
            }
            for (place, verdict) in answer.unwrap().into_iter().enumerate() {
                match verdict {
                    Verdict::Accepted { .. } => prop_assert_eq!(sent[place], 1),
                    Verdict::Refused { .. } => prop_assert!(bad.contains(&place)),
                    Verdict::NotSent => prop_assert_eq!(sent[place], 0),
                    Verdict::Uncertain => prop_assert!(false),
                }
            }
        }
    }
}
