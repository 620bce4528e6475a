//! A receipt gathered from its rows. After its last row it becomes a purchase.

use crate::file::cell::{read, read_code};
use crate::file::columns::Column;
use crate::file::context::Context;
use crate::file::customer::{Customer, CustomerDraft};
use crate::file::dates::{Unreadable, WrittenDate, WrittenTime};
use crate::file::document_type::DocumentType;
use crate::file::line::{SignedLine, is_worth_nothing};
use crate::file::refusal::RowRefusal;
use domain::{
    Cents, Day, EstablishmentId, Instant, Purchase, PurchaseKind, Receipt, ReceiptNumber, Register,
    ValueError,
};

/// The sale that a return names, gathered from its rows.
#[derive(Default)]
struct ReturnedSale {
    number: Option<ReceiptNumber>,
    day: Option<Day>,
    register: Option<Register>,
}

/// A receipt in progress.
#[derive(Default)]
pub(crate) struct Draft {
    number: Option<ReceiptNumber>,
    register: Option<Register>,
    date: Option<WrittenDate>,
    time: Option<WrittenTime>,
    total: Option<Cents>,
    lines: Vec<SignedLine>,
    /// Whether a row has neither an amount nor the values to compute one.
    amount_missing: bool,
    /// Rows of the document type sale.
    sales: u32,
    /// Rows of the document type return.
    returns: u32,
    returned_sale: ReturnedSale,
    customer: CustomerDraft,
}

impl Draft {
    /// Adds a row. After an error the receipt must not be finished: all its rows are refused.
    pub(crate) fn add<'c>(
        &mut self,
        cell: &impl Fn(Column) -> &'c str,
        is_line: bool,
        context: &Context,
    ) -> Result<(), RowRefusal> {
        self.add_key(cell)?;
        if !is_euro(cell(Column::Currency)) {
            return Err(RowRefusal::OtherCurrency);
        }
        let document_type = DocumentType::parse(cell(Column::DocumentType))?;
        match document_type {
            Some(DocumentType::Sale) => self.sales += 1,
            Some(DocumentType::Return) => self.returns += 1,
            None => {}
        }
        if let Some(total) = read(cell, Column::Total, Cents::parse)? {
            if self.total.is_some_and(|known| known != total) {
                return Err(RowRefusal::TotalsDiffer);
            }
            self.total = Some(total);
        }
        if is_line && !is_worth_nothing(cell) {
            match SignedLine::read(cell, context.sector, document_type)? {
                Some(line) => self.lines.push(line),
                None => self.amount_missing = true,
            }
        }
        self.customer.add(cell, context.today)
    }

    fn add_key<'c>(&mut self, cell: &impl Fn(Column) -> &'c str) -> Result<(), RowRefusal> {
        if self.number.is_none() {
            let number = read_code(cell, Column::Receipt, ReceiptNumber::parse)?;
            self.number =
                Some(number.ok_or(RowRefusal::value(Column::Receipt, ValueError::Empty))?);
        }
        if let Some(register) = read_code(cell, Column::Register, Register::parse)? {
            self.register.get_or_insert(register);
        }
        let date = cell(Column::Date);
        if !date.is_empty() {
            let date = written_date(date, Column::Date)?;
            self.date.get_or_insert(date);
        }
        let time = cell(Column::Time);
        if !time.is_empty() && self.time.is_none() {
            self.time = Some(
                WrittenTime::parse(time)
                    .map_err(|_| RowRefusal::TimeUnreadable { column: Column::Time })?,
            );
        }
        self.returned_sale.add(cell)
    }

    /// The purchase, and the customer that the rows name.
    pub(crate) fn finish(
        mut self,
        context: &Context,
    ) -> Result<(Purchase, Option<Customer>), RowRefusal> {
        let (sold_at, day) = self.moment(context)?;
        let is_return = self.settle_signs()?;
        let sum: Cents = self.lines.iter().map(SignedLine::amount).sum();
        let total = self.total.unwrap_or(sum);
        let flip = is_return && sum < Cents::ZERO;
        for line in &mut self.lines {
            line.is_negative ^= flip;
        }
        let number = self.number.ok_or(RowRefusal::value(Column::Receipt, ValueError::Empty))?;
        let register = self.register.unwrap_or_default();
        let establishment = context.establishment.clone();
        let kind = if is_return {
            PurchaseKind::Return { of: self.returned_sale.finish(&establishment, &register) }
        } else {
            PurchaseKind::Sale
        };
        let purchase = Purchase::new(
            context.sector,
            Receipt { establishment, register, day, number },
            kind,
            sold_at,
            total.abs(),
            self.lines.into_iter().map(SignedLine::finish).collect(),
            None,
        )
        .map_err(|invalid| RowRefusal::value(Column::Total, invalid))?;
        Ok((purchase, self.customer.finish()))
    }

    fn moment(&self, context: &Context) -> Result<(Instant, Day), RowRefusal> {
        let date = self.date.ok_or(RowRefusal::value(Column::Date, ValueError::Empty))?;
        let (instant, day) =
            date.moment(self.time, &context.zone).ok_or(RowRefusal::TimeUnreadable {
                column: if self.time.is_some() { Column::Time } else { Column::Date },
            })?;
        if day > context.today {
            return Err(RowRefusal::value(Column::Date, ValueError::InFuture));
        }
        Ok((instant, day))
    }

    /// Whether the document is a return: by its type, by a negative total, or because all its lines are
    /// negative. Where a document has rows of both types, its return lines become negative.
    fn settle_signs(&mut self) -> Result<bool, RowRefusal> {
        if self.total.is_none() && (self.amount_missing || self.lines.is_empty()) {
            return Err(RowRefusal::AmountMissing);
        }
        let is_mixed = self.sales > 0 && self.returns > 0;
        if is_mixed {
            for line in &mut self.lines {
                line.is_negative |= line.document_type == Some(DocumentType::Return);
            }
        }
        let sum: Cents = self.lines.iter().map(SignedLine::amount).sum();
        if let Some(total) = self.total {
            let total_is_line_amount = self.lines.len() > 1
                && sum != total
                && self.lines.iter().all(|line| line.amount() == total);
            if total_is_line_amount {
                return Err(RowRefusal::TotalsDiffer);
            }
        }
        let all_negative = sum < Cents::ZERO
            && self.lines.iter().all(|line| line.is_negative || line.amount() == Cents::ZERO);
        let is_typed_return = !is_mixed && self.returns > 0;
        Ok(is_typed_return || self.total.unwrap_or(sum) < Cents::ZERO || all_negative)
    }
}

