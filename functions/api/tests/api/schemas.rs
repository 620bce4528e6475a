//! The schemas of values and the parsers that they describe accept the same texts.

use domain::CardNumber;
use domain::access_log::Actor;
use domain::coupon::offer::Share;
use domain::ledger::entry::Author;
use domain::member::{Email, qr};
use domain::merchant::provider::AccountCode;
use domain::merchant::sender::{SenderId, StopNumber};
use domain::programme::LevelCode;
use domain::purchase::receipt::Reference;
use domain::values::text;
use domain::{
    Cents, CouponCode, Credential, Day, EstablishmentId, MemberId, Mobile, Quantity, ReceiptNumber,
    Register,
};
use regex::Regex;
use rstest::rstest;
use serde_json::Value;

fn schema(name: &str) -> Value {
    let document = serde_json::to_value(api::openapi::document()).unwrap();
    let schema = &document["components"]["schemas"][name];
    assert!(schema.is_object(), "no schema {name}");
    schema.clone()
}

/// Whether a schema of texts accepts a text.
fn accepts(schema: &Value, text: &str) -> bool {
    if let Some(forms) = schema["oneOf"].as_array() {
        return forms.iter().any(|form| form["type"] == "string" && accepts(form, text));
    }
    let length = u64::try_from(text.chars().count()).unwrap();
    let bound = |name: &str| schema[name].as_u64();
    bound("minLength").is_none_or(|least| length >= least)
        && bound("maxLength").is_none_or(|most| length <= most)
        && schema["pattern"].as_str().is_none_or(|it| Regex::new(it).unwrap().is_match(text))
}

#[rstest]
#[case::identifier("Identifier", |text: &str| MemberId::parse(text).is_ok(),
    &["01M86DNQG02W65QJ2ENKX1WYVS", "7ZZZZZZZZZZZZZZZZZZZZZZZZZ"],
    &["", "01m86dnqg02w65qj2enkx1wyvs", "8ZZZZZZZZZZZZZZZZZZZZZZZZZ", "01M86DNQG02W65QJ2ENKX1WYV",
      "01M86DNQG02W65QJ2ENKX1WYVI", "nonsense"])]
#[case::credential("CredentialText", |text: &str| Credential::parse(text).is_ok(),
    &["operator", "link", "service", "key:01M86DNQG02W65QJ2ENKX1WYVS", "upload:01M86DNQG02W65QJ2ENKX1WYVS",
      "provider:brevo", "provider:sinch"],
    &["", "key", "key:", "key:01m86dnqg02w65qj2enkx1wyvs", "provider:other", "person:1"])]
#[case::actor("ActorText", |text: &str| Actor::parse(text).is_ok(),
    &["unknown", "member:01M86DNQG02W65QJ2ENKX1WYVS"],
    &["", "member", "member:", "member:01m86dnqg02w65qj2enkx1wyvs", "operator"])]
#[case::establishment("EstablishmentCode", |text: &str| EstablishmentId::parse(text).is_ok(),
    &["paris-11", "1", "a-code-of-twenty-let"], &["", "Paris", "a/b", "a-code-of-twenty-lett"])]
#[case::level("LevelCode", |text: &str| LevelCode::parse(text).is_ok(),
    &["gold", "level-2"], &["", "Gold", "é", "a-code-of-twenty-lett"])]
#[case::account("AccountCode", |text: &str| AccountCode::parse(text).is_ok(),
    &["main", "1"], &["", "Main", "a b"])]
#[case::card("CardNumber", |text: &str| CardNumber::parse(text).is_ok(),
    &["2990000012345", "12 34-ab", "abcd"], &["", "123", "12_34", "123456789012345678901234567890123"])]
#[case::mobile("MobileNumber", |text: &str| Mobile::parse(text).is_ok(),
    &["06 39 98 00 12", "0639980012", "+33639980012", "+33 (0)6 39 98 00 12", "0033639980012",
      "+32 470 12 34 56", "07.11.22.33.44"],
    &["", "0139980012", "06 39 98 00 1", "06 39 98 00 123", "6.39E+08", "call me"])]
#[case::email("EmailAddress", |text: &str| Email::parse(text).is_ok(),
    &["clothilde@example.com", "c.z+1@mail.example.co.uk"],
    &["", "clothilde", "clothilde@example", "a b@example.com", "a@example..com", "<a@example.com>"])]
#[case::day("Date", |text: &str| Day::parse(text).is_ok(),
    &["2026-11-24", "1900-01-01", "2199-12-31"], &["", "24/11/2026", "2026-13-01", "1899-12-31", "2026-1-1"])]
