//! The steps by which a person joins. Each step may be repeated: a person who sends the form again, because an answer was
//! lost, continues where the first request ended. The ticket is used up last.

use super::form::{Errors, Fields, Given};
use super::situation::{Known, Situation};
use crate::access::log;
use crate::consent::{ConsentText, consent};
use crate::context::App;
use crate::password;
use crate::secret::Secret;
use crate::source::Source;
use domain::access_log::{AccessEvent, Actor};
use domain::member::Details;
use domain::sign_in::Password;
use domain::values::calendar::whole_second;
use domain::{
    CardNumber, Channel, DomainError, Enrolment, EstablishmentId, MemberError, MemberId, Mobile,
    Registration, retention,
};
use store::{Correction, Member, NewMember, Scope, StoreError};

/// How often another card number is tried, where a card has the number already.
const CARD_ATTEMPTS: u32 = 5;

/// A person who has proved a mobile and sent the form.
pub(super) struct Joining<'a> {
    pub(super) app: &'a App,
    pub(super) scope: &'a Scope,
    pub(super) establishment: &'a EstablishmentId,
    pub(super) mobile: &'a Mobile,
    pub(super) source: &'a Source,
}

/// The outcome of a form.
pub(super) enum Completed {
    /// The person is signed in: the owner of the login, and the secret of the session.
    Done { member: MemberId, secret: Secret },
    /// Fields that are not accepted. Nothing has changed.
    Refused(Errors),
}

impl Joining<'_> {
    /// Does what the form of the situation asks for.
    pub(super) async fn complete(
        &self,
        situation: &Situation,
        fields: &Fields,
    ) -> Result<Completed, StoreError> {
        let today = retention::day_of(self.app.now());
        match situation {
            Situation::New | Situation::Complete(_) => match fields.read(today) {
                Ok(given) => self.join(situation, fields, given).await,
                Err(errors) => Ok(Completed::Refused(errors)),
            },
            Situation::Password(known) => match fields.read_password() {
                Ok(password) => {
                    self.sign_in(known.login_of, &password, AccessEvent::SignedIn).await
                }
                Err(errors) => Ok(Completed::Refused(errors)),
            },
            Situation::Dormant(known) => self.wake(known, fields).await,
        }
    }

    /// A new person becomes a member, or a member completes the registration.
    async fn join(
        &self,
        situation: &Situation,
        fields: &Fields,
        given: Given,
    ) -> Result<Completed, StoreError> {
        let Self { app, scope, .. } = self;
        let now = app.now();
        let (owner, member) = if let Situation::Complete(known) = situation {
            (known.login_of, self.correct(known, given.details).await?)
        } else {
            let member = self.create(given.details).await?;
            (member.person.id, member)
        };
        let id = member.person.id;
        for (channel, ticked) in
            [(Channel::Sms, &fields.consent_sms), (Channel::Email, &fields.consent_email)]
        {
            if ticked.is_some() {
                let at = Some(self.establishment.clone());
                let change = consent(scope, ConsentText::Joining, at, now);
                app.store.change_consent(scope, id, channel, &change, now).await?;
            }
        }
        let activated_at = Some(whole_second(now));
        let registration = Registration { invited_at: None, activated_at };
        app.store.register(scope, id, &registration, now).await?;
        self.sign_in(owner, &given.password, AccessEvent::Joined).await
    }

    /// Creates the member with a number for the card. A request that was interrupted has created the member already.
    async fn create(&self, details: Details) -> Result<Member, StoreError> {
        let Self { app, scope, mobile, .. } = self;
        let mut attempt = 1;
        loop {
            let random = u64::from_be_bytes(app.store.random().bytes()?);
            let card = Some(CardNumber::of_account(random));
            let details = Details { card, ..details.clone() };
            let new =
                NewMember { mobile: (*mobile).clone(), details, enrolment: Enrolment::Member };
            match app.store.create_member(scope, &new, app.now()).await {
                Err(StoreError::Refused(DomainError::Member(MemberError::CardTaken)))
                    if attempt < CARD_ATTEMPTS =>
                {
                    attempt += 1;
                }
                created => return created.map(|(member, _)| member),
            }
        }
    }

    /// Corrects the details of a member, who also gets a number for the card where the member has none.
    async fn correct(&self, known: &Known, details: Details) -> Result<Member, StoreError> {
        let Self { app, scope, .. } = self;
        let person = &known.member.person;
        let card = match person.details.card {
            Some(_) => None,
            None => {
                Some(Some(CardNumber::of_account(u64::from_be_bytes(app.store.random().bytes()?))))
            }
        };
        let correction = Correction {
            first_name: Some(details.first_name),
            last_name: Some(details.last_name),
            birth_date: Some(details.birth_date),
            email: Some(details.email),
            card,
            ..Correction::default()
        };
        app.store.correct_member(scope, person.id, &correction, app.now()).await
    }

    /// Opens a dormant account to a person who states its birth date or card. A wrong statement counts as a guess of the
    /// login.
    async fn wake(&self, known: &Known, fields: &Fields) -> Result<Completed, StoreError> {
        let Self { app, scope, source, .. } = self;
        let now = app.now();
        let refused =
            |proof| Ok(Completed::Refused(Errors { proof: Some(proof), ..Errors::default() }));
        if known.login.guesses.check(now).is_err() {
            return refused("proof-wait");
        }
        if !fields.proof().is_of(&known.member.person) {
            let counted = app.store.record_wrong_guess(&known.login, now).await?;
            let actor = Actor::Member(known.login_of);
            log(app, scope, actor, AccessEvent::SignInRefused, source).await?;
            return refused(if counted { "proof-wrong" } else { "proof-wait" });
        }
        match fields.read_password() {
            Ok(password) => self.sign_in(known.login_of, &password, AccessEvent::SignedIn).await,
            Err(errors) => Ok(Completed::Refused(errors)),
        }
    }

    /// Sets the password, which ends all other sessions, and begins a session.
    async fn sign_in(
        &self,
        owner: MemberId,
        password: &Password,
        event: AccessEvent,
    ) -> Result<Completed, StoreError> {
        let Self { app, scope, source, .. } = self;
        let random = app.store.random();
        let (hash, secret) = (password::hash(random, password.as_str())?, Secret::new(random)?);
        app.store.set_password(scope, owner, &hash, secret.hash(), app.now()).await?;
        log(app, scope, Actor::Member(owner), event, source).await?;
        Ok(Completed::Done { member: owner, secret })
    }
}
