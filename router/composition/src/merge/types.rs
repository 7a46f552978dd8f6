//! Merges types kind by kind: scalars, objects, interfaces, unions and input objects. Enums come later.
//! Codes INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE, INTERFACE_OBJECT_USAGE_ERROR; hints INCONSISTENT_ENTITY,
//! INCONSISTENT_UNION_MEMBER, INCONSISTENT_OBJECT_VALUE_TYPE_FIELD, INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD.

use super::{
    Merger, Sources,
    elements::Element,
    kinds::{Kind, TypeSources, is_root},
};
use crate::{
    codes::{self, Code},
    directive_arguments::is_resolvable,
    subgraph::FederationDirective,
    type_members::{field, field_map, fields, interfaces},
};
use apollo_compiler::{
    Name, Node,
    ast::DirectiveList,
    collections::{IndexMap, IndexSet},
    schema::{ExtendedType, FieldDefinition, InterfaceType, ObjectType, ScalarType, UnionType},
};

impl<'a> Merger<'a> {
    /// All kinds but enums.
    pub(super) fn merge_types(&mut self) {
        for (name, ty) in self.types.clone() {
            match ty.kind {
                Kind::Scalar => self.merge_scalar(&name, &ty),
                Kind::Object => self.merge_object(&name, &ty),
                Kind::Interface => self.merge_interface(&name, &ty),
                Kind::Union => self.merge_union(&name, &ty),
                Kind::InputObject => self.merge_input_object(&name, &ty),
                Kind::Enum => {}
            }
        }
    }

    /// Description and join directives of a type; its other directives are noted for later.
    pub(super) fn merge_type_head(&mut self, name: &Name, ty: &TypeSources<'a>) -> (Option<Node<str>>, DirectiveList) {
        let descriptions =
            ty.sources.iter().map(|(index, source)| (*index, source.description(), source.name().location()));
        let description = self.merge_description(name, descriptions);
        let directives = self.join_types(name, &ty.sources);
        let applied = ty.sources.iter().map(|(index, source)| (*index, source.directives())).collect();
        self.record_directives(Element::Type(name.clone()), applied);
        (description, directives)
    }

    fn merge_scalar(&mut self, name: &Name, ty: &TypeSources<'a>) {
        let (description, directives) = self.merge_type_head(name, ty);
        let scalar = ScalarType { description, name: name.clone(), directives };
        self.schema.types.insert(name.clone(), ExtendedType::Scalar(Node::new(scalar)));
    }

    fn merge_object(&mut self, name: &Name, ty: &TypeSources<'a>) {
        self.hint_inconsistent_entity(name, ty);
        let is_entity = ty.sources.iter().any(|(index, source)| self.has_key(*index, source));
        let (description, mut directives) = self.merge_type_head(name, ty);
        let implements_interfaces = self.merge_implements(ty, &mut directives);
        let mut fields: IndexMap<Name, Node<FieldDefinition>> = IndexMap::default();
        for (field, sources) in gather_fields(&ty.sources) {
            if !is_entity && !is_root(name) {
                self.hint_missing_field(codes::INCONSISTENT_OBJECT_VALUE_TYPE_FIELD, (name, &field), &ty.sources);
            }
            if name == "Subscription" {
                self.check_subscription_field(&field, &sources);
            }
            let overrides = self.merge_overrides((name, &field), &sources, false);
            let merged = self.merge_field((name, &field), &sources, &overrides);
            self.check_sharing((name, &field), &sources, &overrides);
            if let Some(merged) = merged {
                fields.insert(merged.name.clone(), Node::new(merged));
            }
        }
        if fields.is_empty() && name == "Query" {
            return;
        }
        let object = ObjectType { description, name: name.clone(), implements_interfaces, directives, fields };
        self.schema.types.insert(name.clone(), ExtendedType::Object(Node::new(object)));
    }

