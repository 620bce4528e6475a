//! A purchase's identifier: its receipt, which is its natural key, in base64url.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{Day, EstablishmentId, Receipt, ReceiptNumber, Register};
use http_edge::{Problem, Till};

/// Stands in no part of a receipt.
const SEPARATOR: char = '#';

pub(crate) fn of(receipt: &Receipt) -> String {
    let Receipt { establishment, register, day, number } = receipt;
    let (register, number) = (register.as_str(), number.as_str());
    let text = format!("{establishment}{SEPARATOR}{register}{SEPARATOR}{day}{SEPARATOR}{number}");
    URL_SAFE_NO_PAD.encode(text)
}

/// The receipt of the path, where it is one of the till's own establishment.
pub(crate) fn read(text: &str, till: &Till) -> Result<Receipt, Problem> {
    receipt(text)
        .filter(|receipt| receipt.establishment == till.establishment.id)
        .ok_or_else(|| Problem::not_found("purchase"))
}

fn receipt(text: &str) -> Option<Receipt> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    let mut parts = text.split(SEPARATOR);
    let receipt = Receipt {
        establishment: EstablishmentId::parse(parts.next()?).ok()?,
        register: Register::parse(parts.next()?).ok()?,
        day: Day::parse(parts.next()?).ok()?,
        number: ReceiptNumber::parse(parts.next()?).ok()?,
    };
    (parts.next().is_none()).then_some(receipt)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_reads_back_and_another_text_does_not() {
        let sold = support::receipt("2026/000-1.b");
        assert_eq!(receipt(&of(&sold)), Some(sold.clone()));
        for text in ["", "nonsense", &of(&sold)[1..], &URL_SAFE_NO_PAD.encode("paris#1#2026-11-24")]
        {
            assert_eq!(receipt(text), None, "{text}");
        }
    }
}
