//! Which subgraphs have a type, as what, and how types are related in the supergraph.
//! Codes TYPE_KIND_MISMATCH, EXTENSION_WITH_NO_BASE, INTERFACE_OBJECT_USAGE_ERROR.

use super::{Merger, Sources};
use crate::{
    codes,
    subgraph::{FederationDirective, Subgraph},
    type_members::{BUILT_IN_SCALARS, ROOTS, interfaces},
};
use apollo_compiler::{Name, name, schema::ExtendedType};
use hashbrown::HashMap;
use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Scalar,
    Object,
    Interface,
    Union,
    Enum,
    InputObject,
}

/// A type of the supergraph as the subgraphs have it.
#[derive(Debug, Clone)]
pub(super) struct TypeSources<'a> {
    pub(super) kind: Kind,
    pub(super) sources: Sources<'a, ExtendedType>,
}

impl Kind {
    pub(super) fn of(subgraph: &Subgraph, ty: &ExtendedType) -> Kind {
        match ty {
            ExtendedType::Scalar(_) => Kind::Scalar,
            ExtendedType::Object(_) if subgraph.is_interface_object(ty) => Kind::Interface,
            ExtendedType::Object(_) => Kind::Object,
            ExtendedType::Interface(_) => Kind::Interface,
            ExtendedType::Union(_) => Kind::Union,
            ExtendedType::Enum(_) => Kind::Enum,
            ExtendedType::InputObject(_) => Kind::InputObject,
        }
    }

    fn describe(self) -> &'static str {
        match self {
            Kind::Scalar => "a scalar",
            Kind::Object => "an object type",
            Kind::Interface => "an interface",
            Kind::Union => "a union",
            Kind::Enum => "an enum",
            Kind::InputObject => "an input type",
        }
    }
}

pub(super) fn is_root(name: &str) -> bool {
    ROOTS.contains(&name)
}

impl<'a> Merger<'a> {
    /// Collects the types of all subgraphs.
    pub(super) fn gather_types(&mut self) {
        let mut by_name: BTreeMap<Name, Sources<'a, ExtendedType>> = BTreeMap::new();
        for (index, subgraph) in self.subgraphs.iter().enumerate() {
            for (name, ty) in &subgraph.schema.types {
                *self.type_counts.entry_ref(name).or_default() += 1;
                if !ty.is_built_in() && !subgraph.is_machinery_type(name) && !BUILT_IN_SCALARS.contains(&name.as_str())
                {
                    by_name.entry(name.clone()).or_default().push((index, ty));
                }
            }
        }
        self.type_counts.insert(name!("Query"), self.subgraphs.len());
        for (name, sources) in by_name {
            let Some(kind) = sources.first().map(|(index, ty)| Kind::of(self.subgraph(*index), ty)) else { continue };
            self.check_kinds(&name, kind, &sources);
            // Of a type that is of different kinds, what is of the first kind is looked at all the same.
            let sources: Sources<'a, ExtendedType> =
                sources.into_iter().filter(|(index, ty)| Kind::of(self.subgraph(*index), ty) == kind).collect();
            self.check_base(&name, &sources);
            self.types.insert(name, Rc::new(TypeSources { kind, sources }));
        }
    }

    /// Everywhere the same kind, and an interface somewhere if there are interface objects.
    fn check_kinds(&mut self, name: &Name, first: Kind, sources: &Sources<'a, ExtendedType>) {
        let kinds: Vec<Kind> = sources.iter().map(|(index, ty)| Kind::of(self.subgraph(*index), ty)).collect();
        if kinds.iter().any(|kind| *kind != first) {
            let message = format!("the type {name} is not the same kind of type in every subgraph");
            let places = sources
                .iter()
                .zip(&kinds)
                .map(|((index, ty), kind)| (*index, ty.name().location(), format!("{} here", kind.describe())));
            self.report_at(codes::TYPE_KIND_MISMATCH, name, message, places.collect());
            return;
        }
        let is_only_interface_object =
            first == Kind::Interface && sources.iter().all(|(_, ty)| matches!(ty, ExtendedType::Object(_)));
        if is_only_interface_object {
            let message = format!(
                "{name} is an @interfaceObject in every subgraph that has it; at least one must define it as an interface"
            );
            let places = sources.iter().map(|(index, ty)| (*index, ty.name().location(), String::new())).collect();
            self.report_at(codes::INTERFACE_OBJECT_USAGE_ERROR, name, message, places);
        }
    }

