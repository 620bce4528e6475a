//! French: the sentence of each error code, the words of a sales file, and the lines of a ticket.
//!
//! A sentence tells the reader what to do where there is something to do, and addresses the reader as
//! *vous*.

mod sentences;
pub mod ticket;

pub use sentences::SENTENCES;

/// The text for a code that has no sentence of its own.
pub(super) const NO_SENTENCE: &str =
    "L’opération n’est pas possible : réessayez, puis prévenez votre installateur.";

/// The text before the sentence of a cell's error.
pub(super) const IN_COLUMN: &str = "Colonne « {column} ». ";

/// The columns of a sales file, and the groups of columns of which a file needs one.
pub(super) const COLUMNS: &[(&str, &str)] = &[
    ("receipt", "numéro ticket"),
    ("date", "date"),
    ("time", "heure"),
    ("register", "caisse"),
    ("mobile", "mobile"),
    ("card", "numéro carte"),
    ("last_name", "nom"),
    ("first_name", "prénom"),
    ("email", "e-mail"),
    ("birth_date", "date de naissance"),
    ("card_requested", "carte demandée"),
    ("card_activated", "carte activée"),
    ("document_type", "type de document"),
    ("returned_receipt", "ticket d’origine"),
    ("returned_date", "date du ticket d’origine"),
    ("returned_register", "caisse d’origine"),
    ("total", "total"),
    ("sku", "code article"),
    ("label", "libellé"),
    ("category", "catégorie"),
    ("quantity", "quantité"),
    ("unit_price", "prix unitaire"),
    ("discount", "remise"),
    ("line_amount", "montant ligne"),
    ("currency", "devise"),
    ("any_amount", "un montant (total, montant ligne, ou quantité et prix unitaire)"),
    ("any_date", "la date"),
    ("any_receipt", "le numéro de ticket"),
];

/// `1 250`: thousands are set off by a space.
#[must_use]
pub fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut written = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            written.push(' ');
        }
        written.push(digit);
    }
    written
}
