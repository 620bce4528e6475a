//! Whose file an object is, told by its key: `{merchant}/{establishment}/name.csv`, with `test/`
//! after the establishment for test data and an upload's identifier before the name where the API
//! opened the door.

use domain::{EstablishmentId, MerchantId, UploadId};
use store::Mode;

/// An object's key, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    /// The merchant.
    pub(crate) merchant: MerchantId,
    /// The establishment whose receipts it holds.
    pub(crate) establishment: EstablishmentId,
    /// Live or test data.
    pub(crate) mode: Mode,
    /// The upload that the API announced.
    pub(crate) announced: Option<UploadId>,
    /// The file's name.
    pub(crate) file_name: String,
}

/// The most characters of a file's name that a report repeats.
const NAME_LENGTH: usize = 100;

impl Address {
    /// Reads a key; `None` where it is nobody's.
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
        let file_name: String = name.chars().take(NAME_LENGTH).collect();
        let known = !file_name.is_empty() && (folders.is_empty() || announced.is_some());
        known.then_some(Self { merchant, establishment, mode, announced, file_name })
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
    fn a_key_tells_whose_file_it_is(
        #[case] rest: &str,
        #[case] mode: Mode,
        #[case] announced: bool,
    ) {
        let address = Address::parse(&format!("{MERCHANT}/{rest}")).unwrap();
        assert_eq!((address.mode, address.announced.is_some()), (mode, announced));
        assert_eq!(address.establishment.as_str(), "paris");
    }

    #[rstest]
    #[case("ventes.csv")]
    #[case("nobody/paris/ventes.csv")]
    #[case("01J00000000000000000000000/PARIS/ventes.csv")]
    #[case("01J00000000000000000000000/paris/")]
    #[case("01J00000000000000000000000/paris/a/b/c.csv")]
    #[case("01J00000000000000000000000/paris/folder/c.csv")]
    fn a_key_of_another_shape_is_nobodys(#[case] key: &str) {
        assert_eq!(Address::parse(key), None);
    }
}
