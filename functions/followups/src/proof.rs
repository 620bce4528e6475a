//! The proof of a merchant's ledger, called for by hand.

use crate::app::{App, FollowupsError};
use domain::{Instant, MemberId, MerchantId};
use serde::{Deserialize, Serialize};
use store::{MEMBER_SHARDS, Mode, Scope};

/// A ledger to prove, from a place on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ledger {
    /// The merchant.
    pub merchant: String,
    /// `test` for the data of its tests.
    #[serde(default)]
    pub mode: Option<String>,
    /// The shard to begin with: `next` of the answer before.
    #[serde(default)]
    pub shard: u8,
    /// The last member of it that was seen.
    #[serde(default)]
    pub after: Option<String>,
}

/// What was proved.
#[derive(Debug, Default, Serialize)]
pub struct Proof {
    /// Members looked at.
    pub members: u64,
    /// Their entries.
    pub entries: u64,
    /// Those whose entries do not sum to the account: empty, or a defect.
    pub unproved: Vec<UnprovedMember>,
    /// Where to go on, where the time at hand ended first: shard and member, to be sent again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<(u8, Option<String>)>,
}

/// A member whose entries do not sum to the account.
#[derive(Debug, Serialize)]
pub struct UnprovedMember {
    /// Who.
    pub member: String,
    /// What the entries sum to.
    pub entries: i64,
    /// What the account holds.
    pub account: i64,
}

pub(crate) async fn prove(
    app: &App,
    ledger: &Ledger,
    now: Instant,
    until: Instant,
) -> Result<Proof, FollowupsError> {
    let merchant = MerchantId::parse(&ledger.merchant)
        .map_err(|_| FollowupsError::Order("merchant: send the identifier as it was given"))?;
    let mode = match ledger.mode.as_deref() {
        None => Some(Mode::Live),
        Some(word) => Mode::parse(word),
    };
    let mode = mode.ok_or(FollowupsError::Order("mode: write live or test"))?;
    let after = ledger.after.as_deref().map(MemberId::parse).transpose();
    let mut after =
        after.map_err(|_| FollowupsError::Order("after: send the place as it was given"))?;
    let mut shard = ledger.shard;
    let scope = Scope { settings: app.store.settings(merchant, now).await?, mode };
    let mut proof = Proof::default();
    while shard < MEMBER_SHARDS {
        if Instant::now() >= until {
            proof.next = Some((shard, after.map(|member| member.to_string())));
            break;
        }
        let page = app.store.prove(&scope, shard, after).await?;
        proof.members += page.members;
        proof.entries += page.entries;
        proof.unproved.extend(page.unproved.iter().map(|unproved| UnprovedMember {
            member: unproved.member.to_string(),
            entries: unproved.entries.get(),
            account: unproved.account.get(),
        }));
        after = page.next;
        shard += u8::from(after.is_none());
    }
    let (members, entries, unproved) = (proof.members, proof.entries, proof.unproved.len());
    if unproved > 0 {
        tracing::error!(%merchant, members, entries, unproved, "a ledger does not sum up");
    } else {
        tracing::info!(%merchant, members, entries, "a ledger sums up so far");
    }
    Ok(proof)
}
