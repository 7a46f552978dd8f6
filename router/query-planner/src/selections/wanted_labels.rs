//! The labels of progressive overrides on which an operation's plan may depend: only they tell its plans apart.
//!
//! Planning looks at more fields than the client asks for: at the keys of all types it meets, at what fields require, and
//! at the keys and requirements of those in turn. All of it counts, in every subgraph and for every possible type. That may
//! be some more than the plan comes to depend on, and never less.

use super::reached::selection_sets;
use apollo_compiler::{
    ExecutableDocument,
    collections::HashSet,
    executable::{Operation, Selection},
};
use hansa_federation::{FieldSetSelection, LabelId, OverrideLabel, Supergraph, TypeId};
use hansa_query_graph::QueryGraph;

/// Ascending, each once. Costs nothing where the supergraph has no labels.
pub(crate) fn wanted_labels(graph: &QueryGraph, document: &ExecutableDocument, operation: &Operation) -> Vec<LabelId> {
    let supergraph = graph.supergraph();
    if supergraph.override_labels.is_empty() {
        return Vec::new();
    }
    let mut touched = Touched::new(graph);
    for set in selection_sets(document, operation) {
        let Some(ty) = supergraph.type_id(&set.ty) else { continue };
        set.selections.iter().filter_map(Selection::as_field).for_each(|field| touched.field(ty, &field.name));
    }
    touched.labels.sort_unstable();
    touched.labels.dedup();
    touched.labels
}

/// What planning may look at.
struct Touched<'a> {
    supergraph: &'a Supergraph,
    interface_objects: &'a [TypeId],
    /// By type and index among its fields.
    fields: HashSet<(TypeId, usize)>,
    types: HashSet<TypeId>,
    /// Keys and requirements that are still to be looked at.
    sets: Vec<(TypeId, &'a [FieldSetSelection])>,
    labels: Vec<LabelId>,
}

impl<'a> Touched<'a> {
    fn new(graph: &'a QueryGraph) -> Self {
        let (fields, types) = Default::default();
        let (supergraph, interface_objects) = (graph.supergraph(), graph.interface_objects());
        Touched { supergraph, interface_objects, fields, types, sets: Vec::new(), labels: Vec::new() }
    }

    /// A field that is asked for, and all that comes with it.
    fn field(&mut self, ty: TypeId, name: &str) {
        self.one_field(ty, name);
        while let Some((ty, set)) = self.sets.pop() {
            for selection in set {
                match selection {
                    FieldSetSelection::InlineFragment { type_condition, selections } => {
                        self.sets.push((*type_condition, selections));
                    }
                    FieldSetSelection::Field(selected) => {
                        self.one_field(ty, &selected.name);
                        let known = self.supergraph.ty(ty).field(&selected.name);
                        self.sets.extend(known.map(|known| (known.ty.named, selected.selections.as_slice())));
                    }
                }
            }
        }
    }

    fn one_field(&mut self, ty: TypeId, name: &str) {
        let supergraph = self.supergraph;
        for ty in self.kin(ty) {
            let fields = &supergraph.ty(ty).fields;
            let Ok(index) = fields.binary_search_by(|known| known.name.as_str().cmp(name)) else { continue };
            if !self.fields.insert((ty, index)) {
                continue;
            }
            for known in &fields[index].in_subgraphs {
                self.labels.extend(known.override_label.map(OverrideLabel::id));
                self.sets.extend(known.requires.iter().map(|set| (ty, set.selections.as_slice())));
                let from_contexts = known.context_arguments.iter().flat_map(|argument| &argument.selections);
                self.sets.extend(from_contexts.map(|context| (context.on, context.fields.selections.as_slice())));
                self.keys(known.ty.named);
            }
            self.keys(fields[index].ty.named);
        }
    }

    /// By which objects of a type may be entered anywhere.
    fn keys(&mut self, ty: TypeId) {
        if !self.types.insert(ty) {
            return;
        }
        for ty in self.kin(ty) {
            let keys = self.supergraph.ty(ty).in_subgraphs.iter().flat_map(|known| &known.keys);
            self.sets.extend(keys.map(|key| (ty, key.fields.selections.as_slice())));
        }
    }

    /// The type, the types that its objects may have, and the interfaces whose interface objects may stand for these.
    fn kin(&self, ty: TypeId) -> Vec<TypeId> {
        let possible_types = &self.supergraph.ty(ty).possible_types;
        let stands_for_one = |interface: &&TypeId| {
            let theirs = &self.supergraph.ty(**interface).possible_types;
            possible_types.iter().any(|object| theirs.binary_search(object).is_ok())
        };
        let interfaces = self.interface_objects.iter().filter(stands_for_one);
        std::iter::once(&ty).chain(possible_types).chain(interfaces).copied().collect()
    }
}
