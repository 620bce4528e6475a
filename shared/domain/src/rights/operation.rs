//! The operations of the API, and who may do each: the one table of rights.
//!
//! A key may do an operation if its [`KeyScope`] is in the row of the operation. The router, the OpenAPI
//! document and its tests read this table.

use crate::rights::key_scope::KeyScope;
use crate::values::word_enum::word_enum;

word_enum! {
    /// An operation of the API. The word is the `operationId` of the OpenAPI document.
    pub enum Operation {
        /// Show that the service answers.
        ShowHealth = "show_health",
        /// Show this OpenAPI document.
        ShowDocument = "show_document",
        /// Create a merchant.
        CreateMerchant = "create_merchant",
        /// Show a merchant with its establishments, programmes, senders and keys.
        ShowMerchant = "show_merchant",
        /// Create an establishment, or rename it.
        PutEstablishment = "put_establishment",
        /// Create a key for an establishment.
        CreateKey = "create_key",
        /// Revoke a key.
        RevokeKey = "revoke_key",
        /// Set the sender of a merchant's e-mails.
        PutEmailSender = "put_email_sender",
        /// Set the sender of a merchant's SMS.
        PutSmsSender = "put_sms_sender",
        /// Set what activates the cards of a merchant's members.
        PutCardActivation = "put_card_activation",
        /// Set the last day of a merchant's contract.
        PutContractEnd = "put_contract_end",
        /// Remove the end of a merchant's contract, as long as archiving has not begun.
        DeleteContractEnd = "delete_contract_end",
        /// Set the programme that holds from a day.
        PutProgramme = "put_programme",
        /// Change a part of the programme that holds from a day.
        PatchProgramme = "patch_programme",
        /// List the members of a merchant who were erased on a day.
        ListErasures = "list_erasures",
        /// List the accesses to a merchant's data by persons, newest first.
        ListAccessLog = "list_access_log",
        /// Erase a member of a merchant, because the person asked for it or objected.
        EraseMemberByOperator = "erase_member_of_merchant",
        /// Suppress the contacts of a person who is no member of a merchant, because the person asked for it or
        /// objected.
        SuppressContactsByOperator = "suppress_contacts_of_merchant",
        /// Create a campaign.
        CreateCampaign = "create_campaign",
        /// List a merchant's campaigns, newest first.
        ListCampaigns = "list_campaigns",
        /// Show a campaign and its figures.
        ShowCampaign = "show_campaign",
        /// Replace a campaign as a whole, before it begins.
        PutCampaign = "put_campaign",
        /// Start a dry run of a campaign as it is written now.
        AskDryRun = "ask_dry_run",
        /// Show the dry run of a campaign.
        ShowDryRun = "show_dry_run",
        /// Launch a campaign now.
        LaunchCampaign = "launch_campaign",
        /// Schedule a campaign: it begins by itself at an instant.
        ScheduleCampaign = "schedule_campaign",
        /// Pause a running campaign.
        PauseCampaign = "pause_campaign",
        /// Resume a paused campaign.
        ResumeCampaign = "resume_campaign",
        /// Cancel a campaign.
        CancelCampaign = "cancel_campaign",
        /// Create an offer.
        CreateOffer = "create_offer",
        /// List a merchant's offers, newest first.
        ListOffers = "list_offers",
        /// Show an offer.
        ShowOffer = "show_offer",
        /// Replace an offer as a whole.
        PutOffer = "put_offer",
        /// Create a code of an offer, or change the state of a code.
        PutCouponCode = "put_coupon_code",
        /// Import codes of an offer from a file: one code a row, in the column `code` or in the first column, in
        /// UTF-8 or Windows-1252.
        ImportCouponCodes = "import_coupon_codes",
        /// Create a batch of codes of an offer.
        CreateCouponBatch = "create_coupon_batch",
        /// List the batches of an offer, newest first.
        ListCouponBatches = "list_coupon_batches",
        /// Show a batch and its progress.
        ShowCouponBatch = "show_coupon_batch",
        /// Resume a batch whose messages were lost: the codes that are not made are queued again.
        ResumeCouponBatch = "resume_coupon_batch",
        /// List the codes of a finished batch, in the order they were made.
        ListCouponCodes = "list_coupon_codes",
        /// Check the discount of a coupon on a basket, here and now.
        CheckCoupon = "check_coupon",
        /// Create a reward.
        CreateReward = "create_reward",
        /// List a merchant's rewards, newest first.
        ListRewards = "list_rewards",
        /// Show a reward.
        ShowReward = "show_reward",
        /// Replace a reward as a whole.
        PutReward = "put_reward",
        /// List the rewards that are given now, newest first, with the number that is left of each.
        ListRewardsGiven = "list_rewards_given",
        /// List the rewards that are given now, and whether a member can have each of them.
        ListMemberRewards = "list_member_rewards",
        /// Spend a member's points on a reward, or off a bill.
        CreateRedemption = "create_redemption",
        /// Show a redemption of a member, or of a member merged into this one.
        ShowRedemption = "show_redemption",
        /// Record that the goods of a redemption were handed out.
        FulfilRedemption = "fulfil_redemption",
        /// Cancel a redemption.
        CancelRedemption = "cancel_redemption",
        /// Create a member: a person who asked for the card.
        CreateMember = "create_member",
        /// List the merchant's members.
        ListMembers = "list_members",
        /// Show a member, or the member that it was merged into.
        ShowMember = "show_member",
        /// Find a member by mobile, card number, or the text of a scanned card.
        FindMember = "find_member",
        /// Correct a member's details.
        CorrectMember = "correct_member",
        /// Change a member's mobile number.
        ChangeMobile = "change_mobile",
        /// Merge another member, who is the same person, into this member.
        MergeMembers = "merge_members",
        /// Undo a merge.
        UnmergeMembers = "unmerge_members",
        /// Block a member's card as lost.
        BlockCard = "block_card",
        /// Unblock a card that was found again.
        UnblockCard = "unblock_card",
        /// Give a member another card.
        ReplaceCard = "replace_card",
        /// Record the invitation or the completion of a member's registration.
        PutRegistration = "put_registration",
        /// Erase a member, because the person asked for it or objected.
        EraseMember = "erase_member",
        /// Suppress the contacts of a person who is no member, because the person asked for it or objected.
        SuppressContacts = "suppress_contacts",
        /// Show a member's consents and oppositions.
        ShowConsents = "show_consents",
        /// List the consents, oppositions and bounces of a member, the latest first.
        ListConsentHistory = "list_consent_history",
        /// Record a consent or an opposition.
        PutConsent = "put_consent",
        /// List the texts that members sent by SMS, newest first.
        ListInboundTexts = "list_inbound_texts",
        /// List the entries of a member's history, newest first.
        ListHistory = "list_history",
        /// Show a member's balance, with the lines that a ticket prints.
        ShowBalance = "show_balance",
        /// Correct a balance by hand.
        CreateAdjustment = "create_adjustment",
        /// Record a visit of a member who buys nothing: a stamp of a stamp card.
        CreateVisit = "create_visit",
        /// Record a sale or a return.
        CreatePurchase = "create_purchase",
        /// Compute the points that a basket would earn, and the discounts of its coupons.
        DryRunPurchase = "dry_run_purchase",
        /// Show a purchase of the till's own establishment.
        ShowPurchase = "show_purchase",
        /// Cancel a purchase: its points are taken back or given back.
        CancelPurchase = "cancel_purchase",
        /// Attach an anonymous sale to its customer, who gets its points by the programme of its day.
        AttachPurchase = "attach_purchase",
        /// Move a sale that was recorded for the wrong member to the right one, with the points that it gave.
        MovePurchase = "move_purchase",
        /// Open an upload: make a form by which one file can be sent.
        OpenUpload = "open_upload",
        /// List the merchant's files, newest first.
        ListUploads = "list_uploads",
        /// Show a file and its report so far.
        ShowUpload = "show_upload",
        /// Create an endpoint.
        CreateWebhook = "create_webhook",
        /// List a merchant's endpoints.
        ListWebhooks = "list_webhooks",
        /// Show an endpoint and its latest answers.
        ShowWebhook = "show_webhook",
        /// Change the address and the events of an endpoint, or turn it off and on.
        PutWebhook = "put_webhook",
        /// Delete an endpoint.
        DeleteWebhook = "delete_webhook",
        /// Give an endpoint a new secret.
        RotateWebhookSecret = "rotate_webhook_secret",
        /// Post the events of a range again, whether the endpoint accepted them or not.
        ReplayWebhook = "replay_webhook",
    }
}

