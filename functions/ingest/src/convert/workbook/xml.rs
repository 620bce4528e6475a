//! The XML of a workbook's part, element by element.

use crate::convert::stop::Stop;
use crate::file::FileRefusal;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use std::cell::Cell;
use std::io::{self, BufReader, Read};
use std::rc::Rc;

/// The most bytes of an element's tag or text.
pub(super) const MAX_EVENT: usize = 1024 * 1024;

/// A reader that ends with an error where one element has too many bytes.
struct Bounded<R> {
    inner: R,
    left: Rc<Cell<usize>>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let left = self.left.get().checked_sub(read).ok_or(io::ErrorKind::FileTooLarge)?;
        self.left.set(left);
        Ok(read)
    }
}

/// A part, read from its beginning. An empty element has a beginning and an end.
pub(super) struct Xml<R: Read> {
    reader: Reader<BufReader<Bounded<R>>>,
    left: Rc<Cell<usize>>,
    buffer: Vec<u8>,
}

impl<R: Read> Xml<R> {
    pub(super) fn new(content: R) -> Self {
        let left = Rc::new(Cell::new(MAX_EVENT));
        let bounded = Bounded { inner: content, left: Rc::clone(&left) };
        let mut reader = Reader::from_reader(BufReader::new(bounded));
        reader.config_mut().expand_empty_elements = true;
        Self { reader, left, buffer: Vec::new() }
    }

    pub(super) fn next(&mut self) -> Result<Event<'_>, Stop> {
        self.left.set(MAX_EVENT);
        self.buffer.clear();
        match self.reader.read_event_into(&mut self.buffer) {
            Ok(Event::Eof) | Err(_) => Err(FileRefusal::WorkbookUnreadable.into()),
            Ok(event) => Ok(event),
        }
    }
}

pub(super) fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = tag.try_get_attribute(name).ok().flatten()?;
    attribute.normalized_value(XmlVersion::Implicit1_0).ok().map(Into::into)
}
