//! Entries of the access log: sign-ins, codes and joinings, whether they succeed or not.

use crate::context::App;
use crate::source::Source;
use domain::access_log::{Access, AccessEvent, Actor, ClientAddress, MembersShown};
use store::{LoginOf, Scope, StoreError};

/// Appends an entry before the person is answered: 1 round trip, 1 write unit.
pub(crate) async fn log(
    app: &App,
    scope: &Scope,
    actor: Actor,
    event: AccessEvent,
    source: &Source,
) -> Result<(), StoreError> {
    let access = Access {
        at: app.now(),
        actor,
        event,
        source: ClientAddress::parse(&source.0),
        members: MembersShown::none(),
    };
    app.store.append_access(scope, &access).await
}

/// The actor of a sign-in with a login.
pub(crate) const fn actor(login: &LoginOf) -> Actor {
    match login {
        LoginOf::Member(member) => Actor::Member(*member),
        LoginOf::Nobody(_) => Actor::Unknown,
    }
}
