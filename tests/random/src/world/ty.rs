//! Types as fields have them: a name in lists and non-null wrappers.

use std::fmt;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ty {
    Named(String),
    List(Box<Ty>),
    NonNull(Box<Ty>),
}

impl Ty {
    pub(crate) fn named(name: &str) -> Ty {
        Ty::Named(name.to_owned())
    }

    pub(crate) fn list(self) -> Ty {
        Ty::List(Box::new(self))
    }

    pub(crate) fn non_null(self) -> Ty {
        match self {
            Ty::NonNull(_) => self,
            _ => Ty::NonNull(Box::new(self)),
        }
    }

    pub(crate) fn nullable(&self) -> &Ty {
        match self {
            Ty::NonNull(inner) => inner,
            _ => self,
        }
    }

    pub(crate) fn is_non_null(&self) -> bool {
        matches!(self, Ty::NonNull(_))
    }

    pub(crate) fn name(&self) -> &str {
        match self {
            Ty::Named(name) => name,
            Ty::List(inner) | Ty::NonNull(inner) => inner.name(),
        }
    }

    /// The same wrappers around another name.
    pub(crate) fn renamed(&self, name: &str) -> Ty {
        match self {
            Ty::Named(_) => Ty::named(name),
            Ty::List(inner) => inner.renamed(name).list(),
            Ty::NonNull(inner) => inner.renamed(name).non_null(),
        }
    }

    pub(crate) fn list_depth(&self) -> usize {
        match self {
            Ty::Named(_) => 0,
            Ty::List(inner) => 1 + inner.list_depth(),
            Ty::NonNull(inner) => inner.list_depth(),
        }
    }
}

impl fmt::Display for Ty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ty::Named(name) => f.write_str(name),
            Ty::List(inner) => write!(f, "[{inner}]"),
            Ty::NonNull(inner) => write!(f, "{inner}!"),
        }
    }
}
