//! Decides what an archive is: a workbook, or a folder with one file of sales, of any accepted form.

use super::archive::{self, Archive};
use super::form::{Form, SNIFFED_BYTES};
use super::head;
use super::output::Output;
use super::stop::Stop;
use super::text::TextDecoder;
use super::{scratch, workbook};
use crate::file::{Encoding, FileRefusal};
use crate::file_note::FileNote;
use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::{BufReader, Chain, Cursor, Read};
use zip::read::ZipFile;

/// The most files of an archive whose first rows are looked at.
const MAX_FILES: usize = 100;

/// Reads an archive.
pub(super) fn read(file: &File, out: &mut Output) -> Result<Option<FileNote>, Stop> {
    let mut archive = archive::open(file)?;
    if workbook::is_workbook(&archive) {
        return workbook::read(file, archive, out);
    }
    let ChosenFile { index, name } = choose(&mut archive)?;
    let OpenFile { form, mut content } = OpenFile::open(&mut archive, index)?;
    let note = match form? {
        Form::Text | Form::Utf16 => copy_text(content, &mut |text| out.add(text)).map(|()| None),
        Form::Gzip => {
            let content = MultiGzDecoder::new(content);
            copy_text(content, &mut |text| out.add(text)).map(|()| None)
        }
        Form::Zip => {
            let file = scratch::copy(&mut content)?;
            let archive = archive::open(&file)?;
            if workbook::is_workbook(&archive) {
                workbook::read(&file, archive, out)
            } else {
                Err(FileRefusal::ArchiveNested.into())
            }
        }
    }?;
    // A note on a sheet comes first: the sheets that were not read have sales, and the other files have none.
    Ok(note.or(name.map(FileNote::ArchiveFileRead)))
}

/// The file of an archive that is read.
struct ChosenFile {
    index: usize,
    /// Its name, where the archive has other files.
    name: Option<String>,
}

/// Chooses the only file, or of several files the only one that may be a table of sales. Folders, and the files that
/// macOS and Windows add, do not count.
fn choose(archive: &mut Archive) -> Result<ChosenFile, Stop> {
    let mut files = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(|_| FileRefusal::ArchiveUnreadable)?;
        let path = path_of(entry.name_raw());
        if entry.is_dir() || is_added(&path) {
            continue;
        }
        if entry.encrypted() {
            return Err(FileRefusal::ArchiveProtected.into());
        }
        files.push((index, name_of(&path).to_owned()));
    }
    if let [(index, _)] = &files[..] {
        return Ok(ChosenFile { index: *index, name: None });
    }
    if files.len() > MAX_FILES {
        return Err(FileRefusal::ArchiveFiles.into());
    }
    let mut chosen = None;
    for (index, name) in files {
        if may_be_sales(archive, index, &name)? {
            let file = ChosenFile { index, name: Some(name) };
            if chosen.replace(file).is_some() {
                return Err(FileRefusal::ArchiveFiles.into());
            }
        }
    }
    chosen.ok_or_else(|| FileRefusal::ArchiveFiles.into())
}

/// The path of a file. Programs of Windows write it in the code page of DOS.
fn path_of(raw: &[u8]) -> String {
    let is_utf8 = std::str::from_utf8(raw).is_ok();
    let encoding = if is_utf8 { Encoding::Utf8 } else { Encoding::CodePage850 };
    encoding.decode(raw).0.into_owned()
}

fn is_added(path: &str) -> bool {
    let name = name_of(path);
    path.starts_with("__MACOSX/")
        || name.starts_with('.')
        || ["thumbs.db", "desktop.ini"].iter().any(|added| name.eq_ignore_ascii_case(added))
}

fn name_of(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or_default()
}

/// Whether a file may be a table of sales: text with a complete header, or a workbook or an archive, which is not
/// opened here.
fn may_be_sales(archive: &mut Archive, index: usize, name: &str) -> Result<bool, Stop> {
    let OpenFile { form, content } = OpenFile::open(archive, index)?;
    let columns = match form {
        Ok(Form::Text | Form::Utf16) => head::look_at(|sink| copy_text(content, sink))?,
        Ok(Form::Gzip) => head::look_at(|sink| copy_text(MultiGzDecoder::new(content), sink))?,
        Ok(Form::Zip) | Err(FileRefusal::WorkbookOld) => return Ok(!is_document(name)),
        Err(refusal) => Err(refusal),
    };
    match columns {
        Ok(_) => Ok(true),
        Err(unreadable @ FileRefusal::ArchiveUnreadable) => Err(unreadable.into()),
        Err(_) => Ok(false),
    }
}

/// Whether a file with the first bytes of a workbook is another document, by its name.
fn is_document(name: &str) -> bool {
    const EXTENSIONS: [&str; 8] = ["doc", "docx", "odt", "ppt", "pptx", "odp", "htm", "html"];
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    EXTENSIONS.iter().any(|document| extension.eq_ignore_ascii_case(document))
}

/// A file of an archive, and its form. The content is read from its beginning.
struct OpenFile<'a> {
    form: Result<Form, FileRefusal>,
    content: Chain<Cursor<Vec<u8>>, ZipFile<'a, BufReader<File>>>,
}

impl<'a> OpenFile<'a> {
    fn open(archive: &'a mut Archive, index: usize) -> Result<Self, Stop> {
        let mut content = archive.by_index(index).map_err(|_| FileRefusal::ArchiveUnreadable)?;
        let mut head = Vec::new();
        let sniffed = u64::try_from(SNIFFED_BYTES).unwrap_or_default();
        Read::by_ref(&mut content)
            .take(sniffed)
            .read_to_end(&mut head)
            .map_err(|_| FileRefusal::ArchiveUnreadable)?;
        Ok(Self { form: Form::of(&head), content: Cursor::new(head).chain(content) })
    }
}

fn copy_text(
    mut content: impl Read,
    sink: &mut dyn FnMut(&[u8]) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let mut decoder = TextDecoder::default();
    let (mut buffer, mut text) = (vec![0; 64 * 1024], Vec::new());
    loop {
        let read = content.read(&mut buffer).map_err(|_| FileRefusal::ArchiveUnreadable)?;
        if read == 0 {
            break;
        }
        decoder.feed(&buffer[..read], &mut text)?;
        sink(&text)?;
        text.clear();
    }
    decoder.finish(&mut text)?;
    sink(&text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("Été/ventes.csv".as_bytes(), "Été/ventes.csv")]
    #[case(b"\x90t\x82/ventes.csv", "Été/ventes.csv")]
    fn a_path_is_in_utf8_or_in_the_code_page_of_dos(#[case] raw: &[u8], #[case] path: &str) {
        assert_eq!(path_of(raw), path);
    }
}
