//! The persons of a run. None of them exists: their mobiles are of the range reserved for fiction, and their names
//! are words that occur nowhere else, so that a search finds each place where a name is stored.

/// A person, by the number in the population.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Person(pub(crate) u16);

/// First names, with the form that an e-mail address has.
pub(crate) const FIRST_NAMES: [(&str, &str); 8] = [
    ("Zéphyrine", "zephyrine"),
    ("Quasimodo", "quasimodo"),
    ("Philoména", "philomena"),
    ("Barnabooth", "barnabooth"),
    ("Cunégonde", "cunegonde"),
    ("Tancrède", "tancrede"),
    ("Xénophonte", "xenophonte"),
    ("Wilhelmine", "wilhelmine"),
];

/// Last names.
pub(crate) const LAST_NAMES: [&str; 7] = [
    "Beauregard-Zoltan",
    "Tournemolle",
    "Krakenbourg",
    "Vaucanson-Lys",
    "Pantagruel",
    "Esclarmonde",
    "Dubaquet",
];

impl Person {
    fn index(self, count: usize) -> usize {
        usize::from(self.0) % count
    }

    pub(crate) fn first_name(self) -> &'static str {
        FIRST_NAMES[self.index(FIRST_NAMES.len())].0
    }

    pub(crate) fn last_name(self) -> &'static str {
        LAST_NAMES[self.index(LAST_NAMES.len())]
    }

    /// The address. Two persons of a family share one.
    pub(crate) fn email(self) -> String {
        let family = self.0 - self.0 % 2;
        let local = FIRST_NAMES[usize::from(family) % FIRST_NAMES.len()].1;
        format!("{local}.{family}@example.com")
    }

    /// The mobile, or a later one.
    pub(crate) fn mobile(self, change: u16) -> String {
        let number = (self.0 + 400 * (change % 20)) % 10_000;
        format!("06 39 98 {:02} {:02}", number / 100, number % 100)
    }

    /// The card, or a later one.
    pub(crate) fn card(self, change: u16) -> String {
        format!("29900{:04}{change:04}", self.0)
    }

    /// The birth date. One person in five is a child.
    pub(crate) fn birth_date(self) -> String {
        let year = if self.0.is_multiple_of(5) { 2014 } else { 1950 + self.0 % 50 };
        format!("{year}-{:02}-{:02}", self.0 % 12 + 1, self.0 % 28 + 1)
    }
}

/// A mobile as the service writes it, so that two spellings of one number are the same.
pub(crate) fn digits(mobile: &str) -> String {
    mobile.chars().filter(char::is_ascii_digit).collect()
}
