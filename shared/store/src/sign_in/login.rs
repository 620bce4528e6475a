//! The login of a member: the hash of the password, wrong guesses, sessions, and the last connection.
//!
//! A login is an item of its own, because no other function than `account` may read it, and a purchase must not write
//! it. A name that is no member's has an item too, so that its guesses are counted and answered as those of a member.

use crate::member::contacts::ContactRecord;
use crate::sign_in::session;
use crate::table::attributes::{instant_of, instant_text, member_id};
use crate::table::items;
use crate::table::keys::{self, Key};
use crate::table::retry::{Attempt, retry};
use crate::table::transaction::{Slot, TransactionOutcome};
use crate::table::write::Write;
use crate::{Consistency, Contact, Entity, Scope, Store, StoreError};
use domain::sign_in::{Guesses, LoginName, Session};
use domain::{Instant, MemberId, Mobile};
use serde::{Deserialize, Serialize};

/// The seconds for which the guesses of a name without a password are stored after the last guess.
const GUESSES_KEPT_SECONDS: i64 = 86_400;

/// The owner of a login.
#[derive(Clone, PartialEq, Eq)]
pub enum LoginOf {
    /// The member to whom the name leads. After a merge this may be an absorbed member.
    Member(MemberId),
    /// No member has this name, or several members share this address.
    Nobody(LoginName),
}

/// A login as it was read. Every write has a condition on the version that was read.
#[derive(Clone)]
pub struct Login {
    key: Key,
    version: Option<u64>,
    /// The hash of the password, in the format of PHC strings.
    pub password_hash: Option<String>,
    /// The wrong guesses in a row.
    pub guesses: Guesses,
    /// The sessions, some of which may have ended.
    pub sessions: Vec<Session>,
    /// When the person last signed in.
    pub last_connection: Option<Instant>,
    /// Who set the password, and when.
    password_set: Option<(String, String)>,
}

/// The state of the session that a browser holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionState {
    /// The session is open.
    Open,
    /// The session has ended by time, and nothing else has ended it.
    Expired,
    /// The session was ended by a person, a new password or an erasure, or never began. A later sign-in elsewhere also
    /// drops a session that has expired.
    Ended,
}

/// The conditions of an erasure on a login.
#[derive(Clone)]
pub struct LoginState {
    key: Key,
    version: Option<u64>,
    /// When the member, or a member who was merged into this one, last signed in.
    pub last_connection: Option<Instant>,
}

#[derive(Serialize, Deserialize)]
struct LoginRecord {
    pk: String,
    sk: String,
    v: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    password: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    set_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    set_by: Option<String>,
    #[serde(default, skip_serializing_if = "is_zero")]
    wrong: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    guessed_at: Option<String>,
    #[serde(default, with = "serde_bytes", skip_serializing_if = "Vec::is_empty")]
    sessions: Vec<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    connected_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ttl: Option<i64>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl Login {
    fn read(key: Key, record: Option<LoginRecord>) -> Result<Self, StoreError> {
        let Some(record) = record else {
            return Ok(Self {
                key,
                version: None,
                password_hash: None,
                guesses: Guesses::default(),
                sessions: vec![],
                last_connection: None,
                password_set: None,
            });
        };
        let at = |text: Option<&String>| text.map(|text| instant_of(text)).transpose();
        Ok(Self {
            key,
            version: Some(record.v),
            guesses: Guesses { wrong: record.wrong, last: at(record.guessed_at.as_ref())? },
            sessions: session::decode(&record.sessions)?,
            last_connection: at(record.connected_at.as_ref())?,
            password_hash: record.password,
            password_set: record.set_at.zip(record.set_by),
        })
    }

    /// Writes the login over the version that was read.
    fn put(&self) -> Result<Write, StoreError> {
        let Key { pk, sk } = self.key.clone();
        let (set_at, set_by) = self.password_set.clone().unzip();
        let guessed_at = self.guesses.last.filter(|_| self.guesses.wrong > 0);
        let ttl = guessed_at.filter(|_| self.password_hash.is_none());
        let record = LoginRecord {
            pk,
            sk,
            v: self.version.unwrap_or_default() + 1,
            password: self.password_hash.clone(),
            set_at,
            set_by,
            wrong: self.guesses.wrong,
            guessed_at: guessed_at.map(instant_text),
            sessions: session::encode(&self.sessions),
            connected_at: self.last_connection.map(instant_text),
            ttl: ttl.map(|at| at.as_second() + GUESSES_KEPT_SECONDS),
        };
        Ok(Write::put(&record)?.over(self.version))
    }

    /// Begins a session: the wrong guesses are forgotten, and the connection is noted.
    fn begin(&mut self, secret_hash: [u8; 32], now: Instant) {
        self.guesses = Guesses::default();
        self.last_connection = Some(now);
        domain::sign_in::session::add(&mut self.sessions, Session::new(secret_hash, now), now);
    }
}

impl Scope {
    fn login_key(&self, of: &LoginOf) -> Key {
        match of {
            LoginOf::Member(member) => keys::login(self.tenant(), *member),
            LoginOf::Nobody(name) => {
                let hash = match name {
                    LoginName::Mobile(mobile) => {
                        self.contact_hash(&Contact::Mobile(mobile.clone())).1
                    }
                    LoginName::Email(email) => self.email_hash(email),
                };
                keys::login_of_nobody(self.tenant(), &hash)
            }
        }
    }
}

impl Store {
    /// The owner of the login with a mobile: 1 round trip, 1 read unit, whether a member has the mobile or not.
    pub async fn login_of(&self, scope: &Scope, mobile: &Mobile) -> Result<LoginOf, StoreError> {
        let key = scope.contact_key(&Contact::Mobile(mobile.clone()));
        let entry: Option<ContactRecord> = self.get_item(&key, Consistency::Strong).await?;
        Ok(match entry {
            Some(entry) => LoginOf::Member(member_id(&entry.holder)?),
            None => LoginOf::Nobody(LoginName::Mobile(mobile.clone())),
        })
    }

