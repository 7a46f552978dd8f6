//! What a subgraph's directives say about its fields, taken together: which are external, which may be shared, which are
//! used by keys, requirements, provided selections, interfaces and contexts.

use crate::{
    directive_arguments::argument_text,
    field_set::{self, selected_fields, split_context},
    subgraph::{FederationDirective, Subgraph},
    type_members::{fields, implementers},
};
use apollo_compiler::{
    Name, Node,
    ast::{Directive, Selection},
    schema::{ExtendedType, FieldDefinition, Implementers},
};
use hashbrown::{HashMap, HashSet};

#[derive(Debug, Clone, Default)]
pub(crate) struct FieldFacts {
    external: FieldNames,
    provided: FieldNames,
    shareable: FieldNames,
    used: FieldNames,
}

/// A set of fields by type and name.
#[derive(Debug, Clone, Default)]
pub(crate) struct FieldNames {
    by_type: HashMap<Name, HashSet<Name>>,
}

impl FieldNames {
    pub(crate) fn contains(&self, ty: &str, field: &str) -> bool {
        self.by_type.get(ty).is_some_and(|fields| fields.contains(field))
    }

    pub(crate) fn insert(&mut self, ty: &Name, field: &Name) {
        self.by_type.entry_ref(ty).or_default().insert(field.clone());
    }
}

impl FieldFacts {
    pub(crate) fn of(subgraph: &Subgraph) -> FieldFacts {
        let implementers = implementers(&subgraph.schema);
        let mut collector = Collector { subgraph, implementers, facts: FieldFacts::default() };
        collector.collect_external();
        collector.collect_types();
        collector.collect_interfaces();
        collector.facts
    }

    /// Declared `@external` and not merely repeated as the key of a type extension.
    pub(crate) fn is_external(&self, ty: &str, field: &str) -> bool {
        self.external.contains(ty, field)
    }

    /// External and provided nowhere in this subgraph: never resolved here.
    pub(crate) fn is_fully_external(&self, ty: &str, field: &str) -> bool {
        self.is_external(ty, field) && !self.provided.contains(ty, field)
    }

    pub(crate) fn is_partially_external(&self, ty: &str, field: &str) -> bool {
        self.is_external(ty, field) && self.provided.contains(ty, field)
    }

    /// `@shareable` on the field, or on the block that declares it, or in a key; and external fields that are provided,
    /// which are somebody else's by definition.
    pub(crate) fn is_shareable(&self, ty: &str, field: &str) -> bool {
        self.shareable.contains(ty, field) || self.is_partially_external(ty, field)
    }

    /// Needed by a key, requirement, provided selection, context or interface of this subgraph.
    pub(crate) fn is_used(&self, ty: &str, field: &str) -> bool {
        self.used.contains(ty, field)
    }
}

struct Collector<'a> {
    subgraph: &'a Subgraph,
    implementers: HashMap<Name, Implementers>,
    facts: FieldFacts,
}

