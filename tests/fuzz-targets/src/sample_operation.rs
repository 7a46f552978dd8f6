//! An operation that looks at much of a schema, made without knowing it.

use apollo_compiler::{
    Name, Schema,
    schema::{ExtendedType, FieldDefinition},
    validation::Valid,
};

const FIELDS_MAX: usize = 120;
const DEPTH_MAX: usize = 4;
const TYPES_MAX: usize = 4;

/// A query, and a mutation where there is one.
pub(crate) fn sample_operation(schema: &Valid<Schema>) -> String {
    let definition = &schema.schema_definition;
    let mut text = String::new();
    for (keyword, root) in [("query A", &definition.query), ("mutation B", &definition.mutation)] {
        if let Some(name) = root {
            let mut sample = Sample { schema, left: FIELDS_MAX, text: String::new() };
            sample.selection(name, 0);
            text.push_str(&format!("{keyword} {} ", sample.text));
        }
    }
    text
}

struct Sample<'a> {
    schema: &'a Schema,
    /// Fields that may still be written.
    left: usize,
    text: String,
}

impl Sample<'_> {
    fn selection(&mut self, ty: &Name, depth: usize) {
        self.text.push_str("{ __typename ");
        match self.schema.types.get(ty) {
            Some(ExtendedType::Object(object)) => {
                object.fields.values().for_each(|field| self.field(field, depth));
            }
            Some(ExtendedType::Interface(interface)) => {
                interface.fields.values().for_each(|field| self.field(field, depth));
                let implementers = self.schema.implementers_map();
                let objects = implementers.get(ty).map(|known| known.objects.iter().take(TYPES_MAX));
                let mut objects: Vec<Name> = objects.into_iter().flatten().cloned().collect();
                objects.sort();
                self.fragments(&objects, depth);
            }
            Some(ExtendedType::Union(union)) => {
                let members: Vec<Name> =
                    union.members.iter().take(TYPES_MAX).map(|member| Name::clone(member)).collect();
                self.fragments(&members, depth);
            }
            _ => {}
        }
        self.text.push_str("} ");
    }

    fn fragments(&mut self, types: &[Name], depth: usize) {
        for ty in types {
            self.text.push_str(&format!("... on {ty} "));
            self.selection(ty, depth + 1);
        }
    }

    fn field(&mut self, field: &FieldDefinition, depth: usize) {
        let ty = field.ty.inner_named_type();
        let is_leaf = matches!(self.schema.types.get(ty), Some(ExtendedType::Scalar(_) | ExtendedType::Enum(_)));
        let is_too_deep = !is_leaf && depth >= DEPTH_MAX;
        if self.left == 0 || is_too_deep || field.arguments.iter().any(|argument| argument.is_required()) {
            return;
        }
        self.left -= 1;
        self.text.push_str(&format!("{} ", field.name));
        if !is_leaf {
            self.selection(ty, depth + 1);
        }
    }
}
