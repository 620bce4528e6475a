//! The report of a file: its counts, and the rows that it lists with a reason.

use super::super::{Rest, text};
use crate::world::buckets::REPORTS;
use crate::world::sdk::Clients;
use serde_json::Value;
use std::collections::BTreeSet;
use store::ErrorChain;

/// What the report of a file says of its rows.
#[derive(Debug, Clone, Default)]
pub(super) struct Report {
    pub(super) read: usize,
    pub(super) accepted: usize,
    pub(super) already_known: usize,
    pub(super) without_customer: usize,
    /// The rows that are counted as refused, as erased, or as those of persons who are no members.
    pub(super) not_taken: usize,
    /// The lines of the rows that are listed with a reason.
    pub(super) listed: BTreeSet<usize>,
}

/// Reads the report of an item, with the object that lists rows.
pub(super) async fn read(rest: &Rest, item: &Value) -> Result<Report, String> {
    let rows = &item["report"]["M"]["rows"]["M"];
    let count = |name: &str| {
        let count = rows[name]["N"].as_str().and_then(|number| number.parse::<usize>().ok());
        count.ok_or_else(|| format!("the report has no count {name}"))
    };
    let listed = match text(item, "refused_key") {
        "" => BTreeSet::new(),
        key => lines(&object(rest, key).await?),
    };
    Ok(Report {
        read: count("read")?,
        accepted: count("accepted")?,
        already_known: count("already_known")?,
        without_customer: count("without_customer")?,
        not_taken: count("refused")? + count("erased")? + count("not_enrolled")?,
        listed,
    })
}

async fn object(rest: &Rest, key: &str) -> Result<String, String> {
    let s3 = Clients::new(&rest.world).s3();
    let answer = s3.get_object().bucket(REPORTS).key(key).send().await;
    let answer = answer.map_err(|error| format!("the rows of {key}: {}", ErrorChain(&error)))?;
    let body = answer.body.collect().await;
    let body = body.map_err(|error| format!("the rows of {key}: {}", ErrorChain(&error)))?;
    Ok(String::from_utf8_lossy(&body.into_bytes()).into_owned())
}

/// The lines of the file that the rows below the header name.
fn lines(listed: &str) -> BTreeSet<usize> {
    let rows = listed.lines().skip(1);
    rows.filter_map(|row| row.split(';').next()?.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listed_row_begins_with_its_line() {
        let listed =
            "\u{feff}ligne;motif;Numéro ticket\r\n2;un motif;F1-0\r\n41;un motif;F1-39\r\n";
        assert_eq!(lines(listed), BTreeSet::from([2, 41]));
    }
}
