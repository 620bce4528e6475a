//! A receipt gathered from its rows, which becomes a purchase when its last row is in.

use crate::file::columns::Column;
use crate::file::customer::{Customer, Named};
use crate::file::dates::{Time, Unreadable, Written};
use crate::file::range::Context;
use crate::file::reason::Reason;
use domain::purchase::{self, LABEL_LENGTH, LineTexts};
use domain::values::text;
use domain::{
    Cents, Day, DomainError, Instant, Line, Purchase, PurchaseKind, Quantity, Receipt,
    ReceiptNumber, Register, Sector, ValueError,
};

/// What the type column says of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Typed {
    Sale,
    Return,
}

impl Typed {
    /// Reads a type; `None` where the cell is empty.
    pub(crate) fn of(cell: &str) -> Result<Option<Self>, Reason> {
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
            Err(Reason::TypeUnknown)
        }
    }
}

/// A line before it is known whether its document is a return.
struct Signed {
    /// Quantity, price and discount without sign.
    line: Line,
    negative: bool,
    typed: Option<Typed>,
}

impl Signed {
    fn amount(&self) -> Cents {
        if self.negative { -self.line.amount() } else { self.line.amount() }
    }

    /// The line of the document. What goes against the document's sense has a negative price, its
    /// discount within.
    fn close(self) -> Line {
        if !self.negative {
            self.line
        } else if self.line.discount == Cents::ZERO {
            Line { unit_price: -self.line.unit_price, ..self.line }
        } else {
            Line {
                quantity: Quantity::ONE,
                unit_price: -self.line.amount(),
                discount: Cents::ZERO,
                ..self.line
            }
        }
    }
}

/// A receipt under way.
#[derive(Default)]
pub(crate) struct Draft {
    number: Option<ReceiptNumber>,
    register: Option<Register>,
    date: Option<Written>,
    time: Option<Time>,
    total: Option<Cents>,
    lines: Vec<Signed>,
    /// A row with neither an amount nor what to compute one from.
    amount_missing: bool,
    sales: u32,
    returns: u32,
    returned: (Option<ReceiptNumber>, Option<Day>, Option<Register>),
    customer: Named,
}

impl Draft {
    /// Adds a row. After an error the receipt must not be closed: the whole of it is refused.
    pub(crate) fn add<'c>(
        &mut self,
        cell: &impl Fn(Column) -> &'c str,
        is_line: bool,
        context: &Context,
    ) -> Result<(), Reason> {
        self.add_key(cell)?;
        let typed = Typed::of(cell(Column::DocumentType))?;
        match typed {
            Some(Typed::Sale) => self.sales += 1,
            Some(Typed::Return) => self.returns += 1,
            None => {}
        }
        if let Some(total) = read(cell, Column::Total, Cents::parse)? {
            if self.total.is_some_and(|known| known != total) {
                return Err(Reason::TotalsDiffer);
            }
            self.total = Some(total);
        }
        if is_line {
            match line(cell, context.sector)? {
                Some((line, negative)) => self.lines.push(Signed { line, negative, typed }),
                None => self.amount_missing = true,
            }
        }
        self.customer.add(cell, context.today)
    }

    fn add_key<'c>(&mut self, cell: &impl Fn(Column) -> &'c str) -> Result<(), Reason> {
        if self.number.is_none() {
            let number = ReceiptNumber::parse(cell(Column::Receipt));
            self.number = Some(number.map_err(|invalid| Reason::value(Column::Receipt, invalid))?);
        }
        if let Some(register) = read(cell, Column::Register, Register::parse)? {
            self.register.get_or_insert(register);
        }
        let date = cell(Column::Date);
        if !date.is_empty() {
            let date = Written::parse(date).map_err(unreadable)?;
            self.date.get_or_insert(date);
        }
        let time = cell(Column::Time);
        if !time.is_empty() && self.time.is_none() {
            self.time = Some(Time::parse(time).map_err(unreadable)?);
        }
        let (number, day, register) = &mut self.returned;
        if let Some(of) = read(cell, Column::ReturnedReceipt, ReceiptNumber::parse)? {
            number.get_or_insert(of);
        }
        let read_day = |text: &str| {
            Written::parse(text).map(|date| date.day()).map_err(|_| ValueError::DayUnreadable)
        };
        if let Some(of) = read(cell, Column::ReturnedDate, read_day)? {
            day.get_or_insert(of);
        }
        if let Some(of) = read(cell, Column::ReturnedRegister, Register::parse)? {
            register.get_or_insert(of);
        }
        Ok(())
    }

    /// The purchase and whom it names.
    pub(crate) fn close(
        mut self,
        context: &Context,
    ) -> Result<(Purchase, Option<Customer>), Reason> {
        let (sold_at, day) = self.moment(context)?;
        let is_return = self.settle_signs()?;
        let sum: Cents = self.lines.iter().map(Signed::amount).sum();
        let total = self.total.unwrap_or(sum);
        let flip = is_return && sum < Cents::ZERO;
        for line in &mut self.lines {
            line.negative ^= flip;
        }
        let number = self.number.ok_or(Reason::value(Column::Receipt, ValueError::Empty))?;
        let register = self.register.unwrap_or_default();
        let establishment = context.establishment.clone();
        let kind = if is_return {
            let of = match self.returned {
                (Some(number), Some(day), of) => Some(Receipt {
                    establishment: establishment.clone(),
                    register: of.unwrap_or_else(|| register.clone()),
                    day,
                    number,
                }),
                _ => None,
            };
            PurchaseKind::Return { of }
        } else {
            PurchaseKind::Sale
        };
        let purchase = Purchase::new(
            context.sector,
            Receipt { establishment, register, day, number },
            kind,
            sold_at,
            total.abs(),
            self.lines.into_iter().map(Signed::close).collect(),
            None,
        )
        .map_err(|invalid| Reason::value(Column::Total, invalid))?;
        Ok((purchase, self.customer.close()?))
    }

    fn moment(&self, context: &Context) -> Result<(Instant, Day), Reason> {
        let date = self.date.ok_or(Reason::value(Column::Date, ValueError::Empty))?;
        let (instant, day) = date.moment(self.time, &context.zone).ok_or(Reason::TimeUnreadable)?;
        if day > context.today {
            return Err(Reason::value(Column::Date, ValueError::InFuture));
        }
        Ok((instant, day))
    }

    /// Whether the document is a return: by its type, by a total below zero, or because all of its
    /// lines are. Where it has lines of both types, those of returns are made negative.
    fn settle_signs(&mut self) -> Result<bool, Reason> {
        if self.total.is_none() && (self.amount_missing || self.lines.is_empty()) {
            return Err(Reason::AmountMissing);
        }
        let mixed = self.sales > 0 && self.returns > 0;
        if mixed {
            for line in &mut self.lines {
                line.negative |= line.typed == Some(Typed::Return);
            }
        }
        let sum: Cents = self.lines.iter().map(Signed::amount).sum();
        if let Some(total) = self.total {
            let is_of_each_line = self.lines.len() > 1
                && sum != total
                && self.lines.iter().all(|line| line.amount() == total);
            if is_of_each_line {
                return Err(Reason::TotalsDiffer);
            }
        }
        let all_negative = sum < Cents::ZERO
            && self.lines.iter().all(|line| line.negative || line.amount() == Cents::ZERO);
        let typed = !mixed && self.returns > 0;
        Ok(typed || self.total.unwrap_or(sum) < Cents::ZERO || all_negative)
    }
}

