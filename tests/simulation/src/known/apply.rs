//! What a fact changes in the state.

use super::State;
use super::fact::Fact;
use super::merchant::{MerchantData, Tenant};
use super::records::{Campaign, Code, Member, Purchase, Redemption};
use domain::Instant;
use store::Mode;

impl State {
    /// Applies a fact that was acknowledged at an instant.
    pub(super) fn apply(&mut self, at: Instant, fact: &Fact) {
        match fact {
            Fact::MerchantCreated(merchant) => {
                let tenant = Tenant { merchant: merchant.id.clone(), mode: Mode::Live };
                self.owners.insert(merchant.id.clone(), tenant);
                if self.merchant(&merchant.id).is_none() {
                    self.merchants.push((**merchant).clone());
                }
            }
            Fact::EstablishmentPut { .. }
            | Fact::KeyCreated { .. }
            | Fact::KeyRevoked { .. }
            | Fact::SenderPut { .. }
            | Fact::CardActivationPut { .. }
            | Fact::ContractEndPut { .. }
            | Fact::ProgrammePut { .. }
            | Fact::CampaignKnown { .. }
            | Fact::DryRunAsked { .. } => self.apply_to_merchant(at, fact),
            Fact::WebhookPut { .. }
            | Fact::WebhookSecretRotated { .. }
            | Fact::WebhookDeleted { .. } => self.apply_to_webhook(at, fact),
            Fact::MemberKnown { .. }
            | Fact::MemberCorrected { .. }
            | Fact::MobileChanged { .. }
            | Fact::CardBlocked { .. }
            | Fact::CardReplaced { .. }
            | Fact::Registered { .. }
            | Fact::Merged { .. }
            | Fact::Unmerged { .. }
            | Fact::Erased { .. }
            | Fact::Visited { .. } => self.apply_to_member(at, fact),
            Fact::PurchaseRecorded { .. }
            | Fact::PurchaseCancelled { .. }
            | Fact::PurchaseAssigned { .. } => self.apply_to_purchase(at, fact),
            Fact::OfferPut { .. }
            | Fact::BatchCreated { .. }
            | Fact::CodesKnown { .. }
            | Fact::RewardPut { .. }
            | Fact::RedemptionKnown { .. }
            | Fact::UploadOpened { .. } => self.apply_to_catalogue(at, fact),
            Fact::ConsentPut { .. }
            | Fact::FileSent { .. }
            | Fact::Suppressed { .. }
            | Fact::Adjusted { .. }
            | Fact::ObjectionPressed { .. }
            | Fact::TextSent { .. } => {}
        }
    }

    fn apply_to_merchant(&mut self, at: Instant, fact: &Fact) {
        match fact {
            Fact::EstablishmentPut { merchant, establishment } => {
                if let Some(merchant) = self.merchant_mut(merchant) {
                    let same =
                        |other: &super::merchant::Establishment| other.code == establishment.code;
                    put(&mut merchant.establishments, establishment.clone(), same);
                }
            }
            Fact::KeyCreated { merchant, key } => {
                if let Some(merchant) = self.merchant_mut(merchant) {
                    merchant.keys.push(key.clone());
                }
            }
            Fact::KeyRevoked { merchant, key } => {
                let keys = self.merchant_mut(merchant).into_iter().flat_map(|m| &mut m.keys);
                for key in keys.filter(|other| other.id == *key) {
                    key.revoked_at.get_or_insert(at);
                }
            }
            Fact::SenderPut { merchant, channel } => {
                if let Some(merchant) = self.merchant_mut(merchant) {
                    put(&mut merchant.senders, *channel, |other| other == channel);
                }
            }
            Fact::CardActivationPut { merchant, choice } => {
                if let Some(merchant) = self.merchant_mut(merchant) {
                    merchant.card_activation = choice;
                }
            }
            Fact::ContractEndPut { merchant, day } => {
                if let Some(merchant) = self.merchant_mut(merchant) {
                    merchant.contract_ends_on.clone_from(day);
                }
            }
            Fact::ProgrammePut { merchant, counts_cents } => {
                if let Some(merchant) = self.merchant_mut(merchant) {
                    merchant.counts_cents = *counts_cents;
                }
            }
            Fact::CampaignKnown { merchant, campaign } => {
                if let Some(merchant) = self.merchant_mut(merchant) {
                    let mut campaign = campaign.clone();
                    let same = |other: &Campaign| other.id == campaign.id;
                    campaign.has_dry_run =
                        merchant.campaigns.iter().find(|c| same(c)).is_some_and(|c| c.has_dry_run);
                    let id = campaign.id.clone();
                    put(&mut merchant.campaigns, campaign, |other| other.id == id);
                }
            }
            Fact::DryRunAsked { merchant, campaign } => {
                let campaigns =
                    self.merchant_mut(merchant).into_iter().flat_map(|m| &mut m.campaigns);
                for campaign in campaigns.filter(|other| other.id == *campaign) {
                    campaign.has_dry_run = true;
                }
            }
            _ => {}
        }
    }

