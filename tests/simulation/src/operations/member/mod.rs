//! What tills and back offices do with members.

pub(super) mod card;
pub(super) mod consent;
pub(super) mod correct;
pub(super) mod enrol;
pub(super) mod erasure;
pub(super) mod find;
pub(super) mod merge;
pub(super) mod mobile;
pub(super) mod read;
pub(super) mod registration;

/// The path of a member.
pub(super) fn path(member: &str) -> String {
    format!("/v1/members/{member}")
}
