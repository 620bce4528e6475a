//! The key of a merchant's file: `{merchant}/{establishment}/name.csv`. For test data `test/` follows the
//! establishment. Where the API announced the upload, the upload's identifier precedes the name.

use domain::{EstablishmentId, MerchantId, UploadId};
use icu_normalizer::ComposingNormalizerBorrowed;
use store::Mode;

/// The key of a merchant's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ObjectKey {
    /// The merchant.
    pub(crate) merchant: MerchantId,
    /// The establishment of the receipts.
    pub(crate) establishment: EstablishmentId,
    /// Live or test data.
    pub(crate) mode: Mode,
    /// The upload that the API announced.
    pub(crate) announced: Option<UploadId>,
    /// The file's name, in its composed form (NFC) and without control characters.
    pub(crate) file_name: String,
}

/// The most characters of a file's name in a report.
const NAME_LENGTH: usize = 100;

impl ObjectKey {
    /// Reads a key; `None` for a key that belongs to no merchant.
    #[must_use]
    pub(crate) fn parse(key: &str) -> Option<Self> {
        let mut parts = key.split('/');
        let merchant = MerchantId::parse(parts.next()?).ok()?;
        let establishment = EstablishmentId::parse(parts.next()?).ok()?;
        let mut rest: Vec<&str> = parts.collect();
        let mode = if rest.len() > 1 && rest[0] == "test" {
            rest.remove(0);
            Mode::Test
        } else {
            Mode::Live
        };
        let (name, folders) = rest.split_last()?;
        let announced = match folders {
            [] => None,
            [folder] => UploadId::parse(folder).ok(),
            _ => return None,
        };
        let name = ComposingNormalizerBorrowed::new_nfc().normalize(name);
        let shown = name.chars().filter(|character| !character.is_control());
        let file_name: String = shown.take(NAME_LENGTH).collect();
        let is_known = !file_name.is_empty() && (folders.is_empty() || announced.is_some());
        is_known.then_some(Self { merchant, establishment, mode, announced, file_name })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const MERCHANT: &str = "01J00000000000000000000000";

    #[rstest]
    #[case("paris/ventes.csv", Mode::Live, false)]
    #[case("paris/01J00000000000000000000001/ventes.csv", Mode::Live, true)]
    #[case("paris/test/01J00000000000000000000001/ventes.csv", Mode::Test, true)]
    #[case("paris/test/ventes.csv", Mode::Test, false)]
    #[case("paris/test", Mode::Live, false)]
    fn a_key_holds_the_merchant_the_establishment_and_the_mode(
        #[case] rest: &str,
        #[case] mode: Mode,
        #[case] announced: bool,
    ) {
        let key = ObjectKey::parse(&format!("{MERCHANT}/{rest}")).unwrap();
        assert_eq!(key.merchant.to_string(), MERCHANT);
        assert_eq!(key.establishment.as_str(), "paris");
        assert_eq!(key.mode, mode);
        assert_eq!(key.announced.is_some(), announced);
    }

    #[test]
    fn the_name_in_the_report_is_readable_whatever_program_wrote_the_key() {
        let key = format!("{MERCHANT}/paris/ventes e\u{301}te\u{301} d'hier\n.xlsx");
        assert_eq!(ObjectKey::parse(&key).unwrap().file_name, "ventes été d'hier.xlsx");
    }

    #[rstest]
    #[case("ventes.csv")]
    #[case("nobody/paris/ventes.csv")]
    #[case("01J00000000000000000000000/PARIS/ventes.csv")]
    #[case("01J00000000000000000000000/paris/")]
    #[case("01J00000000000000000000000/paris/a/b/c.csv")]
    #[case("01J00000000000000000000000/paris/folder/c.csv")]
    fn a_key_of_another_shape_belongs_to_no_merchant(#[case] key: &str) {
        assert_eq!(ObjectKey::parse(key), None);
    }
}
