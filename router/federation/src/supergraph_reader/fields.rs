//! Fields: which subgraph resolves them, with what type, under which conditions.

use super::{Reader, SupergraphError, flag, text};
use crate::{
    Field, FieldInSubgraph, FieldSetSelection, LabelId, SubgraphId, TypeDefinition, TypeId, TypeInSubgraph, TypeRef,
    Wrapping, supergraph::OverrideLabel,
};
use apollo_compiler::{
    Name, Node,
    ast::{Directive, DirectiveList, Type},
    schema::{ExtendedType, FieldDefinition},
};

impl Reader<'_> {
    /// Labels of progressive overrides, sorted, each once.
    pub(super) fn override_labels(&self) -> Vec<String> {
        let mut labels = Vec::new();
        for definition in self.schema.types.values() {
            let fields = match definition {
                ExtendedType::Object(object) => &object.fields,
                ExtendedType::Interface(interface) => &interface.fields,
                _ => continue,
            };
            for directive in fields.values().flat_map(|field| self.joins(&field.directives, "field")) {
                labels.extend(text(directive, "overrideLabel").map(str::to_owned));
            }
        }
        labels.sort_unstable();
        labels.dedup();
        labels
    }

    pub(super) fn read_fields<'f>(
        &self,
        type_name: &Name,
        directives: &DirectiveList,
        in_subgraphs: &[TypeInSubgraph],
        definitions: impl Iterator<Item = &'f Node<FieldDefinition>>,
    ) -> Result<Vec<Field>, SupergraphError> {
        let owner = match self.joins(directives, "owner").next() {
            Some(directive) => self.graph(directive, type_name)?,
            None => None,
        };
        let mut fields = Vec::new();
        for definition in definitions {
            let mut in_field = self.field_memberships(type_name, definition, owner, in_subgraphs)?;
            in_field.sort_by_key(|known| known.subgraph);
            fields.push(Field {
                name: definition.name.clone(),
                ty: self.type_ref(&definition.ty, &format!("{type_name}.{}", definition.name))?,
                is_inaccessible: definition.directives.has(&self.inaccessible),
                in_subgraphs: in_field,
                requirements: Vec::new(),
                definition: definition.clone(),
            });
        }
        fields.sort_by(|a, b| a.name.as_str().cmp(b.name.as_str()));
        Ok(fields)
    }

    fn field_memberships(
        &self,
        type_name: &Name,
        definition: &FieldDefinition,
        owner: Option<SubgraphId>,
        in_subgraphs: &[TypeInSubgraph],
    ) -> Result<Vec<FieldInSubgraph>, SupergraphError> {
        let coordinate = format!("{type_name}.{}", definition.name);
        let ty = self.type_ref(&definition.ty, &coordinate)?;
        let mut memberships = Vec::new();
        let mut joins = self.joins(&definition.directives, "field").peekable();
        if joins.peek().is_none() {
            let subgraphs = match owner {
                Some(owner) => vec![owner],
                None => in_subgraphs.iter().map(|known| known.subgraph).collect(),
            };
            memberships.extend(subgraphs.into_iter().map(|subgraph| plain(subgraph, ty)));
        }
        for directive in joins {
            // Without a graph: the field comes from an interface object only.
            let Some(subgraph) = self.graph(directive, &coordinate)? else { continue };
            let mut membership = self.field_membership(type_name, &coordinate, directive, plain(subgraph, ty))?;
            // An extension goes on giving the keys by which it extends, also when others have overridden them.
            let is_overridden = flag(directive, "usedOverridden").unwrap_or(false);
            let is_key = |known: &TypeInSubgraph| known.keys.iter().any(|key| key.fields.mentions(&definition.name));
            let mut extensions = in_subgraphs.iter().filter(|known| known.subgraph == subgraph && known.is_extension);
            membership.is_external &= !(is_overridden && extensions.any(is_key));
            memberships.push(membership);
        }
        if self.is_v0_1() {
            // Keys are available wherever they are keys, though v0.1 does not say so at the field.
            for known in in_subgraphs {
                let is_key = known.keys.iter().any(|key| key.fields.mentions(&definition.name));
                if is_key && !memberships.iter().any(|member| member.subgraph == known.subgraph) {
                    memberships.push(plain(known.subgraph, ty));
                }
            }
        }
        Ok(memberships)
    }

    fn field_membership(
        &self,
        type_name: &Name,
        coordinate: &str,
        directive: &Directive,
        plain: FieldInSubgraph,
    ) -> Result<FieldInSubgraph, SupergraphError> {
        let ty = match text(directive, "type") {
            Some(ty) => {
                let parsed = Type::parse(ty, coordinate).map_err(|_| {
                    SupergraphError::Malformed(format!(
                        "{coordinate}: @{} has the type `{ty}`, which is none",
                        directive.name
                    ))
                })?;
                self.type_ref(&parsed, coordinate)?
            }
            None => plain.ty,
        };
        let requires = text(directive, "requires")
            .map(|fields| self.field_set((type_name, plain.subgraph), fields, (coordinate, "requires")))
            .transpose()?;
        let provides = match text(directive, "provides") {
            Some(fields) => {
                let of = (self.type_name(ty.named), plain.subgraph);
                Some(self.field_set(of, fields, (coordinate, "provides"))?)
            }
            None => None,
        };
        let label =
            text(directive, "overrideLabel").and_then(|label| self.labels.iter().position(|known| known == label));
        let override_label = label.map(|index| LabelId(index as u32)).map(|label| match text(directive, "override") {
            Some(_) => OverrideLabel::Overrides(label),
            None => OverrideLabel::Overridden(label),
        });
        let is_overridden = override_label.is_none() && flag(directive, "usedOverridden").unwrap_or(false);
        let is_external = flag(directive, "external").unwrap_or(false) || is_overridden;
        let context_arguments = self.context_arguments(directive, plain.subgraph, coordinate)?;
        Ok(FieldInSubgraph { ty, is_external, requires, provides, override_label, context_arguments, ..plain })
    }

    fn type_ref(&self, ty: &Type, coordinate: &str) -> Result<TypeRef, SupergraphError> {
        let named = self.type_ids.get(ty.inner_named_type()).copied();
        let named =
            named.ok_or_else(|| SupergraphError::Malformed(format!("{coordinate}: the type {ty} is not defined")))?;
        let wrapping = Wrapping::of(ty);
        let wrapping = wrapping
            .ok_or_else(|| SupergraphError::Malformed(format!("{coordinate}: the type {ty} has too many lists")))?;
        Ok(TypeRef { named, wrapping })
    }
}

