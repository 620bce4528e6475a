//! Who has proved a mobile: a new person, a member without a password, or a member who chooses another password.

use crate::context::App;
use domain::{Mobile, sign_in};
use store::{LoginOf, Member, Scope, StoreError};

/// The situation of a person who has proved a mobile.
pub(super) enum Situation {
    /// No member has the mobile.
    New,
    /// A member without a password completes the registration. The form shows the details.
    Complete(Box<Known>),
    /// A member gets another password. The form shows no details.
    Password(Box<Known>),
    /// The account was not used for long: the code alone opens nothing, and the form shows no details.
    Dormant(Box<Known>),
}

/// A member, with the identifier that the mobile leads to.
pub(super) struct Known {
    /// The owner of the login: the member, or one who was merged into the member.
    pub(super) login_of: domain::MemberId,
    pub(super) member: Member,
    pub(super) login: store::Login,
}

/// Reads the situation: at most 3 round trips.
pub(super) async fn of(app: &App, scope: &Scope, mobile: &Mobile) -> Result<Situation, StoreError> {
    let of = app.store.login_of(scope, mobile).await?;
    let LoginOf::Member(login_of) = of else { return Ok(Situation::New) };
    let (member, login) =
        futures::try_join!(app.store.member(scope, login_of), app.store.login(scope, &of))?;
    let is_dormant =
        sign_in::is_dormant(&member.person, &member.account, login.last_connection, app.now());
    let has_password = login.password_hash.is_some();
    let known = Box::new(Known { login_of, member, login });
    Ok(match (is_dormant, has_password) {
        (true, _) => Situation::Dormant(known),
        (false, true) => Situation::Password(known),
        (false, false) => Situation::Complete(known),
    })
}
