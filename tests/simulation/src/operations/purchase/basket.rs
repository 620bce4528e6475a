//! What a customer buys.

use domain::Sector;
use fastrand::Rng;
use serde_json::{Value, json};

const RETAIL: [(&str, &str, &str); 4] = [
    ("3770012000011", "Chemise en lin bleu", "chemises"),
    ("3770012000028", "Chaussures de ville", "chaussures"),
    ("3770012000035", "Roman", "livres"),
    ("3770012000042", "Thé vert", "épicerie"),
];
const OPTICAL: [&str; 4] = ["optique", "solaire", "accessoire", "autre"];

/// The article that offers of products are for.
pub(in super::super) const ARTICLE: &str = RETAIL[0].0;

/// Lines and their total.
pub(in super::super) struct Basket {
    pub(in super::super) lines: Vec<Value>,
    pub(in super::super) total_cents: i64,
}

impl Basket {
    pub(in super::super) fn of(random: &mut Rng, sector: Sector) -> Self {
        let count = [0, 0, 1, 1, 2, 3, 55][random.usize(..7)];
        if count == 0 {
            let total_cents = random.i64(0..20_000);
            return Self { lines: Vec::new(), total_cents };
        }
        let mut basket = Self { lines: Vec::new(), total_cents: 0 };
        for _ in 0..count {
            basket.add(random, sector);
        }
        // A till may take off something from the whole receipt.
        if random.u8(..10) == 0 {
            basket.total_cents -= basket.total_cents / 10;
        }
        basket
    }

    fn add(&mut self, random: &mut Rng, sector: Sector) {
        let quantity = random.i64(1..=3);
        let price = random.i64(100..6_000);
        let discount = if random.u8(..5) == 0 { price / 10 } else { 0 };
        self.total_cents += quantity * price - discount;
        let mut line = json!({
            "quantity": quantity.to_string(), "unit_price_cents": price, "discount_cents": discount,
        });
        if sector == Sector::Optical {
            line["category"] = OPTICAL[random.usize(..OPTICAL.len())].into();
        } else {
            let (sku, label, category) = RETAIL[random.usize(..RETAIL.len())];
            line["sku"] = sku.into();
            line["label"] = label.into();
            line["category"] = category.into();
        }
        self.lines.push(line);
    }
}
