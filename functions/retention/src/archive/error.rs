//! The errors of an archive.

/// Why an archive could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// A call to the bucket failed.
    #[error("the bucket of archives could not be reached")]
    Bucket(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A mark or a manifest could not be written or read as JSON.
    #[error("a mark or a manifest of the archive could not be read or written")]
    Mark(#[source] serde_json::Error),
    /// The compression failed.
    #[error("items could not be compressed")]
    Compression(#[from] std::io::Error),
    /// A part is to be cleared, and the archive is not complete. Nothing was cleared.
    #[error("a part is to be cleared that is not archived")]
    NotArchived,
}
