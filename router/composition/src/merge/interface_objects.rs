//! Fields that interface objects give to the types that implement the interface. Federation specification,
//! "@interfaceObject".

use super::{Merger, fields::FieldSources, kinds::Kind};
use crate::type_members;
use apollo_compiler::{
    Name, Node,
    ast::{Directive, DirectiveList},
    schema::{ExtendedType, FieldDefinition},
};

impl<'a> Merger<'a> {
    /// Declarations of a field by interface objects that stand for an object type, in subgraphs that do not have the field
    /// itself: subgraph, interface, declaration.
    pub(super) fn abstracting_fields(
        &self,
        ty: &Name,
        field: &Name,
        sources: &FieldSources<'a>,
    ) -> Vec<(usize, Name, &'a Node<FieldDefinition>)> {
        let Some(interface_objects) = self.abstracted_by.get(ty) else { return Vec::new() };
        let declared = interface_objects.iter().filter_map(|(index, interface)| {
            let is_own = sources.iter().any(|(source, _)| source == index);
            let declaration = type_members::field(self.type_in(*index, interface)?, field)?;
            (!is_own).then(|| (*index, interface.clone(), declaration))
        });
        declared.collect()
    }

    /// Gives every implementation the fields that only interface objects declare, once everything else is merged.
    pub(super) fn add_interface_object_fields(&mut self) {
        let interfaces: Vec<Name> = self
            .types
            .iter()
            .filter(|(_, ty)| ty.kind == Kind::Interface)
            .filter(|(_, ty)| ty.sources.iter().any(|(_, source)| matches!(source, ExtendedType::Object(_))))
            .map(|(name, _)| name.clone())
            .collect();
        for interface in interfaces {
            for field in self.fields_of_interface_object(&interface) {
                for object in self.runtime_types.get(&interface).cloned().unwrap_or_default() {
                    self.add_inherited_field(&interface, &object, &field);
                }
            }
        }
    }

    fn fields_of_interface_object(&self, interface: &Name) -> Vec<Node<FieldDefinition>> {
        let Some(ExtendedType::Interface(merged)) = self.schema.types.get(interface) else { return Vec::new() };
        let sources = self.types.get(interface).map(|ty| ty.sources.as_slice()).unwrap_or_default();
        let is_declared = |field: &Name| {
            sources.iter().any(|(index, source)| {
                matches!(source, ExtendedType::Object(object) if object.fields.contains_key(field))
                    && !self.facts[*index].is_fully_external(interface, field)
            })
        };
        merged.fields.values().filter(|field| is_declared(&field.name)).cloned().collect()
    }

    fn add_inherited_field(&mut self, interface: &Name, object: &Name, field: &Node<FieldDefinition>) {
        let Some(ExtendedType::Object(target)) = self.schema.types.get_mut(object) else { return };
        if target.fields.contains_key(&field.name) {
            return;
        }
        let mut inherited = field.as_ref().clone();
        inherited.directives = DirectiveList::default();
        inherited.directives.push(Directive::new(super::join::FIELD));
        target.make_mut().fields.insert(field.name.clone(), Node::new(inherited));
        self.inherit_directives(interface, object, field);
        self.check_sharing((object, &field.name), &Vec::new(), &Default::default());
    }
}
