//! The columns of a file, and the names that merchants use for them.

use domain::Language;
use domain::values::text;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The content of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// The number printed on the receipt (*numéro de ticket*).
    Receipt,
    /// The day of the sale, with or without its time.
    Date,
    /// The time of the sale, where it is not in the date's column.
    Time,
    /// The register (*caisse*).
    Register,
    /// The customer's mobile number.
    Mobile,
    /// The number of the customer's card.
    Card,
    /// The customer's last name.
    LastName,
    /// The customer's first name.
    FirstName,
    /// The customer's e-mail address.
    Email,
    /// The customer's birth date.
    BirthDate,
    /// Whether the customer asked for the card.
    CardRequested,
    /// Whether the customer was present and activated the card.
    CardActivated,
    /// The document type: sale or return.
    DocumentType,
    /// The receipt number of the returned sale.
    ReturnedReceipt,
    /// The day of the returned sale.
    ReturnedDate,
    /// The register of the returned sale.
    ReturnedRegister,
    /// The total of the receipt.
    Total,
    /// The code of the article.
    Sku,
    /// The name of the article.
    Label,
    /// The family of the article.
    Category,
    /// The quantity of the article.
    Quantity,
    /// The unit price of the article.
    UnitPrice,
    /// The discount of the line.
    Discount,
    /// The amount of the line.
    LineAmount,
    /// The currency of the amounts.
    Currency,
}

impl Column {
    /// The name that a merchant reads.
    pub(crate) fn name(self, language: Language) -> &'static str {
        language.column(self.key())
    }

    /// Whether the column describes the customer.
    pub(crate) const fn is_of_customer(self) -> bool {
        matches!(
            self,
            Self::Mobile
                | Self::Card
                | Self::LastName
                | Self::FirstName
                | Self::Email
                | Self::BirthDate
                | Self::CardRequested
                | Self::CardActivated
        )
    }

    const fn key(self) -> &'static str {
        match self {
            Self::Receipt => "receipt",
            Self::Date => "date",
            Self::Time => "time",
            Self::Register => "register",
            Self::Mobile => "mobile",
            Self::Card => "card",
            Self::LastName => "last_name",
            Self::FirstName => "first_name",
            Self::Email => "email",
            Self::BirthDate => "birth_date",
            Self::CardRequested => "card_requested",
            Self::CardActivated => "card_activated",
            Self::DocumentType => "document_type",
            Self::ReturnedReceipt => "returned_receipt",
            Self::ReturnedDate => "returned_date",
            Self::ReturnedRegister => "returned_register",
            Self::Total => "total",
            Self::Sku => "sku",
            Self::Label => "label",
            Self::Category => "category",
            Self::Quantity => "quantity",
            Self::UnitPrice => "unit_price",
            Self::Discount => "discount",
            Self::LineAmount => "line_amount",
            Self::Currency => "currency",
        }
    }
}

/// The number of known columns.
const KNOWN: usize = 25;

