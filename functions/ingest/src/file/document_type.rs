//! The document type of a row: sale or return.

use crate::file::refusal::RowRefusal;
use domain::values::text;

/// The document type in a row's type column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DocumentType {
    Sale,
    Return,
}

impl DocumentType {
    /// Reads a type; `None` where the cell is empty.
    pub(crate) fn parse(cell: &str) -> Result<Option<Self>, RowRefusal> {
        const SALES: [&str; 12] = [
            "vente",
            "ventes",
            "sale",
            "sales",
            "facture",
            "ticket",
            "achat",
            "invoice",
            "receipt",
            "purchase",
            "encaissement",
            "v",
        ];
        const RETURNS: [&str; 15] = [
            "retour",
            "retours",
            "avoir",
            "avoirs",
            "remboursement",
            "rembourse",
            "note de credit",
            "facture d'avoir",
            "ticket retour",
            "return",
            "returns",
            "refund",
            "credit note",
            "credit",
            "r",
        ];
        let word = text::folded(cell).replace(['_', '-'], " ").replace('’', "'");
        let word = word.trim();
        if word.is_empty() {
            Ok(None)
        } else if RETURNS.contains(&word) {
            Ok(Some(Self::Return))
        } else if SALES.contains(&word) {
            Ok(Some(Self::Sale))
        } else {
            Err(RowRefusal::TypeUnknown)
        }
    }
}
