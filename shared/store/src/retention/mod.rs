//! Retention: the index of deadlines and the records of erasures.

pub(crate) mod due_index;
pub(crate) mod erasure_record;
