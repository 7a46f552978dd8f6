//! What a load tells of the catalog's variants before the catalog's events arrive.

use super::CommandError;
use crate::{
    Inventory,
    tables::variants::{self, KnownVariant},
};
use hansa_event_sourcing::Command;

impl Inventory {
    /// Notes whose variants these are, as the catalog's events will. Events that are newer than what is noted win.
    pub async fn learn_variants(&self, command: &Command, known: &[KnownVariant]) -> Result<(), CommandError> {
        let mut unit = self.db.begin_unit(command).await?;
        for variant in known {
            variants::learn(&mut unit, variant).await?;
        }
        unit.commit(&()).await?;
        Ok(())
    }
}
