//! What is read from contexts: each different selection of a context, and the types on which it is read.

use hansa_federation::{ContextArgument, FieldInSubgraph, FieldSet, Supergraph, TypeId};
use hashbrown::HashMap;
use std::collections::BTreeSet;

/// Index of a context's selection in [`Contexts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContextValueId(pub u32);

/// The values that arguments with `@fromContext` take, each once: arguments that read the same have one value, whatever they
/// are called.
#[derive(Debug, Default)]
pub struct Contexts {
    values: Vec<ContextArgument>,
    /// By type, what may be read there; ascending.
    readable: HashMap<TypeId, Vec<ContextValueId>>,
}

impl Contexts {
    pub(crate) fn new(supergraph: &Supergraph) -> Contexts {
        let mut contexts = Contexts::default();
        let fields = supergraph.types.iter().flat_map(|definition| &definition.fields);
        for argument in fields.flat_map(|field| &field.in_subgraphs).flat_map(|known| &known.context_arguments) {
            if contexts.value_of(argument).is_some() {
                continue;
            }
            let id = ContextValueId(contexts.values.len() as u32);
            for selection in &argument.selections {
                contexts.readable.entry(selection.on).or_default().push(id);
            }
            contexts.values.push(argument.clone());
        }
        contexts
    }

    /// Whether no field reads any context.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The value of an argument.
    pub fn value_of(&self, argument: &ContextArgument) -> Option<ContextValueId> {
        let is_same =
            |known: &ContextArgument| known.context == argument.context && known.selections == argument.selections;
        self.values.iter().position(is_same).map(|index| ContextValueId(index as u32))
    }

    /// What a field reads.
    pub fn values_of<'f>(&'f self, known: &'f FieldInSubgraph) -> impl Iterator<Item = ContextValueId> + 'f {
        known.context_arguments.iter().filter_map(|argument| self.value_of(argument))
    }

    /// The values for which objects of a type set the context; ascending.
    pub fn readable_on(&self, ty: TypeId) -> &[ContextValueId] {
        self.readable.get(&ty).map(Vec::as_slice).unwrap_or_default()
    }

    /// The selection that gives a value on objects of a type.
    pub fn selection(&self, value: ContextValueId, ty: TypeId) -> Option<&FieldSet> {
        let selections = &self.values[value.0 as usize].selections;
        selections.iter().find(|selection| selection.on == ty).map(|selection| &selection.fields)
    }
}

/// A set of context values, interned in [`ContextSets`]; 0 is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContextSetId(u32);

impl ContextSetId {
    pub const EMPTY: ContextSetId = ContextSetId(0);
}

/// Sets of context values; equal ones have equal ids.
#[derive(Debug)]
pub struct ContextSets {
    sets: Vec<BTreeSet<ContextValueId>>,
    ids: HashMap<BTreeSet<ContextValueId>, ContextSetId>,
}

impl Default for ContextSets {
    fn default() -> Self {
        ContextSets { sets: vec![BTreeSet::new()], ids: HashMap::from_iter([(BTreeSet::new(), ContextSetId::EMPTY)]) }
    }
}

impl ContextSets {
    pub fn values(&self, set: ContextSetId) -> impl Iterator<Item = ContextValueId> {
        self.sets[set.0 as usize].iter().copied()
    }

    pub fn contains(&self, set: ContextSetId, value: ContextValueId) -> bool {
        self.sets[set.0 as usize].contains(&value)
    }

    pub fn is_subset(&self, part: ContextSetId, whole: ContextSetId) -> bool {
        part == whole || self.sets[part.0 as usize].is_subset(&self.sets[whole.0 as usize])
    }

    pub fn with(&mut self, set: ContextSetId, added: &[ContextValueId]) -> ContextSetId {
        let known = &self.sets[set.0 as usize];
        if added.iter().all(|value| known.contains(value)) {
            return set;
        }
        let more = known.iter().chain(added).copied().collect();
        self.intern(more)
    }

    pub fn without(&mut self, set: ContextSetId, removed: &[ContextValueId]) -> ContextSetId {
        let known = &self.sets[set.0 as usize];
        if !removed.iter().any(|value| known.contains(value)) {
            return set;
        }
        let rest = known.iter().copied().filter(|value| !removed.contains(value)).collect();
        self.intern(rest)
    }

    pub fn union(&mut self, a: ContextSetId, b: ContextSetId) -> ContextSetId {
        if a == b {
            return a;
        }
        let added: Vec<ContextValueId> = self.values(b).collect();
        self.with(a, &added)
    }

    pub fn intersection(&mut self, a: ContextSetId, b: ContextSetId) -> ContextSetId {
        if a == b {
            return a;
        }
        let common = self.sets[a.0 as usize].intersection(&self.sets[b.0 as usize]).copied().collect();
        self.intern(common)
    }

    fn intern(&mut self, set: BTreeSet<ContextValueId>) -> ContextSetId {
        let next = ContextSetId(self.sets.len() as u32);
        let sets = &mut self.sets;
        *self.ids.entry_ref(&set).or_insert_with(|| {
            sets.push(set.clone());
            next
        })
    }
}