#[case::quantity("Quantity", |text: &str| Quantity::parse(text).is_ok(),
    &["1", "1.5", "0,250", "100000", "0.001", ".5", "007"],
    &["", "0", "0.000", "-1", "1.2345", "100001", "100000.1", "one"])]
#[case::receipt("ReceiptNumber", |text: &str| ReceiptNumber::parse(text).is_ok(),
    &["2026/000123", "A-1_2.3"], &["", "n° 12", "12#34"])]
#[case::register("RegisterCode", |text: &str| Register::parse(text).is_ok(),
    &["1", "caisse-2"], &["", "a register too long", "12345678901234567"])]
#[case::operator("OperatorCode", |text: &str| Author::parse(text).is_ok(),
    &["V12"], &["", "Clothilde Z.", "12345678901234567"])]
#[case::reference("ReferenceCode", |text: &str| Reference::parse(text).is_ok(),
    &["SAV-1024"], &["", "a free text"])]
#[case::coupon("CouponCodeText", |text: &str| CouponCode::parse(text).is_ok(),
    &["BIENVENUE10", "bienvenue-10", "ABCD 1234"], &["", "ABCD123", "été2026!", "1234567890123456789012345"])]
#[case::text("Text60", |given: &str| text::bounded(given, 60).is_ok(),
    &["a", "Boutique de l'Écluse", "été"], &["", "   ", "a\u{7}b"])]
#[case::optional_text("OptionalText60", |given: &str| text::optional(given, 60).is_ok(),
    &["", "   ", "Zéphirin"], &["a\u{7}b"])]
#[case::qr("QrText", |text: &str| qr::card_number(text).is_ok(),
    &["2990000012345", "https://carte.example.com/2990000012345",
      "https://carte.example.com/c/2990000012345?source=carte#haut"],
    &["", "123", "https://carte.example.com", "mailto:camille@example.com", "tel:+33639980012"])]
fn a_schema_accepts_the_texts_that_its_parser_accepts(
    #[case] name: &str,
    #[case] parses: fn(&str) -> bool,
    #[case] accepted: &[&str],
    #[case] refused: &[&str],
) {
    let schema = schema(name);
    for text in accepted {
        assert!(parses(text), "the parser refuses {text:?}");
        assert!(accepts(&schema, text), "the schema refuses {text:?}");
    }
    for text in refused {
        assert!(!parses(text), "the parser accepts {text:?}");
        assert!(!accepts(&schema, text), "the schema accepts {text:?}");
    }
}

#[rstest]
#[case::shown("shown", |text: &str| SenderId::parse(text).and_then(SenderId::for_marketing).is_ok(),
    &["Boutique", "A 1", "36200"], &["", "ab", "1Boutique", "a name too long", "0639980012", "38200"])]
#[case::stop("stop_number", |text: &str| StopNumber::parse(text).is_ok(),
    &["36200"], &["", "38123", "37123", "3620"])]
fn a_field_of_the_sms_sender_accepts_the_texts_that_its_parser_accepts(
    #[case] field: &str,
    #[case] parses: fn(&str) -> bool,
    #[case] accepted: &[&str],
    #[case] refused: &[&str],
) {
    let schema = &schema("SmsSender")["properties"][field];
    for text in accepted {
        assert!(parses(text) && accepts(schema, text), "{text:?}");
    }
    for text in refused {
        assert!(!parses(text) && !accepts(schema, text), "{text:?}");
    }
}

#[test]
fn the_bounds_of_numbers_are_those_of_the_domain() {
    let amount = schema("Amount");
    assert_eq!(amount["minimum"], 0);
    assert_eq!(amount["maximum"], Cents::LARGEST.get());
    let price = schema("PriceInPoints");
    assert_eq!(price["minimum"], 1);
    assert_eq!(price["maximum"], domain::reward::MOST_POINTS);
    let share = &schema("Benefit")["oneOf"][1]["properties"]["percent_hundredths"];
    for (bound, beyond) in [("minimum", -1), ("maximum", 1)] {
        let bound = share[bound].as_i64().unwrap();
        assert!(Share::new(bound).is_ok() && Share::new(bound + beyond).is_err());
    }
    let adjustment = &schema("NewAdjustment")["properties"]["points"]["oneOf"];
    let [taken, given] = [&adjustment[0], &adjustment[1]];
    assert_eq!(taken["minimum"], -domain::ledger::entry::MOST_ADJUSTED);
    assert_eq!(taken["maximum"], -1, "an adjustment is never 0");
    assert_eq!(given["minimum"], 1, "an adjustment is never 0");
    assert_eq!(given["maximum"], domain::ledger::entry::MOST_ADJUSTED);
}
