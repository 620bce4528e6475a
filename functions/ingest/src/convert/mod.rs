//! Turns a file that is no plain text into text: a gzip file, UTF-16, a workbook, or a zip archive with one of
//! these inside. The text is an object of ours, from which every range can be read.
//!
//! The memory is bounded whatever the file: text is converted as a stream, and a workbook or an archive is read
//! from a temporary file. Only the strings and the styles of a workbook are held in memory ([`workbook`]).

mod archive;
mod form;
mod head;
mod output;
mod scratch;
mod stop;
mod stream;
mod text;
mod unpack;
mod workbook;

use crate::context::{App, IngestError};
use crate::file::FileRefusal;
use crate::file_note::FileNote;
use crate::objects::{ObjectReader, ObjectVersion, ObjectWriter};

pub(crate) use form::{Form, SNIFFED_BYTES};
#[cfg(test)]
pub(crate) use scratch::MAX_ARCHIVE_BYTES;
#[cfg(test)]
pub(crate) use text::TextDecoder;

/// The text of a file.
pub(crate) struct Converted {
    /// The text, as an object.
    pub(crate) text: ObjectVersion,
    /// What the merchant should know about the conversion.
    pub(crate) note: Option<FileNote>,
}

/// Converts a file that is not [`Form::Text`] into the object `key` of this function's bucket.
pub(crate) async fn convert(
    app: &App,
    sent: ObjectReader,
    form: Form,
    key: &str,
) -> Result<Result<Converted, FileRefusal>, IngestError> {
    let mut object = ObjectWriter::begin(&app.s3, &app.reports_bucket, key);
    let max_bytes = app.max_expanded_bytes;
    let converted = if form == Form::Zip {
        match scratch::download(sent).await? {
            Ok(archive) => {
                output::run(&mut object, max_bytes, move |out| unpack::read(&archive, out)).await?
            }
            Err(refusal) => Err(refusal),
        }
    } else {
        stream::convert(sent, form, &mut object, max_bytes).await?.map(|()| None)
    };
    let note = match converted {
        Ok(note) => note,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let etag = object.finish().await?;
    let (bucket, key) = (app.reports_bucket.clone(), key.to_owned());
    Ok(Ok(Converted { text: ObjectVersion { bucket, key, version: None, etag }, note }))
}