impl Collector<'_> {
    fn collect_external(&mut self) {
        let subgraph = self.subgraph;
        let fake = self.fake_externals();
        for (name, ty) in &subgraph.schema.types {
            // On types, federation 1 accepted it and took no notice.
            let is_external_type =
                !subgraph.is_federation_1() && subgraph.has(ty.directives(), FederationDirective::External);
            for field in fields(ty) {
                let is_marked = subgraph.has(&field.directives, FederationDirective::External);
                if (is_marked && !fake.contains(name, &field.name)) || is_external_type {
                    self.facts.external.insert(name, &field.name);
                }
            }
        }
    }

    /// Federation 1 asked for `@external` on the keys of extended types; there it says nothing.
    fn fake_externals(&self) -> FieldNames {
        let subgraph = self.subgraph;
        let mut fake = FieldNames::default();
        for (name, ty) in &subgraph.schema.types {
            let is_extended =
                subgraph.extended_only.contains(name) || subgraph.has(ty.directives(), FederationDirective::Extends);
            for key in subgraph.applied(ty.directives(), FederationDirective::Key) {
                if !is_extended && key.extension_id().is_none() {
                    continue;
                }
                for selected in self.selected(name, key, "fields") {
                    if subgraph.has(&selected.1.directives, FederationDirective::External) {
                        fake.insert(&selected.0, &selected.1.name);
                    }
                }
            }
        }
        fake
    }

    fn selected(&self, parent: &Name, directive: &Directive, argument: &str) -> Vec<(Name, &Node<FieldDefinition>)> {
        let selections = argument_text(directive, argument).and_then(|text| field_set::parse(text).ok());
        let found = selected_fields(&self.subgraph.schema, parent, &selections.unwrap_or_default());
        found.into_iter().map(|selected| (selected.parent, selected.definition)).collect()
    }

    /// What a field set names; a field of an interface stands for that field of its implementations, too.
    fn selected_with_implementations(&self, parent: &Name, directive: &Directive) -> Vec<(Name, Name)> {
        let selected = self.selected(parent, directive, "fields");
        self.with_implementations(selected.into_iter().map(|(ty, field)| (ty, field.name.clone())).collect())
    }

    fn with_implementations(&self, selected: Vec<(Name, Name)>) -> Vec<(Name, Name)> {
        let mut all = Vec::with_capacity(selected.len());
        for (ty, field) in selected {
            let objects = self.implementers.get(&ty).map(|implementers| &implementers.objects);
            all.extend(objects.into_iter().flatten().map(|object| (object.clone(), field.clone())));
            all.push((ty, field));
        }
        all
    }

    fn collect_types(&mut self) {
        let subgraph = self.subgraph;
        for (name, ty) in &subgraph.schema.types {
            for key in subgraph.applied(ty.directives(), FederationDirective::Key) {
                for (ty, field) in self.selected_with_implementations(name, key) {
                    self.facts.shareable.insert(&ty, &field);
                    self.facts.used.insert(&ty, &field);
                }
            }
            let blocks: Vec<_> = subgraph
                .applied(ty.directives(), FederationDirective::Shareable)
                .map(|applied| applied.extension_id())
                .collect();
            for field in fields(ty) {
                let is_shareable = subgraph.has(&field.directives, FederationDirective::Shareable)
                    || blocks.contains(&field.extension_id());
                if is_shareable {
                    self.facts.shareable.insert(name, &field.name);
                }
                self.collect_field(name, field);
            }
        }
    }

    fn collect_field(&mut self, ty: &Name, field: &FieldDefinition) {
        let subgraph = self.subgraph;
        for requires in subgraph.applied(&field.directives, FederationDirective::Requires) {
            for (ty, field) in self.selected_with_implementations(ty, requires) {
                self.facts.used.insert(&ty, &field);
            }
        }
        for provides in subgraph.applied(&field.directives, FederationDirective::Provides) {
            for (ty, field) in self.selected_with_implementations(field.ty.inner_named_type(), provides) {
                self.facts.used.insert(&ty, &field);
                self.facts.provided.insert(&ty, &field);
            }
        }
        for argument in &field.arguments {
            for from_context in subgraph.applied(&argument.directives, FederationDirective::FromContext) {
                self.collect_from_context(from_context);
            }
        }
    }

    fn collect_from_context(&mut self, from_context: &Directive) {
        let text = argument_text(from_context, "field").unwrap_or_default();
        let Some((context, selection)) = split_context(text) else { return };
        let Ok(selections) = field_set::parse(selection) else { return };
        for (name, ty) in &self.subgraph.schema.types {
            let mut set = self.subgraph.applied(ty.directives(), FederationDirective::Context);
            if set.any(|applied| argument_text(applied, "name") == Some(context)) {
                self.use_selection(name, &selections);
            }
        }
    }

    fn use_selection(&mut self, parent: &Name, selections: &[Selection]) {
        let selected = selected_fields(&self.subgraph.schema, parent, selections);
        let selected = selected.into_iter().map(|selected| (selected.parent, selected.definition.name.clone()));
        for (ty, field) in self.with_implementations(selected.collect()) {
            self.facts.used.insert(&ty, &field);
        }
    }

    /// A field that an interface asks for is there for the interface's sake.
    fn collect_interfaces(&mut self) {
        for (name, ty) in &self.subgraph.schema.types {
            let ExtendedType::Interface(interface) = ty else { continue };
            let Some(implementers) = self.implementers.get(name) else { continue };
            for object in &implementers.objects {
                for field in interface.fields.keys() {
                    self.facts.used.insert(object, field);
                }
            }
        }
    }
}
