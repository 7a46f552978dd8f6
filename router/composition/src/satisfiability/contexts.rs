//! What is above a position and sets contexts: as sets of the context arguments that can be read from there.

use hansa_federation::{ContextArgument, FieldInSubgraph, Supergraph, TypeId};
use hashbrown::HashMap;
use std::collections::BTreeSet;

/// A set of context arguments, interned; 0 is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ContextSetId(u32);

impl ContextSetId {
    pub(super) const EMPTY: ContextSetId = ContextSetId(0);
}

#[derive(Debug)]
pub(super) struct Contexts<'g> {
    /// Different arguments of the whole supergraph.
    arguments: Vec<&'g ContextArgument>,
    /// By type, the arguments that may be read there.
    readable: HashMap<TypeId, Vec<usize>>,
    sets: Vec<BTreeSet<usize>>,
    set_ids: HashMap<BTreeSet<usize>, ContextSetId>,
}

impl<'g> Contexts<'g> {
    pub(super) fn new(supergraph: &'g Supergraph) -> Self {
        let mut contexts = Contexts {
            arguments: Vec::new(),
            readable: HashMap::new(),
            sets: vec![BTreeSet::new()],
            set_ids: HashMap::from([(BTreeSet::new(), ContextSetId::EMPTY)]),
        };
        let fields = supergraph.types.iter().flat_map(|definition| &definition.fields);
        for argument in fields.flat_map(|field| &field.in_subgraphs).flat_map(|known| &known.context_arguments) {
            if contexts.index(argument).is_some() {
                continue;
            }
            for selection in &argument.selections {
                contexts.readable.entry(selection.on).or_default().push(contexts.arguments.len());
            }
            contexts.arguments.push(argument);
        }
        contexts
    }

    pub(super) fn is_unused(&self) -> bool {
        self.arguments.is_empty()
    }

    /// Arguments that read a context which the type sets.
    pub(super) fn readable_on(&self, ty: TypeId) -> &[usize] {
        self.readable.get(&ty).map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn argument(&self, index: usize) -> &'g ContextArgument {
        self.arguments[index]
    }

    pub(super) fn is_given(&self, set: ContextSetId, known: &FieldInSubgraph) -> bool {
        let set = &self.sets[set.0 as usize];
        known.context_arguments.iter().all(|argument| self.index(argument).is_some_and(|index| set.contains(&index)))
    }

    pub(super) fn with(&mut self, set: ContextSetId, added: &[usize]) -> ContextSetId {
        let known = &self.sets[set.0 as usize];
        if added.iter().all(|index| known.contains(index)) {
            return set;
        }
        let mut union = known.clone();
        union.extend(added);
        self.intern(union)
    }

    pub(super) fn union(&mut self, a: ContextSetId, b: ContextSetId) -> ContextSetId {
        if a == b {
            return a;
        }
        let added: Vec<usize> = self.sets[b.0 as usize].iter().copied().collect();
        self.with(a, &added)
    }

    pub(super) fn intersection(&mut self, a: ContextSetId, b: ContextSetId) -> ContextSetId {
        if a == b {
            return a;
        }
        let common = self.sets[a.0 as usize].intersection(&self.sets[b.0 as usize]).copied().collect();
        self.intern(common)
    }

    pub(super) fn is_subset(&self, part: ContextSetId, whole: ContextSetId) -> bool {
        part == whole || self.sets[part.0 as usize].is_subset(&self.sets[whole.0 as usize])
    }

    /// What the argument reads, not what it is called: fields that read the same need it from the same places.
    fn index(&self, argument: &ContextArgument) -> Option<usize> {
        self.arguments
            .iter()
            .position(|known| known.context == argument.context && known.selections == argument.selections)
    }

    fn intern(&mut self, set: BTreeSet<usize>) -> ContextSetId {
        let next = ContextSetId(self.sets.len() as u32);
        let sets = &mut self.sets;
        *self.set_ids.entry_ref(&set).or_insert_with(|| {
            sets.push(set.clone());
            next
        })
    }
}
