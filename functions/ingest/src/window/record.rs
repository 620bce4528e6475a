//! Records a window: groups the receipts by owner, and writes the groups.

use super::groups::{self, Groups};
use super::resolve::{Customers, ResolvedReceipt};
use super::tally::Tally;
use crate::context::{App, IngestError};
use crate::file::FileReceipt;
use domain::{Instant, PurchaseKind, Receipt, UploadId};
use std::collections::HashSet;
use store::{PurchaseToRecord, Scope, Source};

/// Records a window and counts the outcome of every row. Reads: 1 round trip for 100 customers, and 1 for 100
/// receipts. Writes: 1 transaction for each member, and none for known purchases. After an error the
/// purchases that were recorded stay recorded.
pub(crate) async fn record(
    app: &App,
    scope: &Scope,
    upload: UploadId,
    receipts: Vec<FileReceipt>,
    tally: &mut Tally,
    now: Instant,
) -> Result<(), IngestError> {
    let customers = Customers::of(app, scope, &receipts, now).await?;
    let mut groups = Groups::new();
    let mut deferred = Vec::new();
    let mut seen: HashSet<Receipt> = HashSet::new();
    for receipt in receipts {
        let Some(named) = &receipt.customer else {
            tally.without_customer(&receipt);
            continue;
        };
        let resolved = customers.resolve(named, receipt.purchase.sold_at());
        let source = Source::File { upload, line: receipt.line };
        match resolved {
            Err(error) => tally.settle(receipt, Err(error), source),
            Ok(customer) => {
                let new = PurchaseToRecord {
                    purchase: receipt.purchase.clone(),
                    source,
                    card_activated: named.card_activated,
                };
                // A return of a sale of this window, or a receipt that comes twice, is recorded last.
                let names_sale =
                    matches!(new.purchase.kind(), PurchaseKind::Return { of: Some(_) });
                let comes_twice = !seen.insert(new.purchase.receipt().clone());
                let resolved = ResolvedReceipt { receipt, new, customer };
                if names_sale || comes_twice {
                    deferred.push(resolved);
                } else {
                    groups.entry(resolved.customer.owner.clone()).or_default().push(resolved);
                }
            }
        }
    }
    groups::settle_known(app, scope, &mut groups, tally).await?;
    groups::record(app, scope, groups, tally, now).await?;
    for resolved in deferred {
        let is_sale = resolved.is_sale();
        let ResolvedReceipt { receipt, new, customer } = resolved;
        let customer = if is_sale { customer.customer } else { customer.known() };
        let outcome = app.store.record_purchase(scope, &customer, &new, now).await;
        tally.settle_written(receipt, outcome, new.source)?;
    }
    Ok(())
}
