//! Lines compressed into one object (zstd, RFC 8878), in memory.

use super::ArchiveError;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::io::Write as _;
use zstd::stream::write::Encoder;

/// What is sealed does not compress, and the rest does at any level.
const LEVEL: i32 = zstd::DEFAULT_COMPRESSION_LEVEL;

/// An object being written.
pub(crate) struct Writer {
    encoder: Encoder<'static, Vec<u8>>,
    items: u64,
}

/// An object as it is to be stored.
pub(crate) struct Written {
    pub(crate) body: Vec<u8>,
    pub(crate) items: u64,
    /// Of the body, in hexadecimal digits.
    pub(crate) sha256: String,
}

impl Writer {
    /// An empty object, whose content a checksum will end.
    pub(crate) fn new() -> Result<Self, ArchiveError> {
        let mut encoder = Encoder::new(Vec::new(), LEVEL)?;
        encoder.include_checksum(true)?;
        Ok(Self { encoder, items: 0 })
    }

    /// Adds an item, as a line.
    pub(crate) fn add(&mut self, line: &[u8]) -> Result<(), ArchiveError> {
        self.encoder.write_all(line)?;
        self.items += 1;
        Ok(())
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.items == 0
    }

    /// Compressed bytes so far, less what the compressor still holds: a few hundred KB.
    pub(crate) fn bytes(&self) -> usize {
        self.encoder.get_ref().len()
    }

    /// Ends the object.
    pub(crate) fn finish(self) -> Result<Written, ArchiveError> {
        let body = self.encoder.finish()?;
        let mut sha256 = String::with_capacity(64);
        for byte in Sha256::digest(&body) {
            // Writing to a `String` has no failure.
            let _ = write!(sha256, "{byte:02x}");
        }
        Ok(Written { body, items: self.items, sha256 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_lines_read_back_and_are_the_same_object_again(
            lines in prop::collection::vec("[^\n]{0,200}\n", 0..50),
        ) {
            let write = || {
                let mut writer = Writer::new().unwrap();
                for line in &lines {
                    writer.add(line.as_bytes()).unwrap();
                }
                writer.finish().unwrap()
            };
            let (written, again) = (write(), write());
            prop_assert_eq!(written.items, u64::try_from(lines.len()).unwrap());
            prop_assert_eq!(&written.sha256, &again.sha256);
            prop_assert_eq!(written.sha256.len(), 64);
            let read = zstd::decode_all(written.body.as_slice()).unwrap();
            prop_assert_eq!(String::from_utf8(read).unwrap(), lines.concat());
        }
    }

    #[test]
    fn an_object_with_a_bit_turned_does_not_read_back() {
        let mut writer = Writer::new().unwrap();
        writer.add(b"{\"Item\":{}}\n").unwrap();
        let mut body = writer.finish().unwrap().body;
        let last = body.len() - 1;
        body[last] ^= 1;
        assert!(zstd::decode_all(body.as_slice()).is_err());
    }
}
