//! One object of an archive: lines, compressed in memory (zstd, RFC 8878).

use super::error::ArchiveError;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::io::Write as _;
use zstd::stream::write::Encoder;

/// The default level. A higher level saves nothing: sealed attributes do not compress, and all
/// others compress at any level.
const LEVEL: i32 = zstd::DEFAULT_COMPRESSION_LEVEL;

/// An object in progress.
pub(super) struct ObjectWriter {
    encoder: Encoder<'static, Vec<u8>>,
    items: u64,
}

/// An object, ready to be stored.
pub(super) struct CompressedObject {
    pub(super) body: Vec<u8>,
    pub(super) items: u64,
    /// The digest of the body, in hexadecimal digits.
    pub(super) sha256: String,
}

impl ObjectWriter {
    /// An empty object. A checksum follows its content.
    pub(super) fn new() -> Result<Self, ArchiveError> {
        let mut encoder = Encoder::new(Vec::new(), LEVEL)?;
        encoder.include_checksum(true)?;
        Ok(Self { encoder, items: 0 })
    }

    /// Adds an item, as a line.
    pub(super) fn add(&mut self, line: &[u8]) -> Result<(), ArchiveError> {
        self.encoder.write_all(line)?;
        self.items += 1;
        Ok(())
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.items == 0
    }

    /// The compressed bytes so far, without those that the compressor still holds: a few hundred KB.
    pub(super) fn bytes(&self) -> usize {
        self.encoder.get_ref().len()
    }

    /// Finishes the object.
    pub(super) fn finish(self) -> Result<CompressedObject, ArchiveError> {
        let body = self.encoder.finish()?;
        let mut sha256 = String::with_capacity(64);
        for byte in Sha256::digest(&body) {
            // Writing to a `String` cannot fail.
            let _ = write!(sha256, "{byte:02x}");
        }
        Ok(CompressedObject { body, items: self.items, sha256 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The hexadecimal digits of 256 bits.
    const HEX_DIGITS: usize = 256 / 4;

    proptest! {
        #[test]
        fn the_same_lines_are_always_the_same_object_and_read_back(
            lines in prop::collection::vec("[^\n]{0,200}\n", 0..50),
        ) {
            let write = || {
                let mut writer = ObjectWriter::new().unwrap();
                for line in &lines {
                    writer.add(line.as_bytes()).unwrap();
                }
                writer.finish().unwrap()
            };
            let (written, again) = (write(), write());
            prop_assert_eq!(written.items, u64::try_from(lines.len()).unwrap());
            prop_assert_eq!(&written.sha256, &again.sha256);
            prop_assert_eq!(written.sha256.len(), HEX_DIGITS);
            let read = zstd::decode_all(written.body.as_slice()).unwrap();
            prop_assert_eq!(String::from_utf8(read).unwrap(), lines.concat());
        }
    }

    #[test]
    fn an_object_with_one_wrong_bit_is_not_read() {
        let mut writer = ObjectWriter::new().unwrap();
        writer.add(b"{\"Item\":{}}\n").unwrap();
        let mut body = writer.finish().unwrap().body;
        let last = body.len() - 1;
        body[last] ^= 1;
        assert!(zstd::decode_all(body.as_slice()).is_err());
    }
}