/// The names of each column in their plain form (see [`plain`]), the most specific first. Where a header has two
/// names of one column, the more specific name counts and the other is ignored.
#[rustfmt::skip] // a table: one name a line would be hundreds of lines
static NAMES: [(Column, &[&str]); KNOWN] = [
    (
        Column::Receipt,
        &[
            "numeroticket", "noticket", "nticket", "numticket", "ticketnumero", "ticketn", "ticketno",
            "idticket", "ticketid", "codeticket", "referenceticket", "refticket", "receiptnumber",
            "receiptno", "receiptid", "receiptnum", "ticketnumber", "ticket", "receipt", "ticketcaisse",
            "numeroticketcaisse", "numerofacture", "nofacture", "nfacture", "numfacture", "facture",
            "invoicenumber", "invoiceno", "invoiceid", "invoice", "numerodocument", "nodocument",
            "ndocument", "numdocument", "documentnumber", "documentno", "numeropiece", "nopiece",
            "npiece", "numpiece", "numerovente", "novente", "nvente", "numvente", "idvente", "saleid",
            "salenumber", "saleno", "transactionid", "transactionnumber", "numerotransaction",
            "idtransaction", "numerocommande", "ncommande", "idcommande", "ordernumber", "orderid",
        ],
    ),
    (
        Column::Date,
        &[
            "dateheure", "dateheurevente", "dateheureticket", "horodatage", "datetime",
            "timestamp", "soldat", "datevente", "dateticket", "dateachat", "datefacture",
            "datedocument", "datepiece", "datetransaction", "saledate", "receiptdate", "purchasedate",
            "transactiondate", "invoicedate", "orderdate", "datecommande", "date", "jourvente", "jour", "day",
        ],
    ),
    (
        Column::Time,
        &[
            "heure", "heurevente", "heureticket", "heureachat", "heuretransaction", "time", "saletime",
            "receipttime", "transactiontime", "purchasetime",
        ],
    ),
    (
        Column::Register,
        &[
            "caisse", "numerocaisse", "nocaisse", "ncaisse", "numcaisse", "caissen", "idcaisse", "codecaisse",
            "terminal", "idterminal", "register", "registerid", "registernumber", "till", "tillid",
            "tillnumber", "pos", "posid",
        ],
    ),
    (
        Column::Mobile,
        &[
            "mobile", "numerotelephonemobile", "numerotelephoneportable", "numeromobile", "nomobile",
            "nmobile", "telephonemobile", "telmobile",
            "mobileclient", "clientmobile", "portable", "numeroportable", "telephoneportable",
            "telportable", "portableclient", "gsm", "mobilephone", "mobilenumber", "customermobile",
            "cellphone", "cell", "telephone", "tel", "numerotelephone", "notelephone", "ntelephone",
            "numtelephone", "telephoneclient", "clienttelephone", "telclient", "phone", "phonenumber",
            "customerphone", "customerphonenumber",
        ],
    ),
    (
        Column::Card,
        &[
            "numerocarte", "nocarte", "ncarte", "numcarte", "numerocartefidelite", "ncartefidelite",
            "nocartefidelite", "cartefidelite", "carte", "codecarte", "cartefid", "carteclient",
            "numerocarteclient", "ncarteclient", "nocarteclient", "cardnumber", "cardno", "loyaltycard",
            "loyaltycardnumber", "card",
        ],
    ),
    (
        Column::LastName,
        &[
            "nom", "nomclient", "clientnom", "nomfamille", "lastname", "surname", "familyname",
            "customerlastname",
        ],
    ),
    (
        Column::FirstName,
        &[
            "prenom", "prenomclient", "clientprenom", "firstname", "givenname", "customerfirstname",
        ],
    ),
    (
        Column::Email,
        &[
            "email", "mail", "courriel", "adresseemail", "adressemail", "emailclient", "clientemail",
            "mailclient", "emailaddress", "customeremail",
        ],
    ),
    (
        Column::BirthDate,
        &[
            "datenaissance", "naissance", "neele", "nele", "nee", "ne", "anniversaire", "dateanniversaire",
            "birthdate", "dateofbirth", "datebirth", "birthday", "dob",
        ],
    ),
    (
        Column::CardRequested,
        &[
            "cartedemandee", "demandecarte", "souhaitecarte", "souhaitecartefidelite", "adhesion",
            "adhesionfidelite", "inscription", "inscriptionfidelite", "enrolement", "creercarte",
            "cardrequested", "createcard", "enrolment", "enrollment", "enrol", "enroll",
        ],
    ),
    (
        Column::CardActivated,
        &[
            "carteactivee", "activationcarte", "carteactive", "cardactivated", "cardactivation",
            "activatecard",
        ],
    ),
    (
        Column::DocumentType,
        &[
            "typedocument", "typepiece", "typeticket", "typevente", "typeoperation", "typetransaction",
            "typefacture", "documenttype", "transactiontype", "receipttype", "saletype", "doctype",
            "nature", "sens", "operation", "type",
        ],
    ),
    (
        Column::ReturnedReceipt,
        &[
            "ticketorigine", "numeroticketorigine", "nticketorigine", "noticketorigine", "venteorigine",
            "factureorigine", "ticketretourne", "numeroticketretourne", "ticketinitial",
            "ticketvente", "returnedreceipt", "originalreceipt", "originalreceiptnumber",
            "returnedreceiptnumber", "originalsale", "originalticket",
        ],
    ),
    (
        Column::ReturnedDate,
        &[
            "dateticketorigine", "dateorigine", "dateventeorigine",
            "datefactureorigine", "dateticketretourne", "dateticketinitial", "returnedreceiptdate",
            "originalreceiptdate", "originaldate", "originalsaledate",
        ],
    ),
    (
        Column::ReturnedRegister,
        &[
            "caisseorigine", "caisseticketorigine", "caisseventeorigine", "caisseticketretourne",
            "originalregister", "returnedregister", "originalreceiptregister",
        ],
    ),
    (
        Column::Total,
        &[
            "totalticket", "totalticketttc", "montantticket", "montantticketttc", "totalttc",
            "montanttotal", "montanttotalttc", "totalvente", "totalfacture", "netpayer", "netapayer", "totalpaye",
            "montantpaye", "totalpayer", "montantpayer", "totalttcticket", "montantttcticket",
            "receipttotal", "grandtotal", "totalamount", "totalinctax", "totalincltax",
            "total", "totaleur", "totaleuros",
        ],
    ),
    (
        Column::Sku,
        &[
            "sku", "codearticle", "refarticle", "referencearticle", "codeproduit", "refproduit",
            "referenceproduit", "stockcode", "articlecode", "articlereference", "productcode", "productid",
            "productreference", "itemcode", "itemid", "codebarre", "codebarres", "ean", "ean13", "gtin",
            "barcode", "reference", "ref",
        ],
    ),
    (
        Column::Label,
        &[
            "libelle", "libellearticle", "libelleproduit", "designation", "designationarticle",
            "nomarticle", "nomproduit", "article", "produit", "description", "label", "productname",
            "itemname", "product", "item",
        ],
    ),
    (
        Column::Category,
        &[
            "categorie", "categoriearticle", "categorieproduit", "famille", "famillearticle",
            "famillearticles", "familleproduits",
            "familleproduit", "rayon", "category", "productcategory", "itemcategory", "department",
            "family",
        ],
    ),
    (
        Column::Quantity,
        &["quantite", "quantites", "qte", "qty", "quantity", "quantitevendue", "qtevendue", "nombre"],
    ),
    (
        Column::UnitPrice,
        &[
            "prixunitairettc", "prixunitttc", "puttc", "prixunitaire", "prixunit", "pu", "prixttc",
            "prixventettc", "prixvente", "prix", "unitprice", "priceinctax", "priceincltax", "price",
        ],
    ),
    (
        Column::Discount,
        &[
            "montantremise", "remise", "remisettc", "remiseligne", "rabais", "reduction",
            "discountamount", "discount", "linediscount",
        ],
    ),
    (
        Column::LineAmount,
        &[
            "montantligne", "montantlignettc", "totalligne", "totallignettc", "montantarticle",
            "montantttcligne", "totalttcligne",
            "totalarticle", "lineamount", "linetotal", "itemtotal", "itemamount",
        ],
    ),
    (
        Column::Currency,
        &["devise", "codedevise", "deviseticket", "monnaie", "currency", "currencycode"],
    ),
];

