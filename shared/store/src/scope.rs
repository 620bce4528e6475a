//! The data that an operation works on, and the credential that asked for the operation.

use crate::merchant::settings::Settings;
use crate::table::tenant::{Mode, Tenant};
use crate::{Random, StoreError};
use domain::ledger::ProgrammeContext;
use domain::values::calendar;
use domain::{Credential, EstablishmentId};
use jiff::tz::TimeZone;
use std::sync::Arc;

/// The data that an operation works on: a merchant's settings, and live or test data. It is built from a
/// verified credential, and not from the content of a request. Every change stores the credential.
#[derive(Clone)]
pub struct Scope {
    /// The merchant's settings.
    pub settings: Arc<Settings>,
    /// Live or test data.
    pub mode: Mode,
    /// The credential that asked for the operation.
    pub credential: Credential,
}

impl Scope {
    /// The tenant, with which every key of the data begins.
    #[must_use]
    pub fn tenant(&self) -> Tenant {
        Tenant { merchant: self.settings.merchant.id, mode: self.mode }
    }

    pub(crate) fn random(&self) -> &Random {
        self.settings.vault.random()
    }

    /// Seals the position of a page in a list of this tenant. `list` names the list.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] where the system gives no random bytes.
    pub fn seal_position(&self, list: &str, position: &[u8]) -> Result<Vec<u8>, StoreError> {
        self.settings.vault.seal_position(self.mode, list, position)
    }

    /// Opens a position that [`Scope::seal_position`] sealed.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for bytes that were not sealed for this tenant and list.
    pub fn open_position(&self, list: &str, sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        self.settings.vault.open_position(self.mode, list, sealed)
    }

    /// The data that the ledger needs for a sale at an establishment, beside the sale itself.
    pub(crate) fn context_at(
        &self,
        establishment: &EstablishmentId,
        birth_month: Option<i8>,
    ) -> ProgrammeContext<'_> {
        let (programmes, zone) = (&self.settings.programmes, self.zone_of(establishment));
        ProgrammeContext { programmes, zone, birth_month }
    }

    /// The time zone of an establishment. An unknown establishment has the time zone of Paris.
    pub(crate) fn zone_of(&self, establishment: &EstablishmentId) -> &TimeZone {
        let known = self.settings.establishments.get(establishment);
        known.map_or(&calendar::PARIS, |known| &known.time_zone)
    }
}
