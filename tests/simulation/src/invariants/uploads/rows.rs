//! Each row of a file has one outcome: its customer has the purchase, or the report counts the row, and lists it where
//! the row is at fault.

use super::super::people::People;
use super::super::{Rest, stored_tenant, text};
use super::SentFile;
use super::report::Report;
use crate::known::State;
use crate::known::fact::Fact;
use crate::known::records::FileRow;
use crate::operations::person::digits;
use crate::world::clock;
use domain::Mobile;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use store::{AnyContact, Contact, ErrorChain, Scope, Store, StoreError};

/// The register of a row that names none.
const REGISTER: &str = "1";
/// The line of the first row. The header is the first line of the file.
const FIRST_LINE: usize = 2;

/// What others sent of the receipts of a file.
#[derive(Debug, Default)]
pub(super) struct Others {
    /// The receipts, by number and day, that a till sent or may have sent.
    tills: BTreeSet<(String, String)>,
    /// The mobiles of the rows of other files with the same receipt.
    files: BTreeMap<(String, String), Vec<Option<String>>>,
}

pub(super) fn others(state: &State, file: &SentFile) -> Others {
    let mut others = Others::default();
    let purchases = state.data(&file.tenant).into_iter().flat_map(|data| &data.purchases);
    let tills: BTreeSet<(&str, &str)> = purchases
        .filter(|sent| sent.establishment == file.establishment && sent.register == REGISTER)
        .map(|sent| (sent.receipt_number.as_str(), sent.day.as_str()))
        .collect();
    let uncertain = state.uncertain.iter().filter(|sent| sent.operation == "create_purchase");
    let uncertain: BTreeSet<&str> =
        uncertain.filter_map(|sent| sent.body["receipt_number"].as_str()).collect();
    for row in &file.rows {
        let receipt = (row.receipt_number.as_str(), row.day.as_str());
        if tills.contains(&receipt) || uncertain.contains(receipt.0) {
            others.tills.insert(receipt_of(row));
        }
    }
    for acknowledged in &state.acknowledged {
        let Fact::FileSent { tenant, upload, rows } = &acknowledged.fact else { continue };
        let mut uploads = state.data(tenant).into_iter().flat_map(|data| &data.uploads);
        let is_here = |upload: &crate::known::records::Upload| {
            upload.establishment == file.establishment && *tenant == file.tenant
        };
        let is_other = *upload != file.upload;
        if is_other && uploads.any(|other| other.id == *upload && is_here(other)) {
            for row in rows {
                others.files.entry(receipt_of(row)).or_default().push(row.mobile.clone());
            }
        }
    }
    others
}

fn receipt_of(row: &FileRow) -> (String, String) {
    (row.receipt_number.clone(), row.day.clone())
}

impl Others {
    fn may_have_sent(&self, row: &FileRow) -> bool {
        let receipt = receipt_of(row);
        self.tills.contains(&receipt) || self.files.contains_key(&receipt)
    }
}

/// The rows with their lines that the report does not list.
fn unlisted<'f>(file: &'f SentFile, report: &Report) -> Vec<(usize, &'f FileRow)> {
    let rows = file.rows.iter().enumerate().map(|(index, row)| (FIRST_LINE + index, row));
    rows.filter(|(line, _)| !report.listed.contains(line)).collect()
}

/// Where the counts of a report are not those of the rows that were sent.
pub(super) fn uncounted(file: &SentFile, report: &Report, others: &Others) -> Vec<String> {
    let unlisted = unlisted(file, report);
    let of =
        |wanted: &dyn Fn(&FileRow) -> bool| unlisted.iter().filter(|(_, row)| wanted(row)).count();
    let with_customer = of(&|row| row.mobile.is_some());
    let known = of(&|row| row.mobile.is_some() && others.may_have_sent(row));
    let Report { read, accepted, already_known, without_customer, not_taken, listed } = report;
    let mut violations = Vec::new();
    let mut must = |holds: bool, what: String| {
        if !holds {
            violations.push(format!("the file {}: {what}", file.upload));
        }
    };
    let sent = file.rows.len();
    must(*read == sent, format!("{read} rows were read of {sent}"));
    let lines = listed.len();
    must(*not_taken == lines, format!("{not_taken} rows were not taken, and {lines} are listed"));
    let (counted, is) = (without_customer, unlisted.len() - with_customer);
    must(*counted == is, format!("{counted} rows count as without a customer, and {is} are"));
    must(
        accepted + already_known == with_customer,
        format!(
            "{accepted} rows were accepted and {already_known} known, of {with_customer} with a customer"
        ),
    );
    must(
        *already_known <= known,
        format!("{already_known} rows were known, and others sent {known} of them"),
    );
    violations
}