/// Names that can mean the amount of a line or the total of a receipt. Such a column is the amount of the line where
/// the file has columns of lines and no other column for that amount. Otherwise the column is the total.
const AMOUNTS: &[&str] = &[
    "montantttc",
    "montant",
    "montanteur",
    "montanteuros",
    "amountinctax",
    "amount",
    "ca",
    "cattc",
];

/// The plain form of a header's name: without case, accents, punctuation and small words. `N° du ticket`, `n_ticket`
/// and `N TICKET` are all `nticket`. A percent sign is a word, since `Remise (%)` is no amount, and so is the sign of
/// another currency than the euro.
pub(crate) fn plain(name: &str) -> String {
    words(name).concat()
}

fn words(name: &str) -> Vec<String> {
    const SMALL_WORDS: [&str; 19] = [
        "de", "du", "des", "d", "la", "le", "les", "l", "un", "une", "a", "au", "aux", "en", "et",
        "of", "the", "in", "and",
    ];
    let name = name.replace('%', " percent ").replace(['$', '£', '¥'], " foreign ");
    let folded = text::folded(&name);
    let words = folded.split(|character: char| !character.is_ascii_alphanumeric());
    words.filter(|word| !SMALL_WORDS.contains(word)).map(str::to_owned).collect()
}

/// A name of a header.
struct Name {
    plain: String,
    /// The plain form without the name of the euro, where the name has one: `totalttc` of `Total TTC en EUR`.
    without_unit: Option<String>,
}

impl Name {
    fn of(name: &str) -> Self {
        const UNITS: [&str; 3] = ["eur", "euro", "euros"];
        let plain = plain(name);
        let without_unit = plain.contains(UNITS[0]).then(|| {
            words(name)
                .into_iter()
                .filter(|word| !UNITS.contains(&word.as_str()))
                .collect::<String>()
        });
        let without_unit = without_unit.filter(|other| !other.is_empty() && *other != plain);
        Self { plain, without_unit }
    }

    /// How well the name fits one of the known names; the best is 0. A name fits less well without its unit.
    fn rank(&self, known: &[&str]) -> Option<usize> {
        let place = |plain: &String| known.iter().position(|known| known == plain);
        let exact = place(&self.plain).map(|place| 2 * place);
        exact.or_else(|| Some(2 * place(self.without_unit.as_ref()?)? + 1))
    }
}

