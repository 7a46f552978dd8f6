//! Types: what each subgraph knows of them, their keys, and which concrete types they can have where.

use super::{Reader, SupergraphError, flag, text};
use crate::{EnumValue, Key, SubgraphId, TypeDefinition, TypeId, TypeInSubgraph, TypeKind};
use apollo_compiler::{Name, ast::DirectiveList, schema::ExtendedType};

impl Reader<'_> {
    pub(super) fn read_type(&self, name: &Name, definition: &ExtendedType) -> Result<TypeDefinition, SupergraphError> {
        let kind = self.kind(name);
        let mut in_subgraphs = self.memberships(name, definition.directives())?;
        let mut possible_types = self.possible_types(name, definition);
        possible_types.sort();
        for known in &mut in_subgraphs {
            if !known.is_interface_object {
                known.possible_types = self.possible_types_in(known.subgraph, name, &possible_types);
            }
        }
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
        Ok(TypeDefinition { name: name.clone(), kind, is_inaccessible, in_subgraphs, fields, possible_types, values })
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
            if let Some(key) = text(directive, "key") {
                let fields = self.field_set(name, key, (name, "key"))?;
                known.keys.push(Key { fields, is_resolvable: flag(directive, "resolvable").unwrap_or(true) });
            }
        }
        if memberships.is_empty() && self.is_v0_1() {
            memberships.extend(self.every_subgraph().map(membership));
        }
        memberships.sort_by_key(|known| known.subgraph);
        Ok(memberships)
    }

    fn possible_types(&self, name: &Name, definition: &ExtendedType) -> Vec<TypeId> {
        match definition {
            ExtendedType::Object(_) => vec![self.type_ids[name]],
            ExtendedType::Union(union) => {
                union.members.iter().filter_map(|member| self.type_ids.get(member.as_ref())).copied().collect()
            }
            ExtendedType::Interface(_) => {
                let objects = self.schema.types.values().filter_map(|definition| match definition {
                    ExtendedType::Object(object) if object.implements_interfaces.contains(name) => {
                        Some(self.type_ids[&object.name])
                    }
                    _ => None,
                });
                objects.collect()
            }
            _ => Vec::new(),
        }
    }

    /// `@join__implements` and `@join__unionMember`; where a document has none for a pair of types, every subgraph that
    /// knows both is taken to relate them.
    fn possible_types_in(&self, subgraph: SubgraphId, name: &Name, possible_types: &[TypeId]) -> Vec<TypeId> {
        let definition = &self.schema.types[name];
        let relates = |object: &Name| match definition {
            ExtendedType::Union(union) => self.relates(&union.directives, "unionMember", ("member", object), subgraph),
            ExtendedType::Interface(_) => {
                let object = self.schema.types[object].directives();
                self.relates(object, "implements", ("interface", name), subgraph)
            }
            _ => true,
        };
        let mut names: Vec<(&Name, TypeId)> =
            self.type_ids.iter().filter(|(_, id)| possible_types.contains(id)).map(|(name, id)| (name, *id)).collect();
        names.sort_by_key(|(_, id)| *id);
        names.into_iter().filter(|(object, _)| relates(object)).map(|(_, id)| id).collect()
    }

    fn relates(
        &self,
        directives: &DirectiveList,
        name: &str,
        (argument, other): (&str, &Name),
        subgraph: SubgraphId,
    ) -> bool {
        let mut of_pair = self
            .joins(directives, name)
            .filter(|directive| text(directive, argument) == Some(other.as_str()))
            .peekable();
        if of_pair.peek().is_none() {
            return self.joins(directives, name).next().is_none();
        }
        of_pair.any(|directive| matches!(self.graph(directive, other), Ok(Some(graph)) if graph == subgraph))
    }
}

fn membership(subgraph: SubgraphId) -> TypeInSubgraph {
    TypeInSubgraph { subgraph, keys: Vec::new(), is_interface_object: false, possible_types: Vec::new() }
}

impl TypeKind {
    pub(super) fn has_fields(self) -> bool {
        matches!(self, TypeKind::Object | TypeKind::Interface)
    }
}
