//! The QR code of a card number.

use crate::code_image::CodeImage;
use domain::member::CardNumber;
use qrcodegen::{QrCode, QrCodeEcc};

/// The light modules around a QR code (ISO/IEC 18004).
const MARGIN: usize = 4;

/// The QR code of a number. A till reads it as [`domain::member::qr`] does.
pub(super) fn image(number: &CardNumber) -> Option<CodeImage> {
    let code = QrCode::encode_text(number.as_str(), QrCodeEcc::Medium).ok()?;
    let size = code.size();
    let width = usize::try_from(size).ok()? + 2 * MARGIN;
    let mut image = CodeImage::new(width, width);
    for (row, y) in (0..size).enumerate() {
        let dark: Vec<bool> = (0..size).map(|x| code.get_module(x, y)).collect();
        image.row(MARGIN, MARGIN + row, 1, &dark);
    }
    Some(image)
}
