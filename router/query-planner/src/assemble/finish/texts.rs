//! Response keys within one selection set. Fields of different types that would answer under one key but differ in what
//! they ask or in their type get keys of their own: the subgraph's server would refuse them otherwise (GraphQL
//! specification, "Field Selection Merging").

use crate::{plan::SelectionField, selections::ArgumentsId};
use apollo_compiler::Name;
use hansa_federation::TypeRef;
use hashbrown::HashMap;
use std::rc::Rc;

/// A rendered field.
pub(super) struct Field {
    pub(super) name: Name,
    pub(super) ty: TypeRef,
    pub(super) arguments: ArgumentsId,
    /// With alias, arguments and selection set.
    pub(super) text: Rc<str>,
    pub(super) decode: SelectionField,
}

impl Field {
    /// Whether both ask for the same. Types share texts, so that most need not be read.
    pub(super) fn has_text_of(&self, other: &Field) -> bool {
        Rc::ptr_eq(&self.text, &other.text) || self.text == other.text
    }
}

/// The keys given so far, with what each stands for.
#[derive(Default)]
pub(super) struct Keys {
    given: HashMap<Name, (Rc<str>, TypeRef)>,
}

impl Keys {
    /// The key for a field that would like to be called `wanted`.
    pub(super) fn key(&mut self, wanted: &Name, (what, ty): (&Rc<str>, TypeRef)) -> Name {
        // A client may call any field `__typename`; in our documents that name is taken.
        let mut key = match wanted.strip_prefix("__") {
            Some(rest) => Name::new(&format!("_{rest}")).unwrap_or_else(|_| wanted.clone()),
            None => wanted.clone(),
        };
        for attempt in 0.. {
            match self.given.get(&key) {
                Some((given_what, given_ty)) if given_what == what && *given_ty == ty => return key,
                Some(_) => key = Name::new(&format!("_{attempt}_{wanted}")).expect("a name with a prefix is a name"),
                None => break,
            }
        }
        self.given.insert(key.clone(), (what.clone(), ty));
        key
    }
}