    fn merge_interface(&mut self, name: &Name, ty: &TypeSources<'a>) {
        self.check_interface_keys(name, ty);
        self.check_interface_objects(name, ty);
        let has_key = ty
            .sources
            .iter()
            .any(|(index, source)| matches!(source, ExtendedType::Interface(_)) && self.has_key(*index, source));
        let (description, mut directives) = self.merge_type_head(name, ty);
        let implements_interfaces = self.merge_implements(ty, &mut directives);
        let mut fields: IndexMap<Name, Node<FieldDefinition>> = IndexMap::default();
        for (field, sources) in gather_fields(&ty.sources) {
            if !has_key {
                self.hint_missing_field(codes::INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD, (name, &field), &ty.sources);
            }
            let overrides = self.merge_overrides((name, &field), &sources, true);
            if let Some(merged) = self.merge_field((name, &field), &sources, &overrides) {
                fields.insert(merged.name.clone(), Node::new(merged));
            }
        }
        let interface = InterfaceType { description, name: name.clone(), implements_interfaces, directives, fields };
        self.schema.types.insert(name.clone(), ExtendedType::Interface(Node::new(interface)));
    }

    fn merge_implements(&mut self, ty: &TypeSources<'a>, directives: &mut DirectiveList) -> IndexSet<Node<Name>> {
        let mut all: IndexSet<Node<Name>> = IndexSet::default();
        for (index, source) in &ty.sources {
            for interface in interfaces(source) {
                if self.types.get(interface).is_none_or(|ty| ty.kind == Kind::Interface) {
                    directives.push(self.join_implements(*index, interface));
                }
                all.insert(Node::new(interface.clone()));
            }
        }
        all
    }

    /// A subgraph that can be entered by an interface's key must know all types that it could be asked for.
    fn check_interface_keys(&mut self, name: &Name, ty: &TypeSources<'a>) {
        let all: Vec<Name> = self.runtime_types.get(name).cloned().unwrap_or_default();
        for (index, source) in &ty.sources {
            let subgraph = self.subgraph(*index);
            if !matches!(source, ExtendedType::Interface(_)) {
                continue;
            }
            let mut keys = subgraph.applied(source.directives(), FederationDirective::Key);
            let Some(key) = keys.find(|key| is_resolvable(key)) else { continue };
            let is_known = |object: &&Name| {
                let object = subgraph.schema.types.get(*object);
                object.is_some_and(|object| interfaces(object).any(|interface| interface == name))
            };
            let missing: Vec<&str> = all.iter().filter(|object| !is_known(object)).map(Name::as_str).collect();
            if !missing.is_empty() {
                let message = format!(
                    "`{}` can be asked for any {name} by its key, and does not know all types that implement it: {} is \
                     missing; define it there, or make the key `resolvable: false`",
                    subgraph.name,
                    missing.join(", ")
                );
                let places = vec![(*index, key.location(), "this key".to_owned())];
                self.report_at(codes::INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE, name, message, places);
            }
        }
    }

    /// An interface object is all a subgraph may know of the interface's types.
    fn check_interface_objects(&mut self, name: &Name, ty: &TypeSources<'a>) {
        let all: Vec<Name> = self.runtime_types.get(name).cloned().unwrap_or_default();
        for (index, source) in &ty.sources {
            if !matches!(source, ExtendedType::Object(_)) {
                continue;
            }
            let known: Vec<&str> =
                all.iter().filter(|object| self.type_in(*index, object).is_some()).map(Name::as_str).collect();
            if !known.is_empty() {
                let message = format!(
                    "`{}` has the interface {name} as an @interfaceObject, so it must not define types that implement it, \
                     as it does with {}",
                    self.subgraph(*index).name,
                    known.join(", ")
                );
                let places = vec![(*index, source.name().location(), String::new())];
                self.report_at(codes::INTERFACE_OBJECT_USAGE_ERROR, name, message, places);
            }
        }
    }

