//! Whole files, through the planner and the readers as in the function. The files are in `tests/data`; each is named
//! after its problem.

mod bad_files;
mod bad_rows;
mod boundaries;
mod cells;
mod purchases;
mod scattered;
mod sentences;
mod titles;

use crate::convert::TextDecoder;
use crate::file::{
    Context, CustomerKey, FileReceipt, FileRefusal, GatheringReader, Item, Outcome, Part, Plan,
    Planner, RangeReader, RowRefusal,
};
use domain::values::calendar;
use domain::{Day, EstablishmentId, Language, PurchaseKind, Sector};
use std::fmt::Write;

fn context(sector: Sector) -> Context {
    Context {
        sector,
        establishment: EstablishmentId::parse("paris-11").unwrap(),
        zone: calendar::parse_time_zone("Europe/Paris").unwrap(),
        today: Day::parse("2026-11-30").unwrap(),
    }
}

fn data(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/data/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The text of a file, fed in chunks of one size.
fn text(file: &[u8], chunk: usize) -> Result<Vec<u8>, FileRefusal> {
    let (mut decoder, mut text) = (TextDecoder::default(), Vec::new());
    for chunk in file.chunks(chunk) {
        decoder.feed(chunk, &mut text)?;
    }
    decoder.finish(&mut text)?;
    Ok(text)
}

/// Plans a file, fed in chunks of one size.
fn plan(file: &[u8], range_bytes: u64, chunk: usize) -> Result<Plan, FileRefusal> {
    let file = text(file, chunk)?;
    let mut planner = Planner::new(range_bytes);
    file.chunks(chunk).for_each(|chunk| planner.feed(chunk));
    match planner.finish()? {
        Outcome::Done(plan) => Ok(*plan),
        Outcome::Confirm(mut confirmer) => {
            file.chunks(chunk).for_each(|chunk| confirmer.feed(chunk));
            confirmer.finish()
        }
    }
}

/// Reads a planned file, range by range.
fn read_planned(file: &[u8], plan: &Plan, chunk: usize, sector: Sector) -> Vec<Item> {
    let context = context(sector);
    let mut items = Vec::new();
    for range in &plan.ranges {
        let bytes =
            &file[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()];
        let mut reader =
            RangeReader::new(&context, &plan.dialect, range.first_line, &plan.scattered);
        bytes.chunks(chunk).for_each(|chunk| reader.feed(chunk, &mut items));
        reader.finish(&mut items);
    }
    for hashes in (plan.ranges.len()..plan.parts()).filter_map(|number| plan.part(number)) {
        let (Part::Gathering(hashes), Some(rows)) = (hashes, plan.all_rows()) else { continue };
        let mut reader = GatheringReader::new(&context, &plan.dialect, rows.first_line, hashes);
        file[usize::try_from(rows.start).unwrap()..]
            .chunks(chunk)
            .for_each(|chunk| reader.feed(chunk, &mut items));
        reader.finish(&mut items);
    }
    items
}

/// Reads a file of a merchant that is no optician, as one range.
fn read(file: &[u8]) -> Vec<Item> {
    let file = &text(file, file.len().max(1)).unwrap();
    let plan = plan(file, u64::MAX, file.len().max(1)).unwrap();
    read_planned(file, &plan, file.len().max(1), Sector::Retail)
}

fn receipts(items: &[Item]) -> Vec<&FileReceipt> {
    items
        .iter()
        .filter_map(|item| match item {
            Item::Receipt(receipt) => Some(receipt.as_ref()),
            Item::Refused(_) => None,
        })
        .collect()
}

fn numbers(items: &[Item]) -> Vec<&str> {
    receipts(items).iter().map(|receipt| receipt.purchase.receipt().number.as_str()).collect()
}

fn refusals(items: &[Item]) -> Vec<(u64, RowRefusal)> {
    items
        .iter()
        .filter_map(|item| match item {
            Item::Receipt(_) => None,
            Item::Refused(row) => Some((row.line, row.reason)),
        })
        .collect()
}

/// The sentence of a reason, with the usual names of columns.
fn sentence(reason: RowRefusal) -> String {
    let language = Language::French;
    reason.sentence(language, &|column| column.name(language).to_owned(), None)
}

/// The items of a file as text, for snapshots.
fn shown(items: &[Item]) -> String {
    let mut text = String::new();
    for item in items {
        match item {
            Item::Receipt(receipt) => show_receipt(receipt, &mut text),
            Item::Refused(row) => {
                writeln!(text, "line {}: {}", row.line, sentence(row.reason)).unwrap();
            }
        }
    }
    text
}

fn show_receipt(receipt: &FileReceipt, text: &mut String) {
    let purchase = &receipt.purchase;
    let key = purchase.receipt();
    let kind = match purchase.kind() {
        PurchaseKind::Sale => "sale".to_owned(),
        PurchaseKind::Return { of: None } => "return".to_owned(),
        PurchaseKind::Return { of: Some(of) } => {
            format!("return of {} of {}", of.number.as_str(), of.day)
        }
    };
    writeln!(
        text,
        "line {}: {kind} {} of {}, register {}, at {}, {} cents, {} rows",
        receipt.line,
        key.number.as_str(),
        key.day,
        key.register.as_str(),
        purchase.sold_at(),
        purchase.total().get(),
        receipt.rows,
    )
    .unwrap();
    if let Some(customer) = &receipt.customer {
        let identity = match &customer.identity {
            CustomerKey::Mobile(mobile) => format!("mobile {}", mobile.as_str()),
            CustomerKey::Card(card) => format!("card {}", card.as_str()),
        };
        let details = &customer.details;
        let known = [
            details.last_name.clone(),
            details.first_name.clone(),
            details.email.as_ref().map(|email| email.as_str().to_owned()),
            details.birth_date.map(|day| day.to_string()),
            details.card.as_ref().map(|card| format!("holds card {}", card.as_str())),
            customer.card_requested.then(|| "asked for the card".to_owned()),
        ];
        let known: Vec<_> = known.into_iter().flatten().collect();
        writeln!(text, "    {identity} {}", known.join(", ")).unwrap();
    }
    for line in purchase.lines() {
        writeln!(
            text,
            "    {} × {} - {} = {}  {:?} {:?} {:?}",
            line.quantity,
            line.unit_price.get(),
            line.discount.get(),
            line.amount().get(),
            line.sku.as_deref().unwrap_or_default(),
            line.label.as_deref().unwrap_or_default(),
            line.category.as_deref().unwrap_or_default(),
        )
        .unwrap();
    }
}
