//! The operator sets the programme of a merchant from a day on.

use crate::merchant::programme_use::replace_unused;
use crate::merchant::programmes::ProgrammeRecord;
use crate::merchant::settings::Settings;
use crate::table::attributes;
use crate::table::keys;
use crate::table::write::Write;
use crate::{Store, StoreError};
use domain::{Credential, Day, Programme, ProgrammeError};

/// A programme to set.
#[derive(Debug, Clone, Copy)]
pub struct NewProgramme<'a> {
    /// Its first day.
    pub valid_from: Day,
    /// The programme.
    pub programme: &'a Programme,
    /// Whether the first day has begun, or begins soon: a sale may then have used the programme of that day.
    pub has_begun: bool,
    /// The credential that sets it.
    pub by: Credential,
}

impl Store {
    /// Sets the programme from a day on. A programme that begins on the same day is replaced, on condition that
    /// it has the revision of `settings` and that no sale, return or visit has used it. Where the day has begun,
    /// the same condition holds for the programme of that day. 1 round trip, 2 write units for each KB, and 2 for
    /// the mark of the use. A programme from a day that is not ahead costs 2 write units more for each KB of the
    /// programme that ends there.
    ///
    /// # Errors
    /// [`ProgrammeError::RuleNotAhead`] where the programme was used, and [`StoreError::Busy`] where it was
    /// replaced since `settings` were read.
    pub async fn put_programme(
        &self,
        settings: &Settings,
        new: NewProgramme<'_>,
    ) -> Result<(), StoreError> {
        let NewProgramme { valid_from, programme, has_begun, by } = new;
        let merchant = settings.merchant.id;
        self.settings.remove(&merchant);
        let record = |revision| ProgrammeRecord::of(merchant, valid_from, programme, revision, by);
        let of_day = settings.programmes.first_day_on(valid_from);
        let revision = |first_day| settings.revisions.get(&first_day).copied().unwrap_or(1);
        let mut transaction = self.transaction();
        let replaced = match of_day {
            Some(first_day) if first_day == valid_from => {
                let revision = revision(first_day);
                transaction.add(at_revision(Write::put(&record(revision + 1))?, revision));
                Some(first_day)
            }
            Some(first_day) if has_begun => {
                let revision = revision(first_day);
                transaction.add(Write::put(&record(1))?.if_absent());
                let shortened =
                    Write::update(&keys::rule(merchant, first_day), "SET revision = :next")
                        .value(":next", attributes::number(revision + 1));
                transaction.add(at_revision(shortened, revision));
                Some(first_day)
            }
            None if has_begun => return Err(ProgrammeError::RuleNotAhead.into()),
            _ => {
                transaction.add(Write::put(&record(1))?.if_absent());
                None
            }
        };
        if let Some(first_day) = replaced {
            transaction.add(replace_unused(merchant, first_day, revision(first_day)));
        }
        if transaction.commit().await?.is_committed() {
            return Ok(());
        }
        match replaced {
            Some(first_day) if self.is_programme_used(merchant, first_day).await? => {
                Err(ProgrammeError::RuleNotAhead.into())
            }
            _ => Err(StoreError::Busy),
        }
    }
}

fn at_revision(write: Write, revision: u64) -> Write {
    write.condition("revision = :revision").value(":revision", attributes::number(revision))
}
