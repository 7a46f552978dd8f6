//! Types: what each subgraph knows of them, their keys, and which concrete types they can have where.

use super::{Reader, SupergraphError, flag, text};
use crate::{EnumValue, Key, SubgraphId, TypeDefinition, TypeId, TypeInSubgraph, TypeKind};
use apollo_compiler::{
    Name,
    ast::DirectiveList,
    schema::{ExtendedType, ObjectType, UnionType},
};
use hashbrown::HashMap;

/// An object type of an interface or union.
pub(super) struct Member {
    object: TypeId,
    /// The subgraphs that say so; `None` is every one that knows both.
    subgraphs: Option<Vec<SubgraphId>>,
}

impl Member {
    fn object(&self) -> TypeId {
        self.object
    }
}

impl Reader<'_> {
    pub(super) fn read_type(&self, name: &Name, definition: &ExtendedType) -> Result<TypeDefinition, SupergraphError> {
        let kind = self.kind(name);
        let mut in_subgraphs = self.memberships(name, definition.directives())?;
        let possible_types = self.declare_possible_types(name, definition, &mut in_subgraphs);
        let fields = match definition {
            ExtendedType::Object(object) => {
                self.read_fields(name, &object.directives, &in_subgraphs, object.fields.values())?
            }
            ExtendedType::Interface(interface) => {
                self.read_fields(name, &interface.directives, &in_subgraphs, interface.fields.values())?
            }
            _ => Vec::new(),
        };
        let values = match definition {
            ExtendedType::Enum(definition) => definition
                .values
                .values()
                .map(|value| EnumValue {
                    name: value.value.clone(),
                    is_inaccessible: value.directives.has(&self.inaccessible),
                })
                .collect(),
            _ => Vec::new(),
        };
        let is_inaccessible = definition.directives().has(&self.inaccessible);
        let contexts = self.contexts_of(definition.directives());
        let name = name.clone();
        let field_indexes = fields.iter().zip(0..).map(|(field, index)| (field.name.clone(), index)).collect();
        Ok(TypeDefinition {
            name,
            kind,
            is_inaccessible,
            in_subgraphs,
            fields,
            field_indexes,
            possible_types,
            values,
            contexts,
        })
    }

    /// `@join__type` of each subgraph, several keys of one subgraph put together.
    fn memberships(&self, name: &Name, directives: &DirectiveList) -> Result<Vec<TypeInSubgraph>, SupergraphError> {
        let mut memberships: Vec<TypeInSubgraph> = Vec::new();
        for directive in self.joins(directives, "type") {
            let Some(subgraph) = self.graph(directive, name)? else { continue };
            let index = memberships.iter().position(|known| known.subgraph == subgraph).unwrap_or_else(|| {
                memberships.push(membership(subgraph));
                memberships.len() - 1
            });
            let known = &mut memberships[index];
            known.is_interface_object |= flag(directive, "isInterfaceObject").unwrap_or(false);
            known.is_extension |= flag(directive, "extension").unwrap_or(false);
            if let Some(key) = text(directive, "key") {
                let fields = self.field_set((name, subgraph), key, (name, "key"))?;
                known.keys.push(Key { fields, is_resolvable: flag(directive, "resolvable").unwrap_or(true) });
            }
        }
        if memberships.is_empty() && self.is_v0_1() {
            memberships.extend(self.every_subgraph().map(membership));
        }
        memberships.sort_by_key(|known| known.subgraph);
        Ok(memberships)
    }

    /// The object types that a value of the type can have; in each subgraph, those that it says so of.
    fn declare_possible_types(
        &self,
        name: &Name,
        definition: &ExtendedType,
        in_subgraphs: &mut [TypeInSubgraph],
    ) -> Vec<TypeId> {
        let of_union;
        let members: &[Member] = match definition {
            ExtendedType::Object(_) => {
                let object = self.type_ids[name];
                in_subgraphs.iter_mut().filter(|known| !known.is_interface_object).for_each(|known| {
                    known.possible_types.push(object);
                });
                return vec![object];
            }
            ExtendedType::Union(union) => {
                of_union = self.members_of_union(union);
                &of_union
            }
            ExtendedType::Interface(_) => self.objects_of.get(name).map(Vec::as_slice).unwrap_or_default(),
            _ => &[],
        };
        for member in members {
            for known in in_subgraphs.iter_mut().filter(|known| !known.is_interface_object) {
                if member.subgraphs.as_ref().is_none_or(|subgraphs| subgraphs.contains(&known.subgraph)) {
                    known.possible_types.push(member.object);
                }
            }
        }
        members.iter().map(|member| member.object).collect()
    }

    /// All objects that implement an interface, ascending.
    pub(super) fn objects_of_interfaces(&self) -> HashMap<Name, Vec<Member>> {
        let mut objects_of: HashMap<Name, Vec<Member>> = HashMap::new();
        for (index, name) in self.type_names.iter().enumerate() {
            let ExtendedType::Object(object) = &self.schema.types[name] else { continue };
            let (mut said, says_any) = self.said_of_implementing(object);
            for interface in &object.implements_interfaces {
                let subgraphs = said.remove(interface.as_str());
                let subgraphs = subgraphs.or_else(|| says_any.then(Vec::new));
                let member = Member { object: TypeId(index as u32), subgraphs };
                objects_of.entry(Name::clone(interface)).or_default().push(member);
            }
        }
        objects_of
    }

    /// `@join__implements` of an object; where it has none at all, every subgraph that knows both types is taken to
    /// relate them.
    fn said_of_implementing<'o>(&self, object: &'o ObjectType) -> Said<'o> {
        self.said(&object.directives, "implements", ("interface", &object.name))
    }

    /// `@join__unionMember`, with the same exception.
    fn members_of_union(&self, union: &UnionType) -> Vec<Member> {
        let (mut said, says_any) = self.said(&union.directives, "unionMember", ("member", &union.name));
        let mut members = Vec::new();
        for member in &union.members {
            let Some(object) = self.type_ids.get(member.as_str()).copied() else { continue };
            let subgraphs = said.remove(member.as_str()).or_else(|| says_any.then(Vec::new));
            members.push(Member { object, subgraphs });
        }
        members.sort_by_key(|member| member.object);
        members
    }

    fn said<'d>(&self, directives: &'d DirectiveList, name: &str, (argument, coordinate): (&str, &Name)) -> Said<'d> {
        let mut said: HashMap<&str, Vec<SubgraphId>> = HashMap::new();
        let mut says_any = false;
        for directive in self.joins(directives, name) {
            says_any = true;
            let Some(other) = text(directive, argument) else { continue };
            said.entry(other).or_default().extend(self.graph(directive, coordinate).ok().flatten());
        }
        (said, says_any)
    }

    /// An interface or union sets a context for its objects too.
    pub(super) fn types_of_contexts(&self) -> HashMap<String, Vec<TypeId>> {
        let mut types_of: HashMap<String, Vec<TypeId>> = HashMap::new();
        for (index, name) in self.type_names.iter().enumerate() {
            let definition = &self.schema.types[name];
            for context in self.contexts_of(definition.directives()) {
                let types = types_of.entry(context).or_default();
                types.push(TypeId(index as u32));
                match definition {
                    ExtendedType::Union(union) => types.extend(self.members_of_union(union).iter().map(Member::object)),
                    _ => types.extend(self.objects_of.get(name).into_iter().flatten().map(Member::object)),
                }
            }
        }
        for types in types_of.values_mut() {
            types.sort();
            types.dedup();
        }
        types_of
    }

    fn contexts_of(&self, directives: &DirectiveList) -> Vec<String> {
        let Some(feature) = self.features.iter().find(|feature| feature.name() == "context") else { return Vec::new() };
        let local = feature.directive_name("context");
        let applied = directives.iter().filter(|directive| directive.name.as_str() == local);
        applied.filter_map(|directive| text(directive, "name")).map(str::to_owned).collect()
    }
}

/// By the other type the subgraphs that relate it to the one at hand; and whether any relation is written down.
type Said<'d> = (HashMap<&'d str, Vec<SubgraphId>>, bool);

fn membership(subgraph: SubgraphId) -> TypeInSubgraph {
    TypeInSubgraph {
        subgraph,
        keys: Vec::new(),
        is_interface_object: false,
        is_extension: false,
        possible_types: Vec::new(),
    }
}

impl TypeKind {
    pub(super) fn has_fields(self) -> bool {
        matches!(self, TypeKind::Object | TypeKind::Interface)
    }
}
