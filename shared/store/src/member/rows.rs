//! The rows of one kind of a member and of the members merged into it, page by page.

use crate::member::neighbours::sort_key;
use crate::table::attributes;
use crate::table::items::{self, Item};
use crate::table::keys::{self, Key};
use crate::table::tenant::Tenant;
use crate::{Store, StoreError};
use domain::MemberId;
use futures::future::try_join_all;
use std::collections::BTreeMap;

/// The place after which a page of rows begins: the sort key of the last row that was read of each member.
pub type RowsPlace = BTreeMap<MemberId, String>;

/// A page of rows.
pub(crate) struct RowsPage {
    /// The rows, the last sort key first.
    pub(crate) rows: Vec<Item>,
    /// The place after which the next page begins.
    pub(crate) next: Option<RowsPlace>,
}

impl Store {
    /// A page of the rows whose sort keys begin with `prefix`, of members who are one person, the last sort key
    /// first: 1 query for each member, all at the same time, and half a read unit for each 4 KB of its page.
    pub(crate) async fn member_rows(
        &self,
        tenant: Tenant,
        members: &[MemberId],
        prefix: &str,
        after: &RowsPlace,
        limit: usize,
    ) -> Result<RowsPage, StoreError> {
        let pages = members.iter().map(|member| async move {
            let key = after.get(member).map(|sk| {
                items::key_item(&Key { pk: keys::member_rows(tenant, *member), sk: sk.clone() })
            });
            let answer = self
                .client
                .query()
                .table_name(&*self.table)
                .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
                .expression_attribute_values(
                    ":pk",
                    attributes::text(keys::member_rows(tenant, *member)),
                )
                .expression_attribute_values(":prefix", attributes::text(prefix))
                .scan_index_forward(false)
                // One row more than the page shows whether there is a next page.
                .limit(i32::try_from(limit.saturating_add(1)).unwrap_or(i32::MAX))
                .set_exclusive_start_key(key)
                .send()
                .await
                .map_err(StoreError::unavailable)?;
            let rows = answer.items.unwrap_or_default().into_iter();
            Ok::<Vec<_>, StoreError>(rows.map(|row| (*member, row)).collect())
        });
        let mut found: Vec<(MemberId, Item)> =
            try_join_all(pages).await?.into_iter().flatten().collect();
        found.sort_by(|(_, a), (_, b)| sort_key(b).cmp(sort_key(a)));
        let more = found.len() > limit;
        found.truncate(limit);
        let next = more.then(|| {
            let mut next = after.clone();
            next.extend(found.iter().map(|(member, row)| (*member, sort_key(row).to_owned())));
            next
        });
        Ok(RowsPage { rows: found.into_iter().map(|(_, row)| row).collect(), next })
    }
}
