//! What a dead letter of a file needs is kept longer than the letter, by the template and by the code.

use std::path::Path;

/// The days of a dead letter, and the days of a letter that was moved back and failed again.
const LETTER_DAYS: u32 = 14;

/// Every template of the deployment, one after the other.
fn templates() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../infra");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let templates = files.filter(|file| file.extension().is_some_and(|end| end == "yaml"));
    templates.map(|file| std::fs::read_to_string(file).unwrap()).collect()
}

/// The number after `name` in the first lines after `start`.
fn number(text: &str, start: &str, name: &str) -> u32 {
    let (_, after) = text.split_once(start).unwrap();
    let (_, value) = after.split_once(name).unwrap();
    let digits = value.trim_start().split(|one: char| !one.is_ascii_digit()).next();
    digits.unwrap().parse().unwrap()
}

#[test]
fn the_objects_of_a_file_outlive_the_dead_letters_of_its_ranges() {
    let template = templates();
    let letter = number(&template, "\n  RangesDeadLetters:", "MessageRetentionPeriod:");
    assert_eq!(letter, LETTER_DAYS * 86_400);
    let work = number(&template, "Id: work-gone-after-30-days", "ExpirationInDays:");
    assert!(work >= 2 * LETTER_DAYS, "{work}");
    // In a versioned bucket a file is read by its version until the version is deleted.
    let raw = "Id: gone-after-30-days-whatever-happened";
    let raw =
        number(&template, raw, "ExpirationInDays:") + number(&template, raw, "NoncurrentDays:");
    assert!(raw >= 2 * LETTER_DAYS, "{raw}");
}
