//! A file that was sent is read to its end, and each of its rows is a purchase, or the report says why it is none.

mod report;
mod rows;

use super::{Invariant, Rest, tenant_of, text};
use crate::known::State;
use crate::known::fact::Fact;
use crate::known::merchant::Tenant;
use crate::known::records::FileRow;
use crate::world::clock;
use domain::UploadId;
use jiff::SignedDuration;
use serde_json::Value;
use std::collections::BTreeMap;

pub(super) const INVARIANT: Invariant =
    Invariant { name: "uploads", check: |rest| Box::pin(async move { check(rest).await }) };

/// A report is stored for 400 days.
const REPORT_KEPT: SignedDuration = SignedDuration::from_hours(24 * 399);

/// A file that was sent.
#[derive(Clone)]
struct SentFile {
    upload: String,
    tenant: Tenant,
    establishment: String,
    rows: Vec<FileRow>,
}

async fn check(rest: &Rest) -> Vec<String> {
    let items = rest.world.items();
    let reports = reports(&items);
    let (mut violations, files) = rest.known.read(|state| {
        let files = files(state);
        (unfinished(&files, &reports), files)
    });
    for file in &files {
        let Some(item) = reports.get(file.upload.as_str()) else { continue };
        if text(item, "progress") == "finished" {
            match report::read(rest, item).await {
                Ok(report) => {
                    let others = rest.known.read(|state| rows::others(state, file));
                    let found = rows::uncounted(file, &report, &others);
                    violations.extend(found);
                    violations.extend(rows::lost(rest, &items, file, &report, &others).await);
                }
                Err(error) => violations.push(format!("the file {}: {error}", file.upload)),
            }
        }
    }
    violations
}

/// The files that were sent so recently that their reports are there. Nothing is read of a merchant whose contract has
/// ended, not even where it goes on later.
fn files(state: &State) -> Vec<SentFile> {
    let files = state.acknowledged.iter().filter_map(|acknowledged| {
        let Fact::FileSent { tenant, upload: id, rows } = &acknowledged.fact else { return None };
        let mut uploads = state.data(tenant)?.uploads.iter();
        let establishment = uploads.find(|upload| upload.id == *id)?.establishment.clone();
        let (upload, rows) = (id.clone(), rows.clone());
        let is_kept = UploadId::parse(id).ok()?.minted_at() + REPORT_KEPT > clock::now();
        let file = SentFile { upload, tenant: tenant.clone(), establishment, rows };
        (is_kept && !may_have_ended(state, &tenant.merchant)).then_some(file)
    });
    files.collect()
}

/// The items of the reports, by the identifiers of the files.
fn reports(items: &[Value]) -> BTreeMap<&str, &Value> {
    let reports = items.iter().filter_map(|item| {
        tenant_of(item).filter(|(_, rest)| *rest == "UPLOAD")?;
        let (_, id) = text(item, "sk").split_once('#')?;
        Some((id, item))
    });
    reports.collect()
}

/// Every file that the simulation sends can be read.
fn unfinished(files: &[SentFile], reports: &BTreeMap<&str, &Value>) -> Vec<String> {
    let unfinished = files.iter().filter_map(|SentFile { upload, .. }| {
        let report = reports.get(upload.as_str());
        match report.map(|item| text(item, "progress")) {
            Some("finished") => None,
            Some(progress) => Some(format!("the file {upload} is {progress}")),
            None => Some(format!("the file {upload} has no report")),
        }
    });
    unfinished.collect()
}

/// Whether the contract of a merchant may have ended at some instant.
fn may_have_ended(state: &State, merchant: &str) -> bool {
    let is_end = |fact: &Fact| matches!(fact, Fact::ContractEndPut { merchant: of, day: Some(_) } if of == merchant);
    let mut uncertain = state.uncertain.iter();
    state.acknowledged.iter().any(|acknowledged| is_end(&acknowledged.fact))
        || uncertain.any(|uncertain| {
            uncertain.path.contains(merchant) && uncertain.path.ends_with("/contract-end")
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use store::Mode;

    #[test]
    fn a_file_that_is_not_read_to_its_end_is_found() {
        let tenant = Tenant { merchant: "01KAT3V5B0R6Y2Z8X4W9Q1N7M3".to_owned(), mode: Mode::Live };
        let file = SentFile {
            upload: "01KAT3V5B0R6Y2Z8X4W9Q1N7M4".to_owned(),
            tenant,
            establishment: "paris".to_owned(),
            rows: vec![],
        };
        let of = |progress: &str| {
            let item = json!({
                "pk": {"S": "M#01KAT3V5B0R6Y2Z8X4W9Q1N7M3#UPLOAD"},
                "sk": {"S": "paris#01KAT3V5B0R6Y2Z8X4W9Q1N7M4"},
                "progress": {"S": progress},
            });
            unfinished(std::slice::from_ref(&file), &reports(&[item])).len()
        };
        assert_eq!(of("running"), 1);
        assert_eq!(of("finished"), 0);
        assert_eq!(unfinished(std::slice::from_ref(&file), &BTreeMap::new()).len(), 1);
    }
}
