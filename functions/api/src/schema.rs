//! JSON schemas of values that the domain parses. Each states the rule of its parser once, and fields refer
//! to it by name. The tests below compare the patterns with the parsers.
//!
//! White space around a text is removed before the text is read; the patterns do not allow for it.

use utoipa::openapi::schema::{
    AdditionalProperties, KnownFormat, Object, ObjectBuilder, OneOfBuilder, Schema, SchemaFormat,
    Type,
};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{OpenApi, PartialSchema, ToSchema};

/// No control characters, and at least one character that is not white space.
const BOUNDED: &str = r"^[^\x00-\x1f\x7f-\x9f]*[^\x00-\x20\x7f-\xa0][^\x00-\x1f\x7f-\x9f]*$";
/// No control characters.
const PLAIN: &str = r"^[^\x00-\x1f\x7f-\x9f]*$";

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

/// A whole number within bounds.
pub(crate) fn whole_number(minimum: i64, maximum: i64) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .minimum(Some(minimum))
        .maximum(Some(maximum))
}

/// A text of at most `limit` characters on one line, which may not be blank.
fn bounded(limit: usize) -> ObjectBuilder {
    text().pattern(Some(BOUNDED)).min_length(Some(1)).max_length(Some(limit))
}

/// A text of at most `limit` characters on one line. A blank text counts as absent.
fn optional(limit: usize) -> ObjectBuilder {
    text().pattern(Some(PLAIN)).max_length(Some(limit))
}

/// The value `true` and no other.
pub(crate) fn only_true(description: &str) -> RefOr<Schema> {
    let only = ObjectBuilder::new().schema_type(Type::Boolean).enum_values(Some([true]));
    only.description(Some(description)).build().into()
}

/// A reference to the schema of a type.
pub(crate) fn reference<T: ToSchema>() -> RefOr<Schema> {
    RefOr::Ref(Ref::from_schema_name(T::name()))
}

