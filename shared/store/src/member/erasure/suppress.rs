//! The suppression of contacts that no member has, because their person asked for it.

use crate::member::erasure::suppression::{AnyContact, Suppressing};
use crate::table::retry::{Attempt, retry};
use crate::table::transaction::{Slot, TransactionOutcome};
use crate::{Conflict, Contact, Scope, Store, StoreError};
use domain::Instant;
use domain::retention::{self, ErasureReason};

impl Store {
    /// Suppresses contacts of a person who is no member, as the erasure of a member at the person's request
    /// does. A second call on the same day changes nothing. 1 transaction: 2 write units for each contact,
    /// and 2 more for a mobile and for a card, which no member may have. Members who have the e-mail address
    /// stay.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where a member has the mobile or the card.
    pub async fn suppress_contacts(
        &self,
        scope: &Scope,
        contacts: &[AnyContact],
        reason: ErasureReason,
        now: Instant,
    ) -> Result<(), StoreError> {
        let suppressing = Suppressing { reason, on: retention::day_of(now), by: scope.credential };
        retry(|_| async move {
            let mut transaction = self.transaction();
            for contact in contacts {
                if let AnyContact::Sole(sole) = contact {
                    let slot = match sole {
                        Contact::Mobile(_) => Slot::Mobile,
                        Contact::Card(_) => Slot::Card,
                    };
                    transaction.check_absent(slot, scope.contact_key(sole));
                }
                transaction.add(suppressing.write(&scope.suppressed_key(contact)));
            }
            match transaction.commit().await? {
                TransactionOutcome::Committed => Ok(Attempt::Done(())),
                TransactionOutcome::Cancelled(cancelled) if cancelled.any_failed() => {
                    let is_card = cancelled.failed(Slot::Card);
                    let conflict =
                        if is_card { Conflict::CardOfMember } else { Conflict::MobileOfMember };
                    Err(conflict.into())
                }
                TransactionOutcome::Cancelled(_) => Ok(Attempt::Again),
            }
        })
        .await
    }
}