    fn hint_inconsistent_entity(&mut self, name: &Name, ty: &TypeSources<'a>) {
        let (with, without): (Vec<_>, Vec<_>) =
            ty.sources.iter().partition(|(index, source)| self.has_key(*index, source));
        if with.is_empty() || without.is_empty() {
            return;
        }
        let message = format!(
            "{name} is an entity in {} and has no key in {}",
            self.subgraph_names(with.iter().map(|(index, _)| *index)),
            self.subgraph_names(without.iter().map(|(index, _)| *index))
        );
        let places = without
            .iter()
            .map(|(index, source)| (*index, source.name().location(), "no @key here".to_owned()))
            .collect();
        self.report_at(codes::INCONSISTENT_ENTITY, name, message, places);
    }

    /// A type without key has a field in some subgraphs that others leave out.
    pub(super) fn hint_missing_field(
        &mut self,
        code: Code,
        (ty, field): (&Name, &Name),
        sources: &Sources<'a, ExtendedType>,
    ) {
        let has_field = |source: &ExtendedType| match source {
            ExtendedType::InputObject(input) => input.fields.contains_key(field),
            other => self::field(other, field).is_some(),
        };
        let (with, mut without): (Vec<_>, Vec<_>) = sources.iter().partition(|(_, source)| has_field(source));
        // A type with nothing but external fields is there to be referred to, and leaves nothing out.
        without.retain(|(index, source)| {
            field_map(source).is_none_or(|fields| fields.keys().any(|field| !self.facts[*index].is_external(ty, field)))
        });
        if without.is_empty() {
            return;
        }
        let coordinate = format!("{ty}.{field}");
        let message = format!(
            "{coordinate} is defined in {} and not in {}",
            self.subgraph_names(with.iter().map(|(index, _)| *index)),
            self.subgraph_names(without.iter().map(|(index, _)| *index))
        );
        let places =
            without.iter().map(|(index, source)| (*index, source.name().location(), format!("no {field} here")));
        let places = places.collect();
        self.report_at(code, &coordinate, message, places);
    }

    fn merge_union(&mut self, name: &Name, ty: &TypeSources<'a>) {
        let (description, mut directives) = self.merge_type_head(name, ty);
        let mut members: IndexSet<Node<Name>> = IndexSet::default();
        for (index, source) in &ty.sources {
            let ExtendedType::Union(union) = source else { continue };
            for member in &union.members {
                members.insert(Node::new(member.as_ref().clone()));
                directives.push(self.join_union_member(*index, member));
            }
        }
        for member in &members {
            let has = |source: &ExtendedType| matches!(source, ExtendedType::Union(union) if union.members.contains(member.as_ref()));
            let without: Vec<_> = ty.sources.iter().filter(|(_, source)| !has(source)).collect();
            if !without.is_empty() {
                let names = self.subgraph_names(without.iter().map(|(index, _)| *index));
                let message =
                    format!("the union {name} has the member {} in some subgraphs and not in {names}", member.as_ref());
                let places = without
                    .iter()
                    .map(|(index, source)| (*index, source.name().location(), format!("no {} here", member.as_ref())));
                let places = places.collect();
                self.report_at(codes::INCONSISTENT_UNION_MEMBER, name, message, places);
            }
        }
        let union = UnionType { description, name: name.clone(), directives, members };
        self.schema.types.insert(name.clone(), ExtendedType::Union(Node::new(union)));
    }
}

/// The fields of all sources, in the order in which they first occur.
fn gather_fields<'a>(sources: &Sources<'a, ExtendedType>) -> IndexMap<Name, Sources<'a, Node<FieldDefinition>>> {
    let mut all: IndexMap<Name, Sources<'a, Node<FieldDefinition>>> = IndexMap::default();
    for (index, source) in sources {
        for field in fields(source) {
            all.entry(field.name.clone()).or_default().push((*index, field));
        }
    }
    all
}
