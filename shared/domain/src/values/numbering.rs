//! The numbering plans of the world but the French one, as an automaton over the digits of a number. A
//! test makes it from libphonenumber's metadata and keeps it beside this file (decision 0001).

/// The automaton: nodes of [`NODE`] bytes. The last one is where a number begins, and the first one is
/// that of no number.
const PLANS: &[u8] = include_bytes!("numbering.bin");

/// A byte that says what a number is that ends here, one that says whether the country code does, and a
/// number of two bytes for each digit that may follow: that of its node.
const NODE: usize = 2 + 10 * 2;

/// What a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plan {
    /// None that a plan has.
    None,
    /// One that no mobile has.
    Other,
    /// A mobile, or one that may be a mobile as well as not. `trunk` digits stand after its country
    /// code that are only dialled within the country.
    Mobile { code: usize, trunk: usize },
}

/// What the digits of a number are, which begin with a country code.
pub(crate) fn plan(digits: &str) -> Plan {
    let (mut node, mut code) = (PLANS.len() / NODE - 1, 0);
    for (place, digit) in digits.bytes().enumerate() {
        node = next(node, digit);
        if PLANS[node * NODE + 1] != 0 {
            code = place + 1;
        }
    }
    match PLANS[node * NODE] {
        0 => Plan::None,
        1 => Plan::Other,
        mobile => Plan::Mobile { code, trunk: usize::from(mobile - 2) },
    }
}

fn next(node: usize, digit: u8) -> usize {
    let place = node * NODE + 2 + usize::from(digit - b'0') * 2;
    usize::from(u16::from_le_bytes([PLANS[place], PLANS[place + 1]]))
}