/// Join v0.1 does not write external fields. Those that a `provides` names are declared as external, so that they count
/// where they are provided.
pub(super) fn declare_provided(types: &mut [TypeDefinition]) {
    let mut provided: Vec<(TypeId, SubgraphId, Vec<FieldSetSelection>)> = Vec::new();
    for field in types.iter().flat_map(|definition| &definition.fields) {
        for known in &field.in_subgraphs {
            let selections = known.provides.iter().flat_map(|set| set.selections.iter().cloned()).collect();
            provided.push((known.ty.named, known.subgraph, selections));
        }
    }
    while let Some((ty, subgraph, selections)) = provided.pop() {
        for selection in selections {
            match selection {
                FieldSetSelection::InlineFragment { type_condition, selections } => {
                    provided.push((type_condition, subgraph, selections));
                }
                FieldSetSelection::Field(selected) => {
                    for concrete in types[ty.0 as usize].possible_types.clone() {
                        let named = declare_external(&mut types[concrete.0 as usize], subgraph, &selected.name);
                        provided.extend(named.map(|named| (named, subgraph, selected.selections.clone())));
                    }
                }
            }
        }
    }
}

/// The type of the field, for what is below it.
fn declare_external(definition: &mut TypeDefinition, subgraph: SubgraphId, name: &Name) -> Option<TypeId> {
    let field = definition.fields.iter_mut().find(|field| field.name == *name)?;
    if let Err(index) = field.in_subgraphs.binary_search_by_key(&subgraph, |known| known.subgraph) {
        let external = FieldInSubgraph { is_external: true, ..plain(subgraph, field.ty) };
        field.in_subgraphs.insert(index, external);
    }
    Some(field.ty.named)
}

fn plain(subgraph: SubgraphId, ty: TypeRef) -> FieldInSubgraph {
    FieldInSubgraph {
        subgraph,
        ty,
        is_external: false,
        requires: None,
        provides: None,
        override_label: None,
        context_arguments: Vec::new(),
    }
}
