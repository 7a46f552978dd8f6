//! Who may read what: requirements that fields have, and the grants of a caller that meet them or do not.
//! Federation specification, "@authenticated" and "@requiresScopes".
//!
//! `@requiresScopes` implies `@authenticated`: scopes come with a caller who is known. So a caller who is not known lacks
//! `Authenticated` wherever anything is lacking.

use crate::Supergraph;

/// Index into [`Supergraph::requirements`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequirementId(pub u16);

/// What is needed to read a field.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Requirement {
    /// A caller who is known.
    Authenticated,
    /// All scopes of one of these sets, of which there is at least one. Sorted, and none is empty.
    Scopes(Vec<Vec<String>>),
}

/// What the router knows of a caller's rights.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Grants {
    is_authenticated: bool,
    /// Sorted, each once.
    scopes: Vec<String>,
}

impl Grants {
    /// Nobody is known to be calling.
    pub const ANONYMOUS: Grants = Grants { is_authenticated: false, scopes: Vec::new() };

    /// A caller who is known and has these scopes.
    pub fn authenticated(scopes: impl IntoIterator<Item = String>) -> Grants {
        let mut scopes: Vec<String> = scopes.into_iter().collect();
        scopes.sort_unstable();
        scopes.dedup();
        Grants { is_authenticated: true, scopes }
    }

    pub fn is_authenticated(&self) -> bool {
        self.is_authenticated
    }

    /// Sorted, each once.
    pub fn scopes(&self) -> &[String] {
        &self.scopes
    }

    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes.binary_search_by(|known| known.as_str().cmp(scope)).is_ok()
    }
}

impl Requirement {
    /// `@requiresScopes(scopes:)` beyond its implied `Authenticated`; `None` where the sets demand nothing.
    pub(crate) fn of_scopes(mut alternatives: Vec<Vec<String>>) -> Option<Requirement> {
        for alternative in &mut alternatives {
            alternative.sort_unstable();
            alternative.dedup();
        }
        alternatives.sort_unstable();
        alternatives.dedup();
        // The empty set would be first.
        let demands = alternatives.first().is_some_and(|first| !first.is_empty());
        demands.then_some(Requirement::Scopes(alternatives))
    }

    pub fn is_met_by(&self, grants: &Grants) -> bool {
        match self {
            Requirement::Authenticated => grants.is_authenticated,
            Requirement::Scopes(alternatives) => {
                alternatives.iter().any(|scopes| scopes.iter().all(|scope| grants.has_scope(scope)))
            }
        }
    }
}

impl Supergraph {
    pub fn requirement(&self, id: RequirementId) -> &Requirement {
        &self.requirements[usize::from(id.0)]
    }

    /// Those of `wanted` that the caller does not meet, in their order. Allocates nothing when all are met.
    pub fn unmet(&self, wanted: &[RequirementId], grants: &Grants) -> Vec<RequirementId> {
        wanted.iter().copied().filter(|id| !self.requirement(*id).is_met_by(grants)).collect()
    }
}
