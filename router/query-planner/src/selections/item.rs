//! Wanted fields. Plans are copied and compared while they are chosen, so that what they have many of is shared and knows
//! its own hash.

use super::{ArgumentsId, SelectionId, StreamId, UsageSetId};
use crate::plan::Refusal;
use apollo_compiler::Name;
use std::{
    hash::{DefaultHasher, Hash, Hasher},
    ops::Deref,
    rc::Rc,
};

/// One wanted field.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct WantedField {
    pub(crate) name: Name,
    pub(crate) arguments: ArgumentsId,
    /// The client's name for it; `None` for keys and requirements.
    pub(crate) response_name: Option<Name>,
    pub(crate) child: Option<SelectionId>,
    /// The client may not read it: it is part of the answer, and nothing is done to have it.
    pub(crate) refusal: Option<Refusal>,
    /// The fragments that it waits for, where these are others than its parent field waits for.
    pub(crate) deferred: Option<UsageSetId>,
    pub(crate) stream: Option<StreamId>,
    /// The client's name for an equal field of the same object, which is asked for instead.
    pub(crate) same_as: Option<Name>,
}

/// A shared [`WantedField`].
#[derive(Debug, Clone)]
pub(crate) struct Item {
    hash: u64,
    field: Rc<WantedField>,
}

impl WantedField {
    /// A field that the client did not ask for, without arguments and selection.
    pub(crate) fn internal(name: Name) -> WantedField {
        let arguments = ArgumentsId::NONE;
        WantedField {
            name,
            arguments,
            response_name: None,
            child: None,
            refusal: None,
            deferred: None,
            stream: None,
            same_as: None,
        }
    }
}

impl Item {
    /// The same field with another selection.
    pub(crate) fn with_child(&self, child: SelectionId) -> Item {
        Item::from(WantedField { child: Some(child), ..WantedField::clone(self) })
    }

    /// Whether some subgraph has to give it: `__typename` comes with the objects, introspection is answered by the router, and
    /// what is asked for twice comes once.
    pub(crate) fn is_fetched(&self) -> bool {
        self.refusal.is_none() && self.same_as.is_none() && !self.name.starts_with("__")
    }

    pub(crate) fn is_typename(&self) -> bool {
        self.name == "__typename"
    }
}

impl From<WantedField> for Item {
    fn from(field: WantedField) -> Item {
        let mut hasher = DefaultHasher::new();
        field.hash(&mut hasher);
        Item { hash: hasher.finish(), field: Rc::new(field) }
    }
}

impl Deref for Item {
    type Target = WantedField;

    fn deref(&self) -> &WantedField {
        &self.field
    }
}

impl PartialEq for Item {
    fn eq(&self, other: &Item) -> bool {
        self.hash == other.hash && self.field == other.field
    }
}

impl Eq for Item {}

impl Hash for Item {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}
