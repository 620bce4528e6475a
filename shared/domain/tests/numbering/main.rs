//! The automaton of other countries' numbers is the one that libphonenumber's metadata make, and reads
//! their own examples as what they are.
#![expect(clippy::expect_used, reason = "what a test did not expect fails it")]

mod graph;
mod plans;

use domain::{Mobile, ValueError};
use phonenumber::metadata::{DATABASE, Metadata};

/// `UPDATE_NUMBERING=1 cargo test -p domain numbering` writes it anew.
#[test]
fn the_automaton_is_the_one_of_the_metadata() {
    let made = plans::automaton();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/src/values/numbering.bin");
    if std::env::var_os("UPDATE_NUMBERING").is_some() {
        std::fs::write(file, &made).unwrap();
    }
    let is_kept = std::fs::read(file).unwrap() == made;
    assert!(is_kept, "numbering.bin is not what the metadata say: UPDATE_NUMBERING=1 writes it");
}

#[test]
fn a_mobile_of_every_country_is_read_with_and_without_its_trunk_digits() {
    for (region, code) in regions() {
        let Some(example) = region.descriptors().mobile().and_then(|mobile| mobile.example())
        else {
            continue;
        };
        for trunk in ["", region.national_prefix().unwrap_or_default()] {
            let read = Mobile::parse(&format!("+{code} {trunk}{example}"));
            let read = read.as_ref().map(Mobile::as_str);
            assert_eq!(read, Ok(&*format!("+{code}{example}")), "{}", region.id());
        }
    }
}

#[test]
fn a_number_that_no_mobile_has_is_told_as_such_and_a_longer_one_as_none() {
    for (region, code) in regions() {
        let numbers = region.descriptors();
        let others = [numbers.toll_free(), numbers.premium_rate(), numbers.voip(), numbers.uan()];
        for example in others.into_iter().flatten().filter_map(|numbers| numbers.example()) {
            let read = Mobile::parse(&format!("+{code}{example}"));
            assert_eq!(read, Err(ValueError::MobileNotMobile.into()), "{}", region.id());
            let longer = Mobile::parse(&format!("+{code}{example}{}", "0".repeat(17)));
            assert_eq!(longer, Err(ValueError::MobileUnreadable.into()), "{}", region.id());
        }
    }
}

/// The regions but those of the French plan, with their country codes.
fn regions() -> impl Iterator<Item = (&'static Metadata, u16)> {
    let regions = DATABASE.iter().map(|region| (region, region.country_code()));
    regions.filter(|(_, code)| !plans::FRENCH.contains(code))
}
