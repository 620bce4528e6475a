//! The parameters of paths, queries and headers, each described once for the OpenAPI document.
//!
//! Handlers extract the structs of paths. The structs of queries and headers only describe what the
//! extractors of `http_edge` and [`crate::merchant::mode`] read.

use crate::merchant::mode::Mode;
use crate::schema::{CouponCodeText, Date, EstablishmentCode, Identifier, PurchaseId};
use domain::{
    CampaignId, CouponBatchId, KeyId, MemberId, MerchantId, OfferId, RedemptionId, RewardId,
    UploadId, WebhookId,
};
use serde::Deserialize;
use utoipa::IntoParams;

macro_rules! paths {
    ($($(#[doc = $doc:literal])+ $name:ident {
        $($(#[doc = $description:literal])+ $field:ident: $type:ty as $schema:ty,)+
    })+) => {$(
        $(#[doc = $doc])+
        #[derive(Debug, Deserialize, IntoParams)]
        #[into_params(parameter_in = Path)]
        #[allow(clippy::struct_field_names, reason = "the names are those of the path")]
        pub(crate) struct $name {
            $(
                $(#[doc = $description])+
                #[param(value_type = $schema)]
                pub(crate) $field: $type,
            )+
        }
    )+};
}

paths! {
    /// A merchant.
    MerchantPath {
        /// The identifier of the merchant.
        merchant_id: MerchantId as Identifier,
    }
    /// An establishment of a merchant. A code that is not accepted is answered 422 or 404, as the
    /// operation says.
    EstablishmentPath {
        /// The identifier of the merchant.
        merchant_id: MerchantId as Identifier,
        /// The code of the establishment.
        code: String as EstablishmentCode,
    }
    /// A key of an establishment.
    KeyPath {
        /// The identifier of the merchant.
        merchant_id: MerchantId as Identifier,
        /// The code of the establishment.
        code: String as EstablishmentCode,
        /// The identifier of the key.
        key_id: KeyId as Identifier,
    }
    /// A programme of a merchant.
    ProgrammePath {
        /// The identifier of the merchant.
        merchant_id: MerchantId as Identifier,
        /// The first day of the programme. The day must begin in more than 15 minutes in every time
        /// zone of the merchant. Until a sale, a return or a visit has used the programme of today, the day may also
        /// be one on which that programme is in force.
        valid_from: String as Date,
    }
    /// A campaign of a merchant.
    CampaignPath {
        /// The identifier of the merchant.
        merchant_id: MerchantId as Identifier,
        /// The identifier of the campaign.
        campaign_id: CampaignId as Identifier,
    }
    /// An offer of a merchant.
    OfferPath {
        /// The identifier of the merchant.
        merchant_id: MerchantId as Identifier,
        /// The identifier of the offer.
        offer_id: OfferId as Identifier,
    }
    /// A code of an offer.
    CodePath {
        /// The identifier of the merchant.
        merchant_id: MerchantId as Identifier,
        /// The identifier of the offer.
        offer_id: OfferId as Identifier,
        /// The code of the coupon.
        code: String as CouponCodeText,
    }
    /// A batch of coupons of an offer.
    BatchPath {
        /// The identifier of the merchant.
        merchant_id: MerchantId as Identifier,
        /// The identifier of the offer.
        offer_id: OfferId as Identifier,
        /// The identifier of the batch.
        batch_id: CouponBatchId as Identifier,
    }
    /// A reward of a merchant.
    RewardPath {
        /// The identifier of the merchant.
        merchant_id: MerchantId as Identifier,
        /// The identifier of the reward.
        reward_id: RewardId as Identifier,
    }
    /// A webhook of a merchant.
    WebhookPath {
        /// The identifier of the merchant.
        merchant_id: MerchantId as Identifier,
        /// The identifier of the webhook.
        webhook_id: WebhookId as Identifier,
    }
    /// A member of the till's merchant.
    MemberPath {
        /// The identifier of the member.
        member_id: MemberId as Identifier,
    }
    /// A member of a merchant, which the operator names.
    MerchantMemberPath {
        /// The identifier of the merchant.
        merchant_id: MerchantId as Identifier,
        /// The identifier of the member.
        member_id: MemberId as Identifier,
    }
    /// A redemption of a member.
    RedemptionPath {
        /// The identifier of the member.
        member_id: MemberId as Identifier,
        /// The identifier of the redemption.
        redemption_id: RedemptionId as Identifier,
    }
    /// A purchase of the till's establishment.
    PurchasePath {
        /// The identifier of the purchase.
        purchase_id: String as PurchaseId,
    }
    /// A file of the till's merchant.
    UploadPath {
        /// The identifier of the file.
        upload_id: UploadId as Identifier,
    }
}

/// The data of a merchant that the operator means.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameter that `DataMode` reads")]
pub(crate) struct ModeQuery {
    /// The merchant's live data (`live`, by default) or its test data (`test`).
    #[param(value_type = Mode, required = false)]
    mode: Mode,
}

/// The page of a list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters that `Page` reads")]
pub(crate) struct PageQuery {
    /// The most entries of the page. A page may hold fewer and not be the last.
    #[param(required = false, minimum = 1, maximum = 500, default = 50)]
    limit: u16,
    /// The `next_cursor` of the page before. Absent for the first page.
    #[param(required = false, pattern = "^[A-Za-z0-9_-]+$", max_length = 8192)]
    cursor: String,
}

/// The day of a list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameter that `OfDay` reads")]
pub(crate) struct DayQuery {
    /// A day in the time zone Europe/Paris.
    #[param(value_type = Date)]
    day: String,
}

/// The key of a request that may be sent again, where a request carried out twice does no harm.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes the header that `KeyedBody` reads")]
pub(crate) struct OptionalKey {
    /// A key of the client's own, one for each resource to create: visible ASCII characters, a UUID for
    /// example. The same request with the same key within 24 hours creates nothing.
    #[param(
        rename = "Idempotency-Key",
        required = false,
        min_length = 1,
        max_length = 255,
        pattern = "^[!-~]+$"
    )]
    key: String,
}

/// The key of a request that moves points.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes the header that `RequiredKeyBody` reads")]
pub(crate) struct RequiredKey {
    /// A key of the till's own, one for each operation: visible ASCII characters, a UUID for example. The
    /// same request with the same key within 24 hours changes nothing.
    #[param(rename = "Idempotency-Key", min_length = 1, max_length = 255, pattern = "^[!-~]+$")]
    key: String,
}
