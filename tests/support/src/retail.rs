//! A year of a wholesaler's sales as one file, made by a seeded generator, with what a loyalty service must find in it.

use domain::Mobile;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Rows for each customer, of 541,909 rows and 4,372 customers.
const ROWS_PER_CUSTOMER: usize = 124;
/// The lines of the longest receipt.
const LONGEST: usize = 1_114;
const HEADER: &str =
    "Numéro ticket;Date;Mobile;Carte demandée;Référence;Libellé;Quantité;Prix unitaire\n";
const DAYS: usize = 330;

/// A file with the shape of a real wholesaler's year: about 21 lines a receipt and at most 1,114; a seventh of the
/// receipts without a customer; returns whose number begins with `C`, of negative quantities. The rows are sorted by
/// receipt, except that a few receipts get a row at the end of the file.
pub struct Retail {
    /// The file.
    pub file: Vec<u8>,
    /// The number of rows.
    pub rows: usize,
    /// The rows of receipts without a customer.
    pub anonymous_rows: usize,
    /// The receipts of more than 200 lines.
    pub long_receipts: usize,
    /// Sales less returns in cents, of each customer.
    pub spend: BTreeMap<Mobile, i64>,
}

/// The customer of a receipt.
type Customer = Option<u16>;

impl Retail {
    /// A file of about so many rows. The same seed makes the same file.
    #[must_use]
    pub fn generate(rows: usize, seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let customers = u16::try_from(rows / ROWS_PER_CUSTOMER).unwrap_or(u16::MAX).clamp(1, 9_999);
        let mut retail = Self {
            file: HEADER.into(),
            rows: 0,
            anonymous_rows: 0,
            long_receipts: 0,
            spend: BTreeMap::new(),
        };
        let (mut late_rows, mut spend) = (String::new(), BTreeMap::<u16, i64>::new());
        let mut number = 536_365;
        while retail.rows < rows {
            number += 1;
            let day = retail.rows * DAYS / rows;
            let date = format!("{:02}/{:02}/2026", day % 28 + 1, day / 28 % 11 + 1);
            let anonymous = random.u8(..7) == 0;
            let customer: Customer = (!anonymous).then(|| random.u16(..customers));
            let has_bought = customer.is_some_and(|customer| spend.contains_key(&customer));
            let is_return = has_bought && random.u8(..7) == 0;
            let lines = if number == 536_400 { LONGEST } else { length(&mut random, is_return) };
            retail.long_receipts += usize::from(lines > 200);
            let mut total = 0;
            for line in 0..lines {
                let (quantity, cents) = (random.i64(1..=24), random.i64(19..=1_995));
                total += quantity * cents;
                let row = row(number, is_return, &date, customer, quantity, cents, &mut random);
                // An exception of the order: the last line of every 400th receipt comes later.
                let is_late = number % 400 == 0 && lines > 1 && line == lines - 1;
                if is_late {
                    late_rows.push_str(&row);
                } else {
                    retail.file.extend_from_slice(row.as_bytes());
                }
            }
            retail.rows += lines;
            match customer {
                Some(customer) => {
                    *spend.entry(customer).or_default() += if is_return { -total } else { total };
                }
                None => retail.anonymous_rows += lines,
            }
        }
        retail.file.extend_from_slice(late_rows.as_bytes());
        retail.spend =
            spend.into_iter().map(|(number, cents)| (crate::mobile(number), cents)).collect();
        retail
    }
}

/// The number of lines of a receipt.
fn length(random: &mut fastrand::Rng, is_return: bool) -> usize {
    match random.u16(..1_000) {
        _ if is_return => random.usize(1..=5),
        0 => random.usize(541..=LONGEST),
        1..=10 => random.usize(201..=541),
        11..=240 => random.usize(20..=80),
        241..=340 => 1,
        _ => random.usize(2..=25),
    }
}

fn row(
    number: u32,
    is_return: bool,
    date: &str,
    customer: Customer,
    quantity: i64,
    cents: i64,
    random: &mut fastrand::Rng,
) -> String {
    let mut row = String::new();
    let (prefix, sign) = if is_return { ("C", "-") } else { ("", "") };
    let _ = write!(row, "{prefix}{number};{date} {:02}:{:02};", number % 10 + 8, number % 60);
    if let Some(customer) = customer {
        let _ = write!(row, "06 39 98 {:02} {:02};oui;", customer / 100, customer % 100);
    } else {
        row.push_str(";;");
    }
    let article = random.u32(10_000..14_000);
    let (euros, rest) = (cents / 100, cents % 100);
    let _ = writeln!(row, "{article};ARTICLE DE DÉCO {article};{sign}{quantity};{euros},{rest:02}");
    row
}