/// The callers that may do an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Callers {
    /// Everybody, without a key.
    Everybody,
    /// The operator.
    Operator,
    /// The keys of establishments with one of these scopes.
    Keys(&'static [KeyScope]),
}

/// What a till does. A back office may do it too.
const TILL: Callers = Callers::Keys(&[KeyScope::Till, KeyScope::BackOffice]);
/// What a till reads: figures, and no personal data beside those of `find_member`.
const TILL_READING: Callers =
    Callers::Keys(&[KeyScope::Till, KeyScope::BackOffice, KeyScope::Export]);
/// Full records and lists.
const RECORDS: Callers = Callers::Keys(&[KeyScope::BackOffice, KeyScope::Export]);
/// Changes of records, of balances by hand, and files.
const BACK_OFFICE: Callers = Callers::Keys(&[KeyScope::BackOffice]);

/// Who reports that an invitation was sent. [`Operation::PutRegistration`] is a till's for a person who is
/// present, but an invitation begins a period after which the member is erased.
pub const INVITATION_CALLERS: Callers = BACK_OFFICE;

impl Operation {
    /// The callers that may do the operation.
    #[must_use]
    pub const fn callers(self) -> Callers {
        match self {
            Self::ShowHealth | Self::ShowDocument => Callers::Everybody,
            Self::CheckCoupon
            | Self::CreateRedemption
            | Self::FulfilRedemption
            | Self::CancelRedemption
            | Self::CreateMember
            | Self::FindMember
            | Self::BlockCard
            | Self::UnblockCard
            | Self::ReplaceCard
            | Self::PutRegistration
            | Self::PutConsent
            | Self::CreateVisit
            | Self::CreatePurchase
            | Self::DryRunPurchase
            | Self::CancelPurchase
            | Self::AttachPurchase
            | Self::MovePurchase => TILL,
            Self::ListRewardsGiven
            | Self::ListMemberRewards
            | Self::ShowRedemption
            | Self::ShowBalance
            | Self::ShowPurchase => TILL_READING,
            Self::ListMembers
            | Self::ShowMember
            | Self::ShowConsents
            | Self::ListConsentHistory
            | Self::ListInboundTexts
            | Self::ListHistory
            | Self::ListUploads
            | Self::ShowUpload => RECORDS,
            Self::CorrectMember
            | Self::ChangeMobile
            | Self::MergeMembers
            | Self::UnmergeMembers
            | Self::CreateAdjustment
            | Self::EraseMember
            | Self::SuppressContacts
            | Self::OpenUpload => BACK_OFFICE,
            Self::CreateMerchant
            | Self::ShowMerchant
            | Self::PutEstablishment
            | Self::CreateKey
            | Self::RevokeKey
            | Self::PutEmailSender
            | Self::PutSmsSender
            | Self::PutCardActivation
            | Self::PutContractEnd
            | Self::DeleteContractEnd
            | Self::PutProgramme
            | Self::PatchProgramme
            | Self::ListErasures
            | Self::ListAccessLog
            | Self::EraseMemberByOperator
            | Self::SuppressContactsByOperator
            | Self::CreateCampaign
            | Self::ListCampaigns
            | Self::ShowCampaign
            | Self::PutCampaign
            | Self::AskDryRun
            | Self::ShowDryRun
            | Self::LaunchCampaign
            | Self::ScheduleCampaign
            | Self::PauseCampaign
            | Self::ResumeCampaign
            | Self::CancelCampaign
            | Self::CreateOffer
            | Self::ListOffers
            | Self::ShowOffer
            | Self::PutOffer
            | Self::PutCouponCode
            | Self::ImportCouponCodes
            | Self::CreateCouponBatch
            | Self::ListCouponBatches
            | Self::ShowCouponBatch
            | Self::ResumeCouponBatch
            | Self::ListCouponCodes
            | Self::CreateReward
            | Self::ListRewards
            | Self::ShowReward
            | Self::PutReward
            | Self::CreateWebhook
            | Self::ListWebhooks
            | Self::ShowWebhook
            | Self::PutWebhook
            | Self::DeleteWebhook
            | Self::RotateWebhookSecret
            | Self::ReplayWebhook => Callers::Operator,
        }
    }
}

