//! The text of a card's QR code: the card number, or a web address that ends with the card number.

use super::card_number::CardNumber;
use crate::MemberError;

/// Reads the text that a scanner gave. In a web address the card number is the last part of the path,
/// before a `?` or a `#`. The line end that scanners add is ignored.
///
/// # Errors
/// [`MemberError::QrUnreadable`].
pub fn card_number(scanned: &str) -> Result<CardNumber, MemberError> {
    let text = scanned.trim_matches(|c: char| c.is_whitespace() || c.is_control());
    let number = match text.split_once("://") {
        None => text,
        Some((scheme, address)) if is_web(scheme) => last_part(address)?,
        Some(_) => return Err(MemberError::QrUnreadable),
    };
    CardNumber::parse(number).map_err(|_| MemberError::QrUnreadable)
}

fn is_web(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http")
}

/// The last part of the path of an address. An address without a path has none.
fn last_part(address: &str) -> Result<&str, MemberError> {
    let path = address.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let (_, last) = path.rsplit_once('/').ok_or(MemberError::QrUnreadable)?;
    Ok(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("2990000012345")]
    #[case("2990 0000 12345")]
    #[case("2990000012345\r\n")]
    #[case("\t2990000012345")]
    #[case("https://carte.example.com/2990000012345")]
    #[case("HTTPS://CARTE.EXAMPLE.COM/C/2990000012345")]
    #[case("http://carte.example.com/c/2990000012345/")]
    #[case("https://carte.example.com/c/2990000012345?source=carte#haut")]
    fn a_qr_code_holds_the_card_number_or_an_address_that_ends_with_it(#[case] scanned: &str) {
        assert_eq!(card_number(scanned), Ok(CardNumber::parse("2990000012345").unwrap()));
    }

    #[rstest]
    #[case("")]
    #[case("123")]
    #[case("https://carte.example.com")]
    #[case("https://2990000012345")]
    #[case("https://carte.example.com/c/?card=2990000012345/")]
    #[case("https://carte.example.com/c/2990%2000012345")]
    #[case("ftp://carte.example.com/2990000012345")]
    #[case("mailto:camille@example.com")]
    #[case("WIFI:T:WPA;S:boutique;P:secret;;")]
    #[case("tel:+33639980012")]
    fn a_qr_code_of_something_else_is_refused(#[case] scanned: &str) {
        assert_eq!(card_number(scanned), Err(MemberError::QrUnreadable));
    }
}
