//! A zip archive: a workbook, or one file of any accepted form.

use super::form::{Form, SNIFFED_BYTES};
use super::output::Output;
use super::stop::Stop;
use super::text::TextDecoder;
use super::{scratch, workbook};
use crate::file::FileRefusal;
use crate::file_note::FileNote;
use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::{BufReader, Cursor, Read};
use zip::ZipArchive;

pub(super) type Archive = ZipArchive<BufReader<File>>;

/// Reads an archive.
pub(super) fn read(file: &File, out: &mut Output) -> Result<Option<FileNote>, Stop> {
    let mut archive = open(file)?;
    if workbook::is_workbook(&archive) {
        return workbook::read(file, archive, out);
    }
    let only = only_file(&mut archive)?;
    let mut content = archive.by_index(only).map_err(|_| FileRefusal::ArchiveUnreadable)?;
    let mut head = Vec::new();
    let sniffed = u64::try_from(SNIFFED_BYTES).unwrap_or_default();
    Read::by_ref(&mut content)
        .take(sniffed)
        .read_to_end(&mut head)
        .map_err(|_| FileRefusal::ArchiveUnreadable)?;
    let form = Form::of(&head)?;
    let mut content = Cursor::new(head).chain(content);
    match form {
        Form::Text | Form::Utf16 => copy_text(content, out).map(|()| None),
        Form::Gzip => copy_text(MultiGzDecoder::new(content), out).map(|()| None),
        Form::Zip => {
            let file = scratch::copy(&mut content)?;
            let archive = open(&file)?;
            if workbook::is_workbook(&archive) {
                workbook::read(&file, archive, out)
            } else {
                Err(FileRefusal::ArchiveNested.into())
            }
        }
    }
}

fn open(file: &File) -> Result<Archive, Stop> {
    let file = file.try_clone().map_err(|_| Stop::Failed)?;
    Ok(ZipArchive::new(BufReader::new(file)).map_err(|_| FileRefusal::ArchiveUnreadable)?)
}

/// The place of the only file. Folders, and the files that macOS and Windows add, do not count.
fn only_file(archive: &mut Archive) -> Result<usize, Stop> {
    let mut only = None;
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(|_| FileRefusal::ArchiveUnreadable)?;
        let name = String::from_utf8_lossy(entry.name_raw());
        if entry.is_dir() || is_added(&name) {
            continue;
        }
        if entry.encrypted() {
            return Err(FileRefusal::ArchiveProtected.into());
        }
        if only.replace(index).is_some() {
            return Err(FileRefusal::ArchiveFiles.into());
        }
    }
    only.ok_or_else(|| FileRefusal::ArchiveFiles.into())
}

fn is_added(path: &str) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    path.starts_with("__MACOSX/")
        || name.starts_with('.')
        || ["thumbs.db", "desktop.ini"].iter().any(|added| name.eq_ignore_ascii_case(added))
}

fn copy_text(mut content: impl Read, out: &mut Output) -> Result<(), Stop> {
    let mut decoder = TextDecoder::default();
    let (mut buffer, mut text) = (vec![0; 64 * 1024], Vec::new());
    loop {
        let read = content.read(&mut buffer).map_err(|_| FileRefusal::ArchiveUnreadable)?;
        if read == 0 {
            break;
        }
        decoder.feed(&buffer[..read], &mut text)?;
        out.add(&text)?;
        text.clear();
    }
    decoder.finish(&mut text)?;
    out.add(&text)
}
