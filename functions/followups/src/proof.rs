//! The proof of a merchant's ledger, requested by hand.

use crate::context::{App, FollowupsError};
use domain::{Credential, Instant, MemberId, MerchantId};
use platform::Deadline;
use serde::{Deserialize, Serialize};
use store::{MEMBER_SHARDS, Mode, Scope};

/// A ledger to prove, from a position on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerRequest {
    /// The merchant.
    pub merchant: String,
    /// `test` for the merchant's test data.
    #[serde(default)]
    pub mode: Option<String>,
    /// The shard to begin with: `next` of the previous response.
    #[serde(default)]
    pub shard: u8,
    /// The last member of the shard that was proved before: `next` of the previous response.
    #[serde(default)]
    pub after: Option<String>,
}

/// The result of a proof.
#[derive(Debug, Default, Serialize)]
pub struct Proof {
    /// The number of members.
    pub members: u64,
    /// The number of their entries.
    pub entries: u64,
    /// The members whose entries do not sum to the account. Every one of them is a defect.
    pub unproved: Vec<UnprovedMember>,
    /// The shard and the member after which the next request continues, where the time ended first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<(u8, Option<MemberId>)>,
}

/// A member whose entries do not sum to the account.
#[derive(Debug, Serialize)]
pub struct UnprovedMember {
    /// The member.
    pub member: MemberId,
    /// The sum of the entries.
    pub entries: i64,
    /// The balance of the account.
    pub account: i64,
}

/// Sums the entries of every member and compares the sum with the member's account, until the deadline.
pub(crate) async fn prove(
    app: &App,
    ledger: &LedgerRequest,
    now: Instant,
    deadline: Deadline,
) -> Result<Proof, FollowupsError> {
    let merchant = MerchantId::parse(&ledger.merchant)
        .map_err(|_| FollowupsError::Request("merchant: send the identifier as it was given"))?;
    let mode = match ledger.mode.as_deref() {
        None => Some(Mode::Live),
        Some(word) => Mode::parse(word),
    };
    let mode = mode.ok_or(FollowupsError::Request("mode: write live or test"))?;
    let after = ledger.after.as_deref().map(MemberId::parse).transpose();
    let mut after =
        after.map_err(|_| FollowupsError::Request("after: send the position as it was given"))?;
    let mut shard = ledger.shard;
    let scope = Scope {
        settings: app.store.settings(merchant, now).await?,
        mode,
        credential: Credential::Service,
    };
    let mut proof = Proof::default();
    while shard < MEMBER_SHARDS {
        if deadline.has_passed() {
            proof.next = Some((shard, after));
            break;
        }
        let page = app.store.prove(&scope, shard, after).await?;
        proof.members += page.members;
        proof.entries += page.entries;
        proof.unproved.extend(page.unproved.iter().map(|unproved| UnprovedMember {
            member: unproved.member,
            entries: unproved.entries.get(),
            account: unproved.account.get(),
        }));
        after = page.next;
        shard += u8::from(after.is_none());
    }
    let (members, entries, unproved) = (proof.members, proof.entries, proof.unproved.len());
    if unproved > 0 {
        tracing::error!(%merchant, members, entries, unproved, "a ledger does not sum to its accounts");
    } else {
        tracing::info!(%merchant, members, entries, "a ledger sums to its accounts so far");
    }
    Ok(proof)
}
