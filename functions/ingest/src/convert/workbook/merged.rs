//! The merged cells of a sheet of Excel. They stand after the cells of the sheet, so the part is read once before.

use super::moments::Moments;
use super::xml::{Xml, attribute};
use crate::convert::archive::Archive;
use crate::file::FileRefusal;
use quick_xml::events::Event;
use std::collections::HashMap;
use std::fs::File;
use std::io::BufReader;

/// The most merged cells that are remembered.
const MOST: usize = 200_000;

/// The merged cells of several rows whose value counts for each row.
#[derive(Default)]
pub(super) struct Merged(HashMap<(u32, u32), u32>);

impl Merged {
    /// Reads the merged cells of a sheet. A sheet whose part is not found, or cannot be read, has none.
    pub(super) fn read(file: File, sheet: &str, moments: &Moments) -> Result<Self, FileRefusal> {
        let mut archive =
            Archive::new(BufReader::new(file)).map_err(|_| FileRefusal::WorkbookUnreadable)?;
        let Some(part) = part_of(&mut archive, sheet) else { return Ok(Self::default()) };
        let Ok(content) = archive.by_name(&part) else { return Ok(Self::default()) };
        let (mut xml, mut merged) = (Xml::new(content), Self::default());
        while let Ok(event) = xml.next() {
            match event {
                Event::Start(tag) if tag.local_name().as_ref() == "mergeCell" => {
                    let range = attribute(&tag, "ref");
                    if let Some(range) = range.as_deref().and_then(Range::parse)
                        && range.last_row > range.row
                        && moments.is_key(range.column)
                    {
                        merged.0.insert((range.row, range.column), range.last_row);
                    }
                    if merged.0.len() > MOST {
                        return Err(FileRefusal::WorkbookTooLarge);
                    }
                }
                Event::End(tag) if tag.local_name().as_ref() == "mergeCells" => break,
                _ => {}
            }
        }
        Ok(merged)
    }

    /// The last row of a merged cell that begins at a cell.
    pub(super) fn last_row(&self, row: u32, column: u32) -> Option<u32> {
        self.0.get(&(row, column)).copied()
    }
}

/// The rows of a merged cell, from 0, and its first column.
#[derive(Debug, PartialEq, Eq)]
struct Range {
    row: u32,
    column: u32,
    last_row: u32,
}

impl Range {
    /// Reads `B2:B4`.
    fn parse(text: &str) -> Option<Self> {
        let (first, last) = text.split_once(':')?;
        let ((row, column), (last_row, _)) = (place(first)?, place(last)?);
        Some(Self { row, column, last_row })
    }
}

/// The row and the column of `B2`, from 0.
fn place(cell: &str) -> Option<(u32, u32)> {
    let at = cell.find(|character: char| character.is_ascii_digit())?;
    let (letters, digits) = cell.split_at(at);
    let mut column = 0_u32;
    for letter in letters.bytes() {
        let digit = letter.is_ascii_uppercase().then(|| u32::from(letter - b'A') + 1)?;
        column = column.checked_mul(26)?.checked_add(digit)?;
    }
    let row: u32 = digits.parse().ok()?;
    Some((row.checked_sub(1)?, column.checked_sub(1)?))
}

/// The part of a sheet.
fn part_of(archive: &mut Archive, sheet: &str) -> Option<String> {
    let id = find(archive, "xl/workbook.xml", "sheet", "name", sheet, "r:id")?;
    let target = find(archive, "xl/_rels/workbook.xml.rels", "Relationship", "Id", &id, "Target")?;
    Some(target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned))
}

/// The attribute `wanted` of the element whose attribute `key` is `value`.
fn find(
    archive: &mut Archive,
    part: &str,
    element: &str,
    key: &str,
    value: &str,
    wanted: &str,
) -> Option<String> {
    let mut xml = Xml::new(archive.by_name(part).ok()?);
    while let Ok(event) = xml.next() {
        if let Event::Start(tag) = event
            && tag.local_name().as_ref() == element
            && attribute(&tag, key).as_deref() == Some(value)
        {
            return attribute(&tag, wanted);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("B2:B4", Some(Range { row: 1, column: 1, last_row: 3 }))]
    #[case("AA10:AB12", Some(Range { row: 9, column: 26, last_row: 11 }))]
    #[case("A0:A1", None)]
    #[case("2:4", None)]
    #[case("A2", None)]
    #[case("ZZZZZZZZZZ1:A2", None)]
    fn a_merged_cell_has_its_rows_and_its_first_column(
        #[case] text: &str,
        #[case] range: Option<Range>,
    ) {
        assert_eq!(Range::parse(text), range);
    }
}
