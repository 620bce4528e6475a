//! A back office sends a file of sales: those of its tills, or those of customers without a till.

use super::super::ctx::{Ctx, Till, day_in};
use super::super::focus::Thing;
use super::super::{Operation, Topic};
use super::form::opened;
use crate::known::fact::Fact;
use crate::known::records::FileRow;
use crate::world::clock::now;
use domain::KeyScope;
use fastrand::Rng;
use jiff::SignedDuration;
use std::fmt::Write as _;

pub(in super::super) const UPLOAD: Operation =
    Operation::of("upload_file", Topic::Upload, 10, |ctx| Box::pin(upload(ctx))).outside_the_api();

async fn upload(mut ctx: Ctx) {
    let Some(till) = ctx.till(KeyScope::BackOffice) else { return };
    let rows = rows(&mut ctx, &till);
    let content = if ctx.one_in(2) { french(&rows) } else { english(&rows) };
    let Some(upload) = opened(&mut ctx, &till, "ventes.csv").await else { return };
    ctx.world.put_upload(&upload.object, content.clone().into());
    ctx.note_outside(Fact::FileSent { tenant: till.tenant, upload: upload.id, rows });
    // A back office may send the same form twice.
    if ctx.one_in(12) {
        ctx.world.put_upload(&upload.object, content.into());
    }
}

fn rows(ctx: &mut Ctx, till: &Till) -> Vec<FileRow> {
    // Two back offices may send the same receipts at once, now and then with other customers.
    let content = ctx.focus.number(Thing::Content);
    let (batch, mut random) = if ctx.focus.is_shared() {
        (format!("FS{}", content % 100_000), Rng::with_seed(content))
    } else {
        (format!("F{}", ctx.step.id), ctx.random.fork())
    };
    let count = [1, 4, 12, 40][random.usize(..4)];
    (0..count).map(|number| row(ctx, &mut random, till, format!("{batch}-{number}"))).collect()
}

fn row(ctx: &mut Ctx, random: &mut Rng, till: &Till, receipt_number: String) -> FileRow {
    // A file may hold a receipt that a till sent already.
    let known = ctx.data(&till.tenant, |data| {
        let is_here = |purchase: &&crate::known::records::Purchase| {
            purchase.establishment == till.key.establishment && purchase.register == "1"
        };
        data.purchases.iter().filter(is_here).cloned().collect::<Vec<_>>()
    });
    let known = known.unwrap_or_default();
    let days = random.i64(0..60);
    let day = day_in(&till.key.time_zone, now() - SignedDuration::from_hours(24 * days));
    if ctx.one_in(6)
        && let Some(purchase) = ctx.pick(Thing::Purchase, known.iter())
    {
        return FileRow {
            receipt_number: purchase.receipt_number.clone(),
            day: purchase.day.clone(),
            total_cents: if purchase.is_return {
                -purchase.total_cents
            } else {
                purchase.total_cents
            },
            mobile: ctx.one_in(2).then(|| ctx.random_mobile(till)),
            is_card_requested: false,
        };
    }
    let cents = random.i64(100..20_000);
    let total_cents = if random.u8(..8) == 0 { -cents } else { cents };
    let mobile = (!ctx.one_in(4)).then(|| ctx.random_mobile(till));
    let is_card_requested = mobile.is_some() && !ctx.one_in(3);
    FileRow { receipt_number, day, total_cents, mobile, is_card_requested }
}

impl Ctx {
    /// The mobile of a member, or of any person of the population.
    fn random_mobile(&mut self, till: &Till) -> String {
        let members = self.data(&till.tenant, |data| data.members.clone()).unwrap_or_default();
        let number = self.random.usize(..members.len() + 3);
        match members.into_iter().nth(number) {
            Some(member) => member.mobile,
            None => self.person().mobile(0).replace(' ', ""),
        }
    }
}

fn french(rows: &[FileRow]) -> String {
    let mut file = "Numéro ticket;Date;Mobile;Total;Carte demandée\n".to_owned();
    for row in rows {
        let (year, month, day) = date(&row.day);
        let mobile = row.mobile.as_deref().unwrap_or_default();
        let asked = if row.is_card_requested { "oui" } else { "" };
        let amount = amount(row.total_cents, ',');
        let _ =
            writeln!(file, "{};{day}/{month}/{year};{mobile};{amount};{asked}", row.receipt_number);
    }
    file
}

fn english(rows: &[FileRow]) -> String {
    let mut file = "Receipt number\tDate\tMobile phone\tTotal\tCard requested\n".to_owned();
    for row in rows {
        let mobile = row.mobile.as_deref().unwrap_or_default();
        let asked = if row.is_card_requested { "yes" } else { "" };
        let amount = amount(row.total_cents, '.');
        let _ = writeln!(file, "{}\t{}\t{mobile}\t{amount}\t{asked}", row.receipt_number, row.day);
    }
    file
}

fn date(day: &str) -> (&str, &str, &str) {
    let mut parts = day.split('-');
    let mut part = || parts.next().unwrap_or_default();
    (part(), part(), part())
}

fn amount(cents: i64, point: char) -> String {
    let (sign, cents) = (if cents < 0 { "-" } else { "" }, cents.unsigned_abs());
    format!("{sign}{}{point}{:02}", cents / 100, cents % 100)
}
