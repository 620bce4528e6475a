//! The barcode of a card number or of a coupon: EAN-13 for thirteen digits with their check digit, otherwise Code 128.

use super::CodeImage;
use barcoders::sym::code128::Code128;
use barcoders::sym::ean13::EAN13;

/// The height of the bars.
const HEIGHT: usize = 40;
/// The light modules before and after EAN-13 (ISO/IEC 15420).
const EAN_MARGINS: (usize, usize) = (11, 7);
/// The light modules before and after Code 128 (ISO/IEC 15417).
const CODE_128_MARGIN: usize = 10;
/// The longest text that a telephone shows as a readable Code 128.
const LONGEST: usize = 20;

/// The barcode of digits and capital letters; `None` for a text too long for a telephone.
pub(crate) fn image(text: &str) -> Option<CodeImage> {
    if text.len() == 13
        && let Ok(code) = EAN13::new(text)
    {
        return Some(bars(&code.encode(), EAN_MARGINS));
    }
    if text.len() > LONGEST {
        return None;
    }
    // Ɓ begins character set B: digits and capital letters.
    let code = Code128::new(format!("\u{181}{text}")).ok()?;
    Some(bars(&code.encode(), (CODE_128_MARGIN, CODE_128_MARGIN)))
}

fn bars(modules: &[u8], (before, after): (usize, usize)) -> CodeImage {
    let dark: Vec<bool> = modules.iter().map(|module| *module == 1).collect();
    let mut image = CodeImage::new(before + dark.len() + after, HEIGHT);
    image.row(before, 0, HEIGHT, &dark);
    image
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::ean("2990000012340", Some(113))]
    #[case::wrong_check_digit("2990000012345", Some(20 + 11 * 15 + 13))]
    #[case::letters("ABC123", Some(20 + 11 * 8 + 13))]
    #[case::too_long("ABCDEFGHIJKLMNOPQRSTU", None)]
    fn thirteen_digits_are_ean_13_and_other_texts_are_code_128(
        #[case] text: &str,
        #[case] width: Option<usize>,
    ) {
        assert_eq!(image(text).map(|image| image.width), width);
    }
}
