//! A person as an item. Each field with personal data is sealed.

use crate::table::attributes;
use crate::table::codec::consents::ConsentsRecord;
use crate::table::items::Item;
use crate::table::keys::{self, Key};
use crate::table::write::Write;
use crate::vault::Field;
use crate::{Scope, StoreError};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::CardNumber;
use domain::member::{Address, DeletionRequest, Details, Email, Enrolment, Person};
use domain::{Day, MemberId, Mobile, ValueError};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Default)]
pub(crate) struct PersonRecord {
    pk: String,
    sk: String,
    v: u64,
    #[serde(with = "serde_bytes")]
    mobile: Vec<u8>,
    #[serde(with = "serde_bytes", default, skip_serializing_if = "Option::is_none")]
    last_name: Option<Vec<u8>>,
    #[serde(with = "serde_bytes", default, skip_serializing_if = "Option::is_none")]
    first_name: Option<Vec<u8>>,
    #[serde(with = "serde_bytes", default, skip_serializing_if = "Option::is_none")]
    email: Option<Vec<u8>>,
    /// Another member has or had the e-mail address too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    shares_email: bool,
    #[serde(with = "serde_bytes", default, skip_serializing_if = "Option::is_none")]
    birth_date: Option<Vec<u8>>,
    /// Under 15 when the member was created or gave a consent. Only then does a walk open the birth date.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    young: bool,
    #[serde(with = "serde_bytes", default, skip_serializing_if = "Option::is_none")]
    address: Option<Vec<u8>>,
    #[serde(with = "serde_bytes", default, skip_serializing_if = "Option::is_none")]
    card: Option<Vec<u8>>,
    #[serde(with = "serde_bytes", default, skip_serializing_if = "Option::is_none")]
    blocked_cards: Option<Vec<u8>>,
    #[serde(default, skip_serializing_if = "ConsentsRecord::is_empty")]
    consents: ConsentsRecord,
    enrolment: String,
    created_at: String,
    created_by: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    invited_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    invited_by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deletion_asked_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deletion_asked_by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    merged_into: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    absorbed: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due_bucket: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due_at: Option<String>,
}

/// The separator of the parts of an address, and of cards. No text may contain this character.
const SEPARATOR: char = '\u{1f}';

fn address_text(address: &Address) -> Option<String> {
    let parts =
        [&address.street, &address.complement, &address.postcode, &address.city, &address.country];
    parts
        .iter()
        .any(|part| part.is_some())
        .then(|| parts.map(|part| part.as_deref().unwrap_or_default()).join(&SEPARATOR.to_string()))
}

fn address_of(text: &str) -> Address {
    let mut parts = text.split(SEPARATOR).map(|part| (!part.is_empty()).then(|| part.to_owned()));
    let mut next = || parts.next().flatten();
    Address { street: next(), complement: next(), postcode: next(), city: next(), country: next() }
}

fn cards_text(cards: &[CardNumber]) -> Option<String> {
    let numbers: Vec<&str> = cards.iter().map(CardNumber::as_str).collect();
    (!numbers.is_empty()).then(|| numbers.join(&SEPARATOR.to_string()))
}

pub(crate) fn cards_of(text: &str) -> Result<Vec<CardNumber>, ValueError> {
    text.split(SEPARATOR).map(CardNumber::parse).collect()
}

pub(crate) fn enrolment_of(word: &str) -> Result<Enrolment, StoreError> {
    match word {
        "till" => Ok(Enrolment::Till),
        "file_row" => Ok(Enrolment::FileRow),
        "attestation" => Ok(Enrolment::Attestation),
        "member" => Ok(Enrolment::Member),
        _ => Err(StoreError::Corrupt("person")),
    }
}

const fn enrolment_word(enrolment: Enrolment) -> &'static str {
    match enrolment {
        Enrolment::Till => "till",
        Enrolment::FileRow => "file_row",
        Enrolment::Attestation => "attestation",
        Enrolment::Member => "member",
    }
}

/// The attribute that a tombstone has and a person does not.
pub(crate) const ERASED_ON: &str = "erased_on";

/// Writes a person, on condition that the stored person has the version before. The condition of a
/// first version is that no person is stored.
pub(crate) fn put_person(scope: &Scope, person: &Person) -> Result<Write, StoreError> {
    let before = person.version.checked_sub(1).filter(|version| *version > 0);
    Ok(Write::put(&person_record(scope, person)?)?.over(before))
}