/// The position of each column in a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "BTreeMap<Column, u16>", into = "BTreeMap<Column, u16>")]
pub struct Columns([Option<u16>; KNOWN]);

impl Columns {
    /// Finds the columns in a header. The error is a column that the header has twice under the same name, so that
    /// neither can be preferred.
    pub(crate) fn find<'a>(header: impl Iterator<Item = &'a str>) -> Result<Self, Column> {
        let mut columns = Self::default();
        let mut ranks = [usize::MAX; KNOWN];
        let mut twice = None;
        let mut amount: Option<(usize, u16)> = None;
        for (position, name) in (0_u16..).zip(header) {
            let name = Name::of(name);
            if let Some(rank) = name.rank(AMOUNTS) {
                if amount.is_none_or(|(best, _)| rank < best) {
                    amount = Some((rank, position));
                }
                continue;
            }
            for (column, names) in &NAMES {
                let Some(rank) = name.rank(names) else { continue };
                let best = &mut ranks[*column as usize];
                if rank == *best {
                    twice = twice.or(Some(*column));
                }
                if rank < *best {
                    *best = rank;
                    columns.0[*column as usize] = Some(position);
                }
            }
        }
        if let Some((_, position)) = amount {
            let column = if columns.have_lines() && !columns.have(Column::LineAmount) {
                Column::LineAmount
            } else {
                Column::Total
            };
            columns.0[column as usize].get_or_insert(position);
        }
        twice.map_or(Ok(columns), Err)
    }

    /// The position of a column, from 0.
    #[must_use]
    pub fn position(&self, column: Column) -> Option<usize> {
        self.0[column as usize].map(usize::from)
    }

    /// Whether the file has a column.
    #[must_use]
    pub fn have(&self, column: Column) -> bool {
        self.0[column as usize].is_some()
    }

    /// Whether a row of the file is a line of a receipt, and not a whole receipt.
    #[must_use]
    pub fn have_lines(&self) -> bool {
        [Column::Sku, Column::Label, Column::Quantity, Column::UnitPrice, Column::LineAmount]
            .into_iter()
            .any(|column| self.have(column))
    }

    /// The number of columns that were recognised.
    pub(crate) fn known(&self) -> usize {
        self.0.iter().flatten().count()
    }

    /// The column at a position, where the column is known.
    pub(crate) fn at(&self, position: usize) -> Option<Column> {
        NAMES
            .iter()
            .map(|(column, _)| *column)
            .find(|column| self.position(*column) == Some(position))
    }
}

impl From<BTreeMap<Column, u16>> for Columns {
    fn from(positions: BTreeMap<Column, u16>) -> Self {
        let mut columns = Self::default();
        for (column, position) in positions {
            columns.0[column as usize] = Some(position);
        }
        columns
    }
}