/// The rows with a customer that are no purchase, though the report does not list them. A purchase leaves the table
/// with its customer. The purchase that a till sent is checked with what was acknowledged.
pub(super) async fn lost(
    rest: &Rest,
    items: &[Value],
    file: &SentFile,
    report: &Report,
    others: &Others,
) -> Vec<String> {
    let Some(tenant) = stored_tenant(&file.tenant) else { return vec![] };
    let receipt = |row: &FileRow| {
        let FileRow { day, receipt_number, .. } = row;
        format!("{tenant}#RECEIPT#{}#{REGISTER}#{day}#{receipt_number}", file.establishment)
    };
    let missing = missing(items, &unlisted(file, report), receipt);
    let mut violations = Vec::new();
    for (line, row) in missing {
        let receipt = receipt_of(row);
        if others.tills.contains(&receipt) {
            continue;
        }
        let of_others = others.files.get(&receipt).into_iter().flatten();
        let mobiles: Vec<&str> =
            of_others.chain([&row.mobile]).filter_map(Option::as_deref).collect();
        match may_be_erased(rest, file, &mobiles).await {
            Ok(true) => {}
            Ok(false) => violations.push(format!(
                "the file {}: its row {line} is no purchase, and is not listed: {row:?}",
                file.upload
            )),
            Err(error) => violations.push(format!("the file {}: {error}", file.upload)),
        }
    }
    violations
}

/// The rows with a customer whose receipt is not in the table.
fn missing<'f>(
    items: &[Value],
    rows: &[(usize, &'f FileRow)],
    receipt: impl Fn(&FileRow) -> String,
) -> Vec<(usize, &'f FileRow)> {
    let purchases = items.iter().filter(|item| text(item, "sk").starts_with("PURCHASE"));
    let stored: BTreeSet<&str> = purchases.map(|item| text(item, "pk")).collect();
    let with_customer = rows.iter().filter(|(_, row)| row.mobile.is_some());
    let missing = with_customer.filter(|(_, row)| !stored.contains(receipt(row).as_str()));
    missing.copied().collect()
}

/// Whether a person who had one of these mobiles may have been erased: the table says so of the mobile, or of a member
/// who is known to have had it.
async fn may_be_erased(rest: &Rest, file: &SentFile, mobiles: &[&str]) -> Result<bool, String> {
    let is_known = rest.known.read(|state| {
        let people = People::of(state, &rest.world.items());
        let had = |mobile: &str| mobiles.iter().any(|one| digits(one) == digits(mobile));
        let holders = state.acknowledged.iter().filter_map(|acknowledged| {
            let (member, mobile) = match &acknowledged.fact {
                Fact::MemberKnown { member, .. } => (&member.id, &member.mobile),
                Fact::MobileChanged { member, mobile, .. } => (member, mobile),
                _ => return None,
            };
            had(mobile).then_some(member)
        });
        holders.into_iter().any(|member| people.may_be_erased(member))
    });
    if is_known {
        return Ok(true);
    }
    let mut errors = Vec::new();
    let scopes = rest.scopes(&mut errors).await;
    let Some(scope) =
        scopes.iter().find(|scope| Some(scope.tenant()) == stored_tenant(&file.tenant))
    else {
        return Err(errors.join(", "));
    };
    let is_suppressed = is_suppressed(&rest.store(), scope, mobiles).await;
    is_suppressed.map_err(|error| ErrorChain(&error).to_string())
}

async fn is_suppressed(store: &Store, scope: &Scope, mobiles: &[&str]) -> Result<bool, StoreError> {
    let mobiles: Vec<Mobile> =
        mobiles.iter().filter_map(|mobile| Mobile::parse(mobile).ok()).collect();
    let contacts: Vec<Contact> = mobiles.iter().cloned().map(Contact::Mobile).collect();
    let found = store.find_contacts(scope, &contacts).await?;
    let any: Vec<AnyContact> = mobiles.into_iter().map(AnyContact::mobile).collect();
    let suppressed = store.suppressions(scope, &any, clock::now()).await?;
    Ok(!suppressed.is_empty() || found.values().any(|entry| entry.erased_on.is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::known::merchant::Tenant;
    use serde_json::json;
    use store::Mode;

    fn row(receipt_number: &str, mobile: Option<&str>) -> FileRow {
        FileRow {
            receipt_number: receipt_number.to_owned(),
            day: "2026-11-24".to_owned(),
            total_cents: 500,
            mobile: mobile.map(str::to_owned),
            is_card_requested: true,
        }
    }

    fn file() -> SentFile {
        let mobile = Some("0639980001");
        SentFile {
            upload: "a file".to_owned(),
            tenant: Tenant { merchant: "a merchant".to_owned(), mode: Mode::Live },
            establishment: "paris".to_owned(),
            rows: vec![row("F1-0", mobile), row("F1-1", mobile), row("F1-2", None)],
        }
    }

    #[test]
    fn counts_that_are_not_those_of_the_rows_are_found() {
        let report = Report {
            read: 3,
            accepted: 1,
            without_customer: 1,
            not_taken: 1,
            listed: BTreeSet::from([3]),
            ..Report::default()
        };
        let of = |report| uncounted(&file(), &report, &Others::default()).len();
        assert_eq!(of(report.clone()), 0);
        assert_eq!(of(Report { read: 2, ..report.clone() }), 1);
        assert_eq!(of(Report { accepted: 0, ..report.clone() }), 1);
        // Nobody else sent the row.
        assert_eq!(of(Report { accepted: 0, already_known: 1, ..report }), 1);
    }

    #[test]
    fn a_row_with_a_customer_that_is_no_purchase_is_found() {
        let item = json!({"pk": {"S": "F1-0"}, "sk": {"S": "PURCHASE"}});
        let (file, report) = (file(), Report::default());
        let missing = missing(&[item], &unlisted(&file, &report), |row| row.receipt_number.clone());
        assert_eq!(missing, [(3, &file.rows[1])]);
    }
}