    fn apply_to_webhook(&mut self, at: Instant, fact: &Fact) {
        match fact {
            Fact::WebhookPut { merchant, webhook } => {
                let Some(merchant) = self.merchant_mut(merchant) else { return };
                match merchant.webhooks.iter_mut().find(|other| other.id == webhook.id) {
                    Some(known) => {
                        known.url.clone_from(&webhook.url);
                        known.events.clone_from(&webhook.events);
                    }
                    None => merchant.webhooks.push(webhook.clone()),
                }
            }
            Fact::WebhookSecretRotated { merchant, webhook, secret } => {
                let webhooks =
                    self.merchant_mut(merchant).into_iter().flat_map(|m| &mut m.webhooks);
                for webhook in webhooks.filter(|other| other.id == *webhook) {
                    webhook.secrets.push(secret.clone());
                }
            }
            Fact::WebhookDeleted { merchant, webhook } => {
                let webhooks =
                    self.merchant_mut(merchant).into_iter().flat_map(|m| &mut m.webhooks);
                for webhook in webhooks.filter(|other| other.id == *webhook) {
                    webhook.deleted_at.get_or_insert(at);
                }
            }
            _ => {}
        }
    }

    fn apply_to_member(&mut self, at: Instant, fact: &Fact) {
        match fact {
            Fact::MemberKnown { tenant, member } => {
                self.owners.entry(member.id.clone()).or_insert_with(|| tenant.clone());
                let Some(data) = self.data_mut(tenant) else { return };
                if data.member(&member.id).is_none() {
                    data.members.push((**member).clone());
                }
            }
            Fact::MemberCorrected { tenant, member, card, email, .. } => {
                self.change_member(tenant, member, |member| {
                    if card.is_some() {
                        (member.card, member.is_card_blocked) = (card.clone(), false);
                    }
                    if email.is_some() {
                        member.email.clone_from(email);
                    }
                });
            }
            Fact::MobileChanged { tenant, member, mobile } => {
                self.change_member(tenant, member, |member| member.mobile.clone_from(mobile));
            }
            Fact::CardBlocked { tenant, member, is_blocked } => {
                self.change_member(tenant, member, |member| member.is_card_blocked = *is_blocked);
            }
            Fact::CardReplaced { tenant, member, card } => {
                self.change_member(tenant, member, |member| {
                    (member.card, member.is_card_blocked) = (Some(card.clone()), false);
                });
            }
            Fact::Registered { tenant, member, .. } | Fact::Visited { tenant, member, .. } => {
                self.note_activity(tenant, member, at);
            }
            Fact::Merged { tenant, survivor, absorbed } => {
                self.change_member(tenant, absorbed, |member| {
                    member.merged_into = Some(survivor.clone());
                });
            }
            Fact::Unmerged { tenant, absorbed, .. } => {
                self.change_member(tenant, absorbed, |member| member.merged_into = None);
            }
            Fact::Erased { tenant, member, .. } => {
                let Some(data) = self.data_mut(tenant) else { return };
                erase(data, member, at);
            }
            _ => {}
        }
    }

    fn apply_to_purchase(&mut self, at: Instant, fact: &Fact) {
        match fact {
            Fact::PurchaseRecorded { tenant, purchase, .. } => {
                if let Some(data) = self.data_mut(tenant) {
                    record(data, purchase);
                }
                if let Some(member) = self.customer(tenant, purchase) {
                    self.note_activity(tenant, &member, at);
                }
            }
            Fact::PurchaseCancelled { tenant, purchase, cancelled_at } => {
                let Some(data) = self.data_mut(tenant) else { return };
                for purchase in data.purchases.iter_mut().filter(|other| other.id == *purchase) {
                    purchase.cancelled_at = Some(cancelled_at.clone());
                }
                for code in &mut data.codes {
                    code.used_by.retain(|other| other != purchase);
                }
            }
            Fact::PurchaseAssigned { tenant, purchase, member, .. } => {
                let purchases = self.data_mut(tenant).into_iter().flat_map(|d| &mut d.purchases);
                for purchase in purchases.filter(|other| other.id == *purchase) {
                    purchase.member = Some(member.clone());
                }
                self.note_activity(tenant, member, at);
            }
            _ => {}
        }
    }