fn person_record(scope: &Scope, person: &Person) -> Result<PersonRecord, StoreError> {
    let Key { pk, sk } = keys::person(scope.tenant(), person.id);
    let seal = |field: Field, text: Option<&str>| {
        text.map(|text| scope.settings.vault.seal(person.id, field, text)).transpose()
    };
    let details = &person.details;
    Ok(PersonRecord {
        pk,
        sk,
        v: person.version,
        mobile: scope.settings.vault.seal(person.id, Field::Mobile, person.mobile.as_str())?,
        last_name: seal(Field::LastName, details.last_name.as_deref())?,
        first_name: seal(Field::FirstName, details.first_name.as_deref())?,
        email: seal(Field::Email, details.email.as_ref().map(Email::as_str))?,
        shares_email: person.shares_email,
        birth_date: seal(
            Field::BirthDate,
            details.birth_date.map(|day| day.to_string()).as_deref(),
        )?,
        young: person.was_under_15(),
        address: seal(Field::Address, address_text(&details.address).as_deref())?,
        card: seal(Field::Card, details.card.as_ref().map(CardNumber::as_str))?,
        blocked_cards: seal(Field::BlockedCards, cards_text(&person.blocked_cards).as_deref())?,
        consents: ConsentsRecord::of(&person.consents),
        enrolment: enrolment_word(person.enrolment).to_owned(),
        created_at: attributes::instant_text(person.created_at),
        created_by: person.created_by.to_string(),
        invited_at: person.invited.map(|step| attributes::instant_text(step.at)),
        invited_by: person.invited.map(|step| step.by.to_string()),
        deletion_asked_at: person.deletion.map(|asked| attributes::instant_text(asked.at)),
        deletion_asked_by: person.deletion.map(|asked| asked.by.to_string()),
        merged_into: person.merged_into.map(|id| id.to_string()),
        absorbed: person.absorbed.iter().map(ToString::to_string).collect(),
        due_bucket: person.due.map(|day| keys::due_bucket(day, person.id)),
        due_at: person.due.map(|day| keys::due_at(day, person.id)),
    })
}

/// The birth date of the person of an item, where it decides about consents: the person was under 15 when
/// the member was created or gave a consent.
pub(crate) fn deciding_birth_date(
    scope: &Scope,
    id: MemberId,
    item: &Item,
) -> Result<Option<Day>, StoreError> {
    let (Some(AttributeValue::Bool(true)), Some(AttributeValue::B(sealed))) =
        (item.get("young"), item.get("birth_date"))
    else {
        return Ok(None);
    };
    let text = scope.settings.vault.open(id, Field::BirthDate, sealed.as_ref())?;
    Day::parse(&text).map(Some).map_err(StoreError::corrupt("person"))
}

fn deletion_of(at: Option<&str>, by: Option<&str>) -> Result<Option<DeletionRequest>, StoreError> {
    let step = attributes::step_of(at, by)?;
    Ok(step.map(|step| DeletionRequest { at: step.at, by: step.by }))
}

pub(crate) fn person_of(
    scope: &Scope,
    id: MemberId,
    record: PersonRecord,
) -> Result<Person, StoreError> {
    let open = |field: Field, sealed: Option<Vec<u8>>| {
        sealed.map(|sealed| scope.settings.vault.open(id, field, &sealed)).transpose()
    };
    let mobile = scope.settings.vault.open(id, Field::Mobile, &record.mobile)?;
    Ok(Person {
        id,
        mobile: Mobile::parse(&mobile).map_err(StoreError::corrupt("person"))?,
        details: Details {
            last_name: open(Field::LastName, record.last_name)?,
            first_name: open(Field::FirstName, record.first_name)?,
            email: open(Field::Email, record.email)?
                .map(|text| Email::parse(&text))
                .transpose()
                .map_err(StoreError::corrupt("person"))?,
            birth_date: open(Field::BirthDate, record.birth_date)?
                .map(|text| Day::parse(&text))
                .transpose()
                .map_err(StoreError::corrupt("person"))?,
            address: open(Field::Address, record.address)?
                .map(|text| address_of(&text))
                .unwrap_or_default(),
            card: open(Field::Card, record.card)?
                .map(|text| CardNumber::parse(&text))
                .transpose()
                .map_err(StoreError::corrupt("person"))?,
        },
        shares_email: record.shares_email,
        consents: record.consents.read()?,
        enrolment: enrolment_of(&record.enrolment)?,
        created_at: attributes::instant_of(&record.created_at)?,
        created_by: attributes::credential_of(&record.created_by)?,
        invited: attributes::step_of(record.invited_at.as_deref(), record.invited_by.as_deref())?,
        deletion: deletion_of(
            record.deletion_asked_at.as_deref(),
            record.deletion_asked_by.as_deref(),
        )?,
        merged_into: record
            .merged_into
            .map(|text| MemberId::parse(&text))
            .transpose()
            .map_err(StoreError::corrupt("person"))?,
        blocked_cards: open(Field::BlockedCards, record.blocked_cards)?
            .map_or(Ok(vec![]), |text| cards_of(&text))
            .map_err(StoreError::corrupt("person"))?,
        absorbed: record
            .absorbed
            .iter()
            .map(|text| MemberId::parse(text))
            .collect::<Result<_, _>>()
            .map_err(StoreError::corrupt("person"))?,
        due: record
            .due_at
            .as_deref()
            .and_then(|due| due.split('#').next())
            .map(Day::parse)
            .transpose()
            .map_err(StoreError::corrupt("person"))?,
        version: record.v,
    })
}
