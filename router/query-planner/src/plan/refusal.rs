//! What a plan leaves out because of who is calling.

/// Why a caller may not read a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// It takes a caller who is known.
    Unauthenticated,
    /// The caller is known, and lacks scopes.
    Forbidden,
}

impl Refusal {
    /// For `extensions.code`.
    pub const fn code(self) -> &'static str {
        match self {
            Refusal::Unauthenticated => "UNAUTHENTICATED",
            Refusal::Forbidden => "FORBIDDEN",
        }
    }
}