impl ReturnedSale {
    fn add<'c>(&mut self, cell: &impl Fn(Column) -> &'c str) -> Result<(), RowRefusal> {
        if let Some(number) = read_code(cell, Column::ReturnedReceipt, ReceiptNumber::parse)? {
            self.number.get_or_insert(number);
        }
        let date = cell(Column::ReturnedDate);
        if !date.is_empty() {
            let date = written_date(date, Column::ReturnedDate)?;
            self.day.get_or_insert(date.day());
        }
        if let Some(register) = read_code(cell, Column::ReturnedRegister, Register::parse)? {
            self.register.get_or_insert(register);
        }
        Ok(())
    }

    /// The receipt of the sale; `None` where the rows do not name its number and its day. Without a register the
    /// sale has the register of the return.
    fn finish(self, establishment: &EstablishmentId, register: &Register) -> Option<Receipt> {
        Some(Receipt {
            establishment: establishment.clone(),
            register: self.register.unwrap_or_else(|| register.clone()),
            day: self.day?,
            number: self.number?,
        })
    }
}

/// Whether a currency is the euro, or is not said.
fn is_euro(currency: &str) -> bool {
    const NAMES: [&str; 6] = ["", "eur", "euro", "euros", "€", "¤"];
    NAMES.iter().any(|name| currency.eq_ignore_ascii_case(name))
}

fn written_date(text: &str, column: Column) -> Result<WrittenDate, RowRefusal> {
    WrittenDate::parse(text).map_err(|part| match part {
        Unreadable::Day => RowRefusal::value(column, ValueError::DayUnreadable),
        Unreadable::MonthFirst => RowRefusal::MonthFirst { column },
        Unreadable::Time => RowRefusal::TimeUnreadable { column },
    })
}
