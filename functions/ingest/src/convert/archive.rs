//! A zip archive in a temporary file.

use super::stop::Stop;
use crate::file::FileRefusal;
use std::fs::File;
use std::io::BufReader;
use zip::ZipArchive;

/// An opened archive: its directory is held in memory.
pub(super) type Archive = ZipArchive<BufReader<File>>;

/// Opens an archive.
pub(super) fn open(file: &File) -> Result<Archive, Stop> {
    let file = file.try_clone().map_err(|_| Stop::Failed)?;
    Ok(ZipArchive::new(BufReader::new(file)).map_err(|_| FileRefusal::ArchiveUnreadable)?)
}