impl Callers {
    /// Whether a key with a scope is among the callers.
    #[must_use]
    pub fn include(self, scope: KeyScope) -> bool {
        matches!(self, Self::Keys(scopes) if scopes.contains(&scope))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rights::key_scope::KeyScope::{BackOffice, Export, Till};
    use rstest::rstest;

    #[rstest]
    #[case::find(Operation::FindMember, &[Till, BackOffice])]
    #[case::sell(Operation::CreatePurchase, &[Till, BackOffice])]
    #[case::enrol(Operation::CreateMember, &[Till, BackOffice])]
    #[case::visit(Operation::CreateVisit, &[Till, BackOffice])]
    #[case::reward(Operation::CreateRedemption, &[Till, BackOffice])]
    #[case::balance(Operation::ShowBalance, &[Till, BackOffice, Export])]
    #[case::record(Operation::ShowMember, &[BackOffice, Export])]
    #[case::list(Operation::ListMembers, &[BackOffice, Export])]
    #[case::history(Operation::ListHistory, &[BackOffice, Export])]
    #[case::consents(Operation::ShowConsents, &[BackOffice, Export])]
    #[case::correction(Operation::CorrectMember, &[BackOffice])]
    #[case::mobile(Operation::ChangeMobile, &[BackOffice])]
    #[case::erasure(Operation::EraseMember, &[BackOffice])]
    #[case::suppression(Operation::SuppressContacts, &[BackOffice])]
    #[case::adjustment(Operation::CreateAdjustment, &[BackOffice])]
    #[case::merge(Operation::MergeMembers, &[BackOffice])]
    #[case::file(Operation::OpenUpload, &[BackOffice])]
    #[case::merchant(Operation::ShowMerchant, &[])]
    #[case::accesses(Operation::ListAccessLog, &[])]
    #[case::codes(Operation::ListCouponCodes, &[])]
    #[case::health(Operation::ShowHealth, &[])]
    fn a_key_may_do_what_its_scope_says(#[case] operation: Operation, #[case] scopes: &[KeyScope]) {
        let allowed: Vec<_> =
            KeyScope::ALL.into_iter().filter(|scope| operation.callers().include(*scope)).collect();
        assert_eq!(allowed, scopes);
    }

    #[test]
    fn a_back_office_may_do_all_that_a_till_and_an_export_may_do() {
        for operation in Operation::ALL {
            let callers = operation.callers();
            let may_other = callers.include(Till) || callers.include(Export);
            assert!(!may_other || callers.include(BackOffice), "{operation:?}");
        }
    }
}