/// Defines schemas, each with its description, and `Schemas`, which adds all of them to the document.
macro_rules! schemas {
    ($($(#[doc = $doc:literal])+ $name:ident = $schema:expr;)+) => {
        /// The schemas of this file.
        #[derive(OpenApi)]
        #[openapi(components(schemas($($name,)+ Quantity)))]
        pub(crate) struct Schemas;

        $(
        $(#[doc = $doc])+
        pub(crate) struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let description = concat!($($doc),+).trim_start();
                $schema.description(Some(description)).build().into()
            }
        }

        impl ToSchema for $name {}
        )+
    };
}

schemas! {
    /// An identifier that this API made: a ULID of 26 characters.
    Identifier = text().pattern(Some("^[0-7][0-9A-HJKMNP-TV-Z]{25}$")).min_length(Some(26))
        .max_length(Some(26)).examples(["01M86DNQG02W65QJ2ENKX1WYVS"]);
    /// The credential that made a change: the operator, a key, a file, the link in a message, a provider's
    /// callback, or the service itself.
    CredentialText = text()
        .pattern(Some(
            "^(operator|link|member|service|(key|upload):[0-7][0-9A-HJKMNP-TV-Z]{25}|provider:(brevo|sinch))$",
        ))
        .examples(["key:01M86DNQG02W65QJ2ENKX1WYVS"]);
    /// The person of an entry of the access log: a member, or a person who gave a login that no member has
    /// (`unknown`). More kinds of persons may follow.
    ActorText = text().pattern(Some("^(unknown|member:[0-7][0-9A-HJKMNP-TV-Z]{25})$"))
        .examples(["member:01M86DNQG02W65QJ2ENKX1WYVS"]);
    /// The identifier of a purchase: its establishment, register, day and receipt number in base64url.
    PurchaseId = text().pattern(Some("^[A-Za-z0-9_-]+$")).min_length(Some(1)).max_length(Some(119))
        .examples(["cGFyaXMjMSMyMDI2LTExLTI0IzIwMjYvMDAwMTIz"]);
    /// The code of an establishment: 1 to 20 lower-case letters, digits or hyphens.
    EstablishmentCode = text().pattern(Some("^[a-z0-9-]+$")).min_length(Some(1)).max_length(Some(20))
        .examples(["paris-11"]);
    /// The code of a level: 1 to 20 lower-case letters, digits or hyphens.
    LevelCode = text().pattern(Some("^[a-z0-9-]+$")).min_length(Some(1)).max_length(Some(20))
        .examples(["gold"]);
    /// The code of an account at a provider: 1 to 40 lower-case letters, digits or hyphens. Its
    /// credentials are a secret of the deployment.
    AccountCode = text().pattern(Some("^[a-z0-9-]+$")).min_length(Some(1)).max_length(Some(40))
        .examples(["main"]);

    /// The number of a card: 4 to 32 letters or digits. Spaces, hyphens and case do not count.
    CardNumber = text().pattern(Some("^[ -]*([0-9A-Za-z][ -]*){4,32}$")).examples(["2990000012345"]);
    /// The text of a card's QR code as a scanner reads it: the number of the card, or an address that ends
    /// in the number.
    QrText = text().pattern(Some(QR)).examples(["https://carte.example.com/2990000012345"]);
    /// A mobile number in national form (France) or international form. Spaces, points, hyphens, slashes
    /// and brackets do not count.
    MobileNumber = text().pattern(Some(MOBILE)).examples(["06 39 98 00 12", "+33639980012"]);
    /// A mobile number in E.164.
    E164 = text().pattern(Some(r"^\+[1-9][0-9]{6,14}$")).examples(["+33639980012"]);
    /// An e-mail address of at most 254 characters.
    EmailAddress = text().format(Some(SchemaFormat::KnownFormat(KnownFormat::Email)))
        .pattern(Some(EMAIL)).max_length(Some(254)).examples(["clothilde@example.com"]);
    /// A code of ISO 3166-1 alpha-2. An empty text counts as absent.
    CountryCode = text().pattern(Some("^([A-Za-z]{2})?$")).examples(["FR"]);

    /// A day of the calendar, from 1900 to 2199.
    Date = text().format(Some(SchemaFormat::KnownFormat(KnownFormat::Date))).pattern(Some(DAY))
        .examples(["2026-11-24"]);
    /// An instant with its offset (RFC 3339).
    DateTime = text().format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
        .examples(["2026-11-24T10:15:00+01:00"]);
    /// A time of the day, to the minute; `24:00` is the midnight at its end.
    TimeOfDay = text().pattern(Some("^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")).examples(["17:00"]);

    /// An amount in euro cents, without sign, of at most 1,000,000 €.
    Amount = whole_number(0, domain::Cents::LARGEST.get()).examples([4490]);
    /// An amount in euro cents, of 0.01 € to 1,000,000 €.
    PositiveAmount = whole_number(1, domain::Cents::LARGEST.get()).examples([1000]);
    /// A price in points, or in cents in a programme of cents: 1 to 1,000,000.
    PriceInPoints = whole_number(1, domain::reward::MOST_POINTS).examples([500]);

    /// The number of a receipt: 1 to 40 letters, digits and `. _ - /`.
    ReceiptNumber = text().pattern(Some(CODE)).min_length(Some(1)).max_length(Some(40))
        .examples(["2026/000123"]);
    /// The code of a register: 1 to 16 letters, digits and `. _ - /`.
    RegisterCode = text().pattern(Some(CODE)).min_length(Some(1)).max_length(Some(16)).examples(["1"]);
    /// The short code of an operator, from the merchant's own list and never a name: 1 to 16 letters,
    /// digits and `. _ - /`.
    OperatorCode = text().pattern(Some(CODE)).min_length(Some(1)).max_length(Some(16))
        .examples(["V12"]);
    /// The code by which the merchant finds an operation in its own papers: 1 to 40 letters, digits and
    /// `. _ - /`.
    ReferenceCode = text().pattern(Some(CODE)).min_length(Some(1)).max_length(Some(40))
        .examples(["SAV-1024"]);
    /// The code of a coupon: 8 to 24 letters or digits. Case, spaces and hyphens do not count.
    CouponCodeText = text().pattern(Some("^[ -]*([0-9A-Za-z][ -]*){8,24}$"))
        .examples(["7KHP-M3CD-RTWX", "bienvenue10"]);

    /// A text of 1 to 40 characters on one line.
    Text40 = bounded(40);
    /// A text of 1 to 60 characters on one line.
    Text60 = bounded(60);
    /// A text of 1 to 70 characters on one line.
    Text70 = bounded(70);
    /// A text of 1 to 100 characters on one line.
    Text100 = bounded(100);
    /// A text of at most 12 characters on one line. A blank text counts as absent.
    OptionalText12 = optional(12);
    /// A text of at most 40 characters on one line. A blank text counts as absent.
    OptionalText40 = optional(40);
    /// A text of at most 60 characters on one line. A blank text counts as absent.
    OptionalText60 = optional(60);

    /// The name of a rule or a level: 1 to 40 characters on one line, without a word of health, belief or
    /// another special category of personal data.
    RuleName = bounded(domain::programme::limits::NAME_LENGTH);
    /// The name of an offer or a campaign: 1 to 100 characters on one line, without a word of health,
    /// belief or another special category of personal data.
    PlainName = bounded(100);
}

const MOBILE: &str =
    r"^(0?[67]([ .-]?[0-9]{2}){4}|(\+|00)[1-9][0-9]{0,2}[ .-]?(\(0\))?[0-9]([ ./-]?[0-9]){6,11})$";
const QR: &str = r"^(https?://[^/?#\s]+(/[^/?#\s]+)*/)?[ -]*([0-9A-Za-z][ -]*){4,32}/*([?#]\S*)?$";
const EMAIL: &str = r#"^[^\s@<>,;"()\x00-\x1f\x7f-\x9f]{1,64}@([0-9A-Za-z-]+\.)+[0-9A-Za-z-]+$"#;
const DAY: &str = "^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$";
const CODE: &str = "^[0-9A-Za-z._/-]+$";

/// More than 0, at most 100000, with at most three decimals.
const QUANTITY: &str = r"^(0{0,6}[1-9][0-9]{0,4}([.,][0-9]{1,3})?|0{0,6}[.,]([1-9][0-9]{0,2}|0[1-9][0-9]?|00[1-9])|100000)$";

/// A quantity: pieces, kilograms or metres.
pub(crate) struct Quantity;

impl PartialSchema for Quantity {
    fn schema() -> RefOr<Schema> {
        let schema = OneOfBuilder::new()
            .item(text().pattern(Some(QUANTITY)))
            .item(ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).maximum(Some(100_000)))
            .description(Some(
                "A quantity (pieces, kilograms, metres): more than 0 and at most 100,000, as a decimal number \
                 in a string with at most three decimals, or as a whole number.",
            ))
            .examples(["1.5"])
            .build();
        RefOr::T(Schema::OneOf(schema))
    }
}