    /// The owner of the login with a name: 1 round trip, 1 read unit, whether a member has the name or not. An address
    /// that several members share is nobody's login, since it does not say whose.
    pub async fn login_named(
        &self,
        scope: &Scope,
        name: &LoginName,
    ) -> Result<LoginOf, StoreError> {
        match name {
            LoginName::Mobile(mobile) => self.login_of(scope, mobile).await,
            LoginName::Email(email) => Ok(match self.only_member_at(scope, email).await? {
                Some(member) => LoginOf::Member(member),
                None => LoginOf::Nobody(name.clone()),
            }),
        }
    }

    /// The login of a member or of a name that nobody has: 1 round trip, 1 read unit. A login that does not exist is
    /// an empty one.
    pub async fn login(&self, scope: &Scope, of: &LoginOf) -> Result<Login, StoreError> {
        let key = scope.login_key(of);
        let record = self.get_item(&key, Consistency::Strong).await?;
        Login::read(key, record)
    }

    /// Records a wrong guess: 1 round trip, 1 write unit. `false` where another request has written the login since it
    /// was read: the guess then counts as not checked, and its result must not be told.
    pub async fn record_wrong_guess(
        &self,
        login: &Login,
        now: Instant,
    ) -> Result<bool, StoreError> {
        let wrong = Login { guesses: login.guesses.with_wrong(now), ..login.clone() };
        Ok(self.write(wrong.put()?).await?.is_done())
    }

    /// Records a sign-in with its session: 1 round trip, 1 write unit. `rehashed` replaces the hash of the password.
    /// `false` as for [`Store::record_wrong_guess`].
    pub async fn record_sign_in(
        &self,
        login: &Login,
        secret_hash: [u8; 32],
        rehashed: Option<String>,
        now: Instant,
    ) -> Result<bool, StoreError> {
        let mut login = login.clone();
        login.begin(secret_hash, now);
        if rehashed.is_some() {
            login.password_hash = rehashed;
        }
        Ok(self.write(login.put()?).await?.is_done())
    }

