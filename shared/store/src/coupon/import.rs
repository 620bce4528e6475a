//! The import of a merchant's own codes: existing codes stay as they are, and new codes are written
//! on condition that they are still free.

use crate::coupon::item::CouponRecord;
use crate::table::items;
use crate::table::keys;
use crate::table::write::{Write, Written};
use crate::{Consistency, Scope, Store, StoreError};
use domain::{CouponCode, CouponError, DomainError, OfferId};
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use std::collections::HashMap;

/// Concurrent writes.
const AT_ONCE: usize = 32;

/// The result for a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Imported {
    /// The code is a coupon of the offer now.
    New,
    /// The code was a coupon of the offer before.
    There,
    /// The code cannot be a coupon, for this reason.
    Refused(DomainError),
}

impl Store {
    /// Creates coupons of an offer from distinct codes, and returns a result for each, in their
    /// order. The read costs half a read unit for each code, 100 codes in a round trip. The write
    /// costs 1 write unit for each new code, with 32 writes at the same time. Importing the same
    /// codes again writes nothing, so that an interrupted import can be repeated.
    pub async fn import_codes(
        &self,
        scope: &Scope,
        offer: OfferId,
        codes: &[CouponCode],
    ) -> Result<Vec<Imported>, StoreError> {
        let tenant = scope.tenant();
        let wanted: Vec<_> = codes.iter().map(|code| keys::coupon(tenant, code)).collect();
        let mut known = HashMap::new();
        for item in self.get_items(&wanted).await? {
            let record: CouponRecord = items::from_item(item, "coupon")?;
            known.insert(record.code().to_owned(), known_as(&record, offer)?);
        }
        let imports = codes.iter().map(|code| {
            let known = known.get(code.as_str()).copied();
            async move {
                match known {
                    Some(known) => Ok(known),
                    None if code.is_ours() => Ok(Imported::Refused(CouponError::MadeHere.into())),
                    None => self.import_code(scope, offer, code).await,
                }
            }
        });
        let imports: Vec<_> = imports.collect();
        stream::iter(imports).buffered(AT_ONCE).try_collect().await
    }

    async fn import_code(
        &self,
        scope: &Scope,
        offer: OfferId,
        code: &CouponCode,
    ) -> Result<Imported, StoreError> {
        let tenant = scope.tenant();
        let record = CouponRecord::unused(tenant, code, offer, None).by(scope.credential);
        match self.write(Write::put(&record)?.if_absent()).await? {
            Written::Done(_) => Ok(Imported::New),
            Written::Refused => {
                let key = keys::coupon(tenant, code);
                let record: Option<CouponRecord> = self.get_item(&key, Consistency::Strong).await?;
                known_as(&record.ok_or(StoreError::Busy)?, offer)
            }
        }
    }
}

fn known_as(record: &CouponRecord, offer: OfferId) -> Result<Imported, StoreError> {
    if record.offer()? == offer {
        Ok(Imported::There)
    } else {
        Ok(Imported::Refused(CouponError::Taken.into()))
    }
}
