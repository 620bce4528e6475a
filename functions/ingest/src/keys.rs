//! The keys of the objects that this function writes.

use domain::UploadId;
use store::Tenant;

/// The plan of a file.
pub(crate) fn plan(tenant: Tenant, upload: UploadId) -> String {
    format!("work/{}/plan.json", folder(tenant, upload))
}

/// The text of a compressed file or a workbook.
pub(crate) fn text(tenant: Tenant, upload: UploadId) -> String {
    format!("work/{}/text", folder(tenant, upload))
}

/// The refused rows of a range, as one attempt lists them.
pub(crate) fn refused_rows_of_range(
    tenant: Tenant,
    upload: UploadId,
    range: u32,
    attempt: &str,
) -> String {
    format!("work/{}/refused/{range:05}-{attempt}.csv", folder(tenant, upload))
}

/// The refused rows of a file.
pub(crate) fn refused_rows(tenant: Tenant, upload: UploadId) -> String {
    format!("refused/{}.csv", folder(tenant, upload))
}

/// The reason why a file that belongs to no merchant was not read.
pub(crate) fn unowned_file(upload: UploadId) -> String {
    format!("refused/nobody/{upload}.txt")
}

fn folder(tenant: Tenant, upload: UploadId) -> String {
    format!("{}/{}/{upload}", tenant.merchant, tenant.mode.as_str())
}