impl ToSchema for Quantity {}

/// One form of an object: its properties, the required ones first.
pub(crate) struct Form {
    required: Vec<(&'static str, RefOr<Schema>)>,
    optional: Vec<(&'static str, RefOr<Schema>)>,
}

impl Form {
    pub(crate) const fn new() -> Self {
        Self { required: vec![], optional: vec![] }
    }

    /// Adds a property that the form requires.
    pub(crate) fn with(mut self, name: &'static str, schema: impl Into<RefOr<Schema>>) -> Self {
        self.required.push((name, schema.into()));
        self
    }

    /// Adds a property that the form may have.
    pub(crate) fn optionally(
        mut self,
        name: &'static str,
        schema: impl Into<RefOr<Schema>>,
    ) -> Self {
        self.optional.push((name, schema.into()));
        self
    }

    fn build(self) -> Object {
        let mut object =
            ObjectBuilder::new().additional_properties(Some(AdditionalProperties::FreeForm(false)));
        for (name, schema) in self.required {
            object = object.property(name, schema).required(name);
        }
        for (name, schema) in self.optional {
            object = object.property(name, schema);
        }
        object.build()
    }
}

/// An object that has exactly one of several forms.
pub(crate) fn one_of(description: &str, forms: impl IntoIterator<Item = Form>) -> RefOr<Schema> {
    let forms = forms.into_iter().fold(OneOfBuilder::new(), |all, form| all.item(form.build()));
    RefOr::T(Schema::OneOf(forms.description(Some(description)).build()))
}

/// The constant text of a property that tells the forms of an object apart.
pub(crate) fn constant(value: &str) -> Object {
    text().enum_values(Some([value])).build()
}
