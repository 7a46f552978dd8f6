//! What a context publishes: its aggregates, and the types of their events with the version that is written.

/// Events of one aggregate that a context publishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    pub aggregate: &'static str,
    /// Types with the version in which they are written. Examples of the earlier versions stay in `schema/events`.
    pub events: &'static [(&'static str, u16)],
}