    fn apply_to_catalogue(&mut self, at: Instant, fact: &Fact) {
        match fact {
            Fact::OfferPut { tenant, offer } => {
                if let Some(data) = self.data_mut(tenant) {
                    put(&mut data.offers, offer.clone(), |other| other.id == offer.id);
                }
            }
            Fact::BatchCreated { tenant, batch } => {
                if let Some(data) = self.data_mut(tenant) {
                    put(&mut data.batches, batch.clone(), |other| other.id == batch.id);
                }
            }
            Fact::CodesKnown { tenant, codes } => {
                let Some(data) = self.data_mut(tenant) else { return };
                for code in codes {
                    add_code(data, code.clone());
                }
            }
            Fact::RewardPut { tenant, reward } => {
                if let Some(data) = self.data_mut(tenant) {
                    put(&mut data.rewards, reward.clone(), |other| other.id == reward.id);
                }
            }
            Fact::RedemptionKnown { tenant, redemption } => {
                if let Some(data) = self.data_mut(tenant) {
                    redeem(data, redemption);
                }
                self.note_activity(tenant, &redemption.member, at);
            }
            Fact::UploadOpened { tenant, upload } => {
                if let Some(data) = self.data_mut(tenant) {
                    data.uploads.push(upload.clone());
                }
            }
            _ => {}
        }
    }

    fn change_member(&mut self, tenant: &Tenant, id: &str, change: impl FnOnce(&mut Member)) {
        let Some(data) = self.data_mut(tenant) else { return };
        if let Some(member) = data.members.iter_mut().find(|member| member.id == id) {
            change(member);
        }
    }

    /// The member of a purchase. The answer to a return of a sale does not always show the member.
    fn customer(&self, tenant: &Tenant, purchase: &Purchase) -> Option<String> {
        let sale = || {
            let number = purchase.returned_sale.as_ref()?;
            let mut purchases = self.data(tenant)?.purchases.iter();
            purchases.find(|other| other.receipt_number == *number)?.member.clone()
        };
        purchase.member.clone().or_else(sale)
    }

    fn note_activity(&mut self, tenant: &Tenant, member: &str, at: Instant) {
        self.change_member(tenant, member, |member| {
            member.last_activity = member.last_activity.max(at);
        });
    }
}

/// Erases a member, with all members that were merged into it.
fn erase(data: &mut MerchantData, member: &str, at: Instant) {
    let mut erased = vec![member.to_owned()];
    while let Some(id) = erased.pop() {
        for member in &mut data.members {
            if member.id == id {
                member.erased_at.get_or_insert(at);
            }
            if member.merged_into.as_ref() == Some(&id) && member.erased_at.is_none() {
                erased.push(member.id.clone());
            }
        }
    }
}

/// Replaces the record that is the same, or adds the record.
fn put<T>(records: &mut Vec<T>, record: T, same: impl Fn(&T) -> bool) {
    match records.iter_mut().find(|other| same(other)) {
        Some(known) => *known = record,
        None => records.push(record),
    }
}

fn record(data: &mut MerchantData, purchase: &Purchase) {
    match data.purchases.iter_mut().find(|other| other.id == purchase.id) {
        Some(known) => {
            known.cancelled_at.clone_from(&purchase.cancelled_at);
            if known.member.is_none() {
                known.member.clone_from(&purchase.member);
            }
        }
        None => data.purchases.push(purchase.clone()),
    }
    if purchase.cancelled_at.is_some() {
        return;
    }
    for code in data.codes.iter_mut().filter(|code| purchase.coupons.contains(&code.code)) {
        if !code.used_by.contains(&purchase.id) {
            code.used_by.push(purchase.id.clone());
        }
    }
}

fn add_code(data: &mut MerchantData, code: Code) {
    match data.codes.iter_mut().find(|other| other.code == code.code) {
        Some(known) => {
            known.member = code.member.or(known.member.take());
            known.is_disabled = code.is_disabled;
        }
        None => data.codes.push(code),
    }
}

fn redeem(data: &mut MerchantData, redemption: &Redemption) {
    put(&mut data.redemptions, redemption.clone(), |other| other.id == redemption.id);
    let Some(code) = &redemption.coupon else { return };
    let reward = data.rewards.iter().find(|reward| Some(&reward.id) == redemption.reward.as_ref());
    let offer = reward.and_then(|reward| reward.terms["offer_id"].as_str()).unwrap_or_default();
    let (code, offer) = (code.clone(), offer.to_owned());
    add_code(
        data,
        Code {
            code,
            offer,
            member: Some(redemption.member.clone()),
            is_disabled: false,
            used_by: vec![],
        },
    );
}
