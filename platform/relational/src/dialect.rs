//! What is not the same on both engines: the few texts for which the shared subset is too small.

/// The language of an engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// Of two texts the one for this engine: `query(store.dialect().either("SELECT …", "SELECT … FOR UPDATE SKIP LOCKED"))`.
    /// Placeholders are the same in both.
    pub fn either(self, sqlite: &'static str, postgres: &'static str) -> &'static str {
        match self {
            Dialect::Sqlite => sqlite,
            Dialect::Postgres => postgres,
        }
    }
}
