//! The limits of a workbook of Excel, checked before the library reads the workbook: the library holds the strings,
//! the styles and each cell in memory, and a small archive can expand to many bytes.

use crate::convert::archive::Archive;
use crate::convert::stop::Stop;
use crate::file::FileRefusal;
use std::io::Read;

const MIB: u64 = 1024 * 1024;
/// The most bytes of the shared strings, and of any other part that is no sheet.
const MAX_PART: u64 = 64 * MIB;
/// The most bytes of the parts that become lists in memory: styles, names of sheets, relations.
const MAX_LIST: u64 = 4 * MIB;
/// The most bytes of one cell. A spreadsheet allows 32,767 characters.
const MAX_CELL: u64 = MIB;

/// Checks the expanded size of every part, and the size of every cell.
pub(super) fn check(archive: &mut Archive) -> Result<(), Stop> {
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).map_err(|_| FileRefusal::WorkbookUnreadable)?;
        let name = String::from_utf8_lossy(part.name_raw()).to_ascii_lowercase();
        let folder = name.rsplit(['/', '\\']).nth(1).unwrap_or_default();
        let is_list = [".rels", "styles.xml", "workbook.xml", "content_types].xml"]
            .iter()
            .any(|end| name.ends_with(end));
        if folder == "worksheets" {
            check_cells(&mut part)?;
        } else {
            check_size(&mut part, if is_list { MAX_LIST } else { MAX_PART })?;
        }
    }
    Ok(())
}

fn check_size(part: &mut impl Read, limit: u64) -> Result<(), Stop> {
    let copied = std::io::copy(&mut part.take(limit + 1), &mut std::io::sink())
        .map_err(|_| FileRefusal::WorkbookUnreadable)?;
    if copied > limit { Err(FileRefusal::WorkbookTooLarge.into()) } else { Ok(()) }
}

/// Checks that the end of a cell or of a row comes at least once in [`MAX_CELL`] bytes, up to the end of the cells:
/// the library does not read what follows, for example links. Comments and declarations could hide such an end, and
/// no spreadsheet writes them in a sheet.
fn check_cells(part: &mut impl Read) -> Result<(), Stop> {
    const ENDS: [&[u8]; 3] = [b"</c>", b"</row>", b"<row"];
    /// The longest prefix and end of a tag that decides.
    const TAG: usize = 24;
    let mut buffer = vec![0; 64 * 1024];
    let mut kept = 0;
    let (mut read_before, mut since) = (0_u64, 0_u64);
    loop {
        let read = part.read(&mut buffer[kept..]).map_err(|_| FileRefusal::WorkbookUnreadable)?;
        let filled = kept + read;
        let scanned = if read == 0 { filled } else { filled.saturating_sub(TAG) };
        let mut last = 0;
        for at in memchr::memchr_iter(b'<', &buffer[..scanned]) {
            let tag = &buffer[at..filled.min(at + TAG)];
            if tag.starts_with(b"<!") || (tag.starts_with(b"<?") && read_before > 0) {
                return Err(FileRefusal::WorkbookUnreadable.into());
            }
            if is_tag(tag, b"</sheetData>") {
                return Ok(());
            }
            if ENDS.iter().any(|end| is_tag(tag, end)) {
                since = 0;
                last = at;
            }
        }
        since += u64::try_from(scanned - last).unwrap_or(u64::MAX);
        if since > MAX_CELL {
            return Err(FileRefusal::WorkbookTooLarge.into());
        }
        if read == 0 {
            return Ok(());
        }
        read_before += u64::try_from(scanned).unwrap_or_default();
        buffer.copy_within(scanned..filled, 0);
        kept = filled - scanned;
    }
}

/// Whether a tag begins as `end` does, with or without a prefix before its name: `</x:c>` begins as `</c>`.
fn is_tag(tag: &[u8], end: &[u8]) -> bool {
    let opening = if end.starts_with(b"</") { 2 } else { 1 };
    let Some(name) = tag.strip_prefix(&end[..opening]) else { return false };
    let plain = &end[opening..];
    let colon =
        name.iter().position(|byte| !byte.is_ascii_alphanumeric()).filter(|at| name[*at] == b':');
    name.starts_with(plain) || colon.is_some_and(|at| name[at + 1..].starts_with(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(cell: &str) -> String {
        format!("<?xml version=\"1.0\"?><sheetData><row r=\"1\"><c>{cell}</c></row></sheetData>")
    }

    #[test]
    fn a_sheet_with_cells_of_any_number_is_read() {
        let cells = "<v>1</v></c><c>".repeat(300_000);
        assert!(check_cells(&mut sheet(&cells).as_bytes()).is_ok());
        let rows = "</c></row><row r=\"1\"/>".repeat(300_000);
        assert!(check_cells(&mut sheet(&rows).as_bytes()).is_ok());
        let links = sheet("") + &"<hyperlink ref=\"A1\"/>".repeat(100_000);
        assert!(check_cells(&mut links.as_bytes()).is_ok());
        let prefixed = "<x:v>1</x:v></x:c><x:c>".repeat(300_000);
        assert!(check_cells(&mut sheet(&prefixed).as_bytes()).is_ok());
    }

    #[test]
    fn a_cell_without_end_is_refused_before_the_library_reads_it() {
        let runs = "<r><t>x</t></r>".repeat(100_000);
        let stopped = check_cells(&mut sheet(&runs).as_bytes());
        assert!(matches!(stopped, Err(Stop::Refused(FileRefusal::WorkbookTooLarge))));
    }

    #[test]
    fn a_comment_that_could_hide_a_long_cell_is_refused() {
        let stopped = check_cells(&mut sheet("<!-- </c> -->").as_bytes());
        assert!(matches!(stopped, Err(Stop::Refused(FileRefusal::WorkbookUnreadable))));
    }

    #[test]
    fn a_part_that_expands_too_much_is_refused() {
        let stopped = check_size(&mut std::io::repeat(b'x'), MAX_LIST);
        assert!(matches!(stopped, Err(Stop::Refused(FileRefusal::WorkbookTooLarge))));
    }
}
