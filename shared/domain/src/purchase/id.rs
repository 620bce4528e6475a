//! The identifier of a purchase: its receipt, which is its natural key, in base64url.

use crate::{Day, EstablishmentId, Receipt, ReceiptNumber, Register};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// No part of a receipt has this character.
const SEPARATOR: char = '#';

/// The identifier of a receipt's purchase.
#[must_use]
pub fn of(receipt: &Receipt) -> String {
    let Receipt { establishment, register, day, number } = receipt;
    let (register, number) = (register.as_str(), number.as_str());
    let text = format!("{establishment}{SEPARATOR}{register}{SEPARATOR}{day}{SEPARATOR}{number}");
    URL_SAFE_NO_PAD.encode(text)
}

/// The receipt of an identifier; `None` for a text that is not an identifier of this service.
#[must_use]
pub fn read(text: &str) -> Option<Receipt> {
    receipt(&String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?)
}

/// Reads the parts of a receipt from a text that joins them with `#`.
#[must_use]
pub fn receipt(text: &str) -> Option<Receipt> {
    let mut parts = text.split(SEPARATOR);
    let receipt = Receipt {
        establishment: EstablishmentId::parse(parts.next()?).ok()?,
        register: Register::parse(parts.next()?).ok()?,
        day: Day::parse(parts.next()?).ok()?,
        number: ReceiptNumber::parse(parts.next()?).ok()?,
    };
    parts.next().is_none().then_some(receipt)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_reads_back_and_another_text_does_not() {
        let sold = receipt("paris#1#2026-11-24#2026/000-1.b").unwrap();
        assert_eq!(read(&of(&sold)), Some(sold.clone()));
        for text in ["", "nonsense", &of(&sold)[1..], &URL_SAFE_NO_PAD.encode("paris#1#2026-11-24")]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
