//! The text of a file without I/O, as a stream.

use super::form::{Form, SNIFFED_BYTES, utf16};
use crate::file::FileRefusal;
use encoding_rs::{Decoder, UTF_16LE};

/// Turns the bytes of a text file into text that the planner reads: UTF-16 becomes UTF-8, and other text stays as it
/// is.
pub(crate) struct TextDecoder(State);

enum State {
    /// The first bytes, until they show the form.
    Head(Vec<u8>),
    Text,
    Utf16(Box<Decoder>),
}

impl Default for TextDecoder {
    fn default() -> Self {
        Self(State::Head(Vec::new()))
    }
}

impl TextDecoder {
    /// Reads a chunk of any size, and adds its text to `out`.
    pub(crate) fn feed(&mut self, chunk: &[u8], out: &mut Vec<u8>) -> Result<(), FileRefusal> {
        if let State::Head(head) = &mut self.0 {
            head.extend_from_slice(chunk);
            return if head.len() < SNIFFED_BYTES { Ok(()) } else { self.begin(out) };
        }
        self.decode(chunk, false, out);
        Ok(())
    }

    /// Ends the text.
    pub(crate) fn finish(mut self, out: &mut Vec<u8>) -> Result<(), FileRefusal> {
        if matches!(self.0, State::Head(_)) {
            self.begin(out)?;
        }
        self.decode(&[], true, out);
        Ok(())
    }

    fn begin(&mut self, out: &mut Vec<u8>) -> Result<(), FileRefusal> {
        let State::Head(head) = &mut self.0 else { return Ok(()) };
        let head = std::mem::take(head);
        match Form::of(&head)? {
            Form::Text => self.0 = State::Text,
            Form::Utf16 => {
                let encoding = utf16(&head)?.unwrap_or(UTF_16LE);
                self.0 = State::Utf16(Box::new(encoding.new_decoder_with_bom_removal()));
            }
            Form::Gzip | Form::Zip => return Err(FileRefusal::ArchiveNested),
        }
        self.decode(&head, false, out);
        Ok(())
    }

    fn decode(&mut self, bytes: &[u8], is_end: bool, out: &mut Vec<u8>) {
        match &mut self.0 {
            State::Head(_) => {}
            State::Text => out.extend_from_slice(bytes),
            State::Utf16(decoder) => {
                let length = decoder.max_utf8_buffer_length(bytes.len()).unwrap_or_default();
                let mut text = String::with_capacity(length);
                let _ = decoder.decode_to_string(bytes, &mut text, is_end);
                out.extend_from_slice(text.as_bytes());
            }
        }
    }
}
