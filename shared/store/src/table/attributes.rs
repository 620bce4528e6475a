//! Values of attributes, as the table writes them.

use crate::StoreError;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{Credential, Instant, MemberId, RegistrationStep};

/// An instant in UTC with whole seconds, so that the order of the texts is the order of the
/// instants.
pub(crate) fn instant_text(instant: Instant) -> String {
    instant.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

pub(crate) fn instant_of(text: &str) -> Result<Instant, StoreError> {
    text.parse().map_err(|_| StoreError::Corrupt("instant"))
}

pub(crate) fn credential_of(text: &str) -> Result<Credential, StoreError> {
    Credential::parse(text).map_err(|_| StoreError::Corrupt("credential"))
}

/// A step of a registration, stored as two attributes.
pub(crate) fn step_of(
    at: Option<&str>,
    by: Option<&str>,
) -> Result<Option<RegistrationStep>, StoreError> {
    match (at, by) {
        (None, None) => Ok(None),
        (Some(at), Some(by)) => {
            Ok(Some(RegistrationStep { at: instant_of(at)?, by: credential_of(by)? }))
        }
        _ => Err(StoreError::Corrupt("registration")),
    }
}

pub(crate) fn number<N: ToString + Copy>(value: N) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// A member's identifier.
pub(crate) fn member_id(text: &str) -> Result<MemberId, StoreError> {
    MemberId::parse(text).map_err(|_| StoreError::Corrupt("member"))
}