/// A row's line and whether it is negative; `None` where it has no amount.
fn line<'c>(
    cell: &impl Fn(Column) -> &'c str,
    sector: Sector,
) -> Result<Option<(Line, bool)>, Reason> {
    let quantity = read(cell, Column::Quantity, Quantity::parse_signed)?;
    let unit_price = read(cell, Column::UnitPrice, Cents::parse)?;
    let amount = read(cell, Column::LineAmount, Cents::parse)?;
    let (negative_quantity, quantity) = quantity.unwrap_or((false, Quantity::ONE));
    let computed = unit_price.map(|price| quantity.times(price.abs()));
    let (negative, quantity, unit_price, discount) = match (amount, unit_price, computed) {
        // The amount of the line is the file's word; what it is less than quantity and price say is
        // a discount.
        (Some(amount), Some(price), Some(computed)) if computed >= amount.abs() => {
            let negative = amount < Cents::ZERO
                || (amount == Cents::ZERO && (negative_quantity ^ (price < Cents::ZERO)));
            (negative, quantity, price.abs(), computed - amount.abs())
        }
        // A unit price that were the amount divided by the quantity would not be exact.
        (Some(amount), ..) => (amount < Cents::ZERO, Quantity::ONE, amount.abs(), Cents::ZERO),
        (None, Some(price), _) => {
            let discount =
                read(cell, Column::Discount, Cents::parse)?.map_or(Cents::ZERO, Cents::abs);
            (negative_quantity ^ (price < Cents::ZERO), quantity, price.abs(), discount)
        }
        (None, None, _) => return Ok(None),
    };
    let LineTexts { sku, label, category } = texts(cell, sector)?;
    Ok(Some((Line { sku, label, category, quantity, unit_price, discount }, negative)))
}

/// The texts of a line. A label is cut to its length, and line ends within it are spaces. Of an
/// optician's line, only a category that may be one of the closed list is read.
fn texts<'c>(cell: &impl Fn(Column) -> &'c str, sector: Sector) -> Result<LineTexts, Reason> {
    let category = cell(Column::Category);
    if sector == Sector::Optical {
        return Ok(purchase::line_texts("", "", category).unwrap_or_default());
    }
    let label = cell(Column::Label);
    let fits = label.len() <= LABEL_LENGTH && !label.contains(char::is_control);
    let cut: String;
    let label = if fits {
        label
    } else {
        cut = label
            .chars()
            .map(|character| if character.is_control() { ' ' } else { character })
            .take(LABEL_LENGTH)
            .collect();
        &cut
    };
    purchase::line_texts(cell(Column::Sku), label, category).map_err(|field| {
        let column = match &*field.pointer {
            "/sku" => Column::Sku,
            "/label" => Column::Label,
            _ => Column::Category,
        };
        Reason::value(column, field.error)
    })
}

/// Reads a cell, `None` where it is empty.
fn read<'c, T, E: Into<DomainError>>(
    cell: &impl Fn(Column) -> &'c str,
    column: Column,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<Option<T>, Reason> {
    match cell(column) {
        "" => Ok(None),
        text => parse(text).map(Some).map_err(|error| Reason::value(column, error)),
    }
}

fn unreadable(part: Unreadable) -> Reason {
    match part {
        Unreadable::Day => Reason::value(Column::Date, ValueError::DayUnreadable),
        Unreadable::Time => Reason::TimeUnreadable,
    }
}
