//! A temporary file without a name, which ends with the process: an archive or a workbook is read in any order.

use super::stop::Stop;
use crate::context::IngestError;
use crate::file::FileRefusal;
use crate::objects::ObjectReader;
use std::fs::File;
use std::io::{Read, Write as _};

/// The most bytes of a workbook or an archive: 200 MiB. Two of them fit into the temporary storage of a function.
pub(crate) const MAX_ARCHIVE_BYTES: u64 = 200 * 1024 * 1024;
/// The bytes that begin the entry of a file in the directory of an archive.
const DIRECTORY_ENTRY: [u8; 4] = *b"PK\x01\x02";
/// The most files in an archive or a workbook. Its directory is held in memory.
const MAX_ENTRIES: usize = 10_000;

/// A temporary file that is being written.
struct Scratch {
    file: File,
    bytes: u64,
    entries: usize,
    /// The last three bytes: the mark of an entry may be cut by the end of a chunk.
    tail: Vec<u8>,
}

impl Scratch {
    fn create() -> Result<Self, Stop> {
        let file = tempfile::tempfile().map_err(|_| Stop::Failed)?;
        Ok(Self { file, bytes: 0, entries: 0, tail: Vec::new() })
    }

    fn add(&mut self, chunk: &[u8]) -> Result<(), Stop> {
        self.bytes += u64::try_from(chunk.len()).unwrap_or(u64::MAX);
        if self.bytes > MAX_ARCHIVE_BYTES {
            return Err(FileRefusal::ArchiveTooLarge.into());
        }
        self.tail.extend_from_slice(&chunk[..chunk.len().min(3)]);
        let marks = |bytes: &[u8]| memchr::memmem::find_iter(bytes, &DIRECTORY_ENTRY).count();
        self.entries += marks(&self.tail) + marks(chunk);
        if self.entries > MAX_ENTRIES {
            return Err(FileRefusal::ArchiveUnreadable.into());
        }
        self.tail.extend_from_slice(chunk.get(3..).unwrap_or_default());
        self.tail.drain(..self.tail.len().saturating_sub(3));
        self.file.write_all(chunk).map_err(|_| Stop::Failed)
    }
}

/// Copies an object into a temporary file.
pub(super) async fn download(
    mut object: ObjectReader,
) -> Result<Result<File, FileRefusal>, IngestError> {
    let stopped = |stop| match stop {
        Stop::Refused(refusal) => Ok(Err(refusal)),
        Stop::Enough | Stop::Failed => Err(IngestError::Scratch),
    };
    let mut scratch = match Scratch::create() {
        Ok(scratch) => scratch,
        Err(stop) => return stopped(stop),
    };
    while let Some(chunk) = object.next().await? {
        if let Err(stop) = scratch.add(&chunk) {
            return stopped(stop);
        }
    }
    Ok(Ok(scratch.file))
}

/// Copies a file of an archive into a temporary file. An error of the source is one of the archive.
pub(super) fn copy(source: &mut impl Read) -> Result<File, Stop> {
    let mut scratch = Scratch::create()?;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match source.read(&mut buffer).map_err(|_| FileRefusal::ArchiveUnreadable)? {
            0 => return Ok(scratch.file),
            read => scratch.add(&buffer[..read])?,
        }
    }
}
