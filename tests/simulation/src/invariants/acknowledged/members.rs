//! A member who was acknowledged and not erased has a person and an account.

use super::super::Rest;
use super::super::people::People;
use crate::known::State;
use store::Mode;

pub(super) fn check(rest: &Rest, state: &State, people: &People) -> Vec<String> {
    let complete = state.merchants.iter().filter(|merchant| rest.is_complete(merchant));
    let members = complete.flat_map(|merchant| {
        [Mode::Live, Mode::Test].into_iter().flat_map(|mode| &merchant.data(mode).members)
    });
    let missing =
        members.filter(|member| !people.has(&member.id) && !people.may_be_erased(&member.id));
    missing.map(|member| format!("the member {} is not in the table", member.id)).collect()
}
