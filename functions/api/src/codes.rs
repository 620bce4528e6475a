//! The codes that only this API has, beside `http_edge::codes` and the errors of the domain.

http_edge::codes! {
    Cashier {
        CARD_NOT_REQUESTED = "card_not_requested",
        NEEDS_MOBILE = "needs_mobile",
        ONE_OF = "one_of",
    }
    Till {
        NEEDS_CARD_REQUESTED = "needs_card_requested",
        NOT_A_RETURN = "not_a_return",
    }
    Office {
        // A request as a whole.
        ALREADY_LAUNCHED = "already_launched",
        BATCH_NOT_FINISHED = "batch_not_finished",
        CONTRACT_ENDED = "contract_ended",
        MERCHANT_NOT_NAMED = "merchant_not_named",
        NO_SENDER = "no_sender",
        TRANSACTIONAL_SENDER = "transactional_sender",
        // A field, or a parameter.
        COUNTRY = "country",
        FILE_NAME = "file_name",
        FILE_TYPE = "file_type",
        MODE = "mode",
        NOT_FOR_EMAIL = "not_for_email",
        NOT_FOR_SMS = "not_for_sms",
        NO_WAY_TO_OBJECT = "no_way_to_object",
        OTHER_TYPE = "other_type",
        TEMPLATE = "template",
        TOO_LARGE = "too_large",
        TOO_MANY_ORIGINS = "too_many_origins",
        TOO_MANY_PARTS = "too_many_parts",
    }
}