impl From<Columns> for BTreeMap<Column, u16> {
    fn from(columns: Columns) -> Self {
        NAMES
            .iter()
            .filter_map(|(column, _)| Some((*column, columns.0[*column as usize]?)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use std::collections::HashSet;

    #[test]
    fn every_column_has_a_name_in_the_catalogue() {
        let known: HashSet<_> = Language::French.columns().iter().map(|(key, _)| *key).collect();
        for (column, _) in &NAMES {
            assert!(known.contains(column.key()), "{column:?}");
        }
    }

    #[test]
    fn every_name_is_in_its_plain_form_and_names_one_column() {
        let mut seen = HashSet::new();
        for (position, (column, names)) in NAMES.iter().enumerate() {
            assert_eq!(*column as usize, position);
            for name in *names {
                assert_eq!(plain(name), *name);
                assert!(seen.insert(*name), "{name} stands twice");
            }
        }
        assert!(AMOUNTS.iter().all(|name| plain(name) == *name && seen.insert(name)));
    }

    #[rstest]
    #[case("N° ticket", Column::Receipt)]
    #[case("numero_ticket", Column::Receipt)]
    #[case("NUMÉRO DE TICKET", Column::Receipt)]
    #[case("Receipt Number", Column::Receipt)]
    #[case("receipt_number", Column::Receipt)]
    #[case("Date de la vente", Column::Date)]
    #[case("Date/Heure", Column::Date)]
    #[case("Heure", Column::Time)]
    #[case("Caisse", Column::Register)]
    #[case("Téléphone portable", Column::Mobile)]
    #[case("Mobile phone", Column::Mobile)]
    #[case("N° de carte de fidélité", Column::Card)]
    #[case("Last Name *", Column::LastName)]
    #[case("Prénom", Column::FirstName)]
    #[case("E-mail", Column::Email)]
    #[case("Date of birth", Column::BirthDate)]
    #[case("Date d'anniversaire", Column::BirthDate)]
    #[case("Carte demandée", Column::CardRequested)]
    #[case("Type de document", Column::DocumentType)]
    #[case("Ticket d'origine", Column::ReturnedReceipt)]
    #[case("montant_ttc", Column::Total)]
    #[case("Total TTC (€)", Column::Total)]
    #[case("Total TTC en €", Column::Total)]
    #[case("Total TTC en euros", Column::Total)]
    #[case("Total du ticket (EUR)", Column::Total)]
    #[case("Montant TTC (€)", Column::Total)]
    #[case("Montant en EUR", Column::Total)]
    #[case("Net à payer (€)", Column::Total)]
    #[case("Total à payer", Column::Total)]
    #[case("Jour de vente", Column::Date)]
    #[case("Heure de la vente", Column::Time)]
    #[case("Caisse n°", Column::Register)]
    #[case("Tél. portable", Column::Mobile)]
    #[case("Numéro de téléphone portable", Column::Mobile)]
    #[case("N° carte client", Column::Card)]
    #[case("Qté vendue", Column::Quantity)]
    #[case("P.U. TTC (€)", Column::UnitPrice)]
    #[case("Famille d’articles", Column::Category)]
    #[case("Montant TTC de la ligne", Column::LineAmount)]
    #[case("Montant TTC du ticket", Column::Total)]
    #[case("Date et heure de vente", Column::Date)]
    #[case("Date and time", Column::Date)]
    #[case("N° de ticket", Column::Receipt)]
    #[case("Nº du ticket", Column::Receipt)]
    #[case("Né(e) le", Column::BirthDate)]
    #[case("Née le", Column::BirthDate)]
    #[case("Réf. article", Column::Sku)]
    #[case("Référence de l’article", Column::Sku)]
    #[case("Prix unitaire TTC en euros", Column::UnitPrice)]
    #[case("Remise en €", Column::Discount)]
    #[case("Montant de la ligne (€)", Column::LineAmount)]
    #[case("Code article", Column::Sku)]
    #[case("Désignation", Column::Label)]
    #[case("Famille", Column::Category)]
    #[case("Qté", Column::Quantity)]
    #[case("Prix unitaire TTC", Column::UnitPrice)]
    #[case("Remise", Column::Discount)]
    #[case("Montant ligne", Column::LineAmount)]
    #[case("Devise", Column::Currency)]
    fn a_column_is_recognised_by_the_names_that_merchants_use(
        #[case] name: &str,
        #[case] column: Column,
    ) {
        let columns = Columns::find([name].into_iter()).unwrap();
        assert_eq!(columns.known(), 1);
        assert_eq!(columns.position(column), Some(0));
    }

    #[rstest]
    #[case("Remise (%)")]
    #[case("% remise")]
    #[case("Total HT")]
    #[case("Total ($)")]
    #[case("Montant TTC £")]
    #[case("€")]
    #[case("Euros")]
    #[case("de la")]
    fn another_column_is_not_recognised(#[case] name: &str) {
        assert_eq!(Columns::find([name].into_iter()).unwrap().known(), 0);
    }

    #[test]
    fn of_two_names_that_differ_in_the_unit_the_one_without_counts() {
        let columns = Columns::find(["Total TTC EUR", "Total TTC", "Prix EUR", "Prix"].into_iter());
        let columns = columns.unwrap();
        assert_eq!(columns.position(Column::Total), Some(1));
        assert_eq!(columns.position(Column::UnitPrice), Some(3));
    }

    #[rstest]
    #[case(&["ticket", "date", "montant"], Column::Total)]
    #[case(&["ticket", "date", "libelle", "montant"], Column::LineAmount)]
    #[case(&["ticket", "date", "total", "montant ligne", "amount"], Column::Total)]
    fn an_amount_is_the_lines_only_where_rows_are_lines(
        #[case] header: &[&str],
        #[case] column: Column,
    ) {
        let columns = Columns::find(header.iter().copied()).unwrap();
        assert!(columns.have(column));
    }

    #[test]
    fn of_two_names_of_a_column_the_more_specific_counts() {
        let columns =
            Columns::find(["Total", "Total ticket", "Téléphone", "Mobile"].into_iter()).unwrap();
        assert_eq!(columns.position(Column::Total), Some(1));
        assert_eq!(columns.position(Column::Mobile), Some(3));
    }

    #[test]
    fn a_column_that_is_there_twice_under_one_name_is_an_error() {
        assert_eq!(Columns::find(["Date", "Total", "DATE"].into_iter()), Err(Column::Date));
    }
}