    /// Sets the password of a member, ends all sessions and begins a new one: 1 strong read, and 1 transaction of 2
    /// write units and a check of 2.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a member who was erased.
    pub async fn set_password(
        &self,
        scope: &Scope,
        member: MemberId,
        password_hash: &str,
        secret_hash: [u8; 32],
        now: Instant,
    ) -> Result<(), StoreError> {
        let of = LoginOf::Member(member);
        let of = &of;
        retry(|_| async move {
            let mut login = self.login(scope, of).await?;
            login.sessions.clear();
            login.begin(secret_hash, now);
            login.password_hash = Some(password_hash.to_owned());
            login.password_set = Some((instant_text(now), scope.credential.to_string()));
            let mut transaction = self.transaction();
            transaction.check_member(keys::person(scope.tenant(), member));
            transaction.add(login.put()?);
            match transaction.commit().await? {
                TransactionOutcome::Committed => Ok(Attempt::Done(())),
                TransactionOutcome::Cancelled(cancelled) if cancelled.failed(Slot::Member) => {
                    Err(StoreError::NotFound(Entity::Member))
                }
                TransactionOutcome::Cancelled(_) => Ok(Attempt::Again),
            }
        })
        .await
    }

    /// The state of the session with a secret: 1 read unit, and at most every five minutes 1 write unit.
    ///
    /// A change of the password, a sign-out and an erasure end the session at once.
    pub async fn session_state(
        &self,
        scope: &Scope,
        member: MemberId,
        secret_hash: &[u8; 32],
        now: Instant,
    ) -> Result<SessionState, StoreError> {
        let mut login = self.login(scope, &LoginOf::Member(member)).await?;
        let found = login.sessions.iter_mut().find(|session| session.has(secret_hash));
        let Some(session) = found else { return Ok(SessionState::Ended) };
        if !session.is_open(now) {
            return Ok(SessionState::Expired);
        }
        if session.is_to_be_noted(now) {
            session.used_at = now;
            // Another request of the same person has noted the use, or ended the session, meanwhile.
            self.write(login.put()?).await?;
        }
        Ok(SessionState::Open)
    }

    /// Ends a session: 1 strong read, and 1 write unit where the session exists.
    pub async fn end_session(
        &self,
        scope: &Scope,
        member: MemberId,
        secret_hash: &[u8; 32],
    ) -> Result<(), StoreError> {
        self.keep_sessions(scope, member, |session| !session.has(secret_hash)).await
    }

    /// Ends all sessions of a login but the one with this secret: 1 strong read, and 1 write unit where there are others.
    pub async fn end_other_sessions(
        &self,
        scope: &Scope,
        member: MemberId,
        secret_hash: &[u8; 32],
    ) -> Result<(), StoreError> {
        self.keep_sessions(scope, member, |session| session.has(secret_hash)).await
    }

    /// Keeps the sessions that fulfil a condition.
    async fn keep_sessions(
        &self,
        scope: &Scope,
        member: MemberId,
        keeps: impl Fn(&Session) -> bool,
    ) -> Result<(), StoreError> {
        let keeps = &keeps;
        retry(|_| async move {
            let mut login = self.login(scope, &LoginOf::Member(member)).await?;
            let before = login.sessions.len();
            login.sessions.retain(keeps);
            if login.sessions.len() == before {
                return Ok(Attempt::Done(()));
            }
            let written = self.write(login.put()?).await?;
            Ok(if written.is_done() { Attempt::Done(()) } else { Attempt::Again })
        })
        .await
    }

    /// The state of a member's login for an erasure, with the last connection of the members who were merged into this
    /// one: 1 round trip, 1 read unit for each of these members.
    pub async fn login_state(
        &self,
        scope: &Scope,
        person: &domain::Person,
    ) -> Result<LoginState, StoreError> {
        let members = std::iter::once(&person.id).chain(&person.absorbed);
        let wanted: Vec<Key> = members.map(|id| keys::login(scope.tenant(), *id)).collect();
        let key = keys::login(scope.tenant(), person.id);
        let mut state = LoginState { key, version: None, last_connection: None };
        for item in self.get_items_strongly(&wanted).await? {
            let record: LoginRecord = items::from_item(item, "login")?;
            let own = record.pk == state.key.pk;
            let login = Login::read(state.key.clone(), Some(record))?;
            state.last_connection = state.last_connection.max(login.last_connection);
            if own {
                state.version = login.version;
            }
        }
        Ok(state)
    }
}

impl LoginState {
    /// Deletes the login, on condition that nobody has written it since it was read.
    pub(crate) fn delete(&self) -> Write {
        let delete = Write::delete(&self.key);
        match self.version {
            Some(version) => delete.if_version(version),
            None => delete.if_absent(),
        }
    }
}
