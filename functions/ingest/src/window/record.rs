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
/// receipts. Writes: 1 transaction for each member, 1 for each return that names its sale, and none for known
/// purchases. After an error the purchases that were recorded stay recorded.
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
    // Returns that name their sale, which may be in this window.
    let mut named_returns = Groups::new();
    // Receipts that come twice.
    let mut repeated = Groups::new();
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
                let names_sale =
                    matches!(new.purchase.kind(), PurchaseKind::Return { of: Some(_) });
                let kind = if !seen.insert(new.purchase.receipt().clone()) {
                    &mut repeated
                } else if names_sale {
                    &mut named_returns
                } else {
                    &mut groups
                };
                let resolved = ResolvedReceipt { receipt, new, customer };
                kind.entry(resolved.customer.owner.clone()).or_default().push(resolved);
            }
        }
    }
    groups::settle_known(app, scope, &mut groups, tally).await?;
    groups::settle_returns_of_no_member(&mut groups, tally);
    groups::record(app, scope, groups, tally, now).await?;
    groups::settle_known(app, scope, &mut named_returns, tally).await?;
    groups::record_one_by_one(app, scope, named_returns, tally, now).await?;
    groups::record_one_by_one(app, scope, repeated, tally, now).await?;
    Ok(())
}
