//! A wholesaler's year of 540,000 rows: no row may be refused for the length of its receipt, and the total of every
//! customer must be right to the cent.

use super::ingest::Deployment;
use crate::figures::{Bound, Figures};
use crate::people::store_on;
use crate::stack::Path;
use crate::till_client::ESTABLISHMENT;
use domain::{Credential, EstablishmentId, Instant, MerchantId};
use store::{Contact, Mode, Scope};
use support::Retail;

const ROWS: usize = 540_000;
const SEED: u64 = 2026;

pub(crate) async fn measure(figures: &mut Figures) {
    let retail = Retail::generate(ROWS, SEED);
    let deployment = Deployment::start(Path::Direct).await;
    let took = deployment.ingest("retail.csv", retail.file.into()).await;

    let store = store_on(deployment.stack.dynamo.address());
    let merchant = MerchantId::parse(&deployment.merchant).expect("an identifier");
    let settings = store.settings_fresh(merchant, Instant::now()).await.expect("settings");
    let scope = Scope { settings, mode: Mode::Live, credential: Credential::Operator };
    let establishment = EstablishmentId::parse(ESTABLISHMENT).expect("a code");
    let uploads = store.uploads(&scope, &establishment, None, 10).await.expect("the uploads").0;
    let rows = uploads.first().expect("the upload").report.rows;
    let mut difference = 0;
    for (mobile, cents) in &retail.spend {
        let contact = Contact::Mobile(mobile.clone());
        let member = store.find_member(&scope, &contact).await.expect("an answer");
        let spend = match member {
            Some(id) => store.member(&scope, id).await.expect("a member").account.spend.get(),
            None => 0,
        };
        difference += (spend - cents).abs();
    }

    let count = |count: u64| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    let rows_read = count(rows.read);
    figures.add("retail.rows", rows_read, "rows", Bound::AtLeast(540_000.0));
    figures.add("retail.rows_refused", count(rows.listed()), "rows", Bound::AtMost(0.0));
    let cents = count(u64::try_from(difference).unwrap_or(u64::MAX));
    figures.add("retail.difference_of_totals", cents, "cents", Bound::AtMost(0.0));
    let seconds = took.as_secs_f64();
    figures.add("retail.rows_per_second", rows_read / seconds, "rows/s", Bound::None);
    figures.add("retail.peak_mb", deployment.function.peak_mb(), "MB", Bound::AtMost(96.0));
}
