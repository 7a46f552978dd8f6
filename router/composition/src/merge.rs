//! Subgraph schemas in, one supergraph schema out. Composition rules, "Merge"; the order of the steps is in [`merge`].
//!
//! Output positions merge by union and take the wider type, input positions by intersection and take the narrower one.
//! Nothing depends on the order of the subgraphs but the order in which things are listed.

mod applied_directives;
mod argument_mergers;
mod arguments;
mod compose_directive;
mod composed_directives;
mod context;
mod default_values;
mod descriptions;
mod elements;
mod enums;
mod executable_directives;
mod external;
mod federation_version;
mod fields;
mod graphs;
mod inputs;
mod interface_objects;
mod join;
mod kinds;
mod overrides;
mod schema_definition;
mod sharing;
mod type_references;
mod types;

use crate::{Diagnostic, codes::Code, diagnostic::Diagnostics, subgraph::FieldFacts, subgraph::Subgraph};
use apollo_compiler::{Name, Schema, parser::SourceSpan, schema::ExtendedType};
use applied_directives::PostponedDirectives;
use composed_directives::ComposedDirectives;
use enums::EnumPositions;
use hansa_federation::Feature;
use hashbrown::HashMap;
use kinds::TypeSources;
use std::{collections::BTreeMap, rc::Rc};

/// The supergraph schema and what it links.
#[derive(Debug)]
pub(crate) struct Merged {
    pub(crate) schema: Schema,
    pub(crate) features: Vec<Feature>,
}

/// What a subgraph, by its index, contributes to an element of the supergraph. In the order of the subgraphs.
type Sources<'a, T> = Vec<(usize, &'a T)>;

/// Where a subgraph, by its index, has a part in a finding, and what part: the label of the place.
type Occurrence = (usize, Option<SourceSpan>, String);

/// What all steps of merging share.
struct Merger<'a> {
    subgraphs: &'a [Subgraph],
    facts: Vec<FieldFacts>,
    /// Values of `join__Graph`, by subgraph.
    graphs: Vec<Name>,
    types: BTreeMap<Name, Rc<TypeSources<'a>>>,
    /// How many subgraphs have a type of this name; all have a query root, if only for the machinery.
    type_counts: HashMap<Name, usize>,
    composed: ComposedDirectives,
    /// Object types that implement an interface, and members of unions, in the supergraph. Sorted.
    runtime_types: HashMap<Name, Vec<Name>>,
    /// Interfaces that a type implements in the supergraph, by type.
    interfaces: HashMap<Name, Vec<Name>>,
    /// Interface objects that stand for an object type, by object type: subgraph and interface.
    abstracted_by: HashMap<Name, Vec<(usize, Name)>>,
    enum_positions: HashMap<Name, EnumPositions>,
    postponed: PostponedDirectives<'a>,
    schema: Schema,
    diagnostics: &'a mut Diagnostics,
    uses: join::JoinUses,
}

/// Merges the subgraphs, which are sorted by name. `None` when what was found leaves nothing to go on with.
pub(crate) fn merge(subgraphs: &[Subgraph], diagnostics: &mut Diagnostics) -> Option<Merged> {
    federation_version::hint_implicit_upgrade(subgraphs, diagnostics);
    let facts = subgraphs.iter().map(FieldFacts::of).collect();
    let composed = composed_directives::find(subgraphs, diagnostics);
    // Whatever else would be found, it might be for the want of one name.
    diagnostics.stop()?;
    let mut merger = Merger {
        subgraphs,
        facts,
        graphs: graphs::names(subgraphs),
        types: BTreeMap::new(),
        type_counts: HashMap::new(),
        composed,
        runtime_types: HashMap::new(),
        interfaces: HashMap::new(),
        abstracted_by: HashMap::new(),
        enum_positions: HashMap::new(),
        postponed: PostponedDirectives::default(),
        schema: Schema::new(),
        diagnostics,
        uses: join::JoinUses::default(),
    };
    merger.gather_types();
    merger.relate_types();
    merger.merge_executable_directives();
    merger.record_composed_arguments();
    // Enums come last: how they merge depends on where fields and arguments use them.
    merger.merge_types();
    merger.add_interface_object_fields();
    merger.merge_enums();
    merger.merge_schema_definition();
    merger.apply_postponed_directives();
    let features = merger.add_features();
    let Merger { schema, .. } = merger;
    diagnostics.stop()?;
    Some(Merged { schema, features })
}

impl<'a> Merger<'a> {
    fn subgraph(&self, index: usize) -> &'a Subgraph {
        &self.subgraphs[index]
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// A finding about one element, with a place for each subgraph that has a part in it.
    fn report_at(&mut self, code: Code, coordinate: &str, message: String, occurrences: Vec<Occurrence>) {
        let mut diagnostic = Diagnostic::new(code, message).on(coordinate);
        for (index, location, label) in occurrences {
            diagnostic = diagnostic.at(self.subgraphs[index].place(location, label));
        }
        self.diagnostics.push(diagnostic);
    }

    /// "subgraphs `a` and `b`"; "subgraph `a`" for one.
    fn subgraph_names(&self, indexes: impl IntoIterator<Item = usize>) -> String {
        let names: Vec<String> = indexes.into_iter().map(|index| format!("`{}`", self.subgraphs[index].name)).collect();
        match names.as_slice() {
            [] => "no subgraph".to_owned(),
            [one] => format!("subgraph {one}"),
            [others @ .., last] => format!("subgraphs {} and {last}", others.join(", ")),
        }
    }

    fn type_in(&self, index: usize, name: &str) -> Option<&'a ExtendedType> {
        self.subgraph(index).schema.types.get(name)
    }
}
