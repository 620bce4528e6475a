//! The entries of each member sum to the balance.

use super::{Invariant, Rest};
use crate::world::clock;
use domain::Credential;
use std::sync::Arc;
use store::{ErrorChain, MEMBER_SHARDS, Mode, Scope, Unproved};

pub(super) const INVARIANT: Invariant =
    Invariant { name: "ledger", check: |rest| Box::pin(async move { check(rest).await }) };

async fn check(rest: &Rest) -> Vec<String> {
    let store = rest.store();
    let mut violations = Vec::new();
    for merchant in rest.merchants() {
        let settings = match store.settings_fresh(merchant, clock::now()).await {
            Ok(settings) => settings,
            Err(error) => {
                violations.push(format!("{merchant}: {}", ErrorChain(&error)));
                continue;
            }
        };
        for mode in [Mode::Live, Mode::Test] {
            let credential = Credential::Operator;
            let scope = Scope { settings: Arc::clone(&settings), mode, credential };
            if !rest.had_members(scope.tenant()) {
                continue;
            }
            for shard in 0..MEMBER_SHARDS {
                let mut after = None;
                loop {
                    let page = match store.prove(&scope, shard, after).await {
                        Ok(page) => page,
                        Err(error) => {
                            violations.push(format!("{merchant}: {}", ErrorChain(&error)));
                            break;
                        }
                    };
                    violations.extend(page.unproved.iter().map(
                        |Unproved { member, entries, account }| {
                            format!(
                                "{member}: the entries sum to {entries}, the account to {account}"
                            )
                        },
                    ));
                    after = page.next;
                    if after.is_none() {
                        break;
                    }
                }
            }
        }
    }
    violations
}