    /// A type that is only ever extended was probably misspelt.
    fn check_base(&mut self, name: &Name, sources: &Sources<'a, ExtendedType>) {
        let is_extension = |index: usize| self.subgraphs[index].extended_only.contains(name);
        if is_root(name) || !sources.iter().all(|(index, _)| is_extension(*index)) {
            return;
        }
        for (index, ty) in sources.clone() {
            let location = ty.iter_extension_ids().flatten().find_map(|id| id.location()).or(ty.name().location());
            let message = format!(
                "`{}` extends the type {name}, which no subgraph defines; remove `extend`, or correct the name",
                self.subgraph(index).name
            );
            self.report_at(codes::EXTENSION_WITH_NO_BASE, name, message, vec![(index, location, String::new())]);
        }
    }

    /// What implements what and what is in which union, over all subgraphs: types are compared with this in mind.
    pub(super) fn relate_types(&mut self) {
        let mut implemented: BTreeMap<Name, BTreeSet<Name>> = BTreeMap::new();
        let mut runtime_types: BTreeMap<Name, BTreeSet<Name>> = BTreeMap::new();
        for (name, ty) in &self.types {
            for (_, source) in &ty.sources {
                for interface in interfaces(source) {
                    implemented.entry(name.clone()).or_default().insert(interface.clone());
                    if ty.kind == Kind::Object {
                        runtime_types.entry(interface.clone()).or_default().insert(name.clone());
                    }
                }
                if let ExtendedType::Union(union) = source {
                    let members = union.members.iter().map(|member| member.as_ref().clone());
                    runtime_types.entry(name.clone()).or_default().extend(members);
                }
            }
        }
        self.abstracted_by = self.interface_objects(&runtime_types);
        self.interfaces = into_lists(implemented);
        self.runtime_types = into_lists(runtime_types);
    }

    fn interface_objects(&self, runtime_types: &BTreeMap<Name, BTreeSet<Name>>) -> HashMap<Name, Vec<(usize, Name)>> {
        let mut abstracted_by: HashMap<Name, Vec<(usize, Name)>> = HashMap::new();
        for (name, ty) in self.types.iter().filter(|(_, ty)| ty.kind == Kind::Interface) {
            for (index, source) in &ty.sources {
                if !matches!(source, ExtendedType::Object(_)) {
                    continue;
                }
                for object in runtime_types.get(name).into_iter().flatten() {
                    abstracted_by.entry(object.clone()).or_default().push((*index, name.clone()));
                }
            }
        }
        abstracted_by
    }

    /// Whether `narrow` is the same type as `wide` or is always one, in the supergraph.
    pub(super) fn is_named_subtype(&self, wide: &Name, narrow: &Name) -> bool {
        let is_member = |types: &HashMap<Name, Vec<Name>>, key: &Name, member: &Name| {
            types.get(key).is_some_and(|names| names.binary_search(member).is_ok())
        };
        wide == narrow
            || is_member(&self.interfaces, narrow, wide)
            || (self.types.get(wide).is_some_and(|ty| ty.kind == Kind::Union)
                && is_member(&self.runtime_types, wide, narrow))
    }

    /// Whether a subgraph's type has a `@key`.
    pub(super) fn has_key(&self, index: usize, ty: &ExtendedType) -> bool {
        self.subgraph(index).has(ty.directives(), FederationDirective::Key)
    }
}

fn into_lists(sets: BTreeMap<Name, BTreeSet<Name>>) -> HashMap<Name, Vec<Name>> {
    sets.into_iter().map(|(name, set)| (name, set.into_iter().collect())).collect()
}
