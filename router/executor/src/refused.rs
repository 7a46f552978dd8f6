//! Which refusals have been told: one for each field, however many objects lack it.

use hashbrown::HashMap;

/// Fields of the write program whose refusal has been told, with the entry of the payload that is being written, or
/// [`Refused::EARLIER`].
#[derive(Debug, Default)]
pub(crate) struct Refused {
    entries: HashMap<u32, u32>,
}

impl Refused {
    const EARLIER: u32 = u32::MAX;

    /// False: it has been told.
    pub(crate) fn tell(&mut self, field: u32, entry: u32) -> bool {
        self.entries.try_insert(field, entry).is_ok()
    }

    /// Before a payload is written: what has been told by now stays so.
    pub(crate) fn begin_payload(&mut self) {
        self.entries.values_mut().for_each(|entry| *entry = Self::EARLIER);
    }

    /// What was told in entries that are not delivered is told again where it is missing next.
    pub(crate) fn forget_lost(&mut self, is_lost: impl Fn(u32) -> bool) {
        self.entries.retain(|_, entry| *entry == Self::EARLIER || !is_lost(*entry));
    }
}
