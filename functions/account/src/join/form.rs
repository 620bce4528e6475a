//! The form of the details, as the person filled it in.

use crate::field;
use domain::member::{Details, minor};
use domain::sign_in::{Password, Proof};
use domain::{CardNumber, Day};
use serde::Deserialize;

/// The fields as they were sent. A field that is not on the form of the situation is absent.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Fields {
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) birth_date: String,
    pub(super) email: String,
    pub(super) consent_sms: Option<String>,
    pub(super) consent_email: Option<String>,
    pub(super) old_enough: Option<String>,
    pub(super) password: String,
    pub(super) proof_birth_date: String,
    pub(super) proof_card: String,
}

/// The fields that are not accepted, each with the text that says why.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Errors {
    pub(super) first_name: Option<&'static str>,
    pub(super) last_name: Option<&'static str>,
    pub(super) birth_date: Option<&'static str>,
    pub(super) email: Option<&'static str>,
    pub(super) old_enough: Option<&'static str>,
    pub(super) password: Option<&'static str>,
    pub(super) proof: Option<&'static str>,
}

impl Errors {
    pub(super) fn any(&self) -> bool {
        *self != Self::default()
    }
}

/// The details that a person gave.
pub(super) struct Given {
    pub(super) details: Details,
    pub(super) password: Password,
}

impl Fields {
    /// Reads the details and the password.
    pub(super) fn read(&self, today: Day) -> Result<Given, Errors> {
        let mut errors = Errors::default();
        let first_name = field::name(&self.first_name, &mut errors.first_name);
        let last_name = field::name(&self.last_name, &mut errors.last_name);
        let birth_date = field::birth_date(&self.birth_date, today, &mut errors.birth_date);
        let email = field::email(&self.email, &mut errors.email);
        if self.consent_email.is_some() && self.email.trim().is_empty() {
            errors.email = Some("details-email-for-consent");
        }
        if minor::is_under_15(birth_date, today) {
            errors.birth_date = Some("details-under-15");
        } else if self.old_enough.is_none() {
            errors.old_enough = Some("details-old-enough-missing");
        }
        let password = password(&self.password, &mut errors);
        match (errors.any(), password) {
            (false, Some(password)) => {
                let details =
                    Details { first_name, last_name, email, birth_date, ..Details::default() };
                Ok(Given { details, password })
            }
            _ => Err(errors),
        }
    }

    /// Reads the password alone.
    pub(super) fn read_password(&self) -> Result<Password, Errors> {
        let mut errors = Errors::default();
        password(&self.password, &mut errors).ok_or(errors)
    }

    /// What the person states to open a dormant account.
    pub(super) fn proof(&self) -> Proof {
        Proof {
            birth_date: Day::parse(self.proof_birth_date.trim()).ok(),
            card: CardNumber::parse(&self.proof_card).ok(),
        }
    }
}

fn password(text: &str, errors: &mut Errors) -> Option<Password> {
    match Password::new(text) {
        Ok(password) => Some(password),
        Err(error) => {
            errors.password = Some(error.code());
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields() -> Fields {
        Fields {
            first_name: " Camille ".to_owned(),
            last_name: "Martin".to_owned(),
            old_enough: Some("yes".to_owned()),
            password: "Vélo-vert-42".to_owned(),
            ..Fields::default()
        }
    }

    fn today() -> Day {
        Day::parse("2026-11-30").unwrap()
    }

    fn errors(fields: &Fields) -> Errors {
        fields.read(today()).err().unwrap_or_default()
    }

    #[test]
    fn names_and_a_password_are_enough() {
        let given = fields().read(today()).ok().unwrap();
        assert_eq!(given.details.first_name.as_deref(), Some("Camille"));
        assert_eq!(given.details.email, None);
    }

    #[test]
    fn each_field_says_what_is_wrong_with_it() {
        let wrong = Fields {
            first_name: String::new(),
            last_name: "é".repeat(61),
            birth_date: "31/02/1990".to_owned(),
            email: "camille".to_owned(),
            old_enough: None,
            password: "Password1".to_owned(),
            ..fields()
        };
        assert_eq!(
            errors(&wrong),
            Errors {
                first_name: Some("details-name-empty"),
                last_name: Some("details-text-too-long"),
                birth_date: Some("details-birth-date-unreadable"),
                email: Some("details-email-unreadable"),
                old_enough: Some("details-old-enough-missing"),
                password: Some("password-common"),
                proof: None,
            }
        );
    }

    #[test]
    fn a_person_under_15_comes_with_a_parent() {
        let young = Fields { birth_date: "2011-12-01".to_owned(), ..fields() };
        assert_eq!(errors(&young).birth_date, Some("details-under-15"));
        let older = Fields { birth_date: "2011-11-30".to_owned(), ..fields() };
        assert_eq!(errors(&older), Errors::default());
    }

    #[test]
    fn a_consent_to_e_mails_needs_an_address() {
        let without = Fields { consent_email: Some("yes".to_owned()), ..fields() };
        assert_eq!(errors(&without).email, Some("details-email-for-consent"));
    }
}
