//! The credential that made a change. Every change of a state stores it.

use crate::merchant::provider::ProviderName;
use crate::{KeyId, UploadId, ValueError};

/// The credential of a request, a file or a run. It names no person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Credential {
    /// The operator's key.
    Operator,
    /// A key of an establishment.
    Key(KeyId),
    /// A file that the merchant uploaded.
    Upload(UploadId),
    /// The link in a message: the person who received the message.
    Link,
    /// The member, on a page of their own: signed in, or with a code that was sent to the mobile.
    Member,
    /// A provider's callback, which reports what the person did or what happened to a message.
    Provider(ProviderName),
    /// The service itself, in a run that a schedule starts.
    Service,
}

impl Credential {
    /// Reads the text that `Display` writes.
    ///
    /// # Errors
    /// [`ValueError::Identifier`].
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        match text.split_once(':') {
            None => match text {
                "operator" => Ok(Self::Operator),
                "link" => Ok(Self::Link),
                "member" => Ok(Self::Member),
                "service" => Ok(Self::Service),
                _ => Err(ValueError::Identifier),
            },
            Some(("key", id)) => KeyId::parse(id).map(Self::Key),
            Some(("upload", id)) => UploadId::parse(id).map(Self::Upload),
            Some(("provider", name)) => {
                ProviderName::parse(name).map(Self::Provider).ok_or(ValueError::Identifier)
            }
            Some(_) => Err(ValueError::Identifier),
        }
    }
}

impl std::fmt::Display for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Operator => f.write_str("operator"),
            Self::Key(id) => write!(f, "key:{id}"),
            Self::Upload(id) => write!(f, "upload:{id}"),
            Self::Link => f.write_str("link"),
            Self::Member => f.write_str("member"),
            Self::Provider(name) => write!(f, "provider:{}", name.as_str()),
            Self::Service => f.write_str("service"),
        }
    }
}

crate::serde_as_text!(Credential);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Instant;

    #[test]
    fn a_credential_reads_back_from_its_text_and_another_text_is_none() {
        for credential in [
            Credential::Operator,
            Credential::Key(KeyId::mint(Instant::UNIX_EPOCH, 1)),
            Credential::Upload(UploadId::mint(Instant::UNIX_EPOCH, 2)),
            Credential::Link,
            Credential::Member,
            Credential::Provider(ProviderName::Sinch),
            Credential::Service,
        ] {
            assert_eq!(Credential::parse(&credential.to_string()), Ok(credential));
        }
        for text in ["", "key", "key:", "key:operator", "provider:other", "person:1"] {
            assert!(Credential::parse(text).is_err(), "{text}");
        }
    }
}
